"""What stands on a page that anyone may read."""

import html
import re

import numpy as np
import pytest
from present.histories import (
    BUILT,
    build_changes,
    build_histories,
)
from present.leagues import build_league, gather
from present.pages import page_of, read_tips

from varstat.hierarchical.model import transient
from varstat.present.kind import find_kind, findings_of
from varstat.prose.text import MOST_SENTENCES, sentences, without_options

OPTION = re.compile(r"(?<![\w-])--?[a-z]{2,}|\s-o\s")


def test_no_option_of_a_command_stands_on_a_page() -> None:
    notes = (
        "Part of it passes. State how much passes with --transient, or give several periods.",
        "Units are of two kinds (--effects normal-mixture).",
        "Add --inform size.",
    )
    text = page_of(gather(build_league(12, notes=notes, problems=("Take --effects auto.",))))
    # Notes are in details too; how the page was made, which has no class, is for those who type.
    apart = r"<(script|style).*?</\1>|<details>.*?</details>"
    shown = re.sub(apart, "", text.decode(), flags=re.S)
    shown = re.sub(r"<[^>]*>", " ", shown)
    assert not OPTION.findall(shown)
    assert "Part of it passes." in shown
    assert "Units are of two kinds." in shown
    assert "2 notes" in shown


@pytest.mark.parametrize(("count", "opened"), [(1, True), (3, True), (4, False), (10, False)])
def test_notes_stand_below_the_charts_and_many_are_folded(count: int, opened: bool) -> None:
    notes = tuple(f"Mind this, {at}." for at in range(count))
    text = page_of(gather(build_league(12, notes=notes))).decode()
    assert text.rindex("<figure") < text.index('class="notes"') < text.index("<table")
    assert ('<details class="notes" open>' in text) == opened
    # On paper all are there: a page opens what is folded before it is printed.
    assert re.search(r"beforeprint.*?details\.notes", text, re.S)
    assert all(note in text for note in notes)


def test_what_is_said_of_one_period_stays_without_its_advice() -> None:
    (sentence,) = [
        value
        for value in vars(transient).values()
        if isinstance(value, str) and "--transient" in value
    ][:1]
    left = without_options(sentence)
    assert left
    assert "--" not in left


def test_words_with_hyphens_stay() -> None:
    text = "A well-known pre-2012 figure - of -3.5 - stays."
    assert without_options(text) == text


def test_what_tooltips_say_is_on_the_page_once() -> None:
    text = page_of(gather(build_league(30))).decode()
    assert text.count('class="units"') == 1
    assert [len(each) for each in read_tips(text)] == [30] * 4


@pytest.mark.parametrize("name", BUILT)
def test_a_page_is_in_words_that_anyone_reads(name: str) -> None:
    results = BUILT[name]()
    text = page_of(results).decode()
    shown = re.sub(r"<(script|style|svg).*?</\1>|<details>.*?</details>", "", text, flags=re.S)
    shown = html.unescape(re.sub(r"<[^>]*>", " ", shown))
    assert not OPTION.findall(shown)
    assert "`" not in shown
    # Minus signs are minus signs, and hyphens stand in words and periods.
    assert not re.findall(r"(?<![\w.])-\d", shown)
    (result,) = results
    assert len(sentences(findings_of(result))) <= MOST_SENTENCES


def test_a_page_of_a_change_has_its_parts_with_their_intervals() -> None:
    changes = build_changes()
    text = html.unescape(re.sub(r"<[^>]*>", " ", page_of(changes).decode()))
    (block, *_) = find_kind(changes).blocks(changes[0])
    cells = [cell for column in block.numbers.values() for cell in column]
    assert cells
    assert all(cell in text for cell in cells)


def test_events_stand_on_a_page_in_the_order_of_a_terminal() -> None:
    histories = build_histories()
    kind, (history,) = find_kind(histories), histories
    mark = np.zeros(len(history.events), dtype=bool)
    first = [row for row in kind.shown(history, mark) if row is not None]
    assert kind.listed(history, mark).tolist()[: len(first)] == first


def test_factors_of_other_counts_stand_with_their_names() -> None:
    (history,) = build_histories()
    text = page_of(build_histories()).decode()
    told = next(event for event in history.events if event.columns)
    for name, value in told.columns.items():
        assert f"{name} {value:.2f}" in text
