"""Records become cells: the right numbers, every record accounted for, nothing obeyed or shown."""

import datetime as dt
import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

import varstat
from varstat.data import read_table
from varstat.errors import OutputError, TableError, UsageError
from varstat.period.label import parse_periods, roll_up_periods
from varstat.records import cells_expression, cells_sql, count_cells, write_cells
from varstat.records.plan import SPANS
from varstat.records.sql import DIALECTS

# What ibis 12 still calls DuckDB 2 and pandas 3.1 by, of which they warn.
IBIS = pytest.mark.filterwarnings("ignore::DeprecationWarning")
HOSTILE = [
    "A'; DROP TABLE records; --",
    'B"',
    "select",
    "é\u202e",
    "{x}",
    "$1",
    "a\\b",
    "NULL",
    "%s",
]


def records() -> pd.DataFrame:
    """Records of every kind that there is something to say of."""
    return pd.DataFrame(
        {
            "trust": ["R1", "R1", "R1", "R1", "R2", "R2", None, "  ", "R2 ", "R2"],
            "age": [17, 18, 44, 45, 64, 65, 1, 1, None, 90],
            "sex": ["F", "F", "F", "M", "M", "M", "M", "M", "M", None],
            "died": [0, 1, 0, 1, 1, 0, 1, 1, 1, 1],
            "days": [1.5, 2.0, 4.0, 0.5, 3.0, 1.0, 9.0, 9.0, 9.0, 9.0],
            "date": pd.date_range("2016-03-31", periods=10),
        }
    )


def tuples(frame: pd.DataFrame) -> list[tuple]:
    """A frame's rows."""
    return list(frame.itertuples(index=False, name=None))


def test_a_cell_has_its_records_and_events():
    cells = count_cells(records(), unit="trust", event="died", strata=["sex"], bands={"age": [45]})
    assert list(cells.frame.columns) == ["unit", "sex", "age", "denominator", "numerator"]
    assert tuples(cells.frame) == [
        ("R1", "F", "under 45", 3, 1),
        ("R1", "M", "45 and over", 1, 1),
        ("R2", "M", "45 and over", 2, 1),
    ]
    assert cells.frame["denominator"].dtype == cells.frame["numerator"].dtype == np.int64


def test_every_record_is_counted_or_left_out_for_a_reason():
    account = count_cells(
        records(), unit="trust", event="died", strata="sex", bands={"age": [45]}
    ).account
    assert (account.rows_read, account.rows_kept, account.rows_merged) == (10, 6, 3)
    assert [(each.reason, each.rows) for each in account.exclusions] == [
        ("no unit in column 'trust'", 2),
        ("no sex", 1),
        ("no age", 1),
    ]
    assert account.totals == {"died": (7.0, 3.0, 4.0)}
    assert account.units == 2
    assert "no unit in column 'trust'\n" in account.summary() + "\n"


def test_values_have_the_sums_that_a_mean_and_its_error_need():
    cells = count_cells(records(), unit="trust", value="days")
    assert tuples(cells.frame) == [("R1", 4, 8.0, 22.5), ("R2", 4, 22.0, 172.0)]
    days = records()["days"][:4]
    size, total, squares = tuples(cells.frame)[0][1:]
    assert (squares - total**2 / size) / (size - 1) == pytest.approx(days.var(), rel=1e-12)


def test_bands_begin_at_their_edge():
    ages = pd.DataFrame({"u": "A", "age": [-1, 17.999, 18, 44.9, 45, 64, 65, 120], "y": 0})
    frame = count_cells(ages, unit="u", event="y", bands={"age": [18, 45, 65]}).frame
    assert tuples(frame[["age", "denominator"]]) == [
        ("under 18", 2),
        ("18 to 44", 2),
        ("45 to 64", 2),
        ("65 and over", 2),
    ]


def test_bands_one_wide_have_one_number_for_a_name():
    ages = pd.DataFrame({"u": "A", "n": [0, 1, 2], "y": 0})
    frame = count_cells(ages, unit="u", event="y", bands={"n": [1, 2]}).frame
    assert frame["n"].tolist() == ["under 1", "1", "2 and over"]


