"""Coordinates in which scales and shares that may be zero have an end."""

import numpy as np
import pytest
from designs import make_design

from varstat.hierarchical.quadrature.combined import combine

RNG = np.random.default_rng(3)
UNIT = np.repeat(np.arange(20), 2)
DESIGN = make_design(
    RNG.binomial(300, 0.2, 40),
    np.full(40, 300),
    unit=UNIT,
    period=["2001", "2002"] * 20,
    effects="contaminated-normal",
)
SOFT = slice(len(DESIGN.locations), None)


def test_scales_and_shares_end_where_they_are_lost_in_chance():
    combined = combine(DESIGN)
    assert [name.split("[")[0] for name in DESIGN.names[SOFT]] == [
        "tau",
        "tau_transient",
        "contamination",
    ]
    low, lower = np.full((1, DESIGN.dimension), -20.0), np.full((1, DESIGN.dimension), -40.0)
    np.testing.assert_allclose(
        combined.place(low)[:, SOFT], combined.place(lower)[:, SOFT], atol=1e-6
    )
    np.testing.assert_allclose(combined.place(low)[0, SOFT], combined.bend[SOFT], atol=1e-6)
    chance = np.sqrt(np.median(DESIGN.link_variance))
    # Two rows a unit.
    np.testing.assert_allclose(
        np.exp(combined.bend[SOFT]), [chance / np.sqrt(2), chance, 1 / 20], rtol=0.05
    )


def test_locations_and_large_scales_are_themselves():
    combined = combine(DESIGN)
    h = np.full((1, DESIGN.dimension), 9.0)
    np.testing.assert_allclose(combined.place(h), h, atol=1e-5)
    np.testing.assert_allclose(combined.slope(h), 1.0, atol=1e-4)
    assert np.all(combined.place(-h)[0, : SOFT.start] == -9.0)


def test_a_scale_adds_to_chance_as_variances_do():
    combined = combine(DESIGN)
    at = SOFT.start
    h = np.zeros((1, DESIGN.dimension))
    h[0, at] = np.log(0.3)
    together = np.exp(combined.place(h)[0, at])
    assert together == pytest.approx(np.hypot(0.3, np.exp(combined.bend[at])))


def test_slopes_are_those_of_the_coordinates():
    combined = combine(DESIGN)
    h = RNG.normal(-2.0, 1.0, (5, DESIGN.dimension))
    differences = (combined.place(h + 1e-5) - combined.place(h - 1e-5)) / 2e-5
    np.testing.assert_allclose(combined.slope(h), differences, rtol=1e-7)
