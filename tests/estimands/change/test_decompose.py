"""The change of a total shared out: golden numbers, and what holds of any nation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.estimands.change.decompose import FACTORS, State, decompose
from varstat.estimands.change.frames import Standard, merge_rates, pair_draws
from varstat.target.rule import parse_target

RATES = np.array([0.1, 0.2, 0.3, 0.4])
LOWER = Standard(rule=parse_target("best:0.25"), direction="lower-is-better")


def state(rates, *, completeness=1.0, cost=1000.0, volume=100.0):
    return State(
        completeness=np.full(4, completeness),
        volume=np.full(4, volume),
        mix=np.ones((4, 1)),
        unit_cost=cost,
        rate=rates[None, :, None],
        target=np.array([[[np.quantile(rates, 0.25)]]]),
    )


def rounded(shares):
    return {name: round(float(each[0]), 4) for name, each in shares.effects.items() if each[0]}


def test_a_fall_of_one_rate_with_less_reporting_and_a_dearer_event_adds_up():
    after = state(np.array([0.1, 0.2, 0.3, 0.36]), completeness=0.9, cost=1020.0)
    shares = decompose(state(RATES), after, direction=-1.0)
    assert rounded(shares) == {
        "completeness": -3584.8333,
        "unit_cost": 675.1667,
        "rate": -3837.3333,
    }
    assert float(shares.after[0] - shares.before[0]) == pytest.approx(-6747.0, abs=1e-9)


def test_where_all_move_alike_rate_and_target_cancel():
    shares = decompose(state(RATES), state(RATES - 0.02), direction=-1.0)
    assert rounded(shares) == {"rate": -6000.0, "target": 6000.0}
    assert abs(float(shares.performance[0])) < 1e-9


def test_two_cells_whose_mix_volume_rate_and_target_move():
    rates = np.stack([RATES, RATES + 0.2], 1)[None]
    low = np.quantile(RATES, 0.25)
    before = State(
        completeness=np.ones(4),
        volume=np.full(4, 100.0),
        mix=np.tile([0.5, 0.5], (4, 1)),
        unit_cost=1000.0,
        rate=rates,
        target=np.array([[[low, low + 0.2]]]),
    )
    after = State(
        completeness=np.ones(4),
        volume=np.full(4, 110.0),
        mix=np.array([[0.5, 0.5], [0.4, 0.6], [0.5, 0.5], [0.8, 0.2]]),
        unit_cost=1000.0,
        rate=np.stack([RATES, RATES * 1.5], 1)[None],
        target=np.array([[[low, low * 1.5]]]),
    )
    shares = decompose(before, after, direction=-1.0)
    assert rounded(shares) == {
        "volume": 4160.4167,
        "mix": -1558.3333,
        "rate": -6941.6667,
        "target": 14827.0833,
    }
    assert float(shares.before[0]) == pytest.approx(37_500.0)
    assert float(shares.after[0]) == pytest.approx(47_987.5)


def test_with_the_target_or_the_activity_held_the_change_is_that_of_the_rest():
    shares = decompose(state(RATES), state(RATES - 0.02, volume=200.0), direction=-1.0)
    assert float(shares.activity_adjusted[0]) == pytest.approx(0.0, abs=1e-9)
    # At the target of the first period, twice the volume of smaller gaps.
    gaps = np.maximum(0.0, RATES - 0.02 - np.quantile(RATES, 0.25))
    held = 1000.0 * 200.0 * gaps.sum() - float(shares.before[0])
    assert float(shares.fixed_target[0]) == pytest.approx(held)


def test_a_merger_of_the_best_and_the_worst_takes_most_of_the_total_away():
    groups = np.full(4, None, dtype=object)
    volume = np.full(4, 100.0)
    share = np.array([[1.0, 0, 0, 1.0], [0, 1.0, 0, 0], [0, 0, 1.0, 0]])
    rate, merged = merge_rates(RATES[None], volume, share)
    assert 1000 * float(LOWER.total(RATES[None], volume, groups)[0]) == pytest.approx(37_500.0)
    assert 1000 * float(LOWER.total(rate, merged, groups[:3])[0]) == pytest.approx(12_500.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.booleans())
def test_effects_add_up_in_every_draw_whatever_moves(seed, units, higher):
    rng = np.random.default_rng(seed)
    sign = 1.0 if higher else -1.0

    def draw():
        return State(
            completeness=rng.uniform(0.5, 1.0, units),
            volume=rng.uniform(1.0, 1e4, units),
            mix=rng.dirichlet(np.ones(3), units),
            unit_cost=float(rng.uniform(1.0, 2e3)),
            rate=rng.uniform(size=(5, units, 3)),
            target=rng.uniform(size=(5, 1, 3)),
        )

    shares = decompose(draw(), draw(), direction=sign)
    total = sum(shares.effects[name] for name in FACTORS)
    size = np.abs(shares.before).max() + np.abs(shares.after).max() + 1.0
    assert np.allclose(total, shares.after - shares.before, rtol=0, atol=1e-9 * size)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 20))
def test_a_merger_without_a_change_in_care_is_structure_alone(seed, units):
    rng = np.random.default_rng(seed)
    rate, volume = rng.uniform(size=(7, units)), rng.uniform(10.0, 1e4, units)
    family = rng.integers(0, units // 2, units)
    share = np.array([family == each for each in np.unique(family)], dtype=float)
    merged, sizes = merge_rates(rate, volume, share)
    group = np.full(units, None, dtype=object)
    later, later_sizes = merge_rates(rate, volume, share)
    targets = LOWER.targets(merged, sizes, group[: len(sizes)])[..., None]
    one = np.ones(len(sizes))

    def at(rates, volumes):
        return State(
            completeness=one,
            volume=volumes,
            mix=one[:, None],
            unit_cost=1.0,
            rate=rates[..., None],
            target=targets,
        )

    shares = decompose(at(merged, sizes), at(later, later_sizes), direction=-1.0)
    assert all(np.all(effect == 0.0) for effect in shares.effects.values())
    structure = LOWER.total(merged, sizes, group[: len(sizes)]) - LOWER.total(rate, volume, group)
    after = LOWER.total(later, later_sizes, group[: len(sizes)])
    whole = after - LOWER.total(rate, volume, group)
    assert np.allclose(whole, structure, rtol=0, atol=1e-9)


def test_draws_of_two_models_are_paired_by_the_total_that_both_have():
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=200), rng.normal(size=200) + 5.0
    paired = other[pair_draws(other, one)]
    assert np.array_equal(np.argsort(paired), np.argsort(one))
    assert np.std(paired - one) < 0.5 * np.std(other - one)


def test_a_target_runs_within_the_peer_group():
    group = np.array(["a", "a", "b", "b"], dtype=object)
    middle = Standard(rule=parse_target("median"), direction="lower-is-better")
    assert middle.targets(RATES[None], np.ones(4), group).round(2).tolist() == [
        [0.15, 0.15, 0.35, 0.35]
    ]
