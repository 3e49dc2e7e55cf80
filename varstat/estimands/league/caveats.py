"""Who can be compared in a league table, and what a reader must know of the others."""

import numpy as np
from numpy.typing import NDArray

from varstat.adjust.comparability import assess_comparability
from varstat.data.account import Account
from varstat.estimands.rates.result import Rates, find_heavy_tails
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.period.named import AVERAGE
from varstat.prose.text import clean

Bools = NDArray[np.bool_]


def note_marked(account: Account) -> tuple[str, ...]:
    """Say how many rows were left out because a mark stands for an unknown count.

    The counts that are hidden are the small ones, so that those left are no fair sample.
    """
    rows = sum(each.rows for each in account.exclusions if "suppressed" in each.reason)
    if not rows:
        return ()
    were = "1 row was" if rows == 1 else f"{rows:,} rows were"
    note = (
        f"{were} left out because a count there is only marked as suppressed: small counts are "
        "hidden, so that the units left are not all, nor like the others. State the range that "
        "the mark stands for with --suppressed, and they are kept."
    )
    return (note,)


def find_comparable(design: Design) -> Bools:
    """Mark the units whose case-mix others treat as well; all of them without strata."""
    if not design.strata or design.units < 2:
        return np.ones(design.units, dtype=np.bool_)
    cases = design.volume if np.all(design.volume > 0) else design.measure.weight(design.size)
    return assess_comparability(
        unit=design.row_unit,
        cell=design.row_cell,
        cases=cases,
        group=design.peer,
        presence_only=not design.measure.of_cases,
    ).comparable


def note_time(posterior: Posterior) -> tuple[str, ...]:
    """Say of which time the ranks are, where there are several periods."""
    if posterior.moment is not None:
        return posterior.moment.say()
    design = posterior.design
    if len(design.period) < 2:
        return ()
    first, last = clean(design.period[0]), clean(design.period[-1])
    note = (
        f"Estimates and ranks are of the average over {len(design.period)} periods, {first} to "
        f"{last}, and not of where units stand in the last: `--at last` ranks them by that, and "
        "`varstat change` says who moved since."
    )
    return (note,)


def state_time(posterior: Posterior) -> str | None:
    """State of which time ranks are: a period, "average", or None where there is one."""
    if posterior.moment is not None:
        return posterior.moment.label
    return AVERAGE if len(posterior.design.period) > 1 else None


def note_apart(compared: Bools) -> tuple[str, ...]:
    """Say how many units have no rank, and why."""
    apart = int(np.sum(~compared))
    if not apart:
        return ()
    are = "1 unit is" if apart == 1 else f"{apart:,} units are"
    have = "It has an estimate" if apart == 1 else "They have estimates"
    note = (
        f"{are} not comparable: others treat less than half of what is treated there, or there is "
        f"no one to compare with. {have}, which the model makes up, but no rank and no tier, and "
        "no say in the target."
    )
    return (note,)


def note_tails(rates: Rates, design: Design, *, level: float) -> tuple[str, ...]:
    """Say how many estimates are means of a tail that the data don't reach."""
    heavy = int(np.sum(find_heavy_tails(rates, level=level)))
    if not heavy:
        return ()
    of = "1 unit" if heavy == 1 else f"{heavy:,} units"
    note = f"The estimate and SD of {of} are of a tail that the data don't reach: read the interval"
    if design.transient is None:
        note += ", state how much passes with --transient, or give the transient SD a lighter prior"
    note += "."
    return (note,)
