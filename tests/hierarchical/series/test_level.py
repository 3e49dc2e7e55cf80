"""Units' levels in one period, as a posterior of them."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import ModelError, UsageError
from varstat.hierarchical.series.fit import fit_series
from varstat.hierarchical.series.level import fit_levels
from varstat.hierarchical.series.model import series_model
from varstat.hierarchical.series.panel import read_panel

YEARS = ["2011", "2012", "2013", "2014"]


def rows(units=24, *, mean=False):
    rng = np.random.default_rng(5)
    unit, year = np.repeat(np.arange(units), len(YEARS)), np.tile(YEARS, units)
    level = rng.normal(0.0, 0.5, units)[unit]
    frame = pd.DataFrame({"unit": [f"u{i:02}" for i in unit], "year": year, "kind": unit % 2})
    frame = frame.assign(kind=frame["kind"].map({0: "town", 1: "country"}), age=unit)
    if mean:
        return frame.assign(value=50.0 + 8.0 * level + rng.normal(0, 1.0, len(unit)), se=1.0)
    size = rng.integers(200, 500, len(unit))
    events = rng.binomial(size, 1 / (1 + np.exp(1 - level)))
    return frame.assign(numerator=events, denominator=size)


def table_of(frame, **said):
    return read_table(frame, period="year", direction="higher-is-better", **said)


def levels(frame, at="last", **said):
    return fit_levels(table_of(frame, **said), at=at, draws=200)[0]


def test_levels_are_those_of_the_series_in_the_same_draws():
    frame = rows()
    found = levels(frame, "2013")
    table = table_of(frame)
    panel = read_panel(table)
    series = fit_series(panel, series_model(table.card, panel), draws=200)
    drawn = series.draw((2,))
    theta = drawn.national[:, None, :] + drawn.lasting
    effect = found.effects.of_units(0, 24)
    np.testing.assert_allclose(found.beta + effect, theta[..., 0], atol=1e-12)
    np.testing.assert_allclose(effect.mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(found.natural()["tau"], effect.std(axis=1, ddof=1))
    assert found.moment.label == "2013"
    assert set(found.moment.hyper) == {"step", "passing", "share", "jump"}


def test_a_unit_without_a_row_then_is_left_out_and_rows_are_of_the_period():
    frame = rows()
    gone = frame[~((frame.unit == "u03") & (frame.year == "2014"))]
    found = levels(gone)
    assert found.design.units == 23
    assert "u03" not in found.design.unit
    assert found.moment.absent == 1
    last = gone[gone.year == "2014"].sort_values("unit")
    np.testing.assert_array_equal(found.design.event, last.numerator)


def test_levels_of_a_mean_are_in_its_own_units():
    frame = rows(mean=True)
    found = levels(frame, value="value", se="se")
    raw = frame[frame.year == "2014"].sort_values("unit").value
    level = found.theta_draws().mean()
    assert level.mean() == pytest.approx(raw.mean(), abs=0.3)
    assert np.corrcoef(level, raw)[0, 1] > 0.95


def test_with_peer_groups_effects_are_about_the_mean_of_the_group():
    found = levels(rows(), peer_group="kind")
    effect = found.effects.of_units(0, 24)
    for kind in ("town", "country"):
        inside = found.design.peer_group == kind
        np.testing.assert_allclose(effect[:, inside].mean(axis=1), 0.0, atol=1e-12)


def test_two_periods_take_what_passes_as_it_is_stated():
    frame = rows()
    two = frame[frame.year >= "2013"]
    with pytest.raises(ModelError, match="--transient"):
        levels(two)
    assert levels(two, transient=0.05).moment.passing == 0.05


@pytest.mark.parametrize(
    ("at", "kept", "said", "error", "message"),
    [
        ("last", "2014", {}, UsageError, "there is one, '2014'"),
        ("2019", "2011", {}, UsageError, "run|are 2011"),
        ("last", "2011", {"units": 19}, ModelError, "20 are needed"),
        ("last", "2011", {"stratum": "kind"}, ModelError, "--stratum none"),
        ("last", "2011", {"covariates": "age"}, ModelError, "no covariates"),
        ("last", "2011", {"effects": "student-t"}, ModelError, "leave --effects out"),
        ("last", "2011", {"likelihood": "beta-binomial"}, ModelError, "--likelihood binomial"),
    ],
)
def test_what_no_series_can_be_of_is_refused_with_the_cure(at, kept, said, error, message):
    frame = rows(said.pop("units", 24))
    with pytest.raises(error, match=message):
        levels(frame[frame.year >= kept], at, **said)
