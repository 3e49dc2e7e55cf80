"""Ratios of observed to expected events, and rates of events over an exposure."""

from dataclasses import dataclass

import numpy as np

from varstat.measure.measure import Measure
from varstat.measure.scale import Floats, MeasureName, ScaleName

# Below this much extra variance, as a share of chance, the mixing distribution is a point for
# double precision, and the Poisson is exact.
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Measure):
    r"""Events over what was expected: Poisson, or negative binomial where the rate varies.

    The gamma's squared coefficient of variation is :math:`\omega = \sigma^2 / t^2`, with
    :math:`\sigma^2` the variance of the underlying rate.
    """

    name: MeasureName = "ratio"
    noun: str = "ratio"
    event: str = "observed"
    size: str = "expected"
    rate: str = "ratio"
    title: str = "Observed / expected"
    columns: tuple[tuple[str, ...], ...] = (("observed", "expected"), ("observed", "exposure"))
    counts: bool = True
    of_cases: bool = False
    size_is_error: bool = False
    ends: tuple[float, float] = (0.0, np.inf)
    scales: tuple[ScaleName, ...] = ("log", "sqrt")
    likelihoods: tuple[str, ...] = ("poisson", "negative-binomial")
    recipes: tuple[tuple[str, ScaleName], ...] = (("shmi", "log"), ("cqc", "sqrt"))
    beside: str = "expected_se"

    def chance_variance(self, size: Floats, target: Floats) -> Floats:
        """See `Measure`: Poisson."""
        return np.asarray(target / size)

    def at_least(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """See `Measure`."""
        from scipy import special

        tail = _tail(event, size, target, extra, special.gammainc, special.betaincc)
        return np.where(event <= 0, 1.0, tail)

    def at_most(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """See `Measure`."""
        from scipy import special

        tail = _tail(event + 1.0, size, target, extra, special.gammaincc, special.betainc)
        return np.where(event < 0, 0.0, tail)

    def next_probability(
        self, event: Floats, size: Floats, target: Floats, extra: Floats
    ) -> Floats:
        """See `Measure`: negative binomial."""
        mean, wide = size * target, extra / np.square(target)
        return (1.0 + event * wide) / (event + 1.0) * mean / (1.0 + mean * wide)

    def quantile(self, share: float, mean: Floats, variance: Floats) -> Floats:
        """See `Measure`: a gamma."""
        from scipy import special

        shape = np.square(mean) / variance
        return np.asarray(special.gammaincinv(shape, share) * variance / mean)

    def jeffreys(self, share: Floats, event: Floats, size: Floats) -> Floats:
        """See `Measure`: a gamma."""
        from scipy import special

        return np.asarray(np.maximum(special.gammaincinv(event + 0.5, share), 1e-300) / size)

    def smoothed(self, event: Floats, size: Floats) -> tuple[Floats, Floats]:
        """See `Measure`: half an event is added."""
        return np.log((event + 0.5) / size), 1.0 / (event + 0.5)

    def cumulant(self, theta: Floats) -> Floats:
        """See `Measure`."""
        return np.exp(theta)

    def information(self, size: Floats | float, rate: Floats) -> Floats:
        """See `Measure`."""
        return size * rate

    def deviance(self, event: Floats, size: Floats, mean: Floats) -> float:
        """See `Measure`."""
        from scipy import special

        return float(2.0 * np.sum(special.kl_div(event, mean)))

    def draw(self, rate: Floats, size: Floats, rng: np.random.Generator) -> Floats:
        """See `Measure`: Poisson, of numbers that can be stored."""
        return rng.poisson(np.minimum(size * rate, 1e15)).astype(np.float64)

    def redraw(self, event: Floats, size: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See `Measure`: multinomial, in proportion to the sizes."""
        shares = size / size.sum(axis=-1, keepdims=True)
        drawn = rng.multinomial(round(float(event.sum())), shares, size=draws)
        return drawn.astype(np.float64)


def _tail(
    event: Floats,
    size: Floats,
    target: Floats,
    extra: Floats,
    poisson: np.ufunc,
    negative_binomial: np.ufunc,
) -> Floats:
    """Tail of a Poisson where the rate doesn't vary, of a negative binomial elsewhere."""
    mean = size * target
    with np.errstate(divide="ignore", invalid="ignore"):
        omega = np.where(extra > 0, extra / np.square(target), 0.0)
        mixed = omega * mean >= _NEGLIGIBLE
        tail = np.empty_like(event)
        tail[~mixed] = poisson(event[~mixed], mean[~mixed])
        shape, mixed_mean = 1.0 / omega[mixed], mean[mixed]
        ratio = 1.0 / (1.0 + omega[mixed] * mixed_mean)
        tail[mixed] = negative_binomial(shape, event[mixed], ratio)
    return tail


RATIO = Ratio()
EXPOSURE_RATIO = Ratio(
    noun="rate", size="exposure", rate="rate", title="Observed per exposure", beside=""
)
