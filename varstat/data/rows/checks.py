"""Checks: what cannot be analysed, and what cannot be."""

import shlex
from collections.abc import Sequence

import numpy as np
import pandas as pd

from varstat.card.schema import Card
from varstat.data.account import Ledger, Mask, Rows, count_rows
from varstat.data.rows.beside import refuse_beside
from varstat.data.rows.choose import quote_commas, say_choice
from varstat.data.rows.counts import WHOLE_TO, Converted, Counts
from varstat.data.rows.distinguish import FEW, Apart, combine
from varstat.data.rows.figures import describe_spread
from varstat.data.rows.limits import refuse_limits
from varstat.data.rows.means import refuse_counts, refuse_sums
from varstat.data.rows.percentages import (
    ask_percentages,
    refuse_percentages,
    refuse_rates_for_sizes,
)
from varstat.data.rows.records import Records
from varstat.data.rows.unread import describe_texts, find_sentinel, say_missing
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import SAY_WHICH, TWO_WAYS, Kind, explain_mark
from varstat.measure import Floats

ASK = "Ask the publisher, or correct the file."
# Letters of a code, of which every unit's takes as much room as the longest.
LONGEST = 1000
# Beyond these nothing can be computed: doubles no longer tell whole numbers apart, or overflow.
MOST = 2.0**53
LEAST = 1e-100
# Events that chance never leaves out altogether: exp(-21) is one in a billion.
EXPECTED = 21.0
NOTHING_APART = Apart()
# What a printed zero is called where it stands for a range.
_ZERO = "0"


def exclude_declared(records: Records, ledger: Ledger) -> None:
    """Leave out the rows that the card excludes."""
    for attribute, exclusion in records.declared:
        hit = pd.Series(attribute.values, dtype=object).isin(exclusion.values).to_numpy()
        ledger.exclude(hit, exclusion.because)


def exclude_unreported(records: Records, ledger: Ledger, *, card: Card) -> None:
    """Leave out rows whose counts are marked missing, hidden, or zero throughout.

    Parameters
    ----------
    records : Records
    ledger : Ledger
    card : Card
    """
    for numbers, column in records.measured:
        for mark in numbers.marks(Kind.MISSING):
            reason = f"column {column!r}: {explain_mark(mark, Kind.MISSING)}"
            ledger.exclude(numbers.is_mark(mark, Kind.MISSING), reason)
        for mark in numbers.marks(Kind.SUPPRESSED):
            hidden = numbers.is_mark(mark, Kind.SUPPRESSED)
            if mark == _ZERO:
                # Kept, unless the size is zero too.
                continue
            reason = f"column {column!r}: {explain_mark(mark, Kind.SUPPRESSED)}"
            if numbers is not records.event or not card.measure.counts:
                ledger.exclude(hidden, reason)
            else:
                ledger.exclude(
                    hidden & np.isnan(numbers.low),
                    f"{reason}; to keep it, let the card, or --suppressed, say what range it "
                    "stands for",
                )
    if card.measure.counts:
        none = (records.event.values == 0) | records.event.is_mark(_ZERO, Kind.SUPPRESSED)
        ledger.exclude(
            none & (records.size.values == 0),
            "zero in every count column: not reported rather than none",
        )


def exclude_ungrouped(records: Records, ledger: Ledger) -> None:
    """Leave out rows without a value to group by, or their stratum."""
    for attribute in (*records.by.values(), *records.strata.values()):
        ledger.exclude(attribute.absent, attribute.missing)


