"""The sheet around one chart of rows: warning, title, legend, rows and footer."""

from collections.abc import Callable, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.funnel_marks import Key
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_names import WIDEST, draw_names, names_width, widest_name
from varstat.present.charts.rows import Rows, rows_height
from varstat.present.charts.sheet import MARGIN, Sheet
from varstat.present.charts.ticks import even_ticks, reach_ticks
from varstat.prose.number import MINUS
from varstat.prose.text import without_options

WIDTH = 8.4 * 72
AROUND = 150.0
WARNING = 34.0
BELOW = 44.0
ABOVE = 16.0
# For what a published chart says of its making.
SOURCE_ROOM = 24.0
# Least distance of the numbers of an axis.
_BETWEEN = 5.0
Draw = Callable[[Axes, float], Rows]


def draw_alone(
    caption: Caption,
    count: int,
    draw: Draw,
    *,
    keys: Sequence[Key],
    more: str = "",
    right: float = 12.0,
    canvas: Canvas | None = None,
) -> Figure:
    """Draw one chart of rows on a sheet as tall as they need, or on a reader's axes.

    Parameters
    ----------
    caption : Caption
    count : int
        Number of rows.
    draw : callable
        Draws the rows on axes, for rows of a height in points.
    keys : sequence of Key
        What the legend explains.
    more : str
        What the footer says besides.
    right : float
        Room at the right of the axes, in points.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    around = AROUND + (WARNING if caption.distrust else 0.0)
    label = canvas.label or "flagged"
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            ax = canvas.ax
            height = ax.get_window_extent().height * 72 / ax.figure.dpi
            _finish(ax, caption, draw(ax, height / count), height, label=label)
            return ax.figure.figure  # of a subfigure, the whole
        sheet = Sheet.on(canvas, WIDTH, rows_height(count) + around)
        write_head(sheet, caption)
        sheet.draw_legend(keys)
        sheet.write_source(canvas.source)
        sheet.write_below(" ".join(filter(None, [caption.footer, more])), lines=3)
        ax = sheet.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        top, bottom = sheet.top - ABOVE, sheet.bottom + BELOW
        rows = draw(ax, (top - bottom) / count)
        widest = widest_name(sheet.width)
        left = MARGIN + names_width(rows, top - bottom, label=label, widest=widest)
        ax.set_position(sheet.rectangle(left, bottom, sheet.width - MARGIN - right, top))
        _finish(ax, caption, rows, top - bottom, label=label, widest=widest)
        return sheet.figure


def _finish(
    ax: Axes,
    caption: Caption,
    rows: Rows,
    height: float,
    *,
    label: str,
    widest: float = WIDEST,
) -> None:
    """Title the axis across, name the rows, and stamp what isn't to be trusted."""
    title_across(ax, caption.axis)
    thin_ticks(ax)
    draw_names(ax, rows, height, label=label, widest=widest)
    if caption.distrust:
        stamp(ax)


def thin_ticks(ax: Axes) -> None:
    """Leave out numbers across until none touches the next; zero always stays."""
    at, texts = list(ax.get_xticks()), [each.get_text() for each in ax.get_xticklabels()]
    width = ax.get_window_extent().width * 72 / ax.figure.dpi
    low, high = ax.get_xlim()
    widest = max((style.text_size(text, style.SMALL)[0] for text in texts), default=0.0)
    if len(at) > 2:
        apart = width * np.abs(np.diff(at)).min() / abs(high - low)
        kept = _thin(at, int(np.ceil((widest + _BETWEEN) / apart)))
        at, texts = at[kept], texts[kept]
    ax.set_xticks(at, texts, parse_math=False)


def _thin(at: Sequence[float], least: int) -> slice:
    """Choose every so many of an axis' ticks, so that zero stays, and the last if it can."""
    count = len(at)
    if least <= 1:
        return slice(None)
    nearest = int(np.argmin(np.abs(at)))
    # Without a zero, from the end that says how far the scale goes.
    anchor = nearest if np.isclose(at[nearest], 0.0) else count - 1
    step = next((s for s in (least, least + 1) if (count - 1 - anchor) % s == 0), least)
    # One number alone says nothing of a scale.
    step = min(step, max(anchor, count - 1 - anchor))
    return slice(anchor % step, None, step)


def title_across(ax: Axes, text: str, *, pad: float = 5.0) -> None:
    """Title the axis across, in two lines where it is longer than the axis."""
    size = style.SMALL + 0.5
    width = ax.get_window_extent().width * 72 / ax.figure.dpi
    ax.set_xlabel(
        "\n".join(style.wrap(figure_text(text), size, width, lines=2)),
        fontsize=size,
        color=style.QUIET,
        parse_math=False,
        labelpad=pad,
    )


def write_head(sheet: Sheet, caption: Caption) -> None:
    """Write what stands on top: above all, if so, that the posterior is not to be trusted."""
    if caption.distrust:
        # What to type next is no matter of a picture's.
        sheet.write(
            without_options(caption.distrust),
            colour=style.WORSE,
            bold=True,
            lines=2,
            gid="distrust",
        )
    sheet.write(caption.title, size=style.TITLE, bold=True, gid="title")
    sheet.write(caption.finding, colour=style.QUIET, gid="finding")


def lay_sheet(caption: Caption, height: float, canvas: Canvas) -> Sheet:
    """Lay out a sheet with what is written above and below a drawing.

    Parameters
    ----------
    caption : Caption
    height : float
        In points, without what says how a published chart was made.
    canvas : Canvas

    Returns
    -------
    Sheet
    """
    room = (SOURCE_ROOM if canvas.source else 0.0) + (WARNING if caption.distrust else 0.0)
    sheet = Sheet.on(canvas, WIDTH, height + room)
    write_head(sheet, caption)
    sheet.write_source(canvas.source)
    sheet.write_below(caption.footer, lines=3)
    return sheet


def set_amounts(ax: Axes, most: int) -> None:
    """Number what stands upright from zero to beyond all that is drawn, with so many steps."""
    low, high = ax.get_ylim()
    low, high = reach_ticks(min(low, 0.0) if ax.dataLim.y0 < 0 else 0.0, high, most)
    ax.set_ylim(low, high)
    at = even_ticks(low, high, most)
    ax.set_yticks(at, [f"{value:,.10g}".replace("-", MINUS) for value in at])


def name_above(ax: Axes, text: str) -> None:
    """Name what stands upright above its axis, where it is read first and wholly on the sheet."""
    box, dots = ax.get_window_extent(), 72 / ax.figure.dpi
    room = ax.figure.figure.bbox.width * dots - MARGIN - box.x0 * dots
    over = style.text_size(text, style.SMALL)[0] * style.HINTED - room
    ax.annotate(
        text,
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(-max(over, 0.0), 5),
        textcoords="offset points",
        fontsize=style.SMALL,
        color=style.QUIET,
        annotation_clip=False,
    )


def stamp(ax: Axes, *, small: bool = False) -> None:
    """Write across the axes that what they show failed its checks, lest they are cut out."""
    ax.text(
        0.5,
        0.5,
        "FAILED ITS CHECKS",
        transform=ax.transAxes,
        rotation=25,
        horizontalalignment="center",
        verticalalignment="center",
        fontsize=12 if small else 34,
        fontweight="bold",
        color=style.WORSE,
        alpha=0.25,
        gid="stamp",
        zorder=7,
    )
