"""What is headed by a column's name is headed in words, whatever is asked."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from triangles import simulate, tabulate

import varstat
from varstat import draw
from varstat.present.kind import find_kind
from varstat.present.write import encode

COLUMNS: dict[str, Any] = {
    "unit": "org_code",
    "numerator": "day_cases",
    "denominator": "all_spells",
    "direction": "higher-is-better",
}


def make_frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    size = rng.integers(200, 900, 48)
    return pd.DataFrame(
        {
            "org_code": [f"U{at % 16:02d}" for at in range(48)],
            "fin_year": [str(2015 + at // 16) for at in range(48)],
            "day_cases": rng.binomial(size, 0.7 + 0.01 * (np.arange(48) % 16)),
            "all_spells": size,
        }
    )


def make_months() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    spells = rng.poisson(1000, (6, 24))
    spells[2, 12:16] //= 2
    months = pd.period_range("2014-01", periods=24, freq="M").astype(str)
    return pd.DataFrame(
        {
            "org_code": np.repeat([f"U{at}" for at in range(6)], 24),
            "month_of": np.tile(months, 6),
            "day_cases": spells.ravel() // 2,
            "all_spells": spells.ravel(),
        }
    )


def make_vintages() -> pd.DataFrame:
    frame = tabulate(simulate(np.random.default_rng(1), units=12, periods=9))
    return frame.rename(columns={"spells": "all_spells", "trust": "org_code"})


def one_year() -> pd.DataFrame:
    return make_frame()[-16:]


VOLUMES: dict[str, Any] = {"unit": "org_code", "denominator": "all_spells"}
ASKED: dict[str, Callable[[], Any]] = {
    "funnel": lambda: varstat.funnel(one_year(), **COLUMNS),
    "league": lambda: varstat.league(one_year(), **COLUMNS, draws=100),
    "opportunity": lambda: varstat.opportunity(one_year(), **COLUMNS, draws=100),
    "compare": lambda: varstat.compare(one_year(), ("U01", "U07"), **COLUMNS, draws=100),
    "review": lambda: varstat.review(one_year(), **COLUMNS, draws=100, refits=0),
    "change": lambda: varstat.change(
        make_frame(), ("2015", "2017"), period="fin_year", **COLUMNS, draws=100
    ),
    "completeness": lambda: varstat.completeness(
        make_months(), period="month_of", **VOLUMES, numerator="day_cases"
    ),
    "vintages": lambda: varstat.completeness(
        make_vintages(), period="quarter", **VOLUMES, as_of="as_of"
    ),
}
_UNDER = re.compile(r"[a-z]_[a-z]")


@pytest.mark.parametrize("name", ASKED)
def test_charts_and_pages_are_headed_in_words(name: str) -> None:
    results = ASKED[name]()
    page = encode(results, ".html").decode()
    heads = re.findall(r"<(?:title|h[1-6]|summary|caption|figcaption)\b[^>]*>(.*?)</", page, re.S)
    assert heads
    assert not [each for each in heads if _UNDER.search(each)]
    kind = find_kind(results)
    for chart, made in kind.charts.items():
        if not made.shows(results[0]):
            continue
        try:
            figure = draw(results, chart=chart)
        except varstat.errors.VarstatError:
            continue
        said = [each.get_text() for each in figure.findobj(Text)]
        # The command that makes a chart again is typed, and has the file's own names.
        assert not [each for each in said if _UNDER.search(each) and "varstat" not in each]


@pytest.mark.parametrize("ask", [ASKED["completeness"], ASKED["vintages"]])
def test_volumes_are_titled_by_their_column(ask: Callable[[], Any]) -> None:
    assert ask()[0].indicator == "All spells"


@pytest.mark.parametrize("frame", [make_months, make_vintages])
def test_volumes_have_a_title_that_is_given(frame: Callable[[], pd.DataFrame]) -> None:
    asked: dict[str, Any] = {"period": "month_of"}
    if frame is make_vintages:
        asked = {"period": "quarter", "as_of": "as_of"}
    ask = partial(varstat.completeness, frame(), **VOLUMES, **asked)
    assert ask(title="Stays in hospital")[0].indicator == "Stays in hospital"
    assert "Stays in hospital" in encode(ask(title="Stays in hospital"), ".html").decode()
