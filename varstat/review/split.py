r"""Splits of units' aggregates into two halves, as if their cases had been dealt out.

No records are needed. Of n cases with y events, the events in a random half are hypergeometric; a
Poisson count thinned by a fair coin is two independent Poisson counts at half the size; and of a
normal value x with error s, :math:`x + sz` and :math:`x - sz` are independent with error
:math:`s\sqrt2` each [2]_. One split says little, as another would say something else [1]_.

References
----------
.. [1] Nieser & Harris (2024). Split-sample reliability estimation in health care quality
   measurement: once is not enough. Health Serv Res 59(4), e14310. doi:10.1111/1475-6773.14310
.. [2] Leiner, Duan, Wasserman & Ramdas (2023). Data fission: splitting a single data point.
   JASA 120(549), 135-146. doi:10.1080/01621459.2023.2270748
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats, Measure

SPLITS = 400
# NumPy draws a hypergeometric of fewer cases than these.
_MOST_CASES = 1e9
# Below this a correlation of halves says no less than that there is no reliability, and
# Spearman-Brown falls from -1 without end.
_LEAST = -1.0 / 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitReliability:
    """What splits say of the reliability of all units together.

    Attributes
    ----------
    reliability, lower, upper : float
        Mean over splits by Spearman-Brown, and the range of 90% of the splits.
    icc : float
        Mean intra-class correlation of the two halves, each with half the cases.
    mcse : float
        Monte Carlo error of the mean.
    splits : int
    """

    reliability: float
    lower: float
    upper: float
    icc: float
    mcse: float
    splits: int


def can_split(measure: Measure, event: Floats, size: Floats) -> NDArray[np.bool_]:
    """Tell which rows can be split: those reported, of two cases or more, and not too many.

    Parameters
    ----------
    measure : Measure
    event, size : ndarray of float, shape (rows,)

    Returns
    -------
    ndarray of bool, shape (rows,)
    """
    known = np.isfinite(event) & (size > 0)
    if measure.bounded:
        known &= (size >= 2) & (size < _MOST_CASES)
    return np.asarray(known)


def split_rows(
    measure: Measure, event: Floats, size: Floats, *, splits: int, seed: int
) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
    """Deal the cases of each row into two halves, again and again.

    Parameters
    ----------
    measure : Measure
        A value that isn't a count is on the scale of its error.
    event, size : ndarray of float, shape (rows,)
        That `can_split`.
    splits : int
    seed : int

    Yields
    ------
    event, size, event, size : ndarray of float, shape (rows,)
        Of one half, and of the other.
    """
    rng = np.random.default_rng([seed, 21])
    whole = np.round(event).astype(np.int64) if measure.counts else np.zeros(0, np.int64)
    half = 0.5 * size
    if measure.bounded:
        cases = np.round(size).astype(np.int64)
        taken = cases // 2
        whole = np.clip(whole, 0, cases)
    for _ in range(splits):
        if measure.bounded:
            first = rng.hypergeometric(whole, cases - whole, taken).astype(float)
            yield first, taken.astype(float), whole - first, (cases - taken).astype(float)
        elif measure.counts:
            first = rng.binomial(whole, 0.5).astype(float)
            yield first, half, whole - first, half
        else:
            away = size * rng.standard_normal(size.size)
            wider = np.sqrt(2.0) * size
            yield event + away, wider, event - away, wider


def split_reliability(
    measure: Measure, event: Floats, size: Floats, *, seed: int, splits: int = SPLITS
) -> SplitReliability:
    r"""Average the reliability of halves over many splits.

    With the two halves' rates :math:`x_{i1}, x_{i2}`,

    .. math:: ICC = \frac{MS_b - MS_w}{MS_b + MS_w}, \qquad \rho = \frac{2\,ICC}{1 + ICC}

    where units count alike, however small.

    Parameters
    ----------
    measure : Measure
    event, size : ndarray of float, shape (units,)
        Two units or more that `can_split`.
    seed, splits : int

    Returns
    -------
    SplitReliability
    """
    own = event if measure.counts else measure.own_scale(event)
    correlation = np.empty(splits)
    halves = split_rows(measure, own, size, splits=splits, seed=seed)
    for at, (first, first_size, second, second_size) in enumerate(halves):
        if measure.counts:
            first, second = first / first_size, second / second_size
        correlation[at] = _icc(first, second)
    bounded = np.maximum(correlation, _LEAST)
    whole = 2.0 * bounded / (1.0 + bounded)
    lower, upper = np.quantile(whole, [0.05, 0.95])
    return SplitReliability(
        reliability=float(whole.mean()),
        lower=float(lower),
        upper=float(upper),
        icc=float(correlation.mean()),
        mcse=float(whole.std(ddof=1) / np.sqrt(splits)),
        splits=splits,
    )


def _icc(first: Floats, second: Floats) -> float:
    """Intra-class correlation of pairs, one-way; nothing where all are alike."""
    middle = 0.5 * (first + second)
    between = 2.0 * float(np.sum((middle - middle.mean()) ** 2)) / (middle.size - 1)
    within = 0.5 * float(np.sum((first - second) ** 2)) / middle.size
    total = between + within
    return (between - within) / total if total > 0 else 0.0
