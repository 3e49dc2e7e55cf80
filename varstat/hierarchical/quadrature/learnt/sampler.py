r"""Draws of units' effects given draws of a learnt density, by inverse distribution functions.

Given the density g and the offset o, the distribution of a unit's :math:`v = \theta - o` has mass
:math:`\propto L(o + v_w)\,g(v_w)` at points that lie as close as its likelihood or the grid asks
for, evenly spread over a cell about each. Random numbers come in tiles, as the other effects' do
(`varstat.hierarchical.quadrature.sampler`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Stored
from varstat.hierarchical.quadrature.hyper_draws import HyperDraws
from varstat.hierarchical.quadrature.learnt.density import (
    learnt_moments,
    shapes_in,
    split_offsets,
)
from varstat.hierarchical.quadrature.learnt.integrate import NODES, find_windows, spread_of
from varstat.hierarchical.quadrature.threads import one_thread
from varstat.measure import Floats

# A tile of random numbers.
_DRAWS, _UNITS = 256, 512
# Distributions at a time, so that they stay where the processor reads fast.
_DISTRIBUTIONS = 512
# Numbers that are kept in memory rather than drawn again each time they are gone through.
_KEPT = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LearntSampler:
    """Draws the effects of all units, a block of draws at a time.

    Attributes
    ----------
    design : Design
    hyper : HyperDraws
    seed : int
    """

    design: Design
    hyper: HyperDraws
    seed: int

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.hyper.h)

    def blocks(self, numbers: int = 4_000_000) -> Iterator[tuple[slice, Floats]]:
        """Give blocks of draws: which, and the effects, of shape (draws, units)."""
        step = max(numbers // self.design.units // _DRAWS, 1) * _DRAWS
        for first in range(0, self.draws, step):
            some = slice(first, min(first + step, self.draws))
            yield some, self._block(some, slice(0, self.design.units))

    def of_units(self, first: int, last: int) -> Floats:
        """Give all draws of some neighbouring units: shape (draws, units)."""
        return self._block(slice(0, self.draws), slice(first, last))

    def _block(self, some: slice, units: slice) -> Floats:
        with one_thread():
            share = self._random(some, units)
            return draw_given(self.design, self.hyper.h[some], share, units)

    def _random(self, some: slice, units: slice) -> Floats:
        """Uniform numbers (draws, units), the same in whichever block."""
        start, out = units.start // _UNITS * _UNITS, []
        for first in range(some.start, some.stop, _DRAWS):
            rows = min(_DRAWS, self.draws - first)
            tiles = []
            for unit in range(start, units.stop, _UNITS):
                width = min(_UNITS, self.design.units - unit)
                rng = np.random.default_rng([self.seed, 5, first // _DRAWS, unit // _UNITS])
                tiles.append(rng.random((rows, width)))
            tile = np.concatenate(tiles, axis=1)
            out.append(tile[: some.stop - first, units.start - start : units.stop - start])
        return np.concatenate(out)


def draw_learnt(design: Design, hyper: HyperDraws, *, seed: int) -> LearntSampler | Stored:
    """Draw the effects of all units, and keep them where they are few enough."""
    sampler = LearntSampler(design=design, hyper=hyper, seed=seed)
    if design.units * sampler.draws > _KEPT:
        return sampler
    effect = np.empty((sampler.draws, design.units))
    for first in range(0, design.units, _UNITS):
        last = min(first + _UNITS, design.units)
        effect[:, first:last] = sampler.of_units(first, last)
    return Stored(effect=effect)


def draw_given(design: Design, h: Floats, share: Floats, units: slice) -> Floats:
    """Find the effects below which lies a given share of each unit's distribution.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)
    share : ndarray of float, shape (draws, units)
        In (0, 1).
    units : slice

    Returns
    -------
    ndarray of float, shape (draws, units)
        On the link scale, about the mean of the learnt density.
    """
    # Hyper-parameters that were resampled more than once have one distribution.
    h, draw = np.unique(h, axis=0, return_inverse=True)
    draw = draw.ravel()
    shape = shapes_in(design, h)
    g = np.ascontiguousarray(design.effects.masses(shape).T)
    mean = learnt_moments(design, shape)[0]
    rest, free = split_offsets(design, h)
    part, rest = design.part(units.start, units.stop), rest[units]
    about = rest @ free.mean(axis=0)
    place, log_l = _points(part, about)
    like = [np.exp(each - each.max())[:, None] for each in log_l]
    out = np.empty_like(share)
    for first in range(0, len(h), _DISTRIBUTIONS):
        few = slice(first, first + _DISTRIBUTIONS)
        of = np.flatnonzero((draw >= first) & (draw < first + _DISTRIBUTIONS))
        g_few = np.ascontiguousarray(g[:, few])
        off = free[few] @ rest.T - about
        for i in range(part.units):
            weight = _between(design, g_few, place[i], off[:, i] if rest.shape[1] else None)
            weight *= like[i]
            out[of, i] = _invert(place[i], weight, share[of, i], draw[of] - first)
            out[of, i] -= off[draw[of] - first, i]
    return out - mean[draw, None]


def _points(design: Design, offset: Floats) -> tuple[list[Floats], list[Floats]]:
    """Points at which each unit's distribution is summed, and its log likelihood there."""
    grid, cell, spread = design.effects.grid, design.effects.cell, spread_of(design)
    low, high = find_windows(design, offset)
    place, value = [], []
    for i in range(design.units):
        if high[i] - low[i] < 0.8 * NODES * cell:
            v = np.linspace(low[i], high[i], NODES)
        else:
            first = max(int((low[i] - grid[0]) / cell), 0)
            v = grid[first : int(np.ceil((high[i] - grid[0]) / cell)) + 1]
        theta = (v + offset[i])[None, None, :]
        place.append(v)
        value.append(design.family.take(slice(i, i + 1)).value(theta, spread)[0, 0])
    return place, value


