"""Draw opportunities: units' or groups', with intervals beside what was published."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from varstat.errors import UsageError
from varstat.estimands.opportunity.result import Opportunity
from varstat.measure import Floats
from varstat.present.captions import opportunity as opportunity_words
from varstat.present.captions.head import Head
from varstat.present.charts import style
from varstat.present.charts.frame import View, rate_ticks
from varstat.present.charts.funnel_marks import HIGHLIGHT, Key
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.row_sheet import draw_alone
from varstat.present.charts.rows import Bools, Order, Rows, draw_rows, mark_size, set_rows
from varstat.present.highlight import find_units
from varstat.present.opportunity_chart import check_strata
from varstat.prose.number import figure, percent

# Units that are drawn, the largest first, and of those that aren't comparable.
MOST, MOST_INCOMPARABLE = 45, 15
PUBLISHED = Key(
    gid="published", text="published", marker="o", face=style.PAPER, edge=style.INK, width=0.7
)
CHANCE = Key(
    gid="chance", text="published if units were alike", marker="|", edge=style.QUIET, width=1
)
SURE = Key(
    gid="units-sure", text="interval clear of zero", marker="o", face=style.WORSE, edge=style.WORSE
)
UNSURE = Key(gid="units-unsure", text="may be none", marker="o", face=style.QUIET, edge=style.QUIET)
APART = Key(
    gid="units-incomparable",
    text="not comparable: carries none",
    marker="x",
    face=style.BETTER,
    edge=style.BETTER,
    width=1.1,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """The units or groups of one chart, one element each.

    Attributes
    ----------
    unit, unit_name : ndarray of object, shape (rows,)
    estimate, lower, upper, published, chance : ndarray of float, shape (rows,)
    comparable : ndarray of bool, shape (rows,)
    """

    unit: NDArray[np.object_]
    unit_name: NDArray[np.object_]
    estimate: Floats
    lower: Floats
    upper: Floats
    published: Floats
    chance: Floats
    comparable: Bools


def draw_opportunity(opportunity: Opportunity, *, highlight: Sequence[str] = ()) -> Figure:
    """Draw units' opportunities with intervals, the largest on top, beside what was published.

    Of many units the largest are drawn, and those highlighted. Hollow marks are what was
    published: their distance from the estimate is what chance, case-mix and peer groups explain.

    Parameters
    ----------
    opportunity : Opportunity
    highlight : sequence of str
        Codes or names of units to mark and always draw.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If no unit has a highlighted code or name.
    """
    (chosen,) = find_units([opportunity], highlight)
    units = opportunity.units
    listed = drawn_units(opportunity, chosen)
    left = units.unit.size - listed.size
    drawn = Drawn(
        unit=units.unit[listed],
        unit_name=units.unit_name[listed],
        estimate=units.estimate[listed],
        lower=units.lower[listed],
        upper=units.upper[listed],
        published=units.published[listed],
        chance=units.chance_expected[listed],
        comparable=np.isfinite(units.estimate[listed]),
    )
    rest = np.ones(units.unit.size, dtype=np.bool_)
    rest[listed] = False
    more = (
        f"{left:,} more units, with {figure(float(np.nansum(units.estimate[rest])))} in all, are "
        "not drawn."
        if left
        else ""
    )
    return _draw(
        drawn,
        opportunity_words.head(opportunity, "Opportunity"),
        chosen[listed],
        axis=opportunity_words.axis_title(opportunity),
        footer=[opportunity_words.footer(opportunity), more],
    )


def draw_opportunities(
    opportunities: Sequence[Opportunity], *, highlight: Sequence[str] = ()
) -> Figure:
    """Draw the totals of several groups or periods; of one, its units.

    Parameters
    ----------
    opportunities : sequence of Opportunity
    highlight : sequence of str
        Units to mark, where there is one group.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If there is nothing to draw, or units are to be marked among totals.
    """
    if not opportunities:
        raise UsageError("chart", "there is no opportunity to draw; expected one or more.")
    if len(opportunities) == 1:
        return draw_opportunity(opportunities[0], highlight=highlight)
    if highlight:
        raise UsageError("highlight", "a chart of totals has no units to mark.")
    shown = opportunities[: style.MAX_PANELS]
    several = len({each.indicator for each in shown}) > 1
    labels = [
        " · ".join(filter(None, [each.indicator if several else "", *each.by.values()]))
        for each in shown
    ]
    totals = [each.total for each in shown]

    def column(name: str) -> Floats:
        return np.array([getattr(total, name) for total in totals])

    drawn = Drawn(
        unit=np.array(labels, dtype=object),
        unit_name=np.full(len(shown), None, dtype=object),
        estimate=column("estimate"),
        lower=column("lower"),
        upper=column("upper"),
        published=column("published"),
        chance=column("chance_expected"),
        comparable=np.ones(len(shown), dtype=np.bool_),
    )
    left = len(opportunities) - len(shown)
    return _draw(
        drawn,
        opportunity_words.head_of_many(opportunities),
        np.zeros(len(shown), dtype=np.bool_),
        axis=opportunity_words.axis_title(shown[0]),
        footer=[
            f"Lines: {percent(shown[0].level)} intervals.",
            f"{left:,} more groups are not drawn." if left else "",
        ],
    )


def drawn_units(opportunity: Opportunity, chosen: Bools) -> Order:
    """Choose the units of a chart, in the order of rows: the largest, those apart, the marked."""
    units = opportunity.units
    carries = np.isfinite(units.estimate)
    first = np.flatnonzero(carries)[:MOST]
    apart = np.flatnonzero(~carries)
    apart = apart[np.argsort(-np.nan_to_num(units.published[apart]), kind="stable")]
    apart = apart[:MOST_INCOMPARABLE]
    marked = np.setdiff1d(np.flatnonzero(chosen), np.concatenate([first, apart]))
    return np.concatenate([first, marked, apart])


def _draw(drawn: Drawn, head: Head, chosen: Bools, *, axis: str, footer: Sequence[str]) -> Figure:
    frame = _frame(drawn)
    kinds = [
        (UNSURE, drawn.comparable & ~(drawn.lower > 0)),
        (SURE, drawn.comparable & (drawn.lower > 0)),
    ]

    def draw(ax: Axes, pitch: float) -> Rows:
        rows = Rows(
            units=drawn,
            order=np.arange(drawn.unit.size),
            chosen=chosen,
            centre=drawn.estimate,
            lower=drawn.lower,
            upper=drawn.upper,
            pitch=pitch,
        )
        plain_axes(ax, small=False)
        set_rows(ax, rows)
        ax.set_xlim(*frame.y)
        at, texts = rate_ticks(frame, 7)
        ax.set_xticks(at, texts)
        ax.axvline(0.0, color=style.TARGET, linewidth=0.9, zorder=2.1, gid="zero")
        _draw_beside(ax, drawn, rows)
        draw_rows(ax, rows, kinds, raster=False)
        return rows

    keys = [key for key, at in reversed(kinds) if at.any()]
    keys += [APART] if not drawn.comparable.all() else []
    keys += [HIGHLIGHT] if chosen.any() else []
    return draw_alone(
        head, drawn.unit.size, draw, keys=[*keys, PUBLISHED, CHANCE], axis=axis, footer=footer
    )


def _draw_beside(ax: Axes, drawn: Drawn, rows: Rows) -> None:
    """What was published, hollow (a cross for who isn't comparable), and what chance gives."""
    place, size = rows.place, mark_size(rows.pitch)
    ax.scatter(
        drawn.chance, place, s=(1.6 * size) ** 2, marker="|", color=CHANCE.edge,
        linewidth=CHANCE.width, gid=CHANCE.gid, zorder=2.5,
    )  # fmt: skip
    known = np.isfinite(drawn.published)
    for key, at in ((PUBLISHED, drawn.comparable), (APART, ~drawn.comparable)):
        here = known & at
        if here.any():
            ax.scatter(
                drawn.published[here],
                place[here],
                s=size**2,
                marker=key.marker,
                # A cross has no face, and takes its colour from it.
                facecolor=key.edge if key is APART else "none",
                edgecolor=None if key is APART else key.edge,
                linewidth=key.width,
                gid=key.gid,
                zorder=3.8,
            )


def _frame(drawn: Drawn) -> View:
    ends = np.concatenate([drawn.lower, drawn.upper, drawn.published, drawn.chance, [0.0]])
    ends = ends[np.isfinite(ends)]
    low, high = float(ends.min()), float(ends.max())
    pad = 0.03 * (high - low) or 1.0
    return View(
        scale="linear", x=(0.0, 1.0), y=(low - pad, high + pad), reverse=False, percent=False
    )


def draw_comparability(opportunity: Opportunity, *, highlight: Sequence[str] = ()) -> Figure:
    """Draw the share of each unit's case-mix that others treat as well, the least on top.

    Parameters
    ----------
    opportunity : Opportunity
    highlight : sequence of str
        Codes or names of units to mark and always draw.

    Returns
    -------
    Figure

    Raises
    ------
    ModelError
        If the model has no strata, by which alone case-mix is known.
    UsageError
        If no unit has a highlighted code or name.
    """
    check_strata(opportunity)
    (chosen,) = find_units([opportunity], highlight)
    units = opportunity.units
    order = np.argsort(units.comparability, kind="stable")
    first = order[: MOST + MOST_INCOMPARABLE]
    listed = np.concatenate([first, np.setdiff1d(np.flatnonzero(chosen), first)])
    share = units.comparability[listed]
    apart = ~units.comparable[listed]
    names = Drawn(
        unit=units.unit[listed],
        unit_name=units.unit_name[listed],
        estimate=share,
        lower=share,
        upper=share,
        published=share,
        chance=share,
        comparable=~apart,
    )
    with_others = Key(
        gid="units-comparable", text="comparable", marker="o", face=style.QUIET, edge=style.QUIET
    )
    alone = Key(
        gid="units-apart", text="not comparable", marker="o", face=style.BETTER, edge=style.BETTER
    )

    def draw(ax: Axes, pitch: float) -> Rows:
        rows = Rows(
            units=names, order=np.arange(listed.size), chosen=chosen[listed], centre=share,
            lower=share, upper=share, pitch=pitch,
        )  # fmt: skip
        plain_axes(ax, small=False)
        set_rows(ax, rows)
        ax.set_xlim(-0.02, 1.02)
        ax.set_xticks(np.linspace(0, 1, 6), [f"{each:.0f}%" for each in np.linspace(0, 100, 6)])
        draw_rows(ax, rows, [(with_others, ~apart), (alone, apart)], raster=False)
        return rows

    left = units.unit.size - listed.size
    return draw_alone(
        opportunity_words.comparability_head(opportunity),
        listed.size,
        draw,
        keys=[alone, with_others, *([HIGHLIGHT] if chosen.any() else [])],
        axis="Share of the unit's case-mix that others of its peer group treat as well",
        footer=[
            "Who isn't comparable carries no opportunity and sets no target.",
            f"{left:,} more units, all more comparable, are not drawn." if left else "",
        ],
    )
