r"""Exact tail probabilities of what a unit would report if it performed at the target.

=================  ==========================================  ==================================
family             event                                       variance of the rate
=================  ==========================================  ==================================
binomial           Binomial(n, t)                              t (1 - t) / n
beta-binomial      Binomial(n, p), p ~ Beta, mean t            t (1 - t) [1 + (n - 1) rho] / n
poisson            Poisson(E t)                                t / E
negative-binomial  Poisson(E q), q ~ Gamma, mean t             t / E + t^2 omega
hypergeometric     n of N cases, t N of them with the event    t (1 - t) / n * (N - n) / (N - 1)
normal             Normal(t, v)                                v
=================  ==========================================  ==================================

The beta's intra-class correlation :math:`\rho` and the gamma's squared coefficient of variation
:math:`\omega` match the variance of the underlying rate, however that was learned: between-unit
variance :math:`\sigma^2` gives :math:`\rho = \sigma^2 / t(1-t)` and
:math:`\omega = \sigma^2 / t^2`; an inflation of chance by :math:`\phi` gives
:math:`\rho = (\phi - 1)/(n - 1)` and :math:`\omega = (\phi - 1)/(E t)`. A beta can't be wider
than all units at 0 or 1: there :math:`\rho` is 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from varstat.measure import Floats, Measure
from varstat.measure.basis import Basis


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tails:
    """Tail probabilities at an event `x`, one element a unit.

    Attributes
    ----------
    at_most, below, at_least, above : ndarray of float, shape (units,)
        P(X <= x), P(X < x), P(X >= x) and P(X > x).
    """

    at_most: Floats
    below: Floats
    at_least: Floats
    above: Floats

    def take(self, rows: NDArray[np.intp]) -> "Tails":
        """Keep some of the units."""
        return Tails(
            at_most=self.at_most[rows],
            below=self.below[rows],
            at_least=self.at_least[rows],
            above=self.above[rows],
        )

    @property
    def mid_lower(self) -> Floats:
        """Lower mid-p: P(X < x) + P(X = x) / 2."""
        return 0.5 * (self.at_most + self.below)

    @property
    def mid_upper(self) -> Floats:
        """Upper mid-p: P(X > x) + P(X = x) / 2."""
        return 0.5 * (self.at_least + self.above)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictive:
    r"""What each unit would report if it performed at the target.

    Attributes
    ----------
    measure : Measure
    size : ndarray of float, shape (units,)
    target : ndarray of float, shape (units,)
    extra : ndarray of float, shape (units,)
        Variance of the underlying rate around the target; zero where all is chance.
    exact : bool
        False where the event isn't a whole count, so that the tails are normal.
    degrees : ndarray of float, shape (units,), optional
        Degrees of freedom with which the variance is known; without end unless given. The
        tails are then those of a t in place of a normal: a tail p becomes
        :math:`T_\nu(\Phi^{-1}(p))`.
    basis : Basis, optional
        What the sizes rest on; they are known, and no samples, unless it is given. The error of an
        expected number is part of `extra`.
    """

    measure: Measure
    size: Floats
    target: Floats
    extra: Floats
    exact: bool
    degrees: Floats | None = None
    basis: Basis | None = None

    @property
    def counts(self) -> bool:
        """Whether the event is a whole count with a discrete distribution."""
        return self.exact and self.measure.counts

    @property
    def variance(self) -> Floats:
        """Variance of each unit's rate, chance and all."""
        basis = self._basis
        chance = basis.sampling(self.measure, self.size, self.target)
        return chance + self.extra * (basis.shown(self.measure, self.size) if self.counts else 1.0)

    def take(self, index: np.ndarray) -> "Predictive":
        """Keep the units at `index`."""
        return Predictive(
            measure=self.measure,
            size=self.size[index],
            target=self.target[index],
            extra=self.extra[index],
            exact=self.exact,
            degrees=None if self.degrees is None else self.degrees[index],
            basis=None if self.basis is None else self.basis.take(index),
        )

    @property
    def _basis(self) -> Basis:
        return Basis.of(self.size) if self.basis is None else self.basis

    def deviates(self, area: float) -> Floats:
        """Deviates with an area below them, one a unit: of a normal, or of a t."""
        if self.degrees is None:
            return np.full_like(self.size, special.ndtri(area))
        return np.asarray(student_quantile(area, self.degrees))

    def at_least(self, event: Floats) -> Floats:
        """P(X >= event) for each unit."""
        if not self.exact:
            return self._of_unknown(special.ndtr(-self._z(event)))
        tail = self._basis.at_least(self.measure, event, self.size, self.target, self.extra)
        return self._of_unknown(tail)

    def at_most(self, event: Floats) -> Floats:
        """P(X <= event) for each unit."""
        if not self.exact:
            return self._of_unknown(special.ndtr(self._z(event)))
        tail = self._basis.at_most(self.measure, event, self.size, self.target, self.extra)
        return self._of_unknown(tail)

    def tails(self, event: Floats) -> Tails:
        """All four tail probabilities of each unit's event.

        The tail on the event's own side of the target is computed, and the other is the rest of
        one, so that small probabilities keep their digits.
        """
        step = 1.0 if self.counts else 0.0
        at_least, above = np.empty_like(event), np.empty_like(event)
        at_most, below = np.empty_like(event), np.empty_like(event)
        is_high = self.measure.rates(event, self.size) >= self.target
        high, low = np.flatnonzero(is_high), np.flatnonzero(~is_high)
        upper, lower = self.take(high), self.take(low)
        at_least[high], above[high] = (
            upper.at_least(event[high]),
            upper.at_least(event[high] + step),
        )
        at_most[low], below[low] = lower.at_most(event[low]), lower.at_most(event[low] - step)
        at_most[high], below[high] = 1.0 - above[high], 1.0 - at_least[high]
        at_least[low], above[low] = 1.0 - below[low], 1.0 - at_most[low]
        return Tails(at_most=at_most, below=below, at_least=at_least, above=above)

    def _of_unknown(self, tail: Floats) -> Floats:
        """Widen a tail for a variance that is known with so many degrees of freedom."""
        if self.degrees is None:
            return tail
        z = special.ndtri(tail)
        # Beyond what a normal deviate can be stored as, and without end, nothing changes.
        ends = np.isfinite(z) & np.isfinite(self.degrees)
        wide = special.stdtr(np.where(ends, self.degrees, 1.0), np.where(ends, z, 0.0))
        return np.asarray(np.where(ends, wide, tail))

    def _z(self, event: Floats) -> Floats:
        return self.measure.deviate(event, self.size, self.target, self.variance)


def student_quantile(area: float, degrees: Floats) -> Floats:
    """Quantiles of t distributions; of a normal where degrees of freedom have no end."""
    known = np.isfinite(degrees)
    found = special.stdtrit(np.where(known, degrees, 1.0), area)
    return np.asarray(np.where(known, found, special.ndtri(area)))
