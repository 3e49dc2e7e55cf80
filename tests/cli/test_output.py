"""Files that are written: which, what they carry, and what is left when they can't be."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest

TABLES = (".csv", ".parquet", ".json", ".xlsx")
CHARTS = (".png", ".svg", ".pdf", ".html")


@pytest.mark.parametrize("suffix", [*TABLES, *CHARTS])
def test_the_suffix_decides_what_is_written(
    run: Callable[..., Any], tmp_path: Path, suffix: str
) -> None:
    ran = run("funnel", "example:star98", "-o", tmp_path / f"out{suffix}")
    assert ran.code == 0
    assert ran.out == ""
    assert f"Wrote out{suffix}." in ran.err
    assert "1 of 303 units lies outside" in " ".join(ran.err.split())
    beside = ["out.csv.provenance.json"] if suffix == ".csv" else []
    assert sorted(os.listdir(tmp_path)) == [f"out{suffix}", *beside]
    assert (tmp_path / f"out{suffix}").stat().st_size > 1000


def test_several_files_come_of_one_run(run: Callable[..., Any], tmp_path: Path) -> None:
    outputs = [part for s in TABLES for part in ("-o", tmp_path / f"out{s}")]
    ran = run("funnel", "example:star98", *outputs, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert len(os.listdir(tmp_path)) == 5


def test_a_file_and_a_pipe_can_be_had_at_once(run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("funnel", "example:star98", "-o", tmp_path / "out.json", "--format", "json")
    assert ran.out == (tmp_path / "out.json").read_text(encoding="utf-8")


def test_the_suffix_may_be_in_capitals(run: Callable[..., Any], tmp_path: Path) -> None:
    assert run("funnel", "example:star98", "-o", tmp_path / "OUT.CSV").code == 0
    assert (tmp_path / "OUT.CSV").is_file()


def provenance(path: Path) -> dict[str, Any]:
    """The provenance that a file carries, or that stands beside it."""
    match path.suffix:
        case ".csv":
            beside = path.with_name(f"{path.name}.provenance.json")
            return json.loads(beside.read_text(encoding="utf-8"))["provenance"]
        case ".json":
            return json.loads(path.read_text(encoding="utf-8"))["provenance"]
        case ".parquet":
            metadata = pyarrow.parquet.read_schema(path).metadata
            return json.loads(metadata[b"varstat"])["provenance"]
        case _:
            sheet = openpyxl.load_workbook(path)["about"]
            told = dict(sheet.iter_rows(min_row=2, values_only=True))
            return {
                name.removeprefix("provenance."): value
                for name, value in told.items()
                if name.startswith("provenance.")
            }


@pytest.mark.parametrize("suffix", TABLES)
def test_every_table_carries_its_provenance(
    run: Callable[..., Any], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"out{suffix}"
    run("funnel", "example:star98", "-o", path)
    told = provenance(path)
    assert told["verb"] == "funnel"
    assert told["source"] == "example:star98"
    assert told["card"] == "default-proportion"
    assert len(told["data_hash"]) == len(told["card_hash"]) == 64
    assert str(tmp_path) not in json.dumps(told)


def test_provenance_tells_another_table_apart(
    run: Callable[..., Any], put: Callable[..., Path], tmp_path: Path
) -> None:
    hashes = []
    for count in (1, 2):
        path = put(f"{count}.csv", unit=["a", "b"], numerator=[count, 5], denominator=[10, 10])
        run("funnel", path, "-o", tmp_path / "out.json")
        hashes.append(provenance(tmp_path / "out.json")["data_hash"])
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("suffix", [*TABLES, *CHARTS])
def test_the_same_run_gives_the_same_bytes(
    run: Callable[..., Any], tmp_path: Path, suffix: str
) -> None:
    for name in ("one", "two"):
        assert run("funnel", "example:star98", "-o", tmp_path / f"{name}{suffix}").code == 0
    one, two = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
    assert one == two


def test_parquet_and_csv_and_json_and_xlsx_say_the_same(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    outputs = [part for s in TABLES for part in ("-o", tmp_path / f"out{s}")]
    run("funnel", "example:star98", *outputs)
    parquet = pd.read_parquet(tmp_path / "out.parquet")
    text = pd.read_csv(tmp_path / "out.csv")
    units = pd.DataFrame(json.loads((tmp_path / "out.json").read_text())["units"])
    sheet = pd.read_excel(tmp_path / "out.xlsx", sheet_name="units", engine="openpyxl")
    for other in (text, units, sheet):
        assert list(other.columns) == list(parquet.columns)
        for name in ("numerator", "rate", "z", "p_value", "q_value", "detectable_ratio"):
            expected = parquet[name].to_numpy()
            assert other[name].to_numpy(dtype=float) == pytest.approx(expected, rel=1e-13)


FORMULAS = ["=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1"]


def test_formulas_in_names_are_defused_in_csv(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(unit=FORMULAS, unit_name=FORMULAS, numerator=range(6), denominator=[10] * 6)
    ran = run("funnel", path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["unit"] for row in rows] == [f"'{text.strip()}" for text in FORMULAS]
    assert all(row["unit_name"].startswith("'") for row in rows)


def test_formulas_in_headings_are_defused_in_csv(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    columns = {"unit": list("abcd"), "numerator": [1, 2, 3, 4], "denominator": [10] * 4}
    path = put(**columns, **{"=cmd()": list("xxyy")})
    ran = run("funnel", path, "--by", "=cmd()", "--format", "csv")
    assert not next(csv.reader(io.StringIO(ran.out)))[0].startswith("=")


def test_formulas_in_names_are_inert_in_a_workbook(
    run: Callable[..., Any], put: Callable[..., Path], tmp_path: Path
) -> None:
    names = [*FORMULAS[:4], "https://example.org", "1234"]
    path = put(unit=list("abcdef"), unit_name=names, numerator=range(6), denominator=[10] * 6)
    run("funnel", path, "-o", tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["units"]
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == names
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.hyperlink for cell in cells] == [None] * 6


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("out.xslx", ["ends in '.xslx'", "Did you mean '.xlsx'?"]),
        ("out", ["has no suffix", ".csv, .json, .parquet"]),
        (".csv", ["has no suffix"]),
        ("none/out.csv", ["there is no folder", "Make it first"]),
        ("folder.csv", ["this is a folder"]),
        ("good.csv/out.csv", ["there is no folder"]),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_any_work(
    run: Callable[..., Any], put: Callable[..., Path], tmp_path: Path, name: str, words: list[str]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    put("good.csv", unit=["a", "b"], numerator=[1, 2], denominator=[10, 20])
    ran = run("funnel", tmp_path / "absent.csv", "-o", tmp_path / name)
    assert ran.code == 15
    assert ran.err.startswith("OutputError: ")
    for word in words:
        assert word in ran.err
    assert sorted(os.listdir(tmp_path)) == ["folder.csv", "good.csv"]


def test_one_bad_output_among_several_writes_none(run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("funnel", "example:star98", "-o", tmp_path / "a.csv", "-o", tmp_path / "b.xyz")
    assert ran.code == 15
    assert os.listdir(tmp_path) == []


def test_a_file_that_is_there_stays_whole_when_writing_fails(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.csv"
    path.write_text("mine", encoding="utf-8")
    monkeypatch.setattr(os, "replace", no_room)
    ran = run("funnel", "example:star98", "-o", path, "--force")
    assert ran.code == 15
    assert "no space left" in ran.err
    assert os.listdir(tmp_path) == ["out.csv"]
    assert path.read_text(encoding="utf-8") == "mine"


def test_an_older_file_is_replaced(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")
    assert run("funnel", "example:star98", "-o", path, "--force").code == 0
    assert path.read_text(encoding="utf-8").startswith('"unit"')


def test_the_data_are_not_written_over(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    path = put(unit=list("abc"), numerator=[1, 2, 3], denominator=[10, 10, 10])
    before = path.read_bytes()
    assert run("funnel", path, "-o", path).code in (2, 15)
    assert path.read_bytes() == before


def test_a_name_that_is_too_long_is_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("funnel", "example:star98", "-o", tmp_path / f"{'x' * 300}.json")
    assert ran.code == 15
