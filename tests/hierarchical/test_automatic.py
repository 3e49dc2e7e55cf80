"""Effects are normal where the units' shape is, and else what the units show, in one note."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import varstat
from varstat.hierarchical.automatic import NOT_NORMAL


def frame(theta, seed=3):
    rng = np.random.default_rng(seed)
    size = np.maximum(np.round(np.exp(rng.normal(np.log(300), 0.8, len(theta)))), 20).astype(int)
    return pd.DataFrame(
        {
            "unit": [f"u{i:03}" for i in range(len(theta))],
            "numerator": rng.binomial(size, expit(theta)),
            "denominator": size,
        }
    )


def fit(table, **said):
    return varstat.fit_model(
        varstat.read_table(table, direction="lower-is-better", **said), draws=1000
    )


def poor_among_equals():
    rng = np.random.default_rng(3)
    return -1.5 + np.where(rng.random(100) < 0.15, 0.9, 0.0) + 0.1 * rng.normal(size=100)


def normals():
    return -1.5 + 0.3 * np.random.default_rng(5).normal(size=100)


def test_normal_effects_stay_normal_without_a_word():
    found = fit(frame(normals()))[0]
    assert found.design.effects.name == "normal"
    assert found.card.model.effects == "auto"
    assert not any(note.startswith(NOT_NORMAL) for note in found.design.notes)
    stated = fit(frame(normals()), effects="normal")[0]
    assert np.array_equal(found.hyper, stated.hyper)


def test_another_shape_is_learnt_and_said_with_both_totals():
    fits = fit(frame(poor_among_equals()))
    assert fits[0].design.effects.name == "normal-mixture"
    found = varstat.compute_opportunity(fits)[0]
    said = [note for note in found.notes if note.startswith(NOT_NORMAL)]
    assert len(said) == 1
    assert "With normal effects the total would be" in said[0]
    assert found.model["effects"] == "normal-mixture"
    assert not any("don't have the shape" in note for note in found.notes)


def test_normal_effects_that_are_stated_are_kept_and_the_failing_check_is_noted():
    fits = fit(frame(poor_among_equals()), effects="normal")
    assert fits[0].design.effects.name == "normal"
    found = varstat.compute_opportunity(fits)[0]
    assert any("--effects auto" in note for note in found.notes)


def test_what_was_chosen_is_stored(tmp_path: Path):
    fits = fit(frame(poor_among_equals()))
    varstat.write_fit(fits, tmp_path / "fit.nc")
    again = varstat.load_fit(tmp_path / "fit.nc")
    assert again[0].design.effects.name == "normal-mixture"
    assert again[0].card.model.effects == "auto"
    totals = [varstat.compute_opportunity(each)[0] for each in (fits, again)]
    assert totals[0].total.estimate == pytest.approx(totals[1].total.estimate, rel=1e-12)
    assert totals[0].notes == totals[1].notes


def test_more_kinds_than_two_are_learnt_as_they_come():
    rng = np.random.default_rng(8)
    kinds = rng.choice([-1.2, 0.0, 1.2], 240, p=[0.3, 0.4, 0.3])
    found = fit(frame(-1.5 + kinds + 0.03 * rng.normal(size=240)))[0]
    assert found.design.effects.name == "learnt"
    said = [note for note in found.design.notes if note.startswith(NOT_NORMAL)]
    assert len(said) == 1
    assert "learnt" in said[0]


@pytest.mark.slow
def test_where_effects_cannot_be_learnt_outliers_are_contaminated_normal():
    theta = normals()
    theta[:2] += 3.0
    rows = [frame(theta, seed).assign(period=f"20{seed}") for seed in (11, 12)]
    found = fit(pd.concat(rows), period="period", transient=0.1)[0]
    assert found.design.effects.name == "contaminated-normal"
    assert any("contaminated normal" in note for note in found.design.notes)
    assert found.diagnostics.passed


def test_a_few_units_far_out_are_named_and_the_rest_is_kept():
    theta = normals()
    theta[7] = 6.0
    found = fit(frame(theta))[0]
    assert found.diagnostics.passed
    assert any("u007" in note for note in found.design.notes)


def smaller_differ_more(number, slope):
    """Rates of units whose SD falls with size as a power, and their sizes."""
    rng = np.random.default_rng(12)
    size = np.round(np.exp(rng.normal(np.log(600), 1.0, number))).clip(30).astype(int)
    theta = -1.5 + 0.3 * (size / 600) ** slope * rng.normal(size=number)
    return pd.DataFrame(
        {
            "unit": [f"u{i:03}" for i in range(number)],
            "numerator": rng.binomial(size, expit(theta)),
            "denominator": size,
        }
    )


@pytest.mark.parametrize("slope", [-0.4, 0.4])
def test_where_small_units_differ_more_or_less_their_sd_goes_with_size(slope):
    found = fit(smaller_differ_more(250, slope))[0]
    assert found.design.effects.name == "normal-by-size"
    (said,) = (note for note in found.design.notes if note.startswith(NOT_NORMAL))
    assert f"{'small' if slope < 0 else 'large'} units differ more" in said
    drawn = found.natural()["sd_by_size"]
    assert abs(drawn.mean() - slope) < 3.0 * drawn.std()
    assert drawn.std() < 0.1
    assert found.diagnostics.passed


def test_one_spread_that_is_stated_is_kept_and_the_failing_check_is_noted():
    fits = fit(smaller_differ_more(250, -0.4), effects="normal")
    notes = varstat.compute_league(fits)[0].notes
    (note,) = (note for note in notes if "small units differ more" in note)
    assert "--effects auto or normal-by-size" in note
    better = fit(smaller_differ_more(250, -0.4), effects="normal-by-size")
    assert not any("differ more" in note for note in varstat.compute_league(better)[0].notes)
