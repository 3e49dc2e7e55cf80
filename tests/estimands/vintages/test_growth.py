"""Growth with partial pooling: against the chain ladder, the truth, and the rest held out."""

import numpy as np
import pytest
from triangles import GENINS, RAA, known_by, lay_out, simulate

from varstat.estimands.vintages.chain_ladder import develop
from varstat.estimands.vintages.growth import Ratios, fit_growth
from varstat.estimands.vintages.jumps import find_jumps
from varstat.estimands.vintages.project import project


def of_one_unit(triangle):
    return known_by(triangle[None, :, :], len(triangle) - 1)


@pytest.mark.parametrize("rows", [RAA, GENINS])
def test_one_unit_gives_the_chain_ladder_with_macks_errors(rows):
    triangle = lay_out(rows)
    ratios, reported, delay = of_one_unit(triangle)
    growth = fit_growth(ratios, units=1, steps=len(triangle) - 1)
    plain = develop(triangle)
    assert growth.factor == pytest.approx(plain.factor, rel=1e-12)
    assert np.sqrt(growth.size_noise) == pytest.approx(plain.sigma, rel=1e-9)
    units, national = project(growth, reported, delay, tail=1.0)
    assert units.nowcast[0] == pytest.approx(plain.ultimate, rel=1e-12)
    assert national.nowcast == pytest.approx(plain.ultimate, rel=1e-12)
    # The spread is of the log: back to a standard error.
    se = units.nowcast[0] * np.sqrt(np.expm1(units.spread[0] ** 2))
    assert se == pytest.approx(plain.se, rel=1e-9)


def test_ultimates_of_raa_and_genins_are_those_of_chainladder():
    for rows, ultimate in ((RAA, 213_122.23), (GENINS, 53_038_945.61)):
        ratios, reported, delay = of_one_unit(lay_out(rows))
        growth = fit_growth(ratios, units=1, steps=len(rows) - 1)
        units, _ = project(growth, reported, delay, tail=1.0)
        assert units.nowcast.sum() == pytest.approx(ultimate, abs=0.01)


def errors_of(counts, vintage):
    """RMS of the log of three nowcasts against the end: pooled in part, in full, and not."""
    ratios, reported, delay = known_by(counts, vintage)
    units, steps = len(counts), counts.shape[2] - 1
    growth = fit_growth(ratios, units=units, steps=steps)
    part, _ = project(growth, reported, delay, tail=1.0)
    before, after = (
        np.array(
            [
                np.bincount(ratios.unit, weights=w * (ratios.step == step), minlength=units)
                for step in range(steps)
            ]
        ).T
        for w in (ratios.before, ratios.after)
    )
    full = np.broadcast_to(after.sum(axis=0) / before.sum(axis=0), before.shape)
    own = np.where(after > 0, after / np.maximum(before, 1), full)
    found = []
    open_ = (delay < steps)[None, :] & (reported > 0)
    for factor in (None, full, own):
        if factor is None:
            end = part.nowcast
        else:
            left = np.ones((units, steps + 1))
            left[:, :-1] = np.cumprod(factor[:, ::-1], axis=1)[:, ::-1]
            end = reported * left[:, delay]
        found.append(np.sqrt(np.mean(np.log(end[open_] / counts[:, :, -1][open_]) ** 2)))
    return found


@pytest.mark.parametrize(("between", "size"), [(0.3, 6.0), (0.0, 6.0), (0.3, 3.5), (0.8, 5.0)])
def test_partial_pooling_does_at_least_as_well_as_either_chain_ladder(between, size):
    rng = np.random.default_rng(1)
    errors = [errors_of(simulate(rng, between=between, size=size), vintage=13) for _ in range(4)]
    part, full, own = np.mean(errors, axis=0)
    assert part <= 1.01 * min(full, own)
    assert part < max(full, own)


def coverage(counts, vintage, level=0.9):
    """Of how many ends an interval holds the truth: of units' periods, and of national ones."""
    ratios, reported, delay = known_by(counts, vintage)
    growth = fit_growth(ratios, units=len(counts), steps=counts.shape[2] - 1)
    end, open_ = counts[:, :, -1], delay < counts.shape[2] - 1
    found = []
    for made, truth in zip(
        project(growth, reported, delay, tail=1.0), (end, end.sum(axis=0)), strict=True
    ):
        low, high = made.quantile((1 - level) / 2), made.quantile((1 + level) / 2)
        held = (low <= truth) & (truth <= high)
        found.append(float(np.mean(held[..., open_])))
    return found


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        ({}, 0.87, 0.94),
        ({"between": 0.0}, 0.87, 0.94),
        ({"size": 3.5}, 0.87, 0.96),
        ({"units": 4}, 0.85, 0.97),
        # Heavier tails than the model's make intervals wide, not narrow.
        ({"heavy": 3.0}, 0.90, 1.0),
    ],
)
def test_an_interval_of_90_percent_holds_the_end_nine_times_in_ten(kind, least, most):
    rng = np.random.default_rng(2)
    units, national = np.mean(
        [coverage(simulate(rng, **kind), vintage=13) for _ in range(10)], axis=0
    )
    assert least < units < most
    # Of 50 national ends: three Monte Carlo errors are .13.
    assert national > 0.77


