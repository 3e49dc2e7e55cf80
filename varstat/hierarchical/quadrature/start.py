"""Where to start looking for the mode: moments of the units' own rates on the link scale."""

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.measure import Floats


def start_values(design: Design) -> tuple[Floats, Floats]:
    """Guess the hyper-parameters from weighted least squares, and how far off that may be.

    Parameters
    ----------
    design : Design

    Returns
    -------
    start, width : ndarray of float, shape (dimension,)
        In unconstrained form.
    """
    value, variance = design.link_rate, design.link_variance
    locations = len(design.locations)
    between = max(float(np.var(value) - np.mean(variance)), 1e-4)
    for _ in range(3):
        weight = 1.0 / (variance + between)
        precision = (design.matrix.T * weight) @ design.matrix
        precision[np.diag_indices(locations)] += 1.0 / design.location_sd**2
        beta = np.linalg.solve(
            precision,
            design.matrix.T @ (weight * value) + design.location_mean / design.location_sd**2,
        )
        left = (value - design.matrix @ beta) ** 2 - variance
        between = max(float(np.average(left, weights=weight**2)), 1e-4)
    covariance = np.linalg.inv(precision)
    start = [*beta, *np.full(len(design.taus), 0.5 * np.log(between))]
    number = np.bincount(design.tau_of, minlength=len(design.taus))
    width = [*np.sqrt(np.diag(covariance)), *(1.0 / np.sqrt(2.0 * number + 1.0))]
    if design.transient is None:
        start.append(0.5 * np.log(_within(design, value, variance)))
        width.append(1.0 / np.sqrt(2.0 * design.rows))
    if design.effects.contaminated:
        start.append(np.log(design.contamination_prior.a / design.contamination_prior.b))
        width.append(0.7)
    if design.effects.by_size:
        start.append(0.0)
        width.append(0.2)
    return np.array(start), np.array(width)


def _within(design: Design, value: Floats, variance: Floats) -> float:
    """Variance of a unit's rows about their mean, beyond chance."""
    number = np.bincount(design.row_unit)
    mean = np.bincount(design.row_unit, weights=value) / number
    left = (value - mean[design.row_unit]) ** 2
    free = max(design.rows - design.units, 1)
    return max(float((left.sum() - variance.sum() * free / design.rows) / free), 1e-4)
