"""Several indicators in one call: which data and card belong together, each read and fitted."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from varstat.cli.modelling import fit_data
from varstat.cli.saved import is_fit
from varstat.errors import UsageError

if TYPE_CHECKING:
    from varstat.hierarchical import Fits


def fit_indicators(said: Mapping[str, Any]) -> "Iterator[tuple[Fits, float]]":
    """Fit each indicator of a command, or load its fit.

    Parameters
    ----------
    said : mapping of str to object
        The parameters of the command, by name: `data` and `card` are lists.

    Yields
    ------
    Fits
    float
        By which its events are multiplied to be those of a year.
    """
    from varstat.hierarchical import load_fit

    for data, card in pair_up(said["data"], said["card"] or []):
        if is_fit(data):
            yield load_fit(data), 1.0
        else:
            told = {**said, "data": data, "card": card}
            yield fit_data(told, paths=(), annualise=said["annualise"].value)


def check_cards(cards: Sequence[str], *, allow_overlap: str | None) -> None:
    """Refuse, before any model is fitted, cards whose opportunities can't be added up.

    Raises
    ------
    UsageError, ModelError
        If they overlap and no reason is given, or their prices are of different years.
    """
    from varstat.card import load_card
    from varstat.estimands.opportunity.combine import (
        find_overlaps,
        refuse_overlaps,
        refuse_years,
    )

    loaded = [load_card(each) for each in cards]
    if len(loaded) < 2:
        return
    named = [(card.name, card.links.overlaps if card.links else ()) for card in loaded]
    refuse_overlaps(find_overlaps(named), allow_overlap)
    costs = [card.cost for card in loaded if card.cost and card.cost.value is not None]
    if len(costs) == len(loaded):
        refuse_years({cost.price_year or "" for cost in costs})


def pair_up(data: Sequence[str], cards: Sequence[str]) -> list[tuple[str, str | None]]:
    """Say which card goes with which data: one for all, all of one, or one each.

    Raises
    ------
    UsageError
        If there are other numbers of them.

    Examples
    --------
    >>> pair_up(["a.csv"], ["daycase", "statin"])
    [('a.csv', 'daycase'), ('a.csv', 'statin')]
    """
    if len(data) == 1:
        return [(data[0], card) for card in cards] or [(data[0], None)]
    if len(cards) <= 1:
        return [(each, cards[0] if cards else None) for each in data]
    if len(cards) == len(data):
        return list(zip(data, cards, strict=True))
    names = ", ".join(Path(each).name for each in data)
    raise UsageError(
        "--card",
        f"{len(cards)} cards don't go with {len(data)} files ({names}). Give one card for all, or "
        "one for each in their order.",
    )
