"""Standard errors of few cases are drawn towards one SD as far as SDs differ by chance."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

import varstat
from varstat.hierarchical import load_fit, write_fit
from varstat.measure.moderate import find_moderation


def errors(rng, means, count, degrees):
    """Draw standard errors of like means, whose variances are inverse chi-square about 4."""
    variance = 4.0 if np.isinf(degrees) else 4.0 * degrees / rng.chisquare(degrees, means)
    n = np.broadcast_to(np.asarray(count, float), means)
    error = np.sqrt(variance / n * rng.chisquare(n - 1.0) / (n - 1.0))
    return error, n, np.sqrt(variance / n) * rng.standard_normal(means)


@pytest.mark.parametrize("degrees", [4.0, 12.0])
def test_how_far_sds_differ_is_found(degrees):
    found = find_moderation(*errors(np.random.default_rng(1), 4000, 6, degrees)[:2])
    assert found.degrees == pytest.approx(degrees, rel=0.3)
    assert found.variance == pytest.approx(4.0, rel=0.05)


def test_sds_that_differ_by_chance_alone_become_one():
    error, n, _ = errors(np.random.default_rng(2), 2000, np.arange(2000) % 9 + 4, np.inf)
    found = find_moderation(error, n)
    assert found.degrees > 100
    np.testing.assert_allclose(found.moderate(error, n) * np.sqrt(n), 2.0, rtol=0.1)


@pytest.mark.parametrize("degrees", [4.0, np.inf])
def test_a_mean_over_its_moderated_error_is_a_t_of_all_degrees(degrees):
    error, n, mean = errors(np.random.default_rng(3), 4000, 5, degrees)
    found = find_moderation(error, n)
    ratio = mean / found.moderate(error, n)
    own = mean / error
    free = min(found.degrees + 4.0, 1e6)
    assert kstest(ratio, "t", (free,)).pvalue > 0.01
    # As they are, they are far from a normal.
    assert kstest(own, "norm").pvalue < 1e-4


def test_units_of_measurement_change_nothing():
    error, n, _ = errors(np.random.default_rng(4), 50, 6, 6.0)
    days, hours = (
        find_moderation(error * scale, n).moderate(error * scale, n) for scale in (1, 24)
    )
    np.testing.assert_allclose(hours, 24 * days, rtol=1e-9)


@pytest.mark.parametrize("count", [np.full(9, 30.0), np.r_[np.nan, np.full(8, 5.0)], np.ones(9)])
def test_errors_of_many_cases_or_of_unknown_numbers_stay_as_they_are(count):
    assert find_moderation(np.ones(9), count) is None


def test_like_means_of_five_look_alike_and_none_is_surely_best():
    rng = np.random.default_rng(0)
    values = rng.normal(5.0, 2.0, (60, 5))
    frame = pd.DataFrame(
        {
            "unit": [f"u{i}" for i in range(60)],
            "total": values.sum(axis=1),
            "count": 5,
            "sum_of_squares": (values**2).sum(axis=1),
        }
    )
    table = varstat.read_table(frame, direction="higher-is-better")
    fits = varstat.fit_model(table, draws=1000)
    found = varstat.compute_league(fits)[0]
    as_given = frame.assign(value=values.mean(axis=1), se=values.std(axis=1, ddof=1) / np.sqrt(5))[
        ["unit", "value", "se"]
    ]
    known = varstat.compute_league(
        varstat.fit_model(varstat.read_table(as_given, direction="higher-is-better"), draws=1000)
    )[0]
    assert found.homogeneity.p_value > 0.05 > known.homogeneity.p_value
    taus = [
        each.hyperparameters.mean[each.hyperparameters.name.index("tau")] for each in (known, found)
    ]
    assert taus[0] > 1.2 * taus[1]
    assert found.to_frame()["p_top_quartile"].max() < 0.9
    assert known.to_frame()["p_top_quartile"].max() > 0.95
    assert any("drawn towards one SD" in note for note in found.notes)


def test_a_saved_fit_knows_how_its_errors_were_drawn_together(tmp_path):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "unit": [f"u{i}" for i in range(20)],
            "value": rng.normal(5.0, 1.0, 20),
            "se": np.sqrt(rng.chisquare(4.0, 20) / 4.0),
            "count": 5,
        }
    )
    fits = varstat.fit_model(varstat.read_table(frame, direction="neither"), draws=200)
    write_fit(fits, tmp_path / "fit.nc")
    again = load_fit(tmp_path / "fit.nc")
    first, second = (varstat.compute_league(each)[0].homogeneity for each in (fits, again))
    assert first == second
    assert first.draws > 0
