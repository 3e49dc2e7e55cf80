"""What stands on a page that anyone may read."""

import re

from present.leagues import build_league, gather
from present.pages import page_of, read_tips

from varstat.hierarchical.model import transient
from varstat.prose.text import without_options

OPTION = re.compile(r"(?<![\w-])--?[a-z]{2,}|\s-o\s")


def test_no_option_of_a_command_stands_on_a_page() -> None:
    notes = (
        "Part of it passes. State how much passes with --transient, or give several periods.",
        "Units are of two kinds (--effects normal-mixture).",
        "Add --inform size.",
    )
    text = page_of(gather(build_league(12, notes=notes, problems=("Take --effects auto.",))))
    shown = re.sub(r"<(script|style|details).*?</\1>", "", text.decode(), flags=re.S)
    shown = re.sub(r"<[^>]*>", " ", shown)
    assert not OPTION.findall(shown)
    assert "Part of it passes." in shown
    assert "Units are of two kinds." in shown
    assert shown.count("Note:") == 2


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