def refuse_unreadable(records: Records, event: Converted, ledger: Ledger) -> None:
    """Refuse cells that hold no number, or only one of the two that belong together.

    Parameters
    ----------
    records : Records
    event : Converted
        The events, percentages converted.
    ledger : Ledger
    """
    unit = records.roles["unit"]
    ledger.refuse(
        unit.absent, f"no unit in column {unit.column!r}", mend="Give every row its unit's code."
    )
    ledger.refuse(
        np.array([code is not None and len(code) > LONGEST for code in unit.values], dtype=bool),
        f"a code of more than {LONGEST:,} letters in column {unit.column!r}",
        mend="Give each unit's code; a missing quotation mark joins rows.",
    )
    period = records.roles.get("period")
    if period is not None:
        ledger.refuse(
            period.absent,
            f"no period in column {period.column!r}",
            mend="Give every row its period.",
        )
    (_, event_column), *others = records.measured
    for numbers, column in ((event.numbers, event_column), *others):
        shown, mend = describe_texts(numbers, ledger.open)
        ledger.refuse(
            numbers.is_kind(Kind.TEXT),
            f"text where a number should be, in column {column!r}{shown}",
            mend=mend,
        )
        ledger.refuse(
            numbers.is_kind(Kind.INFINITE), f"an infinite number in column {column!r}", mend=ASK
        )
        ledger.refuse(
            numbers.is_kind(Kind.AMBIGUOUS),
            f"{TWO_WAYS} in column {column!r}",
            mend=SAY_WHICH,
            leavable=False,
        )
        ledger.refuse(
            numbers.is_kind(Kind.PERCENT),
            f"a percentage in column {column!r}",
            mend="Give counts; only a numerator may be a percentage, of its denominator.",
        )
        ledger.refuse(
            numbers.is_kind(Kind.BLANK),
            f"column {column!r} is blank although another count is given",
            mend="Write the count, or a mark such as '..' where there is none; an error value in "
            "Excel is read as blank.",
        )


def refuse_impossible(
    records: Records, event: Converted, counts: Counts, ledger: Ledger, *, card: Card
) -> None:
    """Refuse numbers that cannot be.

    Parameters
    ----------
    records : Records
    event : Converted
    counts : Counts
    ledger : Ledger
    card : Card
    """
    column, of = records.event_column, records.size_column
    if records.count is not None:
        refuse_counts(records.count, ledger)
    if records.third is not None and "total" in card.needed:
        refuse_sums(records, records.third, ledger)
    elif "lower" in card.needed:
        refuse_limits(records, counts, ledger, card=card)
    elif not card.measure.counts:
        noun = "standard error" if card.measure.size_is_error else card.measure.size
        ledger.refuse(counts.size <= 0, f"a {noun} in column {of!r} is zero or negative", mend=ASK)
        if card.measure.size_is_error and (spread := describe_spread(of)) is not None:
            ledger.stop(f"column {of!r} holds {spread}.")
    _refuse_beyond_precision(records, counts, ledger, card=card)
    if not card.measure.counts:
        return
    if records.third is not None:
        refuse_beside(records.third, counts, ledger, role=card.needed[-1], of=of)
    whole = card.indicator.counts == "whole"
    part = card.measure.bounded
    _refuse_sentinels(records, ledger)
    for values, what, name in (
        (counts.event, "count", column),
        (counts.size, "number", of),
    ):
        ledger.refuse(
            values < 0, f"a negative {what} in column {name!r}", mend=_mend_negative(values)
        )
    ledger.refuse(counts.size == 0, f"{records.measure.size} of zero in column {of!r}", mend=ASK)
    refuse_percentages(records, event, ledger)
    refuse_rates_for_sizes(records, ledger, card=card)
    asked = ask_percentages(records, event, ledger, card=card)
    advice = 'If these are days or money, not events, let the card say counts = "continuous".'
    if whole:
        torn = _is_fraction(counts.event) & ~event.impossible & ~asked
        ledger.refuse(torn, f"a count in column {column!r} is not a whole number", mend=advice)
    if whole and part:
        torn = _is_fraction(counts.size)
        ledger.refuse(torn, f"a count in column {of!r} is not a whole number", mend=advice)
    if part:
        ledger.refuse(
            (counts.event > counts.size) & (counts.size > 0) & ~asked,
            f"{column!r} is greater than {of!r}",
            mend="Check that the two columns are not exchanged, and that both count the same. If "
            "counts are rounded, say to what: --rounded BASE.",
        )
        hidden = event.numbers.is_kind(Kind.SUPPRESSED)
        ledger.refuse(
            hidden & (event.numbers.low > counts.size) & (counts.size > 0),
            f"the suppressed range of column {column!r} lies above {of!r}",
            mend="Check the range that is given for suppressed counts.",
        )


