"""Which columns tell the rows of a unit apart, where its period doesn't."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.profile.column import Column
from varstat.data.profile.unit import Unit, determines

_MOST = 3
Ints = NDArray[np.int64]


def guess_apart(
    columns: Sequence[Column], unit: Unit, period: Column | None
) -> tuple[tuple[Column, ...], int]:
    """Find the columns whose values, with unit and period, name each row once.

    Parameters
    ----------
    columns : sequence of Column
    unit : Unit
    period : Column or None

    Returns
    -------
    columns : tuple of Column
        At most three; empty where none is needed, or none helps.
    int
        Rows that still have the unit, period and levels of another.
    """
    used = [unit.code, *([period] if period else [])]
    key = number_rows(used)
    able = [
        each
        for each in columns
        if each.kind in ("category", "code", "name", "period")
        and each not in (*used, unit.name)
        and each.distinct > 1
        and each.distinct <= 200
    ]
    chosen: list[Column] = []
    while (twice := _repeated(key)) and len(chosen) < _MOST and able:
        keys = [join(key, number_rows([each])) for each in able]
        left = [_repeated(each) for each in keys]
        best = min(range(len(able)), key=lambda at: (left[at], able[at].distinct))
        if left[best] >= twice or determines(unit.code.texts, able[best].texts):
            break
        chosen.append(able.pop(best))
        key = keys[best]
    return tuple(chosen), _repeated(key)


def number_rows(columns: Sequence[Column]) -> Ints:
    """Number the combinations of values of some columns, -1 where the first is blank."""
    key = np.asarray(pd.factorize(columns[0].texts, use_na_sentinel=True)[0], dtype=np.int64)
    for each in columns[1:]:
        more = np.asarray(pd.factorize(each.texts, use_na_sentinel=True)[0], dtype=np.int64)
        key = np.where(key < 0, -1, join(key, more))
    return key


def join(key: Ints, more: Ints) -> Ints:
    """Number the combinations of two numberings, -1 where the first is."""
    _, both = np.unique(key * (more.max(initial=0) + 2) + more + 1, return_inverse=True)
    return np.where(key < 0, -1, both.reshape(-1))


def _repeated(key: Ints) -> int:
    """How many rows repeat another's number."""
    told = key[key >= 0]
    return len(told) - len(np.unique(told))
