"""Names of units as they may safely be drawn.

Names come from files of unknown origin: they may hold line breaks, marks that reverse the
direction of what follows, or letters for which a figure's font has no glyph.
"""

import unicodedata

from varstat.present.charts.style import drawable_characters
from varstat.present.highlight import Named, full_name
from varstat.prose.shared_words import SharedWords
from varstat.prose.text import clean, is_blank, shorten

LONGEST = 32
NOTHING_SHARED = SharedWords()
# Letters of a code, and least letters of a name before one.
_LONGEST_CODE, _LEAST = 60, 6


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


def figure_code(units: Named, i: int) -> str:
    """Get the code of the i-th unit for a figure: whole, unless it is no code but an essay."""
    return shorten(figure_text(str(units.unit[i])), _LONGEST_CODE)


def figure_name(
    units: Named, i: int, longest: int = LONGEST, *, shared: SharedWords = NOTHING_SHARED
) -> str:
    """Get a short name of the i-th unit for a figure, with its code where it isn't the whole name.

    Parameters
    ----------
    units : Named
    i : int
    longest : int
        Letters, with the code.
    shared : SharedWords
        Which names leave out.

    Returns
    -------
    str
        The code alone where there is no name, it can't be drawn, or the code leaves it no room.
    """
    name, code = full_name(units, i), figure_code(units, i)
    if is_blank(units.unit_name[i]) or not is_drawable(name):
        return code
    short = shared.cut(name)
    if len(name) <= longest and short == name:
        return name
    room = longest - len(code) - 3
    return f"{shorten(short, room)} ({code})" if room >= _LEAST else code
