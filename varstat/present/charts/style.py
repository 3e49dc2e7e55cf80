"""What every chart looks like: colours (Okabe-Ito), sizes, and how text is measured."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import TextToPath

INK: Final = "#1f2933"
QUIET: Final = "#56616f"
RULE: Final = "#9aa3ae"
PAPER: Final = "#ffffff"
INSIDE: Final = "#8b949f"
LIMIT: Final = "#3b4a5d"
TARGET: Final = "#11181f"
BETTER: Final = "#0072b2"
WORSE: Final = "#d55e00"
BAND: Final = "#e3e7ec"
BETTER_SHADE: Final = "#e0eef6"
WORSE_SHADE: Final = "#faebe0"

TITLE: Final = 13.0
BODY: Final = 9.5
SMALL: Final = 8.0

MAX_LABELS: Final = 20
MAX_VECTOR_MARKS: Final = 3_000

RC: Final[Mapping[str, object]] = {
    "font.family": "sans-serif",
    # The first ships with matplotlib, so that figures are the same everywhere; the others
    # are for readers of an SVG, whose text stays text.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],
    "font.size": BODY,
    "svg.fonttype": "none",
    "svg.hashsalt": "varstat",
    "pdf.fonttype": 42,
    "axes.unicode_minus": True,
    "text.usetex": False,
    "text.parse_math": False,
    "figure.dpi": 100,
    "path.simplify": True,
}

# In pictures of few dots hinting moves letters to whole dots: a long line grows by so much at most,
# with Matplotlib 3.11 and 100 dots an inch.
HINTED = 1.04


def tint(colour: str, share: float) -> str:
    """Mix a colour with white; a share of 1 leaves it as it is.

    Examples
    --------
    >>> tint("#000000", 0.5)
    '#808080'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    mixed = (round(255 + share * (part - 255)) for part in parts)
    return "#" + "".join(f"{part:02x}" for part in mixed)


@cache
def text_size(text: str, size: float, *, bold: bool = False) -> tuple[float, float]:
    """Measure width and height in points of one line of text, without a renderer."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, height, _ = TextToPath().get_text_width_height_descent(text, font, False)
    return float(width), max(float(height), size)


@cache
def drawable_characters() -> frozenset[int]:
    """List the code points for which the figures' font has a glyph."""
    return frozenset(FT2Font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def wrap(text: str, size: float, width: float, *, lines: int, bold: bool = False) -> list[str]:
    """Break text at spaces to a width in points; what does not fit ends in an ellipsis."""
    width /= HINTED
    rows: list[str] = []
    row = ""
    for word in text.split():
        longer = f"{row} {word}".strip()
        if row and text_size(longer, size, bold=bold)[0] > width:
            rows.append(row)
            row = word
        else:
            row = longer
    rows.append(row)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], " ".join(rows[lines - 1 :])]
    return [fit(row, size, width, bold=bold) for row in rows]


def fit(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """Shorten one line to a width in points, with an ellipsis."""
    if text_size(text, size, bold=bold)[0] <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_size(text[:middle].rstrip() + "…", size, bold=bold)[0] <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
