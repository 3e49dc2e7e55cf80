"""Columns that are periods are read a row a period, or said to be so."""

import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import TableError, UsageError


def write(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def cells(table, *columns):
    return table.frame[["unit", "period", *columns]].to_numpy().tolist()


# Each with its separator, header and one row: how the measures are named, and what is read.
LAYOUTS = {
    "months before the measure": (
        "Trust,Apr-23 cases,Apr-23 bed days,May-23 cases,May-23 bed days\nA,3,1000,4,1100\n",
        ("{period} cases", "{period} bed days"),
        {"Apr-23": (3, 1000), "May-23": (4, 1100)},
    ),
    "months behind it": (
        "Trust,Attendances Apr 2018,Beds Apr 2018,Attendances May 2018,Beds May 2018\nA,3,9,4,8\n",
        ("Attendances {period}", "Beds {period}"),
        {"Apr 2018": (3, 9), "May 2018": (4, 8)},
    ),
    "financial years with underscores": (
        "Trust,n_2018_19,d_2018_19,n_2019_20,d_2019_20\nA,3,9,4,8\n",
        ("n_{period}", "d_{period}"),
        {"2018_19": (3, 9), "2019_20": (4, 8)},
    ),
    "years behind letters": (
        "Trust\tdeaths2018\tdeaths2019\tpop2018\tpop2019\nA\t3\t4\t9\t8\n",
        ("deaths{period}", "pop{period}"),
        {"2018": (3, 9), "2019": (4, 8)},
    ),
    "quarters in brackets": (
        (
            "Trust,Falls (2019-20 Q1),Falls (2019-20 Q2),Days (2019-20 Q1),Days (2019-20 Q2)\n"
            "A,3,4,9,8\n"
        ),
        ("Falls ({period})", "Days ({period})"),
        {"2019-20 Q1": (3, 9), "2019-20 Q2": (4, 8)},
    ),
    "French, with semicolons": (
        (
            "Trust;Décès janvier 2020;Séjours janvier 2020;Décès février 2020;"
            "Séjours février 2020\nA;3;9,5;4;8,25\n"
        ),
        ("décès {period}", "séjours {period}"),
        {"janvier 2020": (3, 9.5), "février 2020": (4, 8.25)},
    ),
    "German quarters": (
        (
            "Trust;1. Quartal 2020 Fälle;1. Quartal 2020 Tage;2. Quartal 2020 Fälle;"
            "2. Quartal 2020 Tage\nA;3;9;4;8\n"
        ),
        ("{period} Fälle", "{period} Tage"),
        {"1. Quartal 2020": (3, 9), "2. Quartal 2020": (4, 8)},
    ),
    "a merged heading above": (
        "Table 2: falls\nTrust,Apr-23,,May-23,\n,Cases,Days,Cases,Days\nA,3,9,4,8\n",
        ("{period} cases", "{period} days"),
        {"Apr-23": (3, 9), "May-23": (4, 8)},
    ),
    "periods below the measures": (
        "Trust,Cases,,Days,\n,2018,2019,2018,2019\nA,3,4,9,8\n",
        ("Cases {period}", "Days {period}"),
        {"2018": (3, 9), "2019": (4, 8)},
    ),
    "one denominator for all": (
        "Trust,Apr-23,May-23,Beds\nA,3,4,9\n",
        ("{period}", "Beds"),
        {"Apr-23": (3, 9), "May-23": (4, 9)},
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_columns_that_are_periods_become_rows(tmp_path, layout):
    text, (observed, exposure), expected = LAYOUTS[layout]
    table = read_table(write(tmp_path, text), unit="Trust", observed=observed, exposure=exposure)
    found = {period: (n, d) for _, period, n, d in cells(table, "observed", "exposure")}
    assert found == expected
    assert any("one for each of 2 periods" in note for note in table.account.notes)


def test_the_case_of_wide_months_is_read_whole(shared):
    table = read_table(
        shared / "cases" / "wide-months.csv",
        unit="Trust",
        observed="{period} cases",
        exposure="{period} bed days",
    )
    assert table.frame["observed"].tolist() == [3, 4, 2, 1, 2, 0, 5, 3, 6]
    assert table.periods.labels == ("Apr-23", "May-23", "Jun-23")


def test_a_data_frame_and_a_workbook_are_read_alike(tmp_path):
    frame = pd.DataFrame({"unit": ["A", "B"], "2018 n": [3, 5], "2018 d": [9, 9], "2019 n": [4, 6]})
    frame["2019 d"] = [8, 10]
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    asked = {"numerator": "{period} n", "denominator": "{period} d"}
    first, second = (read_table(each, **asked).frame for each in (frame, tmp_path / "t.xlsx"))
    pd.testing.assert_frame_equal(first, second)


def test_dates_in_the_headings_of_a_workbook_are_periods(tmp_path):
    months = pd.to_datetime(["2023-04-01", "2023-05-01"])
    frame = pd.DataFrame([["A", 3, 4, 9], ["B", 5, 6, 9]], columns=["unit", *months, "Beds"])
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    table = read_table(tmp_path / "t.xlsx", observed="{period}", exposure="Beds")
    assert table.periods.labels == ("2023-04-01", "2023-05-01")


def test_a_year_in_its_column_and_months_in_the_headings_are_one_period(tmp_path):
    text = "Trust,Year,Apr,Dec,Beds\nA,2018,3,4,9\nA,2019,5,6,9\n"
    asked = {"unit": "Trust", "observed": "{period}", "exposure": "Beds", "period": "Year"}
    table = read_table(write(tmp_path, text), **asked)
    assert table.periods.labels == ("Apr 2018", "Dec 2018", "Apr 2019", "Dec 2019")


def test_months_of_a_financial_year_get_their_own_year(tmp_path):
    text = "Trust,Year,Apr,Jan,Beds\nA,2018/19,3,4,9\n"
    asked = {"unit": "Trust", "observed": "{period}", "exposure": "Beds", "period": "Year"}
    table = read_table(write(tmp_path, text), **asked)
    assert table.periods.labels == ("Apr 2018", "Jan 2019")


def test_months_without_a_year_stand_as_the_file_has_them(tmp_path):
    text = "Trust,Apr,May,Jan,Beds\nA,3,4,5,9\n"
    table = read_table(write(tmp_path, text), unit="Trust", observed="{period}", exposure="Beds")
    assert table.periods.labels == ("Apr", "May", "Jan")
    assert any("'Apr' has no year" in note for note in table.account.notes)


def test_a_total_beside_the_periods_is_no_period(tmp_path):
    text = "Trust,Apr-23 n,May-23 n,Total n,Beds\nA,3,4,7,9\n"
    asked = {"unit": "Trust", "observed": "{period} n", "exposure": "Beds"}
    table = read_table(write(tmp_path, text), **asked)
    assert table.periods.labels == ("Apr-23", "May-23")


def test_a_year_among_its_months_is_refused_where_periods_are_added_up(tmp_path):
    text = "Trust,Apr-23 n,May-23 n,2023-24 n,Beds\nA,3,4,7,9\n"
    asked = {"unit": "Trust", "observed": "{period} n", "exposure": "Beds", "roll_up": "year"}
    with pytest.raises(TableError, match="overlap"):
        read_table(write(tmp_path, text), **asked)


def test_a_period_that_one_measure_lacks_is_left_out_and_named(tmp_path):
    text = "Trust,Apr-23 n,Apr-23 d,May-23 n\nA,3,9,4\n"
    asked = {"unit": "Trust", "numerator": "{period} n", "denominator": "{period} d"}
    table = read_table(write(tmp_path, text), **asked)
    assert len(table.frame) == 1
    assert any("left out: 'May-23'" in note for note in table.account.notes)


def test_rows_keep_their_numbers_and_notes_stay_one_row(tmp_path):
    text = (
        "Trust,Apr-23 n,Apr-23 d,May-23 n,May-23 d\nA,3,9,4,8\nB,5,x,99,8\n,,,,\n"
        "Source: returns of trusts,,,,\n"
    )
    asked = {"unit": "Trust", "numerator": "{period} n", "denominator": "{period} d"}
    path = write(tmp_path, text)
    with pytest.raises(TableError, match=r"\(row 3\)"):
        read_table(path, **asked)
    account = read_table(path, lenient=True, **asked).account
    assert (account.rows_read, account.rows_kept) == (5, 2)
    assert [each.first_rows for each in account.exclusions if "note" in each.reason] == [(5,)]


REFUSED = {
    "no such heading": ("Trust,Apr-23 n,May-23 n\nA,3,4\n", "'{period} n'"),
    "a period twice": ("Trust,Apr-23 x,apr 23 x,APR-23 x,Beds\nA,3,3,4,9\n", "same period"),
    "a cell too many": ("Trust,Apr-23 x,May-23 x,Beds\nA,1,234,5,9\n", "row 2"),
    "the period told twice": ("Trust,period,Apr-23 x,May-23 x,Beds\nA,2018,3,4,9\n", "--period"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_unclear_is_refused(tmp_path, what):
    text, message = REFUSED[what]
    with pytest.raises(TableError) as caught:
        read_table(write(tmp_path, text), unit="Trust", observed="{period} x", exposure="Beds")
    assert message in str(caught.value)


def test_a_pattern_has_one_period(tmp_path):
    with pytest.raises(UsageError, match="twice"):
        read_table(
            write(tmp_path, "unit,Apr-23 x\nA,3\n"), observed="{period} {period}", exposure="Beds"
        )


def test_one_period_of_several_is_noted(tmp_path):
    path = write(tmp_path, "Trust,Apr-23 x,May-23 x,Jun-23 x,Beds\nA,3,4,5,9\n")
    table = read_table(path, unit="Trust", observed="Apr-23 x", exposure="Beds")
    assert any(
        "one of 3 columns" in note and "'{period} x'" in note for note in table.account.notes
    )


def test_the_measure_alone_gets_the_pattern_as_a_hint(tmp_path):
    path = write(tmp_path, "Trust,Apr-23 x,May-23 x,Jun-23 x,Beds\nA,3,4,5,9\n")
    with pytest.raises(TableError, match=r"'\{period\} x' takes them all"):
        read_table(path, unit="Trust", observed="x", exposure="Beds")


@pytest.mark.parametrize("layout", [each for each in LAYOUTS if "merged" not in each])
def test_a_file_of_which_nothing_is_said_gets_the_pattern_as_a_hint(tmp_path, layout):
    with pytest.raises(TableError, match=r"\{period\}"):
        read_table(write(tmp_path, LAYOUTS[layout][0]), unit="Trust")


@pytest.mark.parametrize(
    "header",
    [
        "Trust,Type 1,Type 2",
        "Trust,Age 18-64,Age 65-74",
        "LSOA11CD,LSOA21CD,Name",
        "Trust,Band 1 n,Band 2 n",
        "Trust,ICD10 J18,ICD10 J20",
    ],
)
def test_columns_that_differ_by_something_else_are_no_periods(tmp_path, header):
    with pytest.raises(TableError) as caught:
        read_table(write(tmp_path, f"{header}\nA,3,4\n"), unit="Trust")
    assert "period" not in str(caught.value).split("being named.")[-1]


def test_dates_of_a_record_are_not_printed(tmp_path):
    path = write(tmp_path, "R1,1946-03-12,1951-01-30,1\nR2,1950-05-01,1960-01-01,0\n")
    with pytest.raises(TableError) as caught:
        read_table(path)
    assert "1946" not in str(caught.value)


def test_a_heading_whose_period_cannot_be_read_is_not_passed_over(tmp_path):
    text = "Trust,Eanáir 2023 n,Eanáir 2023 d,Feb 2023 n,Feb 2023 d,Total 2023 n,Total 2023 d\n"
    path = write(tmp_path, text + "A,1,9,2,8,3,17\n")
    asked = {"unit": "Trust", "numerator": "{period} n", "denominator": "{period} d"}
    with pytest.raises(TableError, match="'Eanáir 2023' can't be read as a period"):
        read_table(path, **asked)
    path = write(tmp_path, text.replace("Eanáir", "Jan") + "A,1,9,2,8,3,17\n")
    assert read_table(path, **asked).periods.labels == ("Jan 2023", "Feb 2023")
