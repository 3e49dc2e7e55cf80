"""Hierarchical models once more, on plain grids: no code or rule of integration is varstat's.

Given hyper-parameters each unit's effect is summed over an even grid, and what passes in a row by
Gauss and Hermite's rule. Hyper-parameters are summed over a lattice about their mode where they are
three at most, and else weighted from a Student-t at Sobol's points. Priors are those of the default
cards, written out: see docs/methods/model.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import betaln, expit, gammaln, logsumexp

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats, float], Floats]
# What a row reports given its rate on the link scale, and the SD of what passes.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
POINTS = 257


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A model of rows.

    `place` and `scale` are of the normal priors of the columns of `matrix`; taus and an estimated
    passing SD have exponential priors of mean 1. `passing` is "none", a number or "auto"; `inside`
    says that the likelihood holds it.
    """

    likelihood: LogLikelihood
    unit: NDArray[np.int64]
    matrix: Floats
    place: Floats
    scale: Floats
    effects: str = "normal"
    tau_of: NDArray[np.int64] | None = None
    passing: float | str = 0.0
    inside: bool = False
    reach: float = 3.2

    @property
    def u(self) -> Floats:
        return np.linspace(-self.reach, self.reach, POINTS)

    @property
    def taus(self) -> int:
        return 1 if self.tau_of is None else int(self.tau_of.max()) + 1

    def split(self, h: Floats) -> tuple[Floats, Floats, float, float]:
        """Coefficients, SD of each unit's effect, the passing SD and the contamination."""
        k = self.matrix.shape[1]
        taus = np.exp(h[k : k + self.taus])
        units = int(self.unit.max()) + 1
        tau = np.full(units, taus[0]) if self.tau_of is None else taus[self.tau_of]
        rest = h[k + self.taus :]
        if self.passing == "auto":
            return h[:k], tau, float(np.exp(rest[0])), 0.0
        share = float(expit(rest[0])) if self.effects == "contaminated-normal" else 0.0
        return h[:k], tau, float(self.passing), share

    def log_prior(self, h: Floats) -> float:
        k = self.matrix.shape[1]
        found = -0.5 * np.sum(((h[:k] - self.place) / self.scale) ** 2)
        scales = h[k : k + self.taus + (self.passing == "auto")]
        found += np.sum(scales - np.exp(scales))
        if self.effects == "contaminated-normal":
            share = expit(h[-1])
            found += stats.beta.logpdf(share, 1, 9) + np.log(share) + np.log1p(-share)
        return float(found)

    def units(self, h: Floats) -> Floats:
        """Log of likelihood times density of each unit's effect at `u`: (units, points)."""
        u = self.u
        beta, tau, passing, share = self.split(h)
        theta = (self.matrix @ beta)[:, None] + u
        if passing and not self.inside:
            some = self.likelihood(theta[..., None] + passing * NODES, passing)
            rows = logsumexp(some + np.log(WEIGHTS), axis=-1)
        else:
            rows = self.likelihood(theta[..., None], passing)[..., 0]
        summed = np.zeros((len(tau), len(u)))
        np.add.at(summed, self.unit, rows)
        # A smaller SD is taken for one that the grid can still say.
        tau = np.maximum(tau, u[1] - u[0])
        z = u / tau[:, None]
        match self.effects:
            case "student-t":
                density = stats.t.logpdf(z, 4)
            case "contaminated-normal":
                density = np.logaddexp(
                    np.log1p(-share) + stats.norm.logpdf(z),
                    np.log(share) + stats.norm.logpdf(z / 5.0) - np.log(5.0),
                )
            case _:
                density = stats.norm.logpdf(z)
        return summed + density - np.log(tau)[:, None]

    def log_posterior(self, h: Floats) -> float:
        return float(logsumexp(self.units(h), axis=1).sum() + self.log_prior(h))


@dataclass(frozen=True, kw_only=True)
class Solved:
    """Points of hyper-parameters, their weights, and each unit's distribution at every point."""

    h: Floats
    weight: Floats
    share: Floats
    u: Floats

    @property
    def effective(self) -> float:
        return float(1.0 / np.sum(self.weight**2))

    def mean(self, values: Callable[[Floats], Floats]) -> Floats:
        """Expectation of what is given at (hyper-parameters, u): (units,)."""
        total = np.zeros(self.share.shape[1])
        for h, weight, share in zip(self.h, self.weight, self.share, strict=True):
            total += weight * np.sum(share * values(h), axis=1)
        return total

    def draw(self, number: int, seed: int) -> tuple[NDArray[np.int64], Floats]:
        """Draw points and effects together: (draws,) and (draws, units)."""
        rng = np.random.default_rng(seed)
        at = rng.choice(len(self.h), number, p=self.weight)
        effect = np.empty((number, self.share.shape[1]))
        for point in np.unique(at):
            who = np.flatnonzero(at == point)
            below = np.cumsum(self.share[point], axis=1) - 0.5 * self.share[point]
            for unit, cdf in enumerate(below):
                effect[who, unit] = np.interp(rng.random(len(who)), cdf, self.u)
        return at, effect


