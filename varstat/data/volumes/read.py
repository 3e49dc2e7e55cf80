"""Reading volumes: several counts of each unit and period, from a file or data frame."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from varstat.card import Card, load_card, restate_card, state_card
from varstat.data.account import Account, Ledger, Rows
from varstat.data.read import name_lookups, open_data
from varstat.data.rows import checks
from varstat.data.rows.choose import exclude_others
from varstat.data.rows.gather import gather
from varstat.data.rows.layout import exclude_layout, refuse_overfull
from varstat.data.rows.lookup import OneLookup, open_lookups
from varstat.data.rows.records import Records
from varstat.data.rows.totals import exclude_totals
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Kind, Numbers
from varstat.data.volumes.span import lay_out_periods
from varstat.data.volumes.volumes import Volumes
from varstat.errors import TableError, UsageError
from varstat.provenance import content_hash

REST = "rest"


def read_volumes(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    card: Card | str | None = None,
    unit: str | None = None,
    unit_name: str | None = None,
    numerator: str | None = None,
    denominator: str | None = None,
    period: str | None = None,
    columns: Sequence[str] = (),
    only: Mapping[str, Sequence[str]] | None = None,
    exclude: Mapping[str, Sequence[str]] | None = None,
    lookup: Sequence[OneLookup] = (),
    sheet: str | None = None,
    decimal: str | None = None,
    lenient: bool = False,
) -> Volumes:
    """Read what each unit reported in each month or quarter.

    Unlike `read_table` it keeps what is zero and notes what is absent: that is what is asked for.

    Parameters
    ----------
    source : path, "example:NAME" or DataFrame
    card : Card or str, optional
        Names the columns that aren't named here.
    unit, unit_name, numerator, denominator, period : str, optional
        Columns. Events are sought in the denominator, or else in the first of `columns`.
    columns : sequence of str
        Further counts of the same units and periods, by which causes are told apart.
    only, exclude, lookup, sheet, decimal, lenient
        As for `read_table`.

    Returns
    -------
    Volumes

    Raises
    ------
    TableError
        If it can't be read, says what is impossible, has no periods or such as are neither months
        nor quarters, or a unit twice in one of them.
    UsageError
        If no counts are named.
    """
    said = {"unit": unit, "unit_name": unit_name, "period": period}
    said |= {"numerator": numerator, "denominator": denominator}
    stated = _state(card, said, columns)
    shared = stated.columns.numerator == stated.columns.denominator
    core = {*(stated.columns.numerator or ()), *(stated.columns.denominator or ())}
    further = tuple(each for each in dict.fromkeys(columns) if each not in core)
    opened = open_data(source, sheet=sheet, decimal=decimal)
    lookups = open_lookups(lookup or None, decimal=decimal)
    records, header, notes = gather(
        opened,
        card=stated,
        by=(),
        lookups=lookups,
        roll_up=None,
        covariates=further,
        inform=(),
        strata=(),
        only=only,
        exclude=exclude,
    )
    if "period" not in records.roles:
        raise TableError(
            opened.name,
            "there is no column of periods, and completeness is a matter of months or quarters. "
            "Name it: --period COL.",
        )
    ledger = Ledger(records.rows, lenient=lenient)
    exclude_layout(records, header, ledger)
    refuse_overfull(records, header, ledger)
    checks.exclude_declared(records, ledger)
    exclude_others(records, ledger, roll_up=None)
    if not shared:
        exclude_totals(records, header, ledger, card=stated, roll_up=None)
    ledger.exclude(records.roles["unit"].absent, "no unit")
    ledger.exclude(records.roles["period"].absent, "no period")
    numbers = _numbers(records, shared=shared)
    for name, each in numbers.items():
        _refuse(each, name, ledger)
    checks.refuse_duplicates(records, ledger, periods=records.roles["period"].values)
    ledger.close(opened.name)
    return _lay_out(
        records,
        numbers,
        ledger,
        notes=(*opened.notes, *notes),
        stated=stated,
        titled=card is not None,
        name=opened.name,
        data_hash=opened.data_hash,
        lookups={
            name: each.data_hash
            for name, each in zip(
                name_lookups([each.name for each in lookups]), lookups, strict=True
            )
        },
    )


def _state(card: Card | str | None, said: Mapping[str, str | None], columns: Sequence[str]) -> Card:
    """Make the card that says which columns are meant; without a proportion, the first of them."""
    named = {k: v for k, v in said.items() if v is not None}
    if card is None and "denominator" not in named and columns:
        named["denominator"] = columns[0]
    stated = state_card(card, named)
    if stated is None:
        stated = restate_card(load_card("default-proportion"), named)
    if stated.indicator.measure != "proportion":
        raise UsageError(
            "columns",
            "completeness is a matter of counts: name --numerator and --denominator, or the counts "
            "themselves with --counts COL,COL.",
        )
    if card is None and "numerator" not in named:
        # No card may say so, but a volume alone is both.
        both = stated.columns.model_copy(update={"numerator": stated.columns.denominator})
        stated = stated.model_copy(update={"columns": both})
    return stated


def _numbers(records: Records, *, shared: bool) -> dict[str, Numbers]:
    """The columns of counts by name: the volume, its events if there are any, and further ones."""
    found = {records.size_column: records.size}
    if not shared:
        found[records.event_column] = records.event
    return found | {name: each.numbers for name, each in records.covariates.items()}


def _refuse(numbers: Numbers, name: str, ledger: Ledger) -> None:
    """Refuse what is no count; marks that stand for something unknown are gaps."""
    bad = numbers.is_kind(Kind.TEXT, Kind.PERCENT, Kind.INFINITE, Kind.AMBIGUOUS)
    mend = "Give counts, or leave the column out."
    ledger.refuse(bad, f"no count in column {name!r}", mend=mend)
    ledger.refuse(numbers.values < 0, f"a negative count in column {name!r}", mend=mend)


def _lay_out(
    records: Records,
    numbers: Mapping[str, Numbers],
    ledger: Ledger,
    *,
    notes: tuple[str, ...],
    stated: Card,
    titled: bool,
    name: str,
    data_hash: str,
    lookups: dict[str, str],
) -> Volumes:
    """Put the counts of the rows that are kept at their places."""
    kept = ledger.open
    labels = [str(each) for each in records.roles["period"].values[kept]]
    span = lay_out_periods(labels, where=name)
    units, at = np.unique(records.roles["unit"].values[kept].astype(str), return_inverse=True)
    column = tuple(numbers)
    counts = np.full((len(column), len(units), len(span.label)), np.nan)
    when = np.array([span.place[label] for label in labels])
    for k, each in enumerate(numbers.values()):
        counts[k, at, when] = each.values[kept]
    parts = None
    if len(column) > 1 and records.event_column != records.size_column:
        # The rest of the volume stands beside its events: a loss that takes one alone shows.
        counts = np.insert(counts, 2, counts[0] - counts[1], axis=0)
        column = (*column[:2], REST, *column[2:])
        parts = (1, 2)
    names = records.roles.get("unit_name")
    return Volumes(
        title=stated.indicator.title if titled else column[0],
        unit=units.astype(object),
        unit_name=_last(None if names is None else names.values[kept], at, len(units)),
        column=column,
        counts=counts,
        period=span.label,
        first=span.first,
        months=span.months,
        parts=parts,
        account=Account(
            source=name,
            rows_read=len(ledger.rows),
            rows_kept=int(kept.sum()),
            rows_merged=0,
            exclusions=tuple(ledger.exclusions),
            totals={},
            units=len(units),
            notes=notes,
        ),
        data_hash=data_hash,
        lookups=lookups,
        card=stated.name,
        card_hash=content_hash(stated.model_dump(mode="json")),
    )


def _last(names: Texts | None, at: Rows, units: int) -> Texts:
    """The last name that each unit went by."""
    found = np.full(units, None, dtype=object)
    if names is not None:
        for unit, name in zip(at, names, strict=True):
            found[unit] = name if name is not None else found[unit]
    return found
