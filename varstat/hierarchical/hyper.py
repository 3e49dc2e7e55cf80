r"""The posterior of the hyper-parameters: its mode, a lattice over it, and draws from it.

In whitened coordinates z about the mode, :math:`h = \hat h + Lz` with :math:`LL'` the inverse of
the negative Hessian, a posterior that is near normal is round and of unit SD. Up to three
hyper-parameters are summed over a *lattice* in z, grown from the mode until nothing outside it
matters: the trapezoid rule, whose error for a normal density at step s is
:math:`2e^{-2\pi^2/s^2}` (1e-8 at s = 1). Above three, draws come by importance sampling.

Draws come from the exact log density where that is cheap, and else from a polynomial in z fitted to
values (and slopes) at some tens of points and checked at others, so that the number of passes over
the data doesn't grow with the number of draws.

References
----------
.. [1] Rue, Martino & Chopin (2009). Approximate Bayesian inference for latent Gaussian models by
   using integrated nested Laplace approximations. JRSS B 71(2), 319-392.
   doi:10.1111/j.1467-9868.2008.00700.x
.. [2] Trefethen & Weideman (2014). The exponentially convergent trapezoidal rule. SIAM Review
   56(3), 385-458. doi:10.1137/130932132
.. [3] Vehtari, Simpson, Gelman, Yao & Gabry (2024). Pareto smoothed importance sampling. JMLR
   25(72), 1-58.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp

from varstat.errors import ModelError
from varstat.hierarchical.design import Design
from varstat.hierarchical.likelihood import Smeared
from varstat.hierarchical.marginal import log_posterior, log_posterior_slope
from varstat.hierarchical.start import start_values
from varstat.measure import Floats

LATTICE_DIMENSION = 3
MOST_DIMENSION = 30
# A lattice point this far below the peak in log density, and all beyond it, is left out.
_DEPTH = 20.0
_DEPTH_OF_MANY = 14.0
_MANY_UNITS = 1000
_MOST_POINTS = 40_000
# Evaluations of a likelihood for which no polynomial is needed, and those that can be afforded
# where no polynomial fits.
_CHEAP, _AFFORDABLE = 10_000_000, 200_000_000
# What a polynomial may be off by in log density, root mean square over the posterior.
_ACCURACY = 0.003
_ROUGH = 0.05

Density = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whitened:
    """Coordinates in which the posterior of the hyper-parameters is about standard normal.

    Attributes
    ----------
    mode : ndarray of float, shape (dimension,)
    scale : ndarray of float, shape (dimension, dimension)
        L: one step along a whitened axis, in hyper-parameters.
    peak : float
        Log density at the mode.
    """

    mode: Floats
    scale: Floats
    peak: float

    def place(self, z: Floats) -> Floats:
        """Give the hyper-parameters at whitened coordinates (points, dimension)."""
        return self.mode + z @ self.scale.T


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """Points that sum the posterior of up to three hyper-parameters.

    Attributes
    ----------
    z, h : ndarray of float, shape (points, dimension)
        In whitened coordinates and as hyper-parameters.
    log_density : ndarray of float, shape (points,)
        Relative to the mode.
    weight : ndarray of float, shape (points,)
        Adds to one.
    step : float
    """

    z: Floats
    h: Floats
    log_density: Floats
    weight: Floats
    step: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HyperDraws:
    """Draws of the hyper-parameters.

    Attributes
    ----------
    z, h : ndarray of float, shape (draws, dimension)
    pareto_k : float
        Shape of the tail of the importance ratios; NaN where draws are not by importance.
    effective : float
        Effective number of draws.
    surrogate_error : float
        Root mean square error of the log density drawn from, at points checked; 0 if exact.
    passes : int
        Evaluations of the whole likelihood that these took.
    """

    z: Floats
    h: Floats
    pareto_k: float
    effective: float
    surrogate_error: float
    passes: int


def whiten(design: Design, *, nodes: int) -> Whitened:
    """Find the mode of the hyper-posterior and the Hessian there.

    Raises
    ------
    ModelError
        If there is no mode to be found.
    """
    start, width = start_values(design)

    def lower(x: Floats) -> tuple[float, Floats]:
        value, slope = log_posterior_slope(design, (start + width * x)[None], nodes=nodes)
        return -float(value[0]), -slope[0] * width

    found = minimize(lower, np.zeros(len(start)), jac=True, method="BFGS", options={"gtol": 1e-3})
    if not np.isfinite(found.fun):
        raise ModelError(
            "posterior",
            "no most likely values of the hyper-parameters can be found. Look for counts that "
            "are out of all proportion, and for covariates with extreme values.",
        )
    mode = start + width * found.x
    for _ in range(3):
        scale, newton = _curvature(design, mode, width, nodes=nodes)
        mode = mode + newton
        if np.sum(np.linalg.solve(scale, newton) ** 2) < 1e-4:
            break
    peak = float(log_posterior(design, mode[None], nodes=nodes)[0])
    return Whitened(mode=mode, scale=scale, peak=peak)


def _curvature(design: Design, mode: Floats, width: Floats, *, nodes: int) -> tuple[Floats, Floats]:
    """Difference the gradient for the Hessian; give L and the Newton step still to go."""
    d = len(mode)
    step = 0.05 * width
    around = np.concatenate([mode + np.diag(step), mode - np.diag(step), mode[None]])
    slope = log_posterior_slope(design, around, nodes=nodes)[1]
    hessian = (slope[:d] - slope[d : 2 * d]) / (2.0 * step[:, None])
    hessian = -0.5 * (hessian + hessian.T)
    values, vectors = np.linalg.eigh(hessian * np.outer(width, width))
    # Where the posterior is flat or hollow at the mode its own prior width is the best guess.
    values = np.maximum(values, 1e-2)
    scale = width[:, None] * vectors / np.sqrt(values)
    newton = scale @ (scale.T @ slope[-1])
    size = float(np.linalg.norm(scale.T @ slope[-1]))
    return scale, newton * min(1.0, 1.0 / max(size, 1e-300))


def grow_lattice(design: Design, white: Whitened, *, step: float, nodes: int) -> Lattice:
    """Evaluate the posterior on lattice points from the mode outwards while it matters.

    Raises
    ------
    ModelError
        If the posterior has no end within reach.
    """
    d = len(white.mode)
    depth = _DEPTH if design.units <= _MANY_UNITS else _DEPTH_OF_MANY
    neighbours = [np.array(n) for n in product((-1, 0, 1), repeat=d) if sum(map(abs, n)) == 1]
    seen: dict[tuple[int, ...], float] = {}
    front = [(0,) * d]
    peak = -np.inf
    while front:
        z = step * np.array(front, float)
        values = log_posterior(design, white.place(z), nodes=nodes) - white.peak
        seen |= dict(zip(front, values.tolist(), strict=True))
        peak = max(peak, float(values.max()))
        if len(seen) > _MOST_POINTS:
            raise ModelError(
                "posterior",
                "the posterior of the hyper-parameters has no end within reach. A prior on tau "
                "that is proper and has a light tail mends that: exponential or half-normal.",
            )
        inner = [p for p, v in zip(front, values, strict=True) if v > peak - depth]
        reached = {tuple((np.array(p) + n).tolist()) for p in inner for n in neighbours}
        front = sorted(reached - seen.keys())
    kept = sorted(p for p, v in seen.items() if v > peak - depth)
    z = step * np.array(kept, float)
    log_density = np.array([seen[p] for p in kept])
    return Lattice(
        z=z,
        h=white.place(z),
        log_density=log_density,
        weight=np.exp(log_density - logsumexp(log_density)),
        step=step,
    )


def draw_from_lattice(
    design: Design, white: Whitened, lattice: Lattice, *, draws: int, nodes: int, seed: int
) -> HyperDraws:
    """Draw hyper-parameters by rejection from a mixture of normals about the lattice points."""
    rng = np.random.default_rng([seed, 1])
    passes = 0
    target, error = _fit_values(lattice)
    if error > _ACCURACY:
        target, error = _exact(design, white, nodes=nodes), 0.0
    # Wider than the step, so that the mixture falls off more slowly than what it covers.
    width = max(lattice.step, 0.75)
    matters = lattice.weight > 1e-6 * lattice.weight.max()
    centre, weight = lattice.z[matters], lattice.weight[matters] / lattice.weight[matters].sum()

    def propose(number: int) -> tuple[Floats, Floats]:
        at = rng.choice(len(weight), size=number, p=weight)
        z = centre[at] + width * rng.standard_normal((number, centre.shape[1]))
        away = (z**2).sum(axis=1)[:, None] - 2.0 * z @ centre.T + (centre**2).sum(axis=1)
        return z, np.log(np.exp(-0.5 * away / width**2) @ weight)

    kept: list[Floats] = []
    have, bound = 0, -np.inf
    while have < draws:
        z, log_q = propose(2 * draws)
        ratio = target(z) - log_q
        passes += len(z) if error == 0.0 else 0
        if not kept:
            # The bound comes from a pilot and from the lattice itself; a ratio above it is
            # cut to it, which at this size of pilot concerns less than one draw in a thousand.
            bound = float(np.max(ratio))
        accepted = np.log(rng.random(len(z))) < ratio - bound
        kept.append(z[accepted])
        have += int(accepted.sum())
    z = np.concatenate(kept)[:draws]
    return HyperDraws(
        z=z,
        h=white.place(z),
        pareto_k=float("nan"),
        effective=float(draws),
        surrogate_error=error,
        passes=passes + len(lattice.z),
    )


def draw_by_importance(
    design: Design, white: Whitened, *, draws: int, nodes: int, seed: int
) -> HyperDraws:
    """Draw hyper-parameters by importance resampling from a Student-t about the mode."""
    rng = np.random.default_rng([seed, 1])
    exact = _exact(design, white, nodes=nodes)
    error, passes = np.inf, 0
    pool = 2 * draws
    z = _student(rng, pool, len(white.mode))
    log_q = _log_student(z)
    cost = pool * _cost(design, nodes)
    if cost > _CHEAP:
        fitted, error, passes, pareto_k = _fit_slopes(design, white, rng, nodes=nodes)
        log_p = fitted(z)
    if cost <= _CHEAP or (error > _ROUGH and cost <= _AFFORDABLE):
        log_p, error, passes = exact(z), 0.0, passes + pool
        pareto_k = pareto_shape(log_p - log_q)
    log_ratio = smooth_tail(log_p - log_q)
    weight = np.exp(log_ratio - logsumexp(log_ratio))
    chosen = _systematic(rng, weight, draws)
    return HyperDraws(
        z=z[chosen],
        h=white.place(z[chosen]),
        pareto_k=pareto_k,
        effective=float(min(1.0 / np.sum(weight**2), draws)),
        surrogate_error=error,
        passes=passes,
    )


def _exact(design: Design, white: Whitened, *, nodes: int) -> Density:
    return lambda z: log_posterior(design, white.place(z), nodes=nodes) - white.peak


def _cost(design: Design, nodes: int) -> int:
    """Evaluations of a row's likelihood that one pass takes."""
    inner = 15 if isinstance(design.family, Smeared) else 1
    return design.rows * nodes * design.effects.parts * inner


