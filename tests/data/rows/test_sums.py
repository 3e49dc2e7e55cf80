"""Rows that are sums of others: each kind in several words, languages and layouts."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import TableError

UNITS = [f"H{at:02d}" for at in range(12)]


def counts(rows, seed=1):
    rng = np.random.default_rng(seed)
    size = rng.integers(150, 900, rows)
    return {"numerator": rng.binomial(size, 0.2), "denominator": size}


def crossed(column, levels, *, total=None, at=0, seed=1, **more):
    """Give each unit a row a level, and one of their sum."""
    base = pd.DataFrame({"unit": UNITS}).merge(pd.DataFrame({column: levels}), how="cross")
    base = base.assign(**counts(len(base), seed), **more)
    if total is None:
        return base, base
    sums = base.groupby("unit", sort=False)[["numerator", "denominator"]].sum().reset_index()
    sums[column] = total
    parts = [base.assign(order=1), sums.assign(order=at)]
    both = pd.concat(parts).sort_values(["unit", "order"], kind="stable").drop(columns="order")
    return base, both.reset_index(drop=True)


SPLITS = [
    ("Sex", ["Male", "Female"], "Persons"),
    ("Geschlecht", ["m", "w"], "x"),
    ("sexe", ["Hommes", "Femmes"], "Les deux sexes"),
    ("age", ["0-17", "18-64", "65+"], "0-120"),
    ("admission", ["Elective", "Emergency", "Other"], "All admissions"),
    ("quintile", list("12345"), "0"),
    ("codigo", ["A", "B", "C"], "9"),
]


@pytest.mark.parametrize(("column", "levels", "total"), SPLITS)
@pytest.mark.parametrize("at", [0, 2])
def test_a_level_that_is_the_sum_of_others_is_left_out_where_rows_add_up(column, levels, total, at):
    base, both = crossed(column, levels, total=total, at=at)
    table = read_table(both, roll_up="all")
    assert table.frame["denominator"].sum() == base["denominator"].sum()
    assert table.account.rows_excluded == len(UNITS)
    (note,) = table.account.notes
    assert f"{total!r} in {column!r}" in note


@pytest.mark.parametrize(("column", "levels", "total"), SPLITS)
def test_a_level_that_is_the_sum_of_others_is_no_stratum(column, levels, total):
    base, both = crossed(column, levels, total=total)
    table = read_table(both, stratum=column)
    assert table.frame["numerator"].tolist() == base["numerator"].tolist()
    assert set(table.frame[column]) == set(levels)


@pytest.mark.parametrize(("column", "levels", "total"), SPLITS)
def test_repeated_rows_are_refused_with_the_level_that_holds_the_others(column, levels, total):
    _, both = crossed(column, levels, total=total)
    for lenient in (False, True):
        with pytest.raises(TableError) as caught:
            read_table(both, lenient=lenient)
        said = str(caught.value)
        assert f"They differ in {column!r}, where {total!r} is the sum of others" in said
        assert "--only" in said
        assert "--exclude" in said
        assert "--roll-up" not in said


def test_a_level_asked_for_is_kept():
    base, both = crossed("Sex", ["Male", "Female"], total="Persons")
    table = read_table(both, only={"Sex": "Persons"})
    assert table.frame["denominator"].sum() == base["denominator"].sum()
    table = read_table(both, exclude={"Sex": "Persons"}, stratum="Sex")
    assert len(table.frame) == len(base)
    reasons = [each.reason for each in table.account.exclusions]
    assert reasons == ["left out as asked for (Sex)"]


def test_groups_that_are_asked_for_are_kept_whole_or_not():
    _, both = crossed("Sex", ["Male", "Female"], total="Persons")
    assert set(read_table(both, by="Sex").frame["Sex"]) == {"Male", "Female", "Persons"}


@pytest.mark.parametrize(
    ("column", "levels"),
    [
        ("age", ["All ages", "0-9 yrs"]),
        ("age", ["18+ yrs", "65+ yrs"]),
        ("age", ["0-74", "0-4", "5-9"]),
        ("Sex", ["Persons", "Female"]),
        ("Alter", ["Insgesamt", "unter 5"]),
        ("sex", ["T", "F", "M"]),
    ],
)
def test_levels_that_hold_each_other_are_refused_where_rows_would_add_up(column, levels):
    base, _ = crossed(column, levels)
    if levels[0] == "T":
        base.loc[base[column] == "T", "denominator"] += 700
    for roll_up in ("all", None):
        with pytest.raises(TableError) as caught:
            read_table(base, roll_up=roll_up)
        assert repr(column) in str(caught.value)
        assert f"{column}={levels[0]}" in str(caught.value)
        assert "--roll-up" not in str(caught.value)


def test_rows_split_in_two_ways_are_refused():
    base, _ = crossed("kind", ["by sex"], seed=5)
    pieces = []
    for kind, names in (("sex", ["F", "M"]), ("age", ["young", "old", "older"])):
        left = base[["numerator", "denominator"]].copy()
        for at, name in enumerate(names):
            last = at == len(names) - 1
            part = left if last else (left // (len(names) + 1))
            left = left - part
            pieces.append(part.assign(unit=base["unit"], kind=kind, category=name))
    with pytest.raises(TableError, match=r"column 'kind': the rows of .* add up to the same"):
        read_table(pd.concat(pieces, ignore_index=True), roll_up="all")


def with_row(unit, *, at=0, **more):
    base = pd.DataFrame({"unit": UNITS, **counts(12, 3)} | more)
    row = base[["numerator", "denominator"]].sum().to_dict() | {"unit": unit}
    top = pd.DataFrame([row])
    return base, pd.concat([base[:at], top, base[at:]], ignore_index=True)


@pytest.mark.parametrize(
    "name",
    ["STATE OF CALIFORNIA", "Nordland", "ZZZ", "000", "Krankenhaus", "Région", "Our group", None],
)
@pytest.mark.parametrize("at", [0, 5, 12])
def test_the_row_that_is_the_sum_of_all_others_is_left_out_by_any_name(name, at):
    base, more = with_row(name, at=at)
    table = read_table(more)
    assert table.frame["unit"].tolist() == UNITS
    assert table.account.notes == (f"the total in row {at} equals the sum of the units",)
    assert read_table(base).account.rows_excluded == 0


@pytest.mark.parametrize("mark", ["-", "..", "*", "[x]", "\u2013"])
def test_a_mark_is_no_code(mark):
    base, more = with_row(mark)
    assert read_table(more).frame["unit"].tolist() == UNITS
    more.loc[0, "denominator"] += 1
    with pytest.raises(TableError, match="no unit in column 'unit'"):
        read_table(more)
    assert read_table(base).account.rows_excluded == 0


def regions(layout):
    base = pd.DataFrame(
        {"unit": UNITS, "region": ["N"] * 5 + ["S"] * 4 + ["W"] * 3, **counts(12, 4)}
    )
    sums = base.groupby("region", sort=False)[["numerator", "denominator"]].sum().reset_index()
    sums["unit"] = "Area " + sums["region"]
    order = {"before": -1, "after": 1}.get(layout)
    if order is not None:
        both = pd.concat([base.assign(o=0), sums.assign(o=order)])
        both = both.sort_values(["region", "o"], kind="stable").drop(columns="o")
    elif layout == "named outside":
        both = pd.concat([base, sums.assign(unit=sums["region"], region="all")])
    else:
        both = pd.concat([base, sums])
    return base, both.reset_index(drop=True)


@pytest.mark.parametrize("layout", ["before", "after", "at the end", "named outside"])
@pytest.mark.parametrize("total", [False, True])
def test_subtotals_by_a_column_are_left_out(layout, total):
    base, both = regions(layout)
    if total:
        row = base[["numerator", "denominator"]].sum().to_dict() | {"unit": "Land"}
        both = pd.concat([both, pd.DataFrame([row])], ignore_index=True)
    assert read_table(both).frame["unit"].tolist() == UNITS


@pytest.mark.parametrize("layout", ["before", "after"])
def test_subtotals_beside_their_rows_are_left_out_without_a_column(layout):
    _, both = regions(layout)
    assert read_table(both.drop(columns="region")).frame["unit"].tolist() == UNITS


def test_levels_told_apart_by_a_column_are_refused_with_it():
    base, both = regions("at the end")
    both["level"] = ["hospital"] * 12 + ["region"] * 3
    shuffled = both.drop(columns="region").iloc[[3, 13, 0, 7, 14, 1, 5, 2, 12, 9, 8, 4, 6, 11, 10]]
    with pytest.raises(TableError) as caught:
        read_table(shuffled)
    assert "--only level=region or --only level=hospital" in str(caught.value)
    assert read_table(shuffled, only={"level": "hospital"}).account.units == len(base)


def test_levels_told_apart_by_nothing_but_codes_are_refused_by_row():
    _, both = regions("at the end")
    shuffled = both.drop(columns="region").iloc[[3, 13, 0, 7, 14, 1, 5, 2, 12, 9, 8, 4, 6, 11, 10]]
    with pytest.raises(TableError) as caught:
        read_table(shuffled)
    assert "add up to the same as the others" in str(caught.value)
    assert "rows 1, 4 and 8" in str(caught.value)
    assert "--exclude unit=CODE" in str(caught.value)
    assert "Area" not in str(caught.value)


def test_units_that_are_all_alike_are_no_levels():
    alike = pd.DataFrame({"unit": UNITS[:8], "numerator": 3, "denominator": 10})
    assert read_table(alike).account.units == 8


QUARTERS = [f"2021-22 Q{at}" for at in range(1, 5)]


@pytest.mark.parametrize("year", ["2021-22", "Year", "2021-22 total", "Gesamt", "Jahr 21"])
@pytest.mark.parametrize("roll_up", [None, "all"])
def test_a_year_among_its_quarters_is_left_out(year, roll_up):
    base, both = crossed("period", QUARTERS, total=year)
    table = read_table(both, period="period", roll_up=roll_up)
    assert table.frame["denominator"].sum() == base["denominator"].sum()


def test_a_year_that_isnt_the_sum_of_its_quarters_is_not_added_to_them():
    _, both = crossed("period", QUARTERS, total="2021-22")
    both.loc[both["period"] == "2021-22", "denominator"] += 13
    with pytest.raises(TableError, match="overlap") as caught:
        read_table(both, period="period", roll_up="all")
    assert "--exclude period=2021-22" in str(caught.value)


def test_a_total_of_all_periods_is_compared_with_all():
    base, _ = crossed("period", QUARTERS)
    row = base[["numerator", "denominator"]].sum().to_dict()
    both = pd.concat([base, pd.DataFrame([row | {"unit": "England", "period": "All"}])])
    notes = read_table(both.reset_index(drop=True), period="period").account.notes
    assert notes == (f"the total in row {len(base)} equals the sum of the units",)


def test_a_difference_that_would_give_a_withheld_number_is_not_printed():
    data = pd.DataFrame(
        {
            "unit": ["A", "B", "C", "D", "Total"],
            "numerator": [20, "*", 25, 31, 81],
            "denominator": [300, 280, 410, 500, 1490],
        }
    )
    account = read_table(data).account
    (note,) = account.notes
    assert "'numerator' is more than their sum, from which 1 withheld are missing" in note
    assert account.totals["numerator"] == (76.0, 76.0, 0.0)


def test_units_of_like_small_counts_are_no_totals():
    data = pd.DataFrame({"unit": list("ABC"), "numerator": [1, 2, 3], "denominator": [10, 20, 30]})
    assert read_table(data).account.rows_excluded == 0
    data = pd.DataFrame({"unit": list("ABCDE"), "numerator": [2, 1, 4, 3, 10], "denominator": 100})
    assert read_table(data).account.rows_excluded == 0


def test_a_unit_renamed_within_a_period_is_told_by_its_name():
    data = pd.DataFrame(
        {
            "unit": ["A", "A", "B"],
            "unit_name": ["Old", "New", "Birch"],
            "period": ["2021-22 Q1"] * 3,
            **counts(3),
        }
    )
    for roll_up in (None, "quarter"):
        with pytest.raises(TableError, match="under another name: a unit renamed within a period"):
            read_table(data, period="period", unit_name="unit_name", roll_up=roll_up)


def test_sums_of_means_are_found_by_their_counts():
    rng = np.random.default_rng(2)
    n = rng.integers(40, 90, 12)
    value = np.round(rng.normal(5, 1, 12), 3)
    data = pd.DataFrame({"unit": UNITS, "value": value, "se": 0.2, "count": n})
    pooled = {"unit": "X", "value": round(np.average(value, weights=n), 3), "se": 0.05}
    both = pd.concat([data, pd.DataFrame([pooled | {"count": n.sum()}])], ignore_index=True)
    assert read_table(both).frame["unit"].tolist() == UNITS


def test_the_published_cases_are_read_right_or_refused(shared):
    cases = shared / "cases"
    columns = {"unit": "Area Code", "numerator": "Count", "denominator": "Denominator"}
    table = read_table(cases / "persons-among-sexes.csv", roll_up="all", **columns)
    assert table.account.totals["numerator"][1] == 26_445
    assert table.account.totals["denominator"][1] == 146_204
    one = table.frame.set_index("unit").loc["E06000019", ["numerator", "denominator"]]
    assert one.tolist() == [799, 4909]
    table = read_table(cases / "persons-among-sexes.csv", stratum="Sex", **columns)
    assert set(table.frame["Sex"]) == {"Male", "Female"}
    rate = {"unit": "area", "observed": "cases", "exposure": "pop"}
    for roll_up in (None, "all"):
        with pytest.raises(TableError, match="'age=All ages'"):
            read_table(cases / "subgroup-rollup.csv", roll_up=roll_up, **rate)
    table = read_table(cases / "subgroup-rollup.csv", only={"age": "All ages"}, **rate)
    assert table.account.totals["observed"][1] == 80
    rate = {"unit": "hospital", "observed": "cases", "exposure": "line_days"}
    assert read_table(cases / "total-named.csv", **rate).account.units == 4
    columns = {"unit": "OSHPDID", "numerator": "Deaths", "denominator": "Cases"}
    table = read_table(cases / "total-blank-code.csv", unit_name="HOSPITAL", **columns)
    assert table.frame["unit"].tolist() == ["106", "107", "108"]
    account = read_table(cases / "disclosure-total-minus-sum.csv").account
    assert "'numerator' is more than their sum, from which 1 withheld" in account.notes[0]
    assert account.totals["numerator"] == (76.0, 76.0, 0.0)
    table = read_table(cases / "partial-year.csv", period="period", roll_up="year")
    assert "'C' has 3 of 4 in 2022-23, 'D' has 1 of 4 in 2022-23" in table.account.notes[-1]
    with pytest.raises(TableError, match="--only period=2008-2010,2011-2013"):
        read_table(cases / "overlapping-periods.csv", period="period", roll_up="all")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        (
            "mar_hospital_activity_2012_2017.csv",
            {
                "unit": "provider_org_code",
                "numerator": "elective_ga_daycase_admissions_ffces",
                "denominator": "elective_ga_total_admissions_ffces",
                "period": "period_date",
            },
        ),
        (
            "nhs_sickness_absence_2024-04.csv",
            {
                "unit": "ORG_CODE",
                "numerator": "FTE_DAYS_LOST",
                "denominator": "FTE_DAYS_AVAILABLE",
                "counts": "continuous",
            },
        ),
        (
            "statins_practice_2018.csv",
            {"unit": "practice", "numerator": "low_med_dose_items", "denominator": "items"},
        ),
        (
            "shmi_2011_2012.csv",
            {
                "unit": "PROVIDER",
                "observed": "OBSERVED",
                "expected": "EXPECTED",
                "period": "DATE",
            },
        ),
        (
            "sts_congenital_heart_2015_2018.csv",
            {
                "unit": "id",
                "unit_name": "Hospital Name",
                "numerator": "Observed Deaths",
                "denominator": "Total Procedures",
                "by": "Procedure Type",
            },
        ),
    ],
)
def test_no_row_of_real_data_is_taken_for_a_total(shared, name, options):
    account = read_table(shared / "data" / name, **options).account
    assert not [each for each in account.exclusions if "total" in each.reason]


def test_the_level_over_all_procedures_is_no_stratum(shared):
    table = read_table(
        shared / "data" / "sts_congenital_heart_2015_2018.csv",
        unit="id",
        numerator="Observed Deaths",
        denominator="Total Procedures",
        stratum="Procedure Type",
    )
    assert "Overall" not in set(table.frame["Procedure Type"])
    assert table.account.exclusions[0].reason == "a total over Procedure Type"


@pytest.mark.parametrize("seed", range(8))
def test_units_that_are_alike_in_pairs_are_no_levels(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        kinds = int(rng.integers(2, 4))
        expected = np.append(1.0, rng.uniform(0.5, 4.0, kinds - 1).round(4))
        pool = pd.DataFrame({"observed": rng.integers(0, 3, kinds), "expected": expected})
        frame = pd.concat([pool] * int(rng.choice([2, 4])), ignore_index=True)
        frame.insert(0, "unit", [f"U{i:02d}" for i in range(len(frame))])
        assert read_table(frame).account.units == len(frame)


def test_names_that_are_all_blank_say_nothing_of_totals():
    frame = pd.DataFrame({"unit": UNITS[:8], "unit_name": None, "period": "2012"})
    frame = frame.assign(numerator=range(1, 9), denominator=range(40, 48), region=list("AABBAABB"))
    named = frame.assign(unit_name=frame["unit"], period="2011")
    both = pd.concat([named, frame], ignore_index=True)
    assert read_table(both, only={"period": "2012"}).account.units == 8


def test_being_lenient_keeps_one_of_two_rows_that_are_alike():
    frame = pd.DataFrame({"unit": [*UNITS[:8], "A", "A"], "age": [*["1.5"] * 8, "0", "1"]})
    frame = frame.assign(numerator=[*range(8), 10, 10], denominator=[*range(40, 48), 11987, 11987])
    assert read_table(frame, lenient=True).account.rows_kept == 9


def test_sizes_that_are_alike_on_both_sides_say_nothing_of_levels():
    frame = pd.DataFrame({"unit": UNITS[:4], "observed": [1, 0, 0, 1]})
    frame["expected"] = [50.71875, 1.0, 50.71875, 1.0]
    assert read_table(frame).account.units == 4
