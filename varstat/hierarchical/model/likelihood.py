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

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit, gammaln, psi

from varstat.measure import Floats

# From here on differences of log-gammas are taken by Stirling's series, which does not cancel.
_LARGE = 1e4
# A transient SD above which nine Gauss-Hermite nodes are off by more than 2e-5 in log-likelihood,
# and the rule used there: its points, how far the integrand falls to either end, and how many
# numbers it holds at a time.
_WIDE = 1.0
_TRAPEZOIDS, _DROP = 41, 14.0
_HELD = 4_000_000


class Family(Protocol):
    """A likelihood of rows; arrays of rows have shape (rows, 1)."""

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """Log-likelihood; `spread` is the transient SD, of shape (batch, 1, 1)."""

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """First and second derivative in theta."""

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood and its first derivative in theta, in one go."""

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """Derivative in the log of the transient SD."""

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
        p = expit(theta)
        return self.event - self.size * p, -self.size * p * (1.0 - p)

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`: there is no transient part."""
        return np.zeros_like(theta)

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
        return self.event * theta - self.size * _exp(theta)

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        mean = self.size * _exp(theta)
        return self.event - mean, -mean

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`: there is no transient part."""
        return np.zeros_like(theta)

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

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        precision = 1.0 / (self.size**2 + spread**2)
        return spread**2 * precision * ((self.event - theta) ** 2 * precision - 1.0)

    def take(self, rows: slice) -> "Normal":
        """See `Family`."""
        return Normal(event=self.event[rows], size=self.size[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BetaBinomial:
    r"""Counts out of a known number, whose probability varies as a beta of size M about p.

    With :math:`a = Mp`, :math:`b = M(1-p)` the slopes in a and b are differences of digammas;
    :math:`da/d\theta = Mp(1-p) = -db/d\theta`. The second derivative is that of the binomial
    divided by its inflation of variance, :math:`1 + (n-1)/(M+1)`: it steers the search for the
    mode and places nodes, and enters no result.
    """

    event: Floats
    size: Floats

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        total, p = 4.0 / spread**2, expit(theta)
        q = expit(-theta)
        return (
            _rise(total * p, self.event)
            + _rise(total * q, self.size - self.event)
            - _rise(total, self.size)
        )

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        total, p, q = 4.0 / spread**2, expit(theta), expit(-theta)
        up = _rise_slope(total * p, self.event)
        down = _rise_slope(total * q, self.size - self.event)
        inflation = 1.0 + (self.size - 1.0) / (total + 1.0)
        return total * p * q * (up - down), -self.size * p * q / inflation

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        total, p, q = 4.0 / spread**2, expit(theta), expit(-theta)
        return (
            -2.0
            * total
            * (
                p * _rise_slope(total * p, self.event)
                + q * _rise_slope(total * q, self.size - self.event)
                - _rise_slope(total, self.size)
            )
        )

    def take(self, rows: slice) -> "BetaBinomial":
        """See `Family`."""
        return BetaBinomial(event=self.event[rows], size=self.size[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NegativeBinomial:
    """Counts whose mean varies as a gamma with SD `spread` relative to it."""

    event: Floats
    size: Floats

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        k, mean = 1.0 / spread**2, self.size * _exp(theta)
        # k log k - (y + k) log(k + mean), without the cancellation at large k.
        return (
            _rise(k, self.event)
            - self.event * np.log(k)
            + self.event * theta
            - (self.event + k) * np.log1p(mean / k)
        )

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        k, mean = 1.0 / spread**2, self.size * _exp(theta)
        share = 1.0 / (1.0 + mean / k)
        return (
            (self.event - mean) * share,
            -(self.event + k) * (mean / k) * share**2,
        )

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        k, mean = 1.0 / spread**2, self.size * _exp(theta)
        inside = _rise_slope(k, self.event) - np.log1p(mean / k) + (mean - self.event) / (k + mean)
        return -2.0 * k * inside

    def take(self, rows: slice) -> "NegativeBinomial":
        """See `Family`."""
        return NegativeBinomial(event=self.event[rows], size=self.size[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Censored:
    r"""Counts of which only a range is known: :math:`P(a \le y \le b)` is a sum over the range.

    Attributes
    ----------
    inner : Family
        Of all values in all ranges, one row each.
    base : ndarray of float, shape (values, 1)
        The part of each value's log-probability that doesn't depend on theta.
    row : ndarray of int, shape (values,)
        The row each value belongs to, ascending.
    start : ndarray of int, shape (rows,)
        Where each row's values begin.
    """

    inner: Family
    base: Floats
    row: np.ndarray
    start: np.ndarray

    def _shares(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
        wide = theta[:, self.row]
        log_p = self.inner.value(wide, spread) + self.base
        peak = np.maximum.reduceat(log_p, self.start, axis=1)
        p = np.exp(log_p - peak[:, self.row])
        total = np.add.reduceat(p, self.start, axis=1)
        return wide, p / total[:, self.row], peak + np.log(total)

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        return self._shares(theta, spread)[2]

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`: with shares over the range, E[s'] and E[s''] + Var[s']."""
        wide, share, _ = self._shares(theta, spread)
        first, second = self.inner.slopes(wide, spread)
        mean = np.add.reduceat(share * first, self.start, axis=1)
        square = np.add.reduceat(share * (second + first**2), self.start, axis=1)
        return mean, square - mean**2

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        wide, share, _ = self._shares(theta, spread)
        inner = self.inner.spread_slope(wide, spread)
        return np.add.reduceat(share * inner, self.start, axis=1)

    def take(self, rows: slice) -> "Censored":
        """See `Family`."""
        ends = np.append(self.start, len(self.row))
        first, last = ends[rows.start], ends[rows.stop]
        values = slice(first, last)
        return Censored(
            inner=self.inner.take(values),
            base=self.base[values],
            row=self.row[values] - rows.start,
            start=self.start[rows] - first,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Inside:
    """An integrand over a transient effect w, at the nodes of a rule.

    Attributes
    ----------
    at : ndarray of float, shape (batch, rows, nodes, inner nodes)
        The values of w.
    theta : ndarray of float, shape (batch, rows, nodes * inner nodes)
        The link-scale rates with them.
    share : ndarray of float, shape (batch, rows, nodes, inner nodes)
        Shares of the integral; they add to one.
    value : ndarray of float, shape (batch, rows, nodes)
        Log of the integral.
    """

    at: Floats
    theta: Floats
    share: Floats
    value: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Smeared:
    r"""A family with a normal transient effect integrated out of each row.

    .. math:: \ell(\theta) = \log \int e^{\ell_0(\theta + w)} N(w; 0, \tau_w^2)\, dw

    by Gauss-Hermite quadrature about the integrand's mode in w. Where :math:`\tau_w > 1` a row
    with no events (or nothing but events) has an integrand that is half a wide normal and half a
    cliff of unit width, which those nodes step over. There it is the trapezoid rule between the
    points where the integrand has fallen to :math:`e^{-14}` of its peak, whose error at step h is
    about :math:`e^{-\pi^2/h}` [1]_. Slopes follow by Fisher's and Louis's identities from the same
    nodes.

    References
    ----------
    .. [1] Trefethen & Weideman (2014). The exponentially convergent trapezoidal rule. SIAM Review
       56(3), 385-458. doi:10.1137/130932132
    """

    inner: Family
    link_rate: Floats
    link_variance: Floats
    nodes: Floats
    log_weights: Floats

    def _average(
        self, theta: Floats, spread: Floats, what: Callable[[_Inside, Floats], tuple[Floats, ...]]
    ) -> tuple[Floats, ...]:
        """Give what is made of the integrands, each by the rule that fits its transient SD."""
        spread = np.broadcast_to(spread, (len(theta), 1, 1))
        wide = spread[:, 0, 0] > _WIDE
        if not wide.any():
            return what(self._by_hermite(theta, spread), spread)
        pieces = [(np.flatnonzero(~wide), slice(None))] if not wide.all() else []
        pieces += self._few_at_a_time(np.flatnonzero(wide), *theta.shape[1:])
        found: tuple[Floats, ...] = ()
        for batch, columns in pieces:
            rule = self._by_trapezoids if wide[batch[0]] else self._by_hermite
            here = spread[batch]
            values = what(rule(theta[batch, :, columns], here), here)
            found = found or tuple(np.empty(theta.shape) for _ in values)
            for whole, part in zip(found, values, strict=True):
                whole[batch, :, columns] = part
        return found

    @staticmethod
    def _few_at_a_time(batch: np.ndarray, rows: int, nodes: int) -> list[tuple[np.ndarray, slice]]:
        """Cut what the wide rule is to do such that its many nodes take little memory."""
        columns = min(max(_HELD // (rows * _TRAPEZOIDS), 1), nodes)
        some = max(_HELD // (rows * _TRAPEZOIDS * columns), 1)
        return [
            (batch[first : first + some], slice(k, k + columns))
            for first in range(0, len(batch), some)
            for k in range(0, nodes, columns)
        ]

    def _mode(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Find the integrand's mode in w and its SD by curvature."""
        precision = 1.0 / spread**2
        # Between no transient effect and all of what the row shows, as their precisions have it.
        w = (self.link_rate - theta) / (1.0 + self.link_variance * precision)
        for _ in range(50):
            first, second = self.inner.slopes(theta + w, spread)
            # That of a range of counts is summed, and far out can come out above zero.
            curvature = precision - np.minimum(second, 0.0)
            step = (first - w * precision) / curvature
            w = w + np.clip(step, -1.0, 1.0)
            if np.all(step**2 * curvature < 2.5e-3):
                break
        second = np.minimum(self.inner.slopes(theta + w, spread)[1], 0.0)
        return w, 1.0 / np.sqrt(precision - second)

    def _by_hermite(self, theta: Floats, spread: Floats) -> _Inside:
        w, sd = self._mode(theta, spread)
        at = w[..., None] + sd[..., None] * self.nodes
        return self._integrate(theta, spread, at, self.log_weights, sd)

    def _by_trapezoids(self, theta: Floats, spread: Floats) -> _Inside:
        w, sd = self._mode(theta, spread)
        left = self._reach(theta, spread, w, sd, -1.0)
        width = (left + self._reach(theta, spread, w, sd, 1.0)) / (_TRAPEZOIDS - 1)
        at = (w - left)[..., None] + width[..., None] * np.arange(_TRAPEZOIDS)
        return self._integrate(theta, spread, at, np.zeros(_TRAPEZOIDS), width)

    def _reach(self, theta: Floats, spread: Floats, w: Floats, sd: Floats, side: float) -> Floats:
        """Find how far from its mode, to one side, an integrand falls to the rule's end."""
        peak = self.inner.value(theta + w, spread) - 0.5 * (w / spread) ** 2
        away = np.sqrt(2.0 * _DROP) * sd
        near, far = np.zeros_like(away), np.full_like(away, np.inf)
        for _ in range(8):
            at = w + side * away
            value, slope = self.inner.value_and_slope(theta + at, spread)
            drop = np.maximum(peak - value + 0.5 * (at / spread) ** 2, 1e-3)
            near = np.where(drop < _DROP, away, near)
            far = np.where(drop < _DROP, far, away)
            # Newton's step in the log of the fall against the log of the distance: of slope 2 for
            # a normal, and of 1 or more for whatever is log-concave.
            power = np.maximum(side * away * (at / spread**2 - slope) / drop, 1.0)
            away = away * np.exp(np.clip(np.log(_DROP / drop) / power, -2.0, 2.0))
            missed = (away < near) | (away > far)
            away = np.where(missed, np.sqrt(np.maximum(near, 0.1 * far) * far), away)
        return np.asarray(away)

    def _integrate(
        self, theta: Floats, spread: Floats, at: Floats, log_weights: Floats, scale: Floats
    ) -> _Inside:
        """Sum the integrand over nodes whose weights are `log_weights` times `scale`."""
        flat = (theta[..., None] + at).reshape(*theta.shape[:2], -1)
        log_f = self.inner.value(flat, spread).reshape(at.shape)
        log_f = log_f - at**2 * (0.5 / spread**2)[..., None] + log_weights
        peak = log_f.max(axis=-1, keepdims=True)
        f = np.exp(log_f - peak)
        total = f.sum(axis=-1, keepdims=True)
        value = (peak + np.log(total))[..., 0] + np.log(scale) - np.log(spread)
        return _Inside(at=at, theta=flat, share=f / total, value=value - 0.5 * np.log(2.0 * np.pi))

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        return self._average(theta, spread, lambda inside, _: (inside.value,))[0]

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""

        def both(inside: _Inside, spread: Floats) -> tuple[Floats, Floats]:
            shape = inside.at.shape
            first, second = (x.reshape(shape) for x in self.inner.slopes(inside.theta, spread))
            mean = np.sum(inside.share * first, axis=-1)
            return mean, np.sum(inside.share * (second + first**2), axis=-1) - mean**2

        first, second = self._average(theta, spread, both)
        return first, second

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""

        def both(inside: _Inside, spread: Floats) -> tuple[Floats, Floats]:
            first = self.inner.slopes(inside.theta, spread)[0].reshape(inside.at.shape)
            return inside.value, np.einsum("brkw,brkw->brk", inside.share, first)

        value, slope = self._average(theta, spread, both)
        return value, slope

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""

        def one(inside: _Inside, spread: Floats) -> tuple[Floats]:
            return (np.sum(inside.share * inside.at**2, axis=-1) / spread**2 - 1.0,)

        return self._average(theta, spread, one)[0]

    def take(self, rows: slice) -> "Smeared":
        """See `Family`."""
        return Smeared(
            inner=self.inner.take(rows),
            link_rate=self.link_rate[rows],
            link_variance=self.link_variance[rows],
            nodes=self.nodes,
            log_weights=self.log_weights,
        )


