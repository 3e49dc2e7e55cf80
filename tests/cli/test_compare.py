"""varstat compare, from a file or a saved fit to what is printed and written."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pytest

RNG = np.random.default_rng(11)
UNITS = 12
SIZES = RNG.integers(50, 300, UNITS)
EVENTS = RNG.binomial(SIZES, 1 / (1 + np.exp(-RNG.normal(-0.5, 0.6, UNITS))))
AGES = RNG.normal(60, 5, UNITS)
UP = ("--direction", "higher-is-better")
FEW = ("--draws", "200")
OBEYED = ("\x1b", "\x07", "\x9b", "\x00", "\r", "\u202e", "\u2067", "\u2069")
SUFFIXES = (".csv", ".parquet", ".json", ".xlsx", ".png", ".svg", ".pdf", ".html")


@pytest.fixture
def table(put: Callable[..., Path]) -> Path:
    """A table of twelve units."""
    return put(
        unit=[f"u{at:02}" for at in range(UNITS)],
        unit_name=[f"Hospital {at}" for at in range(UNITS)],
        numerator=EVENTS,
        denominator=SIZES,
        kind=["x", "y"] * (UNITS // 2),
        age=AGES,
    )


@pytest.fixture
def cells(put: Callable[..., Path]) -> Path:
    """A table of eight units by procedure, of which the last does little that others do."""
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(8), 2)
    size = np.where(unit == 7, np.tile([5, 400], 8), rng.integers(40, 300, 16))
    return put(
        "cells.csv",
        unit=[f"u{at:02}" for at in unit],
        kind=np.where(unit == 7, np.tile(["hip", "heart"], 8), np.tile(["hip", "knee"], 8)),
        numerator=rng.binomial(size, 0.4),
        denominator=size,
    )


def told(ran: Any) -> dict[str, Any]:
    """What a run printed as JSON."""
    assert ran.code == 0, ran.err
    whole = json.loads(ran.out)
    assert isinstance(whole, dict)
    return whole


def raw(at: int) -> float:
    """The raw rate of a unit."""
    return float(EVENTS[at] / SIZES[at])


def test_the_comparison_is_printed_and_messages_stay_apart(
    run: Callable[..., Any], table: Path
) -> None:
    ran = run("compare", table, "u01", "u02", *UP, *FEW, "--covariate=age", "--peer-group=kind")
    assert ran.code == 0
    out = " ".join(ran.out.split())
    for words in ("u01", "Hospital 2", "raw difference", "case-mix", "peer group", "remaining"):
        assert words in out
    assert "with a probability of" in out
    assert "12 rows read; 12 kept" in ran.err
    assert "rows read" not in ran.out
    assert max(map(len, (ran.out + ran.err).splitlines())) <= 80


def test_json_says_which_is_better_by_how_much_and_why(
    run: Callable[..., Any], table: Path
) -> None:
    said = ("--covariate", "age", "--peer-group", "kind", "--format", "json", "--quiet")
    ran = run("compare", table, "u01", "u02", *UP, *FEW, *said)
    whole = told(ran)
    assert ran.err == ""
    (only,) = whole["comparisons"]
    assert {key: whole[key] for key in only} == only
    assert [unit["unit"] for unit in whole["units"]] == ["u01", "u02"]
    assert [unit["raw"] for unit in whole["units"]] == pytest.approx([raw(1), raw(2)])
    for each in (*whole["units"], whole["difference"]):
        assert each["lower"] <= each["estimate"] <= each["upper"]
    parts = {part["component"]: part["estimate"] for part in whole["parts"]}
    assert list(parts) == ["raw", "chance", "casemix", "peer_group", "remaining"]
    assert parts["raw"] == pytest.approx(raw(1) - raw(2))
    assert parts["raw"] == pytest.approx(sum(list(parts.values())[1:]), abs=1e-9)
    one, two = (unit["estimate"] for unit in whole["units"])
    assert whole["difference"]["estimate"] == pytest.approx(one - two)
    assert 0 <= whole["p_better"] <= 1
    assert whole["provenance"]["verb"] == "compare"


def test_the_other_way_round_it_is_the_same_turned(run: Callable[..., Any], table: Path) -> None:
    said = (*UP, *FEW, "--covariate", "age", "--format", "json", "-q")
    one = told(run("compare", table, "u01", "u02", *said))
    two = told(run("compare", table, "u02", "u01", *said))
    assert one["p_better"] == pytest.approx(1 - two["p_better"])
    assert one["difference"]["lower"] == pytest.approx(-two["difference"]["upper"])
    assert [part["estimate"] for part in one["parts"]] == pytest.approx(
        [-part["estimate"] for part in two["parts"]]
    )


def test_lower_is_better_turns_the_probability_and_nothing_else(
    run: Callable[..., Any], table: Path
) -> None:
    said = (*FEW, "--format", "json", "-q")
    up, down, neither = (
        told(run("compare", table, "u01", "u02", *said, "--direction", way))
        for way in ("higher-is-better", "lower-is-better", "neither")
    )
    assert up["p_better"] == pytest.approx(1 - down["p_better"])
    assert up["p_better"] == neither["p_better"]
    assert up["parts"] == down["parts"] == neither["parts"]
    assert "is higher than" in neither["summary"]


@pytest.mark.parametrize("name", ["u02", " U02 ", "Hospital 2", "hospital 2"])
def test_a_unit_goes_by_its_code_or_name(run: Callable[..., Any], table: Path, name: str) -> None:
    whole = told(run("compare", table, "u01", name, *UP, *FEW, "--format", "json", "-q"))
    assert whole["units"][1]["unit"] == "u02"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_suffix_decides_what_is_written(
    run: Callable[..., Any], table: Path, tmp_path: Path, suffix: str
) -> None:
    ran = run("compare", table, "u01", "u02", *UP, *FEW, "-o", tmp_path / f"out{suffix}")
    assert (ran.code, ran.out) == (0, "")
    assert f"Wrote out{suffix}." in ran.err
    assert "with a probability of" in " ".join(ran.err.split())
    assert (tmp_path / f"out{suffix}").stat().st_size > 200
    assert (tmp_path / "out.csv.provenance.json").is_file() == (suffix == ".csv")


def test_tables_hold_the_parts(run: Callable[..., Any], table: Path, tmp_path: Path) -> None:
    files = [word for suffix in SUFFIXES[:4] for word in ("-o", tmp_path / f"out{suffix}")]
    assert run("compare", table, "u01", "u02", *UP, *FEW, "--level=0.9", *files).code == 0
    frame = pd.read_csv(tmp_path / "out.csv")
    columns = ["unit", "other", "component", "estimate", "lower", "upper", "level", "trusted"]
    assert list(frame) == columns
    assert frame["component"].tolist() == ["raw", "chance", "remaining"]
    assert set(frame["level"]) == {0.9}
    pd.testing.assert_frame_equal(frame, pd.read_parquet(tmp_path / "out.parquet"))
    whole = json.loads((tmp_path / "out.json").read_text())
    assert [part["estimate"] for part in whole["parts"]] == frame["estimate"].tolist()
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert [cell.value for cell in book["units"][1]] == columns


@pytest.mark.parametrize(
    ("data", "model"),
    [
        ("table", ("--covariate", "age", "--peer-group", "kind")),
        ("cells", ("--stratum", "kind")),
    ],
)
def test_a_comparison_by_way_of_a_file_is_the_same_as_in_one_go(
    run: Callable[..., Any],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    data: str,
    model: tuple[str, ...],
) -> None:
    path = request.getfixturevalue(data)
    straight = run("compare", path, "u01", "u02", *UP, *FEW, *model, "--format", "json")
    assert run("fit", path, *UP, *FEW, *model, "-o", tmp_path / "fit.nc").code == 0
    stored = run("compare", tmp_path / "fit.nc", "u01", "u02", "--format", "json")
    assert straight.code == stored.code == 0
    assert stored.out == straight.out
    assert stored.err == straight.err


def test_units_that_hardly_treat_the_same_are_told_so(run: Callable[..., Any], cells: Path) -> None:
    said = (*UP, *FEW, "--stratum", "kind", "--format", "json", "-q")
    apart = told(run("compare", cells, "u01", "u07", *said))
    frame = pd.read_csv(cells)
    mine = frame[frame["unit"] == "u01"].set_index("kind")["denominator"]
    shares = [unit["shared"] for unit in apart["units"]]
    assert shares == pytest.approx([mine["hip"] / mine.sum(), 5 / 405])
    assert "extrapolation" in apart["summary"]
    alike = told(run("compare", cells, "u01", "u02", *said))
    assert [unit["shared"] for unit in alike["units"]] == [1, 1]
    assert "extrapolation" not in alike["summary"]
    assert "casemix" in [part["component"] for part in alike["parts"]]


def test_a_withheld_count_leaves_the_raw_gulf_unknown(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(
        unit=list("ABCDEF"), numerator=["*", "15", "19", "14", "24", "28"], denominator=[60] * 6
    )
    said = ("compare", path, "A", "B", *UP, *FEW, "--suppressed", "1:7")
    ran = run(*said)
    assert ran.code == 0
    assert "withheld" in " ".join(ran.out.split())
    assert "nan" not in ran.out
    whole = told(run(*said, "--format", "json", "-q"))
    assert whole["units"][0]["raw"] is None
    assert whole["difference"]["estimate"] < 0
    parts = {part["component"]: part["estimate"] for part in whole["parts"]}
    assert parts["raw"] is parts["chance"] is None
    assert parts["remaining"] < 0


def test_means_are_compared_without_their_number(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(unit=list("ABCDEF"), value=[5.0, 6, 7, 5.5, 6.1, 8], se=[0.2] * 6)
    whole = told(run("compare", path, "A", "F", *FEW, "--format", "json", "-q"))
    assert [unit["raw"] for unit in whole["units"]] == [5, 8]
    assert whole["parts"][0]["estimate"] == pytest.approx(-3)
    assert -3 < whole["difference"]["estimate"] < -2


def test_a_group_without_both_units_has_no_comparison(
    run: Callable[..., Any], put: Callable[..., Path], tmp_path: Path
) -> None:
    years = np.repeat(["2019", "2020", "2021"], 6)
    frame = {
        "unit": list("ABCDEF") * 3,
        "year": years,
        "numerator": np.random.default_rng(2).binomial(60, 0.4, 18),
        "denominator": [60] * 18,
    }
    whole = pd.DataFrame(frame)
    kept = whole[(whole["unit"] != "A") | (whole["year"] != "2020")]
    path = put(**{name: kept[name] for name in kept})
    said = ("compare", path, "A", "B", *UP, *FEW, "--by", "year")
    found = told(run(*said, "--format", "json", "-q", "-o", tmp_path / "out.html"))
    assert [each["by"] for each in found["comparisons"]] == [{"year": "2019"}, {"year": "2021"}]
    rows = list(csv.DictReader(io.StringIO(run(*said, "--format", "csv").out)))
    assert [row["year"] for row in rows] == ["2019"] * 3 + ["2021"] * 3
    drawn = run(*said, "-o", tmp_path / "out.svg")
    assert drawn.code == 2
    assert not (tmp_path / "out.svg").exists()
    ran = run(*said)
    assert max(map(len, (ran.out + ran.err).splitlines())) <= 80


@pytest.mark.parametrize(
    ("units", "said", "code", "words"),
    [
        (("u01", "u99"), (), 2, "u99"),
        (("u01", "Hospitl 2"), (), 2, "Did you mean 'Hospital 2'"),
        (("x", "y"), (), 2, "'y'"),
        (("u01", "Hospital 1"), (), 2, "same unit"),
        (("u01", "u02"), ("--by", "kind"), 2, "--by"),
        (("u01", "u02"), ("--level", "1"), 2, "0 and 1"),
        (("u01", "u02"), ("-o", "out.xyz"), 15, "says no format"),
        (("u01", "u02"), ("--stratum", "unit_name"), 12, "no two units have a stratum in common"),
        (("u01", "u02"), ("--only", "kind=x"), 2, "u01"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Callable[..., Any],
    table: Path,
    units: tuple[str, str],
    said: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    if "--stratum" in said:
        pd.read_csv(table).rename(columns={"unit_name": "name"}).to_csv(table, index=False)
        said = ("--stratum", "name")
    ran = run("compare", table, *units, *UP, *FEW, *said)
    assert (ran.code, ran.out) == (code, "")
    assert words in " ".join(ran.err.split())


@pytest.mark.parametrize(("said", "code"), [(("--level", "95"), 2), (("-o", "out.xyz"), 15)])
def test_what_cannot_be_is_refused_before_a_model_is_fitted(
    run: Callable[..., Any], said: tuple[str, ...], code: int
) -> None:
    # Else the missing file would be found first.
    ran = run("compare", "nowhere.csv", "a", "b", *said)
    assert (ran.code, ran.out) == (code, "")


@pytest.mark.parametrize("said", [("--unit", "unit"), ("--draws", "400"), ("--stratum", "kind")])
def test_a_saved_fit_leaves_no_room_for_what_was_decided(
    run: Callable[..., Any], table: Path, tmp_path: Path, said: tuple[str, ...]
) -> None:
    assert run("fit", table, *UP, *FEW, "-o", tmp_path / "fit.nc").code == 0
    ran = run("compare", tmp_path / "fit.nc", "u01", "u02", *said)
    assert (ran.code, ran.out) == (2, "")
    assert f"Leave out {said[0]}" in ran.err


def test_a_failed_posterior_is_shown_marked_and_ends_with_13(
    run: Callable[..., Any], table: Path, tmp_path: Path
) -> None:
    fit = tmp_path / "fit.nc"
    assert run("fit", table, *UP, *FEW, "-o", fit).code == 0
    with h5py.File(fit, "r+") as file:
        said = json.loads(file.attrs["diagnostics"])
        file.attrs["diagnostics"] = json.dumps(said | {"problems": ["R-hat is 1.3."]})
    printed = run("compare", fit, "u01", "u02")
    assert printed.code == 13
    assert printed.out.startswith("NOT TO BE TRUSTED")
    files = [word for suffix in SUFFIXES for word in ("-o", tmp_path / f"out{suffix}")]
    assert run("compare", fit, "u01", "u02", *files).code == 13
    for suffix in (".svg", ".html"):
        assert "NOT TO BE TRUSTED" in (tmp_path / f"out{suffix}").read_text(encoding="utf-8")
    assert run("compare", fit, "u01", "u02", "--accept-failed").code == 0


def test_a_bad_fit_is_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "fit.nc").write_bytes(b"no fit at all")
    ran = run("compare", tmp_path / "fit.nc", "a", "b")
    assert (ran.code, ran.out) == (11, "")


NAMES = [
    *("\x1b[31mred\x1b[0m", "\x1b]0;owned\x07", "[/red]", ":skull:", "one\ntwo", "a\x7fb"),
    *("safe\u202egpj.exe", '=HYPERLINK("http://x")', "</script><script>alert(1)</script>"),
    *("<img src=x onerror=alert(1)>", "$x^2$", "全" * 60),
]


@pytest.mark.parametrize("pair", [(0, 1), (2, 5), (6, 7), (8, 9), (10, 11)])
def test_nothing_obeys_a_hostile_name(
    run: Callable[..., Any], tmp_path: Path, pair: tuple[int, int]
) -> None:
    path = tmp_path / "hostile.parquet"
    columns = {"unit": NAMES, "unit_name": NAMES[::-1], "numerator": EVENTS, "denominator": SIZES}
    pd.DataFrame(columns | {"kind": ["[b]", "\x1b[1m"] * 6}).to_parquet(path)
    a, b = (NAMES[at] for at in pair)
    files = ("-o", tmp_path / "out.html", "-o", tmp_path / "out.svg", "-o", tmp_path / "out.csv")
    said = ("compare", path, a, b, *UP, *FEW, "--peer-group", "kind", "--title", "a\x1b[31m\nb<b>")
    printed, ran = run(*said), run(*said, *files)
    assert printed.code == ran.code == 0
    page, drawn = (
        (tmp_path / f"out{suffix}").read_text(encoding="utf-8") for suffix in (".html", ".svg")
    )
    shown = {"out": printed.out, "err": printed.err + ran.err, "page": page, "svg": drawn}
    obeyed = {name: [each for each in OBEYED if each in text] for name, text in shown.items()}
    assert obeyed == {name: [] for name in shown}
    for text in (page, drawn):
        assert "<script>alert" not in text
        assert "<img" not in text
    assert max(map(len, printed.out.splitlines())) <= 80
    codes = set(pd.read_csv(tmp_path / "out.csv", keep_default_na=False)["other"])
    assert codes == {f"'{b}" if b.startswith("=") else b}
    whole = told(run(*said, "--format", "json", "-q"))
    assert [unit["unit"] for unit in whole["units"]] == [a, b]


def test_a_message_shows_a_hostile_unit_harmlessly(run: Callable[..., Any], table: Path) -> None:
    ran = run("compare", table, "u01", "\x1b[1mx\u202e", *UP, *FEW)
    assert ran.code == 2
    assert [letter for letter in OBEYED if letter in ran.err] == []


def test_the_program_runs_by_itself(program: Callable[..., Any]) -> None:
    ran = program(
        *("compare", "example:star98", "D001", "D002", "--direction=higher-is-better"),
        "--draws=200",
        env={"PYTHONWARNINGS": "error"},
    )
    assert ran.code == 0
    assert "303 rows read" in ran.err
    assert "D001 less D002" in ran.out
