"""The three measures."""

import numpy as np
import pytest
from scipy import stats

from varstat.measure import (
    EXPOSURE_RATIO,
    MEAN,
    MEASURES,
    PROPORTION,
    RATIO,
    Measure,
)

ALL = (PROPORTION, RATIO, EXPOSURE_RATIO, MEAN)
TITLE = [each.title for each in ALL]


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


LEVEL = np.array([-1.5, -0.2, 0.4])


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_a_rate_on_the_link_scale_and_back_is_itself(measure: Measure) -> None:
    assert measure.to_link(measure.from_link(LEVEL)) == pytest.approx(LEVEL, rel=1e-13)


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_the_rate_is_the_slope_of_the_cumulant_and_the_information_that_of_the_rate(
    measure: Measure,
) -> None:
    step, rate = 1e-5, measure.from_link(LEVEL)
    up, down = LEVEL + step, LEVEL - step
    slope = (measure.cumulant(up) - measure.cumulant(down)) / (2 * step)
    assert rate == pytest.approx(slope, rel=1e-8)
    bend = (measure.from_link(up) - measure.from_link(down)) / (2 * step)
    assert measure.information(1.0, rate) == pytest.approx(bend, rel=1e-8)
    assert measure.slope(rate) == pytest.approx(1.0 / bend, rel=1e-8)


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_where_averaging_is_a_shift_it_is_the_average_over_a_normal(measure: Measure) -> None:
    shift = measure.shift(np.array(0.5))
    if shift is None:
        assert measure.link == "logit"
        return
    w = 0.5 * stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    assert measure.from_link(LEVEL + shift) == pytest.approx(
        measure.from_link(LEVEL[:, None] + w).mean(axis=1), abs=1e-4
    )


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_draws_have_the_mean_and_the_variance_by_chance(measure: Measure) -> None:
    rng = np.random.default_rng(5)
    rate, size = np.full((200_000, 2), 0.3), np.array([4.0, 25.0])
    drawn = measure.rates(measure.draw(rate, size, rng), size)
    expected = measure.chance_variance(size, np.array(0.3))
    assert np.all(np.abs(drawn.mean(axis=0) - 0.3) < 5.0 * np.sqrt(expected / len(rate)))
    assert drawn.var(axis=0) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_tails_meet_at_every_event(measure: Measure) -> None:
    event, size = np.arange(0.0, 6.0), np.full(6, 8.0)
    target, extra = np.full(6, 0.3), np.full(6, 0.01)
    step = 1.0 if measure.counts else 0.0
    at_least = measure.at_least(event + step, size, target, extra)
    assert at_least + measure.at_most(event, size, target, extra) == pytest.approx(np.ones(6))


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_quantiles_are_of_rates_with_the_mean_and_the_variance(measure: Measure) -> None:
    shares = (np.arange(2_000) + 0.5) / 2_000
    mean, variance = np.array([0.3]), np.array([0.01])
    rates = np.concatenate([measure.quantile(float(share), mean, variance) for share in shares])
    assert rates.mean() == pytest.approx(0.3, rel=1e-3)
    assert rates.var() == pytest.approx(0.01, rel=0.01)


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_what_is_known_of_a_rate_by_its_event_alone_lies_inside_its_ends(measure: Measure) -> None:
    share = np.array([1e-6, 0.025, 0.5, 0.975, 1.0 - 1e-6])[:, None]
    event, size = np.array([0.0, 3.0, 5.0]), np.array([5.0, 5.0, 5.0])
    found = measure.jeffreys(share, event, size)
    assert np.all(np.diff(found, axis=0) >= 0)
    assert np.all((found > measure.ends[0]) & (found < measure.ends[1]))
    assert np.all(np.isfinite(measure.to_link(found)))


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_a_units_own_rate_is_off_the_ends_of_the_link_scale(measure: Measure) -> None:
    rate, variance = measure.smoothed(np.array([0.0, 3.0, 5.0]), np.full(3, 5.0))
    assert np.all(np.isfinite(rate))
    assert np.all(variance > 0)


@pytest.mark.parametrize("measure", ALL, ids=TITLE)
def test_events_that_are_expected_have_no_deviance(measure: Measure) -> None:
    event, size = np.array([0.0, 3.0, 5.0]), np.full(3, 5.0)
    assert measure.deviance(event, size, event) == 0.0
    assert measure.deviance(event, size, np.full(3, 2.0)) > 0.0


def test_an_inflation_comes_back_in_the_variance_of_a_beta_binomial_rate() -> None:
    size, target = np.array([1.0, 2.0, 50.0]), np.full(3, 0.2)
    chance = PROPORTION.chance_variance(size, target)
    extra = PROPORTION.inflated(np.full(3, 1.5), size, target)
    # One case of one shows nothing of the variation between units.
    shown = chance + PROPORTION.shown(size) * extra
    assert shown / chance == pytest.approx(np.array([1.0, 1.5, 1.5]))


@pytest.mark.parametrize(
    ("measure", "text"),
    [(PROPORTION, "12.3%"), (RATIO, "0.1234"), (EXPOSURE_RATIO, "0.1234"), (MEAN, "0.1234")],
)
def test_rates_of_proportions_are_percentages(measure: Measure, text: str) -> None:
    assert measure.text(0.12339) == text


def test_events_are_bounded_by_the_size_where_they_are_part_of_it() -> None:
    size = np.array([4.0, 7.0])
    assert PROPORTION.most_events(size).tolist() == [4.0, 7.0]
    assert np.isinf(RATIO.most_events(size)).all()


def test_the_surest_means_weigh_most() -> None:
    assert RATIO.weight(np.array([2.0])).tolist() == [2.0]
    assert MEAN.weight(np.array([2.0])).tolist() == [0.25]


def test_a_measure_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        RATIO.event = "deaths"
