"""Rates of a log link: where their mean and SD exist, and where they say nothing."""

from collections.abc import Sequence

import numpy as np
import pytest
from designs import half_normal, make_design, make_posterior
from scipy import stats

from varstat.estimands.rates.estimate import estimate_rates
from varstat.estimands.rates.result import Rates, find_heavy_tails
from varstat.hierarchical.posterior import Posterior

pytestmark = pytest.mark.slow


def panel(units: int, periods: int, expected: float, *, prior: float | None = None) -> Posterior:
    """Fit units that differ by 0.3 and change by 0.2 from period to period, on the log scale."""
    rng = np.random.default_rng(1)
    rows = units * periods
    theta = np.repeat(rng.normal(0, 0.3, units), periods) + rng.normal(0, 0.2, rows)
    size = np.full(rows, expected)
    design = make_design(
        rng.poisson(size * np.exp(theta)),
        size,
        measure="ratio",
        likelihood="poisson",
        unit=np.repeat([f"u{i:02d}" for i in range(units)], periods),
        period=np.tile([f"p{i}" for i in range(periods)], units),
        period_effects=False,
        priors=None if prior is None else {"transient": half_normal(prior)},
    )
    return make_posterior(design, draws=200)


def rates_of(sd: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> Rates:
    """Make rates of which only SDs and intervals are known."""
    none = np.full(len(sd), np.nan)
    known = {"sd": np.array(sd), "lower": np.array(lower), "upper": np.array(upper)}
    return Rates(**{name: known.get(name, none) for name in Rates.__dataclass_fields__})


def test_a_mean_above_its_own_interval_is_found_to_say_nothing() -> None:
    rates = estimate_rates(panel(3, 2, 5.0), level=0.95)
    assert (rates.estimate > rates.upper).any()
    assert find_heavy_tails(rates, level=0.95).all()


@pytest.mark.parametrize(
    ("units", "periods", "expected", "prior"),
    [
        pytest.param(6, 4, 20.0, None, marks=pytest.mark.slow),
        (3, 2, 5.0, 0.5),
        pytest.param(3, 2, 0.5, 0.5, marks=pytest.mark.slow),
    ],
)
def test_where_data_are_many_or_the_prior_has_a_light_tail_none_is_found(
    units: int, periods: int, expected: float, prior: float | None
) -> None:
    rates = estimate_rates(panel(units, periods, expected, prior=prior), level=0.9)
    assert not find_heavy_tails(rates, level=0.9).any()
    assert ((rates.lower < rates.estimate) & (rates.estimate < rates.upper)).all()


def test_tails_are_found_among_log_normals_from_a_log_sd_of_two_on() -> None:
    shapes = (0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
    known = [stats.lognorm(s) for s in shapes]
    rates = rates_of(
        [each.std() for each in known],
        [each.ppf(0.025) for each in known],
        [each.ppf(0.975) for each in known],
    )
    found = find_heavy_tails(rates, level=0.95)
    assert found.tolist() == [s >= 2.0 for s in shapes]


def test_a_rate_that_is_not_known_is_not_found() -> None:
    rates = rates_of([np.nan, np.inf, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, np.inf])
    assert find_heavy_tails(rates, level=0.95).tolist() == [False, True, False]
