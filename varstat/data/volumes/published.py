"""Reading vintages: rows that carry the date at which their counts were published."""

import os
from calendar import monthrange
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from varstat.card import Card
from varstat.data.rows.lookup import OneLookup
from varstat.data.rows.records import Attribute
from varstat.data.volumes.delay import number_delays
from varstat.data.volumes.rows import CountRows, read_count_rows
from varstat.data.volumes.vintages import Vintages
from varstat.errors import TableError, UsageError
from varstat.period.label import parse_periods
from varstat.period.pattern import Span
from varstat.prose.number import listed
from varstat.provenance import content_hash

# By how many months a vintage may be before a period's end: the last day may be a Sunday.
_EARLY = 0.1
# What several counts that no card names are called together.
_SEVERAL = "Reported counts"


def read_vintages(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    as_of: str,
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
) -> Vintages:
    """Read what was known of each unit's periods at several dates.

    Parameters
    ----------
    source : path, "example:NAME" or DataFrame
    as_of : str
        The column that says when a row was published: a date, or a month or longer period, which
        stands for its end.
    card, unit, unit_name, numerator, denominator, period, columns, only, exclude, lookup, sheet, \
decimal, lenient, title
        As for `read_volumes`.

    Returns
    -------
    Vintages

    Raises
    ------
    TableError
        If it can't be read, says what is impossible, has a period or date that can't be
        understood, periods of several lengths, a unit's period twice in one vintage, a vintage
        before the end of a period that it has, one vintage only, or no count that is known.
    UsageError
        If no counts are named, or the column is that of the units or periods.
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
        by=(as_of,),
    )
    ledger = rows.ledger
    published = rows.records.by[as_of]
    for role in ("unit", "period"):
        if rows.records.roles[role].column == published.column:
            raise UsageError(
                "as_of",
                f"{as_of!r} is the column of the {role}. Name the one that says when a row was "
                "published.",
            )
    ledger.refuse(
        published.absent,
        f"no date of publication in column {as_of!r}",
        mend="Say when the counts were published, or leave the rows out with --only or --exclude.",
    )
    dates = _dates(rows, published, as_of)
    ends = _ends(rows)
    _refuse_early(rows, published, dates, ends, as_of)
    rows.refuse_repeated(published)
    ledger.close(rows.name)
    return _lay_out(rows, published, dates, ends, as_of)


def _dates(rows: CountRows, published: Attribute, as_of: str) -> dict[str, float]:
    """Understand the dates of publication, in months; rows without one are refused."""
    open_ = rows.ledger.open
    labels = dict.fromkeys(str(each) for each in published.values[open_] if each is not None)
    spans = parse_periods(labels, where=f"{rows.name}, column {as_of!r}")
    unread = np.array([each is not None and str(each) not in spans for each in published.values])
    rows.ledger.refuse(
        unread,
        f"a date of publication in column {as_of!r} that can't be understood",
        mend="Write dates as 2008-02-29, or months as 2008-02.",
    )
    return {label: _moment(span) for label, span in spans.items()}


def _moment(span: Span) -> float:
    """The end of a day or of a period, in months from January of the year 0."""
    if span.day is None:
        return float(span.end)
    year, month = divmod(span.start, 12)
    return span.start + min(span.day / monthrange(year, month + 1)[1], 1.0)


def _ends(rows: CountRows) -> dict[str, Span]:
    """Understand the periods; all are of one length."""
    spans = parse_periods(dict.fromkeys(rows.labels), where=rows.name)
    lengths = {span.months for span in spans.values()}
    if len(spans) < len(set(rows.labels)) or len(lengths) != 1:
        raise TableError(
            rows.name,
            "delays need periods of one length whose labels can be read, such as 2014-07, "
            "2014-15 Q1 or 2014-15. Keep the rows of one kind with --only.",
        )
    if len({span.start for span in spans.values()}) < len(spans):
        raise TableError(rows.name, "two labels name the same period. Write each period one way.")
    return spans


def _refuse_early(
    rows: CountRows,
    published: Attribute,
    dates: Mapping[str, float],
    ends: Mapping[str, Span],
    as_of: str,
) -> None:
    """Refuse counts that were published before their period was over: they aren't all of it."""
    early = np.array(
        [
            str(date) in dates
            and str(period) in ends
            and dates[str(date)] < ends[str(period)].end - _EARLY
            for date, period in zip(
                published.values, rows.records.roles["period"].values, strict=True
            )
        ]
    )
    rows.ledger.refuse(
        early,
        f"published, by column {as_of!r}, before the period had ended",
        mend="Correct the date or the period; a part of a period is no early count of all of it.",
    )


def _lay_out(
    rows: CountRows,
    published: Attribute,
    dates: Mapping[str, float],
    spans: Mapping[str, Span],
    as_of: str,
) -> Vintages:
    """Put the counts of the rows that are kept at their places."""
    kept, labels = rows.ledger.open, rows.labels
    stamps = [str(each) for each in published.values[kept]]
    vintage = sorted(set(stamps), key=lambda each: dates[each])
    period = sorted(set(labels), key=lambda each: spans[each].start)
    _refuse_vintages(rows.name, vintage, dates, as_of)
    units, names, at = rows.number_units()
    place = {label: at for at, label in enumerate(period)}
    stamp = {label: at for at, label in enumerate(vintage)}
    when = np.array([place[each] for each in labels])
    known = np.array([stamp[each] for each in stamps])
    counts = np.full((len(rows.numbers), len(units), len(period), len(vintage)), np.nan)
    for k, each in enumerate(rows.numbers.values()):
        counts[k, at, when, known] = each.values[kept]
    if not np.isfinite(counts).any():
        raise TableError(
            rows.name,
            f"no count is known in column {listed([repr(each) for each in rows.numbers])}. Name "
            "the columns of counts with --denominator or --counts.",
        )
    return Vintages(
        title=rows.title if rows.titled or len(rows.numbers) == 1 else _SEVERAL,
        unit=units,
        unit_name=names,
        column=tuple(rows.numbers),
        counts=counts,
        period=tuple(period),
        as_of=tuple(vintage),
        delays=number_delays(
            np.array([float(spans[each].end) for each in period]),
            np.array([dates[each] for each in vintage]),
            np.isfinite(counts).any(axis=(0, 1)),
        ),
        account=rows.account(len(units)),
        data_hash=rows.data_hash,
        lookups=rows.lookups,
        card=rows.card.name,
        card_hash=content_hash(rows.card.model_dump(mode="json")),
    )


def _refuse_vintages(
    where: str, vintage: Sequence[str], dates: Mapping[str, float], as_of: str
) -> None:
    if len(vintage) < 2:
        raise TableError(
            where,
            f"column {as_of!r} has one date: one vintage shows no growth. Add the rows of earlier "
            "publications, or leave out --as-of and look at volumes.",
        )
    if len({dates[each] for each in vintage}) < len(vintage):
        raise TableError(
            where, f"two labels in column {as_of!r} name the same date. Write each date one way."
        )
