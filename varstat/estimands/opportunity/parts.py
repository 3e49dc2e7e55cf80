"""What an opportunity is made of: totals, units, waterfall, periods and money."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

Strings = NDArray[np.object_]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityTotal:
    """The opportunity of all comparable units together, in events.

    Attributes
    ----------
    estimate, estimate_mcse : float
        Posterior mean of the sum over units, and its Monte Carlo error.
    lower, upper : float
        Its interval, of probability `level`.
    level : float
    published : float
        What the point method on raw rates gives.
    plug_in : float
        What the point method on posterior mean rates gives.
    signed : float
        Posterior mean without the floor at zero: what is lost by some less what is gained by
        others.
    chance_expected, chance_lower, chance_upper : float
        Mean and interval of what the published method gives where units don't differ.
    p_material : float
        Probability of reaching the materiality; NaN where none was stated.
    """

    estimate: float
    estimate_mcse: float
    lower: float
    upper: float
    level: float
    published: float
    plug_in: float
    signed: float
    chance_expected: float
    chance_lower: float
    chance_upper: float
    p_material: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpportunityUnits:
    """The opportunity of each unit, one element each, the largest first.

    Attributes
    ----------
    unit, unit_name, peer_group : ndarray of object, shape (units,)
        None where the table has none.
    event, size : ndarray of float, shape (units,)
        As reported, added up over strata and periods; NaN where a count was withheld.
    raw : ndarray of float, shape (units,)
        What the unit's numbers say.
    rate, target : ndarray of float, shape (units,)
        Posterior mean of the unit's rate at its own case-mix, and of the rate it would have
        there at the target.
    estimate, estimate_mcse, lower, upper : ndarray of float, shape (units,)
        Posterior mean of the opportunity, its Monte Carlo error and its interval, in events; NaN
        where the unit isn't comparable and so carries none.
    published, plug_in, signed : ndarray of float, shape (units,)
        As in `OpportunityTotal`. The published figure is of every unit, comparable or not.
    chance_expected, chance_lower, chance_upper : ndarray of float, shape (units,)
    p_material : ndarray of float, shape (units,)
    reliability : ndarray of float, shape (units,)
        Share of the variance of effects that the unit's own data resolve, on the link scale.
    comparable : ndarray of bool, shape (units,)
    comparability : ndarray of float, shape (units,)
        Share of the unit's case-mix that other units of its peer group treat as well.
    effective_comparators : ndarray of float, shape (units,)
        How many other units that comparison rests on.
    leverage : ndarray of float, shape (units,)
        How much of its own standard a unit makes itself.
    """

    unit: Strings
    unit_name: Strings
    peer_group: Strings
    event: Floats
    size: Floats
    raw: Floats
    rate: Floats
    target: Floats
    estimate: Floats
    estimate_mcse: Floats
    lower: Floats
    upper: Floats
    published: Floats
    plug_in: Floats
    signed: Floats
    chance_expected: Floats
    chance_lower: Floats
    chance_upper: Floats
    p_material: Floats
    reliability: Floats
    comparable: Bools
    comparability: Floats
    effective_comparators: Floats
    leverage: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waterfall:
    r"""What the published opportunity is made of.

    The parts are Shapley shares of :math:`v(S)`, the opportunity computed with what is in S
    allowed for, draw by draw, so that each draw's parts add up to what was published.

    Attributes
    ----------
    component : tuple of str
        "published", or "crude" where the published figure is standardised for strata or stays
        within peer groups and so is another; then those of "chance", "casemix", "peer_group" that
        the model has, then "remaining". The others add up to the first.
    estimate, lower, upper : ndarray of float, shape (components,)
        Of all units together: posterior mean and interval.
    unit_estimate, unit_lower, unit_upper : ndarray of float, shape (components, units)
        Of each unit, in the order of `OpportunityUnits`.
    subtotal : tuple of str
        Sets of units: each peer group, and those that were asked for.
    subtotal_units : ndarray of int, shape (subtotals,)
        How many units each has.
    subtotal_estimate, subtotal_lower, subtotal_upper : ndarray of float
        Of each set's units together, of shape (components, subtotals).
    level : float
    """

    component: tuple[str, ...]
    estimate: Floats
    lower: Floats
    upper: Floats
    unit_estimate: Floats
    unit_lower: Floats
    unit_upper: Floats
    subtotal: tuple[str, ...]
    subtotal_units: NDArray[np.int64]
    subtotal_estimate: Floats
    subtotal_lower: Floats
    subtotal_upper: Floats
    level: float

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeriodTotals:
    """The opportunity of all comparable units together in each period, one element each.

    Attributes
    ----------
    period : tuple of str
    estimate, lower, upper : ndarray of float, shape (periods,)
        Of what persists, at the period's volumes: posterior mean and interval.
    published : ndarray of float, shape (periods,)
        What the point method gives on the period's own raw rates.
    level : float
    """

    period: tuple[str, ...]
    estimate: Floats
    lower: Floats
    upper: Floats
    published: Floats
    level: float

    def __post_init__(self) -> None:
        lock_arrays(self)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate: `period, estimate, lower, upper, level, published`."""
        return pd.DataFrame(
            {
                "period": list(self.period),
                "estimate": self.estimate,
                "lower": self.lower,
                "upper": self.upper,
                "level": self.level,
                "published": self.published,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What an event is worth, as was stated.

    Attributes
    ----------
    unit_cost : float
    per, basis, price_year, source : str
    period : str or None
        Of how long the events are: a `quarter`, taken four times, or a `year`; None if not stated.
    """

    unit_cost: float
    per: str
    basis: str
    price_year: str
    source: str
    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedTotal:
    """Money of several indicators together.

    Attributes
    ----------
    indicators : tuple of str
    by : dict of str to str
        What the groups that are summed have in common.
    estimate, lower, upper, level : float
    published : float
    price_year : str
    overlap_reason : str
        Why indicators that overlap were added up all the same; empty where none do.
    """

    indicators: tuple[str, ...]
    by: dict[str, str]
    estimate: float
    lower: float
    upper: float
    level: float
    published: float
    price_year: str
    overlap_reason: str
