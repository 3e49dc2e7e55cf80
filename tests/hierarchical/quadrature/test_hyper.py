"""The hyper-posterior: lattice, importance sampling and polynomials agree with each other."""

import numpy as np
import pytest
from designs import make_design

from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.quadrature.hyper import whiten
from varstat.hierarchical.quadrature.hyper_draws import (
    _settle,
    _weigh_again,
    draw_by_importance,
    draw_from_lattice,
)
from varstat.hierarchical.quadrature.lattice import fill_lattice, grow_lattice
from varstat.hierarchical.quadrature.marginal import log_posterior
from varstat.hierarchical.quadrature.polynomial import monomial_values, monomials
from varstat.hierarchical.quadrature.surrogate import fit_slopes


def nation(units, seed=1, **options):
    rng = np.random.default_rng(seed)
    size = rng.integers(20, 900, units)
    event = rng.binomial(size, 1 / (1 + np.exp(-rng.normal(-1, 0.4, units))))
    return make_design(event, size, **options)


def exact(design, white, nodes=15):
    return lambda z: log_posterior(design, white.place(z), nodes=nodes) - white.peak


def moments(lattice):
    mean = lattice.weight @ lattice.h
    return mean, np.sqrt(lattice.weight @ (lattice.h - mean) ** 2)


@pytest.mark.parametrize("units", [1, 2, 12, 150])
def test_a_finer_lattice_changes_nothing(units):
    design = nation(units)
    white = whiten(design, nodes=25)
    density = exact(design, white, nodes=25)
    coarse, fine = (grow_lattice(white, density, step=s) for s in (0.8, 0.5))
    for one, other in zip(moments(coarse), moments(fine), strict=True):
        # The fewer the units, the more skewed the posterior that the lattice has to follow.
        np.testing.assert_allclose(one, other, atol=1e-5 if units > 10 else 1e-2)


def test_draws_from_a_lattice_have_its_moments():
    design = nation(12)
    white = whiten(design, nodes=25)
    filled = fill_lattice(design, white, step=0.8, nodes=25, smooth=False)
    drawn = draw_from_lattice(white, filled, draws=8000, seed=3)
    mean, sd = moments(filled.lattice)
    assert np.all(np.abs(drawn.h.mean(axis=0) - mean) < 4 * sd / np.sqrt(8000))
    np.testing.assert_allclose(drawn.h.std(axis=0), sd, rtol=0.05)


@pytest.mark.parametrize("units", [30, 400])
def test_importance_sampling_agrees_with_the_lattice(units):
    design = nation(units, covariates={"x": np.arange(units)})
    white = whiten(design, nodes=15)
    lattice = grow_lattice(white, exact(design, white), step=0.8)
    drawn = draw_by_importance(design, white, draws=4000, nodes=15, seed=4)
    mean, sd = moments(lattice)
    assert drawn.pareto_k < 0.7
    error = sd / np.sqrt(drawn.effective)
    assert np.all(np.abs(drawn.h.mean(axis=0) - mean) < 4.5 * error)
    np.testing.assert_allclose(drawn.h.std(axis=0), sd, rtol=0.08)


def test_the_polynomial_is_the_log_posterior_where_it_matters():
    rng = np.random.default_rng(5)
    design = nation(300, covariates={name: rng.normal(size=300) for name in "abc"})
    white = whiten(design, nodes=15)
    fitted = fit_slopes(design, white, np.random.default_rng(6), nodes=15)
    z = rng.standard_normal((40, design.dimension))
    true = exact(design, white)(z)
    assert np.std(fitted(z) - true) < 0.02
    assert fitted.error_at(z) == pytest.approx(np.std(fitted(z) - true))
    assert len(fitted.z) < 100


@pytest.fixture(scope="module")
def steady():
    """Releases of the same years again, in which next to nothing passes."""
    rng = np.random.default_rng(8)
    expected = np.repeat(rng.uniform(200, 2000, 60), 2)
    event = rng.poisson(expected * np.repeat(np.exp(0.1 * rng.standard_normal(60)), 2))
    design = make_design(
        event,
        expected,
        measure="ratio",
        unit=np.repeat(np.arange(60), 2),
        period=["2001", "2002"] * 60,
    )
    return design, whiten(design, nodes=15)


