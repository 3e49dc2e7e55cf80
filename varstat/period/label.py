"""Periods: what a label means in calendar months, and the longer period it falls in.

A financial year runs from April to March: `2016-17` starts in April 2016, and `2016-17 Q1` is
April to June. `Q4 2006` says neither whether its quarter is financial nor, if it is, which year
it means, so it is refused rather than guessed.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from varstat.errors import TableError

RollUp = Literal["quarter", "year", "calendar-year", "all"]
ROLL_UPS: tuple[RollUp, ...] = get_args(RollUp)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
YEAR = r"(?P<year>(?:19|20)\d\d)"
NEXT = r"(?:20)?(?P<next>\d\d)"
ISO_DATE = re.compile(rf"{YEAR}-(?P<month>\d\d?)-(?P<day>\d\d?)(?:[ T].*)?")
DAY_FIRST = re.compile(rf"(?P<day>\d\d?)[/.-](?P<month>\d\d?)[/.-]{YEAR}")
DATE_IN_WORDS = re.compile(
    r"(?:(?P<day>\d\d?)(?:st|nd|rd|th)?[ -])?(?P<name>[a-z]+)[ -]?(?P<year>(?:19|20)?\d\d)"
)
YEAR_THEN_NAME = re.compile(rf"{YEAR}[ -](?P<name>[a-z]+)")
PAIR = re.compile(rf"(?:fy ?)?{YEAR}[-/\u2013]?{NEXT}")
QUARTER_OF_YEAR = re.compile(rf"{YEAR}[-/\u2013]?{NEXT}[ -]?q(?P<quarter>[1-4])")
QUARTER_FIRST = re.compile(rf"q(?P<quarter>[1-4])[ -]{YEAR}[-/\u2013]?{NEXT}")
LOOSE_QUARTER = re.compile(r"(?:19|20)\d\d[ -]?q[1-4]|q[1-4][ -]?(?:19|20)\d\d")
PLAIN_YEAR = re.compile(YEAR)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of calendar months.

    Attributes
    ----------
    start : int
        First month, counted from January of the year 0.
    months : int
        How many.
    """

    start: int
    months: int


@dataclass(frozen=True, slots=True)
class _Ambiguous:
    """Two readings of a label, of which the rest of the column may rule one out."""

    month: Span
    year: Span


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
        return _merge_all(labels, where=where)
    spans = parse_periods(labels, where=where)
    bucket, length, name = {
        "quarter": (_quarter, 3, "quarters"),
        "year": (_financial_year, 12, "financial years"),
        "calendar-year": (_calendar_year, 12, "calendar years"),
    }[roll_up]
    rolled = {}
    for label, span in spans.items():
        start, rolled[label] = bucket(span.start)
        if span.start + span.months > start + length:
            raise TableError(
                where,
                f"the period {label!r} covers {span.months} months and does not fall inside one "
                f"of the {name}. Choose another roll-up, or none.",
            )
    return rolled


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
    loose = [label for label in labels if LOOSE_QUARTER.fullmatch(label.lower())]
    if loose:
        raise TableError(where, _refuse_quarter(loose[0]))
    read = {label: _read(" ".join(label.lower().split())) for label in labels}
    pairs = [label for label, span in read.items() if isinstance(span, _Ambiguous)]
    shaped = {label for label in labels if PAIR.fullmatch(label.lower())}
    sure = [span for label in shaped if isinstance(span := read[label], Span)]
    months, years = (any(span.months == length for span in sure) for length in (1, 12))
    if pairs and (months == years) and (months or len(pairs) == 1):
        raise TableError(
            where,
            f"the period {pairs[0]!r} may be a month or a financial year. Write a month as "
            f"{_month_label(read[pairs[0]])!r} or the year as {_year_label(read[pairs[0]])!r}.",
        )
    spans = {}
    for label, span in read.items():
        if isinstance(span, _Ambiguous):
            span = span.month if months else span.year
        if span is not None:
            spans[label] = span
    return spans


