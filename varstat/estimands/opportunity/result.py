"""An opportunity: what units would gain by reaching a target, how sure that is, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.adjust.interaction import Interaction
from varstat.data.account import Account
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.posterior import EngineName
from varstat.measure import Direction, Floats, Measure
from varstat.results import Judged, JudgedResults, UnitResult

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
        for column in fields(self):
            getattr(self, column.name).setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waterfall:
    r"""What the published opportunity is made of.

    The parts are Shapley shares of :math:`v(S)`, the opportunity computed with what is in S
    allowed for, draw by draw, so that each draw's parts add up to what was published.

    Attributes
    ----------
    component : tuple of str
        "published", then those of "chance", "casemix", "peer_group" that the model has, then
        "remaining". The others add up to the first.
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
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)


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
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

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
    """

    unit_cost: float
    per: str
    basis: str
    price_year: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Opportunity(UnitResult, Judged):
    """The opportunity of one indicator, in one group of units.

    Attributes
    ----------
    indicator : str
    source : str
        Name of the file that it is from.
    card : str
        Name of its card.
    overlaps : tuple of str
        Cards of indicators that count some of the same, as its card says.
    measure : Measure
    direction : {"higher-is-better", "lower-is-better"}
    by : dict of str to str
        What this group of units has in common; empty where there is one group.
    model : dict of str to object
        As in a `League`, and the `strata`.
    engine : {"quadrature", "nuts"}
    diagnostics : Diagnostics
    target_rule : str
        "pooled", "median", "best:0.25", "rate:0.75", or the name of a system's rule.
    target_bias : str
        What is known of a named rule's bias; empty where none was named.
    target_scope : {"all", "within peer group", "similar units", "fixed"}
        Over which units the target runs.
    target, target_lower, target_upper : float
        Posterior mean and interval of the target at the reference case-mix, in units of the
        rate; NaN where it differs between units.
    per : str
        What one event is, in words for a sentence: "day cases", "events".
    multiplier : float
        By which events were multiplied to be those of a year: 4 for a quarter times four, else 1.
    level : float
        Of all intervals.
    materiality : float
        Events from which an opportunity is worth pursuing; NaN where none was stated.
    money : Money or None
        None without a unit cost.
    total : OpportunityTotal
    units : OpportunityUnits
    waterfall : Waterfall
    periods : PeriodTotals or None
        None where there is one period.
    interactions : tuple of Interaction
        For each factor of the strata, whether its effect differs between units.
    draws : ndarray of float, shape (draws,)
        Joint draws of the total, in events.
    findings : str
        What the opportunity is, and what it can't be taken for, in plain English.
    notes : tuple of str
        What a reader must know, one sentence each.
    """

    indicator: str
    source: str
    card: str
    overlaps: tuple[str, ...]
    measure: Measure
    direction: Direction
    by: dict[str, str]
    model: dict[str, object]
    engine: EngineName
    diagnostics: Diagnostics
    target_rule: str
    target_bias: str
    target_scope: str
    target: float
    target_lower: float
    target_upper: float
    per: str
    multiplier: float
    level: float
    materiality: float
    money: Money | None
    total: OpportunityTotal
    units: OpportunityUnits
    waterfall: Waterfall
    periods: PeriodTotals | None
    interactions: tuple[Interaction, ...]
    draws: Floats
    findings: str
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units, one row each, the largest opportunity first.

        Returns
        -------
        DataFrame
            The group's by columns, then those of `OpportunityUnits` with the event and size
            under the measure's names, `level` after `upper`, and with a unit cost `money,
            money_lower, money_upper`.
        """
        return _units_frame((self,))

    def waterfall_frame(self) -> pd.DataFrame:
        """Tabulate the parts of the published opportunity.

        Returns
        -------
        DataFrame
            The group's by columns, then `component, unit, estimate, lower, upper`; `unit` is
            None for all units together, which stand first.
        """
        return _waterfall_frame((self,))

    def subtotals_frame(self) -> pd.DataFrame:
        """Tabulate the parts of sets of units: peer groups, and those that were asked for.

        Returns
        -------
        DataFrame
            `subtotal, units, component, estimate, lower, upper`.
        """
        fall = self.waterfall
        parts = len(fall.component)
        columns = {
            "subtotal": np.repeat(np.array(fall.subtotal, dtype=object), parts),
            "units": np.repeat(fall.subtotal_units, parts),
            "component": np.tile(np.array(fall.component, dtype=object), len(fall.subtotal)),
            "estimate": fall.subtotal_estimate.T.ravel(),
            "lower": fall.subtotal_lower.T.ravel(),
            "upper": fall.subtotal_upper.T.ravel(),
        }
        return pd.DataFrame(columns)


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Opportunities(JudgedResults[Opportunity]):
    """Opportunities of all groups and indicators of one call, each of one `Opportunity`.

    Attributes
    ----------
    combined : tuple of CombinedTotal
        Sums over indicators, where each has a unit cost; empty for one indicator.
    origin : tuple of int
        Which of the accounts is each opportunity's; empty where there is one.
    notes : tuple of str
        What a reader must know of the sum over indicators.
    """

    combined: tuple[CombinedTotal, ...] = ()
    origin: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def account_of(self, at: int) -> Account:
        """What became of every row that an opportunity rests on."""
        return self.accounts[self.origin[at] if self.origin else 0]

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units of all groups, one row each; see `Opportunity.to_frame`."""
        return _units_frame(self.groups)

    def waterfall_frame(self) -> pd.DataFrame:
        """Tabulate all waterfalls; see `Opportunity.waterfall_frame`."""
        return _waterfall_frame(self.groups)

    def totals_frame(self) -> pd.DataFrame:
        """Tabulate the totals, one row a group: the by columns, then those of the total."""
        return pd.DataFrame(
            [
                _group(each, self.groups)
                | {
                    field.name: getattr(each.total, field.name)
                    for field in fields(OpportunityTotal)
                }
                | _money(each, each.total.estimate, each.total.lower, each.total.upper)
                for each in self.groups
            ]
        )


_TAKEN = {
    "level",
    "component",
    "money",
    "money_lower",
    "money_upper",
    "indicator",
    "source",
    "units",
}


def _group(opportunity: Opportunity, among: Sequence[Opportunity]) -> dict[str, object]:
    named: dict[str, object] = {
        name: getattr(opportunity, name)
        for name in ("indicator", "source")
        if len({getattr(each, name) for each in among}) > 1
    }
    taken = {field.name for field in fields(OpportunityUnits)} | _TAKEN
    measure = {opportunity.measure.event, opportunity.measure.size}
    # A group's column must not be lost behind one of the table's own.
    return named | {
        f"by_{name}" if name in taken | measure else name: value
        for name, value in opportunity.by.items()
    }


def _money(opportunity: Opportunity, *values: object) -> dict[str, object]:
    if opportunity.money is None:
        return {}
    cost = opportunity.money.unit_cost
    names = ("money", "money_lower", "money_upper")
    return {name: cost * np.asarray(value)[()] for name, value in zip(names, values, strict=True)}


def _units_frame(opportunities: Sequence[Opportunity]) -> pd.DataFrame:
    frames = []
    for each in opportunities:
        units = each.units
        columns: dict[str, object] = {
            name: pd.Series([value] * units.unit.size, dtype=object)
            for name, value in _group(each, opportunities).items()
        }
        for field in fields(units):
            values = getattr(units, field.name)
            name = {"event": each.measure.event, "size": each.measure.size}.get(
                field.name, field.name
            )
            columns[name] = pd.Series(values, dtype=object) if values.dtype == object else values
            if field.name == "upper":
                columns["level"] = np.full(units.unit.size, each.level)
        columns |= _money(each, units.estimate, units.lower, units.upper)
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _waterfall_frame(opportunities: Sequence[Opportunity]) -> pd.DataFrame:
    frames = []
    for each in opportunities:
        fall, unit = each.waterfall, each.units.unit
        parts = len(fall.component)
        names = np.concatenate([np.full(1, None, dtype=object), unit])
        frame = pd.DataFrame(
            {
                "component": np.tile(np.array(fall.component, dtype=object), len(names)),
                "unit": pd.Series(np.repeat(names, parts), dtype=object),
            }
        )
        for name in ("estimate", "lower", "upper"):
            by_unit = getattr(fall, f"unit_{name}").T.ravel()
            frame[name] = np.concatenate([getattr(fall, name), by_unit])
        group = {
            name: pd.Series([value] * len(frame), dtype=object)
            for name, value in _group(each, opportunities).items()
        }
        frames.append(pd.DataFrame(group | {name: frame[name] for name in frame}))
    return pd.concat(frames, ignore_index=True)
