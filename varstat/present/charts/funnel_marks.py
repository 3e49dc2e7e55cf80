"""Marks of units inside the axes of one funnel, and what each kind of them means."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from varstat.funnel.result import Funnel, bars, has_bar, has_point
from varstat.measure import Floats
from varstat.present.charts import style
from varstat.present.charts.frame import View
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


def draw_units(ax: Axes, funnel: Funnel, view: View, *, area: float, raster: bool) -> None:
    """Draw one collection of points a kind, and a bar for each withheld count."""
    units = funnel.units
    crowded = len(units.unit) > 2_000
    for order, (key, at) in enumerate(kinds_of_units(funnel)):
        if not at.any():
            continue
        flagged = key is not INSIDE
        ax.scatter(
            units.size[at],
            view.inside(units.rate[at]),
            s=area * (1.5 if flagged else 1.0),
            marker=key.marker,
            facecolor=key.face,
            edgecolor="none" if crowded and key.edge == style.PAPER else key.edge,
            linewidth=key.width * (0.5 if crowded else 1.0),
            alpha=None if flagged else (0.45 if crowded else 0.85),
            gid=key.gid,
            rasterized=raster,
            # All are in the view: none is cut in half by its edge.
            clip_on=False,
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


def centre(funnel: Funnel, view: View) -> Floats:
    """Find the rate at which a unit is drawn: mid-range where its count was withheld.

    Parameters
    ----------
    funnel : Funnel
    view : View
        Units beyond it are drawn just inside its edge.

    Returns
    -------
    ndarray of float, shape (units,)
    """
    lower, upper = bars(funnel)
    rate = np.where(has_point(funnel.units), funnel.units.rate, (lower + upper) / 2)
    return view.inside(rate)


def draw_beyond(ax: Axes, funnel: Funnel, view: View) -> None:
    """Point with an arrow from each mark on the edge to where its unit lies."""
    units = funnel.units
    way = np.where(has_point(units), view.beyond(units.rate), 0)
    for sign in (1, -1):
        at = way == sign
        if at.any():
            edge = view.y[1 if sign > 0 else 0]
            ax.quiver(
                units.size[at],
                view.inside(units.rate[at]),
                np.zeros(int(at.sum())),
                edge - view.inside(units.rate[at]),
                angles="xy",
                scale_units="xy",
                scale=1.0,
                width=1.1,
                units="dots",
                headwidth=5.0,
                headlength=5.0,
                headaxislength=4.5,
                color=style.INK,
                gid="beyond",
                zorder=5,
            )


def beyond_text(funnel: Funnel, view: View) -> str:
    """Say how many units lie beyond the view; empty if none does."""
    units = funnel.units
    count = int(np.sum(view.beyond(units.rate[has_point(units)]) != 0))
    if not count:
        return ""
    who = "1 unit lies" if count == 1 else f"{count:,} units lie"
    verb = "is" if count == 1 else "are"
    return f"{who} beyond the view and {verb} drawn on its edge, with an arrow."


def draw_rings(
    ax: Axes, funnel: Funnel, view: View, chosen: NDArray[np.bool_], *, area: float
) -> None:
    """Ring the highlighted units."""
    seen = chosen & (has_point(funnel.units) | has_bar(funnel.units))
    if seen.any():
        ax.scatter(
            funnel.units.size[seen],
            centre(funnel, view)[seen],
            s=area * 1.5 + 55,
            marker="o",
            facecolor="none",
            edgecolor=HIGHLIGHT.edge,
            linewidth=HIGHLIGHT.width,
            gid=HIGHLIGHT.gid,
            zorder=6,
        )
