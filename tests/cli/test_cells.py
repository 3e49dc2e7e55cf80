"""varstat cells: what is printed and written, and how it fails."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from varstat.cli.cells import Dialect
from varstat.records.sql import DIALECTS


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Fifty records of two units, one of nobody's."""
    path = tmp_path / "records.parquet"
    frame = pd.DataFrame(
        {
            "trust": ["R1", "R2"] * 24 + ["R2", None],
            "age": range(50),
            "sex": ["F", "F", "M", "M", "M"] * 10,
            "died": [0, 0, 1] * 16 + [1, 1],
            "days": [1.5] * 50,
            "date": pd.date_range("2016-03-01", periods=50),
        }
    )
    frame.to_parquet(path)
    return path


COUNT = ("--unit", "trust", "--event", "died")


def test_cells_go_to_standard_output_and_the_account_to_standard_error(run, records):
    ran = run("cells", records, *COUNT, "--stratum", "sex", "--band", "age=18,40")
    assert ran.code == 0
    assert ran.out.split()[:5] == ["unit", "sex", "age", "denominator", "numerator"]
    assert "under 18" in ran.out
    assert "50 rows read; 49 kept (2 units)" in ran.err
    assert "1  no unit in column 'trust'" in ran.err
    assert run("cells", records, *COUNT, "--quiet").err == ""


def test_a_long_result_is_cut_in_a_terminal_only(run, records):
    options = ("--stratum", "sex", "--band", "age=5,10,15,20,25,30,35,40,45")
    ran = run("cells", records, *COUNT, *options)
    assert "more cells" in ran.out
    rows = list(
        csv.reader(io.StringIO(run("cells", records, *COUNT, *options, "--format", "csv").out))
    )
    whole = json.loads(run("cells", records, *COUNT, *options, "--format", "json").out)
    assert len(rows) - 1 == len(whole["cells"]) > 20
    assert whole["account"]["rows_read"] == 50
    assert whole["provenance"]["options"]["bands"] == {"age": [5, 10, 15, 20, 25, 30, 35, 40, 45]}


def test_values_and_periods_are_counted(run, records):
    ran = run(
        "cells",
        records,
        "--unit=trust",
        "--value=days",
        "--period=date",
        "--roll-up=quarter",
        "--format=csv",
    )
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert list(rows[0]) == ["unit", "period", "count", "total", "sum_of_squares"]
    assert {row["period"] for row in rows} == {"2015-16 Q4", "2016-17 Q1"}
    assert sum(int(row["count"]) for row in rows) == 49


def test_files_are_written_and_can_be_analysed(run, records, tmp_path):
    parquet, text = tmp_path / "cells.parquet", tmp_path / "cells.csv"
    ran = run("cells", records, *COUNT, "--stratum", "sex,age", "-o", parquet, "-o", text)
    assert (ran.code, ran.out) == (0, "")
    assert "Wrote cells.parquet.\nWrote cells.csv.\n" in ran.err
    pd.testing.assert_frame_equal(
        pd.read_parquet(parquet), pd.read_csv(text, dtype={"age": str}), check_dtype=False
    )
    beside = json.loads((tmp_path / "cells.csv.provenance.json").read_text())
    assert beside["account"]["rows_kept"] == 49
    assert beside["provenance"]["verb"] == "cells"
    one = tmp_path / "one.parquet"
    assert run("cells", records, *COUNT, "-o", one).code == 0
    assert run("funnel", one).code == 0


def test_a_table_of_a_database_is_named(run, tmp_path):
    path = tmp_path / "r.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE a AS SELECT 'X' trust, true died; CREATE TABLE b(c INT)")
    assert run("cells", path, *COUNT).code == 11
    assert "X" in run("cells", path, *COUNT, "--table", "a").out
    assert 'FROM "a"' in run("cells", path, *COUNT, "--table", "a", "--sql", "postgres").out


def test_the_dialects_are_those_of_the_library():
    assert tuple(each.value for each in Dialect) == DIALECTS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_is_printed_and_nothing_else(run, records, dialect):
    options = ("--table", "hes.apc", "--sql", dialect, "--band", "age=18")
    ran = run("cells", records, *COUNT, *options)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("SELECT")
    assert "apc" in ran.out
    account = run("cells", records, *COUNT, *options, "--account")
    assert "records_read" in account.out


def test_a_csv_tells_the_types_of_its_columns_for_sql(run, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("trust,age,died,date\nR1,5,1,2016-04-01\n")
    options = ("--band", "age=18", "--period", "date", "--roll-up", "quarter", "--sql", "snowflake")
    ran = run("cells", path, *COUNT, *options)
    assert ran.code == 0
    assert "DATE_TRUNC('QUARTER'" in ran.out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--unit", "trsut", "--event", "died"), 11, "Did you mean 'trust'"),
        (("--unit", "trust", "--event", "age"), 11, "neither 0 nor 1"),
        (("--unit", "trust"), 2, "an event (0 or 1), or a value"),
        ((*COUNT, "--band", "age"), 2, "expected as in age=18,45,65"),
        ((*COUNT, "--band", "age=a"), 2, "expected as in age=18,45,65"),
        ((*COUNT, "--band", "age=1", "--band", "age=2"), 2, "cut twice"),
        ((*COUNT, "--band", "age=2,1"), 2, "lowest to highest"),
        ((*COUNT, "--roll-up", "year"), 2, "give period"),
        ((*COUNT, "--memory", "lots"), 2, "as in 4GB"),
        ((*COUNT, "--account"), 2, "--sql"),
        ((*COUNT, "--sql", "postgres", "-o", "x.csv"), 2, "leave out -o"),
        ((*COUNT, "-o", "x.xlsx"), 15, ".parquet or .csv"),
    ],
)
def test_mistakes_end_with_their_code_and_no_traceback(run, records, options, code, said):
    ran = run("cells", records, *options)
    assert ran.code == code
    assert said in ran.err
    assert ran.out == ""


def test_a_missing_file_and_a_saved_fit_are_refused(run, tmp_path):
    assert run("cells", tmp_path / "no.csv", *COUNT).code == 11
    assert run("cells", tmp_path / "fit.nc", *COUNT).code == 2


def test_lenient_leaves_out_what_is_impossible_and_says_so(run, records):
    ran = run("cells", records, "--unit", "trust", "--event", "age", "--lenient")
    assert ran.code == 0
    assert "47  a value in column 'age' that is neither 0 nor 1" in ran.err


def test_a_terminal_obeys_nothing_in_names_or_values(run, tmp_path):
    path = tmp_path / "r.parquet"
    pd.DataFrame({"\x1b[31mu": ["\x1b[1mA\x07", "[red]B[/red]"], "y\u202e": [1, 0]}).to_parquet(
        path
    )
    ran = run("cells", path, "--unit", "\x1b[31mu", "--event", "y\u202e")
    assert ran.code == 0
    assert "[red]B[/red]" in ran.out
    failed = run("cells", path, "--unit", "\x1b[31mu", "--event", "\x1b[31mu")
    wrong = run("cells", path, "--unit", "\x1b[31mx", "--event", "y\u202e")
    assert (failed.code, wrong.code) == (2, 11)
    for text in (ran.out, ran.err, failed.err, wrong.err):
        assert not any(letter in text for letter in "\x1b\x07\u202e")
