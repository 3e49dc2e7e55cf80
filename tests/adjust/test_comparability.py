"""Who can be compared with whom, against sums over all pairs of units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.adjust import assess_comparability

OPTIONS = settings(max_examples=80)


def by_pairs(unit, cell, cases, group, *, presence_only):
    """The definitions, term by term."""
    units, cells = len(group), cell.max() + 1
    n = np.zeros((units, cells))
    np.add.at(n, (unit, cell), cases)
    share, effective, leverage = np.zeros(units), np.zeros(units), np.zeros(units)
    for i in range(units):
        others = [j for j in range(units) if j != i and group[j] == group[i]]
        weight = n[i] / n[i].sum()
        drawn = np.zeros(units)
        for c in np.flatnonzero(n[i]):
            elsewhere = sum(n[j, c] for j in others)
            leverage[i] += weight[c] * n[i, c] / (n[i, c] + elsewhere)
            if not elsewhere:
                continue
            having = sum(n[j, c] > 0 for j in others)
            if having >= min(5, -(-len(others) // 2)):
                share[i] += weight[c] * (
                    1.0 if presence_only else min(1.0, elsewhere / min(n[i, c], 10.0))
                )
            for j in others:
                drawn[j] += weight[c] * n[j, c] / elsewhere
        if drawn.any():
            effective[i] = drawn.sum() ** 2 / np.sum(drawn**2)
    return share, effective, leverage


@st.composite
def case_mix(draw):
    units = draw(st.integers(1, 8))
    first = [(u, draw(st.integers(0, 3))) for u in range(units)]
    more = draw(st.lists(st.tuples(st.integers(0, units - 1), st.integers(0, 3)), max_size=20))
    unit, cell = map(np.array, zip(*first, *more, strict=True))
    cases = np.array([draw(st.sampled_from([0.5, 1, 3, 9, 30, 1e5])) for _ in unit], dtype=float)
    group = np.array([draw(st.integers(0, 2)) for _ in range(units)])
    return unit, cell, cases, group


@OPTIONS
@given(table=case_mix(), presence_only=st.booleans())
def test_the_fast_sums_are_those_over_all_pairs_of_units(table, presence_only):
    unit, cell, cases, group = table
    found = assess_comparability(
        unit=unit, cell=cell, cases=cases, group=group, presence_only=presence_only
    )
    share, effective, leverage = by_pairs(unit, cell, cases, group, presence_only=presence_only)
    np.testing.assert_allclose(found.share, share, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.effective, effective, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(found.leverage, leverage, rtol=1e-9)
    alone = np.bincount(group)[group] < 2
    np.testing.assert_array_equal(found.comparable, (share >= 0.5) & ~alone)


@OPTIONS
@given(table=case_mix(), seed=st.integers(0, 99))
def test_the_order_of_rows_never_matters(table, seed):
    unit, cell, cases, group = table
    mixed = np.random.default_rng(seed).permutation(len(unit))
    one, other = (
        assess_comparability(unit=unit[k], cell=cell[k], cases=cases[k], group=group)
        for k in (np.arange(len(unit)), mixed)
    )
    np.testing.assert_allclose(one.share, other.share, rtol=1e-12)
    np.testing.assert_allclose(one.effective, other.effective, rtol=1e-8)


@OPTIONS
@given(table=case_mix())
def test_what_is_counted_lies_within_its_bounds(table):
    unit, cell, cases, group = table
    found = assess_comparability(unit=unit, cell=cell, cases=cases, group=group)
    others = np.bincount(group)[group] - 1
    assert np.all((found.share >= 0) & (found.share <= 1))
    assert np.all((found.leverage > 0) & (found.leverage <= 1 + 1e-12))
    assert np.all(found.effective <= others + 1e-6)
    assert np.all((found.effective >= 1 - 1e-9) | (found.share == 0))


def test_without_overlap_there_are_no_comparators_and_every_unit_is_its_own_standard():
    every = np.arange(5)
    found = assess_comparability(
        unit=every, cell=every, cases=np.full(5, 100.0), group=np.zeros(5, int)
    )
    assert found.share.tolist() == [0.0] * 5
    assert found.effective.tolist() == [0.0] * 5
    assert found.leverage.tolist() == [1.0] * 5
    assert not found.comparable.any()
    assert "5 of 5 units can't be compared" in found.summary()


def test_one_unit_has_nobody_to_be_compared_with():
    one = np.zeros(2, int)
    found = assess_comparability(
        unit=one, cell=np.array([0, 1]), cases=np.array([5.0, 8.0]), group=np.zeros(1, int)
    )
    assert (found.share[0], found.effective[0], found.leverage[0]) == (0.0, 0.0, 1.0)
    assert not found.comparable[0]


def test_no_units_at_all_are_no_error():
    none = np.zeros(0, int)
    found = assess_comparability(unit=none, cell=none, cases=np.zeros(0), group=none)
    assert found.share.size == found.comparable.size == 0


def test_a_group_of_one_is_alone_whatever_others_there_are():
    unit, cell = np.arange(4), np.zeros(4, int)
    found = assess_comparability(
        unit=unit, cell=cell, cases=np.full(4, 50.0), group=np.array([0, 0, 0, 7])
    )
    assert found.comparable.tolist() == [True, True, True, False]
    np.testing.assert_allclose(found.effective, [2.0, 2.0, 2.0, 0.0])
    np.testing.assert_allclose(found.leverage, [1 / 3] * 3 + [1.0])


def test_ten_cases_elsewhere_are_enough_and_as_many_as_the_unit_has_too():
    unit, cell = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2])
    cases = np.array([100.0, 100.0, 2.0, 10.0, 4.0, 2.0])
    found = assess_comparability(unit=unit, cell=cell, cases=cases, group=np.zeros(2, int))
    np.testing.assert_allclose(found.share[0], (100 + 100 * 0.4 + 2) / 202)
    np.testing.assert_allclose(found.share[1], 1.0)
    present = assess_comparability(
        unit=unit, cell=cell, cases=cases, group=np.zeros(2, int), presence_only=True
    )
    np.testing.assert_allclose(present.share, 1.0)


def test_equal_units_each_count_once_and_a_dominant_one_counts_alone():
    cell = np.zeros(6, int)
    same = assess_comparability(
        unit=np.arange(6), cell=cell, cases=np.full(6, 20.0), group=np.zeros(6, int)
    )
    np.testing.assert_allclose(same.effective, 5.0)
    cases = np.array([20.0] * 5 + [1e6])
    large = assess_comparability(unit=np.arange(6), cell=cell, cases=cases, group=np.zeros(6, int))
    np.testing.assert_allclose(large.effective[:5], 1.0, atol=1e-3)
    # Its own million cases take no part in what it is compared with.
    np.testing.assert_allclose(large.effective[5], 5.0, rtol=1e-9)
    assert large.leverage[5] == pytest.approx(1e6 / (1e6 + 100))


def test_many_cells_take_another_way_to_the_same_numbers(monkeypatch):
    rng = np.random.default_rng(4)
    unit, cell = np.repeat(np.arange(30), 10), rng.integers(0, 60, 300)
    cases, group = rng.integers(1, 40, 300).astype(float), rng.integers(0, 3, 30)
    full = assess_comparability(unit=unit, cell=cell, cases=cases, group=group)
    monkeypatch.setattr("varstat.adjust.comparability._FULL", 1)
    thin = assess_comparability(unit=unit, cell=cell, cases=cases, group=group)
    np.testing.assert_allclose(full.effective, thin.effective, rtol=1e-12)
    monkeypatch.setattr("varstat.adjust.comparability._MOSTLY", -1.0)
    single = assess_comparability(unit=unit, cell=cell, cases=cases, group=group)
    np.testing.assert_allclose(full.effective, single.effective, rtol=1e-10)


def test_specialists_of_the_day_case_kind_are_not_comparable():
    # Two of fifty units do what nobody else does, and a little of what everybody does.
    unit, cell = np.repeat(np.arange(50), 3), np.tile(np.arange(3), 50)
    cases = np.where(cell < 2, 100.0, np.where(unit < 2, 2000.0, 1e-9))
    held = cases > 1e-6
    found = assess_comparability(
        unit=unit[held], cell=cell[held], cases=cases[held], group=np.zeros(50, int)
    )
    # The two could be compared with each other, and that says nothing of how others would do.
    assert found.comparable.tolist() == [False] * 2 + [True] * 48
    assert found.effective[:2].max() < 1.5
    assert found.effective[2:].min() > 40
    only = (unit != 1) & held
    _, of = np.unique(unit[only], return_inverse=True)
    alone = assess_comparability(
        unit=of, cell=cell[only], cases=cases[only], group=np.zeros(49, int)
    )
    assert alone.comparable.tolist() == [False] + [True] * 48
    assert alone.share[0] == pytest.approx(200 / 2200)


@pytest.mark.parametrize(("specialists", "comparable"), [(5, False), (6, True)])
def test_what_a_handful_treat_is_no_support_and_what_six_treat_is(specialists, comparable):
    units = 60
    cell = (np.arange(units) < specialists).astype(int)
    found = assess_comparability(
        unit=np.arange(units), cell=cell, cases=np.full(units, 500.0), group=np.zeros(units, int)
    )
    assert found.comparable[:specialists].tolist() == [comparable] * specialists
    assert found.comparable[specialists:].all()
    # Among themselves, as a peer group, they can be compared.
    apart = assess_comparability(
        unit=np.arange(units), cell=cell, cases=np.full(units, 500.0), group=cell
    )
    assert apart.comparable.all()


def test_results_are_locked_and_tabulated():
    found = assess_comparability(
        unit=np.arange(3),
        cell=np.zeros(3, int),
        cases=np.ones(3),
        group=np.zeros(3, int),
        least=0.9,
    )
    with pytest.raises(ValueError, match="read-only"):
        found.share[0] = 0.3
    frame = found.to_frame(np.array(["A", "B", "C"], dtype=object))
    assert list(frame) == [
        "unit",
        "comparability",
        "effective_comparators",
        "leverage",
        "comparable",
    ]
    assert found.least == 0.9
    assert found.summary() == "All 3 units can be compared with others."
