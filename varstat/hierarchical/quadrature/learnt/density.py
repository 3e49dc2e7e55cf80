r"""The posterior of a learnt distribution of effects.

With :math:`o_i = x_i'\beta` but for the intercept (or the largest peer group's mean), unit i's
:math:`v_i = \theta_i - o_i` is drawn from g, a density on a grid that has the intercept in it
(`varstat.hierarchical.model.learnt`), and given g and :math:`\beta` units are independent:

.. math:: m_i = \sum_k L_i(o_i + v_k)\, g_k, \qquad
          a_1 = \mu/t^2,\ a_2 = -1/(2t^2),\ z_j \sim N(0, \sigma^2),\ \sigma \sim \mathrm{Exp}(1)

with the card's own priors on the normal's mean and SD, :math:`\mu` and t. For each of some
:math:`\sigma` the mode is found by Newton's method with the exact gradient and Hessian,

.. math:: \partial \log m_i = E[\Phi \mid y_i] - E_g[\Phi], \qquad
          \partial^2 \log m_i = Var[\Phi \mid y_i] - Var_g[\Phi]

and hyper-parameters are drawn by importance from Student-t about these modes. A likelihood that is
narrow beside the grid's cells is integrated against g as it runs straight from point to point.
Where :math:`\beta` is uncertain, :math:`\log m_i` is a quadratic in :math:`o_i` about its mode,
with the exact first and second derivatives.
"""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.learnt import base_column
from varstat.hierarchical.quadrature.learnt.integrate import Likelihoods, integrate
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Density:
    """What the posterior of hyper-parameters is made of.

    Hyper-parameters are the offsets' coefficients, the normal's mean and log SD in units of the
    grid's x, and the splines' coefficients or the mixture's shape.
    """

    design: Design
    rest: Floats
    base: int
    at: Floats
    likelihoods: Likelihoods

    @property
    def free(self) -> int:
        """Number of the offsets' coefficients."""
        return int(self.rest.shape[1])

    def moved(self, at: Floats) -> "Density":
        """The same about other coefficients of the offsets."""
        if not self.free or np.array_equal(at, self.at):
            return self
        seen = integrate(self.design, self.rest @ at, slopes=True)
        return Density(design=self.design, rest=self.rest, base=self.base, at=at, likelihoods=seen)

    def locations(self, p: Floats) -> Floats:
        """Locations as the design has them, with the mean of the normal as intercept."""
        q, effects = self.free, self.design.effects
        # The base column's mean stands in the other peer groups' as well.
        base = effects.centre + effects.unit * p[:, q]
        beta = np.insert(p[:, :q], self.base, base, axis=1)
        peers = peer_columns(self.design)
        beta[:, peers] += base[:, None] * (np.array(peers) != self.base)
        return beta

    def log_prior(self, p: Floats, roughness: float) -> Floats:
        """Log prior density of hyper-parameters (batch, dimension) with splines."""
        z = p[:, self.free + 2 :]
        splines = -0.5 * np.sum(z**2, axis=1) / roughness**2 - z.shape[1] * np.log(roughness)
        return np.asarray(self.log_prior_moments(p) + splines)

    def log_prior_moments(self, p: Floats) -> Floats:
        """Log prior density of the offsets' coefficients, the normal's mean and its SD."""
        q, design = self.free, self.design
        beta = self.locations(p)
        value = -0.5 * np.sum(((beta - design.location_mean) / design.location_sd) ** 2, axis=1)
        value += design.tau_prior.log_density(p[:, q + 1] + np.log(design.effects.unit))
        return np.asarray(value)

    def shape(self, p: Floats) -> Floats:
        """What a learnt density is made of: (batch, shapes)."""
        if self.design.effects.mixture:
            return p[:, self.free :]
        return shape_of(p[:, self.free :])

    def log_likelihood(self, p: Floats) -> Floats:
        """Log likelihood of hyper-parameters (batch, dimension), relative to the units' largest."""
        seen = self.likelihoods
        out = np.zeros(len(p))
        step = max(int(20_000_000 / seen.value.size * seen.value.shape[1]), 64)
        for first in range(0, len(p), step):
            some = slice(first, first + step)
            g = self.design.effects.masses(self.shape(p[some])).T
            m = np.maximum(seen.value @ g, 1e-300)
            total = np.log(m).sum(axis=0)
            if seen.first is not None and seen.second is not None:
                d = self.rest @ (p[some, : self.free] - self.at).T
                slope = (seen.first @ g) / m
                bend = (seen.second @ g) / m - slope**2
                total += np.sum(slope * d + 0.5 * np.minimum(bend, 0.0) * d**2, axis=0)
            out[some] = total
        return out + float(seen.log_scale.sum())

    def force(self, p: Floats, roughness: float) -> Floats:
        """Gradient of the log posterior of hyper-parameters: (batch, dimension)."""
        seen, q, design = self.likelihoods, self.free, self.design
        shape = self.shape(p)
        g = design.effects.masses(shape).T
        m = np.maximum(seen.value @ g, 1e-300)
        out = np.empty_like(p)
        if seen.first is None or seen.second is None:
            pull = seen.value.T @ (1.0 / m)
        else:
            d = self.rest @ (p[:, :q] - self.at).T
            slope, second = (seen.first @ g) / m, (seen.second @ g) / m
            bend = np.minimum(second - slope**2, 0.0)
            out[:, :q] = (slope + bend * d).T @ self.rest
            d2 = d**2 * (bend < 0.0)
            pull = seen.value.T @ ((1.0 - d * slope - 0.5 * d2 * second + d2 * slope**2) / m)
            pull += seen.first.T @ ((d - d2 * slope) / m) + seen.second.T @ (0.5 * d2 / m)
        natural = (g * (pull - design.units)).T @ design.effects.basis
        a1, a2 = shape[:, 0], shape[:, 1]
        out[:, q] = -2.0 * a2 * natural[:, 0]
        out[:, q + 1] = -2.0 * (a1 * natural[:, 0] + a2 * natural[:, 1])
        out[:, q + 2 :] = natural[:, 2:] - p[:, q + 2 :] / roughness**2
        linear = self.locations(np.eye(p.shape[1])) - self.locations(np.zeros((1, p.shape[1])))
        away = (self.locations(p) - design.location_mean) / design.location_sd**2
        out -= away @ linear.T
        out[:, q + 1] += design.tau_prior.slope(p[:, q + 1] + np.log(design.effects.unit))
        return out


