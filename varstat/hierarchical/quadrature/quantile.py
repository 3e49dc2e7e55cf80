r"""Distribution and quantile functions of a unit's effect given the hyper-parameters.

The density of the effect is tabulated on a grid, even in t, that reaches down to some
:math:`e^{-24}` of its peak on either side. A single normal's posterior is taken at u = t; that of a
mixture, which can have a narrow peak and far tails, at :math:`u = m + s \sinh t` about its mode,
with s the SD of its narrowest part. The integral of f, the density of t, from grid point to grid
point is the trapezoid rule with the end correction of Euler and Maclaurin,

.. math:: \int_{t_j}^{t_{j+1}} f \approx \frac{h}{2}(f_j + f_{j+1}) +
          \frac{h^2}{12}(f_j' - f_{j+1}'),

added up from either end, so that both tails keep their relative accuracy. Quantiles are
interpolated on the normal score, :math:`\zeta = \Phi^{-1}(F(u))`, in which the effect is nearly a
straight line, by the cubic that has the right slope, :math:`du/d\zeta = \varphi(\zeta)/f_u(u)`,
at both ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.special import ndtr, ndtri

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.model.tabulated import Tabulated, tabulate_family
from varstat.hierarchical.quadrature.marginal import Hyper, locate, log_integrand, unpack
from varstat.measure import Floats

_DROP = 24.0
_POINTS = 37
# Step in t of a mixture's grid, a tenth of the narrowest SD at the mode.
_CURVED_STEP = 0.1
# Parts of a mixture with less than this share of a unit don't widen its grid.
_LOG_SHARE = -23.0
# Hyper-parameters from which on a likelihood is worked out on a grid first, and by how much that is
# wider than the effects of some of them.
_OFTEN, _WIDER = 100, 0.2
# Of a Student-t's parts so many stand for one where a grid is placed: they lie close together.
_EVERY = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """Tabulated distributions of effects.

    Attributes
    ----------
    centre, scale : ndarray of float, shape (batch, units)
        Effects are t, or centre + scale * sinh(t) if `curved`.
    first, step : ndarray of float, shape (batch, units)
        The grid of t: its first point and its step.
    curved : bool
    density : ndarray of float, shape (batch, units, points)
        Of t.
    below, above : ndarray of float, shape (batch, units, points)
        Probability below and above each point.
    """

    centre: Floats
    scale: Floats
    first: Floats
    step: Floats
    curved: bool
    density: Floats
    below: Floats
    above: Floats

    def spread(self, batch: int) -> "Tables":
        """Repeat the tables of a batch of one, without copying them."""
        units, points = self.density.shape[1:]
        return Tables(
            centre=np.broadcast_to(self.centre, (batch, units)),
            scale=np.broadcast_to(self.scale, (batch, units)),
            curved=self.curved,
            first=np.broadcast_to(self.first, (batch, units)),
            step=np.broadcast_to(self.step, (batch, units)),
            density=np.broadcast_to(self.density, (batch, units, points)),
            below=np.broadcast_to(self.below, (batch, units, points)),
            above=np.broadcast_to(self.above, (batch, units, points)),
        )

    def quantile(self, z: Floats) -> Floats:
        """Effects of given normal scores.

        Parameters
        ----------
        z : ndarray of float, shape (batch, units)

        Returns
        -------
        ndarray of float, shape (batch, units)
        """
        tail = ndtr(-np.abs(z))[..., None]
        low = z < 0.0
        points = self.density.shape[-1]
        left = np.sum(self.below < tail, axis=-1) - 1
        right = points - 1 - np.sum(self.above < tail, axis=-1)
        at = np.clip(np.where(low, left, right), 0, points - 2)
        ends = [
            (np.where(low, _pick(self.below, j), _pick(self.above, j)), j) for j in (at, at + 1)
        ]
        return self._between(z, np.where(low, 1.0, -1.0), ends)

    def quantile_at(self, score: float) -> Floats:
        """Effects of one normal score for all: (batch, units)."""
        tail, points = float(ndtr(-abs(score))), self.density.shape[-1]
        side = self.below if score < 0.0 else self.above
        number = np.count_nonzero(side < tail, axis=-1)
        at = np.clip(number - 1 if score < 0.0 else points - 1 - number, 0, points - 2)
        z = np.full(at.shape, score)
        sign = np.full(at.shape, 1.0 if score < 0.0 else -1.0)
        return self._between(z, sign, [(_pick(side, j), j) for j in (at, at + 1)])

    def _between(self, z: Floats, sign: Floats, ends: list[tuple[Floats, np.ndarray]]) -> Floats:
        """Interpolate between two grid points, given the tail probability at each."""
        known = []
        for tail, j in ends:
            score = sign * ndtri(np.clip(tail, 1e-300, 1.0 - 1e-16))
            density = np.maximum(_pick(self.density, j), 1e-300)
            slope = np.exp(-0.5 * score**2) / (density * np.sqrt(2.0 * np.pi))
            u, stretch = self._effect(self.first + self.step * j)
            known.append((u, score, slope * stretch))
        (u0, z0, slope0), (u1, z1, slope1) = known
        gap = np.maximum(z1 - z0, 1e-12)
        t = np.clip((z - z0) / gap, 0.0, 1.0)
        # The slope of a cubic that must rise is kept within three times the chord's.
        chord = 3.0 * (u1 - u0) / gap
        slope0, slope1 = np.minimum(slope0, chord), np.minimum(slope1, chord)
        return np.asarray(
            u0 * (1.0 + 2.0 * t) * (1.0 - t) ** 2
            + u1 * t**2 * (3.0 - 2.0 * t)
            + gap * t * (1.0 - t) * (slope0 * (1.0 - t) - slope1 * t)
        )

    def probability(self, u: Floats) -> tuple[Floats, Floats]:
        """Probability that the effect is below u, and its density there: (batch, units)."""
        points = self.density.shape[-1]
        t = np.arcsinh((u - self.centre) / self.scale) if self.curved else u
        place = (t - self.first) / self.step
        at = np.clip(np.floor(place).astype(int), 0, points - 2)
        t = np.clip(place - at, 0.0, 1.0)
        f0, f1 = _pick(self.density, at), _pick(self.density, at + 1)
        c0, c1 = _pick(self.below, at), _pick(self.below, at + 1)
        value = (
            c0 * (1.0 + 2.0 * t) * (1.0 - t) ** 2
            + c1 * t**2 * (3.0 - 2.0 * t)
            + self.step * t * (1.0 - t) * (f0 * (1.0 - t) - f1 * t)
        )
        inside = (place >= 0.0) & (place <= points - 1)
        density = np.where(inside, f0 + t * (f1 - f0), 0.0)
        if self.curved:
            density = density / np.hypot(self.scale, u - self.centre)
        return np.clip(value, 0.0, 1.0), density

    def _effect(self, t: Floats) -> tuple[Floats, Floats | float]:
        """Effects at points of the grid, and how far they move with t."""
        if not self.curved:
            return t, 1.0
        return self.centre + self.scale * np.sinh(t), self.scale * np.cosh(t)


def tabulate(design: Design, hyper: Hyper) -> Tables:
    """Tabulate the distribution of every unit's effect for a batch of hyper-parameters."""
    if isinstance(design.family, Tabulated):
        design = replace(design, family=design.family.settle(hyper.spread))
    low, high, centre, scale = _reach(*_thin(design, hyper))
    curved = design.effects.parts > 1
    points = _POINTS
    if curved:
        low, high = (np.arcsinh((end - centre) / scale) for end in (low, high))
        points = max(int(np.ceil(np.max(high - low) / _CURVED_STEP)) + 1, _POINTS)
    step = (high - low) / (points - 1)
    t = low[..., None] + step[..., None] * np.arange(points)
    u = centre[..., None] + scale[..., None] * np.sinh(t) if curved else t
    log_f, slope = _log_density(design, hyper, u)
    if curved:
        # The density of t, and its slope in t.
        log_f = log_f + np.log(np.cosh(t))
        slope = slope * scale[..., None] * np.cosh(t) + np.tanh(t)
    below, above, density = _integrate(log_f, slope, step[..., None])
    return Tables(
        centre=centre,
        scale=scale,
        first=low,
        step=step,
        curved=curved,
        density=density,
        below=below,
        above=above,
    )


