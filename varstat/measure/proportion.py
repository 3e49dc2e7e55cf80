"""Proportions: events out of a number of cases."""

from dataclasses import dataclass

import numpy as np

from varstat.measure.measure import Measure
from varstat.measure.scale import Floats, MeasureName, ScaleName

# Below this much extra variance, as a share of chance, the mixing distribution is a point for
# double precision, and the binomial is exact.
_NEGLIGIBLE = 1e-9
# NumPy draws a multivariate hypergeometric of fewer cases than these.
_MOST_CASES = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion(Measure):
    r"""Events out of cases: binomial, or beta-binomial where the underlying rate varies.

    The beta's intra-class correlation is :math:`\rho = \sigma^2 / t(1-t)`, with :math:`\sigma^2`
    the variance of the underlying rate; a beta can't be wider than all units at 0 or 1, and there
    :math:`\rho` is 1.
    """

    name: MeasureName = "proportion"
    noun: str = "proportion"
    event: str = "numerator"
    size: str = "denominator"
    rate: str = "rate"
    title: str = "Rate"
    columns: tuple[tuple[str, ...], ...] = (("numerator", "denominator"),)
    counts: bool = True
    of_cases: bool = True
    size_is_error: bool = False
    ends: tuple[float, float] = (0.0, 1.0)
    scales: tuple[ScaleName, ...] = ("logit", "arcsine", "log")
    likelihoods: tuple[str, ...] = ("binomial", "beta-binomial")
    recipes: tuple[tuple[str, ScaleName], ...] = (("cqc", "arcsine"),)
    beside: str = "sampled_from"

    def chance_variance(self, size: Floats, target: Floats) -> Floats:
        """See `Measure`: binomial."""
        return np.asarray(target * (1.0 - target) / size)

    def shown(self, size: Floats) -> Floats:
        """See `Measure`."""
        return np.maximum(1.0 - 1.0 / size, 0.0)

    def inflated(self, inflation: Floats, size: Floats, target: Floats) -> Floats:
        r"""See `Measure`: a beta-binomial's variance is :math:`s^2 [1 + (n - 1)\rho]`."""
        extra = (inflation - 1.0) * self.chance_variance(size, target)
        return extra * size / np.maximum(size - 1.0, 1.0)

    def at_least(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """See `Measure`."""
        return _at_least(event, size, target, _correlation(target, extra))

    def at_most(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """See `Measure`: as many or more of the others."""
        return _at_least(size - event, size, 1.0 - target, _correlation(target, extra))

    def next_probability(
        self, event: Floats, size: Floats, target: Floats, extra: Floats
    ) -> Floats:
        """See `Measure`: beta-binomial."""
        rho = np.minimum(_correlation(target, extra), 1.0 - _NEGLIGIBLE)
        width = rho / (1.0 - rho)
        with np.errstate(divide="ignore", invalid="ignore"):
            more = (size - event) * (event * width + target)
            fewer = (event + 1.0) * ((size - event - 1.0) * width + 1.0 - target)
            return np.where(event < size, more / fewer, 0.0)

    def quantile(self, share: float, mean: Floats, variance: Floats) -> Floats:
        """See `Measure`: a beta."""
        from scipy import special

        total = mean * (1.0 - mean) / variance - 1.0
        return np.asarray(special.betaincinv(mean * total, (1.0 - mean) * total, share))

    def jeffreys(self, share: Floats, event: Floats, size: Floats) -> Floats:
        """See `Measure`: a beta."""
        from scipy import special

        rate = special.betaincinv(event + 0.5, size - event + 0.5, share)
        return np.clip(rate, 1e-300, 1.0 - 1e-16)

    def smoothed(self, event: Floats, size: Floats) -> tuple[Floats, Floats]:
        """See `Measure`: half an event is added to those that are and those that aren't."""
        share = (event + 0.5) / (size + 1.0)
        return np.log(share / (1.0 - share)), 1.0 / (size * share * (1.0 - share))

    def cumulant(self, theta: Floats) -> Floats:
        """See `Measure`."""
        return np.logaddexp(0.0, theta)

    def information(self, size: Floats | float, rate: Floats) -> Floats:
        """See `Measure`."""
        return size * rate * (1.0 - rate)

    def deviance(self, event: Floats, size: Floats, mean: Floats) -> float:
        """See `Measure`."""
        from scipy import special

        parts = special.kl_div(event, mean) + special.kl_div(size - event, size - mean)
        return float(2.0 * np.sum(parts))

    def draw(self, rate: Floats, size: Floats, rng: np.random.Generator) -> Floats:
        """See `Measure`: binomial."""
        number = rng.binomial(size.astype(np.int64), np.clip(rate, 0.0, 1.0))
        return number.astype(np.float64)

    def redraw(self, event: Floats, size: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See `Measure`: multivariate hypergeometric, of as many cases as it can be drawn for."""
        if float(size.sum()) >= _MOST_CASES:
            return Measure.redraw(self, event, size, draws, rng)
        cases, total = np.round(size).astype(np.int64), round(float(event.sum()))
        drawn = rng.multivariate_hypergeometric(cases, total, size=draws, method="marginals")
        return drawn.astype(np.float64)


def _correlation(target: Floats, extra: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = extra / (target * (1.0 - target))
    return np.where(extra > 0, np.minimum(rho, 1.0), 0.0)


def _at_least(event: Floats, size: Floats, target: Floats, rho: Floats) -> Floats:
    """P(X >= event), binomial where rho is nothing, beta-binomial elsewhere."""
    from scipy import special

    from varstat.measure import betabinomial

    with np.errstate(invalid="ignore"):
        tail = np.asarray(special.betainc(event, size - event + 1.0, target), dtype=float)
    tail = np.where(event <= 0, 1.0, np.where(event > size, 0.0, tail))
    mixed = (rho * (size - 1.0) >= _NEGLIGIBLE) & (event > 0) & (event <= size)
    if np.any(mixed):
        tail[mixed] = betabinomial.at_least(event[mixed], size[mixed], target[mixed], rho[mixed])
    return tail


PROPORTION = Proportion()
