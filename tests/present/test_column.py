"""A column is declared once."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from varstat.present.column import ALWAYS, Column, describe, explain
from varstat.present.kinds import comparison, fit, funnel, judged, league, opportunity

DOCS = Path(__file__).parents[2] / "docs"
KINDS = [comparison.KIND, fit.KIND, funnel.KIND, judged.KIND, league.KIND, opportunity.KIND]


def test_reference_and_glossary_say_what_the_columns_say() -> None:
    """`make columns` writes them."""
    script = runpy.run_path(str(DOCS / "_ext" / "columns.py"))
    pages = [path.read_text(encoding="utf-8") for path in script["PAGES"]]
    for page in pages:
        assert script["filled"](page) == page
    for name in (*script["TABLES"], "all"):
        assert any(f"<!-- columns {name} -->" in page for page in pages)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_columns_that_a_terminal_shows_have_a_heading_and_a_text(kind: Any) -> None:
    for column in (*kind.columns, *kind.groups):
        assert bool(column.heading) == (column.text is not None), column.name
        assert not column.keep or column.heading, column.name
        assert column.keep <= ALWAYS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_of_the_columns_that_give_way_one_goes_first(kind: Any) -> None:
    for columns in (kind.columns, kind.groups):
        going = [column.keep for column in columns if 0 < column.keep < ALWAYS]
        assert len(going) == len(set(going))


def test_a_heading_is_on_one_line_on_a_page() -> None:
    column: Column[Any] = Column(name="x", heading="mis-\nclassified\nby\nlot", means="")
    assert column.title(None) == "Misclassified by lot"  # type: ignore[arg-type]


def test_a_name_for_the_reference_says_what_measures_call_it() -> None:
    text = describe((Column(name="{t.measure.size}", means="how large"),))
    assert "`denominator`, `expected`, `exposure` or `se`" in text
    assert "how large |" in text


def test_a_column_of_one_meaning_is_explained_once() -> None:
    size: Column[Any] = Column(name="size", means="how large")
    other: Column[Any] = Column(name="size", means="its length")
    lines = explain({"one": (size,), "two": (size,), "three": (other,)}).splitlines()
    assert lines[2:] == ["| `size` | how large | one, two |", "| `size` | its length | three |"]
