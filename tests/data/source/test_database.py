"""A DuckDB file is read like a workbook: its tables are sheets."""

import hashlib
from pathlib import Path

import duckdb
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.data.source import database as duckdb_file
from varstat.errors import TableError

DATA = (
    "CREATE TABLE {} AS FROM (VALUES ('5E1', 10, 20), ('001', 11, 21)) "
    "t(unit, numerator, denominator)"
)


@pytest.fixture
def put(tmp_path: Path):
    """Make a DuckDB file by some statements."""

    def put_file(*statements: str, name: str = "t.duckdb") -> Path:
        with duckdb.connect(str(tmp_path / name)) as connection:
            for statement in statements:
                connection.execute(statement)
        return tmp_path / name

    return put_file


@pytest.mark.parametrize("name", ["t.duckdb", "t.ddb", "t.db", "t", "it's.duckdb"])
def test_the_one_table_of_a_file_is_read(put, name):
    path = put(DATA.format("cells"), name=name)
    table = read_table(path, card=make_card())
    assert table.frame["unit"].tolist() == ["5E1", "001"]
    assert table.frame["numerator"].tolist() == [10, 11]
    assert table.frame["denominator"].tolist() == [20, 21]
    assert table.account.source == name
    assert table.account.notes == ()
    assert table.data_hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_table_that_has_the_columns_is_found_and_said(put):
    path = put("CREATE TABLE about(note VARCHAR)", DATA.format("cells"))
    table = read_table(path, card=make_card())
    assert "sheet 'cells' was used" in table.account.notes
    assert len(table.frame) == 2


def test_a_table_is_chosen_by_name_in_any_schema(put):
    path = put(
        DATA.format("cells"),
        "CREATE SCHEMA old",
        DATA.format('old."the ""cells"""').replace("11", "12"),
    )
    with pytest.raises(TableError, match=r"2 tables have the columns: 'cells', .*--sheet"):
        read_table(path, card=make_card())
    table = read_table(path, card=make_card(), sheet="cells")
    assert table.frame["numerator"].tolist() == [10, 11]
    table = read_table(path, card=make_card(), sheet='old.the "cells"')
    assert table.frame["numerator"].tolist() == [10, 12]
    with pytest.raises(TableError, match=r"no table 'cell'\. Did you mean 'cells'"):
        read_table(path, card=make_card(), sheet="cell")


def test_the_tables_are_listed_where_none_has_the_columns(put):
    path = put("CREATE TABLE a(x INT)", "CREATE TABLE b(y INT)")
    with pytest.raises(TableError, match="They are 'a', 'b'"):
        read_table(path, card=make_card())


def test_a_file_of_views_alone_is_refused_by_their_names(put):
    path = put("CREATE VIEW v AS SELECT 'A' unit, 1 numerator, 2 denominator")
    with pytest.raises(TableError, match=r"only views \('v'\), which are not run. Make a table"):
        read_table(path, card=make_card())


def test_an_endless_view_is_not_run(put):
    endless = "CREATE VIEW v AS WITH RECURSIVE r AS (SELECT 1 x UNION ALL SELECT x FROM r) FROM r"
    path = put(DATA.format("cells"), endless)
    table = read_table(path, card=make_card())
    assert table.frame["unit"].tolist() == ["5E1", "001"]


def test_a_view_is_not_run_and_opens_no_other_file(put, tmp_path):
    (tmp_path / "secret.csv").write_text("unit,numerator,denominator\nA,1,2\n")
    path = put(f"CREATE VIEW v AS FROM read_csv('{tmp_path / 'secret.csv'}')", DATA.format("cells"))
    table = read_table(path, card=make_card())
    assert table.frame["unit"].tolist() == ["5E1", "001"]
    assert "views were not run: 'v'" in table.account.notes
    with pytest.raises(TableError, match="'v' is a view, which is not run"):
        read_table(path, card=make_card(), sheet="v")


def test_every_type_of_number_and_date_is_read(put):
    path = put(
        "CREATE TABLE t(unit VARCHAR, numerator HUGEINT, denominator DECIMAL(12, 2), "
        "period TIMESTAMPTZ, e ENUM('x'), u UUID, l INT[], d DATE)",
        "INSERT INTO t VALUES ('A', 3, 4.00, '2016-04-01 00:00:00+00', 'x', uuid(), [1], "
        "'2016-04-01'), "
        "('B', NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    table = read_table(path, card=make_card(also={"period": "d"}))
    assert table.frame["numerator"].tolist() == [3]
    assert table.frame["denominator"].tolist() == [4]
    assert table.frame["period"].tolist() == ["2016-04-01"]
    assert table.account.rows_excluded == 1


def test_what_is_no_database_is_said_not_to_be(put, tmp_path):
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\x00" + bytes(100))
    (tmp_path / "b.duckdb").write_text("unit,numerator,denominator\n")
    put(DATA.format("cells"), name="c.csv")
    whole = put(DATA.format("cells"), name="d.duckdb").read_bytes()
    (tmp_path / "d.duckdb").write_bytes(whole[:5000])
    put(name="e.duckdb")
    for name, problem in {
        "a.db": "not a DuckDB database",
        "b.duckdb": "the content is text",
        "c.csv": "the content is a DuckDB database. Rename the file to end in .duckdb",
        "d.duckdb": "damaged",
        "e.duckdb": "holds no tables",
    }.items():
        with pytest.raises(TableError, match=problem):
            read_table(tmp_path / name, card=make_card())


def test_a_file_that_is_being_written_is_said_to_be(put):
    path = put(DATA.format("cells"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE more(x INT)")
        with pytest.raises(TableError, match="open elsewhere"):
            read_table(path, card=make_card())
    assert len(read_table(path, card=make_card(), sheet="cells").frame) == 2


def test_a_table_too_large_to_read_whole_is_said_to_be(put, monkeypatch):
    monkeypatch.setattr(duckdb_file, "MOST_CELLS", 100)
    path = put(DATA.format("cells"), "CREATE TABLE records AS SELECT i unit FROM range(200) t(i)")
    table = read_table(path, card=make_card())
    assert any("varstat cells" in note for note in table.account.notes)
    with pytest.raises(TableError, match="more than 100 cells"):
        read_table(path, card=make_card(), sheet="records")


def test_reading_leaves_the_file_as_it_was(put, tmp_path):
    path = put(DATA.format("cells"))
    before = path.read_bytes()
    read_table(path, card=make_card())
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["t.duckdb"]
