"""Whether the data look like what the model would give."""

import numpy as np
import pandas as pd
import pytest
from reviews import panel, proportions, review_of, review_reference

from varstat.review.checks import review_checks


def _p(part, check: str) -> float:
    return float(part.tables["fit"].set_index("check").loc[check, "p"])


@pytest.mark.parametrize("name", ["sim200", "surgical"])
def test_data_that_the_model_gives_pass(shared, name):
    part = review_checks(review_reference(shared, name))
    assert part.status == "holds"
    assert part.values["unfit"] == 0
    assert part.tables["fit"]["p"].between(0, 1).all()


def test_rates_that_rise_with_size_are_found():
    part = review_checks(review_of(proportions(150, tau=0.3, slope=0.3)))
    assert part.status == "fails"
    assert _p(part, "size and rate") < 0.005
    assert "size and rate" in part.sentence


def test_more_noise_than_chance_is_found_where_it_shrinks_with_size():
    rng = np.random.default_rng(1)
    frame = proportions(150, tau=0.0, smallest=100, largest=3000)
    # Of cases that come in clusters of eight, all alike.
    size = frame["denominator"].to_numpy() // 8
    frame["numerator"] = 8 * rng.binomial(size, 0.3)
    part = review_checks(review_of(frame, effects="normal"))
    assert _p(part, "size and spread") < 0.005
    # The model believes that units are reliable, as it takes cases as independent.
    assert part.values["noise_times_chance"] == pytest.approx(8, rel=0.4)
    assert part.values["reliability_at_least"] < 0.3
    assert "If that is noise" in part.sentence
    assert part.status == "fails"


def test_a_unit_far_out_is_named_by_its_p_value():
    frame = proportions(60, tau=0.2, smallest=500)
    frame.loc[7, "numerator"] = frame.loc[7, "denominator"] * 9 // 10
    part = review_checks(review_of(frame, effects="normal"))
    assert part.units["p_leave_one_out"]["u007"] < 0.001
    assert part.values["unfit"] >= 1
    assert part.status == "fails"


def test_neighbouring_years_that_are_alike_are_found():
    rng = np.random.default_rng(2)
    rows = []
    for i in range(60):
        path = np.cumsum(rng.normal(0, 0.5, 6)) + rng.standard_normal()
        rows += [(f"u{i:02d}", str(2015 + t), value, 0.1) for t, value in enumerate(path)]
    frame = pd.DataFrame(rows, columns=["unit", "period", "value", "se"]).assign(count=100)
    part = review_checks(review_of(frame, draws=500, period="period"))
    assert _p(part, "period to period") < 0.005


def test_with_several_rows_a_unit_its_total_is_left_out_and_conflict_isn_t_said():
    part = review_checks(
        review_of(panel(20, 2, tau=0.5), draws=400, period="period", transient="none")
    )
    assert part.units["p_leave_one_out"].between(0.0, 1.0).all()
    assert "p_conflict" not in part.units
    assert any("total over its rows" in note for note in part.notes)
    assert any("takes three periods" in note for note in part.notes)


def test_units_of_one_size_say_nothing_of_size():
    frame = proportions(30, tau=0.4, smallest=200, largest=200)
    part = review_checks(review_of(frame))
    assert not {"size and rate", "size and spread"} & set(part.tables["fit"]["check"])


def test_what_hardly_moves_reliable_units_asks_for_care_alone():
    frame = proportions(150, tau=0.3, slope=0.15, smallest=5000, largest=100_000)
    part = review_checks(review_of(frame, effects="normal"))
    assert _p(part, "size and rate") < 0.005
    assert part.values["reliability_at_least"] > 0.9
    assert part.status == "with care"
    assert "settle their rates" in part.sentence


def test_units_closer_together_than_chance_are_found():
    frame = proportions(60, tau=0.0, smallest=400, largest=400)
    frame["numerator"] = 100 + np.arange(60) % 2
    part = review_checks(review_of(frame, effects="normal"))
    assert _p(part, "spread") < 0.005


def test_where_nothing_happened_nothing_is_checked():
    part = review_checks(review_of(proportions(20, tau=0.4).assign(numerator=0)))
    assert part.status == "left out"


def test_two_units_are_too_few():
    assert review_checks(review_of(proportions(2, tau=0.4))).status == "left out"


@pytest.mark.slow
def test_where_the_model_holds_few_nations_fail():
    failed = [
        review_checks(review_of(proportions(40, tau=0.4, seed=seed), draws=500, seed=seed)).status
        for seed in range(12)
    ]
    assert failed.count("fails") <= 2
    assert failed.count("holds") >= 8
