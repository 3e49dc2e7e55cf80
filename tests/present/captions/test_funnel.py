"""Numbers and names as they are written in captions and charts."""

from dataclasses import replace

import numpy as np
import pytest

from varstat.funnel.result import Funnel
from varstat.measure import PROPORTION, RATIO
from varstat.present.captions.funnel import count_text, finding, footer, rate_title, size_title
from varstat.present.charts.frame import view_of
from varstat.present.charts.names import figure_text
from varstat.present.charts.ticks import size_ticks
from varstat.prose.number import size_text
from varstat.prose.rate import rate_text
from varstat.prose.text import clean, shorten


@pytest.mark.parametrize(
    ("size", "text"),
    [(0.05, "0.05"), (3, "3"), (1000, "1k"), (2500, "2.5k"), (4e6, "4M"), (2e9, "2bn")],
)
def test_sizes_are_written_for_people(size: float, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("rate", "percent", "text"),
    [
        (0.5576, True, "55.8%"),
        (0.0012, True, "0.120%"),
        (0.0, True, "0.00%"),
        (1.0, True, "100.0%"),
        (1.1882, False, "1.19"),
        (-2.5, False, "\N{MINUS SIGN}2.50"),
        (np.nan, True, "not known"),
    ],
)
def test_rates_are_written_with_three_figures(rate: float, percent: bool, text: str) -> None:
    assert rate_text(rate, percent=percent) == text


def test_names_lose_what_is_not_text() -> None:
    assert clean("a\u202eb\x00c\r\n d\u200b") == "abc d"
    assert figure_text("caf\u00e9 \u6771") == "caf\u00e9 □"
    assert shorten("x" * 40, 32) == "x" * 31 + "…"


@pytest.mark.parametrize(("count", "text"), [(0.01, "under 0.1"), (0.6, "0.6"), (14.2, "14")])
def test_an_expected_number_is_honest_about_its_size(count: float, text: str) -> None:
    assert count_text(count) == text


def test_the_finding_names_the_side_when_there_is_one(make_funnel) -> None:
    high = make_funnel([60] + [20] * 9, [100] * 10)
    assert finding(high).startswith("1 of 10 units flagged high at 99.8%; under 0.1")
    assert finding(make_funnel([5, 5], [9, 9])).startswith("None of 2 units flagged at 99.8%")


def test_a_published_recipe_is_named_in_the_footer(hospitals: Funnel) -> None:
    text = footer(replace(hospitals, method="shmi", target_rule="rate:1"), ["poisson"])
    assert "Recipe: SHMI." in text
    assert "a fixed rate of 1" in text
    assert "tail probabilities" not in text


def test_the_scale_follows_the_span_of_sizes(make_funnel) -> None:
    sizes = {"linear": [100, 500], "sqrt": [10, 900], "log": [5, 90_000]}
    for scale, size in sizes.items():
        funnel = make_funnel([1, 2], size)
        view = view_of([funnel])
        assert view.scale == scale
        assert len(size_ticks(*view.x, 6, scale=view.scale)) >= 3
        assert ("scale" in size_title(funnel, scale)) == (scale != "linear")


@pytest.mark.parametrize(
    ("measure", "label", "title"),
    [
        (PROPORTION, "numerator", "Rate"),
        (PROPORTION, "day cases", "Share: day cases"),
        (RATIO, "observed", "Observed / expected"),
        (RATIO, "deaths within 30 days", "Observed / expected: deaths within 30 days"),
    ],
)
def test_the_axis_of_rates_is_named_by_the_card(make_funnel, measure, label, title) -> None:
    funnel = replace(make_funnel([5, 6], [9, 9], measure=measure), event_label=label)
    assert rate_title(funnel) == f"{title} (lower is better)"
