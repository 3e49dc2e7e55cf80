"""Means with a known standard error."""

from dataclasses import dataclass

import numpy as np

from varstat.measure.measure import Measure
from varstat.measure.scale import Floats, MeasureName, ScaleName


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean(Measure):
    """A value whose error is normal and known."""

    name: MeasureName = "mean"
    noun: str = "mean"
    event: str = "value"
    size: str = "se"
    rate: str = "value"
    title: str = "Value"
    columns: tuple[tuple[str, ...], ...] = (
        ("value", "se"),
        ("value", "lower", "upper"),
        ("total", "count", "sum_of_squares"),
    )
    counts: bool = False
    of_cases: bool = True
    size_is_error: bool = True
    ends: tuple[float, float] = (-np.inf, np.inf)
    scales: tuple[ScaleName, ...] = ("identity",)
    likelihoods: tuple[str, ...] = ("normal",)

    def chance_variance(self, size: Floats, target: Floats) -> Floats:
        """See `Measure`."""
        return np.asarray(np.square(size) + 0.0 * target)

    def at_least(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """See `Measure`: normal."""
        from scipy import special

        variance = self.chance_variance(size, target) + extra
        return np.asarray(special.ndtr(-self.deviate(event, size, target, variance)))

    def at_most(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """See `Measure`: normal."""
        from scipy import special

        variance = self.chance_variance(size, target) + extra
        return np.asarray(special.ndtr(self.deviate(event, size, target, variance)))

    def next_probability(
        self, event: Floats, size: Floats, target: Floats, extra: Floats
    ) -> Floats:
        """See `Measure`: a value is no count."""
        return np.full_like(event, np.nan)

    def quantile(self, share: float, mean: Floats, variance: Floats) -> Floats:
        """See `Measure`: a normal."""
        from scipy import special

        return np.asarray(mean + special.ndtri(share) * np.sqrt(variance))

    def jeffreys(self, share: Floats, event: Floats, size: Floats) -> Floats:
        """See `Measure`: a normal."""
        from scipy import special

        return np.asarray(event + size * special.ndtri(share))

    def smoothed(self, event: Floats, size: Floats) -> tuple[Floats, Floats]:
        """See `Measure`: as it is."""
        return event, np.broadcast_to(np.square(size), event.shape)

    def cumulant(self, theta: Floats) -> Floats:
        """See `Measure`: of one case, with a variance of one."""
        return 0.5 * theta**2

    def information(self, size: Floats | float, rate: Floats) -> Floats:
        """See `Measure`."""
        return np.broadcast_to(size, np.broadcast_shapes(np.shape(size), np.shape(rate)))

    def deviance(self, event: Floats, size: Floats, mean: Floats) -> float:
        """See `Measure`: a sum of squares over the cases."""
        return float(np.sum(np.square(event - mean) / size))

    def draw(self, rate: Floats, size: Floats, rng: np.random.Generator) -> Floats:
        """See `Measure`: normal."""
        return rate + size * rng.standard_normal(np.broadcast_shapes(rate.shape, size.shape))

    def redraw(self, event: Floats, size: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See `Measure`: normal, with the same weighted mean."""
        weight = self.weight(size) / np.sum(self.weight(size))
        error = size * rng.standard_normal((draws, size.size))
        return np.asarray(error + (event @ weight - error @ weight)[:, None])


MEAN = Mean()
