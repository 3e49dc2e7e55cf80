"""The sheet around one chart of a league table: warning, title, legend, rows and footer."""

from collections.abc import Callable, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.estimands.league import League
from varstat.present.charts import league_words, style
from varstat.present.charts.furniture import MARGIN, Sheet
from varstat.present.charts.marks import HIGHLIGHT, Key
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_names import draw_names, names_width
from varstat.present.charts.rows import Rows, kinds_of_rows, rows_height

WIDTH = 8.4 * 72
AROUND = 150.0
WARNING = 34.0
BELOW = 36.0
ABOVE = 16.0
Draw = Callable[[Axes, float], Rows]


def draw_alone(
    league: League,
    draw: Draw,
    *,
    keys: Sequence[Key],
    axis: str,
    footer: Sequence[str],
    highlighted: bool,
    right: float = 12.0,
) -> Figure:
    """Draw one chart of one league table on a sheet as tall as its rows need.

    Parameters
    ----------
    league : League
    draw : callable
        Draws the rows on axes, for rows of a height in points.
    keys : sequence of Key
        What the legend explains besides kinds of units.
    axis : str
        Title of the axis across.
    footer : sequence of str
    highlighted : bool
    right : float
        Room at the right of the axes, in points.

    Returns
    -------
    Figure
    """
    height = rows_height(league.units.unit.size)
    distrust = league_words.distrust_of_many([league])
    around = AROUND + (WARNING if distrust else 0.0)
    with matplotlib.rc_context(dict(style.RC)):
        sheet = Sheet(WIDTH, height + around)
        write_head(sheet, distrust, league_words.heading(league), league_words.finding(league))
        sheet.draw_legend([*row_keys([league], highlighted=highlighted), *keys])
        sheet.write_below(" ".join(filter(None, footer)), lines=3)
        ax = sheet.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        top, bottom = sheet.top - ABOVE, sheet.bottom + BELOW
        rows = draw(ax, (top - bottom) / league.units.unit.size)
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
        if distrust:
            stamp(ax)
        return sheet.figure


def write_head(sheet: Sheet, distrust: str, title: str, finding: str) -> None:
    """Write what stands on top: above all, if so, that the posterior is not to be trusted."""
    if distrust:
        sheet.write(distrust, colour=style.WORSE, bold=True, lines=2, gid="distrust")
    sheet.write(title, size=style.TITLE, bold=True, gid="title")
    sheet.write(finding, colour=style.QUIET, gid="finding")


def row_keys(leagues: Sequence[League], *, highlighted: bool) -> list[Key]:
    """List the kinds of units that occur, each once, best first."""
    found = {key.gid: key for league in leagues for key, at in kinds_of_rows(league) if at.any()}
    order = ("units-best", "units-unsure", "units-worst", "units-unranked")
    keys = [found[gid] for gid in order if gid in found]
    return [*keys, HIGHLIGHT] if highlighted else keys


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
