"""Counts that run on from one period to the next, as "year to date" does: each holds the last."""

from collections.abc import Sequence

import numpy as np

from varstat.data.account import Rows
from varstat.data.rows.choose import say_choice
from varstat.measure import Floats
from varstat.period.period import read_periods

# Counts of periods fall about as often as they rise. How many steps from period to period there
# must be, the part of them that don't fall, and that part where all begin anew.
_STEPS, _RISE, _RESET = 20, 0.99, 0.1
# What runs on over so many periods is so many times what it was in the first. Growth alone, which
# may be steady too, is seldom this part of it.
_GROWN = 0.6
_FEWEST = 3


def describe_running(
    units: Rows, labels: Sequence[str], periods: Rows, counts: Floats, *, column: str
) -> str | None:
    """Say that counts run on over periods, and what to choose instead; None if they don't.

    They do if neither events nor sizes fall, in nearly all units, from a period to the next, but
    for those with which all begin anew, and one of them grows about as much as adding up makes it.

    Parameters
    ----------
    units : ndarray of int, shape (rows,)
        Units, and whatever else tells the rows of a period apart.
    labels : sequence of str
        Of the periods.
    periods : ndarray of int, shape (rows,)
        Place of each row's among `labels`; below zero for none.
    counts : ndarray of float, shape (rows, 2)
        Events and sizes; NaN where unknown.
    column : str
        That of the periods.

    Returns
    -------
    str or None
    """
    ordered = read_periods(labels)
    if not ordered.in_time or len(ordered) < _FEWEST:
        return None
    place = np.array([*(ordered.place[label] for label in labels), -1])[periods]
    good = np.flatnonzero((place >= 0) & np.isfinite(counts).all(axis=1))
    good = good[np.lexsort((place[good], units[good]))]
    unit, at, values = units[good], place[good], counts[good]
    pairs = np.flatnonzero((unit[1:] == unit[:-1]) & (at[1:] == at[:-1] + 1))
    if len(pairs) < _STEPS:
        return None
    step = at[pairs]
    rise = (values[pairs + 1] >= values[pairs]).all(axis=1)
    times = np.bincount(step, minlength=len(ordered) - 1)
    share = np.bincount(step, weights=rise, minlength=len(times)) / np.maximum(times, 1)
    rising, anew = share >= _RISE, share <= _RESET
    if not (rising | anew)[times > 0].all() or 2 * anew.sum() > rising.sum() or not rising.any():
        return None
    first, then = values[pairs], values[pairs + 1]
    runs = anew.sum() + 1
    grown = np.ones(2)
    for at_step in np.flatnonzero(rising & (times > 0)):
        there = step == at_step
        grown *= then[there].sum(axis=0) / np.maximum(first[there].sum(axis=0), 1.0)
    enough = grown ** (1 / runs) >= _GROWN * (1 + rising.sum() / runs)
    # Where hardly anything changes, nothing falls either.
    many = (then > first)[rising[step]].sum(axis=0) >= _STEPS
    if not (enough & many).any():
        return None
    last = ordered.labels[-1]
    return (
        f"column {column!r}: from a period to the next the counts of hardly any unit fall, as "
        "those of a year to date do, so that the same cases would stand in several. Keep one with "
        f"{say_choice('--only', column, last)}, or give each period's own counts."
    )
