"""Log volumes less what all units share: a national path, and each unit's season."""

import warnings
from dataclasses import dataclass

import numpy as np

from varstat.measure import Floats

# Of a seasonal effect found in a few years, the part that is kept.
_KEPT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relative:
    """Log volumes relative to the nation's path.

    Attributes
    ----------
    values : ndarray of float, shape (units, periods)
        NaN where the volume is zero or absent.
    path : ndarray of float, shape (periods,)
        The national path, zero in the first period.
    season : ndarray of float, shape (units, periods)
        Of the unit.
    """

    values: Floats
    path: Floats
    season: Floats


def national_path(volume: Floats) -> Floats:
    """Cumulate the median of the changes of log volume from one period to the next.

    What all units share goes with it: growth, working days, the season.

    Parameters
    ----------
    volume : ndarray of float, shape (units, periods)

    Returns
    -------
    ndarray of float, shape (periods,)
        Zero in the first period; a change that no unit tells is taken for none.

    Examples
    --------
    >>> national_path(np.array([[100.0, 110.0], [50.0, 55.0], [80.0, 40.0]])).round(3)
    array([0.   , 0.095])
    """
    with _unknown():
        changes = np.nanmedian(np.diff(_log(volume), axis=1), axis=0)
    return np.concatenate([[0.0], np.cumsum(np.nan_to_num(changes))])


def relate(volume: Floats, path: Floats, *, seasons: int) -> Relative:
    """Take the national path and each unit's season out of log volumes.

    The season of a unit is .6 of the median, over years, of what a period lies above the median of
    the year around it.

    Parameters
    ----------
    volume : ndarray of float, shape (units, periods)
    path : ndarray of float, shape (periods,)
    seasons : int
        Periods of a year.

    Returns
    -------
    Relative
    """
    left = _log(volume) - path
    with _unknown():
        above = left - _running_median(left, seasons)
        season = np.zeros_like(left)
        for at in range(min(seasons, left.shape[1])):
            found = np.nanmedian(above[:, at::seasons], axis=1, keepdims=True)
            season[:, at::seasons] = _KEPT * np.nan_to_num(found)
    return Relative(values=left - season, path=path, season=season)


def _running_median(values: Floats, seasons: int) -> Floats:
    """The median of a year and a period around each period, where five of them are known."""
    half = seasons // 2
    padded = np.pad(values, ((0, 0), (half, half)), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1)
    least = min(5, half + 1)
    known = np.isfinite(around).sum(axis=2) >= least
    return np.where(known, np.nanmedian(around, axis=2), np.nan)


def _log(volume: Floats) -> Floats:
    return np.log(np.where(volume > 0, volume, np.nan))


class _unknown(warnings.catch_warnings):  # noqa: N801, a context like its parent
    """Let medians of nothing be unknown, without a warning."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore", RuntimeWarning)
