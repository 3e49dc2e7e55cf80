"""What the total, the target and tau would be without each unit."""

import numpy as np
import pytest
from reviews import panel, proportions, review_of

from varstat.review.influence import review_influence


def test_weights_agree_with_a_fit_without_the_unit():
    frame = proportions(30, tau=0.4, smallest=200, seed=3)
    base = review_of(frame, draws=4000, effects="normal")
    part = review_influence(base)
    table = part.tables["influence"]
    assert table["by"].eq("weights").all()
    for row in table.iloc[::3].itertuples():
        other = review_of(frame[frame["unit"] != row.unit], draws=4000, effects="normal")
        total = other.opportunity.total.estimate / base.opportunity.total.estimate - 1
        noise = 4 * np.hypot(row.total_mcse, 0.004)
        assert row.total_change == pytest.approx(total, abs=noise)
        tau = [
            dict(zip(each.league.hyperparameters.name, each.league.hyperparameters.mean,
                     strict=True))["tau"]
            for each in (other, base)
        ]  # fmt: skip
        assert row.tau_change == pytest.approx(tau[0] / tau[1] - 1, abs=1e-3)
        change = other.league.target - base.league.target
        assert row.target_change == pytest.approx(change, abs=0.003)


def test_a_unit_far_out_is_fitted_without():
    frame = proportions(40, tau=0.3, smallest=500)
    frame.loc[7, "numerator"] = frame.loc[7, "denominator"] * 97 // 100
    part = review_influence(review_of(frame, effects="normal"))
    assert part.units["pareto_k"]["u007"] > 0.7
    assert part.values["refitted"] == 1
    assert part.status == "with care"
    row = part.tables["influence"].set_index("unit").loc["u007"]
    assert row["by"] == "refit"
    assert row["tau_change"] < -0.5


def test_a_unit_that_carries_the_total_is_named():
    frame = proportions(60, tau=0.2, smallest=200, largest=400)
    frame.loc[5, ["numerator", "denominator"]] = [8000, 40_000]
    part = review_influence(review_of(frame))
    assert part.tables["influence"]["unit"].iloc[0] == "u005"
    assert part.status == "with care"
    assert "u005" in part.sentence
    assert part.tables["influence"]["total_own"].iloc[0] > 0.3


def test_many_units_alike_in_size_hold():
    part = review_influence(review_of(proportions(160, tau=0.4, smallest=400, largest=400)))
    assert part.status == "holds"
    assert any("computed without" in note for note in part.notes)


def test_without_a_direction_tau_is_what_can_change():
    part = review_influence(review_of(proportions(30, tau=0.4), direction="neither"))
    assert np.isnan(part.values["largest_total_change"])
    assert "tau" in part.sentence.lower()


def test_peer_groups_and_periods_have_influence_too():
    frame = proportions(24, tau=0.4, smallest=200)
    frame["kind"] = ["north", "south"] * 12
    part = review_influence(review_of(frame, peer_group="kind"))
    assert np.isfinite(part.tables["influence"]["total_change"]).all()
    part = review_influence(
        review_of(panel(8, 2, tau=0.5), draws=400, period="period", transient="none")
    )
    assert np.isfinite(part.tables["influence"]["total_change"]).all()


def test_two_units_are_too_few():
    assert review_influence(review_of(proportions(2, tau=0.4))).status == "left out"
