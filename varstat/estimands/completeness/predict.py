"""Volumes that a unit would have reported in a window, from its other periods."""

from collections.abc import Sequence

import numpy as np

from varstat.estimands.completeness.level import Scales, covariance
from varstat.estimands.completeness.windows import EFFECT
from varstat.measure import Floats

# Robust scales are too small for predicting: held-out gaps lie this much further off.
WIDENED = 1.5


def predict_window(
    values: Floats,
    scales: Scales,
    unit: int,
    window: tuple[int, int],
    *,
    others: Sequence[tuple[int, int]] = (),
) -> tuple[Floats, Floats]:
    """Predict the relative log volumes of a unit in a window.

    Parameters
    ----------
    values : ndarray of float, shape (units, periods)
        NaN where unknown.
    scales : Scales
    unit : int
    window : (int, int)
        First and last period; what was reported there isn't used.
    others : sequence of (int, int)
        Windows of the unit's other events, whose effects aren't known.

    Returns
    -------
    mean : ndarray of float, shape (window,)
    covariance : ndarray of float, shape (window, window)
        Widened by 1.5² for what robust scales leave out.
    """
    row = values[unit]
    time = np.arange(len(row))
    inside = (time >= window[0]) & (time <= window[1])
    own = Scales(step=scales.step[[unit]], noise=scales.noise[[unit]])
    matrix = covariance(own, np.eye(len(row)))[0]
    for start, end in others:
        touched = ((time >= start) & (time <= end)).astype(np.float64)
        matrix += EFFECT * np.outer(touched, touched)
    known = np.isfinite(row) & ~inside
    middle = np.median(row[known])
    weights = np.linalg.solve(matrix[np.ix_(known, known)], matrix[np.ix_(known, inside)]).T
    mean: Floats = middle + weights @ (row[known] - middle)
    left: Floats = matrix[np.ix_(inside, inside)] - weights @ matrix[np.ix_(known, inside)]
    return mean, WIDENED**2 * left
