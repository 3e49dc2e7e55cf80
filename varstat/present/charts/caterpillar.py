"""Draw a league table's estimates with their intervals: a caterpillar."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.estimands.league.result import League
from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.frame import MOST, View, natural_range
from varstat.present.charts.funnel_marks import Key
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.row_sheet import draw_alone
from varstat.present.charts.rows import (
    Bools,
    Order,
    Rows,
    draw_rows,
    kinds_of_rows,
    mark_size,
    row_keys,
    set_rows,
)
from varstat.present.charts.ticks import reach_ticks
from varstat.prose.number import percent

RAW = Key(gid="raw", text="raw", marker="o", face=style.PAPER, edge=style.INK, width=0.7)
# An interval or a raw rate may reach so many times the span of the middle 96% beyond them.
_REACH = 0.75


def draw_league(
    league: League, caption: Caption, chosen: Bools, *, canvas: Canvas | None = None
) -> Figure:
    """Draw estimates with their intervals, one row a unit, beside the target.

    The best estimate is on top (the highest where neither direction is good). Hollow marks are
    raw rates: their distance from the estimate is what chance, and case-mix, explain. Colour and
    shape say which units are surely among the best or the worst quarter.

    Parameters
    ----------
    league : League
    caption : Caption
    chosen : ndarray of bool, shape (units,)
        Units to mark and always name.
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    frame = frame_of([league])

    def draw(on: Axes, pitch: float) -> Rows:
        return draw_caterpillar(on, league, frame, chosen, pitch=pitch)

    return draw_alone(
        caption,
        league.units.unit.size,
        draw,
        keys=[
            *row_keys([league], highlighted=bool(chosen.any())),
            *caterpillar_keys([league], caption.target),
        ],
        more=outside_text([league], frame),
        canvas=canvas,
    )


def caterpillar_order(league: League) -> Order:
    """Order units from the top down: by estimate, the best first."""
    sign = 1.0 if league.direction == "lower-is-better" else -1.0
    return np.argsort(sign * league.units.estimate, kind="stable")


def draw_caterpillar(
    ax: Axes, league: League, frame: View, chosen: Bools, *, pitch: float, small: bool = False
) -> Rows:
    """Draw everything inside one pair of axes, names apart."""
    units = league.units
    rows = Rows(
        units=units,
        order=caterpillar_order(league),
        chosen=chosen,
        centre=units.estimate,
        lower=units.lower,
        upper=units.upper,
        pitch=pitch,
    )
    plain_axes(ax, small=small)
    set_rows(ax, rows)
    ax.set_xlim(*frame.y)
    at, texts = frame.rate_ticks(small=small)
    ax.set_xticks(at, texts)
    raster = units.unit.size > style.MAX_VECTOR_MARKS
    _draw_target(ax, league, rows)
    _draw_raw(ax, league, rows, frame, raster=raster)
    draw_rows(ax, rows, kinds_of_rows(league), raster=raster)
    return rows


def _draw_target(ax: Axes, league: League, rows: Rows) -> None:
    """A line with its band; where peer groups have targets of their own, a dash a unit."""
    if np.isfinite(league.target):
        if league.target_upper > league.target_lower:
            ax.axvspan(
                league.target_lower,
                league.target_upper,
                facecolor=style.BAND,
                edgecolor="none",
                zorder=1.5,
                gid="target-band",
            )
        ax.axvline(league.target, color=style.TARGET, linewidth=0.9, zorder=2.1, gid="target")
        return
    place = rows.place
    ax.vlines(
        league.units.target,
        place - 0.5,
        place + 0.5,
        colors=style.TARGET,
        linewidth=0.9,
        zorder=2.1,
        gid="target",
    )


def _draw_raw(ax: Axes, league: League, rows: Rows, frame: View, *, raster: bool) -> None:
    """Hollow marks; raw rates beyond the frame as arrows on its edge."""
    raw, place = league.units.raw, rows.place
    size = mark_size(rows.pitch)
    low, high = frame.y
    for marker, at in (
        ("o", (raw >= low) & (raw <= high)),
        ("<", raw < low),
        (">", raw > high),
    ):
        if at.any():
            ax.scatter(
                np.clip(raw[at], low, high),
                place[at],
                s=size**2,
                marker=marker,
                facecolor="none",
                edgecolor=RAW.edge,
                linewidth=float(np.clip(0.1 * rows.pitch, 0.15, 0.8)),
                alpha=0.5 if rows.pitch < 1.0 else 0.9,
                clip_on=marker == "o",
                gid=RAW.gid,
                rasterized=raster,
                zorder=3.8,
            )


def caterpillar_keys(leagues: Sequence[League], target: str) -> list[Key]:
    """List the lines and marks that are not units' kinds."""
    raw = replace(RAW, text=f"raw {leagues[0].measure.rate}")
    keys = [raw] if any(np.isfinite(o.units.raw).any() for o in leagues) else []
    keys.append(Key(gid="target", text=target, edge=style.TARGET, width=0.9))
    if any(o.target_upper > o.target_lower for o in leagues):
        text = f"its {percent(leagues[0].level)} interval"
        keys.append(Key(gid="target-band", text=text, edge=style.BAND, width=8.0))
    return keys


def frame_of(leagues: Sequence[League]) -> View:
    """Choose one frame for the rates of leagues: extremes may run out of it.

    It holds all estimates and the target. It reaches as far as intervals do, and raw rates, as
    long as those don't squeeze the rest into a fraction of it.
    """
    measure = leagues[0].measure
    units = [league.units for league in leagues]
    core = np.concatenate([each.estimate for each in units] + [each.target for each in units])
    low, high = _reach(core, np.inf)
    ends = np.concatenate([end for each in units for end in (each.lower, each.upper)])
    low, high = _widen(low, high, ends)
    low, high = _widen(low, high, np.concatenate([each.raw for each in units]))
    bottom, top = natural_range(measure)
    pad = 0.03 * (high - low) or 0.1 * abs(high) or 0.1
    low = max(low - pad, bottom - 0.25 * pad)
    high = min(high + pad, top + 0.25 * pad)
    factor = 100.0 if measure.percent else measure.per
    return View(
        scale="linear",
        x=(0.0, 1.0),
        y=reach_ticks(low, high, MOST, ends=(bottom, top), factor=factor),
        reverse=False,
        percent=measure.percent,
        per=measure.per,
    )


def _reach(values: Floats, most: float) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 1.0
    low, high = np.quantile(values, [0.02, 0.98])
    spare = most * (high - low) if np.isfinite(most) else np.inf
    return max(float(values.min()), low - spare), min(float(values.max()), high + spare)


def _widen(low: float, high: float, values: Floats) -> tuple[float, float]:
    """Reach out to values, so far as the furthest are not much further out than the others."""
    if not np.isfinite(values).any():
        return low, high
    bottom, top = _reach(values, _REACH)
    return min(low, bottom), max(high, top)


def outside_text(leagues: Sequence[League], frame: View) -> str:
    """Say what runs out of the frame; empty if nothing does."""
    low, high = frame.y
    raw = sum(int(np.sum((o.units.raw < low) | (o.units.raw > high))) for o in leagues)
    ends = sum(int(np.sum((o.units.lower < low) | (o.units.upper > high))) for o in leagues)
    parts = []
    if raw:
        parts.append(f"{raw:,} raw beyond the frame (arrows on its edge).")
    if ends:
        parts.append(f"{ends:,} intervals run out of the frame.")
    return " ".join(parts)