@pytest.mark.parametrize("span", SPANS)
def test_periods_have_the_labels_of_the_rest_of_varstat(span):
    days = pd.date_range("1999-01-01", "2001-12-31")
    given_ = pd.DataFrame({"u": "A", "date": days, "y": 1})
    frame = count_cells(given_, unit="u", event="y", period="date", roll_up=span).frame
    if span == "month":
        expected = Counter(day.strftime("%Y-%m-01") for day in days)
        assert {each.months for each in parse_periods(frame["period"], where="").values()} == {1}
    else:
        labels = [day.strftime("%Y-%m-%d") for day in days]
        expected = Counter(roll_up_periods(labels, roll_up=span, where="").values())
    assert dict(tuples(frame[["period", "numerator"]])) == expected


@pytest.mark.parametrize("kind", ["datetime64[s]", "datetime64[ns, UTC]", "date", "text"])
def test_dates_of_every_type_are_taken_together(kind, tmp_path):
    texts = ["2016-03-31", "2016-04-01", "2017-03-31"]
    column = pd.Series(texts)
    if kind == "date":
        column = column.map(dt.date.fromisoformat)
    elif kind != "text":
        column = pd.to_datetime(column, utc="UTC" in kind).astype(kind)
    given_ = pd.DataFrame({"u": "A", "d": column, "y": 1})
    frame = count_cells(given_, unit="u", event="y", period="d", roll_up="quarter").frame
    assert frame["period"].tolist() == ["2015-16 Q4", "2016-17 Q1", "2016-17 Q4"]


def test_a_date_without_a_roll_up_is_a_day():
    frame = count_cells(records(), unit="trust", event="died", period="date").frame
    assert frame["period"].iloc[0] == "2016-03-31"


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".tsv", ".duckdb", "frame", "ibis"])
@IBIS
def test_every_source_gives_the_same_cells_and_account(tmp_path, suffix):
    frame = records()
    path = tmp_path / f"we'ird[1]* é{suffix}"
    source = path
    if suffix == ".parquet":
        frame.to_parquet(path)
    elif suffix in (".csv", ".tsv"):
        frame.to_csv(path, index=False, sep="," if suffix == ".csv" else "\t")
    elif suffix == ".duckdb":
        with duckdb.connect(str(path)) as connection:
            connection.register("given", frame)
            connection.execute("CREATE TABLE t AS FROM given")
    elif suffix == "frame":
        source = frame
    else:
        source = ibis.memtable(frame)
    options = {"unit": "trust", "strata": "sex", "bands": {"age": [45]}, "period": "date"}
    for what in ({"event": "died"}, {"value": "days"}):
        expected = count_cells(frame, roll_up="year", **what, **options)
        found = count_cells(source, roll_up="year", **what, **options)
        pd.testing.assert_frame_equal(found.frame, expected.frame)
        assert found.account.exclusions == expected.account.exclusions
        assert found.account.rows_read == 10


@IBIS
def test_a_live_connection_of_another_engine_gives_the_same_cells(tmp_path):
    connection = ibis.sqlite.connect()
    connection.raw_sql("CREATE TABLE episodes(u TEXT, age REAL, y INTEGER, x REAL)")
    rows = [("A", 17.0, 1, 2.5), ("A ", 18.0, 0, 1.0), (None, 1.0, 1, 9.0), ("B", None, 1, 9.0)]
    rows += [("B", 70.0, 1, 4.0), ("B", 70.0, None, None), ("", 70.0, 1, 1.0)]
    connection.con.executemany("INSERT INTO episodes VALUES (?, ?, ?, ?)", rows)
    live = connection.table("episodes")
    frame = pd.DataFrame(rows, columns=["u", "age", "y", "x"])
    for what in ({"event": "y"}, {"value": "x"}):
        options = {"unit": "u", "bands": {"age": [18, 65]}, **what}
        expected, found = count_cells(frame, **options), count_cells(live, **options)
        pd.testing.assert_frame_equal(found.frame, expected.frame)
        assert found.account.exclusions == expected.account.exclusions
        assert found.account.source == "episodes"
        account = write_cells(live.filter(live.u == "B"), tmp_path / "c.parquet", **options)
        assert (account.source, account.rows_read) == ("ibis table", 3)
    # Left to be collected, a connection warns.
    connection.disconnect()


