"""Assembly: the rows that are kept put together as a frame, and the account of all rows."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from varstat.data.account import Account, Ledger, Mask, Rows
from varstat.data.rows.counts import Converted, Counts
from varstat.data.rows.covariates import count_without
from varstat.data.rows.distinguish import number_levels
from varstat.data.rows.marks import Publishing, note_marks
from varstat.data.rows.records import Records
from varstat.data.rows.rollup import merge
from varstat.data.rows.unmatched import describe_unmatched
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Kind
from varstat.data.source.open import Source
from varstat.measure import Floats
from varstat.period.label import RollUp
from varstat.period.parts import bare_part
from varstat.period.period import Periods, read_periods


def note_lookups(records: Records, rows: Mask) -> tuple[str, ...]:
    """Say how many of the units on some rows have nothing in a lookup, a note a column.

    Parameters
    ----------
    records : Records
    rows : ndarray of bool, shape (rows,)

    Returns
    -------
    tuple of str
    """
    units = {unit for unit in records.roles["unit"].values[rows] if unit is not None}
    notes = {}
    for attribute in records.attributes:
        without = units - attribute.by_unit.keys()
        if attribute.lookup is not None:
            notes[attribute.column, attribute.lookup] = (
                f"{len(without):,} of {len(units):,} units have no {attribute.column!r} in "
                f"{attribute.lookup}"
            )
            if why := describe_unmatched(without, attribute.by_unit):
                notes[attribute.column, attribute.lookup] += f"; {why}"
    for covariate in records.covariates.values():
        if covariate.lookup is not None:
            lack, of = count_without(covariate, records.roles["unit"].values, rows)
            notes[covariate.column, covariate.lookup] = (
                f"{lack:,} of {of:,} units have no {covariate.column!r} in {covariate.lookup}"
            )
    return tuple(notes.values())


def note_counts(
    records: Records, event: Converted, kept: Mask, *, publishing: Publishing
) -> tuple[str, ...]:
    """Say how many kept counts are not as they were printed.

    Parameters
    ----------
    records : Records
    event : Converted
    kept : ndarray of bool, shape (rows,)
    publishing : Publishing

    Returns
    -------
    tuple of str
    """
    notes = [*note_marks(records, publishing, kept)]
    hidden = int((event.numbers.is_kind(Kind.SUPPRESSED) & kept).sum())
    if hidden:
        notes.append(f"{hidden:,} suppressed counts are kept as ranges; sums leave them out")
    percent = int((event.was_percent & kept).sum())
    if percent:
        notes.append(f"{percent:,} percentages in {records.event_column!r} were turned into counts")
    product = int((event.was_product & kept).sum())
    if product:
        notes.append(
            f"{product:,} counts were made of {records.event_column!r}, which is printed "
            "to so many digits: where several would print alike, the count is a range"
        )
    if records.measure.counts:
        notes += _note_rounding(records, kept, rounded=publishing.rounded)
    return tuple(notes)


def _note_rounding(records: Records, kept: Mask, *, rounded: Mapping[str, int]) -> Iterator[str]:
    """Say what rounding leaves room for."""
    event, size = records.event.values[kept], records.size.values[kept]
    if base := rounded.get("numerator"):
        yield (
            f"counts in column {records.event_column!r} are rounded to the nearest {base}: each "
            f"lies within {base // 2} of what is printed"
        )
        above = int((event > size).sum()) if records.measure.bounded else 0
        if above:
            yield (
                f"{above:,} of them {'is' if above == 1 else 'are'} greater than "
                f"{records.size_column!r} by rounding, and kept as no more than that"
            )
    if base := rounded.get("denominator"):
        off = (base // 2) / float(np.nanmin(np.where(size > 0, size, np.nan)))
        yield (
            f"numbers in column {records.size_column!r} are rounded to the nearest {base} and "
            f"taken as printed: by that alone a rate may be off by up to {min(off, 1.0):.1%} of "
            "itself"
        )


def note_periods(periods: Periods, column: str | None) -> tuple[str, ...]:
    """Say that periods stand as they appear, if so.

    Parameters
    ----------
    periods : Periods
    column : str or None
        Their column in the file.

    Returns
    -------
    tuple of str
    """
    if periods.in_time:
        return ()
    why = f"{periods.unread!r} says no time that is sure"
    if periods.unread is not None and bare_part(periods.unread):
        why = (
            f"{periods.unread!r} has no year. Where a column has it, name both, as in --period "
            "Year,Month"
        )
    return (f"the periods of {column!r} stand in the order of the rows, not of time: {why}",)


def assemble(
    records: Records,
    counts: Counts,
    periods: Texts | None,
    *,
    roll_up: RollUp | None,
) -> pd.DataFrame:
    """Put the rows that are kept into canonical columns, merged if asked for.

    Parameters
    ----------
    records : Records
        The kept ones alone; unless rows are merged, the frame shares their columns.
    counts : Counts
        Likewise.
    periods : ndarray of object, shape (rows,), optional
        Rolled up, if asked for.
    roll_up : RollUp, optional
        Merges the rows of a period.

    Returns
    -------
    DataFrame
        As in `Table`.
    """
    absent = np.full(len(records.rows), None, dtype=object)
    texts: dict[str, Texts] = {
        role: records.roles[role].values if role in records.roles else absent
        for role in ("unit", "unit_name", "peer_group")
    }
    texts["period"] = absent if periods is None else periods
    period = records.roles.get("period")
    for name, attribute in records.by.items():
        texts[name] = texts["period"] if attribute is period else attribute.values
    texts |= {name: attribute.values for name, attribute in records.strata.items()}
    covariates = {name: each.numbers.values for name, each in records.covariates.items()}
    if roll_up is not None:
        keys = ("unit", "period", *records.by, *records.strata)
        order = None if period is None else _in_time(period.values)
        counts, texts, covariates = merge(counts, texts, covariates, keys=keys, order=order)
    measure = records.measure
    return pd.DataFrame(
        _part(texts)
        | {
            measure.event: counts.event,
            measure.size: counts.size,
            "event_lower": counts.lower,
            "event_upper": counts.upper,
        }
        | ({} if measure.counts else {"count": counts.count})
        | _beside(records)
        | covariates,
        copy=False,
    )


def _beside(records: Records) -> dict[str, Floats]:
    """What stands beside a size; rows that have it aren't merged."""
    if records.third is None or not records.measure.counts:
        return {}
    return {records.measure.beside: records.third.numbers.values}


