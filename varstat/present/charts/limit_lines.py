"""The limits and the target of a funnel as lines that agree with every flag."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from varstat.funnel.result import Funnel, bars, has_bar, has_point
from varstat.measure import Floats
from varstat.present.charts import style
from varstat.present.charts.frame import View, grid, natural_range, strong_kind
from varstat.present.charts.funnel_marks import Key
from varstat.present.charts.ticks import transforms
from varstat.present.highlight import Bools
from varstat.prose.number import count_units, percent

# Times that sizes are added to a line where its chords disagree with a flag.
_ROUNDS = 20
# How far from a unit a line is held, as a share of the height of the view.
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The limits of a funnel at one level as they are drawn.

    Attributes
    ----------
    key : Key
    level : float
    strong : bool
        Whether flags are judged by them.
    size : ndarray of float, shape (points,)
    lower, upper : ndarray of float, shape (points,)
        At the end of what is possible where no event could be flagged.
    """

    key: Key
    level: float
    strong: bool
    size: Floats
    lower: Floats
    upper: Floats

    def at(self, size: Floats, view: View) -> tuple[Floats, Floats]:
        """Read both lines at given sizes, straight between their points on the view's scale."""
        forward, _ = transforms(view.scale)
        x, known = forward(np.maximum(size, self.size[0])), forward(self.size)
        return np.interp(x, known, self.lower), np.interp(x, known, self.upper)


def limit_lines(funnel: Funnel, view: View) -> list[Lines]:
    """Compute the limits over a view, faint ones first.

    Limits are computed on a grid, and between its points the line is straight. Where that would
    put a unit on the wrong side of a line, the limit at the unit's own size is one more point; a
    unit with a target of its own bends the line.

    Parameters
    ----------
    funnel : Funnel
    view : View

    Returns
    -------
    list of Lines
    """
    size = grid(funnel, view)
    lines = _lines_at(funnel, view, size)
    for _ in range(_ROUNDS):
        wrong = [contradicted(funnel, line, view) for line in lines if line.strong]
        at = np.setdiff1d(funnel.units.size[np.logical_or.reduce(wrong)], size)
        if not at.size:
            break
        size = np.union1d(size, at)
        lines = _lines_at(funnel, view, size)
    # Lines of what sizes usually rest on can't pass all units that rest on something else.
    if funnel.limits_method == "exact" and funnel.units.basis.known:
        lines = [_bend(funnel, line, view) if line.strong else line for line in lines]
    return sorted(lines, key=lambda line: line.strong)


def _lines_at(funnel: Funnel, view: View, size: Floats) -> list[Lines]:
    frame = funnel.drawn_limits(size)
    strong = strong_kind(list(dict.fromkeys(frame["kind"])))
    bottom, top = natural_range(funnel.measure)
    bottom, top = max(bottom, view.y[0]), min(top, view.y[1])
    lines = []
    for kind, level in frame[["kind", "level"]].drop_duplicates().itertuples(index=False):
        rows = frame[(frame["kind"] == kind) & (frame["level"] == level)]
        lower, upper = (rows[side].to_numpy(dtype=float) for side in ("lower", "upper"))
        lines.append(
            Lines(
                key=line_key(float(level), funnel.levels, strong=kind == strong),
                level=float(level),
                strong=kind == strong,
                size=size,
                lower=np.where(np.isnan(lower), bottom, lower),
                upper=np.where(np.isnan(upper), top, upper),
            )
        )
    return lines


def contradicted(funnel: Funnel, line: Lines, view: View) -> Bools:
    """Mark the units whose flag differs from the side of a line on which they are drawn.

    Parameters
    ----------
    funnel : Funnel
    line : Lines
        One that flags are judged by.
    view : View

    Returns
    -------
    ndarray of bool, shape (units,)
    """
    (low, lowest), (high, highest) = _sides(funnel, line.level)
    lower, upper = line.at(funnel.units.size, view)
    wrong = np.zeros(low.size, dtype=np.bool_)
    if not sideless(funnel, lower=True):
        wrong |= low != (lowest < lower)
    if not sideless(funnel, lower=False):
        wrong |= high != (highest > upper)
    return wrong & _drawn(funnel)


def _drawn(funnel: Funnel) -> Bools:
    return has_point(funnel.units) | has_bar(funnel.units)


def _sides(funnel: Funnel, level: float) -> list[tuple[Bools, Floats]]:
    """For low and high: who is flagged at a level, and the end of its mark nearest the target."""
    units = funnel.units
    lower, upper = bars(funnel)
    known = has_point(units)
    at_level = np.nan_to_num(units.flag_level, nan=-1.0) >= level - 1e-12
    return [
        ((units.flag == "low") & at_level, np.where(known, units.rate, upper)),
        ((units.flag == "high") & at_level, np.where(known, units.rate, lower)),
    ]


