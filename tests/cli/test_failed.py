"""A failed check: who is behind it, and a command to type next that runs."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from varstat.cli.program import _fold


def test_the_command_of_a_failed_league_runs(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"U{i:02},{95 + 7 * i % 11},1000" for i in range(40)]
    text = "\n".join(["unit,numerator,denominator", *rows, "U40,990,1000"])
    (tmp_path / "few units.csv").write_text(text)
    ran = run("league", "few units.csv", "--effects", "normal")
    assert ran.code == 13
    assert "furthest out: U40 (99.0% of 1,000, p < 0.0005)" in ran.err
    (line,) = [each for each in ran.err.splitlines() if each.startswith("Type next: ")]
    words = shlex.split(line.removeprefix("Type next: varstat "))
    again = run(*words)
    assert again.code == 0
    assert "further out" in again.err or "may not be normal" in again.err


def test_a_long_message_is_broken_at_words_and_a_command_is_not() -> None:
    said = "ModelError: x: " + "several words " * 12
    command = "Type next: varstat league " + "--only a=b " * 12
    *folded, last = _fold(f"{said}\n{command}").split("\n")
    assert last == command
    assert len(folded) > 1
    assert all(len(line) <= 80 for line in folded)
