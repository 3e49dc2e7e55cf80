"""A unit's own part of its effect, given a share that is unmeasured case-mix."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from designs import make_design, make_posterior
from scipy.special import expit

import varstat
from varstat.errors import ModelError
from varstat.estimands.unmeasured import own
from varstat.estimands.unmeasured.own import part_effects, split_draws
from varstat.hierarchical.automatic import NOT_NORMAL

RNG = np.random.default_rng(4)
UNITS = 30
SIZE = RNG.integers(50, 600, UNITS)
EVENT = RNG.binomial(SIZE, expit(-1 + 0.5 * RNG.normal(size=UNITS)))


def splits(posterior):
    return list(split_draws(posterior, per_draw=posterior.design.units))


def joint(share, *, scale, draws, rng):
    """Own part and effect, drawn from the model itself."""
    own = scale * np.sqrt(1 - share) * rng.normal(size=draws)
    return own, own + scale * np.sqrt(share) * rng.normal(size=draws)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_own_part_has_the_moments_of_the_joint_normal_given_the_effect(share):
    q, u = joint(share, scale=0.6, draws=1_500_000, rng=np.random.default_rng(1))
    near = np.abs(u - 0.5) < 0.01
    assert q[near].mean() == pytest.approx((1 - share) * 0.5, abs=0.01)
    assert q[near].std() == pytest.approx(0.6 * np.sqrt(share * (1 - share)), rel=0.03)
    (split,) = splits(make_posterior(make_design(EVENT, SIZE), draws=400))
    np.testing.assert_allclose(split.mean(share), (1 - share) * split.effect)
    np.testing.assert_allclose(split.sd(share), split.scale * np.sqrt(share * (1 - share)))


def test_with_nothing_unmeasured_the_own_part_is_the_effect():
    (split,) = splits(make_posterior(make_design(EVENT, SIZE), draws=200))
    np.testing.assert_array_equal(split.own(0.0), split.effect)


def test_of_normal_effects_the_scale_is_tau_of_the_draw():
    posterior = make_posterior(make_design(EVENT, SIZE), draws=200)
    (split,) = splits(posterior)
    tau = posterior.natural()["tau"][:, None]
    np.testing.assert_allclose(split.scale, np.broadcast_to(tau, split.scale.shape))


def test_peer_groups_with_spreads_of_their_own_have_scales_of_their_own():
    peers = ["a"] * 15 + ["b"] * 15
    posterior = make_posterior(make_design(EVENT, SIZE, peer_group=peers, peer_tau="own"))
    split = splits(posterior)[0]
    for at, name in ((0, "tau[a]"), (20, "tau[b]")):
        tau = posterior.natural()[name][split.draws]
        np.testing.assert_allclose(split.scale[:, at], tau)


@pytest.mark.parametrize("effects", ["student-t", "contaminated-normal"])
def test_of_a_mixture_the_own_part_has_the_mixtures_form_narrowed(effects):
    """Over units drawn from the prior, q is of the same mixture with variance (1 - share)."""
    posterior = make_posterior(make_design(EVENT, SIZE, effects=effects), draws=100)
    design, draws, units = posterior.design, 20_000, UNITS
    rng = np.random.default_rng(3)
    h = np.repeat(posterior.hyper[:1], draws, axis=0)
    tau = np.exp(h[0, len(design.locations)])
    log_share = design.effects.log_shares(expit(h[:1, -1]))[0]
    part = rng.choice(design.effects.parts, size=(draws, units), p=np.exp(log_share))
    effect = tau * design.effects.scale[part] * rng.normal(size=(draws, units))
    known = replace(posterior, hyper=h)
    scale = own._scales(known, np.arange(draws), effect, np.random.default_rng(5))
    q = 0.5 * effect + 0.5 * scale * rng.normal(size=effect.shape)
    ends = (0.02, 0.1, 0.25, 0.75, 0.9, 0.98)
    expected = np.sqrt(0.5) * np.quantile(effect, ends)
    np.testing.assert_allclose(np.quantile(q, ends), expected, rtol=0.04)


def test_effects_of_another_distribution_are_refused():
    posterior = make_posterior(make_design(EVENT, SIZE), draws=100)
    effects = replace(posterior.design.effects, name="learnt")
    with pytest.raises(ModelError, match="learnt effects"):
        part_effects(replace(posterior, design=replace(posterior.design, effects=effects)))


def test_effects_that_were_chosen_give_way_to_some_that_can_be_parted():
    rng = np.random.default_rng(3)
    theta = -1.5 + 0.5 * rng.choice([-1.0, 1.0], 40)
    event, size = rng.binomial(900, expit(theta)), np.full(40, 900)
    frame = pd.DataFrame(
        {"unit": [f"u{i}" for i in range(40)], "numerator": event, "denominator": size}
    )
    (found,) = varstat.fit_model(varstat.read_table(frame, direction="lower-is-better"), draws=400)
    assert found.design.effects.name == "normal-mixture"
    parted = part_effects(found)
    assert parted.design.effects.name == "contaminated-normal"
    assert parted.card.model.effects == "auto"
    (note,) = (each for each in parted.design.notes if each.startswith(NOT_NORMAL))
    assert "can't be parted" in note
    assert part_effects(parted) is parted


def test_of_many_units_fewer_draws_are_taken(monkeypatch):
    posterior = make_posterior(make_design(EVENT, SIZE), draws=400)
    monkeypatch.setattr(own, "_MOST", 4000)
    (split,) = splits(posterior)
    assert split.draws.tolist() == list(range(0, 400, 3))


def test_the_same_seed_gives_the_same_noise_however_the_draws_are_cut(monkeypatch):
    posterior = make_posterior(make_design(EVENT, SIZE), draws=400)
    whole = splits(posterior)
    cut = list(split_draws(posterior, per_draw=10_000))
    assert len(whole) == 1
    assert len(cut) > 1
    noise = np.concatenate([each.noise for each in cut])
    np.testing.assert_array_equal(noise, whole[0].noise)
