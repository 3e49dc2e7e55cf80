"""What a review says of reliability."""

import numpy as np
import pandas as pd
import pytest
from reviews import panel, proportions, review_of, review_reference

from varstat.review.reliability import compute_rankability, review_reliability


def test_all_methods_stand_side_by_side(shared):
    part = review_reliability(review_reference(shared, "sim200"))
    table = part.tables["reliability"].set_index("method")
    assert table.loc["ANOVA", "reliability"] == pytest.approx(0.7644, abs=5e-5)
    assert table.loc["beta-binomial", "median"] == pytest.approx(0.8434, abs=5e-5)
    assert table.loc["beta-binomial", "share_70"] == pytest.approx(0.685)
    assert part.status == "with care"
    assert "ANOVA" in part.sentence
    assert "split halves" in part.sentence


def test_thresholds_stand_in_the_output_with_their_sources(shared):
    part = review_reliability(review_reference(shared, "surgical"))
    table = part.tables["thresholds"]
    assert table["threshold"].tolist() == [0.6, 0.7, 0.9]
    assert table["source"].str.len().min() > 10
    assert part.values["share_70"] == pytest.approx(1 / 3)
    assert part.status == "fails"


def test_units_that_differ_clearly_are_reliable():
    part = review_reliability(review_of(proportions(60, tau=0.8, smallest=500)))
    assert part.status == "holds"
    assert part.values["rankability"] > 0.9
    assert all(len(column) == 60 for column in part.units.values())


def test_units_that_differ_by_chance_alone_are_not():
    part = review_reliability(review_of(proportions(60, tau=0.0)))
    assert part.status == "fails"
    assert part.values["share_70"] == 0.0


def test_counts_have_the_counterparts_that_are_right():
    rng = np.random.default_rng(1)
    expected = rng.uniform(5, 80, 40)
    frame = pd.DataFrame(
        {
            "unit": [f"u{i}" for i in range(40)],
            "observed": rng.poisson(expected * rng.gamma(20, 0.05, 40)),
            "expected": expected,
        }
    )
    part = review_reliability(review_of(frame, direction="lower-is-better"))
    methods = part.tables["reliability"]["method"].tolist()
    assert methods == ["varstat", "gamma-Poisson", "e/(e+b)", "split halves", "rankability"]
    assert any("Analysis of variance is left out" in note for note in part.notes)


def test_means_have_analysis_of_variance_where_they_say_how_many_cases_they_are_of():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "unit": [f"u{i}" for i in range(30)],
            "value": rng.normal(5.0, 1.0, 30),
            "se": rng.uniform(0.3, 0.6, 30),
        }
    )
    part = review_reliability(review_of(frame, direction="neither"))
    assert "ANOVA" not in part.tables["reliability"]["method"].tolist()
    part = review_reliability(review_of(frame.assign(count=50)))
    assert "ANOVA" in part.tables["reliability"]["method"].tolist()
    assert "normal-normal" in part.tables["reliability"]["method"].tolist()


def test_periods_are_compared_with_each_other():
    part = review_reliability(review_of(panel(30, 2, tau=0.6), period="period", transient="none"))
    table = part.tables["reliability"].set_index("method")
    assert 0.5 < table.loc["between periods", "reliability"] < 1.0
    assert any("allows for periods" in note for note in part.notes)


def test_where_nothing_happened_there_is_little_to_say():
    frame = proportions(12, tau=0.3)
    part = review_reliability(review_of(frame.assign(numerator=0)))
    assert any("too little to estimate from" in note for note in part.notes)
    assert part.status == "fails"


def test_two_units_are_too_few():
    part = review_reliability(review_of(proportions(2, tau=0.3)))
    assert part.status == "left out"


def test_rankability_is_that_of_its_definition():
    frame = proportions(80, tau=0.5, smallest=200, largest=200)
    posterior = review_of(frame).posterior
    tau2 = posterior.lattice.weight @ np.exp(2 * posterior.lattice.h[:, 1])
    p = (frame["numerator"] + 0.5) / (frame["denominator"] + 1.0)
    typical = np.median(1.0 / (frame["denominator"] * p * (1 - p)))
    assert compute_rankability(posterior) == pytest.approx(tau2 / (tau2 + typical), rel=0.02)
