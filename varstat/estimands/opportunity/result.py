"""An opportunity: what units would gain by reaching a target, how sure that is, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from varstat.adjust.interaction import Interaction
from varstat.data.account import Account
from varstat.estimands.assumptions import Assumptions
from varstat.estimands.opportunity.complete import CompleteOpportunity
from varstat.estimands.opportunity.parts import (
    CombinedTotal,
    Money,
    OpportunityTotal,
    OpportunityUnits,
    PeriodTotals,
    Waterfall,
)
from varstat.estimands.unmeasured.result import UnmeasuredTotal
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.posterior import EngineName
from varstat.measure import Direction, Floats, Measure
from varstat.measure.homogeneity import Homogeneity
from varstat.results import Judged, JudgedResults, UnitResult


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
    assumptions : Assumptions
        Whether the data speak against what the model takes for granted.
    homogeneity : Homogeneity
        Whether the reported rates differ by more than chance, where the published figure compares
        them: given the totals of strata and periods.
    draws : ndarray of float, shape (draws,)
        Joint draws of the total, in events.
    findings : str
        What the opportunity is, and what it can't be taken for, in plain English.
    notes : tuple of str
        What a reader must know, one sentence each.
    unmeasured : UnmeasuredTotal or None
        What case-mix that nobody recorded would do; None where it wasn't asked.
    complete : CompleteOpportunity or None
        The opportunity had all been reported; None where nobody looked.
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
    assumptions: Assumptions
    homogeneity: Homogeneity
    draws: Floats
    findings: str
    notes: tuple[str, ...]
    unmeasured: UnmeasuredTotal | None = None
    complete: CompleteOpportunity | None = None

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
