import numpy as np
import pytest
from scipy import stats

from varstat.measure import SKEWED

RATES = {
    "log": [0.2, 14.0, 300.0],
    "logit": [0.02, 0.5, 0.9],
    "logit-of-percent": [2.0, 50.0, 90.0],
}


@pytest.mark.parametrize("name", SKEWED)
def test_the_link_is_undone_by_its_inverse_and_has_its_slope(name):
    measure, rates = SKEWED[name], np.array(RATES[name])
    np.testing.assert_allclose(measure.from_link(measure.to_link(rates)), rates)
    step = 1e-6 * rates
    slope = (measure.to_link(rates + step) - measure.to_link(rates - step)) / (2 * step)
    np.testing.assert_allclose(measure.slope(rates), slope, rtol=1e-6)


@pytest.mark.parametrize("name", SKEWED)
def test_distances_are_those_of_the_link_scale(name):
    measure = SKEWED[name]
    rates, target, size = np.array(RATES[name]), np.array(RATES[name][1]), np.full(3, 0.2)
    z = (measure.to_link(rates) - measure.to_link(target)) / size
    variance = measure.chance_variance(size, target)
    np.testing.assert_allclose(measure.deviate(rates, size, target, variance), z)
    np.testing.assert_allclose(
        measure.at_least(rates, size, target, np.zeros(3)), stats.norm.sf(z), rtol=1e-9
    )
    np.testing.assert_allclose(measure.away(target, z * np.sqrt(variance)), rates)


@pytest.mark.parametrize("name", SKEWED)
def test_a_value_is_no_part_of_a_size_and_is_written_as_it_is(name):
    measure = SKEWED[name]
    assert not measure.bounded
    assert not measure.percent
    assert not measure.counts
    assert measure.text(13.4) == "13.4"
