"""Cases that real files and reports brought up, where no test of their kind has them by name.

Each is read right, or refused with what mends it.
"""

import pytest

import varstat
from varstat.data import read_table
from varstat.errors import VarstatError
from varstat.records import count_cells

REFUSED = {
    "a-cell-too-many-after-250-rows.csv": ({"unit": "unit"}, r"row 252\).*quotation marks"),
    "text-unquoted-thousands.csv": ({}, r"row 2\).*quotation marks"),
    "decimal-comma.csv": (
        {"unit": "Krankenhaus", "observed": "Todesfaelle", "expected": "Erwartet"},
        "--decimal , or --decimal",
    ),
    "text-decimal-commas.csv": ({}, "--decimal , or --decimal"),
    "stray-cell-XFD1048576.xlsx": ({}, "XFD1048576. Delete what stands far"),
    "observed-in-one-stratum.csv": (
        {"unit": "area", "observed": "observed", "expected": "expected", "stratum": "age"},
        "no unit has any of the 216 events.*--roll-up all",
    ),
}


@pytest.fixture
def cases(shared):
    return shared / "cases"


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_for_sure_is_refused_with_the_cure(cases, name):
    options, cure = REFUSED[name]
    with pytest.raises(VarstatError, match=cure):
        read_table(cases / name, **options)


def test_decimal_commas_are_read_as_they_are_stated_to_be(cases):
    named = {"unit": "Krankenhaus", "observed": "Todesfaelle", "expected": "Erwartet"}
    table = read_table(cases / "decimal-comma.csv", **named, decimal=",")
    assert table.frame["expected"].head(3).tolist() == [10.512, 18.25, 9.125]


def test_events_of_one_stratum_are_added_up_over_all(cases):
    named = {"unit": "area", "observed": "observed", "expected": "expected"}
    found = varstat.funnel(cases / "observed-in-one-stratum.csv", **named, roll_up="all")
    units = found[0].units
    at = units.unit.tolist().index("Area 03")
    assert units.event[at] == 456
    assert units.size[at] == pytest.approx(265.9, abs=0.05)


def test_a_control_character_is_named_by_its_row(cases):
    account = read_table(cases / "control-character.csv").account
    assert account.rows_kept == 2
    assert any("0x19" in note and "row 2" in note for note in account.notes)


def test_merged_headings_are_joined_to_those_below(cases):
    named = {"numerator": "Over 4 hours Type 1", "denominator": "A&E attendances Type 1"}
    table = read_table(cases / "merged-header.csv", unit="Code", **named)
    assert table.frame[["numerator", "denominator"]].sum().tolist() == [960, 3000]


@pytest.mark.parametrize("name", ["card-lists-nested-3-000-deep", "card-rounded-of-5-000-digits"])
def test_a_card_beyond_all_bounds_is_refused(cases, name):
    with pytest.raises(VarstatError, match=r"Take them apart|too large to compute with"):
        varstat.load_card(str(cases / f"{name}.toml"))


def test_records_without_a_header_are_refused_without_a_value_of_theirs(cases):
    path = cases / "records-no-header.csv"
    with pytest.raises(VarstatError) as refused:
        count_cells(path, unit="unit", event="died")
    values = path.read_text(encoding="utf-8").replace("\n", ",").split(",")
    assert not any(value in str(refused.value) for value in values if len(value) > 2)


def test_a_folder_that_is_named_like_a_column_is_not_the_column(cases):
    cells = count_cells(cases / "hive" / "unit=ZZZ" / "records.csv", unit="unit", event="died")
    assert "ZZZ" not in set(cells.frame["unit"])
