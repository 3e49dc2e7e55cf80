"""Cards: one indicator and how it is to be analysed, stated completely."""

from varstat.card.codes import CodeList, Condition, list_codes, load_codes
from varstat.card.describe import describe_card
from varstat.card.load import list_cards, load_card, override_card, parse_card
from varstat.card.schema import Card
from varstat.card.state import new_card, restate_card, sections, state_card

__all__ = [
    "Card",
    "CodeList",
    "Condition",
    "describe_card",
    "list_cards",
    "list_codes",
    "load_card",
    "load_codes",
    "new_card",
    "override_card",
    "parse_card",
    "restate_card",
    "sections",
    "state_card",
]
