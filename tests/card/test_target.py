"""How targets are named."""

import math

import pytest

from varstat.card.target import parse_target
from varstat.errors import UsageError


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("pooled", "pooled", math.nan),
        (" median ", "median", math.nan),
        ("leave-one-out", "leave-one-out", math.nan),
        ("best:0.25", "best", 0.25),
        ("rate:0.75", "rate", 0.75),
        ("rate:-3", "rate", -3.0),
        ("rate:1e-3", "rate", 0.001),
    ],
)
def test_a_rule_is_read(text: str, kind: str, value: float) -> None:
    rule = parse_target(text)
    assert rule.kind == kind
    assert rule.value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("text", ["pooled", "median", "leave-one-out", "best:0.25", "rate:0.75"])
def test_a_rule_is_written_as_it_was_read(text: str) -> None:
    assert parse_target(text).text == text


def test_no_digit_of_a_rate_is_lost() -> None:
    rule = parse_target("rate:0.123456789")
    assert parse_target(rule.text) == rule


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no target ''"),
        ("mean", "Did you mean 'median'?"),
        ("Pooled", "Did you mean 'pooled'?"),
        ("best", "has no number, as in best:0.25"),
        ("best:", "has no number"),
        ("rate:high", "has no number, as in rate:0.75"),
        ("best:25", "between 0 and 1"),
        ("best:0", "between 0 and 1"),
        ("best:1", "between 0 and 1"),
        ("rate:nan", "finite"),
        ("rate:inf", "finite"),
        ("best:nan", "between 0 and 1"),
        ("pooled:0.5", "takes no number"),
    ],
)
def test_what_is_no_rule_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target(text)
    assert words in str(caught.value)
