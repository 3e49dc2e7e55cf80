"""The sheet around one chart of rows: warning, title, legend, rows and footer."""

from collections.abc import Callable, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.present.captions.head import Head
from varstat.present.charts import style
from varstat.present.charts.funnel_marks import Key
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_names import draw_names, names_width
from varstat.present.charts.rows import Rows, rows_height
from varstat.present.charts.sheet import MARGIN, Sheet

WIDTH = 8.4 * 72
AROUND = 150.0
WARNING = 34.0
BELOW = 36.0
ABOVE = 16.0
Draw = Callable[[Axes, float], Rows]


def draw_alone(
    head: Head,
    count: int,
    draw: Draw,
    *,
    keys: Sequence[Key],
    axis: str,
    footer: Sequence[str],
    right: float = 12.0,
) -> Figure:
    """Draw one chart of rows on a sheet as tall as they need.

    Parameters
    ----------
    head : Head
    count : int
        Number of rows.
    draw : callable
        Draws the rows on axes, for rows of a height in points.
    keys : sequence of Key
        What the legend explains.
    axis : str
        Title of the axis across.
    footer : sequence of str
    right : float
        Room at the right of the axes, in points.

    Returns
    -------
    Figure
    """
    height = rows_height(count)
    around = AROUND + (WARNING if head.distrust else 0.0)
    with matplotlib.rc_context(dict(style.RC)):
        sheet = Sheet(WIDTH, height + around)
        write_head(sheet, head)
        sheet.draw_legend(keys)
        sheet.write_below(" ".join(filter(None, footer)), lines=3)
        ax = sheet.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        top, bottom = sheet.top - ABOVE, sheet.bottom + BELOW
        rows = draw(ax, (top - bottom) / count)
        left = MARGIN + names_width(rows, top - bottom)
        ax.set_position(sheet.rectangle(left, bottom, sheet.width - MARGIN - right, top))
        ax.set_xlabel(
            figure_text(axis),
            fontsize=style.SMALL + 0.5,
            color=style.QUIET,
            parse_math=False,
            labelpad=5,
        )
        draw_names(ax, rows, top - bottom)
        if head.distrust:
            stamp(ax)
        return sheet.figure


def write_head(sheet: Sheet, head: Head) -> None:
    """Write what stands on top: above all, if so, that the posterior is not to be trusted."""
    if head.distrust:
        sheet.write(head.distrust, colour=style.WORSE, bold=True, lines=2, gid="distrust")
    sheet.write(head.title, size=style.TITLE, bold=True, gid="title")
    sheet.write(head.finding, colour=style.QUIET, gid="finding")


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
