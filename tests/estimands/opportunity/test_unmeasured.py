"""The total opportunity if a share of the variance is unmeasured case-mix."""

import numpy as np
import pytest
from designs import all_effects, fits_of, make_design, make_posterior
from scipy.special import expit, logit

import varstat
from varstat.estimands import compute_opportunity

RNG = np.random.default_rng(15)
UNITS = 30
SIZE = RNG.integers(200, 3000, UNITS)
EVENT = RNG.binomial(SIZE, expit(-1 + 0.6 * RNG.normal(size=UNITS)))


def asked(posterior, **said):
    return compute_opportunity(fits_of(posterior), unmeasured=True, **said)[0]


@pytest.mark.parametrize("target", ["best:0.25", "median", "rate:0.2"])
def test_a_unit_is_held_against_the_target_at_its_own_unmeasured_case_mix(target):
    posterior = make_posterior(make_design(EVENT, SIZE, direction="lower-is-better"))
    effect, tau = all_effects(posterior), posterior.natural()["tau"][:, None]
    centre = posterior.beta[:, [0]]
    rng = np.random.default_rng(7)
    own = 0.5 * effect + 0.5 * tau * rng.normal(size=effect.shape)
    rate = expit(centre + own)
    if target == "rate:0.2":
        goal = np.full((len(rate), 1), 0.2)
    else:
        goal = np.quantile(rate, 0.25 if target != "median" else 0.5, axis=1)[:, None]
    goal = expit(logit(goal) + effect - own)
    total = (SIZE * np.maximum(expit(centre + effect) - goal, 0)).sum(axis=1)
    found = asked(posterior, target=target, level=0.9).unmeasured
    assert found.share[4] == 0.5
    assert found.estimate[4] == pytest.approx(total.mean(), rel=0.03)
    ends = np.quantile(total, [0.05, 0.95])
    np.testing.assert_allclose([found.lower[4], found.upper[4]], ends, rtol=0.05)


def test_with_nothing_unmeasured_it_is_the_total():
    found = asked(make_posterior(make_design(EVENT, SIZE)), multiplier=4.0)
    first = found.unmeasured.to_frame().iloc[0]
    total = found.total
    np.testing.assert_allclose(
        first[["estimate", "lower", "upper"]].tolist(), [total.estimate, total.lower, total.upper]
    )
    assert (np.diff(found.unmeasured.estimate) < 0).all()


def test_case_mix_that_was_recorded_is_excused_as_well():
    rng = np.random.default_rng(3)
    design = make_design(
        EVENT, SIZE, covariates={"need": rng.normal(size=UNITS)}, direction="lower-is-better"
    )
    found = asked(make_posterior(design, draws=1000))
    near = found.unmeasured.estimate[1]
    assert 0.6 * found.total.estimate < near < 1.1 * found.total.estimate


def test_a_rule_of_similar_units_finds_its_target_among_own_parts():
    rng = np.random.default_rng(3)
    covariates = {"need": rng.normal(size=UNITS)}
    posterior = make_posterior(make_design(EVENT, SIZE, covariates=covariates), draws=1000)
    found = asked(posterior, target="rightcare").unmeasured
    assert np.isfinite(found.estimate).all()
    assert found.estimate[0] > found.estimate[-1] > 0


def test_the_californian_totals_are_those_of_the_prototype():
    found = varstat.opportunity("example:star98", direction="higher-is-better", unmeasured=True)[0]
    assert found.unmeasured.share[[0, 2, 4]].tolist() == [0.0, 0.25, 0.5]
    np.testing.assert_allclose(
        found.unmeasured.estimate[[0, 2, 4]], [46_677, 40_377, 32_248], rtol=0.005
    )
    np.testing.assert_allclose(found.unmeasured.lower[[2, 4]], [31_891, 24_203], rtol=0.03)
    np.testing.assert_allclose(found.unmeasured.upper[[2, 4]], [49_018, 41_413], rtol=0.03)
    assert "unrecorded case-mix" in found.findings
