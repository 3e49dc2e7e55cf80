"""What earlier periods said of the last one, and what came."""

import numpy as np
import pandas as pd
import pytest
from reviews import panel, proportions, review_of

from varstat.review.replication import review_replication


def _review(*, tau: float = 0.6, size: int = 400):
    frame = panel(60, 2, tau=tau, size=size)
    return review_replication(review_of(frame, draws=400, period="period", transient="none"))


def _means(passing: float, seed: int) -> pd.DataFrame:
    """Draw means of 60 units in three years."""
    rng = np.random.default_rng(seed)
    lasting = rng.standard_normal(60)
    rows = [
        (f"u{i:02d}", str(2015 + year), level + passing * rng.standard_normal(), 0.3)
        for year in range(3)
        for i, level in enumerate(lasting)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "period", "value", "se"])
    frame["value"] += 0.3 * rng.standard_normal(len(frame))
    return frame.assign(count=100)


def test_labels_that_last_are_found_again():
    part = _review(size=4000)
    assert part.status == "holds"
    assert part.values["found_again"] >= part.values["expected_lower"]
    assert part.values["spearman"] > 0.95
    assert "2016" in part.sentence


def test_labels_that_are_chance_are_not():
    part = _review(tau=0.01)
    assert part.status == "fails"
    assert part.values["expected"] < 0.5
    assert "regression to the mean" in part.sentence
    assert part.values["kept_expected"] < 0.3


def test_ranks_come_within_their_predicted_intervals():
    inside = [
        review_replication(review_of(_means(passing, seed), draws=400, period="period")).values[
            "ranks_as_predicted"
        ]
        for passing, seed in ((0.0, 4), (0.5, 5), (0.5, 6))
    ]
    assert np.mean(inside) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 180))


def test_units_that_really_changed_are_told_from_luck():
    frame = panel(60, 2, tau=0.6, size=4000)
    last = frame["period"] == "2016"
    # Every unit takes the place of another.
    frame.loc[last, "numerator"] = frame.loc[last, "numerator"].to_numpy()[::-1]
    part = review_replication(review_of(frame, draws=400, period="period", transient="none"))
    assert part.status == "fails"
    assert "really changed" in part.sentence


def test_reclassification_adds_up():
    crossed = _review().tables["reclassified"]
    assert crossed.drop(columns="quarter").sum(axis=1).to_numpy() == pytest.approx(1.0)


def test_one_period_is_left_out_with_the_reason():
    part = review_replication(review_of(proportions(20, tau=0.5)))
    assert part.status == "left out"
    assert "one period" in part.sentence


def test_units_that_came_or_went_are_left_out():
    frame = panel(30, 2, tau=0.6)
    gone = (frame["unit"] == "u000") & (frame["period"] == "2016")
    part = review_replication(review_of(frame[~gone], draws=400, period="period", transient="none"))
    assert part.values["units"] == 29
    assert np.isnan(part.units["rank_last"]["u000"])
    assert any("1 unit is left out" in note for note in part.notes)