def _integrate(log_f: Floats, slope: Floats, width: Floats) -> tuple[Floats, Floats, Floats]:
    """Probabilities below and above each grid point, and the density there.

    Works in place as far as it can, on what it is given too: new arrays cost more than the sums.
    """
    density = log_f
    density -= log_f.max(axis=-1, keepdims=True)
    np.exp(density, out=density)
    turn = slope
    turn *= density
    pieces = density[..., :-1] + density[..., 1:]
    pieces *= 0.5 * width
    bend = turn[..., :-1] - turn[..., 1:]
    bend *= width**2 / 12.0
    pieces += bend
    np.maximum(pieces, 0.0, out=pieces)
    total = pieces.sum(axis=-1, keepdims=True)
    pieces /= total
    density /= total
    below, above = np.empty_like(density), np.empty_like(density)
    below[..., 0] = above[..., -1] = 0.0
    np.cumsum(pieces, axis=-1, out=below[..., 1:])
    np.cumsum(pieces[..., ::-1], axis=-1, out=above[..., -2::-1])
    return below, above, density


def join_tables(tables: Sequence[Tables]) -> Tables:
    """Put tables of several batches of hyper-parameters together."""
    columns = {
        each.name: np.concatenate([getattr(table, each.name) for table in tables])
        for each in fields(Tables)
        if each.name != "curved"
    }
    return Tables(curved=tables[0].curved, **columns)


