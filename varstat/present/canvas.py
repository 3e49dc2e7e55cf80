"""On what a chart is drawn: its size, a reader's own axes, which units are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from varstat.errors import UsageError, choose

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELS = ("all", "flagged", "none")
SCALES = ("shared", "free")
# Width and height in inches: a widescreen slide, the text of a page of A4, and a square.
SIZES: Mapping[str, tuple[float, float]] = {
    "slide": (10.0, 5.625),
    "page": (6.7, 9.5),
    "square": (7.0, 7.0),
}
DPI = 150
# Inches: below the least no text fits, above the most no screen or printer takes it.
_LEAST_WIDTH, _LEAST_HEIGHT, _MOST = 4.0, 3.5, 60.0
# Below this paragraphs have one line.
_LOW = 4.5
_LEAST_DPI, _MOST_DPI = 40, 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """On what a chart is drawn, and how.

    Attributes
    ----------
    ax : Axes or None
        A reader's own, on which one group is drawn without title, legend and footer.
    width, height : float or None
        Of the figure, in inches; what the chart needs by default.
    dpi : int
        Of images.
    label : {"all", "flagged", "none"} or None
        Which units are named besides the highlighted, as far as there is room; by default the
        flagged, and none in small panels.
    scales : {"shared", "free"}
        Whether small panels share their axes.
    source : str
        What stands small below the chart: of what it is made, and how.
    """

    ax: "Axes | None" = None
    width: float | None = None
    height: float | None = None
    dpi: int = DPI
    label: str | None = None
    scales: str = "shared"
    source: str = ""

    @property
    def most_lines(self) -> int:
        """Lines of any paragraph: on a low figure words give way to the drawing."""
        return 1 if self.height is not None and self.height < _LOW else 4

    @property
    def points(self) -> tuple[float | None, float | None]:
        """Width and height in points."""
        width, height = (None if x is None else 72.0 * x for x in (self.width, self.height))
        return width, height


def make_canvas(
    *,
    ax: "Axes | None" = None,
    width: float | None = None,
    height: float | None = None,
    dpi: int | None = None,
    size: str | None = None,
    label: str | None = None,
    scales: str | None = None,
) -> Canvas:
    """Make a canvas of what a reader asks for.

    Parameters
    ----------
    ax : Axes, optional
    width, height : float, optional
        In inches.
    dpi : int, optional
    size : {"slide", "page", "square"}, optional
        Width and height that go together; either can be given besides, and then counts.
    label : {"all", "flagged", "none"}, optional
    scales : {"shared", "free"}, optional

    Returns
    -------
    Canvas

    Raises
    ------
    UsageError
        If a word isn't known, or a number is beyond what can be drawn.
    """
    known: tuple[float | None, float | None] = (None, None)
    if size is not None:
        known = SIZES[choose("size", size, list(SIZES))]
    wide, high = known[0] if width is None else width, known[1] if height is None else height
    for name, value, least in (("width", wide, _LEAST_WIDTH), ("height", high, _LEAST_HEIGHT)):
        if value is not None and not least <= value <= _MOST:
            raise UsageError(name, f"a chart is {least:g} to {_MOST:g} inches, not {value:g}.")
    if dpi is not None and not _LEAST_DPI <= dpi <= _MOST_DPI:
        raise UsageError("dpi", f"an image has {_LEAST_DPI} to {_MOST_DPI} dots an inch.")
    return Canvas(
        ax=ax,
        width=wide,
        height=high,
        dpi=DPI if dpi is None else dpi,
        label=None if label is None else choose("label", label, LABELS),
        scales="shared" if scales is None else choose("scales", scales, SCALES),
    )
