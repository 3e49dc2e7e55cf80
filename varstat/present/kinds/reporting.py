"""What part of the activity was reported, as changes and opportunities show it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from varstat.estimands.change.result import Change
from varstat.estimands.change.rounded import RoundedBridge
from varstat.estimands.change.words import EFFECTS
from varstat.estimands.opportunity.complete import CompleteOpportunity, CompleteUnit
from varstat.estimands.opportunity.result import Opportunity
from varstat.present.content import below, plain, records, state
from varstat.present.kind import MOST_SHOWN, Block
from varstat.prose.number import figure, percent
from varstat.prose.text import clean

_BOUNDED = EFFECTS | {"performance": "rates and target together"}


def _part(estimate: float, lower: float, upper: float) -> str:
    """Write the part reported, with its interval unless it was stated."""
    text, ends = f"{estimate:.2f}", (f"{lower:.2f}", f"{upper:.2f}")
    return text if ends[0] == ends[1] else f"{text} ({ends[0]} to {ends[1]})"


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
                        _part(row.estimate, row.lower, row.upper) for row in rows
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


def complete_blocks(opportunity: Opportunity) -> list[Block]:
    """Set the opportunity had all been reported beside that of what was; none without events."""
    found = opportunity.complete
    if found is None:
        return []
    interval, rows = f"({percent(found.level)} interval)", found.units[:MOST_SHOWN]
    names = ["all units", *(clean(row.unit) for row in rows)]
    each: list[CompleteOpportunity | CompleteUnit] = [found, *rows]
    parts = [_part(row.part, row.part_lower, row.part_upper) for row in rows]
    blocks = [
        Block(
            title="The opportunity had all been reported",
            texts={"unit": names},
            numbers={
                "as\nreported": [figure(one.reported) for one in each],
                f"had all been\nreported {interval}": [
                    f"{figure(one.estimate)} ({figure(one.lower)} to {figure(one.upper)})"
                    if np.isfinite(one.estimate)
                    else "–"
                    for one in each
                ],
                f"part reported\n{interval}": ["", *parts],
            },
        )
    ]
    if found.bounds is not None:
        ends = [figure(end) for end in found.bounds]
        blocks.append(
            Block(
                title="Whatever rate was lost by selection",
                texts={"unit": ["all units"]},
                numbers={"least": [ends[0]], "most": [ends[1]]},
            )
        )
    return blocks


def complete_sheets(opportunities: Sequence[Opportunity]) -> dict[str, pd.DataFrame]:
    """Tabulate the units that didn't report all, of opportunities that say; none if of none."""
    frames = [below(o.by, o.complete.to_frame()) for o in opportunities if o.complete is not None]
    return {"completeness": pd.concat(frames, ignore_index=True)} if frames else {}


def complete_stated(opportunity: Opportunity) -> dict[str, Any]:
    """State the opportunity had all been reported for JSON; nothing without events."""
    found = opportunity.complete
    if found is None:
        return {}
    return {
        "completeness": {
            "events": found.source,
            "prior": state(found.prior, "incomplete", "centre", "spread"),
            "selective_sd": plain(found.selective_sd),
            "total": state(found, "reported", "estimate", "lower", "upper"),
            "bounds": None if found.bounds is None else list(found.bounds),
            "units": records(found.to_frame()),
        }
    }
