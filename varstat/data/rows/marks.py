"""Marks: what a card, and the publisher's rule set that it names, say of marks and rounding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from varstat.card.field import ANY
from varstat.card.rules import Rules, load_rules
from varstat.card.schema import Card
from varstat.data.account import Mask
from varstat.data.rows.records import Records
from varstat.data.rows.unread import say_times
from varstat.data.source.numbers import Kind, Numbers
from varstat.data.source.vocabulary import DASH, Vocabulary, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """How counts were hidden and rounded before they were published.

    Attributes
    ----------
    vocabulary : Vocabulary
    rounded : mapping of str to int
        The base of `numerator` and of `denominator`, where they are rounded.
    rules : Rules or None
    """

    vocabulary: Vocabulary
    rounded: Mapping[str, int]
    rules: Rules | None


def state_publishing(card: Card) -> Publishing:
    """State how counts were hidden and rounded: as the card says, else as its rule set does.

    Parameters
    ----------
    card : Card

    Returns
    -------
    Publishing
    """
    columns = card.columns
    rules = None if columns.rules is None else load_rules(columns.rules)
    ruled = dict((rules and rules.suppressed) or {})
    stated = dict(columns.suppressed or {})
    if ANY in stated:
        # What is said of all marks is said of those that the rule set names.
        ruled = {mark: ends for mark, ends in ruled.items() if _number(mark) is not None}
    zero, missing = (
        {fold(mark) for mark in (getattr(columns, key) or (rules and getattr(rules, key)) or ())}
        for key in ("zero", "missing")
    )
    said = {fold(mark): (float(low), float(high)) for mark, (low, high) in stated.items()}
    ranges = {fold(mark): (float(low), float(high)) for mark, (low, high) in ruled.items()}
    ranges = {m: ends for m, ends in ranges.items() if m not in zero | missing} | said
    hidden = ranges.pop(ANY, None)
    return Publishing(
        vocabulary=Vocabulary(
            ranges={mark: ends for mark, ends in ranges.items() if _number(mark) is None},
            hidden=hidden,
            numbers={n: ends for m, ends in ranges.items() if (n := _number(m)) is not None},
            zero=frozenset(zero - said.keys()),
            missing=frozenset(m for m in missing - said.keys() if _number(m) is None),
            sentinels=frozenset(n for m in missing if (n := _number(m)) is not None),
        ),
        rounded={**((rules and rules.rounded) or {}), **(columns.rounded or {})},
        rules=rules,
    )


def _number(mark: str) -> float | None:
    """Read a mark that is a number; None for other marks."""
    try:
        number = float(mark)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def note_marks(records: Records, publishing: Publishing, kept: Mask) -> tuple[str, ...]:
    """Say what the marks on rows that are kept were taken for, with how often they stand there.

    Parameters
    ----------
    records : Records
    publishing : Publishing
    kept : ndarray of bool, shape (rows,)

    Returns
    -------
    tuple of str
    """
    notes = []
    if publishing.rules is not None:
        notes.append(
            f"marks and rounding are read by the rules of {publishing.rules.title}"
            f"{_unsure(publishing.rules)}"
        )
    for numbers, column in records.measured:
        taken = [
            f"{mark!r} {say_times(int(here.sum()))} as {meaning}"
            for mark, here, meaning in _meanings(numbers, kept)
        ]
        if taken:
            notes.append(f"column {column!r}: taken for what they stand for, {', '.join(taken)}")
    dashes = records.event.is_mark(DASH, Kind.MISSING) & records.size.is_kind(Kind.NUMBER)
    if dashes.any() and records.measure.counts:
        notes.append(
            f"column {records.event_column!r}: '-' {say_times(int(dashes.sum()))} as not known, "
            'beside a known size; where it means none, say --zero "-"'
        )
    return tuple(notes)


def _meanings(numbers: Numbers, kept: Mask) -> Iterator[tuple[str, Mask, str]]:
    for mark in numbers.marks(Kind.NUMBER, Kind.SUPPRESSED):
        here = (numbers.mark == mark) & kept
        zero = here & numbers.is_kind(Kind.NUMBER)
        hidden = here & numbers.is_kind(Kind.SUPPRESSED)
        if zero.any():
            yield mark, zero, "none"
        if hidden.any():
            at = int(np.flatnonzero(hidden)[0])
            yield mark, hidden, f"{numbers.low[at]:g} to {numbers.high[at]:g}"


def _unsure(rules: Rules) -> str:
    return "" if rules.status == "verified" else f" ({rules.status}: confirm them)"
