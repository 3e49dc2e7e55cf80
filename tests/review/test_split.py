"""Splits of aggregates into halves."""

import numpy as np
import pandas as pd
import pytest

from varstat.measure import MEAN, PROPORTION, RATIO
from varstat.review.split import can_split, split_reliability, split_rows


# Mean over 200 splits by another program, and how far the mean of as many may lie from ours.
@pytest.mark.parametrize(
    ("name", "mean", "range_", "within"),
    [
        ("sim200", 0.5845, (0.46, 0.69), 0.02),
        ("star98", 0.9738, (0.967, 0.979), 0.001),
        ("surgical", 0.7440, (0.55, 0.90), 0.03),
    ],
)
def test_split_halves_give_the_reference_numbers(shared, name, mean, range_, within):
    frame = pd.read_csv(shared / "reference" / f"{name}.csv")
    found = split_reliability(
        PROPORTION, frame["y"].to_numpy(float), frame["n"].to_numpy(float), seed=1
    )
    assert found.splits >= 200
    assert found.reliability == pytest.approx(mean, abs=within)
    assert (found.lower, found.upper) == pytest.approx(range_, abs=0.03)


def test_halves_add_up_to_what_was_reported():
    event, size = np.array([0.0, 7.0, 20.0]), np.array([9.0, 30.0, 21.0])
    for first, n1, second, n2 in split_rows(PROPORTION, event, size, splits=20, seed=1):
        assert np.array_equal(first + second, event)
        assert np.array_equal(n1 + n2, size)
        assert np.all((first <= n1) & (second <= n2))
    for first, e1, second, e2 in split_rows(RATIO, event, size, splits=20, seed=1):
        assert np.array_equal(first + second, event)
        assert np.array_equal(e1 + e2, size)


def test_halves_of_a_count_and_of_a_value_are_independent():
    rng = np.random.default_rng(1)
    counts = rng.poisson(40.0, 20_000).astype(float)
    first, _, second, _ = next(split_rows(RATIO, counts, np.ones(20_000), splits=1, seed=1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(20_000)
    values = 3.0 * rng.standard_normal(20_000)
    first, wider, second, _ = next(split_rows(MEAN, values, np.full(20_000, 3.0), splits=1, seed=1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(20_000)
    assert first.std() == pytest.approx(wider[0], rel=0.03)


@pytest.mark.parametrize("measure", [PROPORTION, RATIO, MEAN])
def test_splits_find_the_reliability_of_units_of_one_size(measure):
    rng = np.random.default_rng(2)
    units = 3000
    if measure is PROPORTION:
        p = rng.beta(20, 30, units)
        size, truth = np.full(units, 100.0), 100 / 150
        event = rng.binomial(100, p).astype(float)
    elif measure is RATIO:
        size, truth = np.full(units, 20.0), 20 / 30
        event = rng.poisson(20 * rng.gamma(10, 0.1, units)).astype(float)
    else:
        size, truth = np.full(units, 0.7), 1 / 1.49
        event = rng.standard_normal(units) + size * rng.standard_normal(units)
    found = split_reliability(measure, event, size, seed=3, splits=50)
    assert found.reliability == pytest.approx(truth, abs=0.03)


def test_a_unit_of_one_case_or_without_a_count_is_not_split():
    event, size = np.array([1.0, np.nan, 3.0]), np.array([1.0, 10.0, 10.0])
    assert can_split(PROPORTION, event, size).tolist() == [False, False, True]
    assert can_split(RATIO, event, size).tolist() == [True, False, True]
