r"""Intervals about shrunken estimates that hold on average over units, whatever units differ by.

With :math:`Y_i` a unit's own rate on the link scale, :math:`\sigma_i` its standard error and
:math:`\mu_i` what its case-mix and peer group lead one to expect, the estimate is
:math:`\hat\theta_i = \mu_i + w_i (Y_i - \mu_i)` with :math:`w_i = \mu_2/(\mu_2 + \sigma_i^2)`, and
its interval

.. math:: \hat\theta_i \pm \mathrm{cva}_\alpha\big((1/w_i - 1)^2 \mu_2/\sigma_i^2,\ \kappa\big)
          \, w_i\,\sigma_i .

Second moment :math:`\mu_2` and kurtosis :math:`\kappa` of the effects are estimated from the
residuals, never below what their own error is worth [1]_.

References
----------
.. [1] Armstrong, Kolesár & Plagborg-Møller (2022). Robust empirical Bayes confidence intervals.
   Econometrica 90(6), 2567-2602. doi:10.3982/ECTA18597
"""

from dataclasses import dataclass

import numpy as np

from varstat.errors import ModelError
from varstat.estimands.robust.critical import critical_value
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats

# A variance and a kurtosis of fewer residuals say nothing.
_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RobustIntervals:
    """Intervals of units, one element each; every array is locked.

    Attributes
    ----------
    estimate, lower, upper : ndarray of float, shape (units,)
    second_moment, kurtosis : float
        Of the effects.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    second_moment: float
    kurtosis: float

    def __post_init__(self) -> None:
        for column in (self.estimate, self.lower, self.upper):
            column.setflags(write=False)


def find_robust_intervals(residual: Floats, se: Floats, *, level: float = 0.95) -> RobustIntervals:
    """Shrink residuals, with intervals that hold on average whatever their distribution.

    Parameters
    ----------
    residual : ndarray of float, shape (units,)
        Each unit's own estimate less what is expected of it.
    se : ndarray of float, shape (units,)
        Strictly positive.
    level : float
        In (0, 1).

    Returns
    -------
    RobustIntervals

    Raises
    ------
    ModelError
        If there are fewer than five units.

    Notes
    -----
    At least the share `level` of intervals hold their units' true values, on average over units
    and in large samples; for a unit chosen because it lies far out the share may be less.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth = rng.standard_t(2, 400)
    >>> found = find_robust_intervals(truth + rng.normal(size=400), np.ones(400))
    >>> bool(np.mean((found.lower <= truth) & (truth <= found.upper)) > 0.95)
    True
    """
    if residual.size < _FEWEST:
        raise ModelError("robust", f"intervals that learn from others take {_FEWEST} units.")
    variance = np.square(se)
    mu2, kurtosis = _moments(residual, variance)
    weight = mu2 / (mu2 + variance)
    half = critical_value(variance / mu2, kurtosis, level=level) * weight * se
    centre = weight * residual
    return RobustIntervals(
        estimate=centre,
        lower=centre - half,
        upper=centre + half,
        second_moment=mu2,
        kurtosis=kurtosis,
    )


def _moments(residual: Floats, variance: Floats) -> tuple[float, float]:
    """Second moment and kurtosis of effects, cut off from below as in the paper's appendix."""
    n, square = residual.size, residual**2
    second = float(np.mean(square - variance))
    fourth = float(np.mean(square**2 - 6.0 * variance * square + 3.0 * variance**2))
    mu2 = max(second, 2.0 * float(np.mean(variance**2)) / (n * float(np.mean(variance))))
    least = 32.0 * float(np.mean(variance**4)) / (n * float(np.mean(variance**2)))
    return mu2, max(fourth, mu2**2 + least) / mu2**2


def estimate_robust(posterior: Posterior, *, level: float) -> tuple[Floats, Floats]:
    """Find robust intervals of rates at the average case-mix.

    Parameters
    ----------
    posterior : Posterior
        With one row a unit, no strata, and its mean of the locations.
    level : float

    Returns
    -------
    lower, upper : ndarray of float, shape (units,)
        NaN where a count was withheld.

    Raises
    ------
    ModelError
        If units have several rows or strata, or are too few.
    """
    design = posterior.design
    if not design.single or design.strata:
        raise ModelError(
            "robust", "robust intervals take one row a unit, without strata or periods."
        )
    beta = posterior.beta.mean(axis=0)
    passing = float(np.mean(posterior.transient**2))
    known = np.isfinite(design.event)
    residual = design.link_rate - design.matrix @ beta
    se = np.sqrt(design.link_variance + passing)
    found = find_robust_intervals(residual[known], se[known], level=level)
    ends = np.full((2, design.units), np.nan)
    at = (design.reference @ beta)[known]
    ends[0, known] = design.from_link(at + found.lower)
    ends[1, known] = design.from_link(at + found.upper)
    return ends[0], ends[1]
