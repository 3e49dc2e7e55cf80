"""Delays: how long after a period's end a vintage of its counts was published."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats

Whole = NDArray[np.int64]
# Vintages closer together than this, in months, are of one delay.
_CLOSE = 0.5
# Of the lengths of the mean direction of ages in a cycle: below it they have none.
_SPREAD = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delays:
    """The delay of each period in each vintage.

    Attributes
    ----------
    number : ndarray of int, shape (periods, vintages)
        From 0 for the first; -1 where the vintage hasn't the period.
    step : float
        Months from one delay to the next.
    months : ndarray of float, shape (delays,)
        Mean age of the counts of each delay, in months after the period's end; NaN of a delay
        that no vintage has.
    """

    number: Whole
    step: float
    months: Floats

    def __post_init__(self) -> None:
        self.number.setflags(write=False)
        self.months.setflags(write=False)


def number_delays(end: Floats, published: Floats, present: NDArray[np.bool_]) -> Delays:
    r"""Number the delays of periods in vintages.

    The step :math:`s` is the median time between vintages. With :math:`a` the age of a period in
    a vintage and :math:`o` where in the cycle most vintages are published, the delay is the
    nearest whole number to :math:`(a - o) / s`, so that a vintage that is a little late keeps its
    place and one that is missing leaves a hole.

    Parameters
    ----------
    end : ndarray of float, shape (periods,)
        Of each period, in months.
    published : ndarray of float, shape (vintages,)
        In order.
    present : ndarray of bool, shape (periods, vintages)
        Whether the vintage has the period at all.

    Returns
    -------
    Delays

    Examples
    --------
    >>> delays = number_delays(np.array([3.0, 6.0]), np.array([5.0, 8.0, 11.5]),
    ...                        np.array([[True, True, True], [False, True, True]]))
    >>> delays.number
    array([[ 0,  1,  2],
           [-1,  0,  1]])
    >>> delays.step
    3.0
    """
    gaps = np.diff(published)
    wide = gaps[gaps >= _CLOSE]
    step = float(np.round(np.median(wide))) if len(wide) else 1.0
    step = max(step, 1.0)
    age = published[None, :] - end[:, None]
    direction = np.mean(np.exp(2j * np.pi * age[present] / step))
    if abs(direction) > _SPREAD:
        start = float(np.angle(direction) / (2 * np.pi)) * step
    else:
        # All parts of the cycle are alike: each delay is of the ages up to the next step.
        start = (step - 1) / 2
    number = np.floor((age - start) / step + 0.5).astype(np.int64)
    number = np.where(present, number - number[present].min(), -1)
    many = int(number.max()) + 1
    count = np.bincount(number[present], minlength=many)
    total = np.bincount(number[present], weights=age[present], minlength=many)
    months = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return Delays(number=number, step=step, months=months)