def log_prior_roughness(roughness: float) -> float:
    """Log probability of one of the roughnesses: exponential."""
    return float(np.log(roughness) - roughness)


def shape_of(p: Floats) -> Floats:
    """Turn the normal's mean, log SD and the splines' coefficients into those of the basis."""
    precision = np.exp(-2.0 * p[:, 1])
    return np.column_stack([p[:, 0] * precision, -0.5 * precision, p[:, 2:]])


def peer_columns(design: Design) -> list[int]:
    """Columns of the peer groups' means."""
    return [j for j, name in enumerate(design.locations) if name.startswith("peer_mean[")]


def offsets_matrix(design: Design) -> tuple[Floats, int]:
    """Give the columns that offsets are of, and the one that g has in it."""
    base = base_column(design.matrix)
    return np.delete(design.matrix, base, axis=1), base


def learnt_moments(design: Design, shape: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of learnt densities (batch, shapes), in link-scale units."""
    g, grid = design.effects.masses(shape), design.effects.grid
    mean = g @ grid
    # Effects lie evenly about their grid point.
    return mean, g @ grid**2 - mean**2 + design.effects.cell**2 / 12.0


def shapes_in(design: Design, h: Floats) -> Floats:
    """What a learnt density is made of, among the hyper-parameters of a posterior."""
    return h[:, design.dimension - design.effects.shapes :]


def split_offsets(design: Design, h: Floats) -> tuple[Floats, Floats]:
    """Give the columns of the offsets, and their coefficients in draws of a posterior."""
    rest, base = offsets_matrix(design)
    beta = h[:, : len(design.locations)].copy()
    peers = peer_columns(design)
    beta[:, peers] -= beta[:, [base]] * (np.array(peers) != base)
    return rest, np.delete(beta, base, axis=1)


def mean_offset(design: Design, h: Floats) -> Floats:
    """Each unit's offset on average over draws of a posterior."""
    rest, free = split_offsets(design, h)
    return np.asarray(rest @ free.mean(axis=0))


def start_density(design: Design) -> tuple[Density, Floats]:
    """Lay out a design's posterior, and start at a normal by weighted least squares."""
    rest, base = offsets_matrix(design)
    weight = 1.0 / (design.link_variance + design.effects.unit**2)
    root = np.sqrt(weight)
    beta = np.linalg.lstsq(design.matrix * root[:, None], design.link_rate * root, rcond=None)[0]
    peers = peer_columns(design)
    beta[peers] -= beta[base] * (np.array(peers) != base)
    at = np.delete(beta, base)
    seen = integrate(design, rest @ at, slopes=rest.shape[1] > 0)
    density = Density(design=design, rest=rest, base=base, at=at, likelihoods=seen)
    return density, np.concatenate([at, np.zeros(design.effects.shapes)])


def report(density: Density, p: Floats) -> Floats:
    """Give hyper-parameters as a posterior has them."""
    design, shape = density.design, density.shape(p)
    mean, variance = learnt_moments(design, shape)
    beta = density.locations(p)
    peers = peer_columns(design) or [density.base]
    beta[:, peers] += (mean - beta[:, density.base])[:, None]
    return np.column_stack([beta, 0.5 * np.log(variance), shape])
