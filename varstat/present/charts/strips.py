"""Draw the volumes of units with events as strips, a row a unit and a cell a period."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_names import fit_names, margin_of, widest_name
from varstat.present.charts.row_sheet import SOURCE_ROOM, thin_ticks, write_head
from varstat.present.charts.sheet import MARGIN, Sheet
from varstat.present.charts.ticks import period_ticks

WIDTH, ROW, AROUND, RIGHT = 9.0 * 72, 12.0, 128.0, 8.0
# Of a colour's full strength: a volume lower by 40%, or higher by as much.
_FULL = float(np.log(1 / 0.6))
_TICKS = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What is drawn of a history.

    Attributes
    ----------
    unit : tuple of str
        From the top.
    unit_name : tuple of (str or None)
        Their names.
    factor : ndarray of float, shape (units, periods)
        NaN where nothing was reported.
    period : tuple of str
    boxes : sequence of (int, int, int)
        Row, first and last period of each event.
    marked : sequence of int
        Rows whose names stand out.
    """

    unit: tuple[str, ...]
    unit_name: tuple[str | None, ...]
    factor: Floats
    period: tuple[str, ...]
    boxes: Sequence[tuple[int, int, int]]
    marked: Sequence[int] = ()


def draw_strips(drawn: Drawn, caption: Caption, *, canvas: Canvas | None = None) -> Figure:
    """Draw a strip for each unit: blue where more was reported than usual, orange where less.

    Periods in which nothing was reported are grey, and events have a frame.

    Parameters
    ----------
    drawn : Drawn
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            return _draw(canvas.ax, drawn, [figure_text(unit) for unit in drawn.unit])
        room = SOURCE_ROOM if canvas.source else 0.0
        height = AROUND + room + ROW * max(len(drawn.unit), 3)
        sheet = Sheet.on(canvas, WIDTH, height)
        write_head(sheet, caption)
        sheet.write_source(canvas.source)
        sheet.write_below(caption.footer, lines=3)
        marked = np.isin(np.arange(len(drawn.unit)), drawn.marked)
        widest = widest_name(sheet.width)
        names = [text for _, text in fit_names(drawn, range(len(drawn.unit)), marked, widest)]
        left, right = MARGIN + margin_of(names), sheet.width - MARGIN - RIGHT
        box = sheet.rectangle(left, sheet.bottom + 26.0, right, sheet.top - 6.0)
        return _draw(sheet.figure.add_axes(box), drawn, names)


def _cells(factor: Floats) -> Floats:
    """Colour each cell by its volume; the paper shows through, whatever colour a page has."""
    strength = np.nan_to_num(np.clip(np.log(factor) / _FULL, -1.0, 1.0))
    colours = np.array([to_rgb(style.WORSE), to_rgb(style.BETTER)])
    return np.dstack([colours[(strength > 0).astype(int)], np.abs(strength)])


def _draw(ax: Axes, drawn: Drawn, names: Sequence[str]) -> Figure:
    count, periods = drawn.factor.shape
    ax.set_facecolor(style.PAPER)
    for row, col in zip(*np.nonzero(~np.isfinite(drawn.factor)), strict=True):
        cell = Rectangle(
            (col - 0.5, row - 0.5), 1, 1, facecolor=style.BAND, edgecolor="none", linewidth=0
        )
        ax.add_patch(cell)
    ax.imshow(_cells(drawn.factor), aspect="auto", interpolation="nearest")
    for row, start, end in drawn.boxes:
        ax.add_patch(
            Rectangle(
                (start - 0.5, row - 0.44),
                end - start + 1,
                0.88,
                fill=False,
                edgecolor=style.INK,
                linewidth=0.9,
            )
        )
    ax.set_xlim(-0.5, periods - 0.5)
    ax.set_ylim(count - 0.5, -0.5)
    ax.set_yticks(range(count), names, parse_math=False)
    shown = period_ticks(drawn.period, _TICKS)
    ax.set_xticks(shown, [figure_text(drawn.period[at]) for at in shown], parse_math=False)
    thin_ticks(ax)
    ax.tick_params(length=0, labelsize=style.SMALL, colors=style.QUIET)
    for row in drawn.marked:
        ax.get_yticklabels()[row].set(fontweight="bold", color=style.INK)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax.figure.figure  # of a subfigure, the whole
