"""Two hundred and fifty bad files: a message and the right exit code, and nothing left behind."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from badfiles import SECRETS, Bad, bad_files

pytestmark = pytest.mark.slow

# The exit codes of errors that a user can mend, and of success.
CODES = (0, 2, 10, 11, 12, 13, 15)
# What a terminal would obey.
OBEYED = ("\x1b", "\x07", "\x9b", "\x00")
SECONDS = 30


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """End what hangs: what takes so much of a processor, or ten times as long in all."""

    def end(number: int, frame: object) -> None:
        raise TimeoutError(f"this takes longer than {seconds} seconds")

    before = [(each, signal.signal(each, end)) for each in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(10 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        for each, handler in before:
            signal.signal(each, handler)


def arguments(bad: Bad, path: Path, folder: Path) -> list[list[object]]:
    """The commands that read a file."""
    match bad.command:
        case "card":
            return [["card", "check", path], ["card", "show", path]]
        case "cells":
            options = ["--unit", "unit", "--event", "died"]
            return [
                ["cells", path, *options],
                ["cells", path, *options, "-o", folder / "o.parquet"],
            ]
        case "league":
            return [["league", path, "-o", folder / "o.csv"]]
        case _:
            counts = ["--numerator", "numerator", "--denominator", "denominator"]
            return [["check", path], ["funnel", path, *counts, "-o", folder / "o.csv"]]


def faults(ran: Any, folder: Path) -> list[str]:
    """What is wrong with how the program ended."""
    found = [f"exit code {ran.code}"] if ran.code not in CODES else []
    told = ran.out + ran.err
    found += [word for word in ("Traceback", "panicked", *SECRETS) if word in ran.err]
    found += [word for word in SECRETS if word in ran.out]
    found += [repr(letter) for letter in OBEYED if letter in told]
    left = {path.name for path in folder.iterdir()}
    whole: tuple[set[str], ...] = (set(),)
    if ran.code == 0:
        whole = (set(), {"o.parquet"}, {"o.csv", "o.csv.provenance.json"})
    if left not in whole:
        found.append(f"left {sorted(left)}")
    if ran.code and not ran.err.strip():
        found.append("no message")
    return found


def test_bad_files_end_with_a_message_and_leave_nothing(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    made, given, out = (tmp_path / name for name in ("made", "given", "out"))
    for folder in (made, given, out):
        folder.mkdir()
    wrong = {}
    number = 0
    for bad in bad_files(made):
        number += 1
        path = given / bad.name
        path.write_bytes(bad.content)
        for asked in arguments(bad, path, out):
            with no_longer_than(SECONDS):
                ran = run(*asked)
            if found := faults(ran, out):
                wrong[f"{asked[0]} {bad.name!r}"] = found
            for left in out.iterdir():
                left.unlink()
        path.unlink()
    assert wrong == {}
    assert number >= 250


def test_tampered_fits_end_with_a_message(run: Callable[..., Any], tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = "".join(f"U{at},{5 + at},{100 + at}\n" for at in range(12))
    table.write_text(f"unit,numerator,denominator\n{rows}")
    fit, out = tmp_path / "fit.nc", tmp_path / "out"
    out.mkdir()
    assert run("fit", table, "--direction", "lower-is-better", "-o", fit).code == 0
    whole = fit.read_bytes()
    dice = random.Random(13)
    wrong = {}
    for at in range(30):
        content = bytearray(whole)
        if at < 10:
            content = content[: dice.randrange(len(content))]
        for _ in range(0 if at < 10 else dice.choice([1, 50, 500])):
            content[dice.randrange(len(content))] = dice.randrange(256)
        fit.write_bytes(bytes(content))
        with no_longer_than(SECONDS):
            ran = run("league", fit, "-o", out / "o.csv")
        if found := faults(ran, out):
            wrong[at] = found
        for left in out.iterdir():
            left.unlink()
    assert wrong == {}


@pytest.mark.parametrize("name", [b"g\xff.csv", b"\x1b[31mred\x07.csv"])
@pytest.mark.parametrize("options", [[], ["--format", "json"], ["-o", "o.csv"], ["-o", "o.xlsx"]])
def test_a_name_that_is_no_text_is_printed_harmlessly(
    run: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: bytes,
    options: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(os_name := name.decode("utf-8", "surrogateescape")).write_text(
        "unit,numerator,denominator\nA,1,20\nB,2,30\nC,4,40\n"
    )
    ran = run("funnel", os_name, *options)
    assert ran.code == 0
    assert [letter for letter in OBEYED if letter in ran.out + ran.err] == []
