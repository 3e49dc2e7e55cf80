"""The three measures."""

import numpy as np
import pytest

from varstat.measure import (
    EXPOSURE_RATIO,
    MEAN,
    MEASURES,
    PROPORTION,
    RATIO,
    Measure,
    ScaleName,
    scale_slope,
)

TRANSFORM = {
    "log": np.log,
    "sqrt": np.sqrt,
    "arcsine": lambda r: np.arcsin(np.sqrt(r)),
    "logit": lambda r: np.log(r / (1.0 - r)),
    "identity": lambda r: r,
}


def test_measures_go_by_their_names() -> None:
    assert list(MEASURES) == ["proportion", "ratio", "mean"]
    assert all(measure.name == name for name, measure in MEASURES.items())


@pytest.mark.parametrize(
    ("measure", "columns"),
    [
        (PROPORTION, ("numerator", "denominator", "rate")),
        (RATIO, ("observed", "expected", "ratio")),
        (EXPOSURE_RATIO, ("observed", "exposure", "rate")),
        (MEAN, ("value", "se", "value")),
    ],
)
def test_columns_have_the_words_of_the_design(measure: Measure, columns: tuple[str, ...]) -> None:
    assert (measure.event, measure.size, measure.rate) == columns


@pytest.mark.parametrize(
    ("measure", "link"),
    [(PROPORTION, "logit"), (RATIO, "log"), (EXPOSURE_RATIO, "log"), (MEAN, "identity")],
)
def test_the_link_is_the_first_scale(measure: Measure, link: str) -> None:
    assert measure.link == link


def test_a_rate_is_events_over_size_save_for_a_mean() -> None:
    event, size = np.array([1.0, 6.0]), np.array([4.0, 3.0])
    assert PROPORTION.rates(event, size).tolist() == [0.25, 2.0]
    assert MEAN.rates(event, size).tolist() == [1.0, 6.0]


@pytest.mark.parametrize("target", [0.0, 0.2, 0.9])
def test_chance_variance_is_that_of_simulated_rates(target: float) -> None:
    rng = np.random.default_rng(11)
    size = np.array([7.0, 40.0])
    binomial = rng.binomial(size.astype(int), target, (200_000, 2)) / size
    poisson = rng.poisson(size * target, (200_000, 2)) / size
    found = PROPORTION.chance_variance(size, np.array(target))
    assert found == pytest.approx(binomial.var(axis=0), rel=0.02)
    assert RATIO.chance_variance(size, np.array(target)) == pytest.approx(
        poisson.var(axis=0), rel=0.02
    )


def test_a_means_chance_variance_has_the_shape_of_its_target() -> None:
    found = MEAN.chance_variance(np.array([2.0]), np.zeros((3, 1)))
    assert found.tolist() == [[4.0], [4.0], [4.0]]


@pytest.mark.parametrize("scale", TRANSFORM)
def test_a_slope_is_the_derivative_of_its_transform(scale: ScaleName) -> None:
    rate, step = np.array([0.1, 0.5, 0.8]), 1e-6
    change = (TRANSFORM[scale](rate + step) - TRANSFORM[scale](rate - step)) / (2 * step)
    assert scale_slope(scale, rate) == pytest.approx(change, rel=1e-8)


@pytest.mark.parametrize("scale", ["log", "sqrt", "arcsine", "logit"])
def test_a_slope_at_zero_is_infinite_without_a_warning(scale: ScaleName) -> None:
    assert np.isinf(scale_slope(scale, np.array([0.0]))).all()


def test_a_measure_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        RATIO.event = "deaths"
