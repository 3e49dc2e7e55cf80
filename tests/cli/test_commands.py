"""The other commands, help, and what happens when nobody listens."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import varstat

COMMANDS = [
    (),
    ("funnel",),
    ("league",),
    ("fit",),
    ("check",),
    ("card",),
    ("card", "list"),
    ("card", "show"),
    ("card", "check"),
    ("card", "new"),
    ("example",),
    ("example", "list"),
    ("example", "write"),
]


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "varstat", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"varstat {varstat.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_80_columns(run: Callable[..., Any], command: tuple[str, ...]) -> None:
    ran = run(*command, "--help")
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "Usage: varstat" in ran.out
    assert "…" not in ran.out.replace("bed days…", "")


def test_version_is_printed(run: Callable[..., Any]) -> None:
    assert run("--version").out == f"varstat {varstat.__version__}\n"


def test_the_program_runs_by_itself(program: Callable[..., Any]) -> None:
    ran = program("funnel", "example:star98")
    assert ran.code == 0
    assert "of 303 units" in ran.out
    assert "303 kept" in ran.err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("funnel", "example:star98", "--levels", "95"), 2),
        (("funnel", "example:star98", "--card", "nothing"), 10),
        (("funnel", "nowhere.csv"), 11),
        (("funnel", "example:star98", "--method", "shmi"), 12),
        (("funnel", "example:star98", "-o", "nowhere/out.csv"), 15),
    ],
)
def test_the_program_ends_with_the_code_of_its_error(
    program: Callable[..., Any], args: tuple[str, ...], code: int
) -> None:
    ran = program(*args)
    assert ran.code == code
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_the_program_warns_of_nothing_in_python(program: Callable[..., Any]) -> None:
    ran = program("funnel", "example:star98", env={"PYTHONWARNINGS": "error"})
    assert ran.code == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_without_utf8_is_no_traceback(program: Callable[..., Any], encoding: str) -> None:
    ran = program("funnel", "example:star98", env={"PYTHONIOENCODING": encoding})
    assert "Traceback" not in ran.err
    assert ran.code == 0


@pytest.mark.parametrize(
    "args",
    [
        ("funnel", "example:star98"),
        ("funnel", "example:star98", "--format", "csv"),
        ("funnel", "example:star98", "--format", "json"),
        ("funnel", "example:star98", "--posterior", "--draws", "200"),
        ("league", "example:star98", "--draws", "200"),
        ("fit", "example:star98", "--draws", "200"),
        ("example", "write", "star98"),
        ("card", "show", "shmi", "--json"),
        ("check", "example:star98", "--format", "csv"),
        ("--help",),
    ],
)
def test_a_reader_who_leaves_early_is_no_error(args: tuple[str, ...]) -> None:
    script = Path(sys.executable).with_name("varstat")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [script, *args], stdout=write, stderr=subprocess.PIPE, check=False, timeout=600
    )
    os.close(write)
    told = done.stderr.decode()
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
    assert "Exception ignored" not in told


def test_check_accounts_for_every_row(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    path = put(unit=["a", "b", "Total"], numerator=[1, 2, 3], denominator=[10, 20, 30])
    ran = run("check", path)
    assert ran.code == 0
    assert "3 rows read; 2 kept (2 units); 1 excluded" in ran.out
    account = json.loads(run("check", path, "--format", "json").out)
    assert account["rows_read"] == account["rows_kept"] + account["rows_excluded"]
    assert account["exclusions"] == [{"reason": "a total row", "rows": 1, "first_rows": [4]}]
    lines = run("check", path, "--format", "csv").out.splitlines()
    assert len(lines) == 3


def test_cards_are_listed_with_their_titles(run: Callable[..., Any]) -> None:
    out = run("card", "list").out
    assert "shmi" in out
    assert "Summary Hospital-level Mortality Indicator" in out
    assert run("card", "list", "--quiet").out.split() == varstat.list_cards()


@pytest.mark.parametrize("name", varstat.list_cards())
def test_every_card_is_shown_and_checked(run: Callable[..., Any], name: str) -> None:
    assert run("card", "check", name).code == 0
    assert f"(card {name})" in run("card", "show", name).out
    assert json.loads(run("card", "show", name, "--json").out)["name"] == name


def test_checking_a_stub_lists_what_is_missing(run):
    first, *missing = run("card", "check", "fup").out.splitlines()
    assert first == "fup: this card says nothing wrong, but is a stub. Missing:"
    assert len(missing) == 3
    assert all(line.startswith("- ") for line in missing)


def test_a_bad_card_is_told_all_its_problems(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[indicator]\ntitle = "X"\nmeasure = "proportion"\ndirection = "higher"\n[casemx]\na = 1\n',
        encoding="utf-8",
    )
    ran = run("card", "check", path)
    assert ran.code == 10
    assert "2 problems" in ran.err
    assert "unknown section [casemx]. Did you mean " in ran.err
    assert "casemix" in ran.err
    assert "Did you mean 'higher-is-better'?" in ran.err


def test_a_new_card_says_what_the_options_said(
    run: Callable[..., Any], put: Callable[..., Path], tmp_path: Path
) -> None:
    data = put(trust=list("abcd"), dc=[10, 20, 30, 45], spells=[50, 50, 60, 60], kind=list("xxyy"))
    said = [
        *("--title", "Day cases", "--direction", "higher-is-better", "--unit", "trust"),
        *("--numerator", "dc", "--denominator", "spells", "--peer-group", "kind"),
    ]
    card = tmp_path / "mine.toml"
    made = run("card", "new", card, *said)
    assert (made.code, made.out) == (0, "")
    assert tomllib.loads(card.read_text(encoding="utf-8"))["columns"]["unit"] == "trust"
    checked = run("card", "check", card)
    assert (checked.code, checked.err) == (0, "")
    wholes = []
    for options in (["--card", card], said):
        ran = run("funnel", data, *options, "--format", "json")
        assert ran.code == 0
        wholes.append(json.loads(ran.out))
    for whole in wholes:
        for part in (whole, *whole["funnels"]):
            del part["provenance"]
    assert wholes[0] == wholes[1]


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("mine.txt", (), 15),
        ("nowhere/mine.toml", (), 15),
        ("mine.toml", ("--numerator", "x", "--observed", "y"), 2),
        ("mine.toml", ("--direction", "up"), 10),
        ("mine.toml", ("--suppressed", "9:1"), 10),
        ("mine.toml", ("--rounded", "1"), 10),
    ],
)
def test_a_new_card_that_cannot_be_is_not_written(
    run: Callable[..., Any], tmp_path: Path, name: str, said: tuple[str, ...], code: int
) -> None:
    assert run("card", "new", tmp_path / name, *said).code == code
    assert os.listdir(tmp_path) == []


def test_a_card_is_replaced_only_by_force(run: Callable[..., Any], tmp_path: Path) -> None:
    card = tmp_path / "mine.toml"
    card.write_text("mine", encoding="utf-8")
    assert run("card", "new", card).code == 15
    assert card.read_text(encoding="utf-8") == "mine"
    assert run("card", "new", card, "--force").code == 0
    assert run("card", "check", card).code == 0


def test_examples_are_listed_and_written(run: Callable[..., Any], tmp_path: Path) -> None:
    assert "star98" in run("example", "list").out
    ran = run("example", "write", "star98", "-o", tmp_path / "star98.csv")
    assert (ran.code, ran.out) == (0, "")
    printed = run("example", "write", "star98")
    assert printed.out == (tmp_path / "star98.csv").read_text(encoding="utf-8")
    assert len(pd.read_csv(tmp_path / "star98.csv")) == 303


def test_an_example_written_and_read_again_gives_the_same_funnel(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    run("example", "write", "star98", "-o", tmp_path / "star98.csv")
    again = json.loads(run("funnel", tmp_path / "star98.csv", "--format", "json").out)
    first = json.loads(run("funnel", "example:star98", "--format", "json").out)
    assert again["units"] == first["units"]


def test_an_unknown_example_is_not_written(run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("example", "write", "star", "-o", tmp_path / "out.csv")
    assert ran.code == 2
    assert "'star98'" in ran.err
    assert os.listdir(tmp_path) == []


def test_an_example_is_not_written_as_what_it_is_not(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    assert run("example", "write", "star98", "-o", tmp_path / "star98.xlsx").code == 15
    assert os.listdir(tmp_path) == []
