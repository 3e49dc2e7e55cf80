"""Dispersion: known answers, the cut's constants, many groups at once."""

import numpy as np
import pytest

from varstat.funnel.dispersion import cut, estimate_spread


def test_consistency_factors_are_those_of_the_normal():
    # 0.438 after trimming and 0.679 after winsorising a tenth of many at each end.
    many = np.array([1e7])
    assert cut("trim", many).factor[0] == pytest.approx(0.4377, abs=3e-4)
    assert cut("winsorise", many).factor[0] == pytest.approx(0.6787, abs=3e-4)
    assert cut("none", many).factor[0] == 1


@pytest.mark.parametrize("units", [10, 13, 25, 100])
@pytest.mark.parametrize("kind", ["trim", "winsorise"])
def test_the_factor_is_the_mean_square_of_so_many_normals_after_the_cut(kind, units):
    z = np.sort(np.random.default_rng(units).standard_normal((40_000, units)), axis=1)
    out = units // 10
    inner = z[:, out : units - out]
    z = np.clip(z, inner[:, :1], inner[:, -1:]) if kind == "winsorise" else inner
    simulated = np.mean(z**2, axis=1)
    found = cut(kind, np.array([float(units)])).factor[0]
    assert found == pytest.approx(simulated.mean(), abs=4 * simulated.std() / 200)


def test_fewer_than_ten_units_are_not_cut():
    found = cut("trim", np.array([9.0]))
    assert (found.out[0], found.factor[0], found.noise[0]) == (0, 1, 2)


@pytest.mark.parametrize("estimator", ["dl", "pm", "reml"])
def test_equal_units_give_the_variance_of_their_rates_less_chance(estimator):
    rate = np.array([0.1, 0.4, 0.2, 0.9, 0.3])
    chance = np.full(5, 0.01)
    found = estimate_spread(
        rate, chance, np.zeros(5), np.zeros(5, dtype=int), estimator=estimator, robust="none"
    )
    assert found.between[0] == pytest.approx(rate.var(ddof=1) - 0.01)
    assert found.phi[0] == pytest.approx(rate.var(ddof=1) / 0.01)


def test_units_closer_than_chance_have_no_spread():
    found = estimate_spread(
        np.array([0.5, 0.51, 0.49]),
        np.ones(3),
        np.zeros(3),
        np.zeros(3, dtype=int),
        estimator="pm",
        robust="none",
    )
    assert found.between[0] == 0
    assert found.between_lower[0] == 0


@pytest.mark.parametrize("robust", ["none", "trim", "winsorise"])
@pytest.mark.parametrize("estimator", ["dl", "pm", "reml"])
def test_groups_are_estimated_as_if_each_were_alone(estimator, robust):
    rng = np.random.default_rng(5)
    group = rng.integers(0, 6, 400)
    group[group == 3] = 4  # a group without units
    chance = rng.uniform(0.5, 2.0, 400)
    rate = rng.normal(group, np.sqrt(chance + group))
    together = estimate_spread(
        rate, chance, np.zeros(400), group, estimator=estimator, robust=robust
    )
    for g in (0, 1, 2, 4, 5):
        here = group == g
        alone = estimate_spread(
            rate[here],
            chance[here],
            np.zeros(here.sum()),
            np.zeros(here.sum(), dtype=int),
            estimator=estimator,
            robust=robust,
        )
        for name in ("phi", "between", "between_lower", "between_upper"):
            assert getattr(together, name)[g] == pytest.approx(getattr(alone, name)[0], rel=1e-9)
    assert np.isnan(together.between[3])


def test_one_unit_and_units_without_variance_say_nothing():
    for rate, chance in (([0.5], [0.1]), ([0.0, 0.0], [0.0, 0.0])):
        found = estimate_spread(
            np.array(rate),
            np.array(chance),
            np.zeros(len(rate)),
            np.zeros(len(rate), dtype=int),
            estimator="pm",
            robust="winsorise",
        )
        assert np.isnan(found.phi[0])
        assert np.isnan(found.between[0])


def test_a_few_wild_units_hardly_move_a_robust_estimate():
    rng = np.random.default_rng(1)
    chance = np.ones(200)
    rate = rng.normal(0, np.sqrt(1 + 0.5), 200)
    wild = rate.copy()
    wild[:6] += 25
    estimates = {
        (kind, robust): estimate_spread(
            data, chance, np.zeros(200), np.zeros(200, dtype=int), estimator="pm", robust=robust
        ).between[0]
        for kind, data in (("tame", rate), ("wild", wild))
        for robust in ("none", "winsorise")
    }
    assert estimates["wild", "none"] > 10
    assert abs(estimates["wild", "winsorise"] - estimates["tame", "winsorise"]) < 0.35