@IBIS
def test_a_live_connection_of_duckdb_groups_its_own_records():
    connection = ibis.duckdb.connect()
    connection.con.execute("CREATE TABLE episodes AS SELECT 'A' u, i % 2 y FROM range(10) t(i)")
    live = connection.table("episodes")
    assert tuples(count_cells(live, unit="u", event="y").frame) == [("A", 10, 5)]


def test_codes_are_text_and_stay_text(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("u,y\n007,1\n5E1,0\n1E5,1\nTRUE,0\n 007 ,0\n", encoding="utf-8")
    frame = count_cells(path, unit="u", event="y").frame
    assert tuples(frame) == [("007", 2, 1), ("1E5", 1, 1), ("5E1", 1, 0), ("TRUE", 1, 0)]


def test_numbers_that_are_strata_have_no_decimals_they_did_not_have():
    given_ = pd.DataFrame({"u": "A", "s": [1.0, 2.0, np.nan, 2.5], "b": True, "y": 1})
    frame = count_cells(given_, unit="u", event="y", strata=["s", "b"]).frame
    assert tuples(frame) == [
        ("A", "1", "TRUE", 1, 1),
        ("A", "2", "TRUE", 1, 1),
        ("A", "2.5", "TRUE", 1, 1),
    ]


def test_a_column_of_many_kinds_is_taken_as_text():
    given_ = pd.DataFrame({"u": pd.Series([1, "A", None], dtype=object), "y": [1, 0, 1]})
    assert count_cells(given_, unit="u", event="y").frame["unit"].tolist() == ["1", "A"]


def test_categories_are_counted_like_text():
    given_ = records().astype({"sex": "category"})
    expected = count_cells(records(), unit="trust", event="died", strata="sex").frame
    found = count_cells(given_, unit="trust", event="died", strata="sex").frame
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("kind", [bool, "boolean", float, "Int64", "int8"])
def test_events_of_every_type_are_the_same(kind):
    given_ = records().astype({"died": kind})
    assert count_cells(given_, unit="trust", event="died").frame["numerator"].tolist() == [2, 3]


def test_marks_for_missing_values_in_text_are_missing(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("u,y\nA,1\nA,\nA,NA\nA,..\nA,true\nA,False\n", encoding="utf-8")
    cells = count_cells(path, unit="u", event="y")
    assert tuples(cells.frame) == [("A", 3, 2)]
    assert cells.account.exclusions[0].reason == "no value in column 'y'"
    assert cells.account.exclusions[0].rows == 3


@pytest.mark.parametrize("bad", [2.0, -1.0, 0.5, np.inf])
def test_an_event_that_is_neither_0_nor_1_is_an_error_without_its_value(bad):
    given_ = pd.DataFrame({"u": ["secret"] * 5, "y": [0, 1, bad, bad, np.nan]})
    with pytest.raises(TableError, match="2 records: a value in column 'y' that is neither") as no:
        count_cells(given_, unit="u", event="y")
    assert "secret" not in str(no.value)
    cells = count_cells(given_, unit="u", event="y", lenient=True)
    assert tuples(cells.frame) == [("secret", 2, 1)]
    assert [each.rows for each in cells.account.exclusions] == [1, 2]


def test_numbers_that_cannot_be_added_up_are_an_error(tmp_path):
    path = tmp_path / "r.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES ('A', 1.0::DOUBLE), ('A', 'nan'), ('A', 'inf'), ('A', '-inf'), "
        "('A', 1e300), (NULL, 'nan')) t(u, x)"
    ).write_parquet(str(path))
    with pytest.raises(TableError, match="4 records: no finite number in column 'x'"):
        count_cells(path, unit="u", value="x")
    cells = count_cells(path, unit="u", value="x", lenient=True)
    assert tuples(cells.frame) == [("A", 1, 1.0, 1.0)]
    assert cells.account.totals == {"x": (1.0, 1.0, 0.0)}


def test_all_problems_of_the_records_are_told_at_once(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        "u,age,d,y\nA,ancient,2016-04-01,1\nA,5,soon,1\nA,5,2016-04-01,maybe\n"
        "A,5,30/04/2016,1\nA,5,1753-01-01,1\n",
        encoding="utf-8",
    )
    options = {"unit": "u", "bands": {"age": [9]}, "period": "d", "roll_up": "quarter"}
    with pytest.raises(TableError) as no:
        count_cells(path, event="y", **options)
    assert [problem.split(":")[0] for problem in no.value.problems] == [
        "2 records",
        "1 record",
        "1 record",
    ]
    assert not any(value in str(no.value) for value in ("ancient", "soon", "maybe", "1753"))
    cells = count_cells(path, event="y", lenient=True, **options)
    assert tuples(cells.frame) == [("A", "2016-17 Q1", "under 9", 1, 1)]
    assert cells.account.rows_excluded == 4


def test_all_problems_of_the_columns_are_told_at_once():
    with pytest.raises(TableError) as no:
        count_cells(records(), unit="turst", event="sexx", strata="age", bands={"days": [1]})
    assert len(no.value.problems) == 2
    assert "Did you mean 'trust'?" in no.value.problems[0]
    with pytest.raises(TableError, match="expected dates") as no:
        count_cells(records(), unit="trust", event="date", period="age", roll_up="year")
    assert len(no.value.problems) == 2


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "name one column"),
        ({"event": "died", "value": "days"}, "name one column"),
        ({"event": "died", "strata": ["trust"]}, "something else too"),
        ({"event": "died", "strata": ["sex", "sex"]}, "named twice"),
        ({"event": "died", "strata": ["NUMERATOR"]}, "another column"),
        ({"event": "trust"}, "two parts"),
        ({"event": "died", "roll_up": "year"}, "give period"),
        ({"event": "died", "roll_up": "yaer", "period": "date"}, "Did you mean 'year'"),
        ({"event": "died", "bands": {"age": [3, 1]}}, "lowest to highest"),
        ({"event": "died", "bands": {"age": []}}, "lowest to highest"),
        ({"event": "died", "bands": {"age": [np.nan]}}, "lowest to highest"),
        ({"event": "died", "threads": 0}, "at least one thread"),
        ({"event": "died", "memory_limit": "much"}, "no size of memory"),
        ({"event": "died", "table": "t"}, "only a DuckDB file"),
    ],
)
def test_options_that_cannot_be_are_refused(options, problem):
    with pytest.raises(UsageError, match=problem):
        count_cells(records(), unit="trust", **options)


