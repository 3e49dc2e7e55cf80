"""Draw the ranks of a league table, none without its interval."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.estimands.league.result import League
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.row_sheet import draw_alone
from varstat.present.charts.rows import (
    Bools,
    Order,
    Rows,
    draw_rows,
    kinds_of_rows,
    row_keys,
    set_rows,
)
from varstat.present.charts.ticks import rank_ticks

NAMED_TIER = 9.0


def draw_ranks(
    league: League, caption: Caption, chosen: Bools, *, canvas: Canvas | None = None
) -> Figure:
    """Draw expected ranks with their intervals, one row a unit, in tiers.

    Shaded are the best and the worst quarter.

    Parameters
    ----------
    league : League
        That has ranks.
    caption : Caption
    chosen : ndarray of bool, shape (units,)
        Units to mark and always name.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """

    def draw(on: Axes, pitch: float) -> Rows:
        rows = draw_rank_rows(on, league, chosen, pitch=pitch)
        _mark_tiers(on, league, rows)
        return rows

    return draw_alone(
        caption,
        league.units.unit.size,
        draw,
        keys=row_keys([league], highlighted=bool(chosen.any())),
        right=38.0,
        canvas=canvas,
    )


def ranks_order(league: League) -> Order:
    """Order units from the top down: by tier, then by expected rank."""
    return np.lexsort((league.units.expected_rank, league.units.tier, league.units.tier == 0))


def draw_rank_rows(
    ax: Axes, league: League, chosen: Bools, *, pitch: float, small: bool = False
) -> Rows:
    """Draw everything inside one pair of axes, names and tiers apart."""
    units, count = league.units, league.units.unit.size
    rows = Rows(
        units=units,
        order=ranks_order(league),
        chosen=chosen,
        centre=units.expected_rank,
        lower=units.rank_lower,
        upper=units.rank_upper,
        pitch=pitch,
    )
    plain_axes(ax, small=small)
    set_rows(ax, rows)
    ax.set_xlim(0.5 - 0.01 * count, count + 0.5 + 0.01 * count)
    ax.set_xticks(*rank_ticks(count, 3 if small else 8))
    if count > 1:
        left, right = ax.get_xlim()
        _shade(
            ax, left, league.top + 0.5, style.BETTER_SHADE, "" if small else "best quarter", "best"
        )
        _shade(
            ax, count - league.top + 0.5, right, style.WORSE_SHADE,
            "" if small else "worst quarter", "worst",
        )  # fmt: skip
    kinds = kinds_of_rows(league)
    draw_rows(ax, rows, kinds, raster=count > style.MAX_VECTOR_MARKS)
    return rows


def _shade(ax: Axes, left: float, right: float, colour: str, text: str, gid: str) -> None:
    ax.axvspan(left, right, facecolor=colour, edgecolor="none", zorder=0.5, gid=f"shade-{gid}")
    if text:
        ax.annotate(
            text,
            ((left + right) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            horizontalalignment="center",
            fontsize=style.SMALL,
            color=style.QUIET,
            annotation_clip=False,
            gid="quarter",
        )


def _mark_tiers(ax: Axes, league: League, rows: Rows) -> None:
    """Bracket the rows of each tier at the right, and rule them apart."""
    tier = league.units.tier[rows.order]
    starts = np.flatnonzero(np.r_[True, tier[1:] != tier[:-1]])
    ends = np.r_[starts[1:], tier.size]
    across = ax.get_yaxis_transform()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if start:
            ax.axhline(start - 0.5, color=style.RULE, linewidth=0.6, zorder=2.0, gid="tier-rule")
        ax.plot(
            [1.012, 1.012],
            [start - 0.3, end - 0.7],
            transform=across,
            color=style.RULE,
            linewidth=1.4,
            clip_on=False,
            solid_capstyle="butt",
            gid="tier",
        )
        if (end - start) * rows.pitch >= NAMED_TIER:
            ax.annotate(
                f"tier {tier[start]}",
                (1.012, (start + end - 1) / 2),
                xycoords=across,
                xytext=(4, 0),
                textcoords="offset points",
                verticalalignment="center",
                fontsize=style.SMALL,
                color=style.QUIET,
                annotation_clip=False,
                gid="tier-name",
            )
