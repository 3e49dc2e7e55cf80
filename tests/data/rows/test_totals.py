import re

import numpy as np
import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.data.rows.wholes import is_total
from varstat.errors import TableError

TOTALS = """
England|ENGLAND|Total|Grand total|All|All trusts|England total|UK|Total (England)|National
United Kingdom|Great Britain|Northern Ireland
All 14 trusts|TOTALS (2023)|Combined|Hela landet|Všechny nemocnice|Всього|Tot.|Republic of Ireland
"""
UNITS = """
University Hospital of Wales|NHS England North|Commonwealth Hospital|National 2 Hospital
Royal National Orthopaedic|R0A|Allerton
Totality Health||Trusts|The Total Care Group
"""


@pytest.mark.parametrize(
    "cell",
    re.split(r"[|\n]", TOTALS.strip()),
)
def test_cells_that_say_nothing_but_total_are_totals(cell):
    assert is_total(cell)


@pytest.mark.parametrize(
    "cell",
    re.split(r"[|\n]", UNITS.strip()),
)
def test_units_with_such_a_word_in_their_name_are_units(cell):
    assert not is_total(cell)


def frame(total=(3, 5), **more):
    return pd.DataFrame(
        {
            "unit": [None, "A", "B"],
            "unit_name": ["England", "Ash", "Birch"],
            "numerator": [total[0], 1, 2],
            "denominator": [total[1], 2, 3],
        }
        | more
    )


def test_a_total_row_is_excluded_and_reconciled():
    card = make_card(also={"unit_name": "unit_name"})
    account = read_table(frame(), card=card).account
    assert [(e.reason, e.first_rows) for e in account.exclusions] == [("a total row", (0,))]
    assert "the total in row 0 equals the sum of the units" in account.notes


def test_a_total_is_found_even_where_the_card_names_no_name_column():
    assert read_table(frame(), card=make_card()).frame["unit"].tolist() == ["A", "B"]


def test_a_total_that_differs_says_by_how_much():
    notes = read_table(frame((10, 5)), card=make_card()).account.notes
    assert notes == (
        "the total row 0 does not equal the units: 'numerator' is 7 more than their sum",
    )


def test_totals_are_reconciled_within_their_period():
    two = pd.concat([frame(month=["2016-04"] * 3), frame((4, 5), month=["2016-05"] * 3)])
    notes = read_table(two, card=make_card(also={"period": "month"})).account.notes
    assert notes == (
        "the total in row 0 equals the sum of the units",
        "the total row 3 does not equal the units: 'numerator' is 1 more than their sum",
    )


def test_countries_may_be_the_units():
    units = ["England", "Scotland", "Wales", "Northern Ireland"]
    data = pd.DataFrame({"unit": units, "numerator": [1] * 4, "denominator": [2] * 4})
    table = read_table(data, card=make_card())
    assert table.frame["unit"].tolist() == units
    assert "named like totals" in table.account.notes[0]


def test_a_body_named_after_its_country_is_a_unit_where_others_are_larger():
    rows = [[f"R{at:02}", f"Trust {at}", 40 + at, 900 + 37 * at] for at in range(12)]
    rows.insert(5, ["X24", "NHS England", 3, 61])
    named = pd.DataFrame(rows, columns=["unit", "unit_name", "numerator", "denominator"])
    table = read_table(named, unit_name="unit_name")
    assert table.account.units == 13


def test_a_total_whose_level_is_left_blank_is_none_of_what_is_added_up():
    sexes = pd.DataFrame(
        {"unit": [f"A{at}" for at in range(12) for _ in "MF"], "sex": list("MF") * 12}
    )
    sexes = sexes.assign(numerator=np.arange(31, 55), denominator=np.arange(310, 550, 10))
    total = sexes.groupby("unit", as_index=False)[["numerator", "denominator"]].sum()
    both = pd.concat([sexes, total], ignore_index=True)
    account = read_table(both, roll_up="all").account
    assert account.totals["numerator"][1] == sexes["numerator"].sum()
    assert account.notes[0] == (
        "the rows without a value in 'sex' are the sums of others in 12 of 12: left out"
    )


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        (["Kobiety", "Mężczyźni"], "Ogółem"),
        (["男", "女"], "総数"),
        (["Kadın", "Erkek"], "Toplam"),
        (["Мужчины", "Женщины"], "Оба пола"),
        (["1", "2"], "9"),
        (["F", "M"], "_T"),
        (["a", "b", "c", "d"], "ZZZ"),
        (["0-17", "18-64", "65+"], "insgesamt"),
        (["2023 Q1", "2023 Q2", "2023 Q3", "2023 Q4"], "Año 2023"),
    ],
)
def test_a_level_that_is_the_sum_of_others_is_left_out_whatever_it_is_called(parts, total):
    rng = np.random.default_rng(3)
    rows = len(parts) * 12
    data = pd.DataFrame({"unit": np.repeat([f"A{at}" for at in range(12)], len(parts))})
    data = data.assign(level=parts * 12, denominator=rng.integers(300, 3000, rows))
    data["numerator"] = rng.binomial(data["denominator"], 0.15)
    sums = data.groupby("unit", as_index=False)[["numerator", "denominator"]].sum()
    both = pd.concat([sums.assign(level=total), data], ignore_index=True)
    for options in ({"roll_up": "all"}, {"stratum": "level"}):
        kept = read_table(both, **options).account.totals["numerator"][1]
        assert kept == data["numerator"].sum()
    with pytest.raises(TableError, match=r"is the sum of others|is named as a total"):
        read_table(both)


def spread(code, *, more=(1.02, 1.03)):
    """Give twelve units, and one that is about as large as all of them."""
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"unit": [f"Town {chr(65 + at)}" for at in range(12)]})
    data["denominator"] = rng.integers(200, 2000, 12)
    data["numerator"] = rng.binomial(data["denominator"], 0.2)
    row = [code, *(int(data[name].sum() * by) for name, by in zip(COUNTS, more, strict=True))]
    return pd.concat([data, pd.DataFrame([row], columns=["unit", *COUNTS])], ignore_index=True)


COUNTS = ("denominator", "numerator")


@pytest.mark.parametrize(
    "code", ["Virginia", "Den ganzen Kanton", "X99", "Ontario (Canada)", "Kaz"]
)
@pytest.mark.parametrize("more", [(1.02, 1.03), (0.99, 1.0), (1.15, 1.2)])
def test_a_unit_as_large_as_all_others_is_refused_whatever_it_is_called(code, more):
    with pytest.raises(TableError, match=r"\(row 12\)|row 12.*--exclude unit=CODE"):
        read_table(spread(code, more=more))
    left = read_table(spread(code, more=more), exclude={"unit": code})
    assert left.account.units == 12


def test_a_unit_as_large_as_all_others_is_one_if_units_are_named():
    data = spread("Capital")
    assert read_table(data, only={"unit": data["unit"].tolist()}).account.units == 13
    assert read_table(spread("Capital", more=(0.8, 0.8))).account.units == 13


def test_those_who_are_of_no_unit_are_left_out():
    for name in ("Missing", "Out of area", "Non-residents", "Nicht zugewiesen", "Unallocated"):
        account = read_table(spread(name, more=(0.04, 0.05))).account
        assert account.units == 12, name