def test_what_holds_no_records_is_refused(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("u,y\n")
    (tmp_path / "twice.csv").write_text("u,u,y\nA,B,1\n")
    (tmp_path / "latin.csv").write_bytes(b"u,y\nCaf\xe9,1\n" * 10)
    (tmp_path / "torn.csv").write_text("u,y\nA,1\nsecret,1,2,3\nA,1\n")
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04" + bytes(50))
    for name, problem in {
        "empty.csv": "is empty",
        "header.csv": "no records below the header",
        "twice.csv": "stands more than once",
        "latin.csv": "not UTF-8",
        "torn.csv": "line 3 cannot be split",
        "book.xlsx": "Parquet, CSV in UTF-8 or a DuckDB file",
        "nowhere.csv": "no such file",
    }.items():
        with pytest.raises(TableError, match=problem) as no:
            count_cells(tmp_path / name, unit="u", event="y")
        assert "secret" not in str(no.value)
    with pytest.raises(TableError, match="folder"):
        count_cells(tmp_path, unit="u", event="y")
    with pytest.raises(UsageError, match="bound to no connection"):
        count_cells(ibis.table({"u": "string", "y": "int64"}, name="t"), unit="u", event="y")
    with pytest.raises(UsageError, match="not list"):
        count_cells([1], unit="u", event="y")
    nobody = pd.DataFrame({"u": [None, None], "y": [1, 0]})
    with pytest.raises(TableError, match="2 records: no unit in column 'u'"):
        count_cells(nobody, unit="u", event="y")


def test_a_database_with_several_tables_must_be_told_which(tmp_path):
    path = tmp_path / "r.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            'CREATE SCHEMA s; CREATE TABLE s."sel""ect"(u VARCHAR, y BOOLEAN);'
            'INSERT INTO s."sel""ect" VALUES (\'A\', true); CREATE TABLE other(a INT)'
        )
    with pytest.raises(TableError, match=r"--table: 'other', 's\.sel\"ect'"):
        count_cells(path, unit="u", event="y")
    cells = count_cells(path, unit="u", event="y", table='s.sel"ect')
    assert tuples(cells.frame) == [("A", 1, 1)]
    assert cells.provenance["options"]["table"] == 's.sel"ect'


