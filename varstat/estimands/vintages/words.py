"""What a nowcast says in plain English, and what it rests on."""

import numpy as np

from varstat.data.volumes.vintages import Vintages
from varstat.estimands.vintages.result import Nowcast
from varstat.prose.number import MINUS, count, count_units, figure, listed, percent, share
from varstat.prose.text import clean

_MOST_PERIODS = 3


def say_nowcast(nowcast: Nowcast) -> str:
    """Say what was found.

    Parameters
    ----------
    nowcast : Nowcast

    Returns
    -------
    str
    """
    return " ".join(
        filter(
            None,
            (
                _say_latest(nowcast),
                _say_complete(nowcast),
                _say_reopened(nowcast),
                _say_reconciled(nowcast),
            ),
        )
    )


def _say_latest(nowcast: Nowcast) -> str:
    """Say of the newest period what is reported of it, and what it will end at."""
    national = nowcast.national
    at = len(national) - 1
    period, date = clean(national.period[at]), clean(national.as_of[at])
    if not national.nowcast[at] > 0:
        return f"As of {date} nothing is reported of {period}."
    part = f"{100 * national.estimate[at]:.1f}%"
    ends = f"{100 * national.lower[at]:.1f} to {100 * national.upper[at]:.1f}%"
    return (
        f"As of {date} {part} of {period} is reported ({percent(nowcast.level)} interval {ends}): "
        f"{figure(national.reported[at])} now, {figure(national.nowcast[at])} "
        f"({figure(national.nowcast_lower[at])} to {figure(national.nowcast_upper[at])}) "
        "in the end."
    )


def _say_complete(nowcast: Nowcast) -> str:
    status = nowcast.national.status
    done = [clean(nowcast.national.period[at]) for at in np.flatnonzero(status == "complete")]
    if not done:
        still = "" if nowcast.settled else ", nor can be until what comes later is known"
        return f"No period is complete yet{still}."
    if len(done) == len(status):
        return f"All {len(done)} periods are complete."
    return f"{len(done)} of {len(status)} periods are complete, the latest of them {done[-1]}."


def _say_reopened(nowcast: Nowcast) -> str:
    """Say what had to be taken back, of all units together; and how often of single ones."""
    national = [each for each in nowcast.reopened if each.unit is None]
    rest = len(nowcast.reopened) - len(national)
    said = [
        f"{clean(e.period)}, complete by {clean(e.called)}, went from {figure(e.before)} to "
        f"{figure(e.after)} on {clean(e.as_of)}"
        for e in national[-_MOST_PERIODS:]
    ]
    if rest:
        one = "1 complete period of a single unit"
        said.append(one if rest == 1 else f"{rest:,} complete periods of single units")
    return f"Reopened: {listed(said)}." if said else ""


def _say_reconciled(nowcast: Nowcast) -> str:
    """Say how the last two vintages differ, and whether that was to be expected."""
    counts, held = nowcast.reconciliation.counts, nowcast.held
    rose = "1 count" if counts["up"] == 1 else f"{counts['up']:,} counts"
    rose = rose if counts["up"] else "no counts"
    said = (
        f"From {clean(nowcast.as_of[-2])} to {clean(nowcast.as_of[-1])} {rose} rose and "
        f"{count(counts['down'])} fell, {_grown(nowcast.reconciliation.factor)} together"
    )
    if held is None or not held.odd:
        return f"{said}."
    return (
        f"{said}, where earlier vintages expect {_grown(held.expected)} and not "
        f"{_grown(held.found)} of periods whose delays they know: the way of reporting seems to "
        "have changed, and intervals may be too narrow."
    )


def _grown(factor: float) -> str:
    return f"{100 * (factor - 1):+.1f}%".replace("-", MINUS)


def list_notes(nowcast: Nowcast, vintages: Vintages, *, stated: bool) -> tuple[str, ...]:
    """List what the nowcast rests on.

    Parameters
    ----------
    nowcast : Nowcast
    vintages : Vintages
    stated : bool
        Whether the tail was given.

    Returns
    -------
    tuple of str
    """
    last = vintages.delays.months[len(nowcast.steps)]
    later = f"later than {last:.0f} months after a period's end"
    notes = [
        f"Counts are taken to change by a factor of {nowcast.tail:g} {later}, as was stated: no "
        "vintage can tell."
        if stated
        else f"Counts are taken not to change {later}, and no vintage can tell. If they do, state "
        "by what factor: --tail 1.01."
    ]
    if not nowcast.settled:
        notes.append(
            f"Counts still change by {_grown(nowcast.steps[-1].factor)} at the last step that is "
            "known: more is likely to come, which isn't in the nowcasts, and no period is called "
            "complete before --tail states it."
        )
    absent = int(nowcast.national.missing[-1])
    if absent:
        notes.append(
            f"{count_units(absent)} reported nothing of {clean(nowcast.national.period[-1])} yet: "
            "nothing grows from nothing, and the national figures are without them."
        )
    if nowcast.jumps:
        ratios = nowcast.jumps + sum(step.ratios for step in nowcast.steps)
        notes.append(
            f"{nowcast.jumps:,} of {ratios:,} counts at a step were more than twice or less than "
            f"half of what others make of them ({share(nowcast.jumps / ratios)}), as when a return "
            "comes late: they are in no factor, and no nowcast waits for such."
        )
    if nowcast.held is not None and nowcast.held.odd:
        notes.append(
            "The latest vintage grew otherwise than earlier ones expect. If the way of reporting "
            "changed, keep the vintages since then: --only COL=DATE,DATE."
        )
    if max(step.ratios for step in nowcast.steps) < 2:
        notes.append(
            "Growth at each step is known of one count: how far it varies can't be told, and the "
            "intervals have no width."
        )
    if len(nowcast.as_of) < 4:
        notes.append(
            f"There are {len(nowcast.as_of)} vintages: what differs between units can't be told "
            "from noise where each has grown once."
        )
    notes.append(
        "Events in volumes aren't sought among vintages: for these keep the latest with --only and "
        "leave out --as-of."
    )
    return tuple(notes)
