"""Reading volumes: several counts of each unit and period, from a file or data frame."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from varstat.card import Card
from varstat.data.rows.lookup import OneLookup
from varstat.data.volumes.rows import CountRows, read_count_rows
from varstat.data.volumes.span import lay_out_periods
from varstat.data.volumes.volumes import Volumes
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
    title: str | None = None,
) -> Volumes:
    """Read what each unit reported in each month or quarter.

    Unlike `read_table` it keeps what is zero and notes what is absent: that is what is asked for.

    Parameters
    ----------
    source : path, "example:NAME" or DataFrame
    card : Card or str, optional
        Names the columns that aren't named here.
    unit, unit_name, numerator, denominator, period : str, optional
        Columns. Events are sought in the denominator, or else in the first of `columns`, or else in
        a numerator alone.
    columns : sequence of str
        Further counts of the same units and periods, by which causes are told apart.
    only, exclude, lookup, sheet, decimal, lenient
        As for `read_table`.
    title : str, optional
        What was measured; the card's, or the name of the first column of counts.

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
    rows = read_count_rows(
        source,
        card=card,
        unit=unit,
        unit_name=unit_name,
        numerator=numerator,
        denominator=denominator,
        period=period,
        columns=columns,
        only=only,
        exclude=exclude,
        lookup=lookup,
        sheet=sheet,
        decimal=decimal,
        lenient=lenient,
        title=title,
    )
    rows.refuse_repeated()
    rows.ledger.close(rows.name)
    return _lay_out(rows)


def _lay_out(rows: CountRows) -> Volumes:
    """Put the counts of the rows that are kept at their places."""
    labels, records = rows.labels, rows.records
    span = lay_out_periods(labels, where=rows.name)
    units, names, at = rows.number_units()
    column = tuple(rows.numbers)
    counts = np.full((len(column), len(units), len(span.label)), np.nan)
    when = np.array([span.place[label] for label in labels])
    for k, each in enumerate(rows.numbers.values()):
        counts[k, at, when] = each.values[rows.ledger.open]
    parts = None
    if len(column) > 1 and records.event_column != records.size_column:
        # The rest of the volume stands beside its events: a loss that takes one alone shows.
        counts = np.insert(counts, 2, counts[0] - counts[1], axis=0)
        column = (*column[:2], REST, *column[2:])
        parts = (1, 2)
    return Volumes(
        title=rows.title,
        unit=units,
        unit_name=names,
        column=column,
        counts=counts,
        period=span.label,
        first=span.first,
        months=span.months,
        parts=parts,
        account=rows.account(len(units)),
        data_hash=rows.data_hash,
        lookups=rows.lookups,
        card=rows.card.name,
        card_hash=content_hash(rows.card.model_dump(mode="json")),
    )
