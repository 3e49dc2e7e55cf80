"""Likelihoods of units on the grid of a learnt density."""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.measure import Floats

# Points at which a narrow likelihood is integrated, and how far one reaches in log likelihood.
NODES, _DROP = 49, 24.0
# Units at a time.
_UNITS = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likelihoods:
    """Likelihoods of units integrated against functions straight between grid points.

    Attributes
    ----------
    value : ndarray of float, shape (units, points)
        Relative to each unit's largest.
    first, second : ndarray of float, shape (units, points), or None
        Derivatives in the unit's offset; None where offsets are certain.
    log_scale : ndarray of float, shape (units,)
        Log of what `value` is relative to.
    """

    value: Floats
    first: Floats | None
    second: Floats | None
    log_scale: Floats


def find_windows(design: Design, offset: Floats) -> tuple[Floats, Floats]:
    """Find where on the grid each unit's likelihood is, given offsets (units,): its two ends."""
    grid, zero = design.effects.grid, spread_of(design)

    def slope(v: Floats) -> Floats:
        return np.asarray(design.family.slopes((v + offset)[None, :, None], zero)[0][0, :, 0])

    def value(v: Floats) -> Floats:
        return np.asarray(design.family.value((v + offset)[None, :, None], zero)[0, :, 0])

    low, high = np.full(design.units, grid[0]), np.full(design.units, grid[-1])
    for _ in range(45):
        middle = 0.5 * (low + high)
        rises = slope(middle) > 0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    mode = 0.5 * (low + high)
    least = value(mode) - _DROP
    ends = []
    for end in (grid[0], grid[-1]):
        outer, inner = np.full(design.units, end), mode.copy()
        for _ in range(30):
            middle = 0.5 * (outer + inner)
            inside = value(middle) > least
            outer, inner = np.where(inside, outer, middle), np.where(inside, middle, inner)
        ends.append(np.where(value(np.full(design.units, end)) > least, end, outer))
    return ends[0], ends[1]


def spread_of(design: Design) -> Floats:
    """Give the transient SD, which is stated, as a likelihood takes it."""
    return np.full((1, 1, 1), design.transient or 0.0)


def integrate(design: Design, offset: Floats, *, slopes: bool) -> Likelihoods:
    """Integrate each unit's likelihood against functions that are straight between grid points."""
    grid, spread = design.effects.grid, spread_of(design)
    low, high = find_windows(design, offset)
    units, points = design.units, len(grid)
    out = [np.zeros((units, points)) for _ in range(3 if slopes else 1)]
    log_scale = np.zeros(units)
    narrow = (high - low) < 0.8 * NODES * design.effects.cell
    for first in range(0, units, _UNITS):
        some = slice(first, min(first + _UNITS, units))
        part = design.part(some.start, some.stop)
        for chosen, wide in (
            (np.flatnonzero(~narrow[some]), True),
            (np.flatnonzero(narrow[some]), False),
        ):
            if not chosen.size:
                continue
            if wide:
                v = np.broadcast_to(grid, (part.units, points))
            else:
                v = np.linspace(low[some], high[some], NODES, axis=1)
            theta = (v + offset[some, None])[None]
            log_l = part.family.value(theta, spread)[0]
            top = log_l.max(axis=1)
            # Beside a grid's cell, so that a likelihood is a mean over cells.
            like = np.exp(log_l - top[:, None]) * (v[:, 1] - v[:, 0])[:, None] / design.effects.cell
            terms = [like]
            if slopes:
                d1, d2 = (each[0] for each in part.family.slopes(theta, spread))
                terms += [like * d1, like * (d2 + d1**2)]
            at = chosen + first
            log_scale[at] = top[chosen]
            place = (v[chosen] - grid[0]) / design.effects.cell
            for to, term in zip(out, terms, strict=True):
                to[at] = term[chosen] if wide else _spread_out(points, place, term[chosen])
    return Likelihoods(
        value=out[0],
        first=out[1] if slopes else None,
        second=out[2] if slopes else None,
        log_scale=log_scale,
    )


def _spread_out(points: int, place: Floats, term: Floats) -> Floats:
    """Share what stands between grid points out to the two: (units, points)."""
    units = len(place)
    at = np.clip(np.floor(place).astype(np.int64), 0, points - 2)
    part = np.clip(place - at, 0.0, 1.0)
    cell = (np.arange(units)[:, None] * points + at).ravel()
    left = np.bincount(cell, weights=(term * (1.0 - part)).ravel(), minlength=units * points)
    right = np.bincount(cell + 1, weights=(term * part).ravel(), minlength=units * points)
    return np.asarray((left + right).reshape(units, points))
