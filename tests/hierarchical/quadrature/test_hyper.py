"""The hyper-posterior: lattice, importance sampling and polynomials agree with each other."""

import numpy as np
import pytest
from designs import make_design

from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.quadrature.hyper import grow_lattice, whiten
from varstat.hierarchical.quadrature.hyper_draws import draw_by_importance, draw_from_lattice
from varstat.hierarchical.quadrature.marginal import log_posterior
from varstat.hierarchical.quadrature.polynomial import monomial_values, monomials
from varstat.hierarchical.quadrature.surrogate import fit_slopes


def nation(units, seed=1, **options):
    rng = np.random.default_rng(seed)
    size = rng.integers(20, 900, units)
    event = rng.binomial(size, 1 / (1 + np.exp(-rng.normal(-1, 0.4, units))))
    return make_design(event, size, **options)


def moments(lattice):
    mean = lattice.weight @ lattice.h
    return mean, np.sqrt(lattice.weight @ (lattice.h - mean) ** 2)


@pytest.mark.parametrize("units", [1, 2, 12, 150])
def test_a_finer_lattice_changes_nothing(units):
    design = nation(units)
    white = whiten(design, nodes=25)
    coarse, fine = (grow_lattice(design, white, step=s, nodes=25) for s in (0.8, 0.5))
    for one, other in zip(moments(coarse), moments(fine), strict=True):
        # The fewer the units, the more skewed the posterior that the lattice has to follow.
        np.testing.assert_allclose(one, other, atol=1e-5 if units > 10 else 1e-2)


def test_draws_from_a_lattice_have_its_moments():
    design = nation(12)
    white = whiten(design, nodes=25)
    lattice = grow_lattice(design, white, step=0.8, nodes=25)
    drawn = draw_from_lattice(design, white, lattice, draws=8000, nodes=25, seed=3)
    mean, sd = moments(lattice)
    assert np.all(np.abs(drawn.h.mean(axis=0) - mean) < 4 * sd / np.sqrt(8000))
    np.testing.assert_allclose(drawn.h.std(axis=0), sd, rtol=0.05)


@pytest.mark.parametrize("units", [30, 400])
def test_importance_sampling_agrees_with_the_lattice(units):
    design = nation(units, covariates={"x": np.arange(units)})
    white = whiten(design, nodes=15)
    lattice = grow_lattice(design, white, step=0.8, nodes=15)
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
    density, error, passes = fit_slopes(design, white, np.random.default_rng(6), nodes=15)
    z = rng.standard_normal((40, design.dimension))
    exact = log_posterior(design, white.place(z), nodes=15) - white.peak
    assert np.std(density(z) - exact) < 0.02
    assert error < 0.02
    assert passes < 300


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