_T_DEGREES = 8.0


def _student(rng: np.random.Generator, number: int, d: int) -> Floats:
    mix = rng.chisquare(_T_DEGREES, size=(number, 1)) / _T_DEGREES
    return rng.standard_normal((number, d)) / np.sqrt(mix)


def _log_student(z: Floats) -> Floats:
    d = z.shape[1]
    constant = gammaln(0.5 * (_T_DEGREES + d)) - gammaln(0.5 * _T_DEGREES)
    constant -= 0.5 * d * np.log(_T_DEGREES * np.pi)
    kernel = 0.5 * (_T_DEGREES + d) * np.log1p((z**2).sum(axis=1) / _T_DEGREES)
    return np.asarray(constant - kernel)


def _systematic(rng: np.random.Generator, weight: Floats, number: int) -> np.ndarray:
    """Resample with the least noise, then shuffle, so that neighbours are not alike."""
    at = (rng.random() + np.arange(number)) / number
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), at), len(weight) - 1)
    return rng.permutation(chosen)


def pareto_shape(log_ratio: Floats) -> float:
    """Shape of the generalised Pareto tail of importance ratios (above 0.7: don't trust them)."""
    from varstat.hierarchical.diagnostics import fit_tail

    return fit_tail(log_ratio)[0]


def smooth_tail(log_ratio: Floats) -> Floats:
    """Pareto-smoothed log ratios."""
    from varstat.hierarchical.diagnostics import fit_tail

    return fit_tail(log_ratio)[1]


