"""A learnt distribution of effects finds clusters, is a normal for normals, and fits downstream."""

import numpy as np
import pytest
from designs import all_effects, fits_of, make_design, make_posterior
from scipy.special import expit

from varstat.errors import UsageError
from varstat.estimands import compute_league, compute_opportunity
from varstat.estimands.assumptions import MISSHAPEN
from varstat.hierarchical.fit import fit_design
from varstat.hierarchical.predictive import check_predictive


def units(theta, seed=1, measure="proportion"):
    rng = np.random.default_rng(seed)
    size = np.maximum(np.round(np.exp(rng.normal(np.log(400), 0.6, len(theta)))), 20)
    if measure == "ratio":
        return rng.poisson(size * np.exp(theta)).astype(float), size
    return rng.binomial(size.astype(int), expit(theta)).astype(float), size


def two_kinds(number=120):
    rng = np.random.default_rng(9)
    return np.where(rng.random(number) < 0.15, -0.6, -1.5) + 0.05 * rng.normal(size=number)


@pytest.mark.parametrize("measure", ["proportion", "ratio"])
def test_a_few_poor_units_among_equals_are_told_from_them(measure):
    theta = two_kinds()
    event, size = units(theta, measure=measure)
    said = {"measure": measure, "direction": "lower-is-better"}
    design = make_design(event, size, effects="learnt", **said)
    posterior = make_posterior(design, draws=2000)
    assert not posterior.diagnostics.problems
    centred = theta - theta.mean()
    learnt = all_effects(posterior)
    normal = all_effects(make_posterior(make_design(event, size, **said), draws=2000))
    off = [np.sqrt(np.mean((each.mean(axis=0) - centred) ** 2)) for each in (learnt, normal)]
    assert off[0] < 0.75 * off[1]
    mean = posterior.natural()["intercept"].mean()
    assert mean == pytest.approx(theta.mean(), abs=0.05)
    assert posterior.natural()["tau"].mean() == pytest.approx(theta.std(), abs=0.08)


def test_for_normal_effects_the_answer_is_that_of_the_normal_model():
    theta = -1.5 + 0.3 * np.random.default_rng(4).normal(size=100)
    event, size = units(theta)
    said = {"direction": "lower-is-better"}
    one, two = (
        make_posterior(make_design(event, size, effects=e, **said), draws=4000)
        for e in ("normal", "learnt")
    )
    for name in ("intercept", "tau"):
        a, b = one.natural()[name], two.natural()[name]
        assert a.mean() == pytest.approx(b.mean(), abs=0.4 * a.std())
    totals = [
        compute_opportunity(fits_of(each), target="rate:0.15")[0].total for each in (one, two)
    ]
    width = totals[0].upper - totals[0].lower
    assert totals[1].estimate == pytest.approx(totals[0].estimate, abs=0.15 * width)
    assert totals[1].upper - totals[1].lower == pytest.approx(width, rel=0.15)


def test_a_covariate_and_peer_groups_are_found_beside_a_learnt_distribution():
    rng = np.random.default_rng(6)
    theta, x = two_kinds(90), rng.normal(size=90)
    group = np.where(np.arange(90) < 45, "a", "b")
    event, size = units(theta + 0.2 * x + 0.4 * (group == "b"))
    design = make_design(event, size, effects="learnt", covariates={"x": x}, peer_group=list(group))
    posterior = make_posterior(design, draws=2000)
    assert not posterior.diagnostics.problems
    natural = posterior.natural()
    slope = natural["coefficient[x]"]
    assert slope.mean() == pytest.approx(0.2 * np.std(x), abs=4 * slope.std() + 0.02)
    apart = natural["peer_mean[b]"] - natural["peer_mean[a]"]
    assert apart.mean() == pytest.approx(0.4, abs=4 * apart.std())


def test_the_checks_are_content_with_a_learnt_distribution():
    event, size = units(two_kinds())
    design = make_design(event, size, effects="learnt", direction="lower-is-better")
    posterior = make_posterior(design, draws=1000)
    league = compute_league(fits_of(posterior))[0]
    assert league.assumptions.shape_p > MISSHAPEN
    assert min(check_predictive(design, posterior.hyper, seed=1).values()) > 0.01


def test_hyper_parameters_are_reported_without_the_shape():
    posterior = make_posterior(make_design(*units(two_kinds(30)), effects="learnt"), draws=200)
    assert posterior.to_frame()["name"].tolist() == ["intercept", "tau"]
    assert "shape[1]" in posterior.natural()


def test_nuts_is_refused():
    from designs import make_model_card

    design = make_design(*units(two_kinds(30)), effects="learnt")
    with pytest.raises(UsageError, match="by quadrature alone"):
        fit_design(
            design, card=make_model_card(effects="learnt"), by={}, engine="nuts", draws=200, seed=1
        )
