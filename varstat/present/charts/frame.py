"""Where a funnel is seen from: the scale of sizes, the ranges of both axes and their ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from varstat.errors import UsageError, did_you_mean, one_of
from varstat.funnel.result import Funnel, bars, has_bar, has_point
from varstat.measure import Floats, Measure
from varstat.present.charts.ticks import (
    rate_ticks,
    reach_sizes,
    reach_ticks,
    size_ticks,
    transforms,
)
from varstat.prose.number import size_text
from varstat.prose.rate import rate_text

XScale = Literal["auto", "linear", "sqrt", "log"]
SCALES = ("auto", "linear", "sqrt", "log")
GRID = 240
# Steps between ticks at most, of a chart and of a small panel.
MOST, MOST_SMALL = 8, 5
# Of so few units the view holds all.
_FEW = 20
# A view reaches so many times as far from the target as nine tenths of the units lie; it is cut
# there only if some lie much further out.
_REACH, _MUCH = 4.0, 1.5
# Of the view's height, for the arrow of a unit beyond it.
_ROOM = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What part of the plane is drawn, and on which scale.

    Attributes
    ----------
    scale : {"linear", "sqrt", "log"}
        Of the sizes.
    x, y : tuple of float
        Lowest and highest size and rate in the frame.
    reverse : bool
        Whether sizes fall from left to right: standard errors do, so that the most certain
        units stand at the right in every funnel.
    percent : bool
        Whether rates are shown as percentages.
    per : float
        By what rates that aren't are multiplied.
    """

    scale: Literal["linear", "sqrt", "log"]
    x: tuple[float, float]
    y: tuple[float, float]
    reverse: bool
    percent: bool
    per: float = 1.0

    def rate_text(self, rate: float) -> str:
        """Write a rate as it is written beside the chart.

        Examples
        --------
        >>> View(scale="log", x=(1, 9), y=(0, 1), reverse=False, percent=True).rate_text(0.558)
        '55.8%'
        """
        return rate_text(rate, percent=self.percent, per=self.per)

    def rate_ticks(self, *, small: bool = False) -> tuple[list[float], list[str]]:
        """Choose the rates that are written beside the chart, and write them."""
        most = MOST_SMALL if small else MOST
        return rate_ticks(*self.y, most, percent=self.percent, per=self.per)

    def inside(self, rate: Floats) -> Floats:
        """Move rates beyond the view to just inside its edge, with room for an arrow."""
        low, high = self.y
        room = _ROOM * (high - low)
        held = np.where(rate > high, high - room, np.where(rate < low, low + room, rate))
        return cast(Floats, held)

    def beyond(self, rate: Floats) -> NDArray[np.int64]:
        """Tell which rates lie above the view (1) and below it (-1)."""
        return (rate > self.y[1]).astype(np.int64) - (rate < self.y[0])


def view_of(funnels: Sequence[Funnel], *, x_scale: XScale = "auto") -> View:
    """Choose one view for the units of these funnels.

    It holds every unit, but for the few that lie many times as far out as nine tenths do.
    Limits of tiny units reach far beyond the data: the frame holds those of all but the
    smallest tenth of units, as long as they don't squeeze the data into half of it, and the
    others run out of the frame.
    """
    if x_scale not in SCALES:
        message = f"{x_scale!r} is not a scale; expected {one_of(SCALES)}."
        raise UsageError("x_scale", message + did_you_mean(str(x_scale), SCALES))
    measure = funnels[0].measure
    seen = [has_point(f.units) | has_bar(f.units) for f in funnels]
    sizes = np.concatenate([f.units.size[s] for f, s in zip(funnels, seen, strict=True)])
    if not sizes.size:
        sizes = np.array([1.0])
    scale = _scale(sizes) if x_scale == "auto" else x_scale
    return View(
        scale=scale,
        x=_size_range(sizes, scale),
        y=_rate_range(funnels),
        reverse=measure.size_is_error,
        percent=measure.percent,
        per=measure.per,
    )


def _scale(sizes: Floats) -> Literal["linear", "sqrt", "log"]:
    span = float(sizes.max() / sizes.min())
    if span > 150:
        return "log"
    return "sqrt" if span > 20 else "linear"


def _size_range(sizes: Floats, scale: str) -> tuple[float, float]:
    low, high = float(sizes.min()), float(sizes.max())
    if low == high:
        return (low / 2, low * 1.5)
    forward, inverse = transforms(scale)
    a, b = forward(np.array([low, high]))
    if scale != "log" and a < 0.3 * b:
        low, high = 0.0, float(inverse(np.array(b * 1.04)))
    else:
        pad = 0.04 * (b - a)
        padded = inverse(np.array([max(a - pad, 0.0) if scale != "log" else a - pad, b + pad]))
        low, high = float(padded[0]), float(padded[1])
    return reach_sizes(low, high, MOST, scale=scale)


