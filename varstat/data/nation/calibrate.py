"""Bringing the synthetic nation to the totals that were published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from varstat.data.nation.draw import centre_path, scale_path, unlink
from varstat.data.nation.indicator import FIRST, LAST, YEAR_LATER, Indicator
from varstat.data.nation.organisations import LARGE, Organisations
from varstat.measure import Floats

QUARTERS_OF_A_YEAR = 4
# Million pounds, of the trust that was in the news.
_LARGE_MONEY = 30.0
_QUARTER = 0.25


def publish(rate: Floats, size: Floats, *, sign: float) -> Floats:
    """Give each unit's opportunity by the published method: what it lacks to the best quarter.

    Parameters
    ----------
    rate, size : ndarray of float, shape (units,)
    sign : float
        1 where higher is better, else -1.

    Returns
    -------
    ndarray of float, shape (units,)
        In events.
    """
    target = sign * np.quantile(sign * rate, 1.0 - _QUARTER)
    found: Floats = size * np.maximum(0.0, sign * (target - rate))
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expected:
    """An indicator as it would be without chance.

    Attributes
    ----------
    indicator : Indicator
    organisations : Organisations
    size, completeness, distance : ndarray of float, shape (organisations, T)
    cost : float
        Million pounds an event.
    scale : ndarray of float, shape (T,)
        By which distances are taken.
    """

    indicator: Indicator
    organisations: Organisations
    size: Floats
    completeness: Floats
    distance: Floats
    cost: float
    scale: Floats

    @property
    def rate(self) -> Floats:
        """True rates: (organisations, T)."""
        path = centre_path(self.indicator) + self.scale * self.distance
        return unlink(self.indicator, path)

    def events(self, quarter: int, *, scale: float | None = None) -> Floats:
        """Opportunity in a quarter, in events, of the units of then."""
        indicator = self.indicator
        by = self.scale[quarter] if scale is None else scale
        path = centre_path(indicator)[quarter] + by * self.distance[:, quarter]
        size, part = self.size[:, quarter], self.completeness[:, quarter]
        reported = size * part if indicator.loss == "cases" else size
        event = size * part * unlink(indicator, path)
        share = self.organisations.frame(quarter).share
        total = share @ reported
        return publish(share @ event / total, total, sign=indicator.sign)

    def money(self, quarter: int, *, scale: float | None = None) -> float:
        """Opportunity in a quarter, in million pounds a year."""
        return float(QUARTERS_OF_A_YEAR * self.cost * self.events(quarter, scale=scale).sum())


def price(every: Sequence[Expected]) -> list[Expected]:
    """Set what events cost and the large trust's size by what was published.

    Parameters
    ----------
    every : sequence of Expected

    Returns
    -------
    list of Expected
        In the same order.
    """
    found = [_price(each) for each in every]
    # Its size is part of the totals by which events are priced.
    for _ in range(3):
        now = sum(
            QUARTERS_OF_A_YEAR * each.cost * each.events(FIRST)[LARGE]
            for each in found
            if each.indicator.level == "acute"
        )
        found = [_price(_resize(each, _LARGE_MONEY / now)) for each in found]
    return found


def _price(each: Expected) -> Expected:
    """Let an event cost what makes the first quarter's money."""
    events = QUARTERS_OF_A_YEAR * each.events(FIRST).sum()
    return replace(each, cost=each.indicator.money[0] / events)


def _resize(each: Expected, factor: float) -> Expected:
    """Make the large trust larger or smaller."""
    if each.indicator.level != "acute":
        return each
    size = each.size.copy()
    size[LARGE] *= factor
    return replace(each, size=size)


def shrink(each: Expected, money: Sequence[float]) -> Expected:
    """Let distances shrink so that later quarters' money is what it was.

    Parameters
    ----------
    each : Expected
    money : sequence of float
        Million pounds a year, a year after the first quarter that was published and in the last.

    Returns
    -------
    Expected
    """
    later, last = (
        _solve(partial(each.money, at), wanted)
        for at, wanted in zip((YEAR_LATER, LAST), money, strict=True)
    )
    return replace(each, scale=scale_path(later, last))


def _solve(money: Callable[..., float], wanted: float) -> float:
    """Find the scale at which money is as wanted, by halving."""
    low, high = 0.01, 4.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if money(scale=middle) < wanted else (low, middle)
    return 0.5 * (low + high)
