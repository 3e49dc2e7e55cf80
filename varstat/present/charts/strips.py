"""Draw the volumes of units with events as strips, a row a unit and a cell a period."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_sheet import SOURCE_ROOM, thin_ticks, write_head
from varstat.present.charts.sheet import MARGIN, Sheet

WIDTH, ROW, AROUND, LEFT, RIGHT = 9.0 * 72, 12.0, 128.0, 52.0, 8.0
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
    factor : ndarray of float, shape (units, periods)
        NaN where nothing was reported.
    period : tuple of str
    boxes : sequence of (int, int, int)
        Row, first and last period of each event.
    marked : sequence of int
        Rows whose names stand out.
    """

    unit: tuple[str, ...]
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
            return _draw(canvas.ax, drawn)
        wide, high = canvas.points
        room = SOURCE_ROOM if canvas.source else 0.0
        height = AROUND + room + ROW * max(len(drawn.unit), 3)
        sheet = Sheet(wide or WIDTH, high or height, most_lines=canvas.most_lines)
        write_head(sheet, caption)
        sheet.write_source(canvas.source)
        sheet.write_below(caption.footer, lines=3)
        box = sheet.rectangle(
            MARGIN + LEFT, sheet.bottom + 26.0, sheet.width - MARGIN - RIGHT, sheet.top - 6.0
        )
        return _draw(sheet.figure.add_axes(box), drawn)


def _draw(ax: Axes, drawn: Drawn) -> Figure:
    count, periods = drawn.factor.shape
    colours = LinearSegmentedColormap.from_list("volumes", [style.WORSE, style.PAPER, style.BETTER])
    ax.set_facecolor(style.PAPER)
    for row, col in zip(*np.nonzero(~np.isfinite(drawn.factor)), strict=True):
        cell = Rectangle(
            (col - 0.5, row - 0.5), 1, 1, facecolor=style.BAND, edgecolor="none", linewidth=0
        )
        ax.add_patch(cell)
    ax.imshow(
        np.ma.masked_invalid(np.log(drawn.factor)),
        cmap=colours,
        norm=Normalize(-_FULL, _FULL),
        aspect="auto",
        interpolation="nearest",
    )
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
    ax.set_yticks(range(count), [figure_text(unit) for unit in drawn.unit], parse_math=False)
    every = max(1, -(-periods // _TICKS))
    shown = range(0, periods, every)
    ax.set_xticks(shown, [figure_text(drawn.period[at]) for at in shown], parse_math=False)
    thin_ticks(ax)
    ax.tick_params(length=0, labelsize=style.SMALL, colors=style.QUIET)
    for row in drawn.marked:
        ax.get_yticklabels()[row].set(fontweight="bold", color=style.INK)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax.figure.figure  # of a subfigure, the whole
