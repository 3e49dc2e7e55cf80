"""What hyper-parameters are drawn from by importance."""

import numpy as np
import pytest
from designs import make_design
from scipy.special import expit

from varstat.hierarchical.quadrature.fit import fit_quadrature
from varstat.hierarchical.quadrature.hyper import whiten
from varstat.hierarchical.quadrature.hyper_draws import CHECKED
from varstat.hierarchical.quadrature.proposal import (
    Student,
    about_mode,
    adapt,
    draw_mixture,
)

RNG = np.random.default_rng(12)
UNITS = 18
SIZE = RNG.integers(40, 900, UNITS)
EVENT = RNG.binomial(SIZE, expit(-1 + 0.6 * RNG.normal(size=UNITS)))
# Three groups of six with a spread each: six hyper-parameters, and scales that may be near zero.
DESIGN = make_design(EVENT, SIZE, peer_group=["a", "b", "c"] * 6, peer_tau="own")
FIVE = make_design(
    RNG.binomial(200, 0.3, 20),
    np.full(20, 200),
    peer_group=["a", "b", "c", "d", "e"] * 4,
    peer_tau="own",
)


@pytest.mark.parametrize("design", [DESIGN, FIVE])
def test_whether_a_fit_is_accepted_hangs_on_neither_seed_nor_number_of_draws(design):
    found = [
        fit_quadrature(design, draws=draws, seed=seed)
        for draws, seed in ((200, 1), (300, 2), (5000, 3))
    ]
    first = found[0]
    for other in found[1:]:
        assert other.diagnostics.pareto_k == first.diagnostics.pareto_k
        assert other.hyper.worth == first.hyper.worth
        np.testing.assert_array_equal(other.hyper.check, first.hyper.check)
        assert other.diagnostics.problems == first.diagnostics.problems
    assert not np.array_equal(found[0].hyper.h, found[1].hyper.h)
    assert len(first.hyper.check) == CHECKED


def test_on_a_lattice_checks_are_made_with_the_same_draws_too():
    design = make_design(EVENT, SIZE)
    one, two = (fit_quadrature(design, draws=draws, seed=draws) for draws in (200, 500))
    np.testing.assert_array_equal(one.hyper.check, two.hyper.check)
    assert one.hyper.worth == np.inf
    mean = one.lattice.weight @ one.lattice.h
    sd = np.sqrt(one.lattice.weight @ (one.lattice.h - mean) ** 2)
    assert np.all(np.abs(one.hyper.check.mean(axis=0) - mean) < 0.1 * sd)


def test_more_draws_than_were_settled_by_are_of_the_same_posterior():
    few, many = (fit_quadrature(DESIGN, draws=draws, seed=1).hyper for draws in (2000, 8000))
    sd = many.h.std(axis=0)
    assert np.all(np.abs(few.h.mean(axis=0) - many.h.mean(axis=0)) < 0.15 * sd)
    assert many.effective > few.effective


@pytest.mark.parametrize("design", [DESIGN, FIVE])
def test_densities_are_those_of_the_draws(design):
    """The mean of one density over another, drawn from the other, is one."""
    white = whiten(design, nodes=15)
    rng = np.random.default_rng(1)
    plain = about_mode(white)
    z = plain.draw(rng, 20_000)
    scales = [at for at, name in enumerate(design.names) if name.startswith("tau")]
    fitted = adapt(white, z, np.full(len(z), 1 / len(z)), scales)
    assert isinstance(fitted, Student) == (len(scales) > 4)
    x, log_q = draw_mixture([plain, fitted], rng, 20_000)
    for each in (plain, fitted):
        assert np.mean(np.exp(each.log_density(x) - log_q)) == pytest.approx(1.0, abs=0.03)
