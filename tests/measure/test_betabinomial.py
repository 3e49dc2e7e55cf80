"""The beta-binomial tail against exact rational arithmetic."""

from fractions import Fraction
from itertools import accumulate
from math import comb
from operator import mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.measure import betabinomial


def rising(z: Fraction, n: int) -> list[Fraction]:
    """Rising factorials of z of order 0 to n."""
    return list(accumulate((z + j for j in range(n)), mul, initial=Fraction(1)))


def exact_tail(k: int, n: int, a: Fraction, b: Fraction) -> float:
    """P(X >= k), added up term by term without rounding."""
    of_a, of_b = rising(a, n), rising(b, n)
    terms = (comb(n, j) * of_a[j] * of_b[n - j] for j in range(k, n + 1))
    return float(sum(terms, Fraction(0)) / rising(a + b, n)[n])


def fast_tail(k: int, n: int, a: Fraction, b: Fraction, copies: int = 1) -> float:
    one = np.ones(copies)
    mean, rho = float(a / (a + b)), float(1 / (a + b + 1))
    return float(betabinomial.at_least(one * k, one * n, one * mean, one * rho)[0])


@settings(max_examples=150)
@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))),
    st.fractions(Fraction(1, 20), 500, max_denominator=20),
    st.fractions(Fraction(1, 20), 500, max_denominator=20),
)
def test_short_tails_are_those_of_rational_arithmetic(kn, a, b):
    assert fast_tail(*kn, a, b) == pytest.approx(exact_tail(*kn, a, b), abs=1e-11)


@pytest.mark.parametrize(("a", "b"), [(2, 5), (30, 40), (900, 300), (40_000, 60_000)])
@pytest.mark.parametrize("share", [0.35, 0.5, 0.65])
@pytest.mark.parametrize("copies", [1, 30])
def test_long_tails_are_those_of_rational_arithmetic(a, b, share, copies):
    # 30 units that share a mixing beta are looked up in a table; one alone is integrated.
    n = 600
    k = round(n * share)
    exact = exact_tail(k, n, Fraction(a), Fraction(b))
    assert fast_tail(k, n, Fraction(a), Fraction(b), copies) == pytest.approx(exact, abs=1e-9)


def test_a_narrow_mixing_beta_gives_the_binomial():
    from scipy import stats

    k, n = np.array([180.0, 420.0, 3000.0]), np.array([500.0, 1000.0, 6500.0])
    tail = betabinomial.at_least(k, n, np.full(3, 0.4), np.full(3, 1e-9))
    np.testing.assert_allclose(tail, stats.binom.sf(k - 1, n, 0.4), atol=1e-4)


def test_the_tail_falls_as_the_event_grows_across_the_seams_of_the_methods():
    n = 400.0
    k = np.arange(1.0, n + 1)
    size, target = np.full_like(k, n), np.full_like(k, 0.3)
    tail = betabinomial.at_least(k, size, target, np.full_like(k, 0.01))
    assert np.all(np.diff(tail) <= 1e-12)
    assert tail[0] <= 1
    assert tail[-1] >= 0


@pytest.mark.parametrize(("a", "b"), [("0.3", "0.4"), ("0.02", "0.05"), ("1.5", "0.2")])
def test_a_tabulated_tail_is_the_integrated_one_for_wide_betas(a, b):
    n = 600
    for k in (150, 300, 450):
        one, many = (fast_tail(k, n, Fraction(a), Fraction(b), copies) for copies in (1, 30))
        exact = exact_tail(k, n, Fraction(a), Fraction(b))
        assert many == pytest.approx(exact, abs=1e-9)
        assert one == pytest.approx(exact, abs=1e-9)
