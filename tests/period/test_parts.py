"""A period that several columns tell is one."""

import pytest

from varstat.data import read_table
from varstat.errors import TableError
from varstat.period.parts import bare_part, join_parts, part_names

JOINED = {
    "numbers": (("Year", "Month"), ("2018", "4"), "Apr 2018"),
    "names": (("Year", "Month"), ("2018", "April"), "Apr 2018"),
    "the month first": (("Month", "Year"), ("apr.", "2018"), "Apr 2018"),
    "German": (("Jahr", "Monat"), ("2018", "März"), "Mar 2018"),
    "Spanish": (("Año", "Mes"), ("2018", "enero"), "Jan 2018"),
    "a financial year and a month": (("FY", "Month"), ("2018/19", "January"), "Jan 2019"),
    "the beginning of a financial year": (("FY", "Month"), ("2018-19", "Apr"), "Apr 2018"),
    "a financial year and a quarter": (("FY", "Qtr"), ("2018/19", "Q4"), "2018-19 Q4"),
    "a quarter's number": (("Financial year", "Quarter"), ("2018-19", "4"), "2018-19 Q4"),
    "a calendar quarter": (("Year", "Quarter"), ("2018", "Q4"), "2018 Q4"),
    "a French quarter": (("Année", "Trimestre"), ("2018", "T4"), "2018 Q4"),
    "year, month and day": (("Year", "Month", "Day"), ("2018", "4", "9"), "2018-04-09"),
    "labelled years": (("Year", "Month"), ("FY2018/19", "Dec"), "Dec 2018"),
    "what can't be read": (("Year", "Term"), ("2018", "spring"), "2018 spring"),
    "a blank": (("Year", "Month"), ("2018", None), None),
}


@pytest.mark.parametrize("what", JOINED)
def test_parts_make_a_period(what):
    names, labels, expected = JOINED[what]
    assert join_parts([[label] for label in labels], names=names, where="x.csv") == [expected]


def test_numbered_months_of_financial_years_are_refused():
    with pytest.raises(TableError, match=r"'Month'.*January or April.*names"):
        join_parts([["2018/19"], ["1"]], names=["Year", "Month"], where="x.csv")


def test_financial_years_that_could_be_months_are_years_beside_months():
    years = ["2010-11", "2011-12"]
    joined = join_parts([years, ["Apr", "Jan"]], names=["Year", "Month"], where="x.csv")
    assert joined == ["Apr 2010", "Jan 2012"]


@pytest.mark.parametrize("said", ["Year,Month", "Year + Month", "Month,Year", "Year , Month"])
def test_two_columns_are_named_as_one_period(tmp_path, said):
    path = tmp_path / "t.csv"
    rows = ["A,2018,12,3,9", "A,2018,4,4,9", "A,2019,1,5,9"]
    path.write_text("\n".join(("unit,Year,Month,numerator,denominator", *rows)) + "\n")
    table = read_table(path, period=said)
    assert table.periods.labels == ("Apr 2018", "Dec 2018", "Jan 2019")
    one = read_table(path, period=said, only={"period": "Apr 2018"})
    assert one.frame["numerator"].tolist() == [4]
    year = read_table(path, period=said, roll_up="calendar-year")
    assert year.frame["numerator"].tolist() == [7, 5]


def test_a_column_of_that_very_name_is_taken_before_two(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('unit,Year,Month,"Year,Month",numerator,denominator\nA,1,2,2018,3,9\n')
    assert read_table(path, period="Year,Month").periods.labels == ("2018",)


def test_a_part_that_is_missing_is_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("unit,Year,numerator,denominator\nA,2018,3,9\n")
    with pytest.raises(TableError, match="'Month'"):
        read_table(path, period="Year,Month")


def test_months_alone_are_told_where_their_year_may_be(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("unit,Month,numerator,denominator\nA,April,3,9\nA,August,3,9\nA,March,4,9\n")
    table = read_table(path, period="Month")
    assert table.periods.labels == ("April", "August", "March")
    assert any("--period Year,Month" in note for note in table.account.notes)


@pytest.mark.parametrize("text", ["Type 1", "2018", "Mayor", "Q5", "", "Apr 2018"])
def test_what_says_its_year_or_is_no_period_is_no_part(text):
    assert bare_part(text) is None


def test_a_name_without_a_comma_is_one_column():
    assert part_names("Year") == ("Year",)
    assert part_names("Year,") == ("Year,",)