def solve(model: Plain, start: Floats, *, points: int = 1024) -> Solved:
    """Sum or weigh hyper-parameters."""
    d = len(start)
    found = optimize.minimize(
        lambda h: -model.log_posterior(h),
        start,
        method="BFGS",
        options={"gtol": 1e-3, "maxiter": 60},
    )
    root = np.linalg.cholesky(_covariance(model, found.x))
    if d <= 3:
        # Down to where a tau of nothing is as likely as its prior, which has a long way to go.
        place = np.linspace(-8.0, 8.0, 33 if d == 2 else 21)
        scale = np.linspace(-22.0, 8.0, 61 if d == 2 else 36)
        share = [np.linspace(-9.0, 6.0, 19)] * (d - 2)
        z = np.stack(np.meshgrid(place, scale, *share, indexing="ij"), axis=-1).reshape(-1, d)
        log_q = np.zeros(len(z))
    else:
        normal = stats.norm.ppf(np.clip(stats.qmc.Sobol(d + 1, seed=1).random(points), 1e-9, 1))
        chi = stats.chi2.ppf(stats.norm.cdf(normal[:, -1]), 7.0) / 7.0
        z = 1.15 * normal[:, :d] / np.sqrt(chi)[:, None]
        log_q = stats.multivariate_t(np.zeros(d), 1.15**2 * np.eye(d), df=7).logpdf(z)
    h = found.x + z @ root.T
    log_p = np.array([model.log_posterior(each) for each in h]) - log_q
    weight = np.exp(log_p - logsumexp(log_p))
    kept = weight > 1e-7 * weight.max()
    h, weight = h[kept], weight[kept] / weight[kept].sum()
    share = np.stack([_normalised(model.units(each)) for each in h])
    return Solved(h=h, weight=weight, share=share, u=model.u)


def _normalised(log_density: Floats) -> Floats:
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    return density / density.sum(axis=1, keepdims=True)


def _covariance(model: Plain, h: Floats) -> Floats:
    d, step = len(h), 0.04
    hessian = np.empty((d, d))
    moves = step * np.eye(d)
    for i in range(d):
        for j in range(i, d):
            ends = [
                a * b * model.log_posterior(h + a * moves[i] + b * moves[j])
                for a in (1, -1)
                for b in (1, -1)
            ]
            hessian[i, j] = hessian[j, i] = -sum(ends) / (4.0 * step**2)
    value, vector = np.linalg.eigh(hessian)
    return np.asarray(vector @ np.diag(1.0 / np.maximum(value, 0.3)) @ vector.T)


def binomial(y: Floats, n: Floats) -> LogLikelihood:
    return lambda x, _: _rows(y, x) * x - _rows(n, x) * np.logaddexp(0.0, x)


def poisson(y: Floats, e: Floats) -> LogLikelihood:
    return lambda x, _: _rows(y, x) * x - _rows(e, x) * np.exp(x)


def normal(y: Floats, se: Floats) -> LogLikelihood:
    """A mean; what passes is inside."""

    def value(x: Floats, passing: float) -> Floats:
        variance = _rows(se, x) ** 2 + passing**2
        return np.asarray(-0.5 * (_rows(y, x) - x) ** 2 / variance - 0.5 * np.log(variance))

    return value


def beta_binomial(y: Floats, n: Floats) -> LogLikelihood:
    pooled = (y.sum() + 0.5) / (n.sum() + 1.0)

    def value(x: Floats, passing: float) -> Floats:
        total = 1.0 / (passing**2 * pooled * (1.0 - pooled))
        a, b = total * expit(x), total * expit(-x)
        return np.asarray(betaln(_rows(y, x) + a, _rows(n - y, x) + b) - betaln(a, b))

    return value


def negative_binomial(y: Floats, e: Floats) -> LogLikelihood:
    def value(x: Floats, passing: float) -> Floats:
        k, mean = passing**-2.0, _rows(e, x) * np.exp(x)
        found = gammaln(_rows(y, x) + k) - gammaln(k) + k * np.log(k / (k + mean))
        return np.asarray(found + _rows(y, x) * np.log(mean / (k + mean)))

    return value


def withheld(y: Floats, n: Floats, hidden: NDArray[np.bool_], most: int) -> LogLikelihood:
    """Binomial counts of which some are known to lie from 1 to `most`."""

    def value(x: Floats, _: float) -> Floats:
        shown = _rows(y, x) * x - _rows(n, x) * np.logaddexp(0.0, x)
        size = _rows(n, x)
        each = [
            np.where(k <= size, _log_choose(size, k) + k * x - size * np.logaddexp(0.0, x), -np.inf)
            for k in range(1, most + 1)
        ]
        return np.where(_rows(hidden, x), logsumexp(each, axis=0), shown)

    return value


def _log_choose(n: Floats, k: int) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1.0) - gammaln(np.maximum(n - k, 0) + 1.0))


def _rows(values: NDArray[np.generic], x: Floats) -> NDArray[np.generic]:
    return values.reshape((-1,) + (1,) * (x.ndim - 1))
