"""Whether the plainest panel there is passes the gate: 60 hospitals in four periods."""

import numpy as np
import pandas as pd
import pytest
from hierarchical.four_periods import simulate_four_periods

import varstat

pytestmark = pytest.mark.slow


def _gate(table, *, engine="quadrature", draws=200):
    return varstat.fit_model(table, engine=engine, draws=draws)[0].diagnostics


def _hospitals(seed):
    event, size = simulate_four_periods(seed)
    unit, period = np.nonzero(~np.isnan(event))
    rows = pd.DataFrame(
        {
            "unit": [f"H{i:02d}" for i in unit],
            "period": 2008 + period,
            "numerator": event[unit, period].astype(int),
            "denominator": size[unit, period].astype(int),
        }
    )
    return varstat.read_table(rows, period="period", direction="lower-is-better")


def _failed_on(shared):
    file = shared / "cases" / "four-periods-1.csv"
    return varstat.read_table(file, period="period", direction="lower-is-better")


@pytest.mark.parametrize("seed", [1, 2])
def test_quadrature_passes_on_simulated_hospitals(seed):
    found = _gate(_hospitals(seed))
    assert found.passed, found.problems


def test_quadrature_passes_on_the_hospitals_it_failed_on(shared):
    found = _gate(_failed_on(shared))
    assert found.passed, found.problems


# Of the last two units may nearly all be alike, where chains once met funnels.
@pytest.mark.nuts
@pytest.mark.parametrize("seed", [1, 14, 17])
def test_nuts_passes_on_simulated_hospitals(seed):
    found = _gate(_hospitals(seed), engine="nuts", draws=4000)
    assert found.passed, found.problems
    assert found.r_hat < 1.01


@pytest.mark.nuts
def test_nuts_passes_on_the_hospitals_it_failed_on(shared):
    found = _gate(_failed_on(shared), engine="nuts", draws=4000)
    assert found.passed, found.problems
