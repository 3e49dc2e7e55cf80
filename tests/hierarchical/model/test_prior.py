"""Nothing depends on the unit of an exposure, and what passes means the same in each likelihood."""

import numpy as np
import pytest
from designs import fits_of, make_design, make_posterior
from scipy.special import expit, polygamma

from varstat.card import load_card
from varstat.estimands import compute_league
from varstat.hierarchical.model.mixed import BetaBinomial

pytestmark = pytest.mark.slow

EVENTS = np.array([4.0, 6, 0, 4, 2, 5, 1, 3])
YEARS = np.array([900_000.0, 1.4e6, 6e5, 2.1e6, 8e5, 9e5, 7e5, 1.1e6])


def league_of(exposure, **said):
    design = make_design(EVENTS, exposure, measure="ratio", direction="lower-is-better", **said)
    return compute_league(fits_of(make_posterior(design, draws=300)))[0]


@pytest.mark.parametrize("said", [{}, {"peer_group": ["a", "b"] * 4}], ids=["all", "peer groups"])
@pytest.mark.parametrize("factor", [365.25, 1e-5])
def test_the_unit_of_the_exposure_changes_rates_by_its_factor_alone(said, factor):
    years, other = league_of(YEARS, **said), league_of(YEARS * factor, **said)
    taus = [each.hyperparameters.mean[-1] for each in (years, other)]
    assert taus[0] == pytest.approx(taus[1], rel=1e-6)
    for name in ("reliability", "expected_rank", "p_top_quartile"):
        ours, theirs = getattr(years.units, name), getattr(other.units, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(years.units.estimate, other.units.estimate * factor, rtol=1e-6)


def test_of_the_published_case_tau_is_that_of_a_flat_prior(shared):
    import varstat

    taus = []
    for name in ("rate-person-days", "rate-per-100k"):
        table = varstat.read_table(
            shared / "cases" / f"{name}.csv",
            unit="site",
            observed="events",
            exposure="py",
            direction="lower-is-better",
        )
        taus.append(compute_league(varstat.fit_model(table))[0].hyperparameters)
    np.testing.assert_allclose(taus[0].mean[1], taus[1].mean[1], rtol=1e-6)
    # A lattice by hand with a flat intercept: 0.370 (0.015 to 1.14).
    assert taus[0].mean[1] == pytest.approx(0.370, abs=0.01)
    assert taus[0].upper[1] == pytest.approx(1.14, abs=0.03)


@pytest.mark.parametrize("name", ["default-proportion", "default-ratio"])
def test_default_cards_centre_where_units_lie_on_the_pooled_rate(name):
    priors = load_card(name).model.priors
    assert priors.intercept.mean == priors.peer_mean.mean == "pooled"


@pytest.mark.parametrize("rate", [0.5, 0.05, 0.005])
def test_a_beta_binomial_s_transient_sd_is_that_of_the_logit_at_the_pooled_rate(rate):
    family = BetaBinomial(event=np.ones((1, 1)), size=np.ones((1, 1)), pooled=rate)
    total = family.concentration(np.array(0.1))
    sd = np.sqrt(polygamma(1, total * rate) + polygamma(1, total * (1 - rate)))
    assert sd == pytest.approx(0.1, rel=0.02)


def test_what_passes_shrinks_alike_in_every_likelihood_of_a_proportion():
    rng = np.random.default_rng(1)
    size = np.full(20, 5000.0)
    event = rng.binomial(5000, expit(-4.6 + 0.5 * rng.normal(size=20))).astype(float)
    reliability = [
        np.median(
            compute_league(
                fits_of(make_posterior(make_design(event, size, likelihood=each, transient=0.3)))
            )[0].units.reliability
        )
        for each in ("binomial", "beta-binomial")
    ]
    assert reliability[0] == pytest.approx(reliability[1], abs=0.03)
