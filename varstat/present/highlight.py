"""The units that a reader asked for, by code or name."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from varstat.errors import UsageError, did_you_mean
from varstat.prose.text import is_blank


class Named(Protocol):
    """Units that have codes and names."""

    @property
    def unit(self) -> NDArray[np.object_]:
        """Codes."""

    @property
    def unit_name(self) -> NDArray[np.object_]:
        """Names, None where there is none."""


class HasUnits(Protocol):
    """A result of units that have codes and names: a funnel, a league table."""

    @property
    def units(self) -> Named:
        """Its units."""


def find_units(results: Sequence[HasUnits], wanted: Sequence[str]) -> list[NDArray[np.bool_]]:
    """Mark in each result the units that a reader asked for.

    Parameters
    ----------
    results : sequence of Funnel or of League
    wanted : sequence of str
        Codes or whole names; case doesn't matter.

    Returns
    -------
    list of ndarray of bool, each of shape (units,)

    Raises
    ------
    UsageError
        If none of the results has such a unit.
    """
    keys = {word.strip().casefold(): word for word in wanted}
    marks = [np.zeros(len(result.units.unit), dtype=np.bool_) for result in results]
    if not keys:
        return marks
    found: set[str] = set()
    for result, mark in zip(results, marks, strict=True):
        for column in (result.units.unit, result.units.unit_name):
            for i, text in enumerate(column):
                key = None if is_blank(text) else str(text).strip().casefold()
                if key in keys:
                    mark[i] = True
                    found.add(key)
    missing = [word for key, word in keys.items() if key not in found]
    if missing:
        spellings = _spellings(results)
        problems = [
            f"no unit has the code or name {word!r}.{did_you_mean(word, spellings)}"
            for word in missing
        ]
        raise UsageError("highlight", problems)
    return marks


def _spellings(results: Sequence[HasUnits]) -> list[str]:
    columns = (column for r in results for column in (r.units.unit, r.units.unit_name))
    return list(dict.fromkeys(str(t) for column in columns for t in column if not is_blank(t)))
