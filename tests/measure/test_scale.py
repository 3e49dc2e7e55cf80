"""Scales: transforms, their inverses and their slopes."""

import numpy as np
import pytest

from varstat.measure import ScaleName, from_scale, scale_slope, to_scale

TRANSFORM = {
    "log": np.log,
    "sqrt": np.sqrt,
    "arcsine": lambda r: np.arcsin(np.sqrt(r)),
    "logit": lambda r: np.log(r / (1.0 - r)),
    "identity": lambda r: r,
}


@pytest.mark.parametrize("scale", TRANSFORM)
def test_a_scale_is_its_transform_and_back_again(scale: ScaleName) -> None:
    rate = np.array([0.001, 0.1, 0.5, 0.8])
    assert to_scale(scale, rate) == pytest.approx(TRANSFORM[scale](rate), rel=1e-14)
    assert from_scale(scale, to_scale(scale, rate)) == pytest.approx(rate, rel=1e-13)


@pytest.mark.parametrize(("scale", "ends"), [("log", [-np.inf, 0.0]), ("logit", [-np.inf, np.inf])])
def test_the_ends_of_a_scale_are_infinite_without_a_warning(
    scale: ScaleName, ends: list[float]
) -> None:
    assert to_scale(scale, np.array([0.0, 1.0])).tolist() == ends


@pytest.mark.parametrize("scale", TRANSFORM)
def test_a_slope_is_the_derivative_of_its_transform(scale: ScaleName) -> None:
    rate, step = np.array([0.1, 0.5, 0.8]), 1e-6
    change = (TRANSFORM[scale](rate + step) - TRANSFORM[scale](rate - step)) / (2 * step)
    assert scale_slope(scale, rate) == pytest.approx(change, rel=1e-8)


@pytest.mark.parametrize("scale", ["log", "sqrt", "arcsine", "logit"])
def test_a_slope_at_zero_is_infinite_without_a_warning(scale: ScaleName) -> None:
    assert np.isinf(scale_slope(scale, np.array([0.0]))).all()