def test_a_view_in_a_database_opens_no_other_file(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("u,y\nA,1\n")
    path = tmp_path / "r.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE VIEW v AS FROM read_csv('{secret}')")
    with pytest.raises(TableError):
        count_cells(path, unit="u", event="y")


@settings(max_examples=25)
@given(data=st.data(), names=st.permutations(HOSTILE))
@IBIS
def test_cells_agree_with_pandas_whatever_names_and_values(data, names):
    unit, stratum, banded, event = names[:4]
    texts = st.sampled_from([*HOSTILE, "", " ", None, "x"])
    rows = data.draw(
        st.lists(
            st.tuples(
                texts,
                texts,
                st.one_of(st.none(), st.integers(-5, 120)),
                st.sampled_from([0, 1, None]),
            ),
            min_size=1,
            max_size=40,
        )
    )
    frame = pd.DataFrame(rows, columns=[unit, stratum, banded, event]).astype(
        {banded: "Int64", event: "Int64"}
    )
    options = {"unit": unit, "event": event, "strata": stratum, "bands": {banded: [18, 65]}}
    clean = frame.copy()
    for at, name in enumerate((unit, stratum)):
        clean[name] = [row[at].strip(" ") or None if row[at] else None for row in rows]
    kept = clean.dropna()
    if kept.empty:
        with pytest.raises(TableError, match="no records are left"):
            count_cells(frame, **options)
        return
    bands = pd.cut(
        kept[banded].astype(float),
        [-np.inf, 18, 65, np.inf],
        right=False,
        labels=["under 18", "18 to 64", "65 and over"],
    ).astype(str)
    expected = (
        kept.assign(**{banded: bands})
        .groupby([unit, stratum, banded])[event]
        .agg(["size", "sum"])
        .reset_index()
    )
    cells = count_cells(frame, **options)
    assert list(cells.frame.columns) == ["unit", stratum, banded, "denominator", "numerator"]
    assert sorted(tuples(cells.frame)) == sorted(tuples(expected))
    assert cells.account.rows_read == len(frame)
    assert cells.account.rows_kept == len(kept)
    live = ibis.memtable(frame)
    assert tuples(cells_expression(live, **options).to_pandas()) == tuples(cells.frame)


