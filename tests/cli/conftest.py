"""Run the program: quickly in this process, or truly in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from varstat.cli import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
Put = Callable[..., Path]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `varstat ARGS` in this process; whatever isn't an exit is raised."""
    monkeypatch.setenv("COLUMNS", "80")
    # Else the program would be called `python -m pytest.varstat` under that command.
    monkeypatch.setattr(sys.modules["__main__"], "__package__", None)

    def run_here(*args: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["varstat", *map(str, args)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        told = capsys.readouterr()
        assert isinstance(code, int)
        return Ran(code=code, out=told.out, err=told.err)

    return run_here


@pytest.fixture
def program(tmp_path: Path) -> Run:
    """Run the installed program in a process of its own, in an empty folder."""
    script = Path(sys.executable).with_name("varstat")

    def run_apart(*args: object, env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [script, *map(str, args)],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "80", **(env or {})},
            timeout=600,
        )
        return Ran(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    return run_apart


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write columns of a table to a CSV file."""

    def put_table(name: str = "table.csv", **columns: object) -> Path:
        path = tmp_path / name
        pd.DataFrame(columns).to_csv(path, index=False)
        return path

    return put_table
