"""Simulated nations: whether intervals cover, probabilities hold, and plain panels are accepted."""

import numpy as np
import pytest
from scipy.special import expit

import varstat
from varstat.hierarchical.series.fit import fit_series
from varstat.hierarchical.series.model import SeriesModel, series_model
from varstat.hierarchical.series.panel import make_panel, read_panel

pytestmark = pytest.mark.slow


def _plain(seed):
    """60 hospitals in four periods with gaps, simulated from persistent and transient effects."""
    rng = np.random.default_rng(seed)
    size = np.round(np.exp(rng.normal(5.7, 1.0, (60, 1)))) + 1.0
    size = np.repeat(size, 4, axis=1)
    theta = -3.2 + 0.25 * rng.standard_normal((60, 1)) - 0.15 * np.arange(4.0)
    theta = theta + 0.25 * rng.standard_normal((60, 4))
    event = rng.binomial(size.astype(int), expit(theta)).astype(float)
    gone = rng.random((60, 4)) < 0.3
    gone[gone.all(axis=1), 0] = False
    event[gone] = np.nan
    return make_panel(event, np.where(gone, np.nan, size))


@pytest.mark.parametrize("seed", range(2, 22))
def test_the_plainest_panel_passes_the_gate(seed):
    panel = _plain(seed)
    found = fit_series(panel, SeriesModel(intercept_mean=panel.pooled), draws=100)
    assert found.diagnostics.passed, found.diagnostics.problems


def test_four_periods_of_sixty_hospitals_pass_the_gate(shared):
    table = varstat.read_table(shared / "cases" / "four-periods-1.csv", period="period")
    panel = read_panel(table)
    found = fit_series(panel, series_model(table.card, panel), draws=100)
    assert found.diagnostics.passed, found.diagnostics.problems


def _nation(rng, *, units=60, length=8, change=True):
    """Levels that drift, a fifth with a break, or that stay; about a thousand cases a cell."""
    size = np.repeat(np.round(np.exp(rng.normal(7.0, 1.0, (units, 1)))) + 30.0, length, axis=1)
    level = 0.5 * rng.standard_normal((units, 1)) + np.zeros((units, length))
    if change:
        drift = 0.05 * rng.standard_normal((units, length))
        level = level + np.cumsum(drift, axis=1) - drift[:, :1]
        at = np.where(rng.random(units) < 0.2, rng.integers(1, length, units), length)
        jump = 0.25 * rng.standard_normal(units)
        level = level + np.where(np.arange(length) >= at[:, None], jump[:, None], 0.0)
    theta = 1.5 + level + 0.03 * rng.standard_normal((units, length))
    return make_panel(rng.binomial(size.astype(int), expit(theta)).astype(float), size), level


def _change(panel, seed):
    model = SeriesModel(intercept_mean=panel.pooled)
    lasting = fit_series(panel, model, seed=seed, draws=400).draw((0, panel.length - 1)).lasting
    return lasting[..., 1] - lasting[..., 0]


def test_intervals_of_lasting_change_cover_and_probabilities_hold_in_simulated_nations():
    rng = np.random.default_rng(11)
    covered, p, rose = [], [], []
    for seed in range(30):
        panel, level = _nation(rng)
        change, true = _change(panel, seed), level[:, -1] - level[:, 0]
        lower, upper = np.quantile(change, [0.05, 0.95], axis=0)
        covered.append((lower <= true) & (true <= upper))
        p.append((change > 0).mean(axis=0))
        rose.append(true > 0)
    assert 0.86 < np.mean(covered) < 0.94
    share, happened = np.concatenate(p), np.concatenate(rose)
    # Units of one nation share its path, so that bins vary a little more than their units would.
    for low in np.arange(0.0, 1.0, 0.2):
        inside = (share >= low) & (share <= low + 0.2)
        error = np.sqrt(0.25 / inside.sum())
        assert happened[inside].mean() == pytest.approx(share[inside].mean(), abs=3.0 * error)


def test_where_nothing_changes_hardly_a_list_of_improved_units_holds_one():
    rng = np.random.default_rng(12)
    listed = 0
    for seed in range(20):
        panel, _ = _nation(rng, change=False)
        # The best unit alone is listed if its own probability says so.
        listed += bool(np.max((_change(panel, seed) > 0).mean(axis=0)) >= 0.90)
    assert listed <= 3
