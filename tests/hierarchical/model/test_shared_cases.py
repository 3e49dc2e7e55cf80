"""Periods that share cases are known by how little counts change between them."""

import numpy as np
import pytest

from varstat.hierarchical.model.shared_cases import note_shared_cases
from varstat.hierarchical.series.panel import read_panel
from varstat.measure import MEASURES


def said(event, size, measure="ratio"):
    """Say what is noted of counts by unit and period."""
    units, periods = event.shape
    unit, period = np.indices((units, periods)).reshape(2, -1)
    return note_shared_cases(
        unit, period, event.ravel().astype(float), size.ravel().astype(float), MEASURES[measure]
    )


def roll(values, width):
    """Add up each so many periods, beginning with each."""
    return np.lib.stride_tricks.sliding_window_view(values, width, axis=1).sum(axis=2)


def quarters(rng, *, units=60, periods=9, drift=0.0, measure="ratio"):
    """Make counts of single periods, with a national path and levels that may drift."""
    size = rng.integers(60, 900, (units, 1)) * rng.uniform(0.9, 1.1, (units, periods))
    path = np.linspace(0.0, 0.3, periods) + rng.normal(0.0, 0.4, (units, 1))
    path = path + np.cumsum(rng.normal(0.0, drift, (units, periods)), axis=1)
    if measure == "proportion":
        size = np.round(size)
        return rng.binomial(size.astype(int), 1.0 / (1.0 + np.exp(-path))), size
    return rng.poisson(0.2 * size * np.exp(path)), size


@pytest.mark.parametrize("measure", ["ratio", "proportion"])
@pytest.mark.parametrize("width", [2, 4])
def test_rolling_periods_are_noted(measure, width):
    rng = np.random.default_rng(3)
    event, size = quarters(rng, measure=measure)
    (note,) = said(roll(event, width), roll(size, width), measure)
    assert float(note.split(" differ by ")[1].split()[0]) == pytest.approx(1.0 / width, abs=0.1)


@pytest.mark.parametrize("drift", [0.0, 0.1])
@pytest.mark.parametrize("measure", ["ratio", "proportion"])
def test_periods_of_their_own_are_not(measure, drift):
    for seed in range(200):
        rng = np.random.default_rng([5, seed])
        units, periods = int(rng.integers(12, 200)), int(rng.integers(2, 9))
        event, size = quarters(rng, units=units, periods=periods, drift=drift, measure=measure)
        assert not said(event, size, measure), seed


def test_few_or_empty_pairs_say_nothing():
    assert not said(np.full((9, 3), 4), np.full((9, 3), 9))
    assert not said(np.zeros((40, 3)), np.full((40, 3), 9))
    assert not said(np.full((40, 3), np.nan), np.full((40, 3), 9))
    assert not said(np.full((40, 3), 9), np.full((40, 3), 9), "proportion")


def test_the_hospitals_of_rolling_years_are_noted(shared):
    import pandas as pd

    import varstat

    frame = pd.read_csv(shared / "data" / "shmi_2011_2012.csv")
    table = varstat.read_table(frame, card="shmi")
    rows = table.frame
    place = pd.Categorical(rows["period"], categories=table.periods.labels).codes
    (note,) = note_shared_cases(
        rows.groupby("unit").ngroup().to_numpy(),
        np.asarray(place, dtype=int),
        rows["observed"].to_numpy(float),
        rows["expected"].to_numpy(float),
        table.measure,
    )
    assert "differ by 0.3" in note
    assert note in read_panel(table).notes
    assert not any(
        "share" in each
        for each in varstat.fit_model(
            varstat.read_table(frame, card="shmi", only={"DATE": ["2012-10-01"]}), draws=200
        )[0].design.notes
    )
