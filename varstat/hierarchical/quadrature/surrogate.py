"""Polynomials in place of a log posterior density, fitted at some points and checked at others."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.combined import Combined, combine
from varstat.hierarchical.quadrature.hyper import Lattice, Whitened
from varstat.hierarchical.quadrature.marginal import log_posterior, log_posterior_slope, log_prior
from varstat.hierarchical.quadrature.polynomial import monomial_slopes, monomial_values, monomials
from varstat.measure import Floats

Density = Callable[[Floats], Floats]

# From so many hyper-parameters on a polynomial has fewer terms; points by which it is centred.
_MANY, _ABOUT = 12, 1000


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surrogate:
    """The log prior density, and a polynomial in place of the log likelihood.

    The polynomial is in combined coordinates (`varstat.hierarchical.quadrature.combined`), and
    fitted to values and slopes.

    Attributes
    ----------
    design : Design
    white : Whitened
    nodes : int
    combined : Combined
    z : ndarray of float, shape (points, dimension)
        Where it was fitted.
    value : ndarray of float, shape (points,)
        Log likelihood there.
    slope : ndarray of float, shape (points, dimension)
        Of the log likelihood in the hyper-parameters.
    centre : ndarray of float, shape (dimension,)
        Of the posterior, in combined coordinates.
    inverse : ndarray of float, shape (dimension, dimension)
        To coordinates about it in which the posterior's covariance is one.
    coefficients : ndarray of float, shape (terms,)
    """

    design: Design
    white: Whitened
    nodes: int
    combined: Combined
    z: Floats
    value: Floats
    slope: Floats
    centre: Floats
    inverse: Floats
    coefficients: Floats

    def __call__(self, z: Floats) -> Floats:
        """Log density at points (points, dimension), relative to the mode's."""
        h = self.white.place(z)
        u = (self.combined.place(h) - self.centre) @ self.inverse.T
        value = monomial_values(u, terms_in(u.shape[1])) @ self.coefficients
        value += log_prior(self.design, h)[0] - self.white.peak
        # Far out a polynomial may turn up again; no posterior rises above the normal's shoulders.
        return np.asarray(np.minimum(value, 3.0 - 0.125 * (u**2).sum(axis=1)))

    def error_at(self, z: Floats) -> float:
        """Root mean square error in log density at points (points, dimension)."""
        exact = log_posterior(self.design, self.white.place(z), nodes=self.nodes)
        return float(np.std(exact - self.white.peak - self(z)))

    def refined(self, more: Floats, z: Floats, weight: Floats) -> "Surrogate":
        """Fit again to points (points, dimension) besides, about where a weighted sample is."""
        value, slope = _log_likelihood(self.design, self.white, more, nodes=self.nodes)
        centre, inverse = _whiten_again(self.combined.place(self.white.place(z)), weight)
        return _fitted(
            replace(
                self,
                z=np.concatenate([self.z, more]),
                value=np.concatenate([self.value, value]),
                slope=np.concatenate([self.slope, slope]),
                centre=centre,
                inverse=inverse,
            )
        )


def fit_slopes(
    design: Design, white: Whitened, rng: np.random.Generator, *, nodes: int
) -> Surrogate:
    """Fit a surrogate to values and slopes at points about the mode."""
    d, combined = len(white.mode), combine(design)
    number = max(int(np.ceil(2.5 * len(terms_in(d)) / (d + 1))), 24)
    z = rng.standard_normal((number, d)) * 1.2
    value, slope = _log_likelihood(design, white, z, nodes=nodes)
    about = combined.place(white.place(rng.standard_normal((_ABOUT, d))))
    centre, inverse = _whiten_again(about, np.full(_ABOUT, 1.0 / _ABOUT))
    return _fitted(
        Surrogate(
            design=design,
            white=white,
            nodes=nodes,
            combined=combined,
            z=z,
            value=value,
            slope=slope,
            centre=centre,
            inverse=inverse,
            coefficients=np.zeros(0),
        )
    )


def terms_in(d: int) -> list[tuple[int, ...]]:
    """Monomials of a surrogate: to the fourth degree, and fewer of many hyper-parameters."""
    terms = [t for t in monomials(d, 4) if len(t) < 4 or len(set(t)) <= 2]
    return [t for t in terms if len(t) < 3 or len(set(t)) <= 2] if d > _MANY else terms


def _fitted(surrogate: Surrogate) -> Surrogate:
    """Find the coefficients by least squares, of values and of slopes in whitened coordinates."""
    combined, inverse, scale = surrogate.combined, surrogate.inverse, surrogate.white.scale
    h = surrogate.white.place(surrogate.z)
    u = (combined.place(h) - surrogate.centre) @ inverse.T
    terms = terms_in(u.shape[1])
    # How each coordinate of the polynomial changes along each whitened one.
    turn = np.einsum("ij,nj,jk->nik", inverse, combined.slope(h), scale)
    slopes = np.einsum("nik,nit->nkt", turn, monomial_slopes(u, terms))
    basis = np.concatenate([monomial_values(u, terms), slopes.reshape(-1, len(terms))])
    left = np.concatenate([surrogate.value, (surrogate.slope @ scale).ravel()])
    return replace(surrogate, coefficients=np.linalg.lstsq(basis, left, rcond=None)[0])


def _log_likelihood(
    design: Design, white: Whitened, z: Floats, *, nodes: int
) -> tuple[Floats, Floats]:
    """Log likelihood at points, and its slopes in the hyper-parameters."""
    h = white.place(z)
    value, slope = log_posterior_slope(design, h, nodes=nodes)
    prior, prior_slope = log_prior(design, h)
    return value - prior, slope - prior_slope


def _whiten_again(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Centre of weighted points, and what whitens them."""
    centre = weight @ x
    apart = x - centre
    covariance = apart.T @ (apart * weight[:, None])
    # A little more than nothing, where a scale is surely too small to matter.
    covariance += np.diag(1e-9 * np.diag(covariance) + 1e-16)
    return centre, np.linalg.inv(np.linalg.cholesky(covariance))