def _rate_range(funnels: Sequence[Funnel]) -> tuple[float, float]:
    measure = funnels[0].measure
    values = [np.array([f.target]) for f in funnels]
    for funnel in funnels:
        lower, upper = bars(funnel)
        bar, point = has_bar(funnel.units), has_point(funnel.units)
        values += [funnel.units.rate[point], lower[bar], upper[bar]]
    rates = np.concatenate(values)
    rates = rates[np.isfinite(rates)]
    if not rates.size:
        return 0.0, 1.0
    low, high = _usual_rates(rates, target=funnels[0].target)
    limits = np.concatenate([_usual_limits(f) for f in funnels])
    spare = 0.4 * (high - low) or np.inf
    if limits.size:
        low = min(low, max(float(limits.min()), low - spare))
        high = max(high, min(float(limits.max()), high + spare))
    bottom, top = natural_range(measure)
    pad = 0.05 * (high - low) or 0.1 * abs(high) or 0.1
    # More room above than below, for labels of the highest units.
    low, high = max(low - pad, bottom - 0.4 * pad), min(high + 1.5 * pad, top + 0.4 * pad)
    factor = 100.0 if measure.percent else measure.per
    return reach_ticks(low, high, MOST, ends=(bottom, top), factor=factor)


def _usual_rates(rates: Floats, *, target: float) -> tuple[float, float]:
    """Where all rates lie, but for those of many that lie extremely far out."""
    low, high = float(rates.min()), float(rates.max())
    if rates.size < _FEW or not np.isfinite(target):
        return low, high
    reach = _REACH * float(np.quantile(np.abs(rates - target), 0.9))
    if reach == 0:
        return low, high
    if high - target > _MUCH * reach:
        high = max(float(rates[rates <= target + reach].max()), target)
    if target - low > _MUCH * reach:
        low = min(float(rates[rates >= target - reach].min()), target)
    return low, high


def _usual_limits(funnel: Funnel) -> Floats:
    sizes = funnel.units.size[has_point(funnel.units) | has_bar(funnel.units)]
    if not sizes.size:
        return np.empty(0)
    q = 0.9 if funnel.measure.size_is_error else 0.1
    frame = funnel.limits(np.quantile(sizes, [q], method="nearest"))
    strong = frame[frame["kind"] == strong_kind(list(frame["kind"]))]
    limits = strong[["lower", "upper"]].to_numpy(dtype=float).ravel()
    return cast(Floats, limits[np.isfinite(limits)])


def strong_kind(kinds: Sequence[str]) -> str:
    """Pick the kind of limits that flags are judged by: over-dispersed where there are any."""
    return "overdispersed" if "overdispersed" in kinds else kinds[0]


def natural_range(measure: Measure) -> tuple[float, float]:
    """Give the range of rates that are possible at all."""
    return measure.ends


def grid(funnel: Funnel, view: View) -> Floats:
    """Choose sizes to draw limits at, even on the view's scale; whole numbers for counts."""
    forward, inverse = transforms(view.scale)
    sizes = funnel.units.size
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    whole = funnel.measure.bounded and bool(np.all(sizes == np.round(sizes)))
    smallest = float(sizes.min()) if sizes.size else 1.0
    # From an axis that starts at zero on, so that no line starts in mid-air.
    smallest = 1.0 if whole else min(smallest / 10, view.x[1] / 2_000)
    low = max(view.x[0], min(smallest, view.x[1] / 2))
    ends = forward(np.array([low, view.x[1]]))
    points = inverse(np.linspace(ends[0], ends[1], GRID))
    return np.unique(np.maximum(np.round(points), 1.0)) if whole else points


def set_view(ax: Axes, view: View, *, small: bool = False) -> None:
    """Give axes a view's scale, ranges and readable ticks."""
    if view.scale == "log":
        ax.set_xscale("log")
    elif view.scale == "sqrt":
        ax.set_xscale("function", functions=transforms("sqrt"))
    ax.set_xlim(*(view.x[::-1] if view.reverse else view.x))
    ax.set_ylim(*view.y)
    most = MOST_SMALL if small else MOST
    ax.xaxis.set_major_locator(FixedLocator(size_ticks(*view.x, most, scale=view.scale)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: size_text(v)))
    at, texts = view.rate_ticks(small=small)
    ax.set_yticks(at, texts)