def on_grid(design: Design, h: Floats) -> Design:
    """Work smeared likelihoods out on a grid, where tables of many hyper-parameters are wanted.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (batch, dimension)
        The hyper-parameters that they are wanted for.

    Returns
    -------
    Design
        The same, but for its family; the design itself where a grid is no gain.
    """
    if not isinstance(design.family, Smeared) or len(h) < _OFTEN:
        return design
    hyper = unpack(design, h)
    far = [np.argmin(hyper.spread), np.argmax(hyper.spread)]
    far += [*np.unique(hyper.tau.argmin(axis=0)), *np.unique(hyper.tau.argmax(axis=0))]
    some = np.unique(np.concatenate([far, np.linspace(0, len(h) - 1, _OFTEN // 4).astype(int)]))
    low, high, _, _ = _reach(*_thin(design, unpack(design, h[some])))
    low, high = low.min(axis=0, keepdims=True), high.max(axis=0, keepdims=True)
    wider = _WIDER * (high - low)
    family = tabulate_family(
        design.family,
        spread=hyper.spread,
        low=(hyper.eta.min(axis=0) + design.expand(low - wider)).T,
        high=(hyper.eta.max(axis=0) + design.expand(high + wider)).T,
    )
    return design if family is None else replace(design, family=family)


def table_points(design: Design) -> float:
    """About how many points a unit's table has."""
    return float(_POINTS if design.effects.parts == 1 else 4 * _POINTS)


def _log_density(design: Design, hyper: Hyper, u: Floats) -> tuple[Floats, Floats]:
    """Log density of the effect up to a constant, and its slope, on a grid."""
    theta = hyper.eta[..., None] + design.expand(u)
    spread = hyper.spread[:, None, None]
    value, first = design.family.value_and_slope(theta, spread)
    log_f, slope = design.gather(value), design.gather(first)
    effects, tau = design.effects, hyper.tau[..., None]
    if effects.name == "student-t":
        # In closed form: its parts by the points of a grid would be many.
        nu = effects.degrees_of_freedom
        log_f -= 0.5 * (nu + 1.0) * np.log1p((u / tau) ** 2 / nu)
        return log_f, slope - (nu + 1.0) * u / (nu * tau**2 + u**2)
    if effects.parts == 1:
        precision = (effects.scale[0] * tau) ** -2.0
        return log_f - 0.5 * u**2 * precision, slope - u * precision
    total = np.full_like(u, -np.inf)
    pull = np.zeros_like(u)
    for part in range(effects.parts):
        scale = effects.scale[part] * tau
        log_p = hyper.log_share[:, part, None, None] - np.log(scale) - 0.5 * (u / scale) ** 2
        new = np.logaddexp(total, log_p)
        share = np.exp(log_p - new)
        pull = pull * np.exp(total - new) - share * u / scale**2
        total = new
    return log_f + total, slope + pull


def _thin(design: Design, hyper: Hyper) -> tuple[Design, Hyper]:
    """Leave out parts of a Student-t but every third: enough to place a grid by."""
    if design.effects.name != "student-t":
        return design, hyper
    # Counted from the narrowest, by which the grid's step is set.
    some = slice((design.effects.parts - 1) % _EVERY, None, _EVERY)
    effects = replace(
        design.effects,
        scale=design.effects.scale[some].copy(),
        log_share=design.effects.log_share[some].copy(),
    )
    return replace(design, effects=effects), replace(hyper, log_share=hyper.log_share[:, some])


def _reach(design: Design, hyper: Hyper) -> tuple[Floats, Floats, Floats, Floats]:
    """Find how far the density reaches, the mode of its main part and the SD of its narrowest."""
    mode, sd, tau = locate(design, hyper)
    peak = log_integrand(design, hyper, tau, mode[..., None])[..., 0]
    ends = []
    for side in (-1.0, 1.0):
        away = np.full_like(sd, np.sqrt(2.0 * _DROP))
        for _ in range(3):
            u = mode + side * sd * away
            drop = peak - log_integrand(design, hyper, tau, u[..., None])[..., 0]
            away = away * np.clip(np.sqrt(_DROP / np.maximum(drop, 1e-3)), 0.3, 4.0)
        ends.append(mode + side * sd * away)
    if design.effects.parts == 1:
        return ends[0][:, 0], ends[1][:, 0], mode[:, 0], sd[:, 0]
    share = hyper.log_share[..., None] + peak + np.log(sd)
    main = share.argmax(axis=1)[:, None]
    matters = share > share.max(axis=1, keepdims=True) + _LOG_SHARE
    return (
        np.where(matters, ends[0], np.inf).min(axis=1),
        np.where(matters, ends[1], -np.inf).max(axis=1),
        np.take_along_axis(mode, main, axis=1)[:, 0],
        np.where(matters, sd, np.inf).min(axis=1),
    )


def _pick(values: Floats, at: np.ndarray) -> Floats:
    return np.asarray(np.take_along_axis(values, at[..., None], axis=-1)[..., 0])
