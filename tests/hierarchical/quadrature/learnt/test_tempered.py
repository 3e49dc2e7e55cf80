"""A mixture, or a normal with a tail, is drawn from its posterior, whichever way it lies."""

import numpy as np
import pytest
from designs import all_effects, fits_of, make_design, make_posterior
from scipy.special import expit, logsumexp

from varstat.estimands import compute_opportunity
from varstat.hierarchical.model.mixture import TAILED, log_prior_mixture, mixture_masses
from varstat.hierarchical.quadrature.learnt.density import start_density
from varstat.hierarchical.quadrature.learnt.tempered import draw_mixtures

NAMES = ("intercept", "tau")


def units(theta, seed=1):
    rng = np.random.default_rng(seed)
    size = np.maximum(np.round(np.exp(rng.normal(np.log(400), 0.6, len(theta)))), 20)
    return rng.binomial(size.astype(int), expit(theta)).astype(float), size


def two_clusters(number=80):
    rng = np.random.default_rng(9)
    return -1.5 + 0.4 * rng.choice([-1, 1], number) + 0.05 * rng.normal(size=number)


def design_of(theta, **said):
    return make_design(*units(theta), effects="normal-mixture", direction="lower-is-better", **said)


def test_draws_are_those_of_plain_importance_sampling():
    design = design_of(two_clusters(40))
    found = draw_mixtures(design, draws=4000, seed=1)
    density, _ = start_density(design)
    rng = np.random.default_rng(5)
    # From a normal about the draws, twice as wide, and the likelihood written out.
    mean, root = found.z.mean(axis=0), np.linalg.cholesky(np.cov(found.z.T))
    z = rng.standard_normal((60_000, 6))
    p = mean + 1.7 * z @ root.T
    x = (design.effects.grid - design.effects.centre) / design.effects.unit
    g = mixture_masses(x, p)
    log_p = np.log(np.maximum(g @ density.likelihoods.value.T, 1e-300)).sum(axis=1)
    log_p += density.log_prior_moments(p) + log_prior_mixture(p)
    log_w = log_p + 0.5 * np.sum(z**2, axis=1)
    weight = np.exp(log_w - logsumexp(log_w))
    assert 1.0 / np.sum(weight**2) > 300
    expected = weight @ p
    sd = np.sqrt(weight @ (p - expected) ** 2)
    assert np.all(np.abs(found.z.mean(axis=0) - expected) < 0.25 * sd)
    assert found.z.std(axis=0) == pytest.approx(sd, rel=0.25)


def test_clusters_are_told_from_one_another_and_tau_is_the_sd_of_both():
    theta = two_clusters()
    posterior = make_posterior(design_of(theta), draws=2000)
    assert not posterior.diagnostics.problems
    natural = posterior.natural()
    assert natural["intercept"].mean() == pytest.approx(theta.mean(), abs=0.05)
    assert natural["tau"].mean() == pytest.approx(theta.std(), abs=0.05)
    within = expit(-natural["shape[4]"])
    assert np.median(within) < 0.1
    effect = all_effects(posterior).mean(axis=0)
    assert np.mean((effect > 0) == (theta > -1.5)) > 0.95


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_tail_is_found_on_the_side_that_it_is_on(side):
    rng = np.random.default_rng(3)
    rate = expit(-1.0 + side * 0.5 * rng.exponential(size=150))
    design = make_design(rng.binomial(4000, rate), np.full(150, 4000.0), effects="normal-mixture")
    found = draw_mixtures(design, draws=1000, seed=1)
    assert np.mean(side * found.h[:, -1] > TAILED) > 0.9
    # Nearly all of the variance is in it.
    assert np.median(expit(found.h[:, -3])) > 0.8


def test_for_normal_effects_the_answer_is_that_of_the_normal_model():
    theta = -1.5 + 0.3 * np.random.default_rng(4).normal(size=100)
    event, size = units(theta)
    said = {"direction": "lower-is-better"}
    one, two = (
        make_posterior(make_design(event, size, effects=e, **said), draws=4000)
        for e in ("normal", "normal-mixture")
    )
    for name in NAMES:
        a, b = one.natural()[name], two.natural()[name]
        assert a.mean() == pytest.approx(b.mean(), abs=0.4 * a.std())
    totals = [
        compute_opportunity(fits_of(each), target="rate:0.15")[0].total for each in (one, two)
    ]
    width = totals[0].upper - totals[0].lower
    assert totals[1].estimate == pytest.approx(totals[0].estimate, abs=0.15 * width)
    assert totals[1].upper - totals[1].lower == pytest.approx(width, rel=0.15)


def test_covariates_and_peer_groups_are_found_beside_two_kinds():
    rng = np.random.default_rng(6)
    x, group = rng.normal(size=90), np.where(np.arange(90) < 45, "a", "b")
    theta = two_clusters(90) + 0.2 * x + 0.4 * (group == "b")
    posterior = make_posterior(
        design_of(theta, covariates={"x": x}, peer_group=list(group)), draws=2000
    )
    assert not posterior.diagnostics.problems
    natural = posterior.natural()
    slope = natural["coefficient[x]"]
    assert slope.mean() == pytest.approx(0.2 * np.std(x), abs=4 * slope.std() + 0.02)
    apart = natural["peer_mean[b]"] - natural["peer_mean[a]"]
    assert apart.mean() == pytest.approx(0.4, abs=4 * apart.std())


def test_the_same_seed_gives_the_same_draws_and_another_nearly_the_same():
    design = design_of(two_clusters(40))
    one, two, three = (draw_mixtures(design, draws=1000, seed=seed).h for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert np.all(np.abs(one.mean(axis=0) - three.mean(axis=0)) < 0.4 * one.std(axis=0))


def test_the_prior_answers_where_hardly_anything_is_known():
    design = make_design([1.0] * 12, [3.0] * 12, effects="normal-mixture")
    found = draw_mixtures(design, draws=1000, seed=1)
    assert np.isfinite(found.h).all()
