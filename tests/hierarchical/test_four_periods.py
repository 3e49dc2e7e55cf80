"""Whether the plainest panel there is passes the gate: 60 hospitals in four periods."""

import numpy as np
import pandas as pd
import pytest
from hierarchical.four_periods import simulate_four_periods

import varstat

pytestmark = pytest.mark.slow


def _gate(table):
    return varstat.fit_model(table, engine="quadrature", draws=200)[0].diagnostics


@pytest.mark.parametrize("seed", [1, 2])
def test_quadrature_passes_on_simulated_hospitals(seed):
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
    found = _gate(varstat.read_table(rows, period="period", direction="lower-is-better"))
    assert found.passed, found.problems


def test_quadrature_passes_on_the_hospitals_it_failed_on(shared):
    file = shared / "cases" / "four-periods-1.csv"
    found = _gate(varstat.read_table(file, period="period", direction="lower-is-better"))
    assert found.passed, found.problems
