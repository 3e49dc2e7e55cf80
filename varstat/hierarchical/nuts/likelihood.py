"""The likelihoods of `likelihood`, written in PyTensor: the same numbers, with slopes by graph."""

import warnings
from typing import Any

import numpy as np

from varstat.hierarchical.model.censored import Censored
from varstat.hierarchical.model.likelihood import Binomial, Family, Normal, Poisson
from varstat.hierarchical.model.mixed import BetaBinomial, NegativeBinomial
from varstat.measure import Floats

with warnings.catch_warnings():
    # ArviZ 0.23 announces at import that ArviZ 1 will differ.
    warnings.simplefilter("ignore")
    import pytensor.tensor as pt

Tensor = Any

# As in `likelihood`: from here on differences of log-gammas are taken by Stirling's series.
_LARGE = 1e4
# The log probability of a value that only fills up a table.
_IMPOSSIBLE = -1e300


def row_log_likelihood(family: Family, theta: Tensor, spread: Tensor) -> Tensor:
    """Log-likelihood of rows, of shape (rows,), up to what `family.value` leaves out as well.

    Parameters
    ----------
    family : Family
        Without a transient effect of its own: the model holds that.
    theta : tensor, shape (rows,)
        Underlying rates on the link scale.
    spread : tensor or float
        SD of a transient part that is inside the likelihood.
    """
    if isinstance(family, Censored):
        return _censored(family, theta, spread)
    event, size = _columns(family)
    return _value(family, theta, spread, event[:, 0], size[:, 0])


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
    """Add up each row's range; rows of like length share a table, so that little is padding."""
    event, size = _columns(family.inner)
    rows = len(family.start)
    number = np.diff(np.append(family.start, len(family.row)))
    length = np.ceil(np.log2(number)).astype(int)
    value = pt.zeros(rows)
    for each in np.unique(length):
        at = np.flatnonzero(length == each)
        place = np.arange(number[at].max())
        inside = place < number[at][:, None]
        # Padding repeats a row's last value, and then says that it is impossible.
        taken = family.start[at][:, None] + np.minimum(place, number[at][:, None] - 1)
        base = np.where(inside, family.base[taken, 0], _IMPOSSIBLE)
        log_p = base + _value(
            family.inner, theta[at][:, None], spread, event[taken, 0], size[taken, 0]
        )
        peak = pt.max(log_p, axis=1, keepdims=True)
        total = peak[:, 0] + pt.log(pt.sum(pt.exp(log_p - peak), axis=1))
        value = pt.set_subtensor(value[at], total)
    return value
