"""Draw opportunities: units' or groups', with intervals beside what was published."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from varstat.estimands.opportunity.result import Opportunity
from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import MAX_PANELS, Caption
from varstat.present.charts import style
from varstat.present.charts.frame import MOST as MOST_STEPS
from varstat.present.charts.frame import View
from varstat.present.charts.funnel_marks import HIGHLIGHT, Key
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.row_sheet import draw_alone
from varstat.present.charts.rows import Bools, Order, Rows, draw_rows, mark_size, set_rows
from varstat.present.charts.ticks import reach_ticks
from varstat.prose.number import figure

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


def draw_opportunity(
    opportunity: Opportunity, caption: Caption, chosen: Bools, *, canvas: Canvas | None = None
) -> Figure:
    """Draw units' opportunities with intervals, the largest on top, beside what was published.

    Of many units the largest are drawn, and those highlighted. Hollow marks are what was
    published: their distance from the estimate is what chance, case-mix and peer groups explain.

    Parameters
    ----------
    opportunity : Opportunity
    caption : Caption
    chosen : ndarray of bool, shape (units,)
        Units to mark and always draw.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
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
    amount = figure(float(np.nansum(units.estimate[rest])))
    more = f"{left:,} more units, with {amount} in all, are not drawn." if left else ""
    return _draw(drawn, caption, chosen[listed], more=more, canvas=canvas)


def draw_totals(
    opportunities: Sequence[Opportunity], caption: Caption, *, canvas: Canvas | None = None
) -> Figure:
    """Draw the totals of several groups or periods.

    Parameters
    ----------
    opportunities : sequence of Opportunity
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    shown = opportunities[:MAX_PANELS]
    several = len({each.indicator for each in shown}) > 1
    labels = [
        " · ".join(filter(None, [each.indicator if several else "", *each.by.values()]))
        for each in shown
    ]

    def column(name: str) -> Floats:
        return np.array([getattr(each.total, name) for each in shown])

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
    more = f"{left:,} more groups are not drawn." if left else ""
    return _draw(drawn, caption, np.zeros(len(shown), dtype=np.bool_), more=more, canvas=canvas)


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


def _draw(
    drawn: Drawn, caption: Caption, chosen: Bools, *, more: str, canvas: Canvas | None = None
) -> Figure:
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
        at, texts = frame.rate_ticks()
        ax.set_xticks(at, texts)
        ax.axvline(0.0, color=style.TARGET, linewidth=0.9, zorder=2.1, gid="zero")
        _draw_beside(ax, drawn, rows)
        draw_rows(ax, rows, kinds, raster=False)
        return rows

    keys = [key for key, at in reversed(kinds) if at.any()]
    keys += [APART] if not drawn.comparable.all() else []
    keys += [HIGHLIGHT] if chosen.any() else []
    keys = [*keys, PUBLISHED, CHANCE]
    return draw_alone(caption, drawn.unit.size, draw, keys=keys, more=more, canvas=canvas)


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
        scale="linear",
        x=(0.0, 1.0),
        y=reach_ticks(low - pad, high + pad, MOST_STEPS),
        reverse=False,
        percent=False,
    )


def draw_comparability(
    opportunity: Opportunity, caption: Caption, chosen: Bools, *, canvas: Canvas | None = None
) -> Figure:
    """Draw the share of each unit's case-mix that others treat as well, the least on top.

    Parameters
    ----------
    opportunity : Opportunity
        Of a model with strata, by which alone case-mix is known.
    caption : Caption
    chosen : ndarray of bool, shape (units,)
        Units to mark and always draw.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
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
        caption,
        listed.size,
        draw,
        keys=[alone, with_others, *([HIGHLIGHT] if chosen.any() else [])],
        more=f"{left:,} more units, all more comparable, are not drawn." if left else "",
        canvas=canvas,
    )