def _mend_negative(values: Floats) -> str:
    """Say how to mend negative counts, which may all be one mark; one alone may be a record's."""
    negative, times = np.unique(values[values < 0], return_counts=True)
    if len(negative) == 1 and times[0] > 1:
        return f"{say_missing(negative[0])} Otherwise a{ASK[1:]}"
    return f"If it stands for what isn't known, say so with --missing. Otherwise a{ASK[1:]}"


def _refuse_sentinels(records: Records, ledger: Ledger) -> None:
    """Refuse numbers that seem to stand for what isn't known."""
    for numbers, column in records.measured:
        values = np.where(numbers.is_kind(Kind.NUMBER) & ledger.open, numbers.values, np.nan)
        sentinel = find_sentinel(values, counts=True)
        if sentinel is not None:
            ledger.refuse(
                numbers.values == sentinel,
                f"{sentinel:g} in column {column!r}, far from all other numbers",
                mend=f"{say_missing(sentinel)} Otherwise ask the publisher.",
            )


def _refuse_beyond_precision(
    records: Records, counts: Counts, ledger: Ledger, *, card: Card
) -> None:
    """Numbers with which nothing can be computed: no data have them, but files do."""
    event, size, smallest = counts.event, counts.size, records.size_column
    if records.third is not None and "total" in card.needed:
        # The standard error, which nobody wrote, is too small only if the squares are.
        event, size, smallest = records.event.values, records.size.values, records.third.column
    columns = [(event, records.event_column), (size, records.size_column)]
    if records.third is not None and card.measure.counts:
        columns.append((records.third.numbers.values, records.third.column))
    for values, column in columns:
        ledger.refuse(
            np.abs(values) >= MOST,
            f"a number in column {column!r} is above 9,007,199,254,740,992, where whole numbers "
            "can't be told apart",
            mend=ASK,
        )
    near = "is too near zero to compute with"
    ledger.refuse(
        (counts.size > 0) & (counts.size < LEAST),
        f"a number in column {smallest!r} {near}",
        mend=ASK,
    )
    ledger.refuse(
        (records.event.values != 0) & (np.abs(records.event.values) < LEAST),
        f"a number in column {records.event_column!r} {near}",
        mend=ASK,
    )


