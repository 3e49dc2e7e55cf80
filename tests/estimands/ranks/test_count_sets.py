"""Rank confidence sets by exact tests of counts."""

import numpy as np
import pytest
from scipy import stats

from varstat.errors import ModelError
from varstat.estimands import find_count_rank_sets
from varstat.estimands.ranks import sets as sets_module
from varstat.estimands.ranks.count_sets import _pairs, _step


def sets(event, size, *, shares=True, direction="lower-is-better", level=0.95):
    return find_count_rank_sets(
        np.asarray(event, float),
        np.asarray(size, float),
        shares=shares,
        direction=direction,
        level=level,
    )


def test_shares_are_compared_by_fishers_exact_test():
    event, size = np.array([3.0, 9.0, 0.0]), np.array([40.0, 35.0, 20.0])
    p = _pairs(event, size, shares=True)
    for j, k in ((1, 0), (0, 2), (1, 2)):
        table = [[event[j], size[j] - event[j]], [event[k], size[k] - event[k]]]
        expected = stats.fisher_exact(table, alternative="greater").pvalue
        assert p[j, k] == pytest.approx(expected, rel=1e-9)


def test_ratios_are_compared_by_the_binomial_test_of_what_two_have_together():
    event, size = np.array([3.0, 9.0]), np.array([4.0, 5.5])
    p = _pairs(event, size, shares=False)
    expected = stats.binomtest(9, 12, 5.5 / 9.5, alternative="greater").pvalue
    assert p[1, 0] == pytest.approx(expected, rel=1e-9)
    assert p[0, 1] == 1.0


def test_steps_are_holms():
    p = np.array([[0.012, 0.02, 0.03, 0.04]])
    tested = np.ones((1, 4), bool)
    assert _step(p, tested, 0.05).tolist() == [[True, False, False, False]]
    p = np.array([[0.012, 0.016, 0.024, 0.04]])
    assert _step(p, tested, 0.05).all()
    assert not _step(p, np.zeros((1, 4), bool), 0.05).any()


def test_steps_and_tests_are_those_of_csranks():
    # Of danielwilhelm/R-CS-ranks (R), tests/testthat/test_multinom_lowlevel.R: what is rejected of
    # these p-values at 95%.
    p = np.array([[1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3]])
    assert _step(p, np.ones((1, 10), bool), 0.05)[0].tolist() == [True] * 7 + [False] * 3
    p = np.array([[1e-5, 1.7e-2, 2e-2, 0.1]])
    assert _step(p, np.ones((1, 4), bool), 0.05)[0].tolist() == [True, False, False, False]
    # Counts of one multinomial: the larger of two among both, as heads of a fair coin.
    event = np.array([31.0, 12.0, 20.0, 37.0])
    p = _pairs(event, np.ones(4), shares=False)
    for j, k in zip(*np.nonzero(event[:, None] > event), strict=True):
        expected = stats.binom.sf(event[j] - 1, event[j] + event[k], 0.5)
        assert p[j, k] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("direction", ["lower-is-better", "higher-is-better"])
def test_what_can_be_told_apart_is_ranked(direction):
    found = sets([500, 100, 300], [1000, 1000, 1000], direction=direction)
    expected = [3, 1, 2] if direction == "lower-is-better" else [1, 3, 2]
    for bound in (found.lower, found.upper, found.all_lower, found.all_upper):
        assert bound.tolist() == expected


def test_none_among_few_may_be_anywhere():
    found = sets([0, 20, 25, 30], [5, 200, 200, 200])
    assert (found.lower[0], found.upper[0]) == (1, 4)


@pytest.mark.parametrize("shares", [True, False])
def test_few_events_keep_the_level_for_each_unit_and_for_all_together(shares):
    """At the truth a normal approximation breaks at: expected events from 0.5 to 8."""
    rng = np.random.default_rng(1)
    rate, size = np.linspace(0.02, 0.16, 8), np.array([25, 50, 30, 60, 25, 50, 30, 50])
    rank, own, together = np.arange(1, 9), [], []
    for _ in range(400):
        event = rng.binomial(size, rate) if shares else rng.poisson(size * rate)
        found = sets(event, size, shares=shares, level=0.9)
        own.append((found.lower <= rank) & (rank <= found.upper))
        together.append(np.all((found.all_lower <= rank) & (rank <= found.all_upper)))
    assert np.min(np.mean(own, axis=0)) > 0.9
    assert np.mean(together) > 0.9


def test_units_that_are_alike_are_told_apart_no_more_than_the_level_allows():
    rng = np.random.default_rng(2)
    size = np.full(10, 400)
    missed = []
    for _ in range(400):
        found = sets(rng.binomial(size, 0.1), size, level=0.9)
        # Of units all alike every rank from 1 to 10 is theirs.
        missed.append(np.any((found.all_lower > 1) | (found.all_upper < 10)))
    assert np.mean(missed) < 0.1 + 3 * np.sqrt(0.09 / 400)


def test_a_withheld_count_is_compared_with_no_other():
    found = sets([np.nan, 10, 300], [1000, 1000, 1000])
    assert (found.lower[0], found.upper[0]) == (1, 3)
    assert found.lower.tolist()[1:] == [1, 2]
    assert found.upper.tolist()[1:] == [2, 3]


@pytest.mark.parametrize("units", [0, 1, 2])
def test_units_with_nobody_to_compare_with_have_every_rank(units):
    found = sets(np.zeros(units), np.ones(units))
    assert found.lower.tolist() == [1] * units
    assert found.upper.tolist() == found.all_upper.tolist() == [units] * units


def test_counts_that_are_not_whole_are_refused():
    with pytest.raises(ModelError, match="whole"):
        sets([1.5, 2], [10, 10])
    assert sets([1, 2], [10.5, 10.2], shares=False).upper.tolist() == [2, 2]


def test_too_many_units_are_refused(monkeypatch):
    monkeypatch.setattr(sets_module, "MOST_UNITS", 3)
    with pytest.raises(ModelError, match="too many pairs"):
        sets(np.zeros(4), np.ones(4))
