"""The units that a reader asked for, by code or name."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from varstat.errors import UsageError, did_you_mean
from varstat.funnel.result import Funnel
from varstat.present.text import is_blank


def find_units(funnels: Sequence[Funnel], wanted: Sequence[str]) -> list[NDArray[np.bool_]]:
    """Mark in each funnel the units that a reader asked for.

    Parameters
    ----------
    funnels : sequence of Funnel
    wanted : sequence of str
        Codes or whole names; case doesn't matter.

    Returns
    -------
    list of ndarray of bool, each of shape (units,)

    Raises
    ------
    UsageError
        If none of the funnels has such a unit.
    """
    keys = {word.strip().casefold(): word for word in wanted}
    marks = [np.zeros(len(funnel.units.unit), dtype=np.bool_) for funnel in funnels]
    if not keys:
        return marks
    found: set[str] = set()
    for funnel, mark in zip(funnels, marks, strict=True):
        for column in (funnel.units.unit, funnel.units.unit_name):
            for i, text in enumerate(column):
                key = None if is_blank(text) else str(text).strip().casefold()
                if key in keys:
                    mark[i] = True
                    found.add(key)
    missing = [word for key, word in keys.items() if key not in found]
    if missing:
        spellings = _spellings(funnels)
        problems = [
            f"no unit has the code or name {word!r}.{did_you_mean(word, spellings)}"
            for word in missing
        ]
        raise UsageError("highlight", problems)
    return marks


def _spellings(funnels: Sequence[Funnel]) -> list[str]:
    columns = (column for f in funnels for column in (f.units.unit, f.units.unit_name))
    return list(dict.fromkeys(str(t) for column in columns for t in column if not is_blank(t)))
