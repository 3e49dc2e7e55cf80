"""Units far out: who they are, and when the rest holds without them."""

import numpy as np
import pandas as pd
import pytest

import varstat
from varstat.hierarchical.furthest import find_furthest


def _fit(units: int, *, far: int, effects: str, shift: float = 0.0):
    rng = np.random.default_rng(units)
    size = rng.integers(100, 600, units)
    rate = 1 / (1 + np.exp(2 - 0.4 * rng.standard_normal(units)))
    events = rng.binomial(size, rate)
    events[:far] = np.round(size[:far] * (0.97 - shift))
    frame = pd.DataFrame(
        {"unit": [f"P{i:04}" for i in range(units)], "numerator": events, "denominator": size}
    )
    frame["unit_name"] = [f"Practice {i}" for i in range(units)]
    return varstat.fit(frame, effects=effects, direction="lower-is-better")[0]


def test_the_units_behind_a_failed_check_have_name_rate_size_and_p() -> None:
    found = _fit(60, far=1, effects="normal")
    (problem,) = found.diagnostics.problems
    size = int(found.design.size[0])
    assert "P0000 (Practice 0, 9" in problem
    assert f"% of {size:,}, p < 0.0005)" in problem
    assert found.diagnostics.furthest == ("P0000",)
    far = find_furthest(found.design, found.hyper)
    assert far[0].size == size
    assert 0 < far[0].p < 1e-4
    assert far[0].rate == pytest.approx(0.97, abs=0.01)


def test_one_unit_among_many_does_not_take_the_others_along() -> None:
    found = _fit(1500, far=1, effects="normal", shift=0.3)
    assert found.diagnostics.passed
    assert found.diagnostics.furthest == ("P0000",)
    assert any("What is said of the other units holds" in note for note in found.design.notes)


def test_a_unit_that_widens_tau_for_all_is_no_matter_of_its_own() -> None:
    assert not _fit(60, far=1, effects="normal").diagnostics.passed
