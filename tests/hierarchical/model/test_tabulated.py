"""A smeared likelihood on a grid is the smeared likelihood, within the grid and beyond."""

import numpy as np
import pytest
from designs import make_design
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from varstat.hierarchical.model.smeared import smear
from varstat.hierarchical.model.tabulated import tabulate_family
from varstat.hierarchical.quadrature.fit import fit_quadrature
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.hierarchical.quadrature.quantile import on_grid, tabulate


def _family(event, size):
    design = make_design(np.asarray(event), np.asarray(size))
    return smear(
        design.family,
        link_rate=design.link_rate[:, None],
        link_variance=design.link_variance[:, None],
    )


@settings(deadline=None, max_examples=40)
@given(
    size=st.lists(st.integers(1, 100_000), min_size=1, max_size=6),
    share=st.floats(0.0, 1.0),
    ends=st.tuples(st.floats(-9.0, 0.5), st.floats(0.0, 3.0)),
    seed=st.integers(0, 99),
)
def test_on_the_grid_it_is_nearly_what_it_stands_for(size, share, ends, seed):
    event = np.floor(np.array(size) * share)
    family = _family(event, size)
    rng = np.random.default_rng(seed)
    spread = np.exp(ends[0] + ends[1] * rng.random(8))
    # As far as a unit's effect reaches: seven SDs of what its own row shows, or of others.
    sd = np.sqrt(family.link_variance + spread.min() ** 2)
    low, high = family.link_rate - 7.0 * sd, family.link_rate + 7.0 * sd
    found = tabulate_family(family, spread=spread, low=low, high=high)
    # Where no grid is fine enough the family itself is used.
    assume(found is not None)
    off, slope_off = _off(found, family, spread, low, high, rng)
    assert off < 0.02
    assert slope_off < 0.05


def _off(found, family, spread, low, high, rng):
    """How far a grid is off, where the likelihood has fallen far in proportion to that."""
    theta = low + (high - low) * rng.random((len(spread), len(low), 20))
    at, sd = spread[:, None, None], np.sqrt(family.link_variance + spread.min() ** 2)
    value, slope = found.value_and_slope(theta, at)
    exact, exact_slope = family.value_and_slope(theta, at)
    np.testing.assert_allclose(found.value(theta, at), value, rtol=1e-12)
    drop = 1.0 + exact.max(axis=-1, keepdims=True) - exact
    return np.max(np.abs(value - exact) / drop), np.max(np.abs(slope - exact_slope) * sd / drop)


@pytest.mark.parametrize(("cases", "close"), [(30, 5e-4), (300, 1e-4), (30_000, 1e-4)])
def test_of_hospitals_it_is_right_to_some_digits(cases, close):
    rng = np.random.default_rng(cases)
    size = rng.poisson(cases, 50) + 1
    family = _family(rng.binomial(size, rng.beta(2, 10, 50)), size)
    spread = np.exp(rng.normal(-2.0, 0.7, 30))
    sd = np.sqrt(family.link_variance + spread.min() ** 2)
    low, high = family.link_rate - 5.0 * sd, family.link_rate + 5.0 * sd
    found = tabulate_family(family, spread=spread, low=low, high=high)
    assert found is not None
    off, slope_off = _off(found, family, spread, low, high, rng)
    assert off < close
    assert slope_off < 10 * close


def test_beyond_its_ends_it_is_the_family_itself():
    family = _family([3.0, 40.0], [100, 200])
    spread = np.array([0.1, 0.2])
    found = tabulate_family(
        family, spread=spread, low=family.link_rate - 1.0, high=family.link_rate + 1.0
    )
    assert found is not None
    theta, at = np.broadcast_to(family.link_rate + 2.0, (2, 2, 1)), spread[:, None, None]
    np.testing.assert_array_equal(found.value(theta, at), family.value(theta, at))
    for ours, exact in zip(found.slopes(theta, at), family.slopes(theta, at), strict=True):
        np.testing.assert_array_equal(ours, exact)


def test_no_grid_is_made_that_would_have_no_end():
    family = _family([3.0, 40.0], [100, 200])
    wide = {"low": family.link_rate - 1e6, "high": family.link_rate + 1e6}
    assert tabulate_family(family, spread=np.array([0.1]), **wide) is None


@pytest.mark.parametrize("effects", ["normal", "student-t", "contaminated-normal"])
def test_quantiles_from_a_grid_are_those_without(effects):
    rng = np.random.default_rng(3)
    size = rng.integers(5, 300, 40)
    event = rng.binomial(size, 1 / (1 + np.exp(-rng.normal(-2, 0.5, 40))))
    quick = make_design(event, size, effects=effects)
    h = fit_quadrature(quick, draws=128, seed=1).hyper.h
    design = make_design(event, size, effects=effects, transient=0.3)
    grid = on_grid(design, h)
    assert grid is not design
    hyper = unpack(design, h[:20])
    z = rng.standard_normal((20, 40))
    exact = tabulate(design, hyper).quantile(z)
    sd = exact.std(axis=0)
    assert np.max(np.abs(tabulate(grid, hyper).quantile(z) - exact) / sd) < 2e-3
    # Of some units alone it is cut as the rows are.
    part = tabulate(grid.part(5, 9), unpack(grid.part(5, 9), h[:20])).quantile(z[:, 5:9])
    assert np.max(np.abs(part - exact[:, 5:9]) / sd[5:9]) < 2e-3


def test_a_design_without_a_transient_effect_stays_as_it_is():
    design = make_design(np.array([3.0, 9.0]), np.array([20, 30]))
    assert on_grid(design, np.zeros((200, design.dimension))) is design
