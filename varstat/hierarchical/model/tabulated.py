r"""Smeared likelihoods on a grid, for where they are asked for at many rates.

The log likelihood of a row with a transient effect integrated out is a smooth function of two
numbers, the rate on the link scale and the transient SD. It is worked out once on a grid of both:
Chebyshev points in

.. math:: x = \tfrac12 \log(\tau_w^2 + v),

with v well below what chance gives any row, and even steps of half a row's own SD in the rate. In
between it is the polynomial through the former, and the cubic with the right slopes at both ends
of a step of the latter, which is off by some :math:`h^4/384` of the fourth derivative.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from varstat.hierarchical.model.smeared import Smeared
from varstat.measure import Floats

# Steps in a row's SDs, and how far below the least variance by chance, or a small one, the
# coordinate of transient SDs bends.
_STEP, _BELOW, _SHARP = 0.5, 0.03, 0.04
# Chebyshev points: at least, and for each unit of the coordinate.
_LEAST, _PER_UNIT = 4, 6
# Numbers that a row's grid may have.
_MOST = 10_000
# What a grid may be off by in log likelihood, where it is checked, and how much finer it is made
# where it is off by more.
_OFF, _CHECKED, _CHECKED_RATES = 1e-3, 5, 12
_FINER = (1.0, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _OnGrid:
    """A smeared family at the points of a grid.

    Attributes
    ----------
    exact : Smeared
    low, step : ndarray of float, shape (rows, 1)
        The grid of rates: its first point and its step.
    value_at, slope_at : ndarray of float, shape (batch or spreads, rows, points)
        Log likelihood, and its slope for a step of the grid.
    """

    exact: Smeared
    low: Floats
    step: Floats
    value_at: Floats
    slope_at: Floats

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.exact.gradient(theta, spread)

    def take(self, rows: slice) -> Self:
        """See `Family`."""
        return replace(
            self,
            exact=self.exact.take(rows),
            low=self.low[rows],
            step=self.step[rows],
            value_at=self.value_at[:, rows],
            slope_at=self.slope_at[:, rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled(_OnGrid):
    """A smeared family on a grid, at known transient SDs; the family itself beyond its ends.

    Attributes
    ----------
    spread : ndarray of float, shape (batch,)
        The transient SDs. Where it is asked for several parts of an effect's distribution, they
        are repeated for each.
    """

    spread: Floats

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        found = self._cubics(theta, spread)
        if found is None:
            return self.exact.value(theta, spread)
        t, c0, c1, c2, c3 = found
        return np.asarray(((c3 * t + c2) * t + c1) * t + c0)

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        found = self._cubics(theta, spread)
        if found is None:
            return self.exact.slopes(theta, spread)
        t, _, c1, c2, c3 = found
        first = ((3.0 * c3 * t + 2.0 * c2) * t + c1) / self.step
        return first, (6.0 * c3 * t + 2.0 * c2) / self.step**2

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        found = self._cubics(theta, spread)
        if found is None:
            return self.exact.value_and_slope(theta, spread)
        t, c0, c1, c2, c3 = found
        value = ((c3 * t + c2) * t + c1) * t + c0
        return value, ((3.0 * c3 * t + 2.0 * c2) * t + c1) / self.step

    def _cubics(self, theta: Floats, spread: Floats) -> tuple[Floats, ...] | None:
        """Find where each rate lies in its step, and the cubic there; None if any is outside."""
        batch, rows, points = self.value_at.shape
        parts = len(theta) // batch
        place = (theta - self.low) / self.step
        if not (
            np.array_equal(spread[:, 0, 0], np.repeat(self.spread, parts))
            and place.min() >= 0.0
            and place.max() <= points - 1
        ):
            return None
        at = np.minimum(place.astype(np.int64), points - 2)
        place -= at
        first = np.repeat(np.arange(batch) * rows, parts)[:, None] + np.arange(rows)
        at += first[..., None] * points
        value, slope = self.value_at.ravel(), self.slope_at.ravel()
        f0, d0 = value.take(at), slope.take(at)
        at += 1
        rise, d1 = value.take(at) - f0, slope.take(at)
        return place, f0, d0, 3.0 * rise - 2.0 * d0 - d1, d0 + d1 - 2.0 * rise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabulated(_OnGrid):
    """A smeared family on a grid.

    Attributes
    ----------
    nodes : ndarray of float, shape (spreads,)
        Coordinates of the transient SDs at which it was worked out.
    bend : float
        Variance at which that coordinate bends.
    """

    nodes: Floats
    bend: float

    def settle(self, spread: Floats) -> Settled:
        """Give the family at transient SDs (batch,) within those that it was worked out for."""
        weight = _barycentric(self.nodes, _coordinate(spread, self.bend))
        value, slope = (
            (weight @ at_nodes.reshape(len(self.nodes), -1)).reshape(-1, *at_nodes.shape[1:])
            for at_nodes in (self.value_at, self.slope_at)
        )
        return Settled(
            exact=self.exact,
            spread=spread,
            low=self.low,
            step=self.step,
            value_at=value,
            slope_at=slope,
        )

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        return self.settle(spread[:, 0, 0]).value(theta, spread)

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.settle(spread[:, 0, 0]).slopes(theta, spread)

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.settle(spread[:, 0, 0]).value_and_slope(theta, spread)


def tabulate_family(
    exact: Smeared, *, spread: Floats, low: Floats, high: Floats
) -> Tabulated | None:
    """Work a smeared family out on a grid, and check it in between.

    Parameters
    ----------
    exact : Smeared
    spread : ndarray of float, shape (batch,)
        The transient SDs that it will be asked for.
    low, high : ndarray of float, shape (rows, 1)
        The range of rates on the link scale.

    Returns
    -------
    Tabulated or None
        None where a grid fine enough would be larger than what it serves for.
    """
    for finer in _FINER:
        found = _fill(exact, spread, low, high, finer)
        if found is None or _is_right(found, spread, high):
            return found
    return None


def _fill(
    exact: Smeared, spread: Floats, low: Floats, high: Floats, finer: float
) -> Tabulated | None:
    # Of a row without events the likelihood bends more sharply where it falls than at its mode.
    bend = float(_BELOW * min(exact.link_variance.min(), _SHARP))
    x = _coordinate(spread, bend)
    ends = float(x.min()), float(x.max())
    number = _LEAST + int(np.ceil(finer * _PER_UNIT * (ends[1] - ends[0])))
    sd = np.sqrt(exact.link_variance + spread.min() ** 2)
    points = int(np.ceil(np.max((high - low) / sd) * finer / _STEP)) + 1
    if number * points > _MOST:
        return None
    turns = np.cos(np.pi * (np.arange(number) + 0.5) / number)
    nodes = np.mean(ends) + np.maximum(0.5 * (ends[1] - ends[0]), 1e-9) * turns
    spreads = np.sqrt(np.maximum(np.exp(2.0 * nodes) - bend, 1e-12))
    step = (high - low) / (points - 1)
    theta = np.broadcast_to(low + step * np.arange(points), (number, len(low), points))
    value, slope = exact.value_and_slope(theta, spreads[:, None, None])
    return Tabulated(
        exact=exact,
        nodes=nodes,
        bend=bend,
        low=low,
        step=step,
        value_at=value,
        slope_at=slope * step,
    )


def _is_right(found: Tabulated, spread: Floats, high: Floats) -> bool:
    """Whether a grid agrees with what it stands for, in proportion to how far that has fallen."""
    some = np.quantile(spread, np.linspace(0.0, 1.0, _CHECKED))
    # Half-way between two points of the grid a cubic is farthest off.
    inside = np.linspace(0.0, found.value_at.shape[-1] - 2, _CHECKED_RATES).round() + 0.5
    theta = np.minimum(found.low + found.step * inside, high)
    theta = np.broadcast_to(theta, (len(some), *theta.shape))
    exact = found.exact.value(theta, some[:, None, None])
    off = np.abs(found.settle(some).value(theta, some[:, None, None]) - exact)
    return bool(np.max(off / (1.0 + exact.max(axis=-1, keepdims=True) - exact)) < _OFF)


def _coordinate(spread: Floats, bend: float) -> Floats:
    return np.asarray(0.5 * np.log(spread**2 + bend))


def _barycentric(nodes: Floats, x: Floats) -> Floats:
    """Weights of the values at Chebyshev points for the polynomial through them: (x, nodes)."""
    number = len(nodes)
    turn = (-1.0) ** np.arange(number) * np.sin(np.pi * (np.arange(number) + 0.5) / number)
    apart = x[:, None] - nodes
    # A point on a node would be divided by zero; so near, the node has all the weight.
    apart = np.where(np.abs(apart) < 1e-14, 1e-14, apart)
    weight = turn / apart
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
