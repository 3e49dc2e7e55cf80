"""Polynomials in place of a panel's log density, where each pass over its cells is dear.

Where units are many the log density is smooth and close to a parabola about its peak, and so are
the locations and their covariance. They are fitted at some points and checked at others.
"""

from dataclasses import dataclass, replace

import numpy as np

from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.quadrature.polynomial import monomial_values, monomials
from varstat.hierarchical.quadrature.proposal import about_mode
from varstat.hierarchical.quadrature.student import resample
from varstat.hierarchical.series.density import Start, find_density
from varstat.hierarchical.series.problem import Problem
from varstat.measure import Floats

# Points fitted for each term, how far out they are, and points checked.
_EACH, _WIDE, CHECKED = 1.6, 1.25, 40
# Draws that points to check are taken from.
_POOL = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """A log density in whitened coordinates, and the locations given each point.

    Attributes
    ----------
    terms, few : list of tuple of int
        Monomials of the log density, and of the locations.
    value : ndarray of float, shape (terms,)
    location : ndarray of float, shape (few, locations)
    root : ndarray of float, shape (few, locations x locations)
        Of a Cholesky root of the locations' covariance.
    error : float
        SD of the log density's error where the posterior is, at points not fitted.
    passes : int
        Points at which the log density itself was computed.
    """

    terms: list[tuple[int, ...]]
    few: list[tuple[int, ...]]
    value: Floats
    location: Floats
    root: Floats
    error: float
    passes: int

    def evaluate(self, z: Floats) -> Floats:
        """Log density at points (points, dimension)."""
        value = monomial_values(z, self.terms) @ self.value
        # Far out a polynomial may turn up again; no posterior rises above the normal's shoulders.
        return np.asarray(np.minimum(value, 3.0 - 0.125 * (z**2).sum(axis=1)))

    def place(self, z: Floats) -> tuple[Floats, Floats]:
        """Give the locations' modes and covariances at points (points, dimension)."""
        basis = monomial_values(z, self.few)
        location = basis @ self.location
        root = (basis @ self.root).reshape(len(z), location.shape[1], -1)
        return location, root @ root.transpose(0, 2, 1)


def fit_surface(
    problem: Problem, white: Whitened, start: Start, rng: np.random.Generator
) -> Surface:
    """Fit polynomials to a panel's log density and locations about its mode.

    Parameters
    ----------
    problem : Problem
    white : Whitened
    start : Start
    rng : numpy.random.Generator

    Returns
    -------
    Surface
    """
    d = len(white.mode)
    # Of the fourth degree those of up to two variables.
    terms = [term for term in monomials(d, 4) if len(term) < 4 or len(set(term)) <= 2]
    few = monomials(d, 2)
    z = _WIDE * rng.standard_normal((int(_EACH * len(terms)), d))
    found = find_density(problem, white.place(z), start)
    height = found.value - white.peak
    # Where the density is next to nothing a misfit matters little.
    pull = np.exp(0.25 * np.maximum(height - height.max(), -20.0))
    root: Floats = np.asarray(np.linalg.cholesky(found.covariance), dtype=float)
    surface = Surface(
        terms=terms,
        few=few,
        value=_fit(monomial_values(z, terms), height, pull),
        location=_fit(monomial_values(z, few), found.location, pull),
        root=_fit(monomial_values(z, few), root.reshape(len(z), -1), pull),
        error=float("nan"),
        passes=len(z) + CHECKED,
    )
    return replace(surface, error=_check(surface, problem, white, start, rng))


def _fit(basis: Floats, values: Floats, pull: Floats) -> Floats:
    """Fit polynomials by weighted least squares: coefficients of each column of the values."""
    pulled = (values.T * pull).T
    return np.asarray(np.linalg.lstsq(basis * pull[:, None], pulled, rcond=None)[0])


def _check(
    surface: Surface,
    problem: Problem,
    white: Whitened,
    start: Start,
    rng: np.random.Generator,
) -> float:
    """Hold a surface against the log density at draws from it: the SD of its error."""
    proposal = about_mode(white)
    pool = proposal.draw(rng, _POOL)
    ratio = surface.evaluate(pool) - proposal.log_density(pool)
    weight = np.exp(ratio - ratio.max())
    z = pool[resample(rng, weight / weight.sum(), CHECKED)]
    return float(np.std(find_density(problem, white.place(z), start).value - surface.evaluate(z)))
