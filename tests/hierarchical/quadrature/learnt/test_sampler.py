"""Effects of a learnt density are drawn by their own distribution functions."""

import numpy as np
import pytest
from designs import all_effects, make_design, make_posterior
from scipy.special import expit

from varstat.hierarchical.quadrature.learnt import sampler
from varstat.hierarchical.quadrature.learnt.sampler import LearntSampler, _invert


@pytest.mark.parametrize("points", [2, 3, 7, 49, 50])
def test_a_distribution_function_is_inverted(points):
    weight = np.random.default_rng(1).random((points, 5))
    share = np.linspace(1e-6, 1 - 1e-9, 500)
    draw = np.arange(500) % 5
    place = np.arange(points, dtype=float)
    below = weight.cumsum(0) / weight.sum(0)
    edges = np.arange(points + 1) - 0.5
    expected = [
        np.interp(s, np.r_[0.0, below[:, k]], edges) for s, k in zip(share, draw, strict=True)
    ]
    assert _invert(place, weight, share, draw) == pytest.approx(np.array(expected), abs=1e-9)


def nation(units=40, seed=5):
    rng = np.random.default_rng(seed)
    size = rng.integers(40, 4000, units)
    theta = -1.5 + 0.3 * rng.normal(size=units)
    return make_design(rng.binomial(size, expit(theta)), size, effects="learnt")


def test_the_same_seed_gives_the_same_draws_and_another_others():
    design = nation()
    one, two, three = (all_effects(make_posterior(design, draws=400, seed=s)) for s in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)


def test_a_block_of_draws_and_some_units_are_the_same_as_among_all():
    design = nation()
    posterior = make_posterior(design, draws=700)
    whole = all_effects(posterior)
    from varstat.hierarchical.quadrature.learnt.fit import draw_shapes

    lazy = LearntSampler(design=design, hyper=draw_shapes(design, draws=700, seed=1), seed=1)
    parts = np.concatenate([block for _, block in lazy.blocks(design.units * 256)])
    assert parts == pytest.approx(whole, abs=0.05)
    assert np.mean(np.abs(parts - whole)) < 1e-4
    assert np.concatenate([lazy.of_units(0, 17), lazy.of_units(17, 40)], axis=1) == pytest.approx(
        whole, abs=1e-9
    )


def test_effects_of_a_narrow_and_a_wide_likelihood_have_their_posteriors_moments():
    design = nation()
    posterior = make_posterior(design, draws=4000)
    effects = design.effects
    g = effects.masses(posterior.hyper[:, 2:])
    mean = g @ effects.grid
    fine = np.linspace(effects.grid[0], effects.grid[-1], 20_001)
    for unit in (int(np.argmin(design.size)), int(np.argmax(design.size))):
        log_l = design.event[unit] * fine - design.size[unit] * np.logaddexp(0.0, fine)
        like = np.exp(log_l - log_l.max())
        expected = []
        for each, centre in zip(g[::40], mean[::40], strict=True):
            weight = like * np.interp(fine, effects.grid, each)
            expected.append(weight @ fine / weight.sum() - centre)
        found = all_effects(posterior)[:, unit]
        error = 4 * found.std() / np.sqrt(400) + 0.003
        assert found.mean() == pytest.approx(np.mean(expected), abs=error)


def test_more_numbers_than_are_kept_are_drawn_again_each_time(monkeypatch):
    monkeypatch.setattr(sampler, "_KEPT", 10)
    posterior = make_posterior(nation(), draws=300)
    assert isinstance(posterior.effects, LearntSampler)
    assert all_effects(posterior).shape == (300, 40)
