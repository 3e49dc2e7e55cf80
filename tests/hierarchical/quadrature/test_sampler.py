"""Draws: the same whatever the order of rows, and the fitted quantile function is the exact one."""

from functools import partial

import numpy as np
import pytest
from designs import all_effects, make_design, make_posterior
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from varstat.hierarchical.quadrature.fit import fit_quadrature
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.hierarchical.quadrature.quantile import tabulate
from varstat.hierarchical.quadrature.sampler import Sampler, exact_quantiles, fit_quantiles


def nation(units, seed=1, *, low=50, high=900):
    rng = np.random.default_rng(seed)
    size = rng.integers(low, high, units)
    return rng.binomial(size, 1 / (1 + np.exp(-rng.normal(-1, 0.4, units)))), size


def test_the_order_of_rows_and_the_names_of_others_change_no_draw():
    event, size = nation(80)
    unit = [f"u{i:03d}" for i in range(80)]
    order = np.random.default_rng(2).permutation(80)
    plain = make_posterior(make_design(event, size, unit=unit))
    mixed = make_posterior(make_design(event[order], size[order], unit=[unit[i] for i in order]))
    np.testing.assert_array_equal(plain.design.unit, mixed.design.unit)
    np.testing.assert_array_equal(plain.hyper, mixed.hyper)
    np.testing.assert_array_equal(all_effects(plain), all_effects(mixed))


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    design = make_design(*nation(70))
    one, two, other = (make_posterior(design, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(all_effects(one), all_effects(two))
    assert not np.any(all_effects(one) == all_effects(other))


def test_a_block_of_draws_is_the_same_whatever_the_size_of_blocks():
    posterior = make_posterior(make_design(*nation(70)))
    small = np.concatenate([b for _, b in posterior.effects.blocks(numbers=70 * 64)])
    np.testing.assert_array_equal(small, all_effects(posterior))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("effects", "rounding"),
    [("normal", 1e-9), ("student-t", 1e-3), ("contaminated-normal", 1e-3)],
)
@pytest.mark.parametrize("transient", [0.0, 0.3])
def test_exact_draws_in_any_blocks_agree_as_nearly_as_is_said(effects, rounding, transient):
    design = make_design(*nation(60), effects=effects, transient=transient)
    # Any hyper-parameters near the data's will do: those of a model that is fitted in no time.
    quick = make_design(*nation(60), effects=effects)
    hyper = fit_quadrature(quick, draws=128, seed=1).hyper
    sampler = Sampler(design=design, hyper=hyper, seed=1, fit=None)
    whole = np.concatenate([block for _, block in sampler.blocks()])
    blocks = np.concatenate([block for _, block in sampler.blocks(numbers=60 * 64)])
    units = [sampler.of_units(first, min(first + 17, 60)) for first in range(0, 60, 17)]
    sd = whole.std(axis=0)
    np.testing.assert_allclose(blocks / sd, whole / sd, atol=1e-9)
    np.testing.assert_allclose(np.concatenate(units, axis=1) / sd, whole / sd, atol=rounding)


def test_a_polynomial_that_misses_altogether_is_dropped_without_a_warning():
    # Warnings are errors here: one that bends the wrong way once overflowed on its way out.
    design = make_design(*nation(60, low=3, high=30), effects="contaminated-normal")
    found = fit_quadrature(design, draws=512, seed=1)
    assert fit_quantiles(design, found.hyper) is None


@pytest.mark.parametrize(("low", "high"), [(50, 900), (5, 40), (2000, 90_000)])
def test_the_fitted_quantile_function_is_the_exact_one(low, high):
    posterior = make_posterior(make_design(*nation(200, low=low, high=high)))
    sampler = posterior.effects
    assert sampler.fit is not None
    fitted = all_effects(posterior)[:64]
    rng = np.random.default_rng([1, 2, 0, 0])
    exact = exact_quantiles(posterior.design, posterior.hyper[:64], rng.standard_normal((64, 200)))
    sd = all_effects(posterior).std(axis=0)
    off = (fitted - exact) / sd
    assert np.sqrt(np.mean(off**2)) < 5e-3
    assert np.abs(off).max() < 0.1


def panel(units=60, periods=4):
    """Units whose rows differ by little more than chance: what passes may be next to nothing."""
    rng = np.random.default_rng(1)
    shape = (units, periods)
    size = rng.integers(150, 900, shape)
    theta = -2 + 0.3 * rng.normal(size=(units, 1)) + 0.08 * rng.normal(size=shape)
    unit, period = np.indices(shape).reshape(2, -1)
    event = rng.binomial(size, 1 / (1 + np.exp(-theta))).ravel()
    return make_design(event, size.ravel(), unit=unit, period=2001 + period)


def peers_of_own_spread(effects):
    event, size = nation(160)
    groups = [f"g{i % 4}" for i in range(160)]
    return make_design(event, size, peer_group=groups, peer_tau="own", effects=effects)


@pytest.mark.parametrize(
    "make",
    [panel, partial(peers_of_own_spread, "normal"), partial(peers_of_own_spread, "student-t")],
)
def test_quantile_functions_of_scales_near_zero_are_fitted_too(make):
    design = make()
    hyper = fit_quadrature(design, draws=2000, seed=1).hyper
    fit = fit_quantiles(design, hyper)
    assert fit is not None
    found = Sampler(design=design, hyper=hyper, seed=1, fit=fit)
    exact = Sampler(design=design, hyper=hyper, seed=1, fit=None)
    fitted, right = (
        np.concatenate([block for _, block in each.blocks()]) for each in (found, exact)
    )
    off = (fitted - right) / right.std(axis=0)
    assert np.sqrt(np.mean(off**2)) < 8e-3
    # Some units are part of a tile, and of neighbouring kinds.
    np.testing.assert_allclose(found.of_units(7, 31), fitted[:, 7:31], atol=1e-6)


def test_draws_given_hyper_parameters_follow_the_density():
    # One hyper-parameter for all draws: each unit's draws are then of one known distribution.
    design = make_design([0, 3, 40, 39, 500], [47, 20, 40, 40, 1000])
    h = np.tile([[-0.5, -0.7]], (4000, 1))
    z = np.random.default_rng(3).standard_normal((4000, 5))
    drawn = exact_quantiles(design, h, z)
    grid = np.linspace(-8, 8, 40001)
    for i, (y, n) in enumerate(zip(design.event, design.size, strict=True)):
        log_f = (
            y * (grid - 0.5) - n * np.logaddexp(0, grid - 0.5) - 0.5 * (grid / np.exp(-0.7)) ** 2
        )
        f = np.exp(log_f - log_f.max())
        cdf = (np.cumsum(f) - 0.5 * f) / f.sum()
        uniform = np.interp(drawn[:, i], grid, cdf)
        np.testing.assert_allclose(uniform, stats.norm.cdf(z[:, i]), atol=1e-4)


@settings(max_examples=60)
@given(
    event=st.integers(0, 60),
    more=st.integers(0, 5000),
    eta=st.floats(-6, 6),
    log_tau=st.floats(-6, 2),
    effects=st.sampled_from(["normal", "student-t", "contaminated-normal"]),
)
def test_quantiles_rise_and_undo_the_distribution_function(event, more, eta, log_tau, effects):
    # A small tau far from what a unit shows has two modes, and is known to be off between them.
    assume(effects == "normal" or log_tau > -2)
    design = make_design([event, 1], [event + more + 1, 5], effects=effects)
    h = np.array([[eta, log_tau, -1.5][: design.dimension]])
    tables = tabulate(design, unpack(design, h))
    z = np.linspace(-4, 4, 33)
    u = np.array([tables.quantile_at(float(score))[0, 0] for score in z])
    assert np.all(np.diff(u) >= 0)
    back = tables.spread(33).probability(np.column_stack([u, np.zeros(33)]))[0][:, 0]
    # Worst for no events and a tau of 4 to 7, where a cliff ends a tail of fifty.
    np.testing.assert_allclose(back, stats.norm.cdf(z), atol=1e-2)
    assert tables.below[0, 0, -1] == pytest.approx(1)
    assert tables.above[0, 0, 0] == pytest.approx(1)
