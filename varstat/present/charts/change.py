"""Draw a change: its bridge from total to total, the nation's series, and who moved in rank."""

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from varstat.estimands.change.result import Change
from varstat.estimands.change.rounded import round_bridge
from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_names import fit_names, margin_of, widest_name
from varstat.present.charts.row_sheet import (
    lay_sheet,
    name_above,
    set_amounts,
    stamp,
    thin_ticks,
    title_across,
)
from varstat.present.charts.sheet import MARGIN
from varstat.present.charts.ticks import period_ticks, rank_ticks, rate_ticks, reach_ticks
from varstat.present.charts.waterfall import draw_fall
from varstat.present.highlight import Bools
from varstat.prose.text import clean

HEIGHT, LEFT = 400.0, 62.0
# Steps at most between rates and between totals, and periods that are named at most.
_RATES, _TOTALS, _PERIODS = 5, 5, 7
MOST_MOVERS, ROW, AROUND = 24, 15.0, 150.0


def draw_bridge(
    change: Change, caption: Caption, labels: dict[str, str], *, canvas: Canvas | None = None
) -> Figure:
    """Draw how one total leads to another, a bar for each part.

    Parameters
    ----------
    change : Change
    caption : Caption
    labels : dict of str to str
        What the parts are called.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    rounded = round_bridge(change.bridge)
    bridge = rounded.bridge
    return draw_fall(
        bridge.effect,
        (bridge.estimate, bridge.lower, bridge.upper),
        caption,
        write=rounded.write,
        labels=labels,
        adding=True,
        above=44.0,
        lines=4,
        canvas=canvas,
    )


def draw_series(change: Change, caption: Caption, *, canvas: Canvas | None = None) -> Figure:
    """Draw the nation's rate and total in every period, with their intervals.

    Parameters
    ----------
    change : Change
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            _draw_total(canvas.ax, change, caption)
            return canvas.ax.figure.figure  # of a subfigure, the whole
        sheet = lay_sheet(caption, HEIGHT, canvas)
        middle = (sheet.bottom + sheet.top) / 2
        right = sheet.width - MARGIN - 12.0
        upper = sheet.rectangle(MARGIN + LEFT, middle + 8.0, right, sheet.top - 18.0)
        lower = sheet.rectangle(MARGIN + LEFT, sheet.bottom + 42.0, right, middle - 26.0)
        rate, total = sheet.figure.add_axes(upper), sheet.figure.add_axes(lower)
        _draw_rate(rate, change)
        _draw_total(total, change, caption)
        return sheet.figure


def movers(change: Change, mark: Bools) -> NDArray[np.intp]:
    """Choose the units of a chart of movers: those marked, and those that moved most."""
    far = np.argsort(-np.abs(change.units.rank_move), kind="stable")[:MOST_MOVERS]
    chosen = np.union1d(far, np.flatnonzero(mark))
    return chosen[np.argsort(change.units.rank_move[chosen], kind="stable")]


def draw_movers(
    change: Change, caption: Caption, mark: Bools, *, canvas: Canvas | None = None
) -> Figure:
    """Draw ranks then and now of the units that moved most, with the interval of the move.

    Parameters
    ----------
    change : Change
    caption : Caption
    mark : ndarray of bool, shape (units,)
        Units to draw and mark whatever they did.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    rows = movers(change, mark)
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            names = [clean(str(change.units.unit[i])) for i in rows]
            _draw_movers(canvas.ax, change, caption, rows, mark, names)
            return canvas.ax.figure.figure  # of a subfigure, the whole
        sheet = lay_sheet(caption, AROUND + ROW * len(rows), canvas)
        names = [text for _, text in fit_names(change.units, rows, mark, widest_name(sheet.width))]
        left = MARGIN + margin_of(names)
        box = sheet.rectangle(
            left, sheet.bottom + 42.0, sheet.width - MARGIN - 12.0, sheet.top - 8.0
        )
        _draw_movers(sheet.figure.add_axes(box), change, caption, rows, mark, names)
        return sheet.figure


def _draw_rate(ax: Axes, change: Change) -> None:
    series, measure = change.series, change.measure
    _draw_path(ax, change, series.rate, series.rate_lower, series.rate_upper)
    factor = 100.0 if measure.percent else measure.per
    low, high = reach_ticks(*ax.get_ylim(), _RATES, ends=measure.ends, factor=factor)
    ax.set_ylim(low, high)
    at, texts = rate_ticks(low, high, _RATES, percent=measure.percent, per=measure.per)
    ax.set_yticks(at, texts)
    ax.set_xticklabels([])
    name_above(ax, "National rate")


def _draw_total(ax: Axes, change: Change, caption: Caption) -> None:
    series = change.series
    _draw_path(ax, change, series.opportunity, series.opportunity_lower, series.opportunity_upper)
    set_amounts(ax, _TOTALS)
    name_above(ax, caption.axis)
    if caption.distrust:
        stamp(ax)


def _draw_path(ax: Axes, change: Change, value: Floats, lower: Floats, upper: Floats) -> None:
    """Draw a line along the periods, with its band, and shade the periods compared."""
    plain_axes(ax, small=False)
    at = np.arange(len(value))
    for places in change.spans:
        ax.axvspan(places[0] - 0.5, places[-1] + 0.5, color=style.BAND, zorder=0.5, linewidth=0)
    shade = style.tint(style.BETTER, 0.25)
    ax.fill_between(at, lower, upper, color=shade, linewidth=0, gid="interval", zorder=1)
    ax.plot(at, value, color=style.BETTER, linewidth=1.5, marker="o", markersize=3, gid="path")
    ax.set_xlim(-0.5, len(value) - 0.5)
    shown = period_ticks(change.series.period, _PERIODS)
    names = [figure_text(change.series.period[place]) for place in shown]
    ax.set_xticks(list(shown), names, parse_math=False)
    thin_ticks(ax)
    ax.grid(axis="y", color=style.BAND, linewidth=0.7)
    ax.set_axisbelow(True)


def _draw_movers(
    ax: Axes,
    change: Change,
    caption: Caption,
    rows: NDArray[np.intp],
    mark: Bools,
    names: list[str],
) -> None:
    plain_axes(ax, small=False)
    ax.spines["left"].set_visible(False)
    units = change.units
    for y, i in enumerate(rows.tolist()):
        then, now = units.rank_from[i], units.rank_to[i]
        colour = style.BETTER if now < then else style.WORSE
        ends = then + units.rank_move_lower[i], then + units.rank_move_upper[i]
        ax.plot([then, now], [y, y], color=style.tint(colour, 0.5), linewidth=1.2, zorder=1)
        ax.plot(ends, [y, y], color=colour, linewidth=3.0, alpha=0.35, gid="interval", zorder=2,
                solid_capstyle="butt")  # fmt: skip
        ax.plot(then, y, "o", markersize=4.5, markerfacecolor=style.PAPER, color=colour, zorder=3)
        ax.plot(now, y, "o", markersize=4.5, color=colour, gid="unit", zorder=4)
    ax.set_yticks(range(len(rows)), names, fontsize=style.SMALL, parse_math=False)
    for label, i in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if mark[i] else "normal")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    count = len(units.unit)
    ax.set_xlim(1 - 0.02 * count, count * 1.02)
    ax.set_xticks(*rank_ticks(count, 7))
    thin_ticks(ax)
    ax.grid(axis="y", color=style.BAND, linewidth=0.7)
    ax.set_axisbelow(True)
    title_across(ax, caption.axis)
    if caption.distrust:
        stamp(ax)
