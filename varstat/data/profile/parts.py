"""Columns that are parts of another: waits by their weeks, cases by their causes."""

from collections.abc import Sequence

import numpy as np

from varstat.data.profile import words
from varstat.data.profile.column import Column
from varstat.data.profile.pair import LEAST, Pair
from varstat.measure import Floats

_FEWEST, _MOST, _SAMPLE, _GAP = 3, 200, 300, 3


def guess_parts(columns: Sequence[Column]) -> Pair | None:
    """Find a column that neighbouring columns before it add up to.

    Which of the parts are events nobody can tell: the last that holds any stands for them.

    Parameters
    ----------
    columns : sequence of Column

    Returns
    -------
    Pair or None
        Of a proportion.
    """
    able = [each for each in columns if each.kind in ("count", "constant")]
    able = [each for each in able if len(each.values) == each.rows][:_MOST]
    if len(able) <= _FEWEST:
        return None
    rows = slice(0, able[0].rows, max(1, able[0].rows // _SAMPLE))
    table = np.nan_to_num(np.stack([each.values[rows] for each in able], axis=1))
    for whole in range(len(able) - 1, _FEWEST - 1, -1):
        if able[whole].has(words.SIZE) and table[:, whole].any():
            found = _parts(table, whole)
            if found is not None:
                return _make(able, table, whole, *found)
    return None


def _parts(table: Floats, whole: int) -> tuple[int, int] | None:
    """Find the run of columns, as long as can be, that add up to one soon after it."""
    running = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    value = table[:, whole]
    told = value > 0
    for end in range(whole, max(whole - _GAP, _FEWEST), -1):
        for start in range(end - _FEWEST + 1):
            sums = running[:, end] - running[:, start]
            held = (table[:, start:end] > 0).any(axis=0).sum()
            if held >= _FEWEST and np.mean(np.abs(sums - value)[told] < 0.5) >= 0.98:
                return start, end
    return None


def _make(able: Sequence[Column], table: Floats, whole: int, start: int, end: int) -> Pair:
    held = [at for at in range(start, end) if table[:, at].any()]
    parts = able[start:end]
    blank = any(each.missing for each in parts)
    names = [" ".join(each.heading.split()) for each in (parts[0], parts[-1], able[whole])]
    why = (
        f"{names[2]!r} is the sum of {len(parts)} columns, {names[0]!r} to {names[1]!r}; here the "
        'last that holds any counts as the events: choose those that do, as "A + B"'
    )
    return Pair(
        role="proportion",
        event=able[held[-1]],
        size=able[whole],
        score=LEAST,
        why=(why,),
        blank_is_zero=blank,
    )
