"""Long work shows itself, where someone is there to see it; what was interrupted is said."""

import contextlib
import io
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from varstat.cli import progress
from varstat.cli.progress import Shown


def _watch(monkeypatch: pytest.MonkeyPatch, *, patience: float) -> io.StringIO:
    """Have what is shown go to a terminal of 80 columns that is a text."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr("rich.console.Console", lambda **_: console)
    monkeypatch.setattr(progress, "_PATIENCE", patience)
    return screen


def test_a_stage_is_shown_with_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _watch(monkeypatch, patience=0.0)
    with Shown(on=True) as shown:
        shown.tell("Reading a file", 0, 0)
        until = time.monotonic() + 30
        while "Reading a file" not in screen.getvalue() and time.monotonic() < until:
            time.sleep(0.02)
        shown.tell("Fitting model", 2, 9)
        while "Fitting model 3 of 9" not in screen.getvalue() and time.monotonic() < until:
            time.sleep(0.02)
    assert "Reading a file" in screen.getvalue()
    assert "Fitting model 3 of 9" in screen.getvalue()


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _watch(monkeypatch, patience=1000.0)
    with Shown(on=True) as shown:
        shown.tell("Reading a file", 0, 0)
    assert "Reading" not in screen.getvalue()


def test_where_nobody_looks_nothing_is_made() -> None:
    with Shown(on=False) as shown:
        shown.tell("Reading a file", 0, 0)


def test_the_first_stage_is_told_before_anything_slow_is_imported(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("unit,numerator,denominator\nA,1,2\n")
    program = (
        "import sys, varstat.cli\n"
        "from varstat.cli.progress import Shown\n"
        "def tell(self, stage, done, of):\n"
        "    print(stage, sorted({'numpy', 'pandas', 'scipy'} & set(sys.modules)), flush=True)\n"
        "    sys.exit(0)\n"
        "Shown.tell = tell\n"
        "sys.argv = ['varstat', 'league', 'units.csv', '-q']\n"
        "varstat.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "Reading units.csv []\n", done.stderr


def test_a_league_says_on_a_terminal_what_it_does(tmp_path: Path) -> None:
    """With `-q`, and without a terminal, it says nothing of that."""
    rows = "".join(f"U{i:04},{i % 17 + 3},{40 + i % 90}\n" for i in range(600))
    (tmp_path / "units.csv").write_text(f"unit,numerator,denominator\n{rows}")
    program = (
        "import varstat.cli.progress as p; p._PATIENCE = 0.0\n"
        "import varstat.cli, sys; sys.argv[0] = 'varstat'; varstat.cli.main()"
    )
    for quiet in ([], ["-q"]):
        leader, follower = pty.openpty()
        done = subprocess.run(
            [sys.executable, "-c", program, "league", "units.csv", *quiet],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=follower,
            check=False,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "80"},
        )
        os.close(follower)
        shown = b""
        # At its end a terminal's leader is an error rather than empty.
        with contextlib.suppress(OSError):
            while some := os.read(leader, 65536):
                shown += some
        os.close(leader)
        assert done.returncode == 0
        assert (b"Fitting the model of 600 rows" in shown) is not bool(quiet)
        assert b"Fitting" not in done.stdout


def test_interrupting_says_what_is_there_and_what_not(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import varstat.cli.run as home

    write = home._write

    def stop(analysis: Any, path: Path, *rest: Any) -> None:
        if path.suffix == ".json":
            sys.exit(130)
        write(analysis, path, *rest)

    monkeypatch.setattr(home, "_write", stop)
    names = [part for s in ("csv", "json", "xlsx") for part in ("-o", tmp_path / f"out.{s}")]
    ran = run("funnel", "example:star98", *names)
    assert ran.code == 130
    assert "Wrote out.csv. Not written: out.json, out.xlsx." in ran.err
    monkeypatch.setattr("varstat.analysis.run.analyse", lambda *_, **__: sys.exit(130))
    ran = run("funnel", "example:star98")
    assert (ran.code, ran.err.strip()) == (130, "Nothing was written.")
