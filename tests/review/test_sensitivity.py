"""How far what is published hangs on priors."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from designs import beta, gamma_precision, half_normal, make_design

from varstat.data import read_table
from varstat.errors import UsageError
from varstat.review.components import log_likelihood, prior_components
from varstat.review.reviewed import Reviewed, make_reviewed
from varstat.review.sensitivity import review_sensitivity
from varstat.review.standings import stand_units
from varstat.review.tau_prior import parse_tau_prior


def _review(frame: pd.DataFrame | Path, *, draws: int = 1000, **said: str) -> Reviewed:
    table = read_table(frame, **said)  # type: ignore[arg-type]
    return make_reviewed(table, by={}, target=None, level=0.9, draws=draws, seed=1)


def _few(rate: float = 0.3) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = rng.integers(80, 300, 14)
    p = 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + 0.4 * rng.normal(size=14))))
    return pd.DataFrame(
        {"unit": [f"u{i:02}" for i in range(14)], "numerator": rng.binomial(n, p), "denominator": n}
    )


def test_surgical_hardly_hangs_on_its_priors(references: Path) -> None:
    reviewed = _review(
        references / "surgical.csv",
        draws=4000,
        numerator="y",
        denominator="n",
        direction="lower-is-better",
    )
    part = review_sensitivity(reviewed)
    assert part.status == "holds"
    # From other draws of the same posterior: .037, .015, and 50.1 against 50.8 and 48.8.
    assert part.values["tau_prior"] == pytest.approx(0.037, abs=0.004)
    assert part.values["total_prior"] == pytest.approx(0.015, abs=0.003)
    assert part.units["sensitivity_prior"]["A"] == pytest.approx(0.021, abs=0.004)
    scaled = part.tables["scaled"].set_index(["component", "power"])
    assert scaled.loc[("tau", 0.5), "total"] == pytest.approx(50.8, abs=0.6)
    assert scaled.loc[("tau", 2.0), "total"] == pytest.approx(48.8, abs=0.6)
    assert part.values["p_best_change"] == pytest.approx(0.017, abs=0.005)
    others = part.tables["alternatives"].set_index("prior")
    assert others.loc["as stated", "total"] == pytest.approx(50.1, abs=0.6)
    # By fits with these priors, of 4,000 draws each: these, within some hundredths.
    assert others["tau"].tolist() == pytest.approx([0.430, 0.443, 0.410, 0.379], abs=0.01)
    assert others["total"].tolist() == pytest.approx([50.1, 50.9, 49.0, 47.0], abs=0.5)


def test_many_units_leave_priors_nothing_to_say(references: Path) -> None:
    reviewed = _review(
        references / "star98.csv",
        numerator="y",
        denominator="n",
        direction="higher-is-better",
    )
    part = review_sensitivity(reviewed)
    assert part.values["prior_largest"] < 0.0075
    assert part.values["total_prior"] < 0.001
    assert len(part.units["sensitivity_prior"]) == 303


def test_a_prior_against_the_data_is_flagged_as_such() -> None:
    table = read_table(_few(), direction="lower-is-better")
    model = table.card.model
    tight = model.priors.tau.model_copy(update={"rate": 60.0})
    priors = model.priors.model_copy(update={"tau": tight})
    card = table.card.model_copy(update={"model": model.model_copy(update={"priors": priors})})
    reviewed = make_reviewed(
        replace(table, card=card), by={}, target=None, level=0.9, draws=2000, seed=1
    )
    part = review_sensitivity(reviewed)
    row = part.tables["sensitivity"].set_index("quantity").loc["tau"]
    assert part.status == "with care"
    assert row["finding"] == "prior and data disagree"
    assert row["prior_tau"] > 0.05
    assert "disagree" in part.sentence


def test_without_a_direction_there_is_neither_total_nor_rank() -> None:
    part = review_sensitivity(_review(_few()))
    assert "total" not in set(part.tables["sensitivity"]["quantity"])
    assert part.tables["scaled"]["total"].isna().all()
    assert "p_best_change" not in part.units
    assert "total" not in part.sentence


def test_several_periods_have_a_transient_prior() -> None:
    rng = np.random.default_rng(3)
    units = [f"u{i:02}" for i in range(12)]
    rows = pd.DataFrame([(u, f"2020-0{t}") for u in units for t in (1, 2, 3)])
    rows.columns = pd.Index(["unit", "period"])
    level = np.repeat(0.3 * rng.normal(size=12), 3) + 0.2 * rng.normal(size=36)
    frame = rows.assign(value=level, se=0.1, count=50)
    reviewed = _review(frame, period="period", direction="lower-is-better", draws=400)
    part = review_sensitivity(reviewed)
    table = part.tables["sensitivity"].set_index("quantity")
    assert np.isfinite(table["prior_transient"]).all()
    assert table.loc["tau_transient", "prior_transient"] > 0
    assert table["prior_contamination"].isna().all()


@pytest.mark.parametrize("effects", ["normal", "contaminated-normal"])
def test_components_are_the_stated_densities_without_jacobians(effects: str) -> None:
    tau, share = np.array([0.2, 0.5, 1.1]), np.array([0.05, 0.1, 0.3])
    precision = tau**-2.0
    for prior, expected in (
        (half_normal(0.5), -0.5 * (tau / 0.5) ** 2),
        (gamma_precision(3.0, 0.2), 2.0 * np.log(precision) - 0.2 * precision),
    ):
        design = make_design(
            [3, 5, 9],
            [20, 30, 40],
            effects=effects,
            priors={"tau": prior, "contamination": beta(2.0, 8.0)},
        )
        x = [np.array([-2.0, -1.0, 0.5]), np.log(tau), np.log(share / (1 - share))]
        found = prior_components(design, np.column_stack(x[: design.dimension]))
        np.testing.assert_allclose(found["tau"], expected)
        z = (x[0] - design.location_mean[0]) / design.location_sd[0]
        np.testing.assert_allclose(found["intercept"], -0.5 * z**2)
        assert ("contamination" in found) is (effects != "normal")
        if "contamination" in found:
            beta_density = np.log(share) + 7.0 * np.log(1 - share)
            np.testing.assert_allclose(found["contamination"], beta_density)


def test_likelihood_is_that_of_the_drawn_rates() -> None:
    frame = _few()
    reviewed = _review(frame, draws=200)
    rate = reviewed.posterior.theta_draws()[frame["unit"].tolist()].to_numpy()
    y, n = frame["numerator"].to_numpy(), frame["denominator"].to_numpy()
    direct = (y * np.log(rate) + (n - y) * np.log1p(-rate)).sum(axis=1)
    found = log_likelihood(reviewed.posterior, slice(None, None, 2))
    np.testing.assert_allclose(found, direct[::2], rtol=1e-10)


def test_equal_weights_rank_as_the_league_table_does() -> None:
    reviewed = _review(_few(), direction="higher-is-better", draws=4000)
    found = stand_units(reviewed.posterior)
    league = reviewed.league.to_frame().set_index("unit").loc[[str(u) for u in found.unit]]
    np.testing.assert_allclose(found.p_best[0], league["p_top_quartile"], atol=0.035)
    np.testing.assert_allclose(found.p_worst[0], league["p_bottom_quartile"], atol=0.035)
    np.testing.assert_allclose(found.rank[0], league["expected_rank"], atol=0.25)
    assert found.p_best[0].sum() == pytest.approx(3.0)


@pytest.mark.parametrize("text", ["half-norml:1", "half-normal", "half-normal:0", "exponential:x"])
def test_a_prior_that_is_none_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(UsageError, match=r"half-normal|exponential:1"):
        parse_tau_prior(text)
