"""The chain ladder: how counts of a period grow as later reports come in."""

from dataclasses import dataclass

import numpy as np

from varstat.errors import ModelError
from varstat.estimands.vintages.growth import extrapolate
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Development:
    """How a reporting triangle develops, and where it will end.

    Attributes
    ----------
    factor : ndarray of float, shape (delays - 1,)
        By which counts grow from one delay to the next.
    sigma : ndarray of float, shape (delays - 1,)
        Mack's scale of each factor.
    completeness : ndarray of float, shape (delays,)
        The part of the final count that is known at each delay; 1 over the product of the factors
        to come.
    latest, ultimate : ndarray of float, shape (periods,)
        What is known last of each period, and what it will end at.
    se : ndarray of float, shape (periods,)
        Mack's standard error of the end.
    total_se : float
        Of the sum over periods.
    """

    factor: Floats
    sigma: Floats
    completeness: Floats
    latest: Floats
    ultimate: Floats
    se: Floats
    total_se: float

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def outstanding(self) -> Floats:
        """What isn't known yet of each period."""
        return self.ultimate - self.latest


def develop(triangle: Floats, *, tail: float = 1.0) -> Development:
    r"""Develop a triangle of cumulated counts by the chain ladder.

    .. math:: f_d = \frac{\sum_t R_{t,d+1}}{\sum_t R_{td}}, \qquad
              \sigma_d^2 = \frac{1}{n_d - 1} \sum_t R_{td}
              \Big(\frac{R_{t,d+1}}{R_{td}} - f_d\Big)^2 ,

    over the periods that are known at both delays. The last :math:`\sigma`, of which there is one
    ratio, is extrapolated log-linearly, or is that of the only other.

    Parameters
    ----------
    triangle : ndarray of float, shape (periods, delays)
        Counts of each period, oldest first, as known at each delay; NaN where that is to come.
    tail : float
        By which counts grow beyond the last delay. Data can't tell it.

    Returns
    -------
    Development

    Raises
    ------
    ModelError
        If it is no triangle: a period has a count after one that isn't known, or nothing at all, a
        delay has no two periods' growth to go by, or a count is zero or less where it must grow.

    References
    ----------
    Mack (1993). Distribution-free calculation of the standard error of chain ladder reserve
    estimates. ASTIN Bulletin 23(2), 213-225. doi:10.2143/AST.23.2.2005092
    """
    known = np.isfinite(triangle)
    _check(triangle, known, tail)
    steps = triangle.shape[1] - 1
    factor, sigma2, weight = np.ones(steps), np.full(steps, np.nan), np.zeros(steps)
    for d in range(steps):
        both = known[:, d + 1]
        now, then = triangle[both, d], triangle[both, d + 1]
        weight[d] = now.sum()
        factor[d] = then.sum() / weight[d]
        if len(now) > 1:
            sigma2[d] = np.sum(now * (then / now - factor[d]) ** 2) / (len(now) - 1)
    sigma = extrapolate(np.sqrt(sigma2))
    left = np.append(np.cumprod(factor[::-1])[::-1], 1.0) * tail
    last = known.sum(axis=1) - 1
    latest = triangle[np.arange(len(triangle)), last]
    ultimate = latest * left[last]
    se, total = _mack(latest, last, factor, sigma, weight, tail)
    return Development(
        factor=factor,
        sigma=sigma,
        completeness=1 / left,
        latest=latest,
        ultimate=ultimate,
        se=se,
        total_se=total,
    )


def _check(triangle: Floats, known: np.ndarray, tail: float) -> None:
    problems = []
    if triangle.ndim != 2 or triangle.shape[1] < 2:
        raise ModelError("vintages", "one delay shows no growth: give two vintages or more.")
    if not known[:, 0].all():
        problems.append("a period has no count at the first delay. Leave it out.")
    if np.any(known[:, 1:] & ~known[:, :-1]):
        problems.append(
            "a count is known after one that isn't: vintages are out of order, or one is missing."
        )
    if np.any(~known[:, 1:].any(axis=0)):
        problems.append("no period is known at the last delay. Leave that delay out.")
    if np.any(triangle[:, :-1][known[:, 1:]] <= 0):
        problems.append("a count of zero or less can't grow. Pool units or periods.")
    if not tail > 0:
        problems.append("the tail must be above zero; 1 says that nothing more comes.")
    if problems:
        raise ModelError("vintages", problems)


def _mack(
    latest: Floats,
    last: np.ndarray,
    factor: Floats,
    sigma: Floats,
    weight: Floats,
    tail: float,
) -> tuple[Floats, float]:
    """Standard errors of each period's end and of their sum, from process and factors."""
    relative = (sigma / factor) ** 2
    ends, variance = np.zeros(len(latest)), np.zeros(len(latest))
    shared = np.zeros(len(latest))
    for t, value in enumerate(latest):
        for d in range(last[t], len(factor)):
            variance[t] += relative[d] * (1 / value + 1 / weight[d])
            shared[t] += relative[d] / weight[d]
            value *= factor[d]
        ends[t] = value * tail
    se = ends * np.sqrt(variance)
    total = float(np.sum(se**2))
    order = np.argsort(-last, kind="stable")
    for place, t in enumerate(order):
        # Periods that have further to go share the factors of this one.
        total += 2 * ends[t] * ends[order[place + 1 :]].sum() * shared[t]
    return se, float(np.sqrt(total))