def smear(inner: Family, *, link_rate: Floats, link_variance: Floats, nodes: int = 9) -> Smeared:
    """Put a normal transient effect on a family.

    Parameters
    ----------
    inner : Family
    link_rate, link_variance : ndarray of float, shape (rows, 1)
        Each row's own rate on the link scale and its variance by chance, about: from where the
        integrand's mode is looked for.
    nodes : int
    """
    x, log_weights = hermite(nodes)
    return Smeared(
        inner=inner,
        link_rate=link_rate,
        link_variance=link_variance,
        nodes=x,
        log_weights=log_weights,
    )


def hermite(nodes: int) -> tuple[Floats, Floats]:
    r"""Gauss-Hermite nodes and log weights for :math:`\int f(x)\,dx`, scaled to unit SD.

    Exact for :math:`f(x) = e^{-x^2/2}` times a polynomial of degree 2 * nodes - 1.

    Examples
    --------
    >>> x, log_weights = hermite(9)
    >>> bool(np.isclose(np.sum(np.exp(log_weights - x**2 / 2)), np.sqrt(2 * np.pi)))
    True
    """
    x, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return x, np.log(weights) + 0.5 * x**2


def _exp(theta: Floats) -> Floats:
    # Beyond this a count could not be stored; the product with a prior is zero long before.
    return np.exp(np.minimum(theta, 690.0))


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
