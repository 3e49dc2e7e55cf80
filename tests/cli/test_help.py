"""Help of every command: something to try, where to read on; completion; the version."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer

from varstat.cli.option import complete_card
from varstat.cli.program import app


def _commands() -> Iterator[tuple[str, ...]]:
    yield ()
    for name, command in typer.main.get_command(app).commands.items():
        yield (name,)
        for each in getattr(command, "commands", {}):
            yield name, each


@pytest.mark.parametrize("words", list(_commands()), ids=" ".join)
def test_every_help_has_an_example_and_says_where_to_read_on(
    run: Callable[..., Any], words: tuple[str, ...]
) -> None:
    shown = run(*words, "--help").out
    assert "Try: varstat " in shown
    assert "docs/" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_shell_completes_the_names_of_cards() -> None:
    assert complete_card("day") == ["daycase"]
    assert {"shmi", "sickness"} <= set(complete_card("s"))


def test_the_version_has_a_short_option(run: Callable[..., Any]) -> None:
    assert run("-V").out == run("--version").out


def test_a_dash_is_standard_input(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"unit,numerator,denominator\nA,1,20\nB,5,30\nC,7,40\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    ran = run("funnel", "-")
    assert ran.code == 0
    assert "3 units" in ran.err