def _part(texts: Mapping[str, Texts]) -> dict[str, "pd.Series[Any]"]:
    """Give each column of text an array of its own, so that to change one changes no other."""
    seen = set[int]()
    columns = {}
    for name, values in texts.items():
        columns[name] = pd.Series(values, dtype=object, copy=id(values) in seen)
        seen.add(id(values))
    return columns


def _in_time(labels: Texts) -> Rows:
    """Give the rows in the order of their periods."""
    place = read_periods(label for label in labels if label is not None).place
    return np.argsort([place.get(label, -1) for label in labels], kind="stable").astype(np.int64)


def count_units(units: Texts) -> int:
    """Count the distinct units of some rows."""
    return len(number_levels(units)[1])


def make_account(
    source: Source,
    records: Records,
    counts: Counts,
    ledger: Ledger,
    *,
    notes: tuple[str, ...],
) -> Account:
    """Make the account of what became of every row, before any are merged.

    Parameters
    ----------
    source : Source
    records : Records
    counts : Counts
    ledger : Ledger
        Closed.
    notes : tuple of str

    Returns
    -------
    Account
    """
    kept = ledger.open
    rows_kept = int(kept.sum())
    totals = {}
    withheld = any((~each.is_kind(Kind.NUMBER)).any() for each in (records.event, records.size))
    if records.measure.counts:
        for column, values in (
            (records.measure.event, counts.event),
            (records.measure.size, counts.size),
        ):
            inside = float(np.nansum(values[kept]))
            # A total less what was read would give a number that is withheld.
            left = ~kept & ~ledger.sums if withheld else ~kept
            outside = float(np.nansum(values[left]))
            totals[column] = (inside + outside, inside, outside)
    return Account(
        source=source.name,
        rows_read=len(records.rows),
        rows_kept=rows_kept,
        rows_merged=0,
        exclusions=tuple(ledger.exclusions),
        totals=totals,
        units=count_units(records.roles["unit"].values[kept]),
        notes=notes,
    )
