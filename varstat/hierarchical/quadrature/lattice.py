r"""A lattice over the posterior of up to three hyper-parameters.

They are summed over a lattice in whitened coordinates, grown from the mode until nothing outside it
matters [1]_: the trapezoid rule, whose error for a normal density at step s is
:math:`2e^{-2\pi^2/s^2}` (5e-9 at s = 1) [2]_. Where a posterior is far from normal, as with two
humps of different widths, every other row of the lattice gives another answer than the rest, and
the step is halved.

The log density at its points is that of a polynomial, fitted to values and slopes at some tens of
points (`varstat.hierarchical.quadrature.surrogate`), if that is right to some hundred-thousandths
where the posterior is and nowhere far off; else each point is a pass over the data. Between points
a polynomial stands for the density too, and is checked there.

References
----------
.. [1] Rue, Martino & Chopin (2009). Approximate Bayesian inference for latent Gaussian models by
   using integrated nested Laplace approximations. JRSS B 71(2), 319-392.
   doi:10.1111/j.1467-9868.2008.00700.x
.. [2] Trefethen & Weideman (2014). The exponentially convergent trapezoidal rule. SIAM Review
   56(3), 385-458. doi:10.1137/130932132
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import logsumexp

from varstat.errors import ModelError
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.quadrature.marginal import log_posterior
from varstat.hierarchical.quadrature.polynomial import monomials
from varstat.hierarchical.quadrature.student import resample
from varstat.hierarchical.quadrature.surrogate import Density, fit_slopes, fit_values
from varstat.measure import Floats

LATTICE_DIMENSION = 3
# A lattice point this far below the peak in log density, and all beyond it, is left out: a mass of
# 1e-8, or 1e-5 where units are many or each pass is dear.
_DEPTH = 20.0
_DEPTH_OF_MANY = 14.0
_MANY_UNITS = 1000
_MOST_POINTS = 40_000
# Rows of a lattice may differ by as many SDs, at twice its own step; how often it is halved.
_EVEN, _MOST_HALVINGS = 0.1, 2
# Degrees of the polynomials that may fill a lattice, the first for many units alone, and equations
# for each of their coefficients.
_DEGREES, _EQUATIONS = (4, 6, 8), 1.5
# The seed by which points that they are fitted to and checked at are the same in every fit.
_FIXED = 20
# Points they are checked at, drawn from the posterior, and what they may be off by in log density:
# there, root mean square; at the farthest points above a depth; and at the edge of the lattice.
_CHECKED, _NEAR = 8, 3e-5
_FAR_DEPTH, _FAR, _EDGE = 6.0, 0.03, 1.0
# From here on a higher degree won't mend it; points of a lattice that one may fill.
_HOPELESS, _MOST_BY_POLYNOMIAL = 0.1, 5000
# What a polynomial between the points of an exact lattice may be off by, the points it is checked
# at, those it is fitted to besides if it is off by more, and its degrees without and with them.
_BETWEEN, _CHECKED_BETWEEN, _MORE, _COARSE, _FINE = 0.003, 60, 200, 6, 8


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
class Filled:
    """A lattice, and a log density that is as good between its points.

    Attributes
    ----------
    lattice : Lattice
    density : callable
        Log density at whitened coordinates (points, dimension), relative to the mode.
    error : float
        What it is off by where the posterior is, root mean square; 0 if exact.
    passes : int
        Evaluations of the whole likelihood that these took.
    """

    lattice: Lattice
    density: Density
    error: float
    passes: int


def fill_lattice(
    design: Design, white: Whitened, *, step: float, nodes: int, smooth: bool = True
) -> Filled:
    """Grow a lattice, and halve its step while what it gives hangs on where its points fall.

    Parameters
    ----------
    design : Design
    white : Whitened
    step : float
    nodes : int
    smooth : bool, default True
        Whether a polynomial may stand for the log density.

    Returns
    -------
    Filled

    Raises
    ------
    ModelError
        As `grow_lattice`.
    """

    def exact(z: Floats) -> Floats:
        return np.asarray(log_posterior(design, white.place(z), nodes=nodes) - white.peak)

    many = design.units > _MANY_UNITS or design.effects.parts > 1
    depth = _DEPTH_OF_MANY if many else _DEPTH
    passes = 0
    if smooth:
        filled = _fill_by_polynomial(design, white, exact, step, depth, nodes)
        if isinstance(filled, Filled):
            return filled
        passes = filled
    lattice = _even_lattice(white, exact, step, depth)
    density, error, more = _fit_between(design, white, lattice, exact)
    passes += len(lattice.z) + more
    return Filled(lattice=lattice, density=_within(lattice, density), error=error, passes=passes)


def _fill_by_polynomial(
    design: Design, white: Whitened, exact: Density, step: float, depth: float, nodes: int
) -> Filled | int:
    """Fill a lattice by the first polynomial that is near enough; else say how many passes went."""
    rng = np.random.default_rng(_FIXED)
    d, checked = len(white.mode), 0
    degrees = _DEGREES if design.units > _MANY_UNITS else _DEGREES[1:]
    every = [monomials(d, degree) for degree in degrees]
    points = [int(np.ceil(_EQUATIONS * len(terms) / (d + 1))) for terms in every]
    fitted = fit_slopes(design, white, rng, nodes=nodes, terms=every[0], points=points[0])
    for at in range(len(every)):
        try:
            lattice = grow_lattice(white, fitted, step=step, depth=depth, most=_MOST_BY_POLYNOMIAL)
        except ModelError:
            # It turns up again before it is down.
            break
        z = _checks(lattice, rng)
        off = exact(z) - fitted(z)
        checked += len(z)
        # Off by a constant is not off.
        off -= off[:_CHECKED].mean()
        error = float(np.sqrt(np.mean(off[:_CHECKED] ** 2)))
        far, edge = np.split(np.abs(off[_CHECKED:]), 2)
        near_enough = error <= _NEAR and far.max() <= _FAR and edge.max() <= _EDGE
        if near_enough and unevenness(lattice) <= _EVEN:
            passes, density = len(fitted.z) + checked, _within(lattice, fitted)
            return Filled(lattice=lattice, density=density, error=error, passes=passes)
        if error > _HOPELESS or at + 1 == len(every):
            break
        more = _scatter(lattice, rng, points[at + 1] - points[at], power=0.5)
        fitted = fitted.refined(more, lattice.z, lattice.weight, terms=every[at + 1])
    return len(fitted.z) + checked


def _fit_between(
    design: Design, white: Whitened, lattice: Lattice, exact: Density
) -> tuple[Density, float, int]:
    """Fit a polynomial to an exact lattice's values, and to more if it is off between them.

    Returns
    -------
    density : callable
        The exact one, if none is near enough.
    error : float
    passes : int
    """
    rng = np.random.default_rng(_FIXED)
    check = _scatter(lattice, rng, _CHECKED_BETWEEN, power=1.0)
    true, passes = exact(check), _CHECKED_BETWEEN
    z, value = lattice.z, lattice.log_density
    for degree in (_COARSE, _FINE):
        if degree == _FINE:
            more = _scatter(lattice, rng, _MORE, power=0.5)
            passes += _MORE
            z, value = np.concatenate([z, more]), np.concatenate([value, exact(more)])
        terms = monomials(z.shape[1], degree)
        if 2 * len(terms) > len(z):
            continue
        fitted = fit_values(design, white, z, value, terms=terms, about=(lattice.z, lattice.weight))
        error = float(np.std(fitted(check) - true))
        if error <= _BETWEEN:
            return fitted, error, passes
    return exact, 0.0, passes


def _scatter(lattice: Lattice, rng: np.random.Generator, number: int, *, power: float) -> Floats:
    """Draw points about those of a lattice, by a power of their weight."""
    weight = lattice.weight**power
    at = rng.choice(len(weight), size=number, p=weight / weight.sum())
    apart = rng.random((number, lattice.z.shape[1])) - 0.5
    return np.asarray(lattice.z[at] + lattice.step * apart)


def _within(lattice: Lattice, density: Density) -> Density:
    """Keep a density to where a lattice is, and from rising above its peak."""
    reach = np.abs(lattice.z).max(axis=0) + lattice.step
    peak = lattice.log_density.max()

    def within(z: Floats) -> Floats:
        inside = np.all(np.abs(z) <= reach, axis=1)
        return np.where(inside, np.minimum(density(z), peak + 0.1), -np.inf)

    return within


def _checks(lattice: Lattice, rng: np.random.Generator) -> Floats:
    """Choose points to check a log density at: some by weight, then the farthest ones.

    Of the farthest the first half lies above a depth, the other at the lattice's edge.
    """
    near = lattice.z[resample(rng, lattice.weight, _CHECKED)]
    inner = lattice.z[lattice.log_density > lattice.log_density.max() - _FAR_DEPTH]
    far = [z[at(z, axis=0)] for z in (inner, lattice.z) for at in (np.argmin, np.argmax)]
    return np.concatenate([near, *far])


def _even_lattice(white: Whitened, density: Density, step: float, depth: float) -> Lattice:
    lattice = grow_lattice(white, density, step=step, depth=depth)
    for _ in range(_MOST_HALVINGS):
        finer = len(lattice.z) * 2 ** lattice.z.shape[1]
        if unevenness(lattice) <= _EVEN or finer > _MOST_POINTS:
            break
        lattice = grow_lattice(white, density, step=0.5 * lattice.step, depth=depth)
    return lattice


def unevenness(lattice: Lattice) -> float:
    """How far means differ between every other row of a lattice and the rest, in SDs."""
    place = np.rint(lattice.z / lattice.step).astype(int) % 2 == 0
    mean = lattice.weight @ lattice.z
    sd = np.sqrt(np.maximum(lattice.weight @ (lattice.z - mean) ** 2, 1e-300))
    worst = 0.0
    for even in place.T:
        if even.all() or not even.any():
            continue
        halves = [
            np.average(lattice.z[half], axis=0, weights=lattice.weight[half])
            for half in (even, ~even)
        ]
        worst = max(worst, float(np.max(np.abs(halves[0] - halves[1]) / sd)))
    return worst


def grow_lattice(
    white: Whitened,
    density: Density,
    *,
    step: float,
    depth: float = _DEPTH,
    most: int = _MOST_POINTS,
) -> Lattice:
    """Evaluate the posterior on lattice points from the mode outwards while it matters.

    Raises
    ------
    ModelError
        If the posterior has no end within reach.
    """
    d = len(white.mode)
    neighbours = [np.array(n) for n in product((-1, 0, 1), repeat=d) if sum(map(abs, n)) == 1]
    seen: dict[tuple[int, ...], float] = {}
    front = [(0,) * d]
    peak = -np.inf
    while front:
        z = step * np.array(front, float)
        values = density(z)
        seen |= dict(zip(front, values.tolist(), strict=True))
        peak = max(peak, float(values.max()))
        if len(seen) > most:
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
