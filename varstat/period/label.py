"""Periods: what a label means in calendar months, and the longer period it falls in.

A financial year runs from April to March: `2016-17` starts in April 2016, and `2016-17 Q1` is
April to June. `Q4 2006` says neither whether its quarter is financial nor, if it is, which year
it means, so it is refused rather than guessed.
"""

from collections.abc import Iterable
from typing import Literal, get_args

from varstat.errors import TableError
from varstat.period.column import Reading, read_column
from varstat.period.pattern import MONTHS, Span, read_label
from varstat.period.period import read_periods

RollUp = Literal["quarter", "year", "calendar-year", "all"]
ROLL_UPS: tuple[RollUp, ...] = get_args(RollUp)


def roll_up_periods(labels: Iterable[str], *, roll_up: RollUp, where: str) -> dict[str, str]:
    """Find the longer period that each label falls in.

    Parameters
    ----------
    labels : iterable of str
        The distinct labels of a period column, in order of appearance.
    roll_up : {"quarter", "year", "calendar-year", "all"}
        `quarter` and `year` are financial.
    where : str
        The file, for messages.

    Returns
    -------
    dict of str to str
        `2016-17 Q1`, `2016-17`, `2016`, or for `all` "first to last"; without the labels that
        cannot be understood.

    Raises
    ------
    TableError
        If a label can mean two things, or covers more than the period asked for.

    Examples
    --------
    >>> roll_up_periods(["2016-04-01", "2017-01-01"], roll_up="quarter", where="x.csv")
    {'2016-04-01': '2016-17 Q1', '2017-01-01': '2016-17 Q4'}
    """
    labels = list(labels)
    if not labels:
        return {}
    if roll_up == "all":
        ordered = read_periods(labels).labels
        merged = labels[0] if len(labels) == 1 else f"{ordered[0]} to {ordered[-1]}"
        return dict.fromkeys(labels, merged)
    # Whether the day comes first makes no difference where both fall in the same period.
    rolled = [_roll(spans, roll_up, where=where) for spans in _readings(labels, where=where)]
    if any(other != rolled[0] for other in rolled):
        raise TableError(where, _refuse_date(labels))
    return rolled[0]


def parse_periods(labels: Iterable[str], *, where: str) -> dict[str, Span]:
    """Understand period labels, each in the light of the others.

    `2011-12` alone may be December 2011 or a financial year; beside `2011-10` it is a month,
    beside `2016-17` a year.

    Parameters
    ----------
    labels : iterable of str
        Distinct labels.
    where : str
        The file, for messages.

    Returns
    -------
    dict of str to Span
        Without the labels that cannot be understood.

    Raises
    ------
    TableError
        If a label can mean two things.
    """
    labels = list(labels)
    readings = _readings(labels, where=where)
    if len(readings) > 1:
        raise TableError(where, _refuse_date(labels))
    return readings[0]


def _readings(labels: list[str], *, where: str) -> tuple[Reading, ...]:
    """Read a column, refused where more is unclear than whether the day comes first."""
    meanings = {label: read_label(label) for label in labels}
    loose = [label for label, found in meanings.items() if "calendar" in found]
    if loose:
        raise TableError(where, _refuse_quarter(loose[0]))
    readings = read_column(labels)
    for label, found in meanings.items():
        unclear = {reading[label] for reading in readings if "month" in found and "year" in found}
        if len(unclear) > 1:
            month, year = found["month"].start, found["year"].start // 12
            raise TableError(
                where,
                f"the period {label!r} may be a month or a financial year. Write a month as "
                f"'{month // 12}-{month % 12 + 1:02d}-01' or the year as '{year}-{year + 1}'.",
            )
    return readings


def _roll(spans: Reading, roll_up: RollUp, *, where: str) -> dict[str, str]:
    """Name the longer period that each span falls in."""
    bucket, length, name = {
        "quarter": (_quarter, 3, "quarters"),
        "year": (_financial_year, 12, "financial years"),
        "calendar-year": (_calendar_year, 12, "calendar years"),
    }[roll_up]
    rolled = {}
    for label, span in spans.items():
        start, rolled[label] = bucket(span.start)
        if span.end > start + length:
            raise TableError(
                where,
                f"the period {label!r} covers {span.months} months and does not fall inside one "
                f"of the {name}. Choose another roll-up, or none.",
            )
    return rolled


def _quarter(month: int) -> tuple[int, str]:
    start, year = _financial_year(month)
    quarter = (month - start) // 3
    return start + 3 * quarter, f"{year} Q{quarter + 1}"


def _financial_year(month: int) -> tuple[int, str]:
    year = (month - 3) // 12
    return 12 * year + 3, f"{year}-{(year + 1) % 100:02d}"


def _calendar_year(month: int) -> tuple[int, str]:
    return 12 * (month // 12), str(month // 12)


def _refuse_date(labels: list[str]) -> str:
    """Offer both readings of a date such as 04/05/2016."""
    both = ((label, read_label(label)) for label in labels)
    label, found = next(
        (label, found)
        for label, found in both
        if "day-first" in found and "month-first" in found
        if found["day-first"] != found["month-first"]
    )
    one, other = (_date(found[each]) for each in ("day-first", "month-first"))
    return f"the period {label!r} may be {one} or {other}. Write dates with the year first."


def _date(span: Span) -> str:
    year, month = divmod(span.start, 12)
    return f"{span.day} {MONTHS[month]} {year} ('{year}-{month + 1:02d}-{span.day:02d}')"


def _refuse_quarter(label: str) -> str:
    """Offer both readings of a quarter with a single year."""
    found = read_label(label)
    calendar, financial = (found[each].start for each in ("calendar", "financial"))
    return (
        f"the period {label!r} may be a calendar or a financial quarter. Write "
        f"{_quarter(calendar)[1]!r} ({_quarter_months(calendar)}) or {_quarter(financial)[1]!r} "
        f"({_quarter_months(financial)})."
    )


def _quarter_months(start: int) -> str:
    first, last = MONTHS[start % 12], MONTHS[(start + 2) % 12]
    return f"{first} to {last} {start // 12}"
