"""Every command and option is documented, and every example runs."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from varstat.cli.program import app

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def commands(command: Any, name: tuple[str, ...] = ("varstat",)) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    inside = getattr(command, "commands", {})
    for word, each in inside.items():
        yield from commands(each, (*name, word))
    if not inside:
        yield " ".join(name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.fixture(scope="module")
def docs() -> str:
    """All of the documentation, as text."""
    folder = ROOT / "docs"
    pages = [p for p in sorted(folder.rglob("*.md")) if "_build" not in p.relative_to(folder).parts]
    assert pages, "there is no documentation"
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_docs(docs: str, name: str) -> None:
    assert name in docs


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_in_the_reference(name: str) -> None:
    page = ROOT / "docs" / "reference" / "cli.md"
    assert page.is_file(), "there is no reference of the command line"
    reference = page.read_text(encoding="utf-8")
    if re.search(rf"^`{{3,}}\{{command\}} {name}$", reference, re.M):
        return  # This part of the page is made from the program itself.
    options = [word for p in COMMANDS[name].params for word in p.opts if word.startswith("--")]
    absent = [o for o in options if o != "--help" and not re.search(rf"{o}(?![\w-])", reference)]
    assert absent == []


def test_the_readme_shows_a_command_that_there_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\s*(?:\$ )?varstat ([a-z]+)(?: ([a-z]+))?", text, re.M)
    for first, second in shown:
        names = (f"varstat {first}", f"varstat {first} {second}")
        assert any(name in COMMANDS for name in names)


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_runs(path: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", path, tmp_path],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        text=True,
    )
    assert done.returncode == 0, done.stderr
