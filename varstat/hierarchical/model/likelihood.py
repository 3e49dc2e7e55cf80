r"""Likelihoods of one row given its underlying rate on the link scale, with their slopes.

A *row* is one unit in one period. For each family the functions below take `theta`, the underlying
rate on the link scale, of shape (batch, rows, nodes), and give the log-likelihood up to what does
not depend on the parameters, its first two derivatives in `theta`, and its derivative in the log
of the transient standard deviation where there is one.

=================  =========================================  ==================================
family             row                                        with :math:`\theta` on
=================  =========================================  ==================================
binomial           :math:`y \sim` Bin(n, p)                   logit p
beta-binomial      :math:`y \sim` BB(n, Mp, M(1 - p))         logit p;  :math:`M = 4/\tau_w^2`
poisson            :math:`y \sim` Poisson(E r)                log r
negative-binomial  mean E r, variance :math:`Er + (Er)^2/k`   log r;  :math:`k = 1/\tau_w^2`
normal             :math:`y \sim N(\theta, se^2 + \tau_w^2)`  the value itself
=================  =========================================  ==================================

:math:`\tau_w` is the SD of what passes from period to period: exactly so for a normal, to first
order on the log scale for the negative binomial, and on the logit scale at p = 1/2 for the
beta-binomial. A binomial or Poisson with a normal transient effect is a `Smeared` family.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from varstat.measure import Floats


class Family(Protocol):
    """A likelihood of rows; arrays of rows have shape (rows, 1)."""

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """Log-likelihood; `spread` is the transient SD, of shape (batch, 1, 1)."""

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """First and second derivative in theta."""

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood and its first derivative in theta, in one go."""

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """First derivative in theta, and that in the log of the transient SD, in one go."""

    def take(self, rows: slice) -> "Family":
        """Keep some rows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binomial:
    """Counts out of a known number."""

    event: Floats
    size: Floats

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        softplus = np.maximum(theta, 0.0) + np.log1p(np.exp(-np.abs(theta)))
        return np.asarray(self.event * theta - self.size * softplus)

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        # As SciPy's expit to the last digits, in a third of its time.
        p = 1.0 / (1.0 + exp_within(-theta))
        mean = self.size * p
        return self.event - mean, mean * (p - 1.0)

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`: there is no transient part."""
        return self.slopes(theta, spread)[0], np.zeros_like(theta)

    def take(self, rows: slice) -> "Binomial":
        """See `Family`."""
        return Binomial(event=self.event[rows], size=self.size[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Poisson:
    """Counts with an expected count or an exposure."""

    event: Floats
    size: Floats

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        return self.event * theta - self.size * exp_within(theta)

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        mean = self.size * exp_within(theta)
        return self.event - mean, -mean

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`: there is no transient part."""
        return self.slopes(theta, spread)[0], np.zeros_like(theta)

    def take(self, rows: slice) -> "Poisson":
        """See `Family`."""
        return Poisson(event=self.event[rows], size=self.size[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Normal:
    """Means with a known standard error."""

    event: Floats
    size: Floats

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        variance = self.size**2 + spread**2
        return -0.5 * (self.event - theta) ** 2 / variance - 0.5 * np.log(variance)

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        precision = 1.0 / (self.size**2 + spread**2)
        return (self.event - theta) * precision, -precision + np.zeros_like(theta)

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        precision = 1.0 / (self.size**2 + spread**2)
        apart = self.event - theta
        return apart * precision, spread**2 * precision * (apart**2 * precision - 1.0)

    def take(self, rows: slice) -> "Normal":
        """See `Family`."""
        return Normal(event=self.event[rows], size=self.size[rows])


def exp_within(theta: Floats) -> Floats:
    """Exponential of log rates, kept within what can be stored."""
    # Beyond this a count could not be stored; the product with a prior is zero long before.
    return np.exp(np.minimum(theta, 690.0))
