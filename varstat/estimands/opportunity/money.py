"""Money: what one event of an opportunity is worth."""

from dataclasses import replace

from varstat.card import Card, restate_card
from varstat.estimands.opportunity.parts import Money
from varstat.hierarchical.posterior import Fits
from varstat.provenance import content_hash


def restate_cost(
    fits: Fits, *, unit_cost: float | None, price_year: str | None, cost_source: str | None
) -> Fits:
    """Let the cards of fitted models have another unit cost.

    Parameters
    ----------
    fits : Fits
    unit_cost : float, optional
    price_year, cost_source : str, optional
        Those of the card, unless given.

    Returns
    -------
    Fits

    Raises
    ------
    CardError
        If a cost has no price year or source, or can't be.
    """
    said = {"unit_cost": unit_cost, "price_year": price_year, "cost_source": cost_source}
    if all(value is None for value in said.values()) or not fits:
        return fits
    groups = tuple(replace(each, card=restate_card(each.card, said)) for each in fits)
    card = groups[0].card.model_dump(mode="json")
    return replace(
        fits,
        groups=groups,
        provenance=replace(fits.provenance, card_hash=content_hash(card)),
    )


def price(card: Card) -> Money | None:
    """Give the unit cost that a card states; None if it states none.

    Parameters
    ----------
    card : Card

    Returns
    -------
    Money or None
    """
    cost = card.cost
    if cost is None or cost.value is None:
        return None
    return Money(
        unit_cost=cost.value,
        per=cost.per,
        basis=cost.basis,
        price_year=cost.price_year or "",
        source=cost.source or "",
        period=cost.period,
    )
