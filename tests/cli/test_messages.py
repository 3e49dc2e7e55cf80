"""What is said where real files can't be read as they are asked: short lines, a cure, a command."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from varstat.cli.program import COMMAND, _fold

# Files of more letters are read elsewhere; forty messages come of the others.
LARGEST, LEAST = 500_000, 40
# How a cure begins: an option, or what to do.
CURE = re.compile(
    r"--[a-z]|\b(Name|Say|Give|Give it|Take|Leave|State|Delete|Save|Put|Write|Choose|Use|Add|Make|"
    r"Expected|expected|Did you mean|Try|Call|Type|Fit|keep|columns are)\b"
)
MORTALITY = "--unit PROVIDER --observed OBSERVED --expected EXPECTED"
# Asked as one may at first: something is always missing, misspelt or too much.
NAIVE = (
    ("funnel", ""),
    ("league", "--unit code"),
    ("funnel", "--unit unit --numerator events --denominator people"),
)
ASKED = (
    ("opportunity", "shmi_2011_2012.csv", f"{MORTALITY} --only DATE=2011-10-01"),
    ("league", "shmi_2011_2012.csv", MORTALITY),
    ("league", "shmi_2011_2012.csv", f"{MORTALITY} --only DATE=2020-10-01"),
    ("league", "shmi_2011_2012.csv", f"{MORTALITY} --period DATE --transient -1"),
    ("funnel", "shmi_2011_2012.csv", "--unit PROVIDER --observed OBSERVD --expected EXPECTED"),
    ("funnel", "shmi_2011_2012.csv", f"{MORTALITY} --period DATE --levels 95"),
    ("funnel", "shmi_2011_2012.csv", f"{MORTALITY} --by DATE --highlight NOBODY"),
    ("funnel", "shmi_2011_2012.csv", f"{MORTALITY} --by DATE --target best:2"),
    ("compare", "shmi_2011_2012.csv", f"RNJ NOBODY {MORTALITY} --only DATE=2011-10-01"),
    ("change", "shmi_2011_2012.csv", f"{MORTALITY} --from 2011 --to 2012"),
    ("completeness", "shmi_2011_2012.csv", "--unit PROVIDER"),
    ("funnel", "nhs_sickness_absence_2024-04.csv", "--card sicknes"),
    ("league", "nhs_sickness_absence_2024-04.csv", "--card sickness"),
    ("fit", "nhs_sickness_absence_2024-04.csv", "--card sickness"),
    ("funnel", "nhs_trust_types.csv", "--unit code"),
    ("league", "statins_practice_2018.csv", "--unit practice --numerator items"),
)


@pytest.fixture(scope="module", name="files")
def _files(shared: Path) -> list[Path]:
    every = [*(shared / "cases").iterdir(), *(shared / "data").iterdir()]
    tables = [path for path in every if path.suffix in (".csv", ".xlsx", ".xls")]
    return sorted(path for path in tables if path.stat().st_size <= LARGEST)


def test_every_message_fits_says_the_cure_and_its_command_runs(
    run: Callable[..., Any], files: list[Path], shared: Path
) -> None:
    asked = [(verb, path, options) for path in files for verb, options in NAIVE]
    asked += [(verb, shared / "data" / name, options) for verb, name, options in ASKED]
    messages: dict[str, str] = {}
    for verb, path, options in asked:
        if path.stem.startswith("stray-cell") and options:
            continue  # once is enough: it takes its time
        ran = run(verb, path, *shlex.split(options), "-q")
        if ran.code:
            assert ran.code in (2, 10, 11, 12, 13), ran.err
            # A file's own name makes no other message.
            messages.setdefault(ran.err.replace(path.name, "FILE"), ran.err)
    assert len(messages) >= LEAST
    commands = set()
    for message in messages.values():
        for line in _fold(message.strip()).split("\n"):
            assert len(line) <= 80 or line.startswith(COMMAND), line
            if line.startswith(COMMAND):
                commands.add(line.removeprefix(COMMAND))
        assert CURE.search(message), message
    assert commands
    for command in commands:
        program, *rest = shlex.split(command)
        assert program == "varstat"
        ran = run(*rest)
        assert ran.code == 0, f"{command}: {ran.err}"