SCHEMA = {
    'tr"u;st': "string",
    "trust": "string",
    "select": "string",
    "date": "timestamp",
    "age": "float64",
    "sex": "int64",
    "event": "int64",
    "flag": "boolean",
    "value": "decimal(10, 2)",
}
ASKED = [
    {"event": "event", "period": "date", "roll_up": "quarter"},
    {"event": "flag", "period": "date", "roll_up": "year"},
    {"value": "value", "period": "date", "roll_up": "month"},
    {"value": "value", "period": "date", "roll_up": "calendar-year"},
    {"event": "event", "period": "date"},
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("account", [False, True])
def test_the_query_is_sql_in_every_dialect(dialect, asked, account):
    # BigQuery has no such names at all.
    unit = "trust" if dialect == "bigquery" else 'tr"u;st'
    text = cells_sql(
        SCHEMA,
        dialect=dialect,
        table="hes.the episodes",
        unit=unit,
        strata=["select", "sex"],
        bands={"age": [18, 65]},
        account=account,
        **asked,
    )
    spoken = {"pyspark": "spark"}.get(dialect, dialect)
    parsed = sqlglot.parse(text, read=spoken)
    assert len(parsed) == 1
    (table,) = parsed[0].find_all(sqlglot.exp.Table)
    assert (table.db, table.name) == ("hes", "the episodes")
    columns = {column.name for column in parsed[0].find_all(sqlglot.exp.Column)}
    assert {unit, "select", "age", "sex", "date"} <= columns
    result = parsed[0].named_selects
    if account:
        assert result[:3] == ["records_read", "records_counted", "missing_unit"]
    else:
        assert "ORDER BY" in text


def test_the_query_that_is_written_is_the_one_that_is_run():
    frame = records()
    options = {"unit": "trust", "strata": ["sex"], "bands": {"age": [45]}, "event": "died"}
    schema = {"trust": "string", "sex": "string", "age": "float64", "died": "int64"}
    cells = count_cells(frame, **options)
    with duckdb.connect() as connection:
        connection.register("records", frame)
        query = cells_sql(schema, dialect="duckdb", **options)
        rows = connection.execute(query).fetchall()
        tally = connection.execute(cells_sql(schema, dialect="duckdb", account=True, **options))
        names = [each[0] for each in tally.description]
        told = dict(zip(names, tally.fetchall()[0], strict=True))
    assert rows == tuples(cells.frame)
    assert told["records_read"] == 10
    assert told["records_counted"] == cells.account.rows_kept
    left_out = [n for name, n in told.items() if name.startswith(("missing", "impossible")) and n]
    assert left_out == [each.rows for each in cells.account.exclusions]


@pytest.mark.skipif(
    "VARSTAT_POSTGRES" not in os.environ, reason="VARSTAT_POSTGRES names no database to write to"
)
def test_postgres_gives_the_same_cells(tmp_path):
    rng = np.random.default_rng(1)
    n = 5000
    frame = pd.DataFrame(
        {
            'tr"u;st': rng.choice(["A", "B ", "B", "", None], n),
            "date": pd.to_datetime("2015-12-20") + pd.to_timedelta(rng.integers(0, 800, n), "D"),
            "age": rng.choice([1.0, 18.0, 64.5, 65.0, np.nan], n),
            "event": rng.choice([0, 1, 2], n),
        }
    )
    frame.to_csv(tmp_path / "r.csv", index=False, na_rep="\\N")
    schema = dict(zip(frame.columns, ["string", "timestamp", "float64", "int64"], strict=True))
    options = {"unit": 'tr"u;st', "event": "event", "period": "date", "bands": {"age": [18, 65]}}
    query = cells_sql(schema, dialect="postgres", table="r", roll_up="quarter", **options)
    script = (
        'CREATE TEMP TABLE r("tr""u;st" text, date timestamp, age float8, event int8);\n'
        f"\\copy r from '{tmp_path / 'r.csv'}' with (format csv, header, null '\\N')\n{query};"
    )
    done = subprocess.run(
        ["psql", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", os.environ["VARSTAT_POSTGRES"]],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    cells = count_cells(frame, lenient=True, roll_up="quarter", **options).frame
    ours = [",".join(map(str, row)) for row in tuples(cells)]
    assert sorted(done.stdout.split("\n")[:-1]) == sorted(ours)


def test_an_unknown_dialect_is_refused():
    with pytest.raises(UsageError, match="Did you mean 'postgres'"):
        cells_sql({"u": "string", "y": "int64"}, dialect="postgre", unit="u", event="y")


def test_a_written_file_is_what_is_counted_and_carries_its_account(tmp_path):
    source, path = tmp_path / "r.parquet", tmp_path / "it's.parquet"
    records().to_parquet(source)
    options = {"unit": "trust", "event": "died", "strata": "sex", "bands": {"age": [45]}}
    account = write_cells(source, path, memory_limit="500MB", threads=1, **options)
    cells = count_cells(source, **options)
    assert account == cells.account
    pd.testing.assert_frame_equal(pd.read_parquet(path), cells.frame)
    about = json.loads(pq.read_schema(path).metadata[b"varstat"])
    assert about == {"account": account.to_dict(), "provenance": cells.provenance}
    assert about["provenance"]["data_hash"] is not None
    again = path.read_bytes()
    write_cells(source, path, **options)
    assert path.read_bytes() == again
    assert {each.name for each in tmp_path.iterdir()} == {source.name, path.name}


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "cells.parquet"
    path.write_text("before")
    bad = records().assign(died=7)
    with pytest.raises(TableError):
        write_cells(bad, path, unit="trust", event="died")
    assert path.read_text() == "before"
    with pytest.raises(OutputError, match="says no format"):
        write_cells(records(), tmp_path / "cells.xlsx", unit="trust", event="died")
    with pytest.raises(OutputError, match="is read"):
        write_cells(path, path, unit="trust", event="died")
    assert [each.name for each in tmp_path.iterdir()] == ["cells.parquet"]


def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    count_cells(records(), unit="trust", event="died")
    assert list(Path(tmp_path).iterdir()) == []


def test_many_cells_fit_into_little_memory(tmp_path):
    source = tmp_path / "r.parquet"
    duckdb.sql(
        "SELECT 'unit number ' || (i % 400000) AS u, i % 2 AS y FROM range(1200000) t(i)"
    ).write_parquet(str(source))
    options = {"unit": "u", "event": "y", "threads": 1, "memory_limit": "100MB"}
    account = write_cells(source, tmp_path / "cells.parquet", **options)
    assert account.units == 400_000
    assert pq.read_metadata(tmp_path / "cells.parquet").num_rows == 400_000


def test_cells_are_read_as_a_table(tmp_path):
    path = tmp_path / "cells.parquet"
    write_cells(records(), path, unit="trust", event="died")
    table = read_table(path)
    assert table.frame["numerator"].tolist() == [2, 3]
    assert varstat.compute_funnel(table)[0].units.unit.size == 2


@pytest.mark.parametrize(
    "labels",
    [
        ("Apr-16", "Aug-16", "Dec-16", "Feb-17"),
        ("30/04/2016", "31/05/2016", "30/06/2016"),
        ("Jan-Mar 2018", "Apr-Jun 2018", "Jan-Mar 2019"),
        ("Wave 2", "Wave 9", "Wave 10"),
        ("1Q2019", "2Q2019", "1Q2020"),
    ],
)
def test_cells_stand_in_the_order_of_time(tmp_path, labels):
    records = pd.DataFrame(
        {"unit": ["A", "B"] * len(labels), "when": sorted(labels) * 2, "died": [0, 1] * len(labels)}
    )
    counted = count_cells(records, unit="unit", event="died", period="when").frame
    assert counted["unit"].is_monotonic_increasing
    for _, part in counted.groupby("unit"):
        there = [label for label in labels if label in set(part["period"])]
        assert part["period"].tolist() == there
    write_cells(records, tmp_path / "c.parquet", unit="unit", event="died", period="when")
    written = pd.read_parquet(tmp_path / "c.parquet")
    assert written["period"].tolist() == counted["period"].tolist()


def test_periods_that_say_no_time_stand_as_text():
    records = pd.DataFrame({"unit": "A", "when": ["spring", "autumn"], "died": [0, 1]})
    counted = count_cells(records, unit="unit", event="died", period="when").frame
    assert counted["period"].tolist() == ["autumn", "spring"]
