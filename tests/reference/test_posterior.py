"""Posteriors of three data sets against deterministic quadrature of another kind.

Source: surgical_exp1.json, surgical_bugs.json, star98_exp1.json and sim200_exp1.json: a trapezoid
rule in (mu, log tau) of up to 321 x 61 points, effects by an adaptive trapezoid of 121 nodes,
confirmed by brute force, by 4 x 1,000,000 JAGS iterations and by rstanarm. Rank 1 has the lowest
rate. Tolerances are theirs: 1e-5 for moments, 1e-4 for quantiles and 1e-3 for ranks of twelve
units; 4 Monte Carlo errors for what is drawn, here or there.
"""

import json

import numpy as np
import pandas as pd
import pytest

from varstat.card.load import load_card, override_card
from varstat.data import read_table
from varstat.estimands import compute_league
from varstat.hierarchical import fit_model

BUGS = {
    "intercept": {"distribution": "normal", "mean": 0.0, "sd": 1000.0, "because": "BUGS"},
    "tau": {"distribution": "gamma-precision", "shape": 0.001, "rate": 0.001, "because": "BUGS"},
}


EXPONENTIAL = {
    "intercept": {"distribution": "normal", "mean": 0.0, "sd": 2.5, "because": "As computed."},
}


def read(references, name):
    card = load_card("default-proportion")
    card = override_card(card, {"model": {"priors": EXPONENTIAL}}, where="reference")
    if name.endswith("bugs"):
        card = override_card(card, {"model": {"priors": BUGS}}, where="BUGS")
    return read_table(
        references / f"{name.partition('_')[0]}.csv",
        card=card,
        numerator="y",
        denominator="n",
        direction="lower-is-better",
    )


def expected(references, name):
    found = json.loads((references / f"{name}.json").read_text())
    return found["hyper"], pd.DataFrame(found["units"]).set_index("unit")


@pytest.fixture(
    scope="module",
    params=["surgical_exp1", "surgical_bugs", "star98_exp1", "sim200_exp1"],
    name="case",
)
def _case(request, references):
    fits = fit_model(read(references, request.param), engine="quadrature")
    hyper, units = expected(references, request.param)
    league = compute_league(fits)[0]
    return fits[0], league, league.to_frame().set_index("unit").loc[units.index], hyper, units


def test_hyper_parameters_are_those_of_the_reference(case):
    _, league, _, hyper, _ = case
    found = league.hyperparameters.to_frame().set_index("name")
    for name, key in (("intercept", "mu"), ("tau", "tau")):
        assert found.loc[name, "mean"] == pytest.approx(hyper[key]["mean"], abs=1e-5)
        assert found.loc[name, "sd"] == pytest.approx(hyper[key]["sd"], abs=1e-5)
        assert found.loc[name, "mcse"] == 0.0


def test_drawn_hyper_parameters_are_within_four_monte_carlo_errors(case):
    posterior, _, _, hyper, _ = case
    drawn = posterior.natural()
    for name, key in (("intercept", "mu"), ("tau", "tau")):
        error = hyper[key]["sd"] / np.sqrt(posterior.draws)
        assert abs(drawn[name].mean() - hyper[key]["mean"]) < 4 * error
        for share, label in ((0.025, "q2_5"), (0.975, "q97_5")):
            below = np.mean(drawn[name] < hyper[key][label])
            assert abs(below - share) < 4 * np.sqrt(share * (1 - share) / posterior.draws)


def test_rates_and_their_intervals_are_those_of_the_reference(case):
    _, _, frame, _, units = case
    np.testing.assert_allclose(frame["estimate"], units["p_mean"], atol=1e-5, rtol=0)
    np.testing.assert_allclose(frame["sd"], units["p_sd"], atol=1e-5, rtol=0)
    # The reference's own quantiles are interpolated; among hundreds of units to about 2e-5.
    np.testing.assert_allclose(frame["lower"], units["p_q2_5"], atol=1e-4, rtol=0)
    np.testing.assert_allclose(frame["upper"], units["p_q97_5"], atol=1e-4, rtol=0)


def test_ranks_are_those_of_the_reference(case):
    _, league, frame, _, units = case
    pairs = (
        ("expected_rank", "rank_mean"),
        ("p_top_quartile", "pr_lowest_quartile"),
        ("p_bottom_quartile", "pr_highest_quartile"),
    )
    if league.ranks_exact:
        for ours, theirs in pairs:
            np.testing.assert_allclose(frame[ours], units[theirs], atol=1e-3, rtol=0)
        np.testing.assert_array_equal(frame["rank_lower"], units["rank_q2_5"])
        np.testing.assert_array_equal(frame["rank_upper"], units["rank_q97_5"])
        return
    for ours, theirs in pairs:
        error = np.hypot(frame[f"{ours}_mcse"], units[f"{theirs}_mcse"])
        z = (frame[ours] - units[theirs]) / error
        # Of a thousand comparisons of correlated units one or two may pass 4.
        assert np.mean(np.abs(z) > 4) < 0.005
        assert np.abs(z).max() < 5.5
    for ours, theirs in (("rank_lower", "rank_q2_5"), ("rank_upper", "rank_q97_5")):
        assert np.abs(frame[ours] - units[theirs]).max() <= 5
        assert np.mean(frame[ours] - units[theirs]) == pytest.approx(0, abs=0.25)


def test_a_posterior_probability_of_passing_a_rate_is_that_of_the_reference(case):
    from varstat.estimands.rates.summed import exceedance_of

    posterior, _, _, _, units = case
    event, size = posterior.design.event, posterior.design.size
    pooled = event.sum() / size.sum()
    threshold = np.full(posterior.design.units, np.log(pooled / (1 - pooled)))
    found = exceedance_of(posterior, threshold)
    expected_order = units["pr_exceeds_pooled_rate"].loc[posterior.design.unit]
    np.testing.assert_allclose(found, expected_order, atol=2e-4, rtol=0)


# From specialist_truth.json: rstan-like samplers with R-hat below 1.002; the tolerance is four of
# their Monte Carlo errors at an effective size of 4,000.
SPECIALIST = {
    "normal": {},
    "t4": {"effects": "student-t"},
    "mix": {"effects": "contaminated-normal"},
    "normal+cov": {"covariates": ["casemix"]},
    "t4+cov": {"effects": "student-t", "covariates": ["casemix"]},
}
NAMES = {"mu": "intercept", "beta": "coefficient[casemix]", "tau": "tau", "pi": "contamination"}


@pytest.mark.parametrize(
    "model",
    [pytest.param(m, marks=pytest.mark.slow) if m in ("mix", "t4+cov") else m for m in SPECIALIST],
)
def test_models_of_specialists_are_those_of_another_sampler(references, model):
    truth = json.loads((references / "specialist_truth.json").read_text())
    card = override_card(
        load_card("default-proportion"), {"model": {"priors": EXPONENTIAL}}, where="reference"
    )
    table = read_table(
        references / "specialist.csv",
        card=card,
        numerator="y",
        denominator="n",
        **{"effects": "normal"} | SPECIALIST[model],
    )
    posterior = fit_model(table, engine="quadrature")[0]
    from varstat.hierarchical.posterior import summarise_hyper

    found = summarise_hyper(posterior, level=0.95).to_frame().set_index("name")
    for key, stated in truth["models"][model]["hyper"].items():
        error = 4 * stated["sd"] / np.sqrt(4000) * np.sqrt(2)
        assert found.loc[NAMES[key], "mean"] == pytest.approx(stated["mean"], abs=error)
        assert found.loc[NAMES[key], "sd"] == pytest.approx(stated["sd"], rel=0.08)