def monomials(d: int, degree: int) -> list[tuple[int, ...]]:
    """Name the monomials of d variables up to a total degree, by the variables they multiply."""
    return [m for k in range(degree + 1) for m in combinations_with_replacement(range(d), k)]


def monomial_values(z: Floats, terms: list[tuple[int, ...]]) -> Floats:
    """Evaluate monomials at points (points, d): shape (points, terms)."""
    known: dict[tuple[int, ...], Floats] = {(): np.ones(len(z))}
    for term in terms:
        if term:
            known[term] = known[term[:-1]] * z[:, term[-1]]
    return np.stack([known[term] for term in terms], axis=1)


def _monomial_slopes(z: Floats, terms: list[tuple[int, ...]]) -> Floats:
    """Derivatives of monomials: shape (points, d, terms)."""
    d = z.shape[1]
    out = np.zeros((len(z), d, len(terms)))
    for column, term in enumerate(terms):
        for j in set(term):
            rest = list(term)
            rest.remove(j)
            out[:, j, column] = term.count(j) * np.prod(z[:, rest], axis=1)
    return out


def _fit_values(lattice: Lattice) -> tuple[Density, float]:
    """Fit a polynomial to a lattice's log density; its error is where it matters."""
    d = lattice.z.shape[1]
    # Half the log weight: the centre counts most, the edges still hold the polynomial down.
    pull = np.exp(0.25 * (lattice.log_density - lattice.log_density.max()))
    best, least = None, np.inf
    for degree in (4, 6):
        terms = monomials(d, degree)
        if len(terms) > len(lattice.z) // 2:
            break
        basis = monomial_values(lattice.z, terms)
        held = np.arange(len(lattice.z)) % 5 == 4
        train = np.linalg.lstsq(
            basis[~held] * pull[~held, None], (lattice.log_density * pull)[~held], rcond=None
        )[0]
        off = basis[held] @ train - lattice.log_density[held]
        error = float(np.sqrt(np.average(off**2, weights=lattice.weight[held])))
        if error < least:
            full = np.linalg.lstsq(basis * pull[:, None], lattice.log_density * pull, rcond=None)[0]
            best, least = (terms, full), error
    if best is None:
        return (lambda z: np.zeros(len(z))), np.inf
    terms, coefficients = best
    reach = np.abs(lattice.z).max(axis=0) + lattice.step
    peak = lattice.log_density.max()

    def density(z: Floats) -> Floats:
        value = monomial_values(z, terms) @ coefficients
        inside = np.all(np.abs(z) <= reach, axis=1)
        return np.where(inside, np.minimum(value, peak + 0.1), -np.inf)

    return density, least


