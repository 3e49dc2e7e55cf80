r"""The likelihoods of `likelihood`, written in PyTensor: the same numbers, with slopes by graph.

A normal transient effect w is integrated out of each row, as quadrature does it: sampled beside its
SD, a w for each row makes a funnel that chains hardly pass. The nodes of Gauss and Hermite stand
about the integrand's mode, which three steps of Newton's come near enough to; as the integral
doesn't depend on where they are, no slope passes through them.
"""

import warnings
from typing import Any

import numpy as np

from varstat.hierarchical.model.censored import Censored
from varstat.hierarchical.model.likelihood import Binomial, Family, Normal, Poisson
from varstat.hierarchical.model.mixed import BetaBinomial, NegativeBinomial
from varstat.hierarchical.model.smeared import Smeared, hermite
from varstat.measure import Floats

with warnings.catch_warnings():
    # ArviZ 0.23 announces at import that ArviZ 1 will differ.
    warnings.simplefilter("ignore")
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_grad, grad

Tensor = Any

# As in `likelihood`: from here on differences of log-gammas are taken by Stirling's series.
_LARGE = 1e4
# Nodes for transient effects, and for those of an SD above this: more than in quadrature, as chains
# may stray to large SDs, where it has another rule; steps towards the mode.
_NODES, _WIDE_NODES, _WIDE, _STEPS = 15, 41, 0.7, 3
# The log probability of a value that only fills up a table.
_IMPOSSIBLE = -1e300


def row_log_likelihood(
    family: Family, theta: Tensor, spread: Tensor, *, about: float = 0.0
) -> Tensor:
    """Log-likelihood of rows, of shape (rows,), up to what `family.value` leaves out as well.

    Parameters
    ----------
    family : Family
    theta : tensor, shape (rows,)
        Underlying rates on the link scale.
    spread : tensor or float
        SD of the transient part.
    about : float
        What that SD is about: by it a transient effect is integrated with few nodes or many.
    """
    if isinstance(family, Smeared):
        return _smeared(family, theta, spread, about)
    return _of_rates(family, theta[:, None], spread)[:, 0]


def _of_rates(family: Family, theta: Tensor, spread: Tensor) -> Tensor:
    """Log-likelihood at several rates of each row: (rows, rates)."""
    if isinstance(family, Censored):
        return _censored(family, theta, spread)
    return _value(family, theta, spread, *_columns(family))


def _smeared(family: Smeared, theta: Tensor, spread: Tensor, about: float) -> Tensor:
    """Integrate a normal transient effect out of each row."""
    x, log_weights = hermite(_NODES if about < _WIDE else _WIDE_NODES)
    precision = 1.0 / (spread * pt.ones_like(theta)) ** 2

    def slopes(w: Tensor) -> tuple[Tensor, Tensor]:
        total = pt.sum(_of_rates(family.inner, (theta + w)[:, None], spread))
        first = grad(total, w)
        # That of a range of counts can come out above zero.
        return first - w * precision, precision - pt.minimum(grad(pt.sum(first), w), 0.0)

    rate, variance = family.link_rate[:, 0], family.link_variance[:, 0]
    w = (rate - theta) / (1.0 + variance * precision)
    for _ in range(_STEPS):
        slope, curvature = slopes(w)
        w = w + pt.clip(slope / curvature, -1.0, 1.0)
    sd = slopes(w)[1] ** -0.5
    at = disconnected_grad(w[:, None] + sd[:, None] * x)
    log_f = _of_rates(family.inner, theta[:, None] + at, spread) + log_weights
    log_f = log_f - 0.5 * at**2 * precision[:, None]
    width = pt.log(disconnected_grad(sd)) + 0.5 * pt.log(precision)
    return _log_sum(log_f) + width - 0.5 * np.log(2.0 * np.pi)


def _log_sum(log_f: Tensor) -> Tensor:
    """Log of the sum of exponentials over the last axis."""
    peak = pt.max(log_f, axis=-1, keepdims=True)
    return peak[..., 0] + pt.log(pt.sum(pt.exp(log_f - peak), axis=-1))


def _columns(family: Family) -> tuple[Floats, Floats]:
    assert isinstance(family, Binomial | Poisson | Normal | BetaBinomial | NegativeBinomial)
    return family.event, family.size


def _value(family: Family, theta: Tensor, spread: Tensor, event: Floats, size: Floats) -> Tensor:
    """The formula of a family, for any counts."""
    match family:
        case Binomial():
            return event * theta - size * pt.softplus(theta)
        case Poisson():
            return event * theta - size * pt.exp(theta)
        case Normal():
            variance = size**2 + spread**2
            return -0.5 * (event - theta) ** 2 / variance - 0.5 * pt.log(variance)
        case BetaBinomial():
            total = 1.0 / (family.pooled * (1.0 - family.pooled) * spread**2)
            p, q = pt.sigmoid(theta), pt.sigmoid(-theta)
            return (
                _rise(total * p, event)
                + _rise(total * q, size - event)
                - _rise(total * pt.ones_like(theta), size)
            )
        case NegativeBinomial():
            k, mean = spread**-2.0, size * pt.exp(theta)
            return (
                _rise(k * pt.ones_like(theta), event)
                - event * pt.log(k)
                + event * theta
                - (event + k) * pt.log1p(mean / k)
            )
        case _:
            raise TypeError(type(family).__name__)


def _rise(x: Tensor, y: Floats) -> Tensor:
    """Log of the rising factorial, as in `likelihood`."""
    x = pt.maximum(x, 1e-300)
    near = pt.minimum(x, _LARGE)
    exact = pt.gammaln(near + y) - pt.gammaln(near)
    far = pt.maximum(x, _LARGE)
    series = (
        (far + y - 0.5) * pt.log1p(y / far) + y * (pt.log(far) - 1.0) - y / (12.0 * far * (far + y))
    )
    return pt.switch(pt.lt(x, _LARGE), exact, series)


def _censored(family: Censored, theta: Tensor, spread: Tensor) -> Tensor:
    """Add up each row's range; rows of like length share a table, so that little is padding.

    Rates, and what comes back, are of shape (rows, rates).
    """
    event, size = _columns(family.inner)
    number = np.diff(np.append(family.start, len(family.row)))
    length = np.ceil(np.log2(number)).astype(int)
    value = pt.zeros_like(theta)
    for each in np.unique(length):
        at = np.flatnonzero(length == each)
        place = np.arange(number[at].max())
        inside = place < number[at][:, None]
        # Padding repeats a row's last value, and then says that it is impossible.
        taken = family.start[at][:, None] + np.minimum(place, number[at][:, None] - 1)
        base = np.where(inside, family.base[taken, 0], _IMPOSSIBLE)
        log_p = base[:, None, :] + _value(
            family.inner, theta[at][..., None], spread, event[taken].mT, size[taken].mT
        )
        value = pt.set_subtensor(value[at], _log_sum(log_p))
    return value