def test_a_delay_that_changes_is_not_in_the_intervals_until_older_vintages_are_left_out():
    rng = np.random.default_rng(3)
    whole, since = [], []
    for _ in range(3):
        counts = simulate(rng, units=30, periods=20, change=(12, 2.0))
        whole.append(coverage(counts, vintage=19)[0])
        # Vintages since the change: only growth from the twelfth on.
        ratios, reported, delay = known_by(counts, 19)
        before, *_ = known_by(counts, 11)
        later = np.ones(len(ratios.unit), dtype=bool)
        old = set(zip(before.unit, before.step, before.before, before.after, strict=True))
        for at, each in enumerate(
            zip(ratios.unit, ratios.step, ratios.before, ratios.after, strict=True)
        ):
            later[at] = each not in old
        growth = fit_growth(ratios.take(later), units=30, steps=5)
        made, _ = project(growth, reported, delay, tail=1.0)
        end, open_ = counts[:, :, -1], delay < 5
        held = (made.quantile(0.05) <= end) & (end <= made.quantile(0.95))
        since.append(held[:, open_].mean())
    assert np.mean(whole) < 0.85
    assert np.mean(since) > 0.86


def test_the_order_of_ratios_does_not_matter():
    ratios, *_ = known_by(simulate(np.random.default_rng(4), units=12), 13)
    mixed = np.random.default_rng(5).permutation(len(ratios.unit))
    plain = fit_growth(ratios, units=12, steps=5)
    other = fit_growth(ratios.take(mixed), units=12, steps=5)
    assert other.factor == pytest.approx(plain.factor, rel=1e-6)
    assert other.own == pytest.approx(plain.own, rel=1e-4)


def test_counts_in_thousands_grow_as_counts_do():
    ratios, reported, delay = known_by(simulate(np.random.default_rng(6), units=12), 13)
    scaled = Ratios(
        unit=ratios.unit,
        step=ratios.step,
        before=ratios.before / 1000,
        after=ratios.after / 1000,
    )
    plain, _ = project(fit_growth(ratios, units=12, steps=5), reported, delay, tail=1.0)
    other, _ = project(fit_growth(scaled, units=12, steps=5), reported / 1000, delay, tail=1.0)
    assert 1000 * other.nowcast == pytest.approx(plain.nowcast, rel=1e-4)
    assert other.spread == pytest.approx(plain.spread, rel=1e-2, abs=1e-6)


def test_a_unit_without_ratios_grows_as_the_nation_does():
    ratios, *_ = known_by(simulate(np.random.default_rng(7), units=12), 13)
    growth = fit_growth(ratios, units=13, steps=5)
    assert growth.own[12] == pytest.approx(growth.factor)
    assert np.all(growth.drawn[12] == 1.0)


def test_counts_that_never_change_are_all_there_is():
    unit, step = np.repeat([0, 1, 2], 3), np.zeros(9, dtype=int)
    same = np.arange(1.0, 10.0)
    growth = fit_growth(Ratios(unit=unit, step=step, before=same, after=same), units=3, steps=1)
    units, national = project(growth, same.reshape(3, 3), np.array([1, 1, 0]), tail=1.0)
    assert np.all(units.complete)
    assert np.array_equal(units.quantile(0.95), same.reshape(3, 3))
    assert national.spread == pytest.approx(0.0)


def test_a_tail_stretches_every_end_and_leaves_nothing_complete():
    ratios, reported, delay = known_by(simulate(np.random.default_rng(8), units=12), 13)
    growth = fit_growth(ratios, units=12, steps=5)
    plain, _ = project(growth, reported, delay, tail=1.0)
    long, _ = project(growth, reported, delay, tail=1.05)
    assert long.nowcast == pytest.approx(1.05 * plain.nowcast)
    assert not long.complete.any()


def test_a_count_that_falls_makes_a_factor_below_one():
    unit, step = np.repeat(np.arange(5), 4), np.zeros(20, dtype=int)
    before = np.full(20, 1000.0)
    after = 950.0 + np.tile([-5.0, 5.0], 10)
    growth = fit_growth(Ratios(unit=unit, step=step, before=before, after=after), units=5, steps=1)
    units, _ = project(growth, np.full((5, 1), 1000.0), np.array([0]), tail=1.0)
    assert units.nowcast == pytest.approx(950.0, rel=1e-3)
    assert np.all(units.estimate > 1.05)


def test_a_return_that_came_late_is_set_aside_where_many_others_tell():
    ratios, *_ = known_by(simulate(np.random.default_rng(9), units=20, between=0.1), 13)
    late = int(np.argmax(ratios.before))
    after = ratios.after.copy()
    after[late] *= 20
    moved = Ratios(unit=ratios.unit, step=ratios.step, before=ratios.before, after=after)
    assert np.flatnonzero(find_jumps(moved, steps=5)).tolist() == [late]
    few = moved.take(moved.unit < 5)
    assert not find_jumps(few, steps=5).any()
