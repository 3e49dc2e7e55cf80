"""What part of the activity was reported, as a change shows it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from varstat.estimands.change.result import Change
from varstat.estimands.change.rounded import RoundedBridge
from varstat.estimands.change.words import EFFECTS
from varstat.present.content import below, plain, records, state
from varstat.present.kind import MOST_SHOWN, Block
from varstat.prose.number import figure, percent
from varstat.prose.text import clean

_BOUNDED = EFFECTS | {"performance": "rates and target together"}


def reporting_blocks(change: Change, rounded: RoundedBridge) -> list[Block]:
    """Say what part was reported, and how far the rate of what is missing could move effects.

    Parameters
    ----------
    change : Change
    rounded : RoundedBridge
        Its bridge as printed.

    Returns
    -------
    list of Block
        None without events.
    """
    blocks = []
    if change.reporting is not None and change.reporting.rows:
        rows = change.reporting.rows[:MOST_SHOWN]
        blocks.append(
            Block(
                title="What part of the activity was reported",
                texts={
                    "unit": [clean(row.unit) for row in rows],
                    "period": [clean(row.period) for row in rows],
                },
                numbers={
                    "volume\nreported": [figure(row.reported) for row in rows],
                    f"part of all\n({percent(change.level)} interval)": [
                        f"{row.estimate:.2f} ({row.lower:.2f} to {row.upper:.2f})" for row in rows
                    ],
                },
            )
        )
    if bounds := change.bridge.bounds:
        blocks.append(
            Block(
                title="If all that was lost by selection had had a rate of",
                texts={"part": [_BOUNDED[name] for name in bounds]},
                numbers={
                    heading: [rounded.write_signed(ends[at]) for ends in bounds.values()]
                    for at, heading in enumerate(("none", "all"))
                },
            )
        )
    return blocks


def reporting_sheet(changes: Sequence[Change]) -> pd.DataFrame:
    """Tabulate what was reported, of changes that say."""
    frames = [below(c.by, c.reporting.to_frame()) for c in changes if c.reporting is not None]
    return pd.concat(frames, ignore_index=True)


def reporting_object(change: Change) -> dict[str, Any] | None:
    """State what was reported for JSON; None without events."""
    reporting = change.reporting
    if reporting is None:
        return None
    return {
        "events": reporting.source,
        "prior": state(reporting.prior, "incomplete", "centre", "spread"),
        "selective_sd": plain(reporting.selective_sd),
        "rows": records(reporting.to_frame()),
        "bounds": {name: list(ends) for name, ends in change.bridge.bounds.items()},
    }
