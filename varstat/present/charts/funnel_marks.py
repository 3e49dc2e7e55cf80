"""What stands inside the axes of one funnel: limit lines, target and marks of units."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from varstat.funnel.result import Funnel, bars, has_bar, has_point
from varstat.measure import Floats
from varstat.present.charts import style
from varstat.present.charts.frame import View, grid, natural_range, strong_kind
from varstat.prose.number import percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How one kind of mark or line looks, and what it means.

    Attributes
    ----------
    gid : str
        Name of the group in an SVG.
    text : str
        Its meaning, for the legend.
    marker : str
        Matplotlib's marker; empty for a line.
    face, edge : str
        Colours.
    width : float
        Of the line or of the marker's edge, in points.
    dash : tuple of float
        Lengths of dashes and gaps; empty for an unbroken line.
    """

    gid: str
    text: str
    marker: str = ""
    face: str = "none"
    edge: str = style.INK
    width: float = 0.6
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The limits of a funnel as they are drawn.

    Attributes
    ----------
    key : Key
    strong : bool
        Whether flags are judged by them.
    size : ndarray of float, shape (points,)
    lower, upper : ndarray of float, shape (points,)
    """

    key: Key
    strong: bool
    size: Floats
    lower: Floats
    upper: Floats


def limit_lines(funnel: Funnel, view: View) -> tuple[list[Lines], list[str]]:
    """Compute the limits over a view, faint ones first, and the kinds there are.

    Where there is no limit (no count is so low that it could be flagged) the line runs along
    the end of what is possible, so that it never stops in mid-air.
    """
    frame = funnel.drawn_limits(grid(funnel, view))
    kinds = list(dict.fromkeys(frame["kind"]))
    strong = strong_kind(kinds)
    bottom, top = natural_range(funnel.measure)
    bottom, top = max(bottom, view.y[0]), min(top, view.y[1])
    lines = []
    for kind, level in frame[["kind", "level"]].drop_duplicates().itertuples(index=False):
        chosen = (frame["kind"] == kind) & (frame["level"] == level)
        rows = frame[chosen].sort_values(funnel.measure.size)
        lines.append(
            Lines(
                key=line_key(float(level), funnel.levels, strong=kind == strong),
                strong=kind == strong,
                size=rows[funnel.measure.size].to_numpy(dtype=float),
                lower=_filled(rows["lower"].to_numpy(dtype=float), bottom),
                upper=_filled(rows["upper"].to_numpy(dtype=float), top),
            )
        )
    return sorted(lines, key=lambda line: line.strong), kinds


def _filled(limit: Floats, end: float) -> Floats:
    return np.where(np.isnan(limit), end, limit)


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


def draw_lines(ax: Axes, funnel: Funnel, lines: list[Lines], *, thin: float = 1.0) -> None:
    """Draw limits and target, clipped at the frame."""
    bottom, top = ax.get_ylim()
    far = 3 * (top - bottom)
    for line in lines:
        dashes = (0, line.key.dash) if line.key.dash else "solid"
        for side in (line.lower, line.upper):
            if _sideless(funnel, side is line.lower):
                continue
            ax.plot(
                line.size,
                np.clip(side, bottom - far, top + far),
                color=line.key.edge,
                linewidth=line.key.width * thin,
                linestyle=dashes,
                gid=line.key.gid,
                zorder=2.2 if line.strong else 2.0,
            )
    ax.axhline(funnel.target, color=style.TARGET, linewidth=0.9 * thin, gid="target", zorder=2.1)


def _sideless(funnel: Funnel, lower: bool) -> bool:
    return funnel.sides == ("high" if lower else "low")


def kinds_of_units(funnel: Funnel) -> Iterator[tuple[Key, NDArray[np.bool_]]]:
    """Yield the kinds of points, plainest first, with the units that are of each kind."""
    units = funnel.units
    point = has_point(units)
    flagged = (units.flag == "high") | (units.flag == "low")
    yield INSIDE, point & ~flagged
    for level in sorted(funnel.levels):
        for flag in ("low", "high"):
            at = point & (units.flag == flag) & np.isclose(units.flag_level, level)
            yield unit_key(funnel, flag, level), at


INSIDE = Key(
    gid="units-inside",
    text="within limits",
    marker="o",
    face=style.INSIDE,
    edge=style.PAPER,
    width=0.3,
)
WITHHELD = Key(
    gid="units-withheld", text="count withheld: possible range", marker="|", edge=style.QUIET
)
HIGHLIGHT = Key(gid="highlight", text="highlighted", marker="o", edge=style.INK, width=1.5)


def unit_key(funnel: Funnel, flag: str, level: float) -> Key:
    """Say by shape which side, by darkness how strict, by colour whether better or worse."""
    good = "low" if funnel.direction == "lower-is-better" else "high"
    colour = style.BETTER if flag == good else style.WORSE
    rank = sorted(funnel.levels).index(level) + 1
    share = rank / len(funnel.levels)
    return Key(
        gid=f"units-{flag}-{1000 * level:.15g}".replace(".", "-"),
        text=f"{flag}, {percent(level)}",
        marker="^" if flag == "high" else "v",
        face=colour if share == 1 else style.tint(colour, 0.6 * share),
        edge=colour if share < 1 else style.PAPER,
        width=0.7 if share < 1 else 0.3,
    )


def mark_area(count: int, *, small: bool = False) -> float:
    """Choose the area of a point in square points: less where there are many."""
    area = float(np.clip(520.0 / np.sqrt(max(count, 1)), 2.0, 30.0))
    return max(area / 2.5, 2.0) if small else area


def draw_units(ax: Axes, funnel: Funnel, *, area: float, raster: bool) -> None:
    """Draw one collection of points a kind, and a bar for each withheld count."""
    units = funnel.units
    crowded = len(units.unit) > 2_000
    for order, (key, at) in enumerate(kinds_of_units(funnel)):
        if not at.any():
            continue
        flagged = key is not INSIDE
        ax.scatter(
            units.size[at],
            units.rate[at],
            s=area * (1.5 if flagged else 1.0),
            marker=key.marker,
            facecolor=key.face,
            edgecolor="none" if crowded and key.edge == style.PAPER else key.edge,
            linewidth=key.width * (0.5 if crowded else 1.0),
            alpha=None if flagged else (0.45 if crowded else 0.85),
            gid=key.gid,
            rasterized=raster,
            zorder=3 + order / 10,
        )
    _draw_withheld(ax, funnel)


def _draw_withheld(ax: Axes, funnel: Funnel) -> None:
    at = has_bar(funnel.units)
    if not at.any():
        return
    lower, upper = bars(funnel)
    flag = funnel.units.flag
    for flagged, colour in ((None, WITHHELD.edge), ("high", ""), ("low", "")):
        chosen = at & (flag == flagged) if flagged else at & (flag != "high") & (flag != "low")
        if chosen.any():
            edge = colour or unit_key(funnel, str(flagged), max(funnel.levels)).face
            ax.vlines(
                funnel.units.size[chosen],
                lower[chosen],
                upper[chosen],
                colors=edge,
                linewidth=1.4,
                alpha=0.8,
                gid=WITHHELD.gid,
                zorder=3.05,
            )


def centre(funnel: Funnel) -> Floats:
    """Find the rate at which a unit is labelled: mid-range where its count was withheld."""
    lower, upper = bars(funnel)
    return np.where(has_point(funnel.units), funnel.units.rate, (lower + upper) / 2)


def draw_rings(ax: Axes, funnel: Funnel, chosen: NDArray[np.bool_], *, area: float) -> None:
    """Ring the highlighted units."""
    seen = chosen & (has_point(funnel.units) | has_bar(funnel.units))
    if seen.any():
        ax.scatter(
            funnel.units.size[seen],
            centre(funnel)[seen],
            s=area * 1.5 + 55,
            marker="o",
            facecolor="none",
            edgecolor=HIGHLIGHT.edge,
            linewidth=HIGHLIGHT.width,
            gid=HIGHLIGHT.gid,
            zorder=6,
        )