def _fit_slopes(
    design: Design, white: Whitened, rng: np.random.Generator, *, nodes: int
) -> tuple[Density, float, int, float]:
    """Fit a polynomial to values and slopes at points about the mode, and check it at others.

    Returns
    -------
    density : callable
    error : float
    passes : int
    pareto_k : float
        Of the exact density over the fitted one, at draws from the fitted one.
    """
    d = len(white.mode)
    terms = [t for t in monomials(d, 4) if len(t) < 4 or len(set(t)) <= 2]
    if d > 12:
        terms = [t for t in terms if len(t) < 3 or len(set(t)) <= 2]
    number = max(int(np.ceil(2.5 * len(terms) / (d + 1))), 24)
    z = rng.standard_normal((number, d)) * 1.2
    value, slope = log_posterior_slope(design, white.place(z), nodes=nodes)
    slope_z = slope @ white.scale
    left = np.concatenate([value - white.peak, slope_z.ravel()])
    basis = np.concatenate(
        [
            monomial_values(z, terms),
            _monomial_slopes(z, terms).reshape(number * d, len(terms)),
        ]
    )
    coefficients = np.linalg.lstsq(basis, left, rcond=None)[0]

    def density(z: Floats) -> Floats:
        value = monomial_values(z, terms) @ coefficients
        # Far out a polynomial may turn up again; no posterior rises above the normal's shoulders.
        return np.asarray(np.minimum(value, 3.0 - 0.125 * (z**2).sum(axis=1)))

    pool = _student(rng, 4000, d)
    ratio = density(pool) - _log_student(pool)
    weight = np.exp(ratio - logsumexp(ratio))
    check = pool[_systematic(rng, weight, 100)]
    off = log_posterior(design, white.place(check), nodes=nodes) - white.peak - density(check)
    return density, float(np.std(off)), number + len(check), pareto_shape(off)
