"""What stands around the axes: title, finding, legend and footer, laid out by measured text."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D

from varstat.funnel.result import Funnel, has_bar
from varstat.present.canvas import Canvas
from varstat.present.charts import style
from varstat.present.charts.funnel_marks import HIGHLIGHT, WITHHELD, Key, kinds_of_units
from varstat.present.charts.limit_lines import Lines
from varstat.present.charts.names import figure_text

LINE_SWATCH = 18.0
MARK_SWATCH = 9.0
ENTRY_GAP = 13.0
MARGIN = 14.0
SOURCE, SOURCE_LINES = 6.8, 4
# A paragraph that takes more lines than this is cut, however high its sheet may grow.
_MOST_LINES = 14
# The distance of lines at the top and at the bottom, in sizes of their letters.
_LEADING = 1.4


class Sheet:
    """A figure on which text is set from the top and from the bottom, in points.

    It grows by the lines that a paragraph takes beyond those it was made for, so that none is cut
    and no drawing is squeezed, unless a reader asked for a height.

    Parameters
    ----------
    width, height : float
        In points.
    most_lines : int
        Of any paragraph.
    grows : bool
    """

    def __init__(
        self, width: float, height: float, *, most_lines: int = 4, grows: bool = False
    ) -> None:
        self.figure = Figure(figsize=(width / 72, height / 72), facecolor=style.PAPER)
        self.width = width
        self.height = height
        self.top = height - MARGIN
        self.bottom = 8.0
        self.most_lines = most_lines
        self.grows = grows
        self._grown = 0.0
        self._points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        # What hangs from the top goes up with it.
        self._lift = Affine2D()
        self._hanging = self._lift + self._points

    @classmethod
    def on(cls, canvas: Canvas, width: float, height: float) -> "Sheet":
        """Make a sheet of a width and a height, in points, unless a reader asked for others."""
        wide, high = canvas.points
        return cls(
            wide or width,
            high or height,
            most_lines=canvas.most_lines,
            grows=canvas.height is None,
        )

    def _fit(self, text: str, size: float, *, lines: int, bold: bool = False) -> list[str]:
        """Break a paragraph into lines: growing by those for which no room was made."""
        width, room = self.width - 2 * MARGIN, min(lines, self.most_lines)
        whole = style.wrap(text, size, width, lines=_MOST_LINES, bold=bold)
        if len(whole) <= room:
            return whole
        if not self.grows:
            return style.wrap(text, size, width, lines=room, bold=bold)
        by = (len(whole) - room) * size * _LEADING
        self._grown += by
        self.height += by
        self.top += by
        self._lift.translate(0, by)
        self.figure.set_size_inches(self.width / 72, self.height / 72)
        return whole

    def write(
        self,
        text: str,
        *,
        size: float = style.BODY,
        colour: str = style.INK,
        bold: bool = False,
        lines: int = 2,
        gid: str | None = None,
    ) -> None:
        """Set a paragraph below what stands at the top."""
        for row in self._fit(figure_text(text), size, lines=lines, bold=bold):
            self.top -= size * 1.15
            self._text(
                MARGIN, self.top, row, size=size, colour=colour, bold=bold, gid=gid, hangs=True
            )
            self.top -= size * 0.25
        self.top -= 2.0

    def write_below(self, text: str, *, size: float = style.SMALL, lines: int = 2) -> None:
        """Set a paragraph above what stands at the bottom."""
        for row in reversed(self._fit(figure_text(text), size, lines=lines)):
            self._text(MARGIN, self.bottom, row, size=size, colour=style.QUIET, gid="footer")
            self.bottom += size * _LEADING

    def write_source(self, text: str) -> None:
        """Set what the chart is made of, small, above what stands at the bottom."""
        if text:
            for row in reversed(self._fit(figure_text(text), SOURCE, lines=SOURCE_LINES)):
                self._text(MARGIN, self.bottom, row, size=SOURCE, colour=style.QUIET, gid="source")
                self.bottom += SOURCE * 1.35
            self.bottom += 2.0

    def keep_below(self, *, size: float = style.SMALL, lines: int) -> float:
        """Keep room above what stands at the bottom, to be written in later.

        Parameters
        ----------
        size : float
        lines : int

        Returns
        -------
        float
            Where the room starts, for `write_kept`.
        """
        start = self.bottom
        self.bottom += min(lines, self.most_lines) * size * _LEADING
        return start

    def write_kept(
        self, start: float, text: str, *, size: float = style.SMALL, lines: int = 2, gid: str
    ) -> None:
        """Set a paragraph in room that was kept.

        Parameters
        ----------
        start : float
            Where the room starts.
        text : str
        size : float
        lines : int
            At most.
        gid : str
        """
        if not text:
            return
        width, lines = self.width - 2 * MARGIN, min(lines, self.most_lines)
        for row in reversed(style.wrap(figure_text(text), size, width, lines=lines)):
            self._text(MARGIN, start, row, size=size, colour=style.QUIET, gid=gid)
            start += size * _LEADING

    def draw_legend(self, keys: Sequence[Key]) -> None:
        """Set the legend in rows below what stands at the top."""
        size = style.SMALL + 0.5
        x, row = MARGIN, size * 1.75
        self.top -= row
        total = sum(self._entry_width(key, size) for key in keys)
        first_line = next((key for key in keys if not key.marker), None)
        split = total > self.width - 2 * MARGIN
        for key in keys:
            swatch = MARK_SWATCH if key.marker else LINE_SWATCH
            width = self._entry_width(key, size)
            full = x + width - ENTRY_GAP > self.width - MARGIN
            if x > MARGIN and (full or (split and key is first_line)):
                x = MARGIN
                self.top -= row
            self._swatch(key, x, self.top + size * 0.36)
            at = x + swatch + 4
            self._text(
                at, self.top, key.text, size=size, colour=style.QUIET, gid="legend", hangs=True
            )
            x += width
        self.top -= 9.0

    @staticmethod
    def _entry_width(key: Key, size: float) -> float:
        swatch = MARK_SWATCH if key.marker else LINE_SWATCH
        return swatch + 4 + style.text_size(key.text, size)[0] + ENTRY_GAP

    def rectangle(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        """Get left, bottom, width and height of axes, as shares of the figure."""
        return (
            left / self.width,
            bottom / self.height,
            (right - left) / self.width,
            (top - bottom) / self.height,
        )

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str,
        bold: bool = False,
        gid: str | None = None,
        hangs: bool = False,
    ) -> None:
        self.figure.text(
            x,
            y - self._grown if hangs else y,
            text,
            transform=self._hanging if hangs else self._points,
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            verticalalignment="baseline",
            parse_math=False,
            gid=gid,
        )

    def _swatch(self, key: Key, x: float, y: float) -> None:
        if key.marker:
            xs, ys = [x + MARK_SWATCH / 2], [y - self._grown]
        else:
            xs, ys = [x, x + LINE_SWATCH], [y - self._grown, y - self._grown]
        line = Line2D(
            xs,
            ys,
            transform=self._hanging,
            color=key.edge,
            linewidth=key.width,
            linestyle=(0, key.dash) if key.dash else "solid",
            solid_capstyle="butt",
            marker=key.marker or "none",
            markersize=9.0 if key is HIGHLIGHT else 6.5,
            markerfacecolor=key.face,
            markeredgecolor=key.edge,
            markeredgewidth=max(key.width, 1.4) if key is WITHHELD else key.width,
            gid="legend",
        )
        self.figure.add_artist(line)


def legend_keys(
    funnels: Sequence[Funnel], lines: Sequence[Lines], *, highlighted: bool
) -> list[Key]:
    """List the kinds of marks and lines that occur, each once: high before low, strict first."""
    found: dict[str, Key] = {}
    for funnel in funnels:
        for key, at in kinds_of_units(funnel):
            if at.any():
                found.setdefault(key.gid, key)
        if has_bar(funnel.units).any():
            found.setdefault(WITHHELD.gid, WITHHELD)
    points = sorted(found.values(), key=_order)
    rings = [HIGHLIGHT] if highlighted else []
    shown = {line.key.gid: line.key for line in reversed(lines)}
    return [*points, *rings, *shown.values()]


def _order(key: Key) -> tuple[int, str]:
    order = ("units-high", "units-low", "units-inside", "units-withheld")
    place = next(i for i, start in enumerate(order) if key.gid.startswith(start))
    # The stricter level first: a gid ends in it.
    return place, "".join(chr(ord("9") - ord(c)) if c.isdigit() else c for c in key.gid)
