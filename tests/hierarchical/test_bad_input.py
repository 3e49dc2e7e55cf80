"""Data at the edge of what a model can take: a right answer or a clear error, never a NaN."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import ModelError, TableError, UsageError
from varstat.estimands import compute_league
from varstat.hierarchical import fit_model

UNNEEDED = {"unit_name", "peer_group", "outlying"}


def league(frame, **options):
    said = {"numerator": "y", "denominator": "n", "direction": "lower-is-better"} | options
    table = read_table(pd.DataFrame(frame), unit="unit", **said)
    fits = fit_model(table, draws=1000)
    found = compute_league(fits)[0]
    units = found.to_frame()
    for name in units.columns.difference([*UNNEEDED]):
        assert units[name].notna().all(), name
        if units[name].dtype.kind == "f":
            assert np.isfinite(units[name]).all(), name
    assert np.isfinite(found.hyperparameters.mean).all()
    assert (found.hyperparameters.sd > 0).all()
    assert ((units["lower"] <= units["estimate"]) & (units["estimate"] <= units["upper"])).all()
    assert units["reliability"].between(-0.01, 1).all()
    return found, units.set_index("unit")


def names(number):
    return [f"u{i:04d}" for i in range(number)]


def test_all_zeros_give_low_rates_and_ranks_that_say_nothing():
    found, units = league({"unit": names(20), "y": 0, "n": 50})
    assert units["estimate"].max() < 0.02
    assert np.allclose(units["expected_rank"], 10.5, atol=0.7)
    assert (units["rank_upper"] - units["rank_lower"]).min() >= 17
    assert (found.units.tier == 1).all()


def test_all_ones_mirror_all_zeros():
    _, zeros = league({"unit": names(20), "y": 0, "n": 50})
    _, ones = league({"unit": names(20), "y": 50, "n": 50})
    np.testing.assert_allclose(1 - ones["estimate"].mean(), zeros["estimate"].mean(), rtol=0.02)


def test_one_unit_has_a_posterior_and_rank_one():
    _, units = league({"unit": ["a"], "y": [30], "n": [100]})
    assert units.loc["a", "expected_rank"] == 1
    assert 0.2 < units.loc["a", "lower"] < 0.3 < units.loc["a", "upper"] < 0.42


def test_two_units_that_differ_are_ranked_with_their_uncertainty():
    _, units = league({"unit": ["a", "b"], "y": [10, 30], "n": [100, 100]})
    assert 1 < units.loc["a", "expected_rank"] < 1.2
    assert units["expected_rank"].sum() == pytest.approx(3, abs=1e-3)


def test_units_without_variation_are_shrunk_together_and_not_told_apart():
    found, units = league({"unit": names(60), "y": 200, "n": 1000})
    assert found.hyperparameters.mean[1] < 0.05
    assert np.ptp(units["estimate"]) < 1e-3
    assert (units["tier"] == 1).all()
    assert found.misclassified == pytest.approx(1, abs=0.1)


def test_one_giant_unit_does_not_drown_the_others():
    rng = np.random.default_rng(1)
    n = np.array([10_000_000, *rng.integers(50, 200, 39)])
    y = rng.binomial(n, np.r_[0.1, np.full(39, 0.3)])
    found, units = league({"unit": names(40), "y": y, "n": n})
    assert units.loc["u0000", "estimate"] == pytest.approx(y[0] / n[0], abs=1e-4)
    # What is left unknown of its effect is the mean of the others.
    assert 0.9 < units.loc["u0000", "reliability"] < 1
    # The centre is that of the units, not of the patients.
    assert -1.1 < found.hyperparameters.mean[0] < -0.7


def test_denominators_of_a_billion_are_known_to_the_last_digit():
    rng = np.random.default_rng(2)
    n = np.full(30, 1_000_000_000)
    y = rng.binomial(n, 0.2 + 0.05 * rng.random(30))
    _, units = league({"unit": names(30), "y": y, "n": n})
    np.testing.assert_allclose(units["estimate"], units["raw"], atol=1e-6)
    assert (units["upper"] - units["lower"]).max() < 1e-4
    order = units["raw"].rank()
    np.testing.assert_array_equal(units["expected_rank"].round(), order)


def test_a_covariate_that_separates_the_data_is_held_by_its_prior():
    # So many units that their ranks are drawn: summed, as those of few are, they take their time.
    x = np.repeat([0.0, 1.0], 32)
    y = np.where(x == 1, 80, 0)
    found, units = league({"unit": names(64), "y": y, "n": 80, "x": x}, covariates=["x"])
    at = found.hyperparameters.name.index("coefficient[x]")
    assert 2 < found.hyperparameters.mean[at] < 10
    assert np.isfinite(units["estimate_own"]).all()


@pytest.mark.parametrize(
    ("extra", "covariates", "told"),
    [
        ({"x": 1.0}, ["x"], "'x' is the same for all"),
        ({"x": range(12), "z": range(0, 24, 2)}, ["x", "z"], "'z' is determined"),
        (
            {"x": [0] * 6 + [1] * 6, "g": ["a"] * 6 + ["b"] * 6},
            ["x"],
            "'x' is determined by the peer groups",
        ),
    ],
)
def test_covariates_that_can_tell_nothing_are_named(extra, covariates, told):
    frame = {"unit": names(12), "y": range(10, 22), "n": 100} | extra
    peers = {"peer_group": "g"} if "g" in extra else {}
    with pytest.raises(ModelError, match=told):
        league(frame, covariates=covariates, **peers)


def test_a_peer_group_of_one_is_its_own_mean_and_ranked_in_the_middle():
    rng = np.random.default_rng(3)
    y = rng.binomial(200, 0.2, 65)
    y[0] = 120
    group = ["alone"] + ["many"] * 64
    found, units = league({"unit": names(65), "y": y, "n": 200, "g": group}, peer_group="g")
    assert found.rank_scope == "within peer group"
    alone = units.loc["u0000"]
    assert alone["estimate"] == pytest.approx(0.6, abs=0.05)
    assert (alone["rank_lower"], alone["rank_upper"]) == pytest.approx((1, 65), abs=4)


def test_units_without_a_peer_group_among_others_that_have_one_are_left_out_and_counted():
    frame = pd.DataFrame({"unit": names(3), "y": 5, "n": 50, "g": ["a", "a", None]})
    table = read_table(frame, unit="unit", numerator="y", denominator="n", peer_group="g")
    assert table.account.rows_kept == 3
    account = fit_model(table, draws=100).account
    assert account.rows_kept == 2
    assert [each.reason for each in account.exclusions] == ["no g"]


def test_amounts_that_are_no_counts_are_refused():
    frame = {"unit": names(5), "y": [1.5, 2.5, 3.5, 4.5, 5.5], "n": [10.5] * 5}
    with pytest.raises(ModelError, match="aren't counts"):
        league(frame, counts="continuous")


def test_means_that_are_all_alike_and_surely_known():
    frame = {"unit": names(8), "v": 5.0, "s": 0.001}
    _, units = league(frame, numerator=None, denominator=None, value="v", se="s")
    np.testing.assert_allclose(units["estimate"], 5.0, atol=0.01)


def test_means_of_any_size_are_shrunk_alike():
    rng = np.random.default_rng(4)
    value, se = rng.normal(10, 2, 40), rng.uniform(0.5, 2, 40)
    results = []
    for scale in (1e-9, 1.0, 1e9):
        frame = {"unit": names(40), "v": value * scale, "s": se * scale}
        _, units = league(frame, numerator=None, denominator=None, value="v", se="s")
        results.append(units["estimate"].sort_index() / scale)
    np.testing.assert_allclose(results[0], results[1], rtol=1e-6)
    np.testing.assert_allclose(results[2], results[1], rtol=1e-6)


def test_expected_counts_near_nothing_say_nothing():
    frame = {"unit": names(30), "o": [0] * 29 + [1], "e": 1e-6}
    _, units = league(frame, numerator=None, denominator=None, observed="o", expected="e")
    assert units["estimate"].notna().all()


def test_a_withheld_count_is_a_range_and_not_a_zero():
    frame = {"unit": names(12), "y": ["*", *map(str, range(20, 31))], "n": 100}
    _, units = league_with_withheld(frame)
    hidden = units.loc["u0000"]
    assert 0.01 < hidden["lower"] < hidden["estimate"] < hidden["upper"] < 0.25
    assert np.isnan(hidden["raw"])


def league_with_withheld(frame):
    table = read_table(
        pd.DataFrame(frame),
        unit="unit",
        numerator="y",
        denominator="n",
        direction="lower-is-better",
        suppressed=[1, 7],
    )
    found = compute_league(fit_model(table, draws=1000))[0]
    return found, found.to_frame().set_index("unit")


def test_an_empty_group_cannot_be():
    with pytest.raises((ModelError, TableError)):
        league({"unit": [], "y": [], "n": []})


@pytest.mark.slow
def test_a_transient_part_cannot_be_learnt_from_one_row_a_unit():
    frame = {"unit": names(12), "y": range(12), "n": 100}
    with pytest.raises(ModelError, match=r"--transient 0\.1"):
        league(frame, likelihood="beta-binomial")
    found, _ = league(frame, likelihood="beta-binomial", transient=0.3)
    assert found.model["transient"] == 0.3
    found, _ = league(frame)
    assert any("can't be told from what passes" in note for note in found.notes)


@pytest.mark.slow
def test_stating_what_passes_lowers_what_persists():
    rng = np.random.default_rng(5)
    y = rng.binomial(500, 1 / (1 + np.exp(-rng.normal(-1, 0.5, 60))))
    frame = {"unit": names(60), "y": y, "n": 500}
    plain, _ = league(frame)
    stated, units = league(frame, transient=0.3)
    assert stated.hyperparameters.mean[1] < plain.hyperparameters.mean[1] - 0.05
    assert units["reliability"].max() < 0.8


@pytest.mark.parametrize(
    ("draws", "said"),
    [(1, "1 draw says too little"), (99, "99 draws say too little"), (1_000_001, "1,000,000")],
)
def test_too_few_draws_and_too_many_are_refused(draws, said):
    table = read_table(
        pd.DataFrame({"unit": names(5), "y": 3, "n": 50}),
        unit="unit",
        numerator="y",
        denominator="n",
    )
    with pytest.raises(UsageError, match=said):
        fit_model(table, draws=draws)
