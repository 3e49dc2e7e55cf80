"""Standardisation against published numbers, other methods and simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

import varstat
from varstat.adjust import standardise, standardise_directly, standardise_indirectly
from varstat.adjust.cells import add_up, find_cells, pair_up
from varstat.adjust.interval import (
    gamma_limits,
    poisson_limits,
    shifted_limits,
)
from varstat.errors import ModelError, UsageError

OPTIONS = settings(max_examples=60)

# Fleiss (1981), Statistical Methods for Rates and Proportions, table 14.4: children with Down
# syndrome, and births, by birth order (rows) and mother's age, Michigan 1950-64.
CASES = np.array(
    [
        [107, 141, 60, 40, 39, 25],
        [25, 150, 110, 84, 82, 39],
        [3, 71, 114, 103, 108, 75],
        [1, 26, 64, 89, 137, 96],
        [0, 8, 63, 112, 262, 295],
    ],
    dtype=float,
)
BIRTHS = np.array(
    [
        [230061, 329449, 114920, 39487, 14208, 3052],
        [72202, 326701, 208667, 83228, 28466, 5375],
        [15050, 175702, 207081, 117300, 45026, 8660],
        [2293, 68800, 132424, 98301, 46075, 9834],
        [327, 30666, 123419, 149919, 104088, 34392],
    ],
    dtype=float,
)
STANDARD = np.array([319933, 931318, 786511, 488235, 237863, 61313], dtype=float)


def full(units, cells):
    return np.repeat(np.arange(units), cells), np.tile(np.arange(cells), units)


@st.composite
def tables(draw, least=1):
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 400), st.floats(0, 1)),
            min_size=least,
            max_size=30,
        )
    )
    unit, cell, size, share = map(np.array, zip(*rows, strict=True))
    event = np.floor(share * size)
    _, unit = np.unique(unit, return_inverse=True)
    _, cell = np.unique(cell, return_inverse=True)
    return unit, cell, event, size.astype(float)


@OPTIONS
@given(table=tables())
def test_expected_events_add_up_to_those_observed(table):
    unit, cell, event, size = table
    found = standardise_indirectly(
        unit, cell, event, size, units=unit.max() + 1, cells=cell.max() + 1
    )
    assert found.expected.sum() == pytest.approx(event.sum(), abs=1e-8)
    assert found.observed.sum() == event.sum()


@OPTIONS
@given(table=tables())
def test_with_one_stratum_standardised_rates_are_crude(table):
    unit, _, event, size = table
    units, none = unit.max() + 1, np.zeros_like(unit)
    crude = add_up(event, unit, units) / add_up(size, unit, units)
    direct = standardise_directly(unit, none, event, size, units=units, cells=1)
    np.testing.assert_allclose(direct.rate, crude, atol=1e-12)
    assert not direct.partial.any()
    indirect = standardise_indirectly(unit, none, event, size, units=units, cells=1)
    if event.sum():
        np.testing.assert_allclose(indirect.rate, crude, atol=1e-12)


@OPTIONS
@given(table=tables(), seed=st.integers(0, 99))
def test_the_order_of_rows_never_matters(table, seed):
    unit, cell, event, size = table
    shape = {"units": unit.max() + 1, "cells": cell.max() + 1}
    mixed = np.random.default_rng(seed).permutation(len(unit))
    for method in (standardise_indirectly, standardise_directly):
        one = method(unit, cell, event, size, **shape)
        other = method(unit[mixed], cell[mixed], event[mixed], size[mixed], **shape)
        np.testing.assert_allclose(one.rate, other.rate, atol=1e-12)


@OPTIONS
@given(table=tables())
def test_strata_with_the_same_rates_can_be_merged(table):
    unit, cell, _, size = table
    units, cells = unit.max() + 1, cell.max() + 1
    # The last two cells have one rate, in every unit.
    merged = np.minimum(cell, max(cells - 2, 0))
    event = size * (0.1 + 0.2 * merged)
    split = standardise_indirectly(unit, cell, event, size, units=units, cells=cells)
    whole = standardise_indirectly(unit, merged, event, size, units=units, cells=cells)
    np.testing.assert_allclose(split.expected, whole.expected, rtol=1e-12)
    every = np.repeat(np.arange(units), cells), np.tile(np.arange(cells), units)
    event = np.ones(units * cells) * np.tile(np.minimum(np.arange(cells), cells - 2), units)
    ones = np.ones(units * cells)
    split = standardise_directly(*every, event, ones, units=units, cells=cells)
    whole = standardise_directly(
        every[0], np.minimum(every[1], max(cells - 2, 0)), event, ones, units=units, cells=cells
    )
    np.testing.assert_allclose(split.rate, whole.rate, atol=1e-12)


@OPTIONS
@given(table=tables(), seed=st.integers(0, 99))
def test_replicated_data_sets_are_as_if_each_had_been_alone(table, seed):
    unit, cell, _, size = table
    shape = {"units": unit.max() + 1, "cells": cell.max() + 1}
    events = np.random.default_rng(seed).binomial(size.astype(int), 0.3, (2, 3, len(size)))
    for method in (standardise_indirectly, standardise_directly):
        many = method(unit, cell, events.astype(float), size, **shape)
        assert many.rate.shape == (2, 3, shape["units"])
        for place in np.ndindex(2, 3):
            one = method(unit, cell, events[place].astype(float), size, **shape)
            np.testing.assert_allclose(many.rate[place], one.rate, atol=1e-12)


def test_sums_over_many_data_sets_are_made_in_parts(monkeypatch):
    monkeypatch.setattr("varstat.adjust.cells._AT_ONCE", 10)
    values = np.random.default_rng(0).random((4, 5, 7))
    index = np.array([0, 1, 1, 3, 0, 3, 3])
    found = add_up(values, index, 5)
    for place in np.ndindex(4, 5):
        np.testing.assert_allclose(found[place], np.bincount(index, values[place], minlength=5))


def test_units_that_are_the_same_have_different_ratios_under_different_case_mix():
    # Manktelow and others: every unit has the same rate in each cell, and cells differ from the
    # standard by different factors, 1.5 and 1.
    unit, cell = full(3, 2)
    size = np.array([[90.0, 10.0], [50.0, 50.0], [10.0, 90.0]]).ravel()
    event = size * np.tile([0.15, 0.4], 3)
    found = standardise_indirectly(
        unit, cell, event, size, units=3, cells=2, standard=np.array([0.1, 0.4])
    )
    np.testing.assert_allclose(found.ratio, [17.5 / 13, 27.5 / 25, 37.5 / 37])
    direct = standardise_directly(unit, cell, event, size, units=3, cells=2)
    np.testing.assert_allclose(direct.rate, 0.275)


def test_a_unit_without_a_stratum_is_of_the_strata_that_it_has():
    unit, cell = np.array([0, 0, 1]), np.array([0, 1, 0])
    found = standardise_directly(
        unit, cell, np.array([1.0, 5.0, 4.0]), np.array([10.0, 10.0, 20.0]), units=2, cells=2
    )
    np.testing.assert_allclose(found.weight, [0.75, 0.25])
    np.testing.assert_allclose(found.rate, [0.75 * 0.1 + 0.25 * 0.5, 0.2])
    np.testing.assert_allclose(found.absent, [0.0, 0.25])
    assert found.partial.tolist() == [False, True]


def test_a_stratum_that_the_standard_does_not_know_leaves_its_units_without_a_number():
    found = standardise_indirectly(
        np.array([0, 0, 1]),
        np.array([0, 1, 0]),
        np.array([1.0, np.nan, 4.0]),
        np.array([10.0, 10.0, 20.0]),
        units=2,
        cells=2,
    )
    np.testing.assert_allclose(found.standard, [5 / 30, np.nan])
    np.testing.assert_allclose(found.expected, [np.nan, 20 / 6])
    np.testing.assert_allclose(found.observed, [np.nan, 4.0])


def test_results_are_locked():
    unit, cell = full(2, 2)
    event, size = np.ones(4), np.full(4, 5.0)
    for method in (standardise_indirectly, standardise_directly):
        found = method(unit, cell, event, size, units=2, cells=2)
        with pytest.raises(ValueError, match="read-only"):
            found.observed[0] = 3.0
    assert event.flags.writeable
    assert size.flags.writeable


# Rates per 100,000: dsrTest 1.0.0 (R), its example page, for birth order 5 with the gamma method;
# the standardised rates of Fay & Feuer (1997), table 1, are of the same data.
def test_the_gamma_interval_agrees_with_dsrtest():
    weight = STANDARD / STANDARD.sum()
    each = weight / BIRTHS[4]
    rate, variance = np.sum(each * CASES[4]), np.sum(each**2 * CASES[4])
    lower, upper = gamma_limits(rate, variance, each.max(), 0.95)
    assert 1e5 * rate == pytest.approx(75.52901, abs=5e-6)
    assert 1e5 * lower == pytest.approx(67.70212, abs=5e-6)
    assert 1e5 * upper == pytest.approx(188.30017, abs=5e-6)


def test_rates_per_birth_order_agree_through_the_verb():
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"order {i}" for i in range(1, 6)], 6),
            "age": np.tile(["<20", "20-24", "25-29", "30-34", "35-39", "40+"], 5),
            "observed": CASES.ravel(),
            "exposure": BIRTHS.ravel(),
        }
    )
    # All births of the table as its own standard; Fleiss's standard is the same population.
    np.testing.assert_allclose(BIRTHS.sum(axis=0), STANDARD)
    found = standardise(varstat.read_table(frame, stratum="age"), method="direct").to_frame()
    last = found.iloc[4]
    assert last["unit"] == "order 5"
    expected = (75.52901, 67.70212, 188.30017)
    assert last[["rate", "lower", "upper"]].to_list() == pytest.approx(
        [x / 1e5 for x in expected], rel=1e-6
    )


def test_equal_weights_make_the_gamma_interval_exact():
    event, exposure = np.array([0.0, 1.0, 17.0]), 40.0
    lower, upper = gamma_limits(event / exposure, event / exposure**2, 1 / exposure, 0.9)
    exact = poisson_limits(event, 0.9)
    np.testing.assert_allclose(lower * exposure, exact[0], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(upper * exposure, exact[1], rtol=1e-10)


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.98])
def test_with_one_cell_the_interval_of_proportions_is_wilsons(rate):
    from statsmodels.stats.proportion import proportion_confint

    event = np.array([0.0, 1.0, 13.0, 39.0, 40.0])
    size, unit = np.full(5, 40.0), np.arange(5)
    wilson = proportion_confint(event, size, method="wilson")
    for weight in (size, np.full(5, 0.3)):
        found = shifted_limits(event, size, weight, np.full(5, rate), 0.95, unit=unit, units=5)
        for side in range(2):
            np.testing.assert_allclose(found[side] / weight, wilson[side], atol=1e-8)


def test_cells_that_never_or_always_have_events_stay_so():
    size = np.array([10.0, 5.0, 10.0, 20.0])
    lower, upper = shifted_limits(
        np.array([0.0, 5.0, 0.0, 12.0]),
        size,
        size,
        np.array([0.0, 1.0, 0.2, 0.5]),
        0.95,
        unit=np.array([0, 0, 0, 1]),
        units=2,
    )
    assert lower[0] == 5.0
    assert 5.0 < upper[0] < 15.0
    assert 0.0 < lower[1] < 12.0 < upper[1] < 20.0


def coverage(lower, upper, truth):
    return float(np.mean((lower <= truth) & (truth <= upper)))


FEW = [(4, 3, 8), (20, 60, 5), (400, 50, 120), (1, 1, 1), (3,) * 50]
RATES = [(0.02, 0.1, 0.3), (0.3, 0.5, 0.9), (0.97, 0.99, 0.6)]


def simulate_limits(size, standard, p, weight, *, seed):
    units, cells = 2000, len(size)
    event = np.random.default_rng(seed).binomial(size.astype(int), p, (units, cells)).astype(float)
    unit, cell = full(units, cells)
    lower, upper = shifted_limits(
        event.ravel(), size[cell], weight[cell], standard[cell], 0.95, unit=unit, units=units
    )
    value = (event / size) @ weight
    assert np.all((lower >= 0) & (upper <= weight.sum() * (1 + 1e-12)))
    assert np.all((lower <= value + 1e-6) & (value <= upper + 1e-6))
    return coverage(lower, upper, weight @ p)


@pytest.mark.parametrize("size", FEW)
@pytest.mark.parametrize("rate", RATES)
def test_limits_of_proportions_cover_as_often_as_they_say_on_average(size, rate):
    size = np.array(size, dtype=float)
    standard = np.resize(rate, len(size))
    found = []
    for shift in (-0.5, 0.0, 0.7):
        p = special.expit(special.logit(standard) + shift)
        for at, weight in enumerate((size, np.ones(len(size)), np.resize([0.9, 0.05], len(size)))):
            found.append(simulate_limits(size, standard, p, weight, seed=at))
    # Counts come in steps: score intervals cover as often as they say on average, not each time.
    assert min(found) > 0.885
    assert np.mean(found) > 0.93


def test_limits_of_proportions_cover_where_the_standard_has_another_pattern():
    found = []
    for cases in (5, 20, 100):
        size, weight = np.full(2, float(cases)), np.ones(2)
        for standard, p in (((0.05, 0.95), (0.5, 0.5)), ((0.5, 0.5), (0.05, 0.95))):
            found.append(simulate_limits(size, np.array(standard), np.array(p), weight, seed=cases))
    assert min(found) > 0.87
    assert np.mean(found) > 0.94


@pytest.mark.parametrize("mean", [(0.3, 2.0, 0.5), (12.0, 40.0, 1.0), (0.1, 0.1, 0.1)])
@pytest.mark.parametrize("weight", [(0.2, 0.3, 0.5), (3.0, 0.1, 0.1)])
def test_limits_of_directly_standardised_rates_cover(mean, weight):
    rng = np.random.default_rng([int(10 * mean[0]), int(10 * weight[0])])
    mean, weight = np.array(mean), np.array(weight)
    event = rng.poisson(mean, (20_000, 3)).astype(float)
    lower, upper = gamma_limits(
        event @ weight, event @ weight**2, np.full(len(event), weight.max()), 0.95
    )
    # The gamma method is conservative.
    assert coverage(lower, upper, mean @ weight) > 0.945


def test_cells_are_numbered_in_the_order_of_their_names_whatever_the_rows():
    frame = pd.DataFrame({"sex": ["m", "f", "m", "f"], "age": ["90", "5", "5", "5"]})
    cells = find_cells(frame, ("sex", "age"))
    assert cells.levels.tolist() == [["f", "5"], ["m", "5"], ["m", "90"]]
    assert cells.row.tolist() == [2, 0, 1, 0]
    assert find_cells(frame, ()).number == 1
    pairs = pair_up(np.array([1, 0, 1]), np.array([2, 0, 2]), cells=3)
    assert (pairs.unit.tolist(), pairs.cell.tolist()) == ([0, 1], [0, 2])
    assert pairs.row.tolist() == [1, 0, 1]


def proportions(**also):
    rng = np.random.default_rng(3)
    unit, cell = full(12, 4)
    size = rng.integers(5, 300, unit.size)
    rate = np.array([0.02, 0.1, 0.25, 0.6])[cell]
    return pd.DataFrame(
        {
            "unit": [f"U{u:02d}" for u in unit],
            "kind": np.array(["a", "b", "c", "d"])[cell],
            "numerator": rng.binomial(size, rate),
            "denominator": size,
        }
        | also
    )


def test_the_verb_tabulates_both_methods_and_says_what_they_mean():
    frame = proportions()
    table = varstat.read_table(frame, stratum="kind")
    indirect, direct = (standardise(table, method=m) for m in ("indirect", "direct"))
    one, other = indirect.to_frame(), direct.to_frame()
    assert list(one) == list(other)
    np.testing.assert_allclose(one["expected"], other["expected"])
    assert one["observed"].sum() == pytest.approx(one["expected"].sum())
    crude = frame["numerator"].sum() / frame["denominator"].sum()
    np.testing.assert_allclose(one["rate"], one["ratio"] * crude)
    for found in (one, other):
        assert (found["lower"] <= found["rate"]).all()
        assert (found["rate"] <= found["upper"]).all()
        np.testing.assert_allclose(found["ratio_upper"], found["upper"] / crude)
    assert (other["absent"] == 0).all()
    assert "can't be ranked by it" in indirect.summary()
    assert "All rates are of the same case-mix." in direct.summary()
    standard = indirect.standard_frame()
    assert standard["kind"].to_list() == ["a", "b", "c", "d"]
    assert standard["weight"].sum() == pytest.approx(1.0)
    assert np.sum(standard["weight"] * standard["rate"]) == pytest.approx(crude)
    assert indirect.provenance.options["strata"] == ["kind"]


def test_a_wider_level_gives_wider_limits():
    table = varstat.read_table(proportions(), stratum="kind")
    for method in ("indirect", "direct"):
        narrow, wide = (
            standardise(table, method=method, level=level).to_frame() for level in (0.8, 0.998)
        )
        assert (wide["lower"] < narrow["lower"]).all()
        assert (wide["upper"] > narrow["upper"]).all()


def test_groups_are_standardised_each_to_itself():
    frame = pd.concat([proportions(), proportions().assign(numerator=0)])
    frame["period"] = np.repeat(["one", "two"], len(frame) // 2)
    found = standardise(varstat.read_table(frame, stratum="kind", by="period"))
    assert [group.by for group in found.groups] == [{"period": "one"}, {"period": "two"}]
    table = found.to_frame()
    alone = standardise(varstat.read_table(proportions(), stratum="kind")).to_frame()
    first = table[table["period"] == "one"].drop(columns="period")
    pd.testing.assert_frame_equal(first.reset_index(drop=True), alone)
    # Where nothing is expected, a ratio says nothing.
    assert table.loc[table["period"] == "two", "ratio"].isna().all()
    assert len(found.standard_frame()) == 8
    assert "24 units" in found.summary()


def test_without_strata_nothing_is_adjusted_and_that_is_said():
    frame = proportions().groupby("unit", as_index=False)[["numerator", "denominator"]].sum()
    for method in ("indirect", "direct"):
        found = standardise(varstat.read_table(frame), method=method)
        table = found.to_frame()
        np.testing.assert_allclose(table["rate"], table["crude"])
        assert "no strata" in found.summary()


def test_a_withheld_count_leaves_limits_and_no_rate():
    frame = proportions().astype({"numerator": object})
    frame.loc[0, "numerator"] = "*"
    table = varstat.read_table(frame, stratum="kind", suppressed=(1, 4))
    for method in ("indirect", "direct"):
        found = standardise(table, method=method)
        row = found.to_frame().iloc[0]
        assert np.isnan(row["rate"])
        assert np.isnan(row["observed"])
        assert 0 < row["lower"] < row["upper"]
        assert "1 count was withheld" in found.summary()
        # The range of the hidden count is in the limits.
        known = frame.assign(numerator=frame["numerator"].replace("*", 4))
        whole = standardise(varstat.read_table(known, stratum="kind"), method=method)
        if method == "direct":
            assert row["upper"] == pytest.approx(whole.to_frame().loc[0, "upper"])
            assert row["lower"] < whole.to_frame().loc[0, "lower"]


def test_units_that_lack_a_stratum_are_counted():
    frame = proportions().iloc[1:]
    found = standardise(varstat.read_table(frame, stratum="kind"), method="direct")
    assert "1 unit has no cases in cells" in found.summary()
    assert (found.to_frame()["absent"] > 0).to_list() == [True] + [False] * 11


def test_ratios_are_standardised_with_exact_limits():
    rng = np.random.default_rng(5)
    unit, cell = full(6, 3)
    expected = rng.uniform(0.5, 30.0, unit.size)
    frame = pd.DataFrame(
        {
            "unit": [f"U{u}" for u in unit],
            "kind": [f"k{c}" for c in cell],
            "observed": rng.poisson(expected * np.array([0.5, 1.0, 2.0])[cell]),
            "expected": expected,
        }
    )
    found = standardise(varstat.read_table(frame, stratum="kind")).to_frame()
    lower, upper = poisson_limits(found["observed"].to_numpy(), 0.95)
    np.testing.assert_allclose(found["ratio_lower"], lower / found["expected"])
    np.testing.assert_allclose(found["ratio_upper"], upper / found["expected"])
    assert found["observed"].sum() == pytest.approx(found["expected"].sum())


def means():
    rng = np.random.default_rng(6)
    unit, cell = full(5, 2)
    count = rng.integers(5, 200, unit.size)
    return pd.DataFrame(
        {
            "unit": [f"U{u}" for u in unit],
            "kind": [f"k{c}" for c in cell],
            "value": rng.normal(np.array([3.0, 9.0])[cell], 0.2),
            "se": 2.0 / np.sqrt(count),
            "count": count,
        }
    )


def test_means_are_standardised_by_their_cases():
    frame = means()
    table = varstat.read_table(frame, stratum="kind")
    frame["total"] = frame["value"] * frame["count"]
    rates = frame.groupby("kind")[["total", "count"]].sum().eval("total / count")
    expected = (frame["count"] * frame["kind"].map(rates)).groupby(frame["unit"]).sum()
    found = standardise(table).to_frame()
    np.testing.assert_allclose(found["expected"], expected)
    np.testing.assert_allclose(found["observed"], frame.groupby("unit")["total"].sum())
    weight = frame.groupby("kind")["count"].sum() / frame["count"].sum()
    direct = standardise(table, method="direct").to_frame()
    wide = frame.pivot_table(index="unit", columns="kind", values="value")
    np.testing.assert_allclose(direct["rate"], (wide * weight).sum(axis=1))
    se = np.sqrt((frame.pivot_table(index="unit", columns="kind", values="se") ** 2) @ weight**2)
    np.testing.assert_allclose(direct["upper"] - direct["rate"], 1.959964 * se, rtol=1e-6)


def test_means_without_counts_are_refused():
    frame = means().drop(columns="count")
    with pytest.raises(ModelError, match="--count"):
        standardise(varstat.read_table(frame, stratum="kind"))


def test_amounts_have_no_limits_by_chance():
    frame = proportions()
    frame["numerator"] = 0.125 + 0.5 * frame["denominator"]
    table = varstat.read_table(frame, stratum="kind", counts="continuous")
    for method in ("indirect", "direct"):
        found = standardise(table, method=method)
        assert found.to_frame()[["lower", "upper", "ratio_lower"]].isna().all(axis=None)
        assert found.to_frame()["rate"].notna().all()
        assert "limits" not in found.summary().partition("Amounts")[0]


def test_one_unit_is_its_own_standard():
    frame = proportions().iloc[:4]
    for method in ("indirect", "direct"):
        found = standardise(varstat.read_table(frame, stratum="kind"), method=method)
        assert found.to_frame()["ratio"].to_list() == pytest.approx([1.0])


@pytest.mark.parametrize(
    "options", [{"method": "indirectly"}, {"level": 95}, {"level": 0.0}, {"level": float("nan")}]
)
def test_what_cannot_be_asked_for_is_said(options):
    table = varstat.read_table(proportions(), stratum="kind")
    with pytest.raises(UsageError):
        standardise(table, **options)


def test_names_with_spaces_and_signs_are_only_names():
    frame = proportions().replace({"U00": "=1+1", "a": "{x} <b>%s"})
    found = standardise(varstat.read_table(frame, stratum="kind"))
    assert "=1+1" in found.to_frame()["unit"].to_list()
    assert found.standard_frame()["kind"].to_list()[-1] == "{x} <b>%s"
    assert found.summary()


def test_congenital_heart_surgery_is_standardised_by_risk(shared):
    frame = pd.read_csv(shared / "data" / "sts_congenital_heart_2015_2018.csv")
    frame = frame[(frame["Procedure Type"] != "Overall") & (frame["Total Procedures"] > 0)]
    table = varstat.read_table(
        frame,
        unit="Hospital Name",
        numerator="Observed Deaths",
        denominator="Total Procedures",
        stratum="Procedure Type",
        title="Deaths",
    )
    found = standardise(table)
    units, standard = found.to_frame(), found.standard_frame()
    assert len(units) == 82
    assert units["observed"].sum() == frame["Observed Deaths"].sum()
    assert units["expected"].sum() == pytest.approx(units["observed"].sum())
    # Risk rises with the category: that is what it was made for.
    assert standard["rate"].is_monotonic_increasing
    by_hand = frame.groupby("Procedure Type")[["Observed Deaths", "Total Procedures"]].sum()
    np.testing.assert_allclose(
        standard["rate"], by_hand["Observed Deaths"] / by_hand["Total Procedures"]
    )
    direct = standardise(table, method="direct").to_frame()
    assert (direct["absent"] > 0).sum() == 3
    both = direct["absent"] == 0
    assert np.corrcoef(units["ratio"][both], direct["ratio"][both])[0, 1] > 0.8
