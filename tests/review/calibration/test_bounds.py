import numpy as np
import pytest

from varstat.review.calibration.bounds import cover, ratio, worst


def held(share: float, nations: int) -> np.ndarray:
    out = np.zeros(nations)
    out[: round(share * nations)] = 1.0
    return out


@pytest.mark.parametrize(
    ("share", "nations", "verdict"),
    [
        (0.95, 100, "holds"),
        (1.0, 100, "holds"),
        (0.93, 100, "holds"),
        (0.87, 400, "with care"),
        (0.6, 100, "fails"),
        (0.9, 20, "can't tell"),
        (0.2, 20, "fails"),
    ],
)
def test_a_coverage_is_judged_by_its_bounds(share: float, nations: int, verdict: str) -> None:
    assert cover(held(share, nations), level=0.95).verdict == verdict


def test_the_error_of_a_share_is_binomial_and_never_none() -> None:
    found = cover(held(0.8, 100), level=0.9)
    assert found.mcse == pytest.approx(0.04, abs=0.001)
    assert cover(np.ones(20), level=0.9).mcse > 0.03


def test_units_of_a_nation_are_one_observation() -> None:
    rng = np.random.default_rng(1)
    # All units of a nation hold, or none does.
    together = np.repeat(held(0.9, 50)[:, None], 400, axis=1)
    apart = (rng.random((50, 400)) < 0.9).astype(float)
    assert cover(together, level=0.9).mcse > 10 * cover(apart, level=0.9).mcse


def test_what_has_no_interval_does_not_count() -> None:
    some = np.array([[1.0, np.nan, 0.0], [1.0, np.nan, 1.0], [np.nan, np.nan, 1.0]])
    assert cover(some, level=0.9).share == pytest.approx((0.5 + 1.0 + 1.0) / 3)
    assert cover(np.full(5, np.nan), level=0.9).verdict == "can't tell"


def test_a_part_is_called_by_its_worst() -> None:
    assert worst(["holds", "with care", "fails"]) == "fails"
    assert worst(["holds", "can't tell"]) == "can't tell"
    assert worst([]) == "can't tell"


def test_the_error_of_a_ratio_is_that_of_simulation() -> None:
    rng = np.random.default_rng(2)
    ratios, errors = [], []
    for _ in range(400):
        true = rng.gamma(20.0, 1.0, 60)
        of, error = ratio(1.1 * true + rng.standard_normal(60), true)
        ratios.append(of)
        errors.append(error)
    assert np.std(ratios) == pytest.approx(np.mean(errors), rel=0.15)
    assert np.isnan(ratio(np.zeros(3), np.zeros(3))[0])


def test_nations_that_are_all_the_same_have_an_error_all_the_same() -> None:
    for share in (0.0, 1.0):
        found = cover(np.full((20, 3), share), level=0.9)
        assert found.share == share
        assert 0.03 < found.mcse < 0.06
