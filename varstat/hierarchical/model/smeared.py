"""Likelihoods with a normal transient effect integrated out of each row."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from varstat.hierarchical.model.likelihood import Family
from varstat.measure import Floats

# A transient SD above which nine Gauss-Hermite nodes are off by more than 2e-5 in log-likelihood,
# and the rule used there: its points, how far the integrand falls to either end, and how many
# numbers it holds at a time.
_WIDE = 1.0
_TRAPEZOIDS, _DROP = 41, 14.0
_HELD = 4_000_000


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

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""

        def both(inside: _Inside, spread: Floats) -> tuple[Floats, Floats]:
            first = self.inner.slopes(inside.theta, spread)[0].reshape(inside.at.shape)
            return (
                np.einsum("brkw,brkw->brk", inside.share, first),
                np.einsum("brkw,brkw->brk", inside.share, inside.at**2) / spread**2 - 1.0,
            )

        slope, by_spread = self._average(theta, spread, both)
        return slope, by_spread

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


@cache
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
    log_weights = np.log(weights) + 0.5 * x**2
    # Worked out once for each number of nodes, and the same for all that use it.
    x.setflags(write=False)
    log_weights.setflags(write=False)
    return x, log_weights