def refuse_duplicates(
    records: Records, ledger: Ledger, *, periods: Texts | None, apart: Apart = NOTHING_APART
) -> None:
    """Refuse a unit that stands twice in the same period, group and stratum.

    Parameters
    ----------
    records : Records
    ledger : Ledger
        When lenient, the first row of each unit is kept, unless one row holds what others hold.
    periods : ndarray of object, shape (rows,), optional
        None when a roll-up merges all rows of a unit.
    apart : Apart, optional
        Other columns that tell the rows apart.
    """
    splits = (*records.by.values(), *records.strata.values())
    keys = [records.roles["unit"].values, *(each.values for each in splits)]
    named = ["unit"]
    if periods is not None:
        keys.append(periods)
        named.append("period")
    named += [name for name in (*records.by, *records.strata) if name not in named]
    groups = number_groups(keys)
    # Other rows get numbers of their own, so that they repeat nothing.
    compared = ledger.open & ~records.roles["unit"].absent
    groups = np.where(compared, groups, -1 - np.arange(len(groups)))
    again = pd.Series(groups).duplicated().to_numpy()
    if not again.any():
        return
    what = f"the same {' and '.join(named)} as on an earlier row"
    if _renamed(records, groups, again):
        ledger.refuse(
            again,
            f"{what}, under another name: a unit renamed within a period",
            mend="Add its rows up in the file under one name, if each holds a part; else leave one "
            "out with --exclude COLUMN=NAME.",
        )
    elif apart.overlap is not None:
        column, level, why = apart.overlap
        ledger.stop(
            f"{count_rows(int(again.sum()))}: {what}. They differ in {column!r}, where {level!r} "
            f"{why}: keep it alone with {say_choice('--only', column, level)}, or leave it out "
            f"with {say_choice('--exclude', column, level)} and say --by "
            f"{shlex.quote(quote_commas(column))} to keep the others apart."
        )
    else:
        differ = " and ".join(map(repr, (*apart.columns, *apart.instead)))
        tell = f"They differ in {differ}. " if differ else ""
        if apart.instead:
            tell = f"Columns {differ} each tell them apart. "
        options = ["--by COLUMN if the rows are groups to keep apart"]
        options.append("for a model --stratum COLUMN if they are the case-mix of a unit")
        if apart.dated is not None and periods is not None:
            only = say_choice("--only", *apart.dated)
            options.insert(0, f"{only} to keep the latest if they are vintages of the same figures")
        if periods is None:
            options.insert(0, "--period COLUMN if they are periods")
        add = "or --roll-up all (without a period) to add the rows up, if none holds another's."
        ledger.refuse(again, what, mend=f"{tell}Say {', '.join(options)}, {add}")


def _renamed(records: Records, groups: Rows, again: Mask) -> bool:
    """Say whether rows that repeat a unit differ from the earlier ones in its name."""
    name = records.roles.get("unit_name")
    if name is None or name.lookup is not None:
        return False
    repeated = np.isin(groups, groups[again])
    codes = pd.factorize(name.values[repeated])[0]
    numbers = pd.factorize(groups[repeated])[0]
    pairs = pd.factorize(numbers * (int(codes.max(initial=0)) + 2) + codes + 1)[1]
    return len(pairs) == int(repeated.sum())


def refuse_empty_strata(records: Records, counts: Counts, ledger: Ledger) -> None:
    """Refuse a stratum in which many events are expected and none stands in any unit.

    Where all events of a unit stand in one of its rows, its strata say nothing: with `EXPECTED`
    events expected, to see none has a probability below one in a billion.
    """
    if records.measure.size != "expected" or records.event.is_kind(Kind.SUPPRESSED).any():
        return
    open_ = ledger.open & np.isfinite(counts.event) & np.isfinite(counts.size)
    if not counts.event[open_].any():
        return
    for name, stratum in records.strata.items():
        frame = pd.DataFrame({"level": stratum.values, "event": counts.event, "size": counts.size})[
            open_
        ]
        sums = frame.groupby("level", sort=False)[["event", "size"]].sum()
        empty = sums.index[(sums["event"] == 0) & (sums["size"] >= EXPECTED)]
        if len(empty):
            ledger.stop(
                f"column {name!r}: no unit has any of the {sums.loc[empty[0], 'size']:,.0f} events "
                f"expected at {empty[0]!r}. If all events of a unit stand on one of its rows, "
                "leave --stratum out and add the rows up with --roll-up all."
            )


def number_groups(keys: Sequence[Texts | Rows]) -> Rows:
    """Give each distinct combination of some columns a number, by first appearance.

    Returns
    -------
    ndarray of int, shape (rows,)
    """
    groups = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        codes, distinct = pd.factorize(key, use_na_sentinel=True, size_hint=FEW)
        groups = combine([groups * (len(distinct) + 1) + codes + 1])
    return groups


def _is_fraction(values: Floats) -> Mask:
    return np.asarray(np.abs(values - np.rint(values)) > WHOLE_TO, dtype=np.bool_)
