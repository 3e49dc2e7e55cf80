"""Measures that stand in rows are read a column a measure, or said to be so."""

import pytest

from varstat.data import read_table
from varstat.errors import TableError, UsageError


def write(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


# Each with the columns of names and values, the two measures, and what is read.
LAYOUTS = {
    "measures one below the other": (
        "Facility ID,Measure ID,Score\nA,DEATHS,4\nA,CASES,30\nB,DEATHS,1\nB,CASES,20\n",
        {"unit": "Facility ID", "numerator": "DEATHS", "denominator": "CASES"},
        "Measure ID:Score",
        {"A": (4, 30), "B": (1, 20)},
    ),
    "with a period, in another order": (
        "Org;Period;Indicator;Value\nB;2019;num;1\nA;2019;den;30\nB;2019;den;20\nA;2019;num;4\n",
        {"unit": "Org", "numerator": "num", "denominator": "den", "period": "Period"},
        "Indicator:Value",
        {"A": (4, 30), "B": (1, 20)},
    ),
    "a measure that nobody asks for": (
        (
            "org\tkind\tn\tfootnote\nA\tdied\t4\t1\nA\tnote\tn/a\t2\nA\tseen\t30\t\n"
            "B\tdied\t1\t\nB\tseen\t20\t\n"
        ),
        {"unit": "org", "numerator": "died", "denominator": "seen"},
        "kind:n",
        {"A": (4, 30), "B": (1, 20)},
    ),
    "names with a colon, in German": (
        "Haus;Merkmal: Art;Wert\nA;Todesfälle;4\nA;Fälle;30\nB;Todesfälle;1\nB;Fälle;20\n",
        {"unit": "Haus", "numerator": "Todesfälle", "denominator": "Fälle"},
        "Merkmal: Art:Wert",
        {"A": (4, 30), "B": (1, 20)},
    ),
    "under titles": (
        (
            "Table 3\n\nTrust,Measure,Count\nA,Attended,4\nA,Invited,30\nB,Attended,1\n"
            "B,Invited,20\nSource: returns,,\n"
        ),
        {"unit": "Trust", "numerator": "attended", "denominator": "invited"},
        "measure:count",
        {"A": (4, 30), "B": (1, 20)},
    ),
    "the denominator in a column of its own": (
        "Trust,Measure,Count,Beds\nA,Falls,4,30\nA,Slips,7,30\nB,Falls,1,20\nB,Slips,2,20\n",
        {"unit": "Trust", "numerator": "Falls", "denominator": "Beds"},
        "Measure:Count",
        {"A": (4, 30), "B": (1, 20)},
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rows_that_are_measures_become_columns(tmp_path, layout):
    text, asked, spread, expected = LAYOUTS[layout]
    frame = read_table(write(tmp_path, text), spread=spread, **asked).frame
    found = dict(zip(frame.unit, zip(frame.numerator, frame.denominator, strict=True), strict=True))
    assert found == expected


def test_the_case_of_metric_rows_is_read(shared):
    table = read_table(
        shared / "cases" / "metric-rows.csv",
        unit="Facility ID",
        observed="HAI_1_NUMERATOR",
        expected="HAI_1_ELIGCASES",
        spread="Measure ID:Score",
    )
    assert table.frame["observed"].tolist() == [4, 1, 6]
    assert table.frame["expected"].tolist() == [3.2, 2.5, 4.1]


def test_the_measures_of_varstat_need_no_names(tmp_path):
    text = "unit,measure,n\nA,numerator,4\nA,denominator,30\nB,numerator,1\nB,denominator,20\n"
    assert read_table(write(tmp_path, text), spread="measure:n").frame["numerator"].tolist() == [
        4,
        1,
    ]


@pytest.mark.parametrize("layout", [each for each in LAYOUTS if "own" not in each])
def test_a_missing_column_that_is_a_value_gets_the_option_as_a_hint(tmp_path, layout):
    text, asked, spread, _ = LAYOUTS[layout]
    with pytest.raises(TableError) as caught:
        read_table(write(tmp_path, text), **asked)
    assert f"--spread '{spread}' makes columns".casefold() in str(caught.value).casefold()


def test_periods_as_columns_and_measures_as_rows_are_read_together(tmp_path):
    text = (
        "Trust,Measure,Apr-18,May-18\nA,Attended,4,5\nA,Invited,30,31\nB,Attended,1,2\n"
        "B,Invited,20,21\n"
    )
    path = write(tmp_path, text)
    with pytest.raises(TableError, match=r"--spread 'Measure:\{period\}'"):
        read_table(path, unit="Trust", numerator="Attended", denominator="Invited")
    table = read_table(
        path,
        unit="Trust",
        numerator="Attended",
        denominator="Invited",
        spread="Measure:{period}",
    )
    assert table.frame[["unit", "period", "numerator", "denominator"]].to_numpy().tolist() == [
        ["A", "Apr-18", 4, 30],
        ["A", "May-18", 5, 31],
        ["B", "Apr-18", 1, 20],
        ["B", "May-18", 2, 21],
    ]


def test_year_and_month_tell_records_apart(tmp_path):
    rows = [
        f"A,{year},{month},{name},{n}"
        for year, month, a, b in (("2018", "4", 3, 9), ("2018", "12", 4, 8))
        for name, n in (("x", a), ("y", b))
    ]
    path = write(tmp_path, "\n".join(("unit,Year,Month,kind,n", *rows)) + "\n")
    asked = {"numerator": "x", "denominator": "y", "period": "Year,Month", "spread": "kind:n"}
    assert read_table(path, **asked).periods.labels == ("Apr 2018", "Dec 2018")


def test_strata_and_chosen_rows_tell_records_apart(tmp_path):
    rows = [
        f"A,{sex},{name},{n}"
        for sex, a, b in (("F", 3, 9), ("M", 4, 8))
        for name, n in (("x", a), ("y", b))
    ]
    path = write(tmp_path, "\n".join(("unit,sex,kind,n", *rows)) + "\n")
    asked = {"numerator": "x", "denominator": "y", "spread": "kind:n"}
    assert read_table(path, stratum="sex", **asked).frame["numerator"].tolist() == [3, 4]
    assert read_table(path, only={"sex": "M"}, **asked).frame["numerator"].tolist() == [4]
    with pytest.raises(TableError, match=r"more than once .*rows 2, 3, 4 and 5.*'sex'"):
        read_table(path, **asked)


def test_what_differs_between_the_rows_of_a_record_is_left_out_and_named(tmp_path):
    text = "unit,kind,n,label,region\nA,x,4,Deaths,N\nA,y,30,Cases,N\n"
    asked = {"numerator": "x", "denominator": "y", "spread": "kind:n", "by": "region"}
    table = read_table(write(tmp_path, text), **asked)
    assert table.frame["region"].tolist() == ["N"]
    assert any("left out: 'label'" in note for note in table.account.notes)


def test_rows_are_named_by_the_first_of_their_record(tmp_path):
    text = "unit,kind,n\nA,x,4\nA,y,30\nB,x,99\nB,y,20\n"
    with pytest.raises(TableError, match=r"\(row 4\)"):
        read_table(write(tmp_path, text), numerator="x", denominator="y", spread="kind:n")


REFUSED = {
    "a measure twice": ("unit,kind,n\nA,x,4\nA,x,5\nA,y,9\n", "kind:n", "rows 2 and 3"),
    "no such measure": ("unit,kind,n\nA,xs,4\nA,z,9\n", "kind:n", "Did you mean 'xs'"),
    "no such column": ("unit,kind,n\nA,x,4\nA,y,9\n", "sort:n", "no one column 'sort'"),
    "a cell too many": ("unit,kind,n\nA,x,1,234\nA,y,9\n", "kind:n", "row 2"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_unclear_is_refused(tmp_path, what):
    text, spread, message = REFUSED[what]
    with pytest.raises(TableError) as caught:
        read_table(write(tmp_path, text), numerator="x", denominator="y", spread=spread)
    assert message in str(caught.value)


@pytest.mark.parametrize("spread", ["kind", ":n", "kind:", ""])
def test_a_spread_names_two_columns(tmp_path, spread):
    path = write(tmp_path, "unit,kind,n\nA,x,4\n")
    with pytest.raises(UsageError, match="NAMES:VALUES"):
        read_table(path, numerator="x", denominator="y", spread=spread)
