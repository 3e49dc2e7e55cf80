"""Polynomials in place of a log posterior density, fitted at some points and checked at others."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.hyper import Lattice, Whitened
from varstat.hierarchical.quadrature.marginal import log_posterior, log_posterior_slope
from varstat.hierarchical.quadrature.polynomial import monomial_slopes, monomial_values, monomials
from varstat.hierarchical.quadrature.student import draw_student, log_student, resample
from varstat.measure import Floats

Density = Callable[[Floats], Floats]


def fit_values(lattice: Lattice) -> tuple[Density, float]:
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


def fit_slopes(
    design: Design, white: Whitened, rng: np.random.Generator, *, nodes: int
) -> tuple[Density, float, int]:
    """Fit a polynomial to values and slopes at points about the mode, and check it at others.

    Returns
    -------
    density : callable
    error : float
    passes : int
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
            monomial_slopes(z, terms).reshape(number * d, len(terms)),
        ]
    )
    coefficients = np.linalg.lstsq(basis, left, rcond=None)[0]

    def density(z: Floats) -> Floats:
        value = monomial_values(z, terms) @ coefficients
        # Far out a polynomial may turn up again; no posterior rises above the normal's shoulders.
        return np.asarray(np.minimum(value, 3.0 - 0.125 * (z**2).sum(axis=1)))

    pool = draw_student(rng, 4000, d)
    ratio = density(pool) - log_student(pool)
    weight = np.exp(ratio - logsumexp(ratio))
    check = pool[resample(rng, weight, 100)]
    off = log_posterior(design, white.place(check), nodes=nodes) - white.peak - density(check)
    return density, float(np.std(off)), number + len(check)
