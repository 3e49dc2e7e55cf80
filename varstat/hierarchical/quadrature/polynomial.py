"""Polynomials of several variables: their monomials, values and slopes."""

from itertools import combinations_with_replacement

import numpy as np

from varstat.measure import Floats


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


def monomial_slopes(z: Floats, terms: list[tuple[int, ...]]) -> Floats:
    """Derivatives of monomials: shape (points, d, terms)."""
    d = z.shape[1]
    out = np.zeros((len(z), d, len(terms)))
    for column, term in enumerate(terms):
        for j in set(term):
            rest = list(term)
            rest.remove(j)
            out[:, j, column] = term.count(j) * np.prod(z[:, rest], axis=1)
    return out
