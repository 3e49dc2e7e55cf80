"""Cards: one indicator and how it is to be analysed, stated completely."""

from varstat.card.describe import describe_card
from varstat.card.load import list_cards, load_card, override_card, parse_card
from varstat.card.schema import Card
from varstat.card.state import new_card, restate_card, sections, state_card

__all__ = [
    "Card",
    "describe_card",
    "list_cards",
    "load_card",
    "new_card",
    "override_card",
    "parse_card",
    "restate_card",
    "sections",
    "state_card",
]
