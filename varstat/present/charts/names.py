"""Names of units as they may safely be drawn.

Names come from files of unknown origin: they may hold line breaks, marks that reverse the
direction of what follows, or letters for which a figure's font has no glyph.
"""

import unicodedata

from varstat.present.charts.style import drawable_characters
from varstat.present.highlight import Named, full_name
from varstat.prose.text import clean, shorten

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


def figure_name(units: Named, i: int, longest: int = LONGEST) -> str:
    """Get a short name of the i-th unit for a figure; its code where the name can't be drawn."""
    name = full_name(units, i)
    if not is_drawable(name):
        name = figure_text(str(units.unit[i]))
    return shorten(name, longest)
