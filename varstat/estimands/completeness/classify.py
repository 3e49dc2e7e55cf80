"""Classes: what an event most resembles, by how each column changed."""

import warnings
from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np

from varstat.measure import Floats

Class = Literal[
    "not submitted",
    "not submitted or closed",
    "merger",
    "split",
    "renamed",
    "incomplete",
    "incomplete or service interruption",
    "selective loss",
    "service interruption",
    "service or recording change",
    "late catch-up",
    "spike",
]
CLASSES: tuple[str, ...] = get_args(Class)
# Of which part of the activity was reported is a question.
LOSSES = ("incomplete", "incomplete or service interruption", "selective loss")
_FALLS, _ALIKE, _APART = -0.10, 0.15, 0.25
# Columns whose median volume is less tell nothing.
_LEAST_VOLUME = 50.0
_LIKE_SIZE = 2.0


def column_effects(
    counts: Floats, paths: Floats, start: int, end: int, *, lasting: bool, seasons: int
) -> Floats:
    """Compare each column of a unit inside a window with the year around it.

    Parameters
    ----------
    counts : ndarray of float, shape (columns, periods)
        Of one unit.
    paths : ndarray of float, shape (columns, periods)
        The national path of each column, on the log scale.
    start, end : int
        First and last period of the window.
    lasting : bool
        Whether it goes on to the end: then its first half year is compared with the year before.
    seasons : int
        Periods of a year.

    Returns
    -------
    ndarray of float, shape (columns,)
        Logs of factors; NaN where a column is too small or unknown.
    """
    left = np.log(np.where(counts > 0, counts, np.nan)) - paths
    before = left[:, max(0, start - seasons) : start]
    after = left[:, end + 1 : end + 1 + seasons]
    inside = left[:, start : start + seasons // 2] if lasting else left[:, start : end + 1]
    outside = before if lasting else np.hstack([before, after])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found: Floats = np.nanmedian(inside, axis=1) - np.nanmedian(outside, axis=1)
        small = ~(np.nanmedian(counts, axis=1) > _LEAST_VOLUME)
    return np.where(small, np.nan, found)


def classify_passing(effect: float, parts: Floats, others: Floats, *, lost: float = 0.0) -> Class:
    """Class an event after which a unit's volume is back, or that touches an end of its life.

    Parameters
    ----------
    effect : float
        Log of the factor of the volume.
    parts : ndarray of float, shape (2,) or (0,)
        Effects on the events of the indicator and on the rest of what they are counted out of.
    others : ndarray of float, shape (columns,)
        Effects on further columns.
    lost : float
        Of a rise, what dips in the year before it lost, as a part of what it gained; 0 if none.

    Returns
    -------
    str

    Examples
    --------
    >>> classify_passing(-0.3, np.array([-0.3, -0.28]), np.array([-0.29, -0.25]))
    'incomplete'
    >>> classify_passing(-0.3, np.array([-0.3, -0.28]), np.array([0.01, -0.02]))
    'service interruption'
    """
    if effect > 0:
        return "late catch-up" if 1 / _LIKE_SIZE <= lost <= _LIKE_SIZE else "spike"
    known = np.concatenate([parts, others])
    known = known[np.isfinite(known)]
    told_apart = np.isfinite(others).any()
    if told_apart and len(known) > 1 and np.all(known < _FALLS) and np.ptp(known) < _ALIKE:
        return "incomplete"
    if np.isfinite(parts).sum() > 1 and abs(parts[0] - parts[1]) > _APART:
        return "selective loss"
    return "service interruption" if told_apart else "incomplete or service interruption"


def classify_succession(shares: Mapping[int, int], *, new: bool) -> Class:
    """Class a change of codes.

    Parameters
    ----------
    shares : mapping of int to int
        Of each code that ended, in how many others its work went on.
    new : bool
        Whether the code that took over started then.

    Returns
    -------
    str

    Examples
    --------
    >>> classify_succession({3: 1}, new=True), classify_succession({3: 2}, new=False)
    ('renamed', 'split')
    """
    if any(many > 1 for many in shares.values()):
        return "split"
    return "renamed" if new and len(shares) == 1 else "merger"
