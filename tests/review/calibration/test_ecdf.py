import numpy as np
import pytest

from varstat.review.calibration.ecdf import band, ecdf, p_value, points_of


@pytest.mark.parametrize("numbers", [20, 100, 400])
def test_bands_are_those_of_arviz_but_for_one_count(numbers: int) -> None:
    arviz = pytest.importorskip("arviz.stats.ecdf_utils")
    at, lower, upper = band(numbers, level=0.95)
    low, high = arviz.ecdf_confidence_band(numbers, at, at, prob=0.95)
    assert np.abs(lower - low).max() <= 1.001 / numbers
    assert np.abs(upper - high).max() <= 1.001 / numbers


def test_uniform_numbers_stay_inside_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(1)
    at, lower, upper = band(100, level=0.9)
    inside = [
        bool(np.all((lower - 1e-9 <= e) & (e <= upper + 1e-9)))
        for e in (ecdf(rng.random(100), at) for _ in range(4000))
    ]
    # Of counts, which are discrete, the band is the narrowest that has the level at least.
    assert 0.885 < np.mean(inside) < 0.93


def test_p_values_of_uniform_numbers_are_uniform_and_never_too_small() -> None:
    rng = np.random.default_rng(2)
    p = np.array([p_value(rng.random(50)) for _ in range(400)])
    for level in (0.05, 0.2, 0.5):
        assert abs(np.mean(p <= level) - level) < 4 * np.sqrt(level * (1 - level) / 400)


def test_numbers_that_crowd_have_small_p_values() -> None:
    rng = np.random.default_rng(3)
    for crowded in (rng.beta(2, 2, 200), rng.beta(0.5, 0.5, 200), rng.random(200) ** 1.5):
        assert p_value(crowded) < 0.001
    assert np.isnan(p_value(np.array([0.5])))


def test_the_ends_are_no_points() -> None:
    assert points_of(20)[[0, -1]] == pytest.approx([0.05, 0.95])