def test_a_polynomial_follows_a_scale_that_may_be_nothing(steady):
    design, white = steady
    at = design.names.index("tau_transient")
    drawn = draw_by_importance(design, white, draws=2000, nodes=15, seed=1)
    assert drawn.pareto_k < 0.5
    assert 0 < drawn.surrogate_error < 0.05
    assert drawn.passes < 400
    # Draws reach far to the left, where nothing is left of it.
    assert np.quantile(drawn.h[:, at], 0.01) < white.mode[at] - 2.0
    z = drawn.z[:150]
    true = exact(design, white)(z)
    fitted = fit_slopes(design, white, np.random.default_rng(6), nodes=15)
    assert np.std(fitted(z) - true) < 0.05


def test_what_a_polynomial_misses_is_weighed_by_the_exact_density(steady):
    _, white = steady

    def round_one(z):
        return -0.5 * np.sum(z**2, axis=1)

    def rough(z):
        return round_one(z) + 0.4 * np.sin(3.0 * z[:, 0])

    rng = np.random.default_rng(9)
    settled = _settle(white, rough, rng, scales=[])
    again = _weigh_again(settled, round_one, rng, 1000)
    assert again.again
    assert again.weight.sum() == pytest.approx(1.0)
    assert again.pareto_k < 0.5
    # As many as are distinct are drawn, and they are worth most of their number.
    assert 700 < 1.0 / np.sum(again.weight**2) <= len(again.z) <= 1000
    np.testing.assert_allclose(again.weight @ again.z, 0.0, atol=0.12)
    np.testing.assert_allclose(again.weight @ again.z**2, 1.0, atol=0.2)


def test_where_weights_bring_nothing_back_all_is_drawn_by_the_exact_density():
    # Five specialists far from the others: the scale of their own has a tail that reaches zero.
    rng = np.random.default_rng(2)
    size = np.round(np.exp(rng.normal(np.log(800), 0.8, 130)))
    case_mix = np.append(rng.normal(4.0, 0.3, 5), rng.normal(0.0, 1.0, 125))
    effect = rng.normal(0.0, 0.3, 130)
    effect[:5] = rng.uniform(0.05, 0.25, 5)
    effect[5:8] = -1.0
    event = rng.binomial(size.astype(int), 1 / (1 + np.exp(-1.4 + 0.35 * case_mix - effect)))
    kinds = ["specialist"] * 5 + ["general"] * 125
    design = make_design(event, size, peer_group=kinds, peer_tau="own")
    white = whiten(design, nodes=15)
    drawn = draw_by_importance(design, white, draws=1000, nodes=15, seed=1)
    assert drawn.pareto_k < 0.7
    assert drawn.effective > 400
    assert drawn.surrogate_error < 0.05


def test_more_points_make_a_polynomial_better(steady):
    design, white = steady
    rng = np.random.default_rng(10)
    z = rng.standard_normal((60, design.dimension))
    fitted = fit_slopes(design, white, rng, nodes=15)
    refined = fitted.refined(z, z, np.full(60, 1 / 60))
    assert len(refined.z) == len(fitted.z) + 60
    assert refined.error_at(z[:30]) < 0.02


def test_monomials_are_all_there_and_right():
    terms = monomials(3, 2)
    assert len(terms) == 10
    z = np.array([[2.0, 3.0, 5.0]])
    values = dict(zip(terms, monomial_values(z, terms)[0], strict=True))
    assert values[()] == 1
    assert values[0, 2] == 10
    assert values[1, 1] == 9


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", [0.1, 0.5, 0.9])
def test_the_tail_of_importance_ratios_is_judged_as_arviz_does(shape):
    import arviz

    log_ratio = shape * np.random.default_rng(7).standard_exponential(5000)
    ours, smoothed = fit_tail(log_ratio)
    if not hasattr(arviz, "psislw"):
        pytest.skip("this ArviZ has no psislw")
    theirs = arviz.psislw(log_ratio, normalize=False)
    assert ours == pytest.approx(float(theirs[1]), abs=0.02)
    np.testing.assert_allclose(
        np.exp(smoothed).mean() / np.exp(smoothed).max(),
        np.exp(theirs[0]).mean() / np.exp(theirs[0]).max(),
        rtol=0.05,
    )
