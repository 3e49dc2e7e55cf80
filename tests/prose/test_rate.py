"""Numbers of a league table as people read them."""

import numpy as np
import pytest
from present.leagues import build_league

from varstat.measure import MEAN
from varstat.present.kinds.league import rate_style
from varstat.prose.number import probability_text
from varstat.prose.rate import RateStyle, rank_interval


@pytest.mark.parametrize(
    ("sizes", "decimals"), [((4.0, 9.0), 0), ((300.0, 400.0), 1), ((1e5, 2e5), 2)]
)
def test_estimates_have_no_more_decimals_than_they_are_known_to(
    sizes: tuple[float, float], decimals: int
) -> None:
    assert rate_style(build_league(40, sizes=sizes)).decimals == decimals


def test_shares_are_percentages_and_means_are_not() -> None:
    assert rate_style(build_league(9)).sign == "%"
    assert rate_style(build_league(9, measure=MEAN)).sign == ""


def test_zero_has_no_minus() -> None:
    style = RateStyle(percent=False, decimals=1, dash=" to ")
    assert style.text(-0.04) == "0.0"
    assert style.text(-0.06) == "−0.1"
    assert style.text(float("nan")) == ""


def test_a_probability_is_never_rounded_to_certainty() -> None:
    texts = {probability_text(p) for p in np.linspace(0, 1, 999)}
    assert not texts & {"0.00", "1.00", "0", "1"}


def test_halves_of_ranks_are_kept() -> None:
    assert rank_interval(1.0, 1234.5) == "1–1,234.5"
