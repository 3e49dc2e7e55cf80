"""Cards whose columns a file has, by their names."""

from dataclasses import dataclass

from varstat.card import Card, list_cards, load_card
from varstat.data.rows.gather import core_columns
from varstat.data.source.header import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A card that fits a file.

    Attributes
    ----------
    name : str
    title : str
        Of its indicator.
    own : bool
        Whether it names columns of a publisher's, and isn't one of the defaults.
    measured : tuple of int
        The places of the columns that it measures.
    """

    name: str
    title: str
    own: bool
    measured: tuple[int, ...]


def match_cards(header: Header) -> tuple[Match, ...]:
    """Find the cards whose columns a file has, all of them that an analysis can't do without.

    Parameters
    ----------
    header : Header

    Returns
    -------
    tuple of Match
        Cards of a publisher's columns first.
    """
    found = [
        Match(
            name=card.name,
            title=card.indicator.title,
            own=not card.name.startswith("default-"),
            measured=tuple(header.find(each.names)[0] for each in core_columns(card)[1:]),
        )
        for card in map(load_card, list_cards())
        if _fits(card, header)
    ]
    return tuple(sorted(found, key=lambda each: not each.own))


def _fits(card: Card, header: Header) -> bool:
    wanted = core_columns(card)
    if not all(len(header.find(each.names)) == 1 for each in wanted):
        return False
    if card.name.startswith("default-"):
        return True
    # By words such as "Numerator" or "Expected" every card fits: some column must be the
    # publisher's own, spelt as it spells them.
    default = {each.role for each in wanted}
    own = [header.plain[header.find(each.names)[0]] for each in wanted]
    spelt = {name for each in wanted for name in each.names} - default
    return any(name in spelt for name in own) and set(own) <= spelt | default