def _read(label: str) -> Span | _Ambiguous | None:
    for pattern, reader in _READERS:
        found = pattern.fullmatch(label)
        if found and (span := reader(found)) is not None:
            return span
    return None


def _read_date(found: re.Match[str]) -> Span | None:
    month, day = int(found["month"]), int(found["day"])
    return _month(int(found["year"]), month) if 1 <= day <= 31 else None


def _read_words(found: re.Match[str]) -> Span | None:
    month = MONTH_NAMES.get(found["name"])
    year = int(found["year"])
    return _month(year + 2000 if year < 100 else year, month) if month else None


def _read_pair(found: re.Match[str]) -> Span | _Ambiguous | None:
    """Read 2016-17 and 2016-04, which look alike."""
    year, second = int(found["year"]), int(found["next"])
    financial = Span(12 * year + 3, 12) if second == (year + 1) % 100 else None
    monthly = _month(year, second)
    if financial and monthly and len(found[0]) <= len("2011-12"):
        return _Ambiguous(monthly, financial)
    return financial or monthly


def _read_quarter(found: re.Match[str]) -> Span | None:
    year, quarter = int(found["year"]), int(found["quarter"])
    if int(found["next"]) != (year + 1) % 100:
        return None
    return Span(12 * year + 3 * quarter, 3)


def _read_year(found: re.Match[str]) -> Span:
    return Span(12 * int(found["year"]), 12)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Span | _Ambiguous | None]], ...]
_READERS = (
    (ISO_DATE, _read_date),
    (DAY_FIRST, _read_date),
    (QUARTER_OF_YEAR, _read_quarter),
    (QUARTER_FIRST, _read_quarter),
    (PAIR, _read_pair),
    (DATE_IN_WORDS, _read_words),
    (YEAR_THEN_NAME, _read_words),
    (PLAIN_YEAR, _read_year),
)


def _month(year: int, month: int) -> Span | None:
    return Span(12 * year + month - 1, 1) if 1 <= month <= 12 else None


def _quarter(month: int) -> tuple[int, str]:
    start, year = _financial_year(month)
    quarter = (month - start) // 3
    return start + 3 * quarter, f"{year} Q{quarter + 1}"


def _financial_year(month: int) -> tuple[int, str]:
    year = (month - 3) // 12
    return 12 * year + 3, f"{year}-{(year + 1) % 100:02d}"


def _calendar_year(month: int) -> tuple[int, str]:
    return 12 * (month // 12), str(month // 12)


def _merge_all(labels: list[str], *, where: str) -> dict[str, str]:
    """Give all labels one name; in order of time where understood, else of appearance."""
    try:
        spans = parse_periods(labels, where=where)
    except TableError:
        spans = {}
    if len(spans) == len(labels):
        labels = sorted(labels, key=lambda label: spans[label].start)
    merged = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    return dict.fromkeys(labels, merged)


def _refuse_quarter(label: str) -> str:
    """Offer both readings of a quarter with a single year."""
    year = int(re.findall(r"(?:19|20)\d\d", label)[0])
    quarter = int(re.findall(r"q([1-4])", label.lower())[0])
    calendar = _quarter(12 * year + 3 * (quarter - 1))[1]
    financial = f"{year}-{(year + 1) % 100:02d} Q{quarter}"
    return (
        f"the period {label!r} may be a calendar or a financial quarter. Write {calendar!r} "
        f"({_quarter_months(12 * year + 3 * (quarter - 1))}) or {financial!r} "
        f"({_quarter_months(12 * year + 3 * quarter)})."
    )


def _quarter_months(start: int) -> str:
    first, last = MONTHS[start % 12].title(), MONTHS[(start + 2) % 12].title()
    return f"{first} to {last} {start // 12}"


def _month_label(read: Span | _Ambiguous | None) -> str:
    assert isinstance(read, _Ambiguous)
    return f"{read.month.start // 12}-{read.month.start % 12 + 1:02d}-01"


def _year_label(read: Span | _Ambiguous | None) -> str:
    assert isinstance(read, _Ambiguous)
    year = read.year.start // 12
    return f"{year}-{year + 1}"
