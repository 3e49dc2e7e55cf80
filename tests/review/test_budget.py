from dataclasses import replace

import pytest
from nation_rows import nation, review_of

from varstat.errors import UsageError
from varstat.review.budget import choose_refits, default_refits, measure_refit, parse_budget
from varstat.review.refits import Job


def thrice(refits: int) -> int:
    return 3 * refits


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90.0), ("2m", 120.0), (" 1.5 M ", 90.0), ("1h", 3600.0)]
)
def test_a_time_has_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert parse_budget(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "m", "-2m", "2 weeks", "1e9s", "0s", "101h", "٢m"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="budget: "):
        parse_budget(text)


def test_more_time_makes_more_refits() -> None:
    refits = [
        choose_refits(seconds, cost=0.1, together=thrice, workers=1)
        for seconds in (7.0, 13.0, 31.0, 61.0, 1000.0)
    ]
    assert refits == [20, 40, 100, 200, 400]
    assert choose_refits(31.0, cost=0.1, together=thrice, workers=2) == 200


def test_a_budget_of_a_second_gives_the_least() -> None:
    assert choose_refits(1.0, cost=2.0, together=thrice, workers=1) == 20


def test_models_that_take_long_are_fitted_less_often() -> None:
    posterior = review_of(nation(), direction="higher-is-better").posterior
    refits = [
        default_refits(
            replace(posterior, diagnostics=replace(posterior.diagnostics, passes=passes))
        )
        for passes in (100, 30_000, 10_000_000)
    ]
    assert refits == [100, 20, 20]


def test_a_refit_is_measured() -> None:
    assert measure_refit(Job(key="a", function=dict, seed=1), {}) >= 0.0
