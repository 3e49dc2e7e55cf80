"""Names of units as they may safely be drawn, and the units a reader asked for by name.

Names come from files of unknown origin: they may hold line breaks, marks that reverse the
direction of what follows, or letters for which a figure's font has no glyph.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from varstat.errors import UsageError, did_you_mean
from varstat.funnel.result import Funnel, FunnelUnits
from varstat.present.charts.style import drawable_characters
from varstat.present.text import clean, shorten

LONGEST = 32


def is_drawable(text: str) -> bool:
    """Tell whether the figures' font can show text as it should read.

    Matplotlib sets letters one after the other from left to right, so that scripts written
    from right to left come out wrong even where there is a glyph.
    """
    return all(
        ord(letter) in drawable_characters()
        and unicodedata.bidirectional(letter) not in ("R", "AL", "AN")
        for letter in text
    )


def figure_text(text: str) -> str:
    r"""Clean text for a figure; a letter without a glyph becomes a box.

    Examples
    --------
    >>> figure_text("A\u6771")
    'A□'
    """
    text = clean(text)
    if is_drawable(text):
        return text
    return "".join(letter if is_drawable(letter) else "□" for letter in text)


def full_name(units: FunnelUnits, i: int) -> str:
    """Get the name of the i-th unit; its code where it has no name."""
    name = units.unit_name[i]
    return clean(str(units.unit[i] if _is_blank(name) else name))


def figure_name(units: FunnelUnits, i: int, longest: int = LONGEST) -> str:
    """Get a short name of the i-th unit for a figure; its code where the name can't be drawn."""
    name = full_name(units, i)
    if not is_drawable(name):
        name = figure_text(str(units.unit[i]))
    return shorten(name, longest)


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
                key = None if _is_blank(text) else str(text).strip().casefold()
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
    return list(dict.fromkeys(str(t) for column in columns for t in column if not _is_blank(t)))


def _is_blank(text: object) -> bool:
    # pandas may leave NaN where a table has no name: the one value unequal to itself.
    return text is None or text != text or str(text).strip() == ""
