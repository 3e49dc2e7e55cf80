"""Sentences of every kind of result: what they begin with, and errors rounded to nothing."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from present.histories import BUILT

import varstat
from varstat.present.kind import find_kind
from varstat.prose.number import give_or_take

NONE = re.compile(r"(?:^|[.:;!?…] )0 [a-z]")


def alike(**more: object) -> pd.DataFrame:
    """Units that don't differ, and so are neither flagged, surely placed nor moved."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "unit": [f"U{at % 20:02d}" for at in range(60)],
            "year": [str(2015 + at // 20) for at in range(60)],
            "numerator": rng.binomial(200, 0.3, 60),
            "denominator": 200,
            "region": ["north", "south"] * 30,
        }
    )
    return frame if more.get("years") else frame[:20]


def quiet_months() -> pd.DataFrame:
    months = pd.period_range("2014-01", periods=24, freq="M").astype(str)
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"U{at}" for at in range(6)], 24),
            "month": np.tile(months, 6),
            "spells": (1000 + 10 * rng.standard_normal(144)).round(),
        }
    )


LOW: dict[str, Any] = {"direction": "lower-is-better", "draws": 100}
QUIET: dict[str, Callable[[], Any]] = {
    "funnel": lambda: varstat.funnel(alike(), direction="lower-is-better"),
    "funnels": lambda: varstat.funnel(alike(), by="region"),
    "league": lambda: varstat.league(alike(), **LOW),
    "opportunity": lambda: varstat.opportunity(alike(), **LOW),
    "change": lambda: varstat.change(
        alike(years=True), ("2015", "2017"), period="year", **LOW | {"draws": 400}
    ),
    "completeness": lambda: varstat.completeness(
        quiet_months(), period="month", denominator="spells"
    ),
}


def sentences_of(results: Any) -> Iterator[str]:
    kind = find_kind(results)
    yield results.summary()
    for each in results:
        yield each.summary()
        yield kind.finding(each)
        yield from kind.notes(each)
    for chart in kind.charts.values():
        if all(chart.shows(each) for each in results) and chart.several:
            yield chart.alt(results.groups)


@pytest.mark.parametrize("name", [*QUIET, *BUILT])
def test_no_sentence_begins_with_a_nought(name: str) -> None:
    said = list(sentences_of((QUIET | BUILT)[name]()))
    assert said
    assert not [each for each in said if NONE.search(each)]


def test_nothing_found_is_said_as_none() -> None:
    assert varstat.funnel(alike()).summary().startswith("None of 20 units lie outside")
    assert "were examined: no events." in QUIET["completeness"]().summary()
    said = QUIET["change"]().summary()
    assert "None truly improved beside the nation, none truly worsened" in said


@pytest.mark.parametrize("error", [0.0049, 0.001, 1e-9])
def test_an_error_is_not_rounded_to_nothing(error: float) -> None:
    assert give_or_take(error) == " (± less than 0.01)"


@pytest.mark.parametrize("error", [0.0, float("nan")])
def test_no_error_is_no_brackets(error: float) -> None:
    assert give_or_take(error) == ""
