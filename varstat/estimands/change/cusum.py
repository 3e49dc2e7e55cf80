"""Cumulative sums of standardised innovations: when a unit went its own way."""

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats

# Of Page's chart: half the shift that is looked for, and where it sounds. In SDs.
ALLOWANCE, THRESHOLD = 0.5, 5.0


def first_alert(
    innovations: Floats, *, allowance: float = ALLOWANCE, threshold: float = THRESHOLD
) -> NDArray[np.int64]:
    r"""Find when each unit's cumulative sum first crosses its threshold.

    .. math:: C_t = \max(0,\ C_{t-1} + e_t - k), \qquad \text{alert where } C_t > h

    of innovations that are standard normal where the model holds; downward with -e.

    Parameters
    ----------
    innovations : ndarray of float, shape (units, periods)
        What came, less what was expected from the periods before, in SDs; NaN where nothing came.
    allowance, threshold : float
        k and h.

    Returns
    -------
    ndarray of int, shape (units,)
        The period, from 0: positive t + 1 for an alert upward in period t, -(t + 1) for one
        downward; 0 for none.

    References
    ----------
    .. [1] Page (1954). Continuous inspection schemes. Biometrika 41, 100-115.
       doi:10.1093/biomet/41.1-2.100

    Examples
    --------
    >>> first_alert(np.array([[0.0, 3.0, 3.0, 3.0], [0.0, 1.0, -1.0, 0.0]]))
    array([4, 0])
    """
    alert = np.zeros(len(innovations), dtype=np.int64)
    up, down = np.zeros(len(innovations)), np.zeros(len(innovations))
    for t, came in enumerate(np.nan_to_num(innovations, nan=0.0).T):
        there = np.isfinite(innovations[:, t])
        up = np.where(there, np.maximum(0.0, up + came - allowance), up)
        down = np.where(there, np.maximum(0.0, down - came - allowance), down)
        first = alert == 0
        alert[first & (up > threshold)] = t + 1
        alert[first & (down > threshold) & (up <= threshold)] = -(t + 1)
    return alert
