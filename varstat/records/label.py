"""The keys of case-mix cells, in any dialect: what records are grouped by, and what that is called.

A finite number is recognised as one whose size is below 2 to the power 53. This is false of NaN
and infinity in every dialect, and says no word that only some of them know.
"""

from typing import Any

from varstat.data.rows.checks import MOST
from varstat.records.plan import Key


def raw_key(column: Any, key: Key) -> Any:
    """Say what records are grouped by: cheap to compute, as it is computed for every record.

    Parameters
    ----------
    column : ibis.Column
    key : Key

    Returns
    -------
    ibis.Column
        The number of the band (-1 where there is none); the month, quarter or year; text without
        the blanks around it; or what is there. No two values have the same label.
    """
    import ibis  # type: ignore[import-untyped]

    if key.edges:
        whole = column.type().is_integer()
        number = column if whole else column.cast("float64")
        edges = [int(edge) if whole and edge.is_integer() else edge for edge in key.edges]
        beyond = [] if whole else [(~(number.abs() < MOST), -1)]
        inner = [(number < edge, at) for at, edge in enumerate(edges)]
        return ibis.cases(*beyond, *inner, (number >= edges[-1], len(edges)))
    match key.span:
        case "month" | "quarter":
            return column.truncate("M" if key.span == "month" else "Q")
        case "year":
            return column.year() - ibis.ifelse(column.month() < 4, 1, 0)
        case "calendar-year":
            return column.year()
    if column.type().is_timestamp():
        return column.date()
    return _trim(column) if column.type().is_string() else column


def label_key(raw: Any, key: Key) -> Any:
    """Say what a group is called.

    Parameters
    ----------
    raw : ibis.Column
        As `raw_key` gives it.
    key : Key

    Returns
    -------
    ibis.StringColumn
        Null where there is nothing, or nothing that can be named.
    """
    import ibis

    if key.edges:
        return ibis.cases(*((raw == at, label) for at, label in enumerate(key.labels)))
    if key.span is not None:
        return _label_span(raw, key.span)
    kind = raw.type()
    if kind.is_boolean():
        return ibis.cases((raw, "TRUE"), (~raw, "FALSE"))
    if kind.is_floating():
        # As elsewhere in varstat: 2.0 is a whole number that a blank beside it made a float.
        number = ibis.cases((raw.abs() < MOST, raw.cast("float64")))
        return ibis.ifelse(
            number == number.round(), number.cast("int64").cast("string"), number.cast("string")
        )
    return raw if kind.is_string() else raw.cast("string")


def _label_span(raw: Any, span: str) -> Any:
    """Name a period: `2016-17 Q1`, `2016-17`, `2016`, `2016-04-01` for the month."""
    import ibis

    if span in ("year", "calendar-year"):
        year = raw
    else:
        month = raw.month()
        year = raw.year() - (ibis.ifelse(month < 4, 1, 0) if span == "quarter" else 0)
    label = year.cast("string")
    if span in ("quarter", "year"):
        label = label + "-" + (year + 1).cast("string").right(2)
    if span == "quarter":
        quarter = ibis.cases((month < 4, "4"), (month < 7, "1"), (month < 10, "2"), else_="3")
        label = label + " Q" + quarter
    if span == "month":
        label = (raw.date() if raw.type().is_timestamp() else raw).cast("string")
    # Years outside are what databases put for no date, and no other part of varstat takes them.
    return ibis.cases((year.between(1900, 2099), label))


def _trim(column: Any) -> Any:
    """Take the blanks off text, which columns of fixed width are full of; null if none is left."""
    import ibis

    # ibis itself would name all characters that count as space, which takes four times as long.
    @ibis.udf.scalar.builtin(name="trim")  # type: ignore[untyped-decorator, unused-ignore]
    def trim(text: str) -> str:
        """Of the database."""
        raise NotImplementedError

    return trim(column).nullif("")
