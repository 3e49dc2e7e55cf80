"""A change in money: what one event is worth before and after, and the parts of that."""

from dataclasses import dataclass, replace

import numpy as np

from varstat.card import Card, restate_card
from varstat.data.table import Table
from varstat.errors import UsageError
from varstat.estimands.change.bridge import Bridge
from varstat.estimands.opportunity.money import price
from varstat.estimands.opportunity.parts import Money

# What a caller says of a unit cost: `unit_cost, price_year, cost_source`.
Prices = dict[str, float | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one event is worth.

    Attributes
    ----------
    money : Money
        In the first period, as the card or the user states it.
    later : float
        In the second.
    """

    money: Money
    later: float

    @property
    def price(self) -> tuple[float, float]:
        """Before and after."""
        return self.money.unit_cost, self.later


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Priced:
    """A change in money.

    Attributes
    ----------
    cost : Cost
    bridge : Bridge
        Of money: `unit_cost` is a part of it where the cost changed.
    """

    cost: Cost
    bridge: Bridge


def restate_price(table: Table, stated: Prices) -> Table:
    """Let the card of a table have another unit cost.

    Parameters
    ----------
    table : Table
    stated : dict of str to float or str
        `unit_cost, price_year, cost_source`; those of the card where they are None.

    Returns
    -------
    Table

    Raises
    ------
    CardError
        If a cost has no price year or source, or can't be.
    """
    if all(value is None for value in stated.values()):
        return table
    return replace(table, card=restate_card(table.card, stated))


def state_cost(card: Card, later: float | None) -> Cost | None:
    """State what an event is worth before and after; None if nobody states it.

    Parameters
    ----------
    card : Card
    later : float or None
        In the second period; as in the first where it is None.

    Returns
    -------
    Cost or None

    Raises
    ------
    UsageError
        If there is a cost of the second period alone, or it isn't above zero.
    """
    money = price(card)
    if later is None:
        return None if money is None else Cost(money=money, later=money.unit_cost)
    if money is None:
        raise UsageError(
            "unit-cost-to", "this is the cost in the second period; state --unit-cost as well."
        )
    if not 0 < later < np.inf:
        raise UsageError("unit-cost-to", "a unit cost is a number above zero.")
    return Cost(money=money, later=later)
