"""A new measure is one class: here one of counts that come in pairs, through a whole funnel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from varstat import compute_funnel
from varstat.card import Card, describe_card, load_card
from varstat.card.contradiction import find_contradictions
from varstat.data import read_table
from varstat.errors import TableError
from varstat.measure import MEASURES, Floats, Measure, MeasureName, ScaleName


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered(Measure):
    """Events over bed days, twice as variable as Poisson: patients infect each other."""

    name: MeasureName = "clustered"
    noun: str = "clustered rate"
    event: str = "infections"
    size: str = "bed_days"
    rate: str = "rate"
    title: str = "Infections per bed day"
    columns: tuple[tuple[str, ...], ...] = (("infections", "bed_days"),)
    counts: bool = True
    of_cases: bool = False
    size_is_error: bool = False
    ends: tuple[float, float] = (0.0, np.inf)
    scales: tuple[ScaleName, ...] = ("log",)
    likelihoods: tuple[str, ...] = ("negative-binomial",)

    def chance_variance(self, size: Floats, target: Floats) -> Floats:
        return 2.0 * target / size

    def at_least(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        return stats.nbinom.sf(event - 1.0, *_shape(size, target, extra))

    def at_most(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        return stats.nbinom.cdf(event, *_shape(size, target, extra))

    def next_probability(
        self, event: Floats, size: Floats, target: Floats, extra: Floats
    ) -> Floats:
        parts = _shape(size, target, extra)
        return stats.nbinom.pmf(event + 1.0, *parts) / stats.nbinom.pmf(event, *parts)

    def quantile(self, share: float, mean: Floats, variance: Floats) -> Floats:
        return stats.gamma.ppf(share, mean**2 / variance, scale=variance / mean)

    def jeffreys(self, share: Floats, event: Floats, size: Floats) -> Floats:
        return stats.gamma.ppf(share, 0.5 * event + 0.5, scale=2.0 / size)

    def smoothed(self, event: Floats, size: Floats) -> tuple[Floats, Floats]:
        return np.log((event + 0.5) / size), 2.0 / (event + 0.5)

    def cumulant(self, theta: Floats) -> Floats:
        return 0.5 * np.exp(theta)

    def information(self, size: Floats | float, rate: Floats) -> Floats:
        return 0.5 * size * rate

    def deviance(self, event: Floats, size: Floats, mean: Floats) -> float:
        return float(np.sum(event * np.log(event / mean) - event + mean))

    def draw(self, rate: Floats, size: Floats, rng: np.random.Generator) -> Floats:
        return rng.negative_binomial(size * rate, 0.5).astype(float)


def _shape(size: Floats, target: Floats, extra: Floats) -> tuple[Floats, Floats]:
    """Shape and probability of a negative binomial of a given mean and variance."""
    mean = size * target
    excess = mean + np.square(size) * extra
    return mean**2 / excess, mean / (mean + excess)


TOY = Clustered()


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    """A card of the toy: that of ratios, but for what is the measure's own."""
    monkeypatch.setitem(MEASURES, TOY.name, TOY)
    stated = load_card("default-ratio").model_dump(exclude_none=True)
    stated["indicator"] |= {"title": "Infections", "measure": TOY.name}
    stated["model"] |= {"likelihood": "negative-binomial"}
    del stated["columns"]["observed"], stated["columns"]["expected"]
    return Card.model_validate(stated)


def infections(units: int = 60) -> pd.DataFrame:
    """Wards at one rate, but for the last, where it is three times as high."""
    rng = np.random.default_rng(3)
    days = rng.integers(2_000, 20_000, units).astype(float)
    rate = np.full(units, 0.01)
    rate[-1] = 0.03
    return pd.DataFrame(
        {
            "unit": [f"W{i:02d}" for i in range(units)],
            "infections": TOY.draw(rate, days, rng),
            "bed_days": days,
        }
    )


def test_a_card_of_a_toy_measure_has_nothing_against_it(card: Card) -> None:
    assert list(find_contradictions(card)) == []
    assert "A clustered rate. Direction: neither." in describe_card(card)


def test_a_toy_measure_runs_through_a_funnel(card: Card) -> None:
    table = read_table(infections(), card=card)
    funnels = compute_funnel(table, dispersion="none", levels=(0.95, 0.998))
    frame = funnels.to_frame()
    assert {"infections", "bed_days", "rate"} <= set(frame)
    assert frame.loc[frame["unit"] == "W59", "flag"].item() == "high"
    assert (frame["flag_level"] == 0.998).sum() == 1
    assert "1 of 60 units lies outside the 99.8% limits around the pooled rate" in funnels.summary()


def test_limits_of_a_toy_measure_are_exact_by_its_own_tails(card: Card) -> None:
    table = read_table(infections(), card=card)
    (funnel,) = compute_funnel(table, dispersion="none", levels=(0.95,))
    limits = funnel.limits(np.array([10_000.0]))
    last = round(limits["upper"].item() * 10_000)
    shape = _shape(np.array(10_000.0), np.array(funnel.target), np.array(0.0))
    assert stats.nbinom.sf(last - 1, *shape) >= 0.025
    assert stats.nbinom.sf(last, *shape) < 0.025


def test_a_toy_measure_has_dispersion_and_reliability(card: Card) -> None:
    data = infections()
    data["infections"] = np.round(data["infections"] * np.linspace(0.5, 1.5, len(data)))
    (funnel,) = compute_funnel(read_table(data, card=card))
    assert funnel.tau > 0.1
    assert 0.3 < np.median(funnel.units.reliability) < 1.0


def test_a_toy_measure_is_checked_as_it_is_read(card: Card) -> None:
    data = infections().assign(infections=lambda frame: frame["infections"] - 1_000)
    with pytest.raises(TableError, match="a negative count in column 'infections'"):
        read_table(data, card=card)