def _bend(funnel: Funnel, line: Lines, view: View) -> Lines:
    """Pull a line past the units that it contradicts even at their own size.

    A unit left out of its own target has limits of its own, which the line, about the target of
    all, can't have.
    """
    wrong = contradicted(funnel, line, view)
    if not wrong.any():
        return line
    close = _CLOSE * (view.y[1] - view.y[0])
    ends = _sides(funnel, line.level)
    bent = []
    for side, (flagged, end), sign in zip((line.lower, line.upper), ends, (-1.0, 1.0), strict=True):
        values = side.copy()
        for i in np.flatnonzero(wrong):
            at = int(np.searchsorted(line.size, funnel.units.size[i]))
            beyond = sign * (end[i] - values[at]) > 0
            if beyond != flagged[i]:
                values[at] = end[i] - sign * close if flagged[i] else end[i]
        bent.append(values)
    return replace(line, lower=bent[0], upper=bent[1])


def line_key(level: float, levels: tuple[float, ...], *, strong: bool) -> Key:
    """Draw stricter limits unbroken, looser ones dashed, chance alone faint and dotted."""
    if not strong:
        return Key(
            gid="limits-chance",
            text="chance alone",
            edge=style.RULE,
            width=0.8,
            dash=(1.0, 1.8),
        )
    strictest = level >= max(levels)
    return Key(
        gid=f"limits-{1000 * level:.15g}".replace(".", "-"),
        text=f"{percent(level)} limits",
        edge=style.LIMIT,
        width=1.3 if strictest else 0.9,
        dash=() if strictest else (4.0, 2.2),
    )


def draw_lines(ax: Axes, funnel: Funnel, lines: Sequence[Lines], *, thin: float = 1.0) -> None:
    """Draw limits and target, clipped at the frame."""
    bottom, top = ax.get_ylim()
    far = 3 * (top - bottom)
    for line in lines:
        dashes = (0, line.key.dash) if line.key.dash else "solid"
        for values, lower in ((line.lower, True), (line.upper, False)):
            shown = _possible(funnel, values, lower=lower)
            if sideless(funnel, lower=lower) or not shown.any():
                continue
            ax.plot(
                line.size[shown],
                np.clip(values[shown], bottom - far, top + far),
                color=line.key.edge,
                linewidth=line.key.width * thin,
                linestyle=dashes,
                gid=line.key.gid,
                zorder=2.2 if line.strong else 2.0,
            )
    ax.axhline(funnel.target, color=style.TARGET, linewidth=0.9 * thin, gid="target", zorder=2.1)


def _possible(funnel: Funnel, values: Floats, *, lower: bool) -> Bools:
    """Mark the points at which an event could be flagged, and where the line meets its end.

    Without an event that could be flagged there is no line: one along the end of what is
    possible would be taken for a limit.
    """
    end = natural_range(funnel.measure)[0 if lower else 1]
    if not np.isfinite(end):
        return np.ones(values.size, dtype=np.bool_)
    inside = values > end if lower else values < end
    beside = np.zeros_like(inside)
    beside[:-1] |= inside[1:]
    beside[1:] |= inside[:-1]
    return np.asarray(inside | beside)


def sideless(funnel: Funnel, *, lower: bool) -> bool:
    """Tell whether a funnel watches only the other side."""
    return funnel.sides == ("high" if lower else "low")


def silent_size(funnel: Funnel, line: Lines, *, lower: bool) -> float:
    """Find the size below which no event could be flagged on one side; NaN if there is none.

    Parameters
    ----------
    funnel : Funnel
    line : Lines
    lower : bool
        Whether on the low side.

    Returns
    -------
    float
    """
    end = natural_range(funnel.measure)[0 if lower else 1]
    if sideless(funnel, lower=lower) or not np.isfinite(end):
        return float("nan")
    values = line.lower if lower else line.upper
    silent = values <= end if lower else values >= end
    if not silent.any():
        return float("nan")
    return float(line.size[silent].max())


def silence_text(funnel: Funnel, lines: Sequence[Lines]) -> str:
    """Say below which size no count is low, or high, enough to be flagged; empty if none is drawn.

    Parameters
    ----------
    funnel : Funnel
    lines : sequence of Lines

    Returns
    -------
    str
    """
    strong = [line for line in lines if line.strong]
    if not strong or not funnel.exact:
        return ""
    strictest = max(strong, key=lambda line: line.level)
    sizes = funnel.units.size[_drawn(funnel)]
    parts = []
    for lower, word in ((True, "low"), (False, "high")):
        below = silent_size(funnel, strictest, lower=lower)
        count = int(np.sum(sizes <= below))
        if count:
            where = f" where the size is {_amount(below)} or less ({count_units(count)})"
            parts.append(
                f"No count is {word} enough to be flagged at {percent(strictest.level)}"
                f"{'' if count == sizes.size else where}."
            )
    return " ".join(parts)


def _amount(size: float) -> str:
    return f"{size:,.0f}" if size >= 10 else f"{size:.2g}"


def disagreeing(funnel: Funnel, lines: Sequence[Lines], view: View) -> NDArray[np.bool_]:
    """Mark the units whose flag differs from some line; only approximate lines have any.

    Parameters
    ----------
    funnel : Funnel
    lines : sequence of Lines
    view : View

    Returns
    -------
    ndarray of bool, shape (units,)
    """
    wrong = np.zeros(funnel.units.unit.size, dtype=np.bool_)
    for line in lines:
        if line.strong:
            wrong |= contradicted(funnel, line, view)
    return wrong
