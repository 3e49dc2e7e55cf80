"""A polynomial may fill a lattice, and stand between its points, where it is the log density."""

from dataclasses import replace

import numpy as np
import pytest
from designs import beta, make_design

from varstat.hierarchical.quadrature.fit import fit_quadrature, nodes_for
from varstat.hierarchical.quadrature.hyper import whiten
from varstat.hierarchical.quadrature.lattice import fill_lattice
from varstat.hierarchical.quadrature.marginal import log_posterior


def nation(units, cases, tau, *, measure="proportion", covariate=False, **options):
    rng = np.random.default_rng(units)
    size = np.round(np.exp(rng.normal(np.log(cases), 0.7, units))) + 1.0
    x = rng.normal(size=units)
    theta = -2.0 + 0.2 * x * covariate + tau * rng.standard_normal(units)
    if measure == "proportion":
        event = rng.binomial(size.astype(int), 1.0 / (1.0 + np.exp(-theta)))
    else:
        event = rng.poisson(size * np.exp(theta))
    more = {"covariates": {"x": x}} if covariate else {}
    return make_design(event, size, measure=measure, **more, **options)


NATIONS = {
    "large": nation(300, 400, 0.3),
    "small": nation(200, 20, 0.3),
    "alike": nation(150, 400, 0.0),
    "covariate": nation(300, 400, 0.3, covariate=True),
    "alike-covariate": nation(150, 100, 0.0, covariate=True),
    "ratio": nation(250, 300, 0.3, measure="ratio"),
    "contaminated": nation(
        90, 200, 0.3, effects="contaminated-normal", priors={"contamination": beta(1.0, 19.0)}
    ),
    "student-t": nation(90, 200, 0.3, effects="student-t"),
}


@pytest.fixture(scope="module", params=NATIONS)
def nation_filled(request):
    design = NATIONS[request.param]
    nodes = nodes_for(design)
    white = whiten(design, nodes=nodes)
    both = [
        fill_lattice(design, white, step=1.0, nodes=nodes, smooth=smooth)
        for smooth in (True, False)
    ]
    return design, white, nodes, *both


def test_a_polynomial_sums_to_what_the_exact_density_does(nation_filled):
    _, _, _, smooth, exact = nation_filled
    means = [filled.lattice.weight @ filled.lattice.h for filled in (smooth, exact)]
    second = [filled.lattice.weight @ filled.lattice.h**2 for filled in (smooth, exact)]
    sds = [np.sqrt(square - mean**2) for square, mean in zip(second, means, strict=True)]
    np.testing.assert_allclose((means[0] - means[1]) / sds[1], 0.0, atol=1e-3)
    np.testing.assert_allclose(sds[0] / sds[1], 1.0, atol=2e-3)


def test_the_density_drawn_from_is_exact_between_the_points(nation_filled):
    design, white, nodes, *both = nation_filled
    rng = np.random.default_rng(11)
    for filled in both:
        at = rng.choice(len(filled.lattice.z), size=80, p=filled.lattice.weight)
        z = filled.lattice.z[at] + rng.uniform(-0.5, 0.5, (80, filled.lattice.z.shape[1]))
        true = log_posterior(design, white.place(z), nodes=nodes) - white.peak
        assert np.std(filled.density(z) - true) < 0.01


def test_well_known_hyper_parameters_take_few_passes():
    for name, most in (("large", 60), ("ratio", 60), ("covariate", 150)):
        assert fit_quadrature(NATIONS[name], draws=200, seed=1).hyper.passes < most


def test_next_to_no_variation_takes_no_pass_for_each_draw():
    for name in ("small", "alike"):
        few, many = (
            fit_quadrature(NATIONS[name], draws=draws, seed=1).hyper.passes for draws in (100, 4000)
        )
        assert few == many < 2000


@pytest.mark.parametrize("name", ["small", "alike", "alike-covariate"])
def test_effects_drawn_by_polynomials_are_those_drawn_exactly_where_tau_may_be_nothing(name):
    found = fit_quadrature(NATIONS[name], draws=4000, seed=1)
    assert found.effects.fit is not None
    _, fitted = next(iter(found.effects.blocks(10**9)))
    _, exact = next(iter(replace(found.effects, fit=None).blocks(10**9)))
    sd = exact.std(axis=0)
    # Each draw of each unit, in SDs of its effect.
    off = (fitted - exact) / sd
    assert np.sqrt(np.mean(off**2)) < 0.015
    np.testing.assert_allclose(fitted.std(axis=0) / sd, 1.0, atol=0.02)
    for share in (0.05, 0.95):
        ends = [np.quantile(effect, share, axis=0) / sd for effect in (fitted, exact)]
        np.testing.assert_allclose(*ends, atol=0.03)
