"""varstat league, from a file or a saved fit to what is printed and written."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

RNG = np.random.default_rng(11)
UNITS = 12
SIZES = RNG.integers(50, 300, UNITS)
AGES = RNG.normal(60, 5, UNITS)
EVENTS = RNG.binomial(SIZES, 1 / (1 + np.exp(-RNG.normal(-0.5, 0.6, UNITS))))
UP = ("--direction", "higher-is-better")
FEW = ("--draws", "400")


@pytest.fixture
def table(put: Callable[..., Path]) -> Path:
    """A table of a few units: the ranks of many take their time."""
    return put(
        unit=[f"u{at:02}" for at in range(UNITS)],
        unit_name=[f"Hospital {at}" for at in range(UNITS)],
        numerator=EVENTS,
        denominator=SIZES,
        kind=["x", "y"] * (UNITS // 2),
        age=AGES,
    )


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    """What one test has fitted for all others."""
    return {}


@pytest.fixture
def saved(run: Callable[..., Any], table: Path, tmp_path: Path, kept: dict[str, bytes]) -> Path:
    """A fit of that table."""
    path = tmp_path / "fit.nc"
    if not kept:
        assert run("fit", table, *UP, *FEW, "-o", path).code == 0
        kept["fit"] = path.read_bytes()
    path.write_bytes(kept["fit"])
    return path


def fail(path: Path, problem: str = "R-hat is 1.3.") -> None:
    """Let a saved fit say that it failed its checks."""
    with h5py.File(path, "r+") as file:
        told = json.loads(file.attrs["diagnostics"])
        file.attrs["diagnostics"] = json.dumps(told | {"problems": [problem]})


def test_the_table_is_printed_and_messages_stay_apart(run: Callable[..., Any], table: Path) -> None:
    ran = run("league", table, *UP, *FEW)
    assert ran.code == 0
    assert f"Of {UNITS} units" in " ".join(ran.out.split())
    assert "rows read" not in ran.out
    assert f"{UNITS} rows read; {UNITS} kept" in ran.err
    assert max(map(len, (ran.out + ran.err).splitlines())) <= 80


def test_machines_get_every_unit_best_first(run: Callable[..., Any], table: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("league", table, *UP, *FEW, "--format=csv").out)))
    assert len(rows) == UNITS
    ranks = [float(row["expected_rank"]) for row in rows]
    assert ranks == sorted(ranks)
    assert {row["level"] for row in rows} == {"0.95"}
    whole = json.loads(run("league", table, *UP, *FEW, "--format", "json").out)
    (only,) = whole["leagues"]
    assert {key: whole[key] for key in only} == only
    assert [unit["unit"] for unit in whole["units"]] == [row["unit"] for row in rows]
    assert whole["diagnostics"]["passed"] is True


def test_level_and_target_are_taken(run: Callable[..., Any], table: Path) -> None:
    told = {}
    for level in ("0.5", "0.99"):
        said = ("--level", level, "--target", "rate:0.4", "--format", "json")
        told[level] = json.loads(run("league", table, *UP, *FEW, *said).out)
    assert told["0.5"]["target"] == told["0.99"]["target"] == pytest.approx(0.4)
    assert told["0.99"]["level"] == 0.99
    for narrow, wide in zip(told["0.5"]["units"], told["0.99"]["units"], strict=True):
        assert wide["lower"] < narrow["lower"] < narrow["upper"] < wide["upper"]


@pytest.mark.parametrize(
    "model",
    [
        (),
        ("--covariate", "age", "--peer-group", "kind"),
        ("--effects", "student-t"),
    ],
)
def test_a_league_by_way_of_a_file_is_the_same_as_in_one_go(
    run: Callable[..., Any], table: Path, tmp_path: Path, model: tuple[str, ...]
) -> None:
    straight = run("league", table, *UP, *FEW, *model, "--format", "json")
    assert run("fit", table, *UP, *FEW, *model, "-o", tmp_path / "fit.nc").code == 0
    stored = run("league", tmp_path / "fit.nc", "--format", "json")
    assert straight.code == stored.code == 0
    assert stored.out == straight.out
    assert stored.err == straight.err


def test_a_league_writes_its_fit_too(run: Callable[..., Any], saved: Path, tmp_path: Path) -> None:
    table, again = tmp_path / "table.csv", tmp_path / "again.nc"
    ran = run("league", table, *UP, *FEW, "-o", again, "-o", tmp_path / "league.csv")
    assert (ran.code, ran.out) == (0, "")
    assert "Wrote again.nc." in ran.err
    assert again.read_bytes() == saved.read_bytes()
    assert (tmp_path / "league.csv.provenance.json").is_file()


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json", ".xlsx", ".png", ".svg", ".html"])
def test_the_suffix_decides_what_is_written(
    run: Callable[..., Any], saved: Path, tmp_path: Path, suffix: str
) -> None:
    ran = run("league", saved, "-o", tmp_path / f"league{suffix}")
    assert (ran.code, ran.out) == (0, "")
    assert f"Wrote league{suffix}." in ran.err
    assert (tmp_path / f"league{suffix}").stat().st_size > 1000


def test_a_chart_shows_estimates_or_ranks(
    run: Callable[..., Any], saved: Path, tmp_path: Path
) -> None:
    charts = {}
    for chart in ("caterpillar", "ranks"):
        path = tmp_path / f"{chart}.svg"
        assert run("league", saved, "--chart", chart, "--highlight", "u03", "-o", path).code == 0
        charts[chart] = path.read_text(encoding="utf-8")
    assert charts["caterpillar"] != charts["ranks"]
    assert run("league", saved, "--chart", "pie", "-o", tmp_path / "pie.svg").code == 2


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (("--unit", "unit"), "--unit"),
        (("--draws", "4000"), "--draws"),
        (("--seed", "1", "--engine", "auto"), "--engine, --seed"),
        (("--direction", "lower-is-better"), "--direction"),
        (("--by", "kind"), "--by"),
        (("--lenient",), "--lenient"),
        (("--covariate", "age", "--card", "daycase"), "--card, --covariate"),
        (("--lookup", "types.csv:unit"), "--lookup"),
    ],
)
def test_a_saved_fit_leaves_no_room_for_what_was_decided(
    run: Callable[..., Any], saved: Path, said: tuple[str, ...], named: str
) -> None:
    ran = run("league", saved, *said)
    assert (ran.code, ran.out) == (2, "")
    assert f"Leave out {named}, or give the table" in ran.err


def test_a_failed_posterior_is_shown_marked_and_ends_with_13(
    run: Callable[..., Any], saved: Path, tmp_path: Path
) -> None:
    fail(saved)
    printed = run("league", saved)
    assert printed.code == 13
    assert "R-hat is 1.3." in " ".join(printed.out.split())
    assert "DiagnosticsError: posterior: R-hat is 1.3." in printed.err
    written = run("league", saved, "-o", tmp_path / "league.json")
    assert written.code == 13
    assert json.loads((tmp_path / "league.json").read_text())["diagnostics"]["passed"] is False
    whole = run("league", saved, "--format", "json", "--quiet")
    assert whole.code == 13
    assert json.loads(whole.out)["diagnostics"]["problems"] == ["R-hat is 1.3."]


def test_a_failed_posterior_can_be_accepted(run: Callable[..., Any], saved: Path) -> None:
    fail(saved)
    ran = run("league", saved, "--accept-failed")
    assert ran.code == 0
    assert "DiagnosticsError" not in ran.err
    assert "R-hat is 1.3." in " ".join(ran.out.split())


def test_groups_have_a_table_each(run: Callable[..., Any], table: Path, tmp_path: Path) -> None:
    ran = run("league", table, *UP, *FEW, "--by", "kind", "--format", "json")
    assert [each["by"] for each in json.loads(ran.out)["leagues"]] == [{"kind": k} for k in "xy"]
    ran = run("league", table, *UP, *FEW, "--by", "kind", "-o", tmp_path / "fit.nc")
    assert ran.code == 15
    assert "2 groups here" in ran.err


@pytest.mark.parametrize("content", [b"", b"no fit at all", b"\x89HDF\r\n\x1a\n" + bytes(500)])
def test_a_bad_file_is_refused(run: Callable[..., Any], tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fit.nc").write_bytes(content)
    ran = run("league", tmp_path / "fit.nc", "-o", tmp_path / "out.csv")
    assert (ran.code, ran.out) == (11, "")
    assert ran.err.startswith("TableError: fit.nc: ")
    assert os.listdir(tmp_path) == ["fit.nc"]


def test_a_missing_fit_is_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("league", tmp_path / "fit.nc")
    assert ran.code == 11
    assert "no such file" in ran.err


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (("--level", "95"), 2, "0 and 1"),
        (("--level", "nan"), 2, "0 and 1"),
        (("--target", "medan"), 2, "Did you mean 'median'?"),
        (("--target", "rate:7"), 2, "between 0 and 1"),
        (("--highlight", "nobody"), 2, "nobody"),
        (("--at", "last"), 2, "give the table that it was fitted to"),
        (("-o", "out.xyz"), 15, "says no format"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Callable[..., Any], saved: Path, said: tuple[str, ...], code: int, words: str
) -> None:
    ran = run("league", saved, *said)
    assert ran.code == code
    assert words in " ".join(ran.err.split())


def test_a_saved_fit_is_not_written_over(run: Callable[..., Any], saved: Path) -> None:
    before = saved.read_bytes()
    ran = run("league", saved, "-o", saved)
    assert ran.code == 15
    assert "this is a file that is read" in ran.err
    assert saved.read_bytes() == before


def test_a_terminal_obeys_nothing_in_a_name(run: Callable[..., Any], tmp_path: Path) -> None:
    names = ["\x1b[31mred", "[/red]", "a\x07b", "safe\u202egpj.exe", ":skull:", '=HYPERLINK("x")']
    path = tmp_path / "hostile.parquet"
    columns = {
        "unit": [f"{at}{name}" for at, name in enumerate(names)],
        "unit_name": names,
        "numerator": [1, 5, 9, 2, 8, 3],
        "denominator": [40] * 6,
    }
    pd.DataFrame(columns).to_parquet(path)
    run("fit", path, *UP, *FEW, "-o", tmp_path / "fit.nc")
    for data, said in ((path, (*UP, *FEW)), (tmp_path / "fit.nc", ())):
        ran = run("league", data, *said)
        assert ran.code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(ran.out + ran.err)
        assert ":skull:" in ran.out
    rows = list(csv.DictReader(io.StringIO(run("league", path, *UP, *FEW, "--format=csv").out)))
    assert {row["unit_name"] for row in rows} >= {"[/red]", "'" + names[-1]}


def test_numbers_are_whole_beside_names_in_wide_letters(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(
        unit=[f"{at}全国大学医院全国大学医院全国大学医院" for at in range(8)],
        numerator=[10, 20, 30, 40, 50, 60, 70, 80],
        denominator=[100] * 8,
    )
    ran = run("league", path, *UP, *FEW)
    rows = [line for line in ran.out.splitlines() if "全" in line]
    assert len(rows) == 8
    assert all(row.count("…") == 1 and row.count("(") == row.count(")") == 2 for row in rows)


@pytest.mark.parametrize("said", [("--level", "95"), ("--target", "nonsense")])
def test_what_cannot_be_is_refused_before_a_model_is_fitted(
    run: Callable[..., Any], said: tuple[str, ...]
) -> None:
    # Else the missing file would be found first.
    ran = run("league", "nowhere.csv", *said)
    assert (ran.code, ran.out) == (2, "")


def test_an_unknown_highlight_leaves_no_file(
    run: Callable[..., Any], saved: Path, tmp_path: Path
) -> None:
    files = ("-o", tmp_path / "out.csv", "-o", tmp_path / "out.png")
    assert run("league", saved, "--highlight", "nobody", *files).code == 2
    assert not list(tmp_path.glob("out*"))


def test_the_program_runs_by_itself(program: Callable[..., Any]) -> None:
    assert program("fit", "example:star98", "-o", "fit.nc", "--draws", "200").code == 0
    ran = program("league", "fit.nc", env={"PYTHONWARNINGS": "error"})
    assert ran.code == 0
    assert "303 rows read" in ran.err


def test_at_a_time_every_output_says_so(
    run: Callable[..., Any], put: Callable[..., Path], tmp_path: Path
) -> None:
    rng = np.random.default_rng(2)
    unit, year = np.repeat(np.arange(24), 4), np.tile(np.arange(2013, 2017), 24)
    events = rng.binomial(400, 0.2 + 0.01 * unit)
    table = put(unit=unit, year=year, numerator=events, denominator=np.full(96, 400))
    asked = ("league", table, *UP, *FEW, "--period", "year")
    page, said = tmp_path / "league.html", tmp_path / "league.json"
    ran = run(*asked, "--at", "2015", "-o", page, "-o", said)
    assert ran.code == 0, ran.err
    assert "where units stand in 2015" in " ".join(ran.err.split())
    told = json.loads(said.read_text())
    assert (told["at"], told["provenance"]["asking"]["at"]) == ("2015", "2015")
    assert told["units"][0]["denominator"] == 400
    assert "Estimates of Proportion, 2015" in page.read_text()
    assert "binomial series" in page.read_text()
    refused = run(*asked, "--at", "last", "--engine=nuts", "--unmeasured", "-o", tmp_path / "a.nc")
    assert (refused.code, refused.err.count("  - ")) == (2, 3)
