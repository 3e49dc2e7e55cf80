import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import TableError


def read(columns, **options):
    rows = len(next(iter(columns.values())))
    return read_table(pd.DataFrame({"unit": [f"U{i}" for i in range(rows)]} | columns), **options)


def test_a_standard_over_all_types_is_a_sum_of_columns(shared):
    table = read_table(
        shared / "cases" / "sum-of-columns.csv",
        unit="Org Code",
        numerator="Over 4h Type 1 + Over 4h Type 2 + Over 4h Other",
        denominator="Att Type 1 + Att Type 2 + Att Other",
    )
    assert table.frame["numerator"].tolist() == [312, 270, 417]
    assert table.frame["denominator"].tolist() == [2000, 1500, 1590]
    assert table.account.totals["numerator"] == (999, 999, 0)


def test_an_existing_column_of_that_name_is_taken_before_its_parts():
    columns = {"a": ["1", "2"], "b": ["1", "1"], "a + b": ["5", "6"], "n": ["9", "9"]}
    assert read(columns, numerator="a + b", denominator="n").frame["numerator"].tolist() == [5, 6]


def test_attended_and_missed_make_all_appointments():
    columns = {"did not attend": ["3", "4"], "attended": ["7", "6"]}
    table = read(columns, numerator="did not attend", denominator="attended + did not attend")
    assert table.frame["denominator"].tolist() == [10, 10]


def test_a_part_is_what_a_whole_less_the_rest_leaves():
    columns = {"All": ["10", "20"], "Within 18 weeks": ["9", "15"]}
    table = read(columns, numerator="All - Within 18 weeks", denominator="All")
    assert table.frame["numerator"].tolist() == [1, 5]


def test_a_ratio_times_its_expected_gives_the_observed(shared):
    path = shared / "data" / "shmi_2011_2012.csv"
    made = read_table(
        path, unit="PROVIDER", period="DATE", observed="VALUE * EXPECTED", expected="EXPECTED"
    )
    real = read_table(
        path, unit="PROVIDER", period="DATE", observed="OBSERVED", expected="EXPECTED"
    )
    observed = real.frame["observed"]
    assert (made.frame["event_lower"] <= observed).all()
    assert (observed <= made.frame["event_upper"]).all()


def test_a_product_that_no_count_prints_as_is_refused_by_row():
    columns = {"SMR": ["1.0000", "1.0000", "0.5000"], "E": ["10.5000", "8.0000", "6.0000"]}
    with pytest.raises(TableError, match=r"'SMR \* E' comes to no whole number \(row 0\)"):
        read(columns, observed="SMR * E", expected="E")


def test_a_suppressed_part_makes_the_sum_a_range():
    columns = {"a": ["*", "4", "*"], "b": ["10", "5", "*"], "n": ["90", "90", "90"]}
    table = read(columns, numerator="a + b", denominator="n", suppressed=(1, 7))
    found = table.frame[["event_lower", "event_upper"]].to_numpy().tolist()
    assert found == [[11, 17], [9, 9], [2, 14]]


def test_a_suppressed_part_of_a_denominator_leaves_the_row_out():
    columns = {"a": ["3", "4"], "b": ["*", "5"]}
    account = read(columns, numerator="a", denominator="a + b").account
    assert account.rows_kept == 1
    assert account.exclusions[0].reason == "column 'a + b': suppressed (marked '*')"


def test_a_missing_part_is_a_missing_sum_that_is_accounted_for():
    columns = {"a": ["3", "..", "4"], "b": ["1", "2", "5"], "n": ["9", "9", "9"]}
    account = read(columns, numerator="a + b", denominator="n").account
    assert (account.rows_read, account.rows_kept, account.rows_excluded) == (3, 2, 1)


def test_a_blank_part_is_refused_by_row():
    columns = {"a": ["3", None], "b": ["1", "2"], "n": ["9", "9"]}
    with pytest.raises(TableError, match=r"column 'a \+ b' is blank .*\(row 1\)"):
        read(columns, numerator="a + b", denominator="n")


def test_rounding_of_each_part_widens_the_range():
    columns = {"a": ["10", "5"], "b": ["20", "5"], "n": ["90", "90"]}
    table = read(columns, numerator="a + b", denominator="n", rounded=5)
    assert table.frame["event_lower"].tolist() == [26, 6]
    assert table.frame["event_upper"].tolist() == [34, 14]


def test_a_part_that_is_nowhere_is_named_with_the_columns_there_are():
    with pytest.raises(TableError, match=r"no column 'c'.*The columns are"):
        read({"a": ["1"], "b": ["2"]}, numerator="a + c", denominator="b")


def test_a_part_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("unit,a,a,n\nU,1,2,9\n")
    with pytest.raises(TableError, match="stands more than once"):
        read_table(path, unit="unit", numerator="a + n", denominator="n")


def test_the_header_is_found_by_the_parts(tmp_path):
    path = tmp_path / "titled.csv"
    path.write_text("Waiting times,,,\n,,,\nunit,late,early,\nU,1,9,\nV,2,8,\n")
    table = read_table(path, unit="unit", numerator="late", denominator="late + early")
    assert table.frame["denominator"].tolist() == [10, 10]


def test_decimal_commas_are_read_in_parts_too(tmp_path):
    path = tmp_path / "comma.csv"
    path.write_text("unit;rate;n;o\nU;12,5;200;25\nV;10,0;50;5\n")
    table = read_table(path, unit="unit", observed="o", expected="rate * n / 100")
    assert table.frame["expected"].tolist() == [25, 5]
