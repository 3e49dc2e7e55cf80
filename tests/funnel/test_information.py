"""How well variances are known: from how many units, and of how many cases."""

import numpy as np
import pandas as pd

import varstat
from varstat.funnel.information import ENOUGH_UNITS


def band_of(units, **said):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"unit": [f"u{i}" for i in range(units)], "denominator": 300})
    frame["numerator"] = rng.binomial(300, rng.beta(15, 85, units))
    return varstat.compute_funnel(varstat.read_table(frame), **said)[0].band


def test_enough_units_know_how_much_they_vary():
    assert np.isfinite(band_of(ENOUGH_UNITS - 1).information)
    assert np.isinf(band_of(ENOUGH_UNITS).information)


def test_an_inflation_is_known_with_one_unit_less():
    band = band_of(20, dispersion="multiplicative")
    assert band.freedom == 19
    assert np.isinf(band.information)


def test_the_cases_of_a_line_are_those_of_the_middle_unit():
    frame = pd.DataFrame(
        {"unit": list("abc"), "value": [1.0, 2.0, 3.0], "se": [1.0, 0.5, 2.0], "count": [4, 16, 1]}
    )
    funnel = varstat.compute_funnel(varstat.read_table(frame), dispersion="none")[0]
    assert funnel.band.cases == 4.0
