"""The units that a reader asked for, by code or name."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from varstat.errors import WHOLE_NAME, UsageError, did_you_mean
from varstat.prose.text import clean, is_blank

Bools = NDArray[np.bool_]


class Named(Protocol):
    """Units that have codes and names."""

    @property
    def unit(self) -> Any:
        """Codes, which can be indexed."""

    @property
    def unit_name(self) -> Any:
        """Names, None where there is none."""


class HasUnits(Protocol):
    """A result of units that have codes and names: a funnel, a league table."""

    @property
    def units(self) -> Named:
        """Its units."""


def find_units(results: Sequence[HasUnits | Named], wanted: Sequence[str]) -> list[Bools]:
    """Mark in each result the units that a reader asked for.

    Parameters
    ----------
    results : sequence of results, or of their units
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
    groups: list[Any] = [getattr(each, "units", each) for each in results]
    marks = [np.zeros(len(units.unit), dtype=np.bool_) for units in groups]
    if not keys:
        return marks
    found: set[str] = set()
    for units, mark in zip(groups, marks, strict=True):
        for column in (units.unit, units.unit_name):
            for i, text in enumerate(column):
                key = None if is_blank(text) else str(text).strip().casefold()
                if key in keys:
                    mark[i] = True
                    found.add(key)
    missing = [word for key, word in keys.items() if key not in found]
    if missing:
        spellings = _spellings(groups)
        problems = [
            f"no unit has the code or name {word!r}.{did_you_mean(word, spellings) or WHOLE_NAME}"
            for word in missing
        ]
        raise UsageError("highlight", problems)
    return marks


def _spellings(groups: Sequence[Named]) -> list[str]:
    columns = (column for units in groups for column in (units.unit, units.unit_name))
    return list(dict.fromkeys(str(t) for column in columns for t in column if not is_blank(t)))


def full_name(units: Named, i: int) -> str:
    """Get the name of the i-th unit; its code where it has no name."""
    name = units.unit_name[i]
    return clean(str(units.unit[i] if is_blank(name) else name))
