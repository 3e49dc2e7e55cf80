"""The one place where the tests of reading make cards."""

from typing import Any

from varstat.card import Card, parse_card


def make_card(
    measure: str = "proportion",
    *,
    counts: str = "whole",
    columns: dict[str, Any] | None = None,
    also: dict[str, Any] | None = None,
    exclusions: tuple[dict[str, Any], ...] = (),
) -> Card:
    """Make a card that says only where the table holds what."""
    stated = {
        "indicator": {
            "title": "Test",
            "measure": measure,
            "direction": "higher-is-better",
            "counts": counts,
        },
        "columns": (columns or {}) | (also or {}),
        "exclusions": exclusions,
    }
    return parse_card(stated, name="test", where="test")
