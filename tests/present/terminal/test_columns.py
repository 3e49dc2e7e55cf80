"""What gives way in a terminal: the least useful numbers first, names last, codes never."""

import io

import pytest
from rich.console import Console
from rich.text import Text

from varstat.present.terminal.columns import Fitted, print_columns, print_padded, set_columns
from varstat.present.terminal.console import open_console

NAME = "University Hospitals of Somewhere and Elsewhere"


def fitted(width: int) -> Fitted:
    """A code, a name, and four numbers of which three may go."""
    numbers = {name: ["12,345"] for name in ("events", "p-\nvalue", "q", "size")}
    return set_columns(
        {"unit": ["ABCDEFGHIJ"], "name": [NAME]},
        numbers,
        width=width,
        expendable=["q", "p-\nvalue", "size", "name"],
        whole=["unit"],
    )


def printed(width: int) -> str:
    out = io.StringIO()
    print_columns(Console(file=out, width=width, highlight=False), fitted(width))
    return out.getvalue()


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (140, ()),
        (80, ()),
        (70, ("q",)),
        (60, ("q", "pvalue")),
        (50, ("q", "pvalue", "size")),
        (34, ("q", "pvalue", "size")),
        (26, ("q", "pvalue", "size", "name")),
    ],
)
def test_the_least_useful_numbers_go_first_and_names_last(
    width: int, left_out: tuple[str, ...]
) -> None:
    assert fitted(width).left_out == left_out
    text = printed(width)
    assert "ABCDEFGHIJ" in text
    assert max(map(len, text.splitlines()[:2])) <= width


def test_what_there_is_no_room_for_is_said_in_one_line() -> None:
    assert "not shown at this width: q, pvalue; --format csv has all" in printed(60)
    assert "not shown" not in printed(140)


def test_a_pipe_gets_every_line_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    console = open_console()
    print_columns(console, fitted(console.width))
    lines = capsys.readouterr().out.splitlines()
    assert any(NAME in line for line in lines)
    assert max(map(len, lines)) < 120


def test_a_terminal_is_as_wide_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "66")
    assert open_console().width == 66


def test_broken_lines_of_text_begin_alike_and_end_without_spaces() -> None:
    console = Console(width=20, record=True, file=io.StringIO())
    print_padded(console, Text("one two three four five six seven"), before="# ")
    lines = console.export_text().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("# ") and line == line.rstrip() for line in lines)


@pytest.mark.parametrize("width", [72, 80, 100])
def test_words_of_sentences_are_whole_where_names_are_cut(width: int) -> None:
    said = ["incomplete or service interruption", "not submitted or closed"]
    texts = {"unit": ["R1", "R2"], "name": ["SPIRE LIVERPOOL HOSPITAL" * 2, "HEART"], "like": said}
    numbers = {"from": ["2014-11-01"] * 2, "factor": ["0.28 (0.26 to 0.30)"] * 2}
    found = set_columns(
        texts, numbers, width=width, expendable=(), whole=["unit"], wrapped=["like"]
    )
    console = Console(file=io.StringIO(), width=width)
    console.print(found.grid)
    words = console.file.getvalue().split()
    assert {"interruption", "submitted", "incomplete"} <= {*words}
