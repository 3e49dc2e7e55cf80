"""Draw league tables of several groups as small multiples."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.errors import UsageError
from varstat.estimands.league.result import League
from varstat.present.captions import league as league_words
from varstat.present.captions.head import Head
from varstat.present.charts import style
from varstat.present.charts.caterpillar import (
    draw_caterpillar,
    draw_league,
    frame_of,
    outside_text,
    shared_keys,
)
from varstat.present.charts.funnel_panel import title_panel
from varstat.present.charts.layout import Layout
from varstat.present.charts.names import figure_name
from varstat.present.charts.ranks import check_ranked, draw_rank_rows, draw_ranks
from varstat.present.charts.row_sheet import stamp, write_head
from varstat.present.charts.rows import Rows, row_keys
from varstat.present.charts.sheet import Sheet
from varstat.present.highlight import find_units

LONGEST = 18
WARNING = 34.0
# Higher than the panels of funnels: rows need height.
PANEL = 60.0
MOST_NAMED = 3


def draw_leagues(
    leagues: Sequence[League], *, highlight: Sequence[str] = (), chart: str = "caterpillar"
) -> Figure:
    """Draw one small chart a group; of caterpillars all on one scale if of one indicator.

    Parameters
    ----------
    leagues : sequence of League
        Drawn in this order, up to 60; the figure says how many more there are.
    highlight : sequence of str
        Codes or names of units to mark and name in every group that has them.
    chart : {"caterpillar", "ranks"}

    Returns
    -------
    Figure

    Raises
    ------
    ModelError
        If ranks are to be drawn where neither direction is good.
    UsageError
        If there is no league table, or no group has a highlighted unit.
    """
    if not leagues:
        raise UsageError("draw_leagues", "there is no league table to draw; expected one or more.")
    chosen = find_units(leagues, highlight)
    ranks = chart == "ranks"
    if len(leagues) == 1:
        draw = draw_ranks if ranks else draw_league
        return draw(leagues[0], highlight=highlight)
    drawn = list(leagues[: style.MAX_PANELS])
    if ranks:
        for league in drawn:
            check_ranked(league)
    same = len({(o.indicator, o.measure, o.direction) for o in drawn}) == 1
    frames = [frame_of(drawn)] * len(drawn) if same else [frame_of([o]) for o in drawn]
    distrust = league_words.distrust_of_many(leagues)
    with matplotlib.rc_context(dict(style.RC)):
        layout = Layout.of(len(drawn))
        taller = PANEL * -(-len(drawn) // layout.columns) + (WARNING if distrust else 0.0)
        sheet = Sheet(layout.width, layout.height + taller)
        titles = list(dict.fromkeys(o.indicator for o in leagues))
        title = titles[0] if len(titles) == 1 else f"{len(titles)} indicators"
        finding = league_words.finding_of_many(leagues)
        write_head(sheet, Head(distrust=distrust, title=title, finding=finding))
        keys = row_keys(drawn, highlighted=any(mark.any() for mark in chosen))
        if not ranks:
            keys += shared_keys(drawn)
        sheet.draw_legend(keys)
        axis = league_words.rank_title(drawn[0]) if ranks else league_words.rate_title(drawn[0])
        sheet.write(f"Across: {axis[:1].lower()}{axis[1:]}.", size=style.SMALL + 0.5, gid="axes")
        footer = [league_words.footer(drawn[0], ranks=ranks)]
        if not ranks and same:
            footer.append(outside_text(drawn, frames[0]))
        sheet.write_below(" ".join(filter(None, footer)), lines=3)
        left = len(leagues) - len(drawn)
        if left:
            sheet.write_below(f"The first {len(drawn)} groups are drawn; {left:,} more not drawn.")
        for i, (league, frame) in enumerate(zip(drawn, frames, strict=True)):
            ax = sheet.figure.add_axes(layout.box(i, sheet, labelled=ranks or not same))
            height = ax.get_position().height * sheet.height
            pitch = height / league.units.unit.size
            rows = (
                draw_rank_rows(ax, league, chosen[i], pitch=pitch, small=True)
                if ranks
                else draw_caterpillar(ax, league, frame, chosen[i], pitch=pitch, small=True)
            )
            _name_chosen(ax, rows)
            group = league_words.group_text(league)
            name = group if same and group else league_words.heading(league)
            failed = not league.diagnostics.passed
            title_panel(ax, name, league_words.short_finding(league), alarming=failed)
            if failed:
                stamp(ax, small=True)
            if same and not ranks:
                ax.tick_params(labelbottom=layout.is_lowest(i))
        return sheet.figure


def _name_chosen(ax: Axes, rows: Rows) -> None:
    """Name up to three highlighted units beside their intervals, on the roomier side."""
    low, high = ax.get_xlim()
    for i in np.flatnonzero(rows.chosen)[:MOST_NAMED].tolist():
        right = high - rows.upper[i] > rows.lower[i] - low
        ax.annotate(
            figure_name(rows.units, i, LONGEST),
            (
                float(np.clip(rows.upper[i] if right else rows.lower[i], low, high)),
                float(rows.place[i]),
            ),
            xytext=(4 if right else -4, 0),
            textcoords="offset points",
            horizontalalignment="left" if right else "right",
            verticalalignment="center",
            fontsize=style.SMALL - 1.2,
            fontweight="bold",
            color=style.INK,
            bbox={"facecolor": style.PAPER, "alpha": 0.6, "edgecolor": "none", "pad": 0.4},
            parse_math=False,
            annotation_clip=False,
            gid="label",
            zorder=8,
        )
