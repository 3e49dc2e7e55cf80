"""A change in money, as it is shown and stated."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from varstat.estimands.change.bridge import Bridge
from varstat.estimands.change.result import Change
from varstat.estimands.change.rounded import round_bridge
from varstat.estimands.change.words import EXPLAINED
from varstat.present.content import records, state
from varstat.present.kind import Block
from varstat.prose.number import percent


def money_blocks(change: Change, labels: Mapping[str, str]) -> list[Block]:
    """Lay out the bridge in money.

    Parameters
    ----------
    change : Change
    labels : mapping of str to str
        What its parts are called.

    Returns
    -------
    list of Block
        None without a unit cost.
    """
    if change.money is None:
        return []
    bridge, rounded = change.money.bridge, round_bridge(change.money.bridge)
    cells = [rounded.span(name, whole=name in ("from", "to")) for name in bridge.effect]
    return [
        Block(
            title="The same in money: the parts add up",
            texts={
                "part": [labels[name] for name in bridge.effect],
                "what it is": [EXPLAINED.get(name, "") for name in bridge.effect],
            },
            numbers={f"money\n({percent(change.level)} interval)": cells},
            expendable=("what it is",),
        )
    ]


def money_sheet(changes: Sequence[Change]) -> pd.DataFrame:
    """Tabulate the bridges in money, of changes that have a unit cost."""
    return pd.concat([each.money_frame() for each in changes], ignore_index=True)


def money_object(change: Change) -> dict[str, Any] | None:
    """State a change in money for JSON; None without a unit cost."""
    if change.money is None:
        return None
    cost, bridge = change.money.cost, change.money.bridge
    return (
        {"unit_cost": cost.money.unit_cost, "unit_cost_to": cost.later}
        | state(cost.money, "per", "basis", "price_year", "source", "period")
        | {
            "effects": records(change.money_frame().iloc[:, len(change.by) :]),
            "named": state_named(bridge),
        }
    )


def state_named(bridge: Bridge) -> dict[str, dict[str, float]]:
    """State the figures of a bridge that are no parts of it."""
    ends = ("estimate", "lower", "upper")
    return {name: dict(zip(ends, bridge.of(name), strict=True)) for name in bridge.named}
