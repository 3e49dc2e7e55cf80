"""Text made safe to show."""

import pytest

from varstat.prose.text import clean, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("St Mary's", "St Mary's"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u202eb\u2066c\u200f", "abc"),
        ("one\r\n\ttwo   three", "one two three"),
        ("a\x00b\x07c\x9bd", "abcd"),
        ("a\u2028b\u2029c", "a b c"),
        ("\ud800lone", "lone"),
        ("Ysbyty Tŷ Coch – 全国", "Ysbyty Tŷ Coch – 全国"),
        ("\ufeffmark", "mark"),
        ("", ""),
        ("\u202e", ""),
    ],
)
def test_only_what_can_be_printed_is_kept_on_one_line(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_cleaning_twice_changes_nothing_more() -> None:
    text = "a\u202e \x1b[1m b\n\n"
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("longest", [5, 10, 28])
def test_text_is_never_longer_than_asked(longest: int) -> None:
    short = shorten("Royal Surrey County Hospital Trust", longest)
    assert len(short) <= longest
    assert short.endswith("…")


def test_text_that_fits_is_left_alone() -> None:
    assert shorten("exactly", 7) == "exactly"
