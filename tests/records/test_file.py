"""Files of records: no folder is a column, no record is a header, no view is run."""

import duckdb
import pandas as pd
import pytest

from varstat.errors import OutputError, TableError, UsageError
from varstat.records import cells_sql, count_cells, write_cells
from varstat.records.source import describe_records

TEXT = "unit,died,sex\nA,1,F\nB,0,M\n"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("unit=ZZZ", "r.csv"),
        ("UNIT=ZZZ", "r.csv"),
        ("died=1", "r.csv"),
        ("unit=ZZZ/sex=X", "r.csv"),
        ("unit=ZZZ", "r.parquet"),
        ("died=1/unit=Q", "r.parquet"),
        ("sex=F", "r.tsv"),
    ],
)
def test_a_folders_name_is_no_column(tmp_path, folder, name):
    path = tmp_path / folder / name
    path.parent.mkdir(parents=True)
    if name.endswith("parquet"):
        pd.DataFrame({"unit": ["A", "B"], "died": [1, 0], "sex": ["F", "M"]}).to_parquet(path)
    else:
        path.write_text(TEXT.replace(",", "\t") if name.endswith("tsv") else TEXT)
    cells = count_cells(path, unit="unit", event="died", strata="sex").frame
    assert cells["unit"].tolist() == ["A", "B"]
    assert cells["sex"].tolist() == ["F", "M"]
    assert cells["numerator"].tolist() == [1, 0]


HEADLESS = {
    "codes": "R1,9434765919,1946-03-12,1\nR2,9434765870,1951-01-30,0\n",
    "words": "Featherstone,Leeds\nHardcastle,York\n",
    "semicolons": "R1;Featherstone;1946-03-12\nR2;Hardcastle;1951-01-30\n",
    "tabs": "Featherstone\t9434765919\nHardcastle\t9434765870\n",
    "one row": "R1,Featherstone,1\n",
    "words above numbers": "1946-03-12,Featherstone\n7,8\n",
}


@pytest.mark.parametrize("what", HEADLESS)
def test_a_record_is_never_printed_as_names_of_columns(tmp_path, what):
    (tmp_path / "r.csv").write_text(HEADLESS[what])
    for run in (
        lambda path: count_cells(path, unit="trust", event="died"),
        lambda path: describe_records(path, wanted=("trust", "died")),
    ):
        with pytest.raises(TableError, match="Give the file a header") as caught:
            run(tmp_path / "r.csv")
        for value in ("R1", "9434765919", "1946", "Featherstone", "Leeds"):
            assert value not in str(caught.value)


def test_columns_of_parquet_that_look_like_a_record_are_not_printed(tmp_path):
    names = ["R1", "9434765919", "1946-03-12", "Featherstone"]
    pd.DataFrame({name: [1] for name in names}).to_parquet(tmp_path / "r.parquet")
    with pytest.raises(TableError, match="no column 'trust'") as caught:
        count_cells(tmp_path / "r.parquet", unit="trust", event="died")
    for value in names:
        assert value not in str(caught.value)


def test_a_heading_of_a_million_letters_is_refused(tmp_path):
    (tmp_path / "r.csv").write_text("x" * 1_000_000 + ",unit\n1,2\n")
    with pytest.raises(TableError, match="cannot be split"):
        count_cells(tmp_path / "r.csv", unit="unit", event="died")


VIEWS = [
    "SELECT 'A' AS unit, 1 AS died FROM read_csv('{here}')",
    "SELECT content AS unit, 1 AS died FROM read_text('{here}')",
    "SELECT filename AS unit, 1 AS died FROM read_blob('{here}')",
    "SELECT file AS unit, 1 AS died FROM glob('{folder}/*')",
    "SELECT 'A' AS unit, 1 AS died FROM query('FROM read_text(''{here}'')')",
    "SELECT 'A' AS unit, 1 AS died FROM sniff_csv('{here}')",
    "SELECT unit, 1 AS died FROM (WITH RECURSIVE r AS (SELECT 1 unit UNION ALL FROM r) FROM r)",
]


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_reads_a_file_beside_the_output(tmp_path, view):
    secret = tmp_path / "secret.csv"
    secret.write_text("unit,died\nSECRET,1\n")
    with duckdb.connect(str(tmp_path / "h.duckdb")) as made:
        made.execute("CREATE VIEW records AS " + view.format(here=secret, folder=tmp_path))
    with pytest.raises(TableError, match="only views"):
        write_cells(tmp_path / "h.duckdb", tmp_path / "x.parquet", unit="unit", event="died")
    with duckdb.connect(str(tmp_path / "h.duckdb")) as made:
        made.execute("CREATE TABLE more AS SELECT 'A' AS unit, 1 AS died")
    with pytest.raises(TableError, match="'records' is a view, which is not run"):
        write_cells(
            tmp_path / "h.duckdb",
            tmp_path / "x.parquet",
            unit="unit",
            event="died",
            table="records",
        )
    account = write_cells(tmp_path / "h.duckdb", tmp_path / "x.parquet", unit="unit", event="died")
    assert account.rows_kept == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "h.duckdb",
        "secret.csv",
        "x.parquet",
    ]


def test_records_through_a_pipe_are_refused(tmp_path):
    with pytest.raises(TableError, match="not from a pipe"):
        count_cells("-", unit="unit", event="died")


def test_a_file_that_may_not_be_replaced_is_left(tmp_path):
    (tmp_path / "r.csv").write_text(TEXT)
    (tmp_path / "x.parquet").write_bytes(b"kept")
    (tmp_path / "x.parquet").chmod(0o400)
    with pytest.raises(OutputError, match="read-only"):
        write_cells(tmp_path / "r.csv", tmp_path / "x.parquet", unit="unit", event="died")
    assert (tmp_path / "x.parquet").read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("sizes", "words"), [([4, 9], "1 of 2 cells is"), ([1, 4], "2 of 2 cells are")]
)
def test_cells_of_few_people_are_spoken_of(sizes, words):
    units = [unit for unit, size in zip("AB", sizes, strict=True) for _ in range(size)]
    frame = pd.DataFrame({"unit": units, "died": 0})
    (note,) = count_cells(frame, unit="unit", event="died").account.notes
    assert note.startswith(f"{words} of fewer than 5 records")


def test_cells_of_many_people_need_no_word():
    frame = pd.DataFrame({"unit": ["A"] * 5 + ["B"] * 9, "died": 0})
    assert count_cells(frame, unit="unit", event="died").account.notes == ()


@pytest.mark.parametrize("name", ["a]", "a.b", "a`", "who?", "x$y", "a/b"])
def test_a_name_that_bigquery_would_change_is_refused(name):
    schema = {name: "string", "died": "int64"}
    with pytest.raises(UsageError, match="BigQuery has no column"):
        cells_sql(schema, dialect="bigquery", unit=name, event="died")
    assert cells_sql(schema, dialect="duckdb", unit=name, event="died")
