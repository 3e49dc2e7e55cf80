"""What a caller says of an indicator without a card, as a card would say it."""

from collections.abc import Mapping
from typing import Any

import tomli_w

from varstat.card.load import load_card, override_card, parse_card
from varstat.card.schema import Card
from varstat.errors import CardError, UsageError
from varstat.measure import MEASURES

# The section and key of a choice; anything else is of the columns.
_PLACES = {
    **{key: ("indicator", key) for key in ("title", "direction", "counts", "per")},
    **{
        key: ("model", key)
        for key in ("covariates", "inform", "effects", "likelihood", "transient", "peer_tau")
    },
    "strata": ("casemix", "strata"),
    "unit_cost": ("cost", "value"),
    "price_year": ("cost", "price_year"),
    "cost_source": ("cost", "source"),
}
# What a cost is of, where a caller says only how much.
_COST = {"per": "event", "basis": "as given"}
_STUB = (
    "this card is a stub: what the indicator counts isn't known well enough to compute it. State "
    "what is missing in a card of your own."
)
_TELLING = {
    column: measure.name
    for measure in MEASURES.values()
    for columns in measure.columns
    for column in columns
}


def sections(choices: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Put choices into the sections of a card; None is no choice.

    Examples
    --------
    >>> sections({"title": "Deaths", "unit": "trust", "se": None})
    {'indicator': {'title': 'Deaths'}, 'columns': {'unit': 'trust'}, 'model': {}}
    >>> sections({"strata": ["age"], "unit_cost": 30.0})["cost"]
    {'value': 30.0}
    """
    placed: dict[str, dict[str, Any]] = {"indicator": {}, "columns": {}, "model": {}}
    for key, value in choices.items():
        if value is not None:
            section, name = _PLACES.get(key, ("columns", key))
            placed.setdefault(section, {})[name] = value
    return placed


def restate_card(card: Card, choices: Mapping[str, Any]) -> Card:
    """Say some things of a card differently, as a caller says them.

    Parameters
    ----------
    card : Card
    choices : mapping of str to object
        As for `state_card`.

    Returns
    -------
    Card

    Raises
    ------
    CardError
        Every problem at once.
    """
    return override_card(card, _whole(sections(choices), cost=card.cost is None), where="options")


def _whole(stated: dict[str, dict[str, Any]], *, cost: bool) -> dict[str, dict[str, Any]]:
    """Complete a cost of which a caller says only how much."""
    if cost and "cost" in stated:
        stated["cost"] = _COST | stated["cost"]
    return stated


def choose_measure(choices: Mapping[str, Any]) -> str | None:
    """Tell the measure from the columns that were named; None if they don't tell.

    Raises
    ------
    UsageError
        If they tell of several.

    Examples
    --------
    >>> choose_measure({"observed": "deaths", "unit": "trust"})
    'ratio'
    """
    found = {_TELLING[key]: key for key, value in choices.items() if value and key in _TELLING}
    if len(found) > 1:
        sets = [" and ".join(s) for each in MEASURES.values() for s in each.columns]
        raise UsageError(
            "columns",
            f"{' and '.join(found.values())} belong to different measures. Name the columns of "
            f"one: {'; '.join(sets)}.",
        )
    return next(iter(found), None)


def state_card(card: Card | str | None, choices: Mapping[str, Any]) -> Card | None:
    """Make the card that a caller means.

    Parameters
    ----------
    card : Card, str or None
        A card, its name or path; None for the default card of the measure that is chosen.
    choices : mapping of str to object
        Title, direction, counts, columns and those of the model; None is no choice.

    Returns
    -------
    Card or None
        None if there is neither a card nor a column that tells the measure.

    Raises
    ------
    CardError, UsageError
    """
    measure = choose_measure(choices)
    if card is None:
        if measure is None:
            return None
        card = f"default-{measure}"
    if not isinstance(card, Card):
        card = load_card(card)
    refuse_stub(card)
    if measure is not None and measure != card.indicator.measure:
        raise UsageError(
            "columns",
            f"card {card.name} is of a {card.indicator.measure}, and the columns named are of a "
            f"{measure}. Leave out the card, or name "
            + " or ".join(" and ".join(names) for names in card.measure.columns)
            + ".",
        )
    return restate_card(card, choices)


def refuse_stub(card: Card) -> None:
    """Refuse to compute anything by a card that lacks what must be known.

    Raises
    ------
    CardError
        Everything that is missing, at once.

    Examples
    --------
    >>> refuse_stub(load_card("statin"))
    """
    if card.missing:
        raise CardError(
            f"card {card.name}",
            [
                _STUB,
                *(f"Missing: {each}" for each in card.missing),
            ],
        )


def new_card(name: str, choices: Mapping[str, Any]) -> str:
    """Write a card that states some choices, as TOML.

    Parameters
    ----------
    name : str
        Of the card, and of its file.
    choices : mapping of str to object
        Title, direction, counts, columns and those of the model; None is no choice.

    Returns
    -------
    str

    Raises
    ------
    CardError, UsageError
        If it would not make a card.

    Examples
    --------
    >>> print(new_card("deaths", {"title": "Deaths", "observed": "died", "expected": "risk"}))
    [indicator]
    title = "Deaths"
    measure = "ratio"
    direction = "neither"
    counts = "whole"
    <BLANKLINE>
    [columns]
    observed = "died"
    expected = "risk"
    <BLANKLINE>
    """
    measure = choose_measure(choices) or "proportion"
    stated = _whole(sections(choices), cost=True)
    stated["indicator"] = {
        "title": stated["indicator"].get("title", name),
        "measure": measure,
        "direction": stated["indicator"].get("direction", "neither"),
        "counts": stated["indicator"].get("counts", "whole"),
    }
    parse_card(stated, name=name, where=f"card {name}")
    return tomli_w.dumps({section: keys for section, keys in stated.items() if keys})
