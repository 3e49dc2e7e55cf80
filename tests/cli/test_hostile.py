"""Names that want to be obeyed are only shown."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

NAMES = {
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "c1": "\x9b31mred",
    "bell": "a\x07b",
    "markup": "[red]urgent[/red] [link=http://x]here[/link]",
    "broken markup": "[/red]",
    "emoji": ":skull:",
    "lines": "one\ntwo\r\nthree",
    "override": "safe\u202egpj.exe",
    "isolate": "a\u2067b\u2069",
    "null": "a\x00b",
    "formula": '=HYPERLINK("http://x")',
}
OBEYED = ("\x1b", "\x07", "\x9b", "\x00", "\r", "\u202e", "\u2067", "\u2069")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A table in which everything that can be text is hostile; Parquet takes any character."""
    names = list(NAMES.values())
    table = {
        "unit": [f"{at}{name}" for at, name in enumerate(names)],
        "unit_name": names,
        "region": names[:6] * 2,
        "numerator": range(12),
        "denominator": [100] * 12,
    }
    pd.DataFrame(table).to_parquet(tmp_path / "hostile.parquet")
    return tmp_path / "hostile.parquet"


@pytest.mark.parametrize(
    "options", [[], ["--by", "region"], ["--levels", "0.05"], ["--posterior", "--accept-failed"]]
)
def test_a_terminal_obeys_nothing_in_a_name(
    run: Callable[..., Any], hostile: Path, options: list[str]
) -> None:
    ran = run("funnel", hostile, *options)
    assert ran.code == 0
    assert [letter for letter in OBEYED if letter in ran.out + ran.err] == []


def test_markup_is_printed_as_it_stands(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    path = put(
        unit=["[red]A[/red]", "[/x]", ":skull:"], numerator=[1, 5, 9], denominator=[10, 10, 10]
    )
    out = run("funnel", path).out
    for name in ("[red]A[/red]", "[/x]", ":skull:"):
        assert name in out


def test_a_name_of_two_lines_takes_one(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    path = put(unit=["one\ntwo", "b"], numerator=[1, 5], denominator=[10, 10])
    assert "one two" in run("funnel", path).out


def test_a_title_is_cleaned_too(run: Callable[..., Any], hostile: Path) -> None:
    ran = run("funnel", hostile, "--title", "a\x1b[31m\nb")
    assert ran.out.splitlines()[0] == "a[31m b"


@pytest.mark.parametrize("command", ["funnel", "check"])
def test_messages_show_hostile_columns_and_options_harmlessly(
    run: Callable[..., Any], put: Callable[..., Path], command: str
) -> None:
    path = put(**{"\x1b[31munit": ["a"], "\u202enumerator": [1], "denominator": [2]})
    for option in ("--unit", "--card", "--by"):
        ran = run(command, path, "--numerator", "numerator", option, "\x1b[1mx\u202e")
        assert ran.code in (10, 11)
        assert [letter for letter in OBEYED if letter in ran.err] == []


def test_machines_get_names_as_they_are(run: Callable[..., Any], hostile: Path) -> None:
    whole = json.loads(run("funnel", hostile, "--format", "json").out)
    told = {unit["unit_name"] for unit in whole["units"]}
    assert NAMES["colour"] in told
    assert NAMES["override"] in told
    rows = list(csv.DictReader(io.StringIO(run("funnel", hostile, "--format", "csv").out)))
    assert len(rows) == 12
    assert "'" + NAMES["formula"] in {row["unit_name"] for row in rows}


def test_numbers_are_whole_beside_long_names_at_80_columns(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(
        unit=[f"RXX{at:02}" for at in range(12)],
        unit_name=[f"University Hospitals of Somewhere {at}" for at in range(12)],
        numerator=[9_000] * 11 + [9_999],
        denominator=[10_000] * 12,
    )
    line = next(x for x in run("funnel", path, "--dispersion=none").out.splitlines() if "▲" in x)
    for shown in ("9,999", "10,000", "100.0%", "▲ high 99.8%"):
        assert shown in line
