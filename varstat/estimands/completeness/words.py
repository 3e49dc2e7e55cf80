"""What a history says in plain English, and what it can't say."""

from collections import Counter
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from scipy.special import expit

from varstat.data.volumes.volumes import Volumes
from varstat.estimands.completeness.classify import LOSSES
from varstat.estimands.completeness.posterior import Prior
from varstat.estimands.completeness.result import Event, History
from varstat.prose.number import count, count_units, listed, noise_step, percent, share, stepped
from varstat.prose.text import clean

_MOST_GAPS = 3
_SOUGHT = ("dip", "spike", "shift", "edge")


def say_history(history: History) -> str:
    """Say what was found.

    Parameters
    ----------
    history : History

    Returns
    -------
    str
    """
    sought = [each for each in history.events if each.kind in _SOUGHT]
    left = [each for each in sought if not each.partner]
    looked = 1000 * len(left) / max(history.unit_periods, 1)
    examined = f"{count_units(history.examined)} with {history.unit_periods:,} periods"
    number = len(history.events)
    events = "1 event" if number == 1 else f"{number:,} events" if number else "no events"
    examined += " was examined" if history.examined == 1 else " were examined"
    said = [
        f"{examined}: {events}" + (f", {count(len(sought))} found in volumes." if number else "."),
        f"Without those of codes that ended, {looked:.1f} in 1,000 periods are to be looked at.",
        _say_gaps([each for each in history.events if each.kind == "gap"], history.level),
    ]
    classes = Counter(each.class_ for each in history.events)
    if classes:
        counted = [f"{name} {number:,}" for name, number in classes.most_common()]
        said.append(f"By what they most resemble: {listed(counted)}.")
    if history.successors:
        heirs = len({each.old for each in history.successors})
        ended = "1 code that ended seems" if heirs == 1 else f"{heirs} codes that ended seem"
        said.append(
            f"{ended} to have been taken over: confirm that in the map (-o map.csv) before it is "
            "used."
        )
    return " ".join(filter(None, said))


def _say_gaps(gaps: Sequence[Event], level: float) -> str:
    """Name the units that reported nothing for a while, the first few."""
    if not gaps:
        return ""
    told = []
    for each in gaps[:_MOST_GAPS]:
        lost = ""
        if each.missing == each.missing:
            low, high = each.missing_lower, each.missing_upper
            step = noise_step((high - low) / (2.0 * NormalDist().inv_cdf(0.5 + 0.5 * level)))
            some, low, high = (round(value / step) * step for value in (each.missing, low, high))
            ends = f"{stepped(low, step)} to {stepped(high, step)}"
            lost = f" (about {stepped(some, step)}, {ends})"
        told.append(f"{clean(each.unit)} from {each.start} to {each.end}{lost}")
    left = len(gaps) - _MOST_GAPS
    more = [f"{left:,} more"] if left > 0 else []
    return f"Nothing was reported by {listed([*told, *more])}."


def _say_prior(prior: Prior) -> str:
    """Say how often returns are incomplete, and how much of them is reported then."""
    away = prior.spread * NormalDist().inv_cdf(0.975)
    usual, low, high = (share(float(expit(prior.centre + by))) for by in (0.0, -away, away))
    return (
        f"that {percent(prior.incomplete)} of periods are incomplete, with {usual} reported "
        f"({low} to {high})"
    )


def list_notes(history: History, volumes: Volumes, *, stated: bool) -> tuple[str, ...]:
    """List what these data can't show.

    Parameters
    ----------
    history : History
    volumes : Volumes
    stated : bool
        Whether the events were given.

    Returns
    -------
    tuple of str
    """
    ends = "first and last 3 periods" if volumes.months == 1 else "first and last period"
    notes = [
        (
            "A loss that all units share can't be seen: it is in the national path. Earlier "
            "vintages or a total from elsewhere would show it."
        ),
        "A fall that never comes back may be under-reporting or a true fall: volumes don't tell.",
        f"Of the {ends} it isn't known whether a change lasts.",
    ]
    if len(volumes.column) == 1:
        notes.insert(
            0,
            "With one column of counts an incomplete return can't be told from an interruption of "
            "the service, and no successor be proposed: name further counts of the same units.",
        )
    if any(each.class_ in LOSSES for each in history.events):
        notes.append(
            "The rate of what wasn't reported isn't known: only bounds can be given. Completeness "
            f"rests on what was stated beforehand: {_say_prior(history.prior)}."
        )
    if history.small:
        notes.append(
            f"Too small, or present for less than 18 months: {count_units(history.small)}. Of "
            "these only gaps, starts and ends of large ones are listed."
        )
    if stated:
        notes.append("The events are those of the file given: none was sought.")
    return tuple(notes)


def note_losses(
    source: str,
    units: int,
    *,
    others: int,
    elsewhere: int,
    prior: Prior,
    selective_sd: float,
) -> tuple[str, ...]:
    """Say what rests on the losses of a file, and what no data show of them.

    Parameters
    ----------
    source : str
        The file.
    units : int
        That have losses.
    others, elsewhere : int
        Its events that are no losses, and its losses of other units or times.
    prior : Prior
        Of completeness.
    selective_sd : float
        By what the rate of a selective loss may differ; NaN where there is none.

    Returns
    -------
    tuple of str
    """
    first = f"Losses are those of {clean(source)}: {count_units(units)} in these periods."
    left = []
    if others:
        left.append(f"{others:,} of its events {'is no loss' if others == 1 else 'are no losses'}")
    if elsewhere:
        verb = "is" if elsewhere == 1 else "are"
        left.append(f"{elsewhere:,} of its losses {verb} of other units or times")
    if left:
        verb = "moves" if others + elsewhere == 1 else "move"
        first = f"{first[:-1]}; {' and '.join(left)}, and {verb} nothing."
    notes = [
        first,
        (
            "A loss that all units share, and a fall that never comes back, can't be told from "
            "fewer cases; nor can losses in the first and last periods be told well. Shares are "
            f"as stated, or rest on what was stated beforehand: {_say_prior(prior)}."
        ),
    ]
    if np.isfinite(selective_sd):
        notes.append(
            "Of selective losses the rate of what is missing isn't known. It is taken to differ "
            f"from what was reported with an SD of {selective_sd:.2g} on the link scale."
        )
    return tuple(notes)