def _between(design: Design, g: Floats, v: Floats, off: Floats | None) -> Floats:
    """Learnt densities (points, draws), straight between grid points, at v less `off`."""
    points = len(design.effects.grid)
    place = (v - design.effects.grid[0]) / design.effects.cell
    if off is None:
        at = np.clip(np.floor(place).astype(np.int64), 0, points - 2)
        part = np.clip(place - at, 0.0, 1.0)[:, None]
        if not part.any():
            return np.asarray(g[at])
        return np.asarray(g[at] * (1.0 - part) + g[at + 1] * part)
    there = place[:, None] - off / design.effects.cell
    inside = np.clip(there, 0.0, points - 1.0 - 1e-9)
    at = inside.astype(np.int64)
    part = inside - at
    at *= g.shape[1]
    at += np.arange(g.shape[1])
    flat = g.ravel()
    value = flat.take(at)
    at += g.shape[1]
    value += part * (flat.take(at) - value)
    value *= np.abs(there - inside) < 2e-9
    return np.asarray(value)


def _invert(v: Floats, weight: Floats, share: Floats, draw: np.ndarray) -> Floats:
    """Invert distributions with given weights, (points, distributions), even about each point."""
    points = len(v)
    below = weight.copy()
    # Row after row, which is several times as fast as a running sum across rows.
    for at in range(1, points):
        below[at] += below[at - 1]
    wanted = share * below[-1, draw]
    low = np.zeros(len(share), np.int64)
    width = points
    while width > 1:
        half = width // 2
        low += half * (below[low + half - 1, draw] < wanted)
        width -= half
    inside = 1.0 - (below[low, draw] - wanted) / np.maximum(weight[low, draw], 1e-300)
    return np.asarray(v[low] + (v[1] - v[0]) * (np.clip(inside, 0.0, 1.0) - 0.5))
