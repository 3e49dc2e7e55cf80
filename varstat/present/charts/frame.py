"""Where a funnel is seen from: the scale of sizes, the ranges of both axes and their ticks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from varstat.errors import UsageError, did_you_mean, one_of
from varstat.funnel.result import Funnel, bars, has_bar, has_point
from varstat.measure import Floats, Measure
from varstat.prose.number import MINUS, size_text
from varstat.prose.rate import rate_text

XScale = Literal["auto", "linear", "sqrt", "log"]
SCALES = ("auto", "linear", "sqrt", "log")
GRID = 240
STEPS = [1, 2, 2.5, 5, 10]


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


def view_of(funnels: Sequence[Funnel], *, x_scale: XScale = "auto") -> View:
    """Choose one view in which every unit of these funnels is seen.

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
        return 0.0, float(inverse(np.array(b * 1.04)))
    pad = 0.04 * (b - a)
    low_high = inverse(np.array([max(a - pad, 0.0) if scale != "log" else a - pad, b + pad]))
    return float(low_high[0]), float(low_high[1])


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
    low, high = float(rates.min()), float(rates.max())
    limits = np.concatenate([_usual_limits(f) for f in funnels])
    spare = 0.4 * (high - low) or np.inf
    if limits.size:
        low = min(low, max(float(limits.min()), low - spare))
        high = max(high, min(float(limits.max()), high + spare))
    bottom, top = natural_range(measure)
    pad = 0.05 * (high - low) or 0.1 * abs(high) or 0.1
    # More room above than below, for labels of the highest units.
    return max(low - pad, bottom - 0.4 * pad), min(high + 1.5 * pad, top + pad)


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


def transforms(scale: str) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """Get a scale's transform and its inverse."""
    if scale == "log":
        return np.log10, lambda v: np.power(10.0, v)
    if scale == "sqrt":
        return lambda v: np.sqrt(np.maximum(v, 0.0)), np.square
    return (lambda v: v), (lambda v: v)


def grid(funnel: Funnel, view: View) -> Floats:
    """Choose sizes to draw limits at, even on the view's scale; whole numbers for counts."""
    forward, inverse = transforms(view.scale)
    sizes = funnel.units.size
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    whole = funnel.measure.bounded and bool(np.all(sizes == np.round(sizes)))
    smallest = 1.0 if whole else (float(sizes.min()) if sizes.size else 1.0) / 10
    low = max(view.x[0], min(smallest, view.x[1] / 2))
    ends = forward(np.array([low, view.x[1]]))
    points = inverse(np.linspace(ends[0], ends[1], GRID))
    return np.unique(np.maximum(np.round(points), 1.0)) if whole else points


def set_view(ax: Axes, view: View, *, ticks: int = 6) -> None:
    """Give axes a view's scale, ranges and readable ticks."""
    if view.scale == "log":
        ax.set_xscale("log")
    elif view.scale == "sqrt":
        ax.set_xscale("function", functions=transforms("sqrt"))
    ax.set_xlim(*(view.x[::-1] if view.reverse else view.x))
    ax.set_ylim(*view.y)
    ax.xaxis.set_major_locator(FixedLocator(size_ticks(view, ticks)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: size_text(v)))
    at, texts = rate_ticks(view, ticks)
    ax.set_yticks(at, texts)


def size_ticks(view: View, most: int) -> list[float]:
    """Choose round sizes, spread over the view's scale."""
    low, high = view.x
    if view.scale == "log":
        return _log_ticks(low, high, most)
    if view.scale == "sqrt":
        even = np.linspace(np.sqrt(low), np.sqrt(high), most + 1) ** 2
        rounded = {_round_size(v) for v in even}
        return sorted(v for v in rounded if low <= v <= high)
    return [
        float(v) for v in MaxNLocator(most, steps=STEPS).tick_values(low, high) if low <= v <= high
    ]


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [m * 10.0**d for d in decades for m in steps if low <= m * 10.0**d <= high]
        if len(ticks) <= most + 2:
            return ticks
    every = -(-len(ticks) // most)
    return ticks[::every]


def _round_size(value: float) -> float:
    if value <= 0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(value))
    steps = np.array([1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0])
    return float(steps[np.argmin(np.abs(steps - value / power))] * power)


def rate_ticks(view: View, most: int) -> tuple[list[float], list[str]]:
    """Choose round rates inside the view, each written with the same number of decimals."""
    factor = 100.0 if view.percent else view.per
    low, high = view.y[0] * factor, view.y[1] * factor
    at = MaxNLocator(most, steps=STEPS).tick_values(low, high)
    step = float(at[1] - at[0])
    inside = [float(v) for v in at if low <= v <= high]
    # 2.5 needs one decimal more than 2 or 5.
    decimals = next(d for d in range(12) if d == 11 or np.isclose(round(step, d), step))
    texts = [f"{v:,.{decimals}f}".replace("-", MINUS) for v in inside]
    sign = "%" if view.percent else ""
    return [v / factor for v in inside], [text + sign for text in texts]
