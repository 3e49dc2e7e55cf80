"""Draw what is reported beside what it will end at: all units on top, single ones below."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.funnel_marks import Key
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_sheet import lay_sheet, name_above, thin_ticks
from varstat.present.charts.sheet import MARGIN, Sheet
from varstat.prose.number import size_text

_WIDE, _SMALL, _LEFT, _GAP = 150.0, 104.0, 46.0, 20.0
_AROUND, _NARROW = 128.0, 6.0 * 72
REPORTED = Key(gid="reported", text="reported", marker="o", face=style.INK, edge=style.INK)
ENDS = Key(
    gid="nowcast",
    text="what it will end at",
    marker="o",
    face=style.PAPER,
    edge=style.BETTER,
    width=1.2,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Counts of some periods.

    Attributes
    ----------
    name : str
    strong : bool
        Whether the name stands out.
    period : tuple of str
    reported, nowcast, lower, upper : ndarray of float, shape (periods,)
        The last three are NaN where nothing more is to come.
    """

    name: str
    strong: bool
    period: tuple[str, ...]
    reported: Floats
    nowcast: Floats
    lower: Floats
    upper: Floats


def draw_nowcast(
    wide: Sequence[Panel],
    small: Sequence[Panel],
    caption: Caption,
    *,
    canvas: Canvas | None = None,
) -> Figure:
    """Draw panels over each other, and below them others two by two.

    Parameters
    ----------
    wide, small : sequence of Panel
        At least one wide.
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            _draw(canvas.ax, wide[0])
            return canvas.ax.figure.figure  # of a subfigure, the whole
        beside = 1 if canvas.points[0] and canvas.points[0] < _NARROW else 2
        rows = -(-len(small) // beside)
        sheet = lay_sheet(caption, _AROUND + _WIDE * len(wide) + _SMALL * rows, canvas)
        sheet.draw_legend([REPORTED, ENDS])
        _lay_out(sheet, wide, small, beside)
        return sheet.figure


def _lay_out(sheet: Sheet, wide: Sequence[Panel], small: Sequence[Panel], beside: int) -> None:
    """Share the room of a sheet among panels."""
    rows = -(-len(small) // beside)
    scale = (sheet.top - sheet.bottom - 8.0) / (_WIDE * len(wide) + _SMALL * rows)
    top, full = sheet.top - 4.0, sheet.width - 2 * MARGIN
    for panel in wide:
        box = (MARGIN + _LEFT, top - _WIDE * scale + _GAP + 4, sheet.width - MARGIN, top - _GAP)
        _draw(sheet.figure.add_axes(sheet.rectangle(*box)), panel)
        top -= _WIDE * scale
    width = full / beside
    for at, panel in enumerate(small):
        row, column = divmod(at, beside)
        left, upper = MARGIN + column * width, top - row * _SMALL * scale
        box = (
            left + _LEFT,
            upper - _SMALL * scale + _GAP + 4,
            left + width - (8.0 if column < beside - 1 else 0.0),
            upper - _GAP,
        )
        _draw(sheet.figure.add_axes(sheet.rectangle(*box)), panel)


def _draw(ax: Axes, panel: Panel) -> None:
    plain_axes(ax, small=True)
    at = np.arange(len(panel.period))
    ax.plot(at, panel.reported, color=style.INK, linewidth=1.0, gid="reported-path", zorder=2)
    ax.scatter(at, panel.reported, s=11, color=style.INK, gid=REPORTED.gid, zorder=3, linewidth=0)
    ax.vlines(at, panel.lower, panel.upper, color=style.BETTER, linewidth=1.6, gid="interval")
    ax.scatter(
        at,
        panel.nowcast,
        s=16,
        facecolor=style.PAPER,
        edgecolor=style.BETTER,
        linewidth=1.2,
        gid=ENDS.gid,
        zorder=4,
    )
    ax.set_xlim(-0.5, len(at) - 0.5)
    ax.margins(y=0.12)
    ax.set_xticks(at, [figure_text(label) for label in panel.period], parse_math=False)
    thin_ticks(ax)
    ax.yaxis.set_major_locator(MaxNLocator(3))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: size_text(value)))
    ax.grid(axis="y", color=style.BAND, linewidth=0.7)
    name_above(ax, figure_text(panel.name))
    if panel.strong:
        ax.texts[-1].set(fontweight="bold", color=style.INK)
