"""Standard output that is full or closed, signals, and what a terminal is sent."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TOLD = [sys.executable, "-c", "from varstat.cli import main; main()"]
FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "asked",
    [
        ["check", "example:star98"],
        ["check", "example:star98", "--format", "csv"],
        ["example", "list"],
        ["card", "list"],
        ["--help"],
    ],
)
def test_output_that_is_full_is_an_error_without_a_traceback(asked: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [*TOLD, *asked], stdout=full, stderr=subprocess.PIPE, check=False, timeout=600
        )
    assert done.returncode == 15
    assert done.stderr.decode().startswith("OutputError: output: this can't be written (no space")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("asked", [["check", "example:star98"], ["example", "list"], ["--help"]])
def test_output_that_is_closed_is_wanted_by_nobody(asked: list[str]) -> None:
    command = " ".join(["exec", '"$0"', '"$@"', ">&-"])
    done = subprocess.run(
        ["/bin/sh", "-c", command, *TOLD, *asked], stderr=subprocess.PIPE, check=False, timeout=600
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_no_temporary_file(tmp_path: Path, number: int) -> None:
    script = (
        "import sys, time; from pathlib import Path; from varstat.cli import clean_up_when_ended; "
        "from varstat.files import written_beside; clean_up_when_ended()\n"
        "with written_beside(Path(sys.argv[1])) as place: print(place, flush=True); time.sleep(600)"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "o.csv")],
        stdout=subprocess.PIPE,
        # Whatever runs the tests may ignore the signal, and that is inherited.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    assert running.stdout is not None
    running.stdout.readline()
    assert len(os.listdir(tmp_path)) == 1
    running.send_signal(number)
    assert running.wait(timeout=600) == 128 + number
    running.stdout.close()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("module", ["typer", "numpy", "pandas", "varstat.data.read"])
def test_whoever_interrupts_an_import_sees_one_line_and_no_traceback(module: str) -> None:
    script = (
        "import os, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "sys.argv = ['varstat', 'check', 'example:star98']\n"
        "from varstat.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=False,
        timeout=600,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr.strip() == b"Interrupted."


def test_a_cards_title_and_a_column_are_shown_harmlessly(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    card = tmp_path / "c.toml"
    card.write_text(
        '[indicator]\ntitle = "T\\u001b[31mred\\u0007"\nmeasure = "proportion"\n'
        'direction = "neither"\n'
    )
    (tmp_path / "t.csv").write_text(
        "unit,\x1b[31mregion,numerator,denominator\nA,,1,2\nB,x,1,2\n", encoding="utf-8"
    )
    for asked in (
        ["card", "check", card],
        ["card", "show", card],
        ["check", tmp_path / "t.csv", "--by", "\x1b[31mregion"],
        ["check", tmp_path / "t.csv", "--by", "\x1b[31mother"],
    ):
        ran = run(*asked)
        assert ran.out + ran.err
        assert "\x1b" not in ran.out + ran.err
        assert "\x07" not in ran.out + ran.err
