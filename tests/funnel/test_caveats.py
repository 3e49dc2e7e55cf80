"""Whether what varies beyond chance falls with size as the limits have it."""

import numpy as np
import pandas as pd
import pytest

from varstat import compute_funnel, read_table


def warnings_of(size, event, *, dispersion):
    frame = pd.DataFrame(
        {"unit": [f"u{i:03}" for i in range(len(size))], "observed": event, "expected": size}
    )
    return " ".join(compute_funnel(read_table(frame), dispersion=dispersion)[0].warnings)


def test_clustered_events_are_noted_under_additive_limits(shared):
    table = read_table(
        shared / "cases" / "repeat-admissions.csv",
        unit="la",
        observed="admissions",
        exposure="pop",
    )
    assert "--dispersion multiplicative" in " ".join(compute_funnel(table)[0].warnings)
    multiplicative = compute_funnel(table, dispersion="multiplicative")[0]
    assert "falls with size" not in " ".join(multiplicative.warnings)
    assert "fall with size" not in " ".join(multiplicative.warnings)


@pytest.mark.parametrize(
    ("kind", "dispersion", "words"),
    [
        ("clusters", "reml", "Take --dispersion multiplicative"),
        ("units", "multiplicative", "Take --dispersion reml"),
        ("units", "reml", ""),
        ("clusters", "multiplicative", ""),
    ],
)
def test_limits_of_the_wrong_form_are_noted_and_those_of_the_right_are_not(kind, dispersion, words):
    rng = np.random.default_rng(1)
    size = np.exp(rng.uniform(np.log(30), np.log(5000), 200))
    shape = size / 3.0 if kind == "clusters" else 1 / 0.04
    event = rng.poisson(size * rng.gamma(shape, 1.0 / shape, 200))
    found = warnings_of(size, event, dispersion=dispersion)
    assert words in found
    assert bool(words) == ("with size, as where" in found)


def test_none_where_many_are_to_be_expected_is_suspected_of_being_a_gap():
    rng = np.random.default_rng(2)
    size = np.full(40, 20.6)
    event = np.maximum(rng.poisson(size), 1)
    assert "suspect missing data" not in warnings_of(size, event, dispersion="none")
    event[7] = 0
    found = warnings_of(size, event, dispersion="none")
    assert "to be expected by u007 (none of 20" in found
    # Of few to be expected none is nothing to wonder at.
    assert "suspect" not in warnings_of(np.full(40, 2.0), rng.poisson(2.0, 40), dispersion="none")
