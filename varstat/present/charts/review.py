"""Draw a review: the specification curve, how often intervals cover, and how stable ranks are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.measure import Floats
from varstat.measure.lock import lock_arrays
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.names import figure_text
from varstat.present.charts.row_names import margin_of
from varstat.present.charts.row_sheet import (
    lay_sheet,
    name_above,
    set_amounts,
    stamp,
    thin_ticks,
    title_across,
)
from varstat.present.charts.sheet import MARGIN
from varstat.present.charts.ticks import rank_ticks, rate_ticks
from varstat.present.highlight import Bools

LEFT, ROW = 150.0, 13.0
_CURVE, _AROUND, _RANKS = 190.0, 140.0, 420.0
# Steps at most between shares, between ranks and between totals.
_SHARES, _STEPS, _TOTALS = 6, 6, 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """Totals of several analyses, and what each chose.

    Attributes
    ----------
    estimate, lower, upper : ndarray of float, shape (specifications,)
    own : ndarray of bool, shape (specifications,)
        The analysis under review.
    choices : mapping of str to sequence of str
        By axis, the option of each.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    own: Bools
    choices: Mapping[str, Sequence[str]]

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """How often intervals held the truth, a row each.

    Attributes
    ----------
    name : sequence of str
    share, mcse : ndarray of float, shape (rows,)
    holds : ndarray of bool, shape (rows,)
        Whether nothing speaks against its being as it should.
    level : float
        That they should.
    """

    name: Sequence[str]
    share: Floats
    mcse: Floats
    holds: Bools
    level: float

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stability:
    """Mean ranks of units over several analyses, in the order of the analysis under review.

    Attributes
    ----------
    unit : sequence of str
    least, middle, most : ndarray of float, shape (units,)
        The best, the median and the worst.
    mark : ndarray of bool, shape (units,)
    """

    unit: Sequence[str]
    least: Floats
    middle: Floats
    most: Floats
    mark: Bools

    def __post_init__(self) -> None:
        lock_arrays(self)


def draw_curve(curve: Curve, caption: Caption, *, canvas: Canvas | None = None) -> Figure:
    """Draw totals from the least to the largest, and below each what it chose.

    Parameters
    ----------
    curve : Curve
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    order = np.argsort(curve.estimate, kind="stable")
    rows = sum(len(set(each)) for each in curve.choices.values())
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            _draw_totals(canvas.ax, curve, caption, order)
            return canvas.ax.figure.figure
        sheet = lay_sheet(caption, _AROUND + _CURVE + ROW * (rows + len(curve.choices)), canvas)
        right, start = sheet.width - MARGIN - 8.0, sheet.bottom + 8.0
        share = _CURVE / (_CURVE + ROW * (rows + len(curve.choices)))
        middle = sheet.top - 16.0 - share * (sheet.top - 16.0 - start)
        upper = sheet.rectangle(MARGIN + LEFT, middle + 6.0, right, sheet.top - 16.0)
        lower = sheet.rectangle(MARGIN + LEFT, start, right, middle - 2.0)
        above = sheet.figure.add_axes(upper)
        _draw_totals(above, curve, caption, order)
        _draw_choices(sheet.figure.add_axes(lower, sharex=above), curve, order)
        return sheet.figure


def draw_coverage(shares: Shares, caption: Caption, *, canvas: Canvas | None = None) -> Figure:
    """Draw how often intervals held the truth, each with twice its Monte Carlo error.

    Parameters
    ----------
    shares : Shares
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            _draw_shares(canvas.ax, shares, caption)
            return canvas.ax.figure.figure
        sheet = lay_sheet(caption, _AROUND + 40.0 + 1.4 * ROW * max(len(shares.name), 4), canvas)
        right = sheet.width - MARGIN - 12.0
        left = MARGIN + margin_of(_share_names(shares))
        box = sheet.rectangle(left, sheet.bottom + 40.0, right, sheet.top - 8.0)
        _draw_shares(sheet.figure.add_axes(box), shares, caption)
        return sheet.figure


