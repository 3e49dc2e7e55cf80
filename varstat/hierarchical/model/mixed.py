"""Likelihoods of counts whose own rate varies from row to row, as a beta or a gamma has it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, gammaln, psi

from varstat.hierarchical.model.likelihood import exp_within
from varstat.measure import Floats

# From here on differences of log-gammas are taken by Stirling's series, which does not cancel.
_LARGE = 1e4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BetaBinomial:
    r"""Counts out of a known number, whose probability varies as a beta of size M about p.

    :math:`M = 1/(\tau_w^2\, \bar p(1 - \bar p))`, so that to first order the logit has an SD of
    :math:`\tau_w` where the rate is the pooled one, as with the other likelihoods.

    With :math:`a = Mp`, :math:`b = M(1-p)` the slopes in a and b are differences of digammas;
    :math:`da/d\theta = Mp(1-p) = -db/d\theta`. The second derivative is that of the binomial
    divided by its inflation of variance, :math:`1 + (n-1)/(M+1)`: it steers the search for the
    mode and places nodes, and enters no result.
    """

    event: Floats
    size: Floats
    pooled: float = 0.5

    def concentration(self, spread: Floats) -> Floats:
        """M, given the transient SD."""
        return 1.0 / (self.pooled * (1.0 - self.pooled) * spread**2)

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        total, p = self.concentration(spread), expit(theta)
        q = expit(-theta)
        return (
            _rise(total * p, self.event)
            + _rise(total * q, self.size - self.event)
            - _rise(total, self.size)
        )

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        total, p, q = self.concentration(spread), expit(theta), expit(-theta)
        up = _rise_slope(total * p, self.event)
        down = _rise_slope(total * q, self.size - self.event)
        inflation = 1.0 + (self.size - 1.0) / (total + 1.0)
        return total * p * q * (up - down), -self.size * p * q / inflation

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        total, p, q = self.concentration(spread), expit(theta), expit(-theta)
        up = _rise_slope(total * p, self.event)
        down = _rise_slope(total * q, self.size - self.event)
        by_total = p * up + q * down - _rise_slope(total, self.size)
        return total * p * q * (up - down), -2.0 * total * by_total

    def take(self, rows: slice) -> "BetaBinomial":
        """See `Family`."""
        return replace(self, event=self.event[rows], size=self.size[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NegativeBinomial:
    """Counts whose mean varies as a gamma with SD `spread` relative to it."""

    event: Floats
    size: Floats

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        k, mean = 1.0 / spread**2, self.size * exp_within(theta)
        # k log k - (y + k) log(k + mean), without the cancellation at large k.
        return (
            _rise(k, self.event)
            - self.event * np.log(k)
            + self.event * theta
            - (self.event + k) * np.log1p(mean / k)
        )

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        k, mean = 1.0 / spread**2, self.size * exp_within(theta)
        share = 1.0 / (1.0 + mean / k)
        return (
            (self.event - mean) * share,
            -(self.event + k) * (mean / k) * share**2,
        )

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        k, mean = 1.0 / spread**2, self.size * exp_within(theta)
        away = (self.event - mean) / (k + mean)
        return k * away, -2.0 * k * (_rise_slope(k, self.event) - np.log1p(mean / k) - away)

    def take(self, rows: slice) -> "NegativeBinomial":
        """See `Family`."""
        return NegativeBinomial(event=self.event[rows], size=self.size[rows])


def _rise(x: Floats, y: Floats) -> Floats:
    r"""Log of the rising factorial, :math:`\log\Gamma(x + y) - \log\Gamma(x)`."""
    x = np.maximum(x, 1e-300)
    near = np.minimum(x, _LARGE)
    exact = gammaln(near + y) - gammaln(near)
    far = np.maximum(x, _LARGE)
    series = (
        (far + y - 0.5) * np.log1p(y / far) + y * (np.log(far) - 1.0) - y / (12.0 * far * (far + y))
    )
    return np.where(x < _LARGE, exact, series)


def _rise_slope(x: Floats, y: Floats) -> Floats:
    r"""Derivative in x of `_rise`, :math:`\psi(x + y) - \psi(x)`."""
    x = np.maximum(x, 1e-300)
    near = np.minimum(x, _LARGE)
    exact = psi(near + y) - psi(near)
    far = np.maximum(x, _LARGE)
    above = far + y
    series = (
        np.log1p(y / far) + 0.5 * y / (far * above) + y * (far + above) / (12.0 * far**2 * above**2)
    )
    return np.where(x < _LARGE, exact, series)
