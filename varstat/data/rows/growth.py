"""Growth: whether events grow with the sizes that they are of, as counts do and rates don't."""

import numpy as np
import pandas as pd

from varstat.data.account import Rows
from varstat.measure import Floats

# Of so many rows, ranks tell whether events grow with sizes.
_ENOUGH = 5
# Counts grow as their sizes do, in proportion. Of these many rows, whose sizes differ by this much
# (SD of logarithms) and which have events enough, it can be seen that they don't: the slope of
# logarithms, known to this standard error, lies two of those below what is left of proportion, and
# nearer to none than that of counts where small units do worse, about a half.
_MANY, _DIFFER, _SOME = 10, 0.25, 5.0
_KNOWN, _PROPORTION, _HARDLY = 0.25, 0.6, 0.35


def grows(event: Floats, size: Floats, *, least: float = 0.3) -> bool:
    """Tell whether larger sizes have more events, by ranks; so where too few rows would tell.

    Parameters
    ----------
    event, size : ndarray of float, shape (rows,)
    least : float
        The rank correlation that is enough.

    Returns
    -------
    bool
    """
    if len(event) < _ENOUGH or np.ptp(size) == 0:
        return True
    if np.ptp(event) == 0:
        return False
    from scipy import stats

    return bool(stats.spearmanr(event, size).statistic > least)


def is_flat(event: Floats, size: Floats, group: Rows) -> bool:
    """Tell whether events surely grow hardly with sizes, where counts do in proportion.

    Parameters
    ----------
    event, size : ndarray of float, shape (rows,)
    group : ndarray of int, shape (rows,)
        Within which rows are compared.

    Returns
    -------
    bool

    Examples
    --------
    >>> size = np.array([40.0, 900, 120, 2000, 75, 450, 60, 1500, 300, 700])
    >>> percent = np.array([48.0, 41, 52, 45, 39, 50, 44, 47, 42, 46])
    >>> one = np.zeros(10, dtype=int)
    >>> is_flat(percent, size, one), is_flat(np.rint(percent * size / 100), size, one)
    (True, False)
    """
    if len(event) < _MANY or np.median(event) < _SOME:
        return False
    logs = pd.DataFrame({"x": np.log(size), "y": np.log(event + 0.5)})
    logs -= logs.groupby(group).transform("mean")
    x, y = logs["x"].to_numpy(), logs["y"].to_numpy()
    free = len(x) - len(np.unique(group)) - 1
    square = float(x @ x)
    if free < _MANY - 2 or square < len(x) * _DIFFER**2:
        return False
    slope = float(x @ y) / square
    error = float(np.sqrt(np.sum((y - slope * x) ** 2) / free / square))
    return error <= _KNOWN and slope < _HARDLY and slope + 2.0 * error < _PROPORTION
