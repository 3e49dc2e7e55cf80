"""Draw what a published opportunity is made of, as a waterfall."""

from collections.abc import Callable, Mapping

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.errors import UsageError, did_you_mean
from varstat.estimands.opportunity.result import Opportunity
from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import PARTS, Caption
from varstat.present.charts import style
from varstat.present.charts.frame import MOST, View
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.row_sheet import (
    SOURCE_ROOM,
    WARNING,
    stamp,
    thin_ticks,
    title_across,
    write_head,
)
from varstat.present.charts.sheet import MARGIN, Sheet
from varstat.present.charts.ticks import reach_ticks
from varstat.prose.number import MINUS, figure

WIDTH, BAR, AROUND, LEFT, RIGHT = 8.4 * 72, 30.0, 142.0, 84.0, 92.0
_COLOURS = {
    "raw": style.INSIDE,
    "published": style.INSIDE,
    "crude": style.INSIDE,
    "remaining": style.WORSE,
    "from": style.INSIDE,
    "to": style.INSIDE,
}


def draw_waterfall(
    opportunity: Opportunity,
    caption: Caption,
    *,
    subtotal: str | None = None,
    canvas: Canvas | None = None,
) -> Figure:
    """Draw how a published opportunity falls to what remains, a bar for each part.

    The parts add up to what was published: one that is positive leads down to what remains. A
    bar's line is the interval of that part, drawn where the bar ends.

    Parameters
    ----------
    opportunity : Opportunity
    caption : Caption
    subtotal : str, optional
        A set of units, such as a peer group; all units unless given.
    canvas : Canvas, optional

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If there is no such set.
    """
    fall = opportunity.waterfall
    parts = fall.estimate, fall.lower, fall.upper
    if subtotal is not None:
        if subtotal not in fall.subtotal:
            raise UsageError(
                "subtotal",
                f"there is no set of units {subtotal!r}.{did_you_mean(subtotal, fall.subtotal)}",
            )
        at = fall.subtotal.index(subtotal)
        parts = (
            fall.subtotal_estimate[:, at],
            fall.subtotal_lower[:, at],
            fall.subtotal_upper[:, at],
        )
    return draw_fall(fall.component, parts, caption, write=figure, labels=PARTS, canvas=canvas)


def draw_fall(
    component: tuple[str, ...],
    parts: tuple[Floats, Floats, Floats],
    caption: Caption,
    *,
    write: Callable[[float], str],
    labels: Mapping[str, str] = PARTS,
    percent: bool = False,
    per: float = 1.0,
    adding: bool = False,
    above: float = 0.0,
    lines: int = 3,
    canvas: Canvas | None = None,
) -> Figure:
    """Draw a bar for each part on a sheet of its own, or on a reader's axes.

    Parameters
    ----------
    component : tuple of str
    parts : tuple of ndarray of float, shape (components,) each
        Estimates, and the ends of their intervals.
    caption : Caption
    write, labels, percent, per, adding
        As of `draw_bars`.
    above : float
        Room for a long finding, in points.
    lines : int
        Of the footer at most.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """

    def draw(on: Axes) -> Figure:
        draw_bars(
            on,
            component,
            *parts,
            write=write,
            labels=labels,
            percent=percent,
            per=per,
            adding=adding,
        )
        title_across(on, caption.axis, pad=4.0)
        thin_ticks(on)
        if caption.distrust:
            stamp(on)
        return on.figure.figure  # of a subfigure, the whole

    canvas = canvas or Canvas()
    height = AROUND + above + BAR * len(component) + (WARNING if caption.distrust else 0.0)
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            return draw(canvas.ax)
        room = SOURCE_ROOM if canvas.source else 0.0
        sheet = Sheet.on(canvas, WIDTH, height + room)
        write_head(sheet, caption)
        sheet.write_source(canvas.source)
        sheet.write_below(caption.footer, lines=lines)
        box = sheet.rectangle(
            MARGIN + LEFT, sheet.bottom + 46.0, sheet.width - MARGIN - RIGHT, sheet.top - 8.0
        )
        return draw(sheet.figure.add_axes(box))


