"""The posterior of completeness, with numbers worked out once by an independent program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.errors import UsageError
from varstat.estimands.completeness.posterior import (
    Prior,
    at_quantiles,
    estimate_completeness,
)

MEAN, SD = np.log(1000.0), 0.05


@pytest.mark.parametrize(
    ("reported", "p", "estimate", "lower", "upper"),
    [
        (950, 0.0079, None, None, None),
        (900, 0.0562, 0.9942, None, None),
        (850, 0.5521, 0.9205, 0.802, 1.0),
        (800, 0.9909, 0.8103, 0.745, 0.879),
        (600, 1.0000, 0.6068, 0.558, 0.659),
    ],
)
def test_the_posterior_has_the_golden_numbers(reported, p, estimate, lower, upper):
    found = estimate_completeness(reported, MEAN, SD, Prior())
    assert found.p_incomplete == pytest.approx(p, abs=6e-5)
    for name, expected in (("estimate", estimate), ("lower", lower), ("upper", upper)):
        if expected is not None:
            assert getattr(found, name) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(("omega", "p"), [(0.005, 0.041), (0.02, 0.147), (0.1, 0.485)])
def test_the_prior_probability_moves_the_posterior_as_it_should(omega, p):
    found = estimate_completeness(880, MEAN, SD, Prior(incomplete=omega))
    assert found.p_incomplete == pytest.approx(p, abs=6e-4)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"incomplete": 0.6}, "up to 0.5"),
        ({"incomplete": 0.0}, "up to 0.5"),
        ({"spread": 2.5}, "up to 2"),
        ({"centre": float("nan")}, "must be a number"),
    ],
)
def test_a_flat_prior_is_refused(stated, words):
    with pytest.raises(UsageError, match=words):
        Prior(**stated)


def test_all_that_is_wrong_with_a_prior_is_listed_at_once():
    with pytest.raises(UsageError, match="2 problems"):
        Prior(incomplete=0.9, spread=9.0)


def test_quantiles_have_the_posterior_mean_and_probability():
    drawn = at_quantiles(850, MEAN, SD, Prior(), (np.arange(200_000) + 0.5) / 200_000)
    found = estimate_completeness(850, MEAN, SD, Prior())
    assert drawn.mean() == pytest.approx(found.estimate, abs=1e-3)
    assert np.mean(drawn < 1) == pytest.approx(found.p_incomplete, abs=4e-3)


@pytest.mark.parametrize("part", [0.1, 0.05, 0.001])
@pytest.mark.parametrize("sd", [0.2, 0.05])
def test_a_loss_of_nearly_all_is_found_however_unlikely_it_was(part, sd):
    found = estimate_completeness(1000 * part, MEAN, sd, Prior())
    assert found.p_incomplete == pytest.approx(1)
    # The prior hardly matters beside the volume that was expected.
    assert found.lower < part * np.exp(sd) < found.upper
    assert found.upper / found.lower == pytest.approx(np.exp(2 * 1.645 * sd), rel=0.05)


@given(st.floats(1, 1e5), st.floats(0.01, 0.3), st.floats(0.001, 0.5), st.floats(0.1, 2.0))
@settings(max_examples=60, deadline=None)
def test_completeness_lies_between_its_ends_and_in_the_unit_interval(reported, sd, omega, spread):
    found = estimate_completeness(reported, MEAN, sd, Prior(incomplete=omega, spread=spread))
    assert 0 <= found.p_incomplete <= 1
    assert 0 < found.lower <= found.upper <= 1
    assert 0 < found.estimate <= 1


@given(st.floats(300, 1000), st.floats(300, 1000))
@settings(max_examples=60, deadline=None)
def test_less_reported_is_never_likelier_complete(one, other):
    low, high = sorted((one, other))
    few, many = (estimate_completeness(each, MEAN, SD, Prior()) for each in (low, high))
    assert few.p_incomplete >= many.p_incomplete - 1e-9
