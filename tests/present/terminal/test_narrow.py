"""Tables of several periods and of reviews in a narrow terminal: what can't be cut is whole."""

import io
from typing import Any

import numpy as np
import pytest
from present.histories import (
    BUILT,
)
from rich.console import Console

import varstat
from varstat.present.column import ALWAYS
from varstat.present.kind import find_kind
from varstat.present.terminal.columns import print_columns, set_block


def shown(results: Any, width: int) -> str:
    out = io.StringIO()
    varstat.show(results, console=Console(file=out, width=width, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", BUILT)
def test_verdicts_periods_and_numbers_are_whole(name: str, width: int) -> None:
    results = BUILT[name]()
    kind, (result,) = find_kind(results), results
    text = shown(results, width)
    assert max(map(len, text.splitlines())) <= width
    table, mark = kind.table(result), np.zeros(len(kind.named(result).unit), dtype=bool)
    rows = [row for row in kind.shown(result, mark) if row is not None]
    always = [
        c for c in kind.columns if c.keep >= ALWAYS and c.text and c.where(result) and not c.cut
    ]
    assert always
    for column in always:
        for row in rows:
            cell = column.cell(table, row)
            # What goes on in the next line keeps all its words.
            assert all(word in text for word in (cell.split() if column.wraps else [cell])), cell


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", BUILT)
def test_nothing_is_cut_of_the_small_tables(name: str, width: int) -> None:
    results = BUILT[name]()
    kind, (result,) = find_kind(results), results
    text = shown(results, width)
    for block in kind.blocks(result):
        kept = {**block.texts, **block.numbers}
        for heading, cells in kept.items():
            if heading in block.expendable:
                continue
            for cell in cells:
                assert all(word in text for word in cell.split()), (heading, cell)


def test_what_small_tables_leave_out_is_not_said_to_be_in_a_file_of_the_units() -> None:
    fitted = set_block(
        {"part": ["mergers"], "what it is": ["same care, other units"]},
        {"events": ["−19,200 (−30,300 to −9,500)"]},
        width=50,
        expendable=("what it is",),
    )
    console = Console(file=(out := io.StringIO()), width=50)
    print_columns(console, fitted, where="")
    assert out.getvalue().splitlines()[-1] == " not shown at this width: what it is"