def draw_bars(
    ax: Axes,
    component: tuple[str, ...],
    estimate: Floats,
    lower: Floats,
    upper: Floats,
    *,
    write: Callable[[float], str],
    labels: Mapping[str, str] = PARTS,
    percent: bool = False,
    per: float = 1.0,
    adding: bool = False,
) -> None:
    """Draw a bar for each part, from where the one before it ends; the first and last from zero.

    Parameters
    ----------
    ax : Axes
    component : tuple of str
    estimate, lower, upper : ndarray of float, shape (components,)
    write : callable
        Writes a number that stands beside its bar, with its sign.
    labels : mapping of str to str
        What the parts are called.
    percent : bool
        Whether the axis is of shares.
    per : float
        By what numbers are multiplied along it, if not.
    adding : bool
        Whether the parts lead from the first to the last by adding, and not by taking away.
    """
    count, turn = len(component), 1.0 if adding else -1.0
    plain_axes(ax, small=False)
    ax.spines["left"].set_visible(False)
    # Where each part's bar starts, and the end that its interval is about.
    start = np.concatenate([[0.0], estimate[0] + turn * np.cumsum(np.r_[0.0, estimate[1:-1]])])
    start[-1] = 0.0
    whole = np.arange(count) % (count - 1) == 0
    end = np.where(whole, estimate, start + turn * estimate)
    ends = start + turn * lower, start + turn * upper
    near = np.where(whole, lower, np.minimum(*ends))
    far = np.where(whole, upper, np.maximum(*ends))
    for i, name in enumerate(component):
        ax.barh(
            i,
            end[i] - start[i],
            left=start[i],
            height=0.62,
            color=_COLOURS.get(name) or _colour(float(estimate[i]), adding=adding),
            alpha=0.9 if whole[i] else 0.6,
            gid=f"part-{name}",
            zorder=2,
        )
        if i and i < count - 1:
            ax.plot([start[i]] * 2, [i - 1, i], color=style.RULE, linewidth=0.7, zorder=1.5)
        if far[i] > near[i]:
            ax.plot([near[i], far[i]], [i, i], color=style.INK, linewidth=1.3, zorder=3,
                    gid=f"interval-{name}")  # fmt: skip
        sign = "+" if adding and estimate[i] > 0 and not whole[i] else ""
        ax.annotate(
            sign + write(float(estimate[i])).replace("-", MINUS),
            (1.0, i),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            verticalalignment="center",
            fontsize=style.BODY,
            color=style.INK,
            fontweight="bold" if whole[i] else "normal",
            annotation_clip=False,
            gid="value",
        )
    frame = _frame(np.concatenate([near, far, start, end]), percent=percent, per=per)
    ax.set_xlim(*frame.y)
    ticks, texts = frame.rate_ticks()
    ax.set_xticks(ticks, texts)
    ax.set_ylim(count - 0.5, -0.5)
    ax.set_yticks(
        range(count), [labels[name][:1].upper() + labels[name][1:] for name in component],
        fontsize=style.BODY,
    )  # fmt: skip
    ax.tick_params(axis="y", length=0)
    ax.axvline(0.0, color=style.TARGET, linewidth=0.9, zorder=1.6, gid="zero")


def _colour(estimate: float, *, adding: bool) -> str:
    """Of a part: what adds to an opportunity is worse, what explains it is better."""
    if adding:
        return style.WORSE if estimate >= 0 else style.BETTER
    return style.BETTER if estimate >= 0 else style.RULE


def _frame(places: Floats, *, percent: bool, per: float) -> View:
    """Hold all bars and lines, and zero."""
    low, high = min(0.0, float(places.min())), max(0.0, float(places.max()))
    high = high if high > low else low + 1.0
    pad = 0.02 * (high - low)
    factor = 100.0 if percent else per
    return View(
        scale="linear",
        x=(0.0, 1.0),
        y=reach_ticks(low - pad, high + pad, MOST, factor=factor),
        reverse=False,
        percent=percent,
        per=per,
    )
