"""Polynomials in place of a log posterior density, fitted at some points and checked at others."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.combined import Combined, combine
from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.quadrature.marginal import log_posterior, log_posterior_slope, log_prior
from varstat.hierarchical.quadrature.polynomial import monomial_slopes, monomial_values, monomials
from varstat.measure import Floats

Density = Callable[[Floats], Floats]

# SD of the points that a polynomial is fitted to.
_SPREAD = 1.2
# From so many hyper-parameters on a polynomial has fewer terms; points by which it is centred.
_MANY, _ABOUT = 12, 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Polynomial:
    """The log prior density, and a polynomial in place of the log likelihood.

    The polynomial is in combined coordinates (`varstat.hierarchical.quadrature.combined`).

    Attributes
    ----------
    design : Design
    white : Whitened
    combined : Combined
    centre : ndarray of float, shape (dimension,)
        Of the posterior, in combined coordinates.
    inverse : ndarray of float, shape (dimension, dimension)
        To coordinates about it in which the posterior's covariance is one.
    terms : list of tuple of int
        Its monomials.
    coefficients : ndarray of float, shape (terms,)
    """

    design: Design
    white: Whitened
    combined: Combined
    centre: Floats
    inverse: Floats
    terms: list[tuple[int, ...]]
    coefficients: Floats

    def __call__(self, z: Floats) -> Floats:
        """Log density at points (points, dimension), relative to the mode's."""
        h = self.white.place(z)
        u = self.round(h)
        value = monomial_values(u, self.terms) @ self.coefficients
        value += log_prior(self.design, h)[0] - self.white.peak
        # Far out a polynomial may turn up again; no posterior rises above the normal's shoulders.
        return np.asarray(np.minimum(value, 3.0 - 0.125 * (u**2).sum(axis=1)))

    def round(self, h: Floats) -> Floats:
        """Give the coordinates in which the posterior's covariance is one."""
        return np.asarray((self.combined.place(h) - self.centre) @ self.inverse.T)

    def slopes(self, h: Floats) -> Floats:
        """Slopes of the monomials along whitened coordinates: (points, dimension, terms)."""
        turn = np.einsum("ij,nj,jk->nik", self.inverse, self.combined.slope(h), self.white.scale)
        return np.asarray(
            np.einsum("nik,nit->nkt", turn, monomial_slopes(self.round(h), self.terms))
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surrogate:
    """A polynomial in place of the log density, fitted to values and slopes.

    Attributes
    ----------
    polynomial : Polynomial
    nodes : int
    z : ndarray of float, shape (points, dimension)
        Where it was fitted.
    value : ndarray of float, shape (points,)
        Log likelihood there.
    slope : ndarray of float, shape (points, dimension)
        Of the log likelihood in the hyper-parameters.
    """

    polynomial: Polynomial
    nodes: int
    z: Floats
    value: Floats
    slope: Floats

    def __call__(self, z: Floats) -> Floats:
        """Log density at points (points, dimension), relative to the mode's."""
        return self.polynomial(z)

    def error_at(self, z: Floats) -> float:
        """Root mean square error in log density at points (points, dimension)."""
        form = self.polynomial
        exact = log_posterior(form.design, form.white.place(z), nodes=self.nodes)
        return float(np.std(exact - form.white.peak - self(z)))

    def refined(
        self,
        more: Floats,
        z: Floats,
        weight: Floats,
        *,
        terms: list[tuple[int, ...]] | None = None,
    ) -> "Surrogate":
        """Fit again to points (points, dimension) besides, about where a weighted sample is."""
        form = self.polynomial
        value, slope = _log_likelihood(form.design, form.white, more, nodes=self.nodes)
        form = _about(form.design, form.white, z, weight, terms or form.terms)
        return _fitted(
            form,
            nodes=self.nodes,
            z=np.concatenate([self.z, more]),
            value=np.concatenate([self.value, value]),
            slope=np.concatenate([self.slope, slope]),
        )


def fit_slopes(
    design: Design,
    white: Whitened,
    rng: np.random.Generator,
    *,
    nodes: int,
    terms: list[tuple[int, ...]] | None = None,
    points: int | None = None,
) -> Surrogate:
    """Fit a polynomial to values and slopes at points about the mode."""
    d = len(white.mode)
    terms = terms or terms_in(d)
    points = points or max(int(np.ceil(2.5 * len(terms) / (d + 1))), 24)
    z = rng.standard_normal((points, d)) * _SPREAD
    value, slope = _log_likelihood(design, white, z, nodes=nodes)
    about = rng.standard_normal((_ABOUT, d))
    form = _about(design, white, about, np.full(_ABOUT, 1.0 / _ABOUT), terms)
    return _fitted(form, nodes=nodes, z=z, value=value, slope=slope)


def fit_values(
    design: Design,
    white: Whitened,
    z: Floats,
    log_density: Floats,
    *,
    terms: list[tuple[int, ...]],
    about: tuple[Floats, Floats],
) -> Polynomial:
    """Fit a polynomial to log densities at many points, about where a weighted sample is."""
    form = _about(design, white, *about, terms)
    # Half the log weight: the centre counts most, the edges still hold the polynomial down.
    pull = np.exp(0.25 * (log_density - log_density.max()))
    h = white.place(z)
    basis = monomial_values(form.round(h), terms)
    left = log_density + white.peak - log_prior(design, h)[0]
    return _with(form, basis * pull[:, None], left * pull)


def terms_in(d: int) -> list[tuple[int, ...]]:
    """Monomials of a surrogate: to the fourth degree, and fewer of many hyper-parameters."""
    terms = [t for t in monomials(d, 4) if len(t) < 4 or len(set(t)) <= 2]
    return [t for t in terms if len(t) < 3 or len(set(t)) <= 2] if d > _MANY else terms


def _about(
    design: Design, white: Whitened, z: Floats, weight: Floats, terms: list[tuple[int, ...]]
) -> Polynomial:
    """Lay out a polynomial, without its coefficients yet, about a weighted sample."""
    combined = combine(design)
    centre, inverse = whiten_again(combined.place(white.place(z)), weight)
    return Polynomial(
        design=design,
        white=white,
        combined=combined,
        centre=centre,
        inverse=inverse,
        terms=terms,
        coefficients=np.zeros(len(terms)),
    )


def _with(form: Polynomial, basis: Floats, left: Floats) -> Polynomial:
    """Find a polynomial's coefficients by least squares."""
    return replace(
        form, coefficients=np.asarray(np.linalg.lstsq(basis, left, rcond=None)[0], float)
    )


def _fitted(form: Polynomial, *, nodes: int, z: Floats, value: Floats, slope: Floats) -> Surrogate:
    """Fit a polynomial to values, and to slopes in whitened coordinates."""
    h = form.white.place(z)
    slopes = form.slopes(h).reshape(-1, len(form.terms))
    basis = np.concatenate([monomial_values(form.round(h), form.terms), slopes])
    fitted = _with(form, basis, np.concatenate([value, (slope @ form.white.scale).ravel()]))
    return Surrogate(polynomial=fitted, nodes=nodes, z=z, value=value, slope=slope)


def _log_likelihood(
    design: Design, white: Whitened, z: Floats, *, nodes: int
) -> tuple[Floats, Floats]:
    """Log likelihood at points, and its slopes in the hyper-parameters."""
    h = white.place(z)
    value, slope = log_posterior_slope(design, h, nodes=nodes)
    prior, prior_slope = log_prior(design, h)
    return value - prior, slope - prior_slope


def whiten_again(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Centre of weighted points, and what whitens them."""
    centre = weight @ x
    apart = x - centre
    covariance = apart.T @ (apart * weight[:, None])
    # A little more than nothing, where a scale is surely too small to matter.
    covariance += np.diag(1e-9 * np.diag(covariance) + 1e-16)
    return centre, np.linalg.inv(np.linalg.cholesky(covariance))
