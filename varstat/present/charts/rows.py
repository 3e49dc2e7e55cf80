"""Units as rows, best on top: intervals and marks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from varstat.estimands.league.result import SURE, League
from varstat.measure import Floats
from varstat.present.charts import style
from varstat.present.charts.funnel_marks import HIGHLIGHT, Key
from varstat.present.highlight import Named
from varstat.prose.number import percent

MOST_NAMED = 60
TALL, LEAST, ROW = 620.0, 130.0, 15.0
# Least height of a row, in points, that has a name of its own beside it.
LOWEST = 8.0

Bools = NDArray[np.bool_]
Order = NDArray[np.intp]

BEST = Key(
    gid="units-best",
    text=f"in the best quarter, P > {percent(SURE)}",
    marker="^",
    face=style.BETTER,
    edge=style.BETTER,
)
WORST = Key(
    gid="units-worst",
    text=f"in the worst quarter, P > {percent(SURE)}",
    marker="v",
    face=style.WORSE,
    edge=style.WORSE,
)
UNSURE = Key(
    gid="units-unsure",
    text="in neither so surely",
    marker="o",
    face=style.QUIET,
    edge=style.QUIET,
)
UNRANKED = Key(
    gid="units-unranked", text="estimate", marker="o", face=style.QUIET, edge=style.QUIET
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """What one panel shows, one element a unit.

    Attributes
    ----------
    units : Named
        Codes and names.
    order : ndarray of int, shape (units,)
        Units from the top down.
    chosen : ndarray of bool, shape (units,)
        Units that a reader asked for.
    centre, lower, upper : ndarray of float, shape (units,)
        Where the mark and the ends of the interval stand across.
    pitch : float
        Height of a row, in points.
    """

    units: Named
    order: Order
    chosen: Bools
    centre: Floats
    lower: Floats
    upper: Floats
    pitch: float

    @property
    def place(self) -> Floats:
        """Row of each unit: 0 on top, shape (units,)."""
        return places(self.order)

    @property
    def many(self) -> bool:
        """Whether there are too many units to name them all, or their rows are too low."""
        return self.order.size > MOST_NAMED or self.pitch < LOWEST


def places(order: Order) -> Floats:
    """Find the row of each unit from the units from the top down."""
    place = np.empty(order.size)
    place[order] = np.arange(order.size)
    return place


def rows_height(units: int) -> float:
    """Choose the height of all rows together, in points: rows get lower as there are more."""
    if units <= MOST_NAMED:
        return max(LEAST, units * float(np.interp(units, [20, MOST_NAMED], [ROW, 11.0])))
    return TALL


def kinds_of_rows(league: League) -> list[tuple[Key, Bools]]:
    """List the kinds of units, with the units that are of each."""
    units = league.units
    if league.rank_scope == "none":
        return [(UNRANKED, np.ones(units.unit.size, dtype=np.bool_))]
    best, worst = units.p_top_quartile > SURE, units.p_bottom_quartile > SURE
    # One unit alone is both.
    return [(UNSURE, best == worst), (BEST, best & ~worst), (WORST, worst & ~best)]


def row_keys(leagues: Sequence[League], *, highlighted: bool) -> list[Key]:
    """List the kinds of units that occur, each once, best first."""
    found = {key.gid: key for league in leagues for key, at in kinds_of_rows(league) if at.any()}
    order = ("units-best", "units-unsure", "units-worst", "units-unranked")
    keys = [found[gid] for gid in order if gid in found]
    return [*keys, HIGHLIGHT] if highlighted else keys


def line_width(pitch: float) -> float:
    """Width of an interval's line for rows of a height, in points."""
    return float(np.clip(0.3 * pitch, 0.12, 1.5))


def mark_size(pitch: float) -> float:
    """Diameter of a mark for rows of a height, in points."""
    return float(np.clip(0.55 * pitch + 0.8, 1.1, 5.5))


def set_rows(ax: Axes, rows: Rows) -> None:
    """Turn the vertical axis into rows, and rule them where all are named."""
    count = rows.order.size
    ax.set_ylim(count - 0.5 + 0.1, -0.5 - 0.1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    if not rows.many:
        ax.hlines(
            np.arange(count), 0, 1, transform=ax.get_yaxis_transform(), colors=style.BAND,
            linewidth=0.5, zorder=1.0, gid="rows",
        )  # fmt: skip


def draw_rows(ax: Axes, rows: Rows, kinds: Sequence[tuple[Key, Bools]], *, raster: bool) -> None:
    """Draw the interval and the mark of each unit, one collection a kind."""
    place = rows.place
    width, size = line_width(rows.pitch), mark_size(rows.pitch)
    faint = rows.pitch < 1.0
    for order, (key, at) in enumerate(kinds):
        if not at.any():
            continue
        _draw_lines(ax, rows, at, key.edge, width, alpha=0.35 if faint else 0.75, raster=raster,
                    gid=f"{key.gid}-interval", zorder=3 + order / 10)  # fmt: skip
        ax.scatter(
            rows.centre[at],
            place[at],
            # Of one area a triangle looks smaller than a disc.
            s=size**2 * (1.0 if key.marker == "o" else 1.6),
            marker=key.marker,
            facecolor=key.face,
            edgecolor="none",
            gid=key.gid,
            rasterized=raster,
            zorder=4 + order / 10,
        )
    if rows.chosen.any():
        _draw_lines(ax, rows, rows.chosen, style.INK, max(width, 1.2), alpha=1.0, raster=False,
                    gid="highlight-interval", zorder=5.0)  # fmt: skip
        ax.scatter(
            rows.centre[rows.chosen],
            place[rows.chosen],
            s=(size + 5) ** 2,
            marker="o",
            facecolor="none",
            edgecolor=HIGHLIGHT.edge,
            linewidth=1.2,
            gid=HIGHLIGHT.gid,
            zorder=6,
        )


def _draw_lines(
    ax: Axes,
    rows: Rows,
    at: Bools,
    colour: str,
    width: float,
    *,
    alpha: float,
    raster: bool,
    gid: str,
    zorder: float,
) -> None:
    y = rows.place[at]
    ends = np.stack([np.column_stack([rows.lower[at], y]), np.column_stack([rows.upper[at], y])], 1)
    lines = LineCollection(
        list(ends),
        colors=colour,
        linewidths=width,
        alpha=alpha,
        gid=gid,
        zorder=zorder,
        rasterized=raster,
    )
    ax.add_collection(lines, autolim=False)
