"""Marks, rounding and rule sets, as they are typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from varstat.cli.parse import parse_bases, parse_ranges
from varstat.errors import UsageError

COLUMNS = ("--unit", "unit", "--numerator", "numerator", "--denominator", "denominator")


def told(ran: Any) -> str:
    """What a command said, in one line."""
    assert ran.code == 0, ran.err
    return " ".join(ran.out.split())


@pytest.fixture
def check(run: Callable[..., Any], put: Callable[..., Path]) -> Callable[..., Any]:
    """Run `varstat check` on some numerators of 100 each."""

    def check_here(numerator: list[str], *options: str) -> Any:
        units = [f"u{at}" for at in range(len(numerator))]
        path = put(unit=units, numerator=numerator, denominator=[100] * len(units))
        return run("check", path, *COLUMNS, *options)

    return check_here


@pytest.mark.parametrize(
    ("mark", "options", "words"),
    [
        ("*", ("--suppressed", "1:7"), "'*' once as 1 to 7"),
        ("few", ("--suppressed", "few=1:10"), "'few' once as 1 to 10"),
        ("<11", ("--suppressed", "<11=1:10"), "'<11' once as 1 to 10"),
        ("<=10", ("--suppressed", "<=10=1:10"), "'<=10' once as 1 to 10"),
        ("<11", (), "'<11' once as 0 to 10"),
        ("0", ("--suppressed", "0=0:7"), "'0' once as 0 to 7"),
        ("-", ("--zero", "-"), "'-' once as none"),
        ("-99", ("--missing", "-99"), "not available (marked '-99')"),
        ("n.r.", ("--missing", "n.r."), "not available (marked 'n.r.')"),
        ("*", ("--rules", "hes"), "by the rules of HES and ECDS outputs"),
        ("*", ("--rules", "nomis", "--suppressed", "1:2"), "(background: confirm them)"),
    ],
)
def test_what_a_mark_stands_for_is_typed_and_printed(
    check: Callable[..., Any], mark: str, options: tuple[str, ...], words: str
) -> None:
    assert words in told(check([mark, "20", "30"], *options))


def test_options_that_repeat_are_taken_together(check: Callable[..., Any]) -> None:
    options = ("--suppressed", "1:7", "--suppressed", "few=1:10", "--zero", "-", "--zero", "nil")
    said = told(check(["*", "few", "-", "nil", "20"], *options))
    assert "'*' once as 1 to 7, '-' once as none, 'few' once as 1 to 10, 'nil' once as none" in said


def test_the_bases_of_numerator_and_denominator_are_typed(check: Callable[..., Any]) -> None:
    said = told(check(["20", "30"], "--rounded", "numerator=10", "--rounded", "denominator=5"))
    assert "'numerator' are rounded to the nearest 10" in said
    assert "'denominator' are rounded to the nearest 5" in said


def test_an_unread_text_is_shown_with_the_options_that_say_what_it_means(
    check: Callable[..., Any],
) -> None:
    ran = check(["zu klein", "zu klein", "n.r.", "20", "30"])
    assert ran.code == 11
    said = " ".join(ran.err.split())
    assert "'zu klein' twice, 'n.r.' once" in said
    assert "--suppressed 'zu klein=LOW:HIGH'" in said
    assert "--missing 'zu klein'" in said


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["1-7"], "expected as in 1:7"),
        (["*=1"], "expected as in 1:7"),
        (["*=1:x"], "expected as in 1:7"),
        (["1:7", "1:5"], "said twice"),
        (["*=1:7", "*=1:5"], "said twice"),
    ],
)
def test_ranges_that_cannot_be_are_refused(texts: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_ranges(texts)


@pytest.mark.parametrize("texts", [["many"], ["numerator="], ["5", "numerator=10"], ["-5"]])
def test_bases_that_cannot_be_are_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError, match="--rounded"):
        parse_bases(texts)


@pytest.mark.parametrize(
    "options", [("--rounded", "bed_days=5"), ("--rules", "hospital"), ("--suppressed", "9:1")]
)
def test_what_no_card_can_say_ends_as_a_card_does(
    check: Callable[..., Any], options: tuple[str, ...]
) -> None:
    assert check(["20", "30"], *options).code == 10
