"""Draw league tables of several groups as small multiples."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.estimands.league.result import League
from varstat.present.canvas import Canvas
from varstat.present.caption import MAX_PANELS, Caption
from varstat.present.charts import style
from varstat.present.charts.caterpillar import (
    caterpillar_keys,
    draw_caterpillar,
    draw_league,
    frame_of,
    outside_text,
)
from varstat.present.charts.funnel_panel import title_panel
from varstat.present.charts.layout import Layout
from varstat.present.charts.names import figure_name
from varstat.present.charts.ranks import draw_rank_rows, draw_ranks
from varstat.present.charts.row_sheet import stamp, write_head
from varstat.present.charts.rows import Bools, Rows, row_keys
from varstat.present.charts.sheet import Sheet

LONGEST = 18
WARNING = 34.0
# Higher than the panels of funnels: rows need height.
PANEL = 60.0
MOST_NAMED = 3


def draw_leagues(
    leagues: Sequence[League],
    captions: Sequence[Caption],
    whole: Caption,
    chosen: Sequence[Bools],
    *,
    ranks: bool = False,
    canvas: Canvas | None = None,
) -> Figure:
    """Draw one small chart a group; of caterpillars all on one scale if of one indicator.

    Parameters
    ----------
    leagues : sequence of League
        Drawn in this order, up to 60; the figure says how many more there are. One alone is drawn
        by itself.
    captions : sequence of Caption
        One each.
    whole : Caption
        Of the figure.
    chosen : sequence of ndarray of bool
        Units to mark and name, of each.
    ranks : bool
        Whether to draw ranks, rather than estimates.
    canvas : Canvas, optional
        Axes of a reader's are for one alone.

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    if len(leagues) == 1:
        draw = draw_ranks if ranks else draw_league
        return draw(leagues[0], captions[0], chosen[0], canvas=canvas)
    drawn = list(leagues[:MAX_PANELS])
    alike = len({(o.indicator, o.measure, o.direction) for o in drawn}) == 1
    same = alike and canvas.scales == "shared"
    frames = [frame_of(drawn)] * len(drawn) if same else [frame_of([o]) for o in drawn]
    with matplotlib.rc_context(dict(style.RC)):
        width, height = canvas.points
        layout = Layout.of(len(drawn), width=width, height=height)
        taller = PANEL * -(-len(drawn) // layout.columns) + (WARNING if whole.distrust else 0.0)
        sheet = Sheet.on(canvas, layout.width, layout.height + taller)
        write_head(sheet, whole)
        keys = row_keys(drawn, highlighted=any(mark.any() for mark in chosen))
        sheet.draw_legend(keys if ranks else keys + caterpillar_keys(drawn, whole.target))
        axis = whole.axis
        sheet.write(f"Across: {axis[:1].lower()}{axis[1:]}.", size=style.SMALL + 0.5, gid="axes")
        outside = "" if ranks or not same else outside_text(drawn, frames[0])
        sheet.write_source(canvas.source)
        sheet.write_below(" ".join(filter(None, [whole.footer, outside])), lines=3)
        left = len(leagues) - len(drawn)
        if left:
            sheet.write_below(f"The first {len(drawn)} groups are drawn; {left:,} more not drawn.")
        for i, (league, frame) in enumerate(zip(drawn, frames, strict=True)):
            on = sheet.figure.add_axes(layout.box(i, sheet, labelled=ranks or not same))
            pitch = on.get_position().height * sheet.height / league.units.unit.size
            rows = (
                draw_rank_rows(on, league, chosen[i], pitch=pitch, small=True)
                if ranks
                else draw_caterpillar(on, league, frame, chosen[i], pitch=pitch, small=True)
            )
            _name_chosen(on, rows)
            _title(on, captions[i], same=alike)
            if same and not ranks:
                on.tick_params(labelbottom=layout.is_lowest(i))
        return sheet.figure


def _title(ax: Axes, caption: Caption, *, same: bool) -> None:
    name = caption.group if same and caption.group else caption.title
    title_panel(ax, name, caption.short, alarming=bool(caption.distrust))
    if caption.distrust:
        stamp(ax, small=True)


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