def draw_stability(
    stability: Stability, caption: Caption, *, canvas: Canvas | None = None
) -> Figure:
    """Draw the range of each unit's rank over the analyses, units in order of their own rank.

    Parameters
    ----------
    stability : Stability
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            _draw_ranges(canvas.ax, stability, caption)
            return canvas.ax.figure.figure
        sheet = lay_sheet(caption, _RANKS, canvas)
        right = sheet.width - MARGIN - 12.0
        box = sheet.rectangle(MARGIN + 44.0, sheet.bottom + 40.0, right, sheet.top - 18.0)
        _draw_ranges(sheet.figure.add_axes(box), stability, caption)
        return sheet.figure


def _draw_totals(ax: Axes, curve: Curve, caption: Caption, order: "np.ndarray") -> None:
    plain_axes(ax, small=False)
    at, own = np.arange(len(order)), curve.own[order]
    low, high = curve.lower[order], curve.upper[order]
    ax.vlines(at, low, high, color=style.tint(style.BETTER, 0.45), linewidth=1.2, gid="interval")
    ax.plot(at, curve.estimate[order], "o", markersize=2.6, color=style.BETTER, gid="total")
    if own.any():
        ax.vlines(at[own], low[own], high[own], color=style.WORSE, linewidth=2.0, zorder=3)
        ax.plot(at[own], curve.estimate[order][own], "D", markersize=6, color=style.WORSE,
                gid="own", zorder=4)  # fmt: skip
    ax.set_xlim(-1, len(order))
    ax.tick_params(axis="x", length=0, labelbottom=False)
    set_amounts(ax, _TOTALS)
    ax.grid(axis="y", color=style.BAND, linewidth=0.7)
    ax.set_axisbelow(True)
    name_above(ax, caption.axis)
    if caption.distrust:
        stamp(ax)


def _draw_choices(ax: Axes, curve: Curve, order: "np.ndarray") -> None:
    """A row an option, a mark where an analysis chose it; axes are set apart by a gap."""
    names, places, y = [], [], 0
    own = np.flatnonzero(curve.own[order])
    for axis, options in curve.choices.items():
        chosen = np.array([str(each) for each in options])[order]
        for at, option in enumerate(dict.fromkeys(str(each) for each in options)):
            here = np.flatnonzero(chosen == option)
            ax.plot(here, np.full(len(here), y), "|", markersize=7, color=style.LIMIT, gid="choice")
            mine = np.intersect1d(here, own)
            ax.plot(mine, np.full(len(mine), y), "D", markersize=5, color=style.WORSE)
            names.append(figure_text(f"{axis}: {option}" if at == 0 else option))
            places.append(y)
            y += 1
        y += 1
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_yticks(places, [style.fit(name, style.SMALL, LEFT - 8.0) for name in names])
    ax.tick_params(length=0, labelsize=style.SMALL, colors=style.QUIET, labelbottom=False)
    ax.set_ylim(y - 1.2, -0.8)


def _share_names(shares: Shares) -> list[str]:
    return [style.fit(figure_text(name), style.SMALL, LEFT + 50.0) for name in shares.name]


def _draw_shares(ax: Axes, shares: Shares, caption: Caption) -> None:
    plain_axes(ax, small=False)
    ax.spines["left"].set_visible(False)
    ax.axvline(shares.level, color=style.TARGET, linewidth=1.0, gid="level")
    for y, (share, error) in enumerate(zip(shares.share, shares.mcse, strict=True)):
        colour = style.BETTER if shares.holds[y] else style.WORSE
        ends = max(share - 2 * error, 0.0), min(share + 2 * error, 1.0)
        ax.plot(ends, [y, y], color=style.tint(colour, 0.5), linewidth=2.0, gid="interval")
        ax.plot(share, y, "o", markersize=5, color=colour, gid="share")
    names = _share_names(shares)
    ax.set_yticks(range(len(names)), names, fontsize=style.SMALL)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    known = shares.share[np.isfinite(shares.share)]
    least = min([float(np.min(known - 2 * np.max(shares.mcse))), shares.level - 0.1])
    ax.set_xlim(max(least, 0.0), 1.0)
    at, texts = rate_ticks(*ax.get_xlim(), _SHARES, percent=True)
    ax.set_xticks(at, texts)
    thin_ticks(ax)
    ax.grid(axis="y", color=style.BAND, linewidth=0.7)
    ax.set_axisbelow(True)
    title_across(ax, caption.axis)


def _draw_ranges(ax: Axes, stability: Stability, caption: Caption) -> None:
    plain_axes(ax, small=False)
    count, mark = len(stability.unit), stability.mark
    at = np.arange(1, count + 1)
    for here, colour in ((~mark, style.LIMIT), (mark, style.WORSE)):
        ax.vlines(at[here], stability.least[here], stability.most[here], linewidth=1.6,
                  color=style.tint(colour, 0.45), gid="interval")  # fmt: skip
        ax.plot(at[here], stability.middle[here], "o", markersize=2.8, color=colour, gid="unit")
    for i in np.flatnonzero(mark).tolist():
        ax.annotate(figure_text(stability.unit[i]), (at[i], stability.most[i]), xytext=(0, -3),
                    textcoords="offset points", ha="center", va="top", fontsize=style.SMALL,
                    fontweight="bold")  # fmt: skip
    ax.plot([1, count], [1, count], color=style.RULE, linewidth=0.8, zorder=0)
    for quarter in (count / 4, 3 * count / 4):
        ax.axhline(quarter + 0.5, color=style.RULE, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.set_xlim(0, count + 1)
    ax.set_ylim(count + 1, 0)
    ax.set_yticks(*rank_ticks(count, _STEPS))
    ax.set_xticks(*rank_ticks(count, _STEPS))
    thin_ticks(ax)
    title_across(ax, caption.axis)
    name_above(ax, "Mean rank over the analyses: median, best and worst")
    if caption.distrust:
        stamp(ax)
