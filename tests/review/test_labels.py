"""Whether labels are right, and would be found again."""

import numpy as np
import pandas as pd
import pytest
from reviews import proportions, review_of, review_reference

from varstat.review.labels import label_units, review_labels


def test_labels_of_clearly_different_units_hold():
    part = review_labels(review_of(proportions(60, tau=1.0, smallest=2000, largest=5000)))
    assert part.status == "holds"
    assert part.values["replicated_own"] > 0.9
    table = part.tables["labels"].set_index("by")["found_again"]
    assert table["own rates, split halves"] <= table["own rates, new data"] + 0.02


def test_labels_by_chance_fail():
    part = review_labels(review_of(proportions(60, tau=0.0)))
    assert part.status == "fails"
    assert part.values["expected"] < 0.5
    assert part.values["replicated_own"] == pytest.approx(0.25, abs=0.1)


def test_expected_shares_agree_with_the_truth_they_are_drawn_from():
    part = review_labels(review_of(proportions(80, tau=0.4)))
    table = part.tables["quarters"]
    truly = table[(table["what"] == "truly") & (table["quarter"] == "best")]
    assert truly["best"].iloc[0] == pytest.approx(part.values["expected"], abs=0.03)
    assert table[["best", "second", "third", "worst"]].sum(axis=1).to_numpy() == pytest.approx(1.0)


def test_labels_are_those_of_the_league_table():
    reviewed = review_of(proportions(41, tau=0.4))
    labelled = label_units(reviewed)
    assert (labelled == "best").sum() == reviewed.league.top == 10
    assert set(labelled.index[labelled == "best"]) == set(reviewed.league.units.unit[:10])


def test_lower_is_better_turns_the_labels_round():
    frame = proportions(40, tau=0.6)
    high = label_units(review_of(frame))
    low = label_units(review_of(frame, direction="lower-is-better"))
    assert set(high.index[high == "best"]) == set(low.index[low == "worst"])


def test_without_a_direction_there_are_no_labels():
    part = review_labels(review_of(proportions(20, tau=0.5), direction="neither"))
    assert part.status == "left out"
    assert "direction" in part.sentence


def test_three_units_have_no_quarters():
    assert review_labels(review_of(proportions(3, tau=0.5))).status == "left out"


def test_the_same_seed_gives_the_same_part():
    one, other = (review_labels(review_of(proportions(20, tau=0.5))) for _ in range(2))
    assert one.values == other.values
    assert one.tables["labels"].equals(other.tables["labels"])


def test_school_districts_have_labels_that_hold(shared):
    part = review_labels(review_reference(shared, "star98", draws=2000))
    assert part.status == "holds"
    assert part.values["expected"] == pytest.approx(0.913, abs=0.01)
    assert part.values["replicated_own"] == pytest.approx(0.887, abs=0.01)


def test_where_nothing_happened_labels_are_by_lot():
    part = review_labels(review_of(proportions(40, tau=0.5).assign(numerator=0)))
    assert part.status == "fails"
    assert part.values["replicated_own"] == pytest.approx(0.25, abs=0.1)
    assert "nan" not in part.sentence


@pytest.mark.slow
def test_nations_like_the_school_districts_have_labels_as_in_the_reference(shared):
    # .93 expected and .90 replicated, over 40 nations drawn from the fitted model.
    posterior = review_reference(shared, "star98").posterior
    design, rng = posterior.design, np.random.default_rng(3)
    found = []
    for h in posterior.hyper[rng.integers(posterior.draws, size=10)]:
        theta = h[0] + np.exp(h[1]) * rng.standard_normal(design.units)
        frame = pd.DataFrame(
            {
                "unit": design.unit,
                "numerator": rng.binomial(design.size.astype(int), 1 / (1 + np.exp(-theta))),
                "denominator": design.size.astype(int),
            }
        )
        part = review_labels(review_of(frame, draws=800))
        found.append((part.values["expected"], part.values["replicated_own"]))
    assert np.mean(found, axis=0) == pytest.approx((0.93, 0.90), abs=0.02)
