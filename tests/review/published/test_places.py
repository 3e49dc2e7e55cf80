"""Ranks and quarters: nothing is claimed of a right table, and one planted error is named."""

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from varstat.review.published.match import Candidate, Finding, find_method
from varstat.review.published.places import Base, quarter_candidates, rank_candidates

Floats = NDArray[np.float64]
# Rates with ties.
RATES = st.lists(st.integers(1, 400), min_size=12, max_size=60).map(lambda x: np.array(x) / 1000)
DIRECTIONS = st.sampled_from([-1, 0, 1])
METHODS = st.sampled_from(["min", "max", "average", "first", "dense"])


def _bases(rate: Floats, best: int) -> list[Base]:
    rng = np.random.default_rng(4)
    other = 0.7 * rate + 0.3 * rate.mean() + rng.normal(0, 0.05, rate.size)
    return [
        Base(name="raw", words="raw rates", score=rate, best=best),
        Base(name="shrunken", words="posterior mean rates", score=other, best=best),
    ]


def _find(
    candidates: list[Candidate], printed: Floats, column: str = "rank", says: str | None = None
) -> Finding:
    return find_method(
        column, candidates, np.isfinite(printed),
        printed=[f"{x:g}" for x in printed], names=[f"u{i}" for i in range(printed.size)],
        says=says,
    )  # fmt: skip


def _ranks(rate: Floats, method: str, *, descending: bool) -> Floats:
    return pd.Series(rate).rank(method=method, ascending=not descending).to_numpy(copy=True)


@given(RATES, DIRECTIONS, METHODS, st.booleans())
def test_right_ranks_are_right_whatever_is_done_with_ties(
    rate: Floats, best: int, method: str, descending: bool
) -> None:
    printed = _ranks(rate, method, descending=descending)
    found = _find(rank_candidates(printed, _bases(rate, best)), printed)
    assert found.method is not None
    assert found.method.name.partition(":")[0] == "raw" or np.ptp(rate) == 0
    assert found.faults == ()


@given(RATES, DIRECTIONS, METHODS, st.data())
def test_one_wrong_rank_is_found_and_named(
    rate: Floats, best: int, method: str, data: st.DataObject
) -> None:
    assume(np.unique(rate).size >= 8)
    printed = _ranks(rate, method, descending=best >= 0)
    at = data.draw(st.integers(0, rate.size - 1))
    ties = int(np.sum(rate == rate[at]))
    wrong = data.draw(st.integers(1, rate.size).map(float))
    assume(abs(wrong - printed[at]) > ties)
    printed[at] = wrong
    found = _find(rank_candidates(printed, _bases(rate, best)), printed)
    assert [fault.units for fault in found.faults] == [(at,)]
    assert f"The rank of u{at} is printed as {wrong:g}" in found.faults[0].text


@given(st.permutations(range(30)), st.data())
def test_a_unit_in_a_wrong_place_is_named_and_not_those_that_it_moves(
    order: list[int], data: st.DataObject
) -> None:
    rate = np.array(order, dtype=float) / 100
    start, end = (data.draw(st.integers(0, 29)) for _ in range(2))
    assume(abs(start - end) > 3)
    units = list(np.argsort(-rate))
    moved = units.pop(start)
    units.insert(end, moved)
    printed = np.empty(30)
    printed[units] = np.arange(1.0, 31.0)
    found = _find(rank_candidates(printed, _bases(rate, 1)), printed)
    assert [fault.units for fault in found.faults] == [(moved,)]


@given(st.permutations(range(30)), st.data())
def test_swapped_ranks_are_said_to_be_swapped(order: list[int], data: st.DataObject) -> None:
    rate = np.array(order, dtype=float) / 100
    i, j = data.draw(st.lists(st.integers(0, 29), min_size=2, max_size=2, unique=True))
    printed = _ranks(rate, "min", descending=True)
    printed[[i, j]] = printed[[j, i]]
    found = _find(rank_candidates(printed, _bases(rate, 1)), printed)
    assert [(f.kind, f.units) for f in found.faults] == [("swapped", (min(i, j), max(i, j)))]


def test_ranks_among_more_units_are_those_of_the_units_there_are() -> None:
    rate = np.random.default_rng(1).permutation(40) / 100
    printed = _ranks(rate, "min", descending=True)[::3]
    found = _find(rank_candidates(printed, _bases(rate[::3], 1)), printed)
    assert found.faults == ()
    assert found.method is not None
    assert "among more units" in found.method.words


def test_a_method_that_is_not_what_it_says_is_named() -> None:
    rate = np.random.default_rng(2).permutation(40) / 100
    printed = _ranks(rate, "min", descending=True)
    found = _find(rank_candidates(printed, _bases(rate, 1)), printed, says="shrunken")
    assert [fault.kind for fault in found.faults] == ["method"]
    assert "said to be by posterior mean rates" in found.faults[0].text
    assert found.faults[0].text.endswith("it agrees with raw rates, the best first.")


def test_ranks_by_nothing_known_are_not_blamed_on_units() -> None:
    rng = np.random.default_rng(3)
    rate, printed = rng.permutation(40) / 100, rng.permutation(40) + 1.0
    found = _find(rank_candidates(printed, _bases(rate, 1)), printed)
    assert found.method is None
    assert found.faults == ()
    assert found.sentence.startswith("No method that varstat knows gives the printed rank")


def _quarters(rate: Floats, cut: int) -> Floats:
    """Quarters as pandas, or as ranks, make them; 1 is the highest."""
    rank = pd.Series(-rate).rank(method="min").to_numpy()
    if cut == 0:
        ends = np.quantile(rate, [0.75, 0.5, 0.25])
        return 1.0 + (rate[:, None] < ends).sum(axis=1)
    if cut == 1:
        ends = np.quantile(rate, [0.75, 0.5, 0.25])
        return 1.0 + (rate[:, None] <= ends).sum(axis=1)
    return np.ceil(4 * rank / rate.size)


@given(st.integers(12, 60), st.integers(0, 2), DIRECTIONS, st.booleans())
def test_right_quarters_are_right_wherever_they_are_cut(
    number: int, cut: int, best: int, turned: bool
) -> None:
    rate = np.random.default_rng(number).permutation(number) / 100
    printed = _quarters(rate, cut)
    printed = 5.0 - printed if turned else printed
    found = _find(quarter_candidates(printed, "number", _bases(rate, best)), printed, "quartile")
    assert found.faults == ()
    assert found.method is not None


@given(RATES, st.integers(0, 2))
def test_ties_over_the_end_of_a_quarter_may_go_either_way(rate: Floats, cut: int) -> None:
    printed = _quarters(rate, cut)
    found = _find(quarter_candidates(printed, "merit", _bases(rate, 1)), printed, "quartile")
    assert found.faults == ()


@given(st.integers(16, 60), st.integers(0, 2), st.data())
def test_one_wrong_quarter_is_found_and_named(number: int, cut: int, data: st.DataObject) -> None:
    rate = np.random.default_rng(number).permutation(number) / 100
    printed = _quarters(rate, cut)
    at = data.draw(st.integers(0, number - 1))
    wrong = data.draw(st.sampled_from([1.0, 2.0, 3.0, 4.0]))
    rank = number - rate[at] * 100
    # At the end of a quarter another way to cut it may give the next.
    near = any(abs(rank - 0.5 - number * k / 4) <= 1.5 for k in (1, 2, 3))
    assume(wrong != printed[at] and not near)
    printed[at] = wrong
    found = _find(quarter_candidates(printed, "merit", _bases(rate, 1)), printed, "quartile")
    assert [fault.units for fault in found.faults] == [(at,)]
