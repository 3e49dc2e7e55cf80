"""Patterns: what one period label can mean, alone.

Most labels mean one thing. Some mean one thing by one convention and another by another, which
the other labels of the column may settle: `2011-12` is December 2011 or a financial year,
`04/05/2016` is in May or in April, `Q4 2006` is a calendar or a financial quarter.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from varstat.period.wording import plain_wording

Convention = Literal[
    "plain", "day-first", "month-first", "month", "year", "years", "calendar", "financial"
]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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
# The most years that a label such as 2008-10 covers, and months that any does.
_MOST_YEARS, _MOST_MONTHS = 10, 600

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHORT_YEAR = r"(?P<year>(?:19|20)?\d\d)"
_NEXT = r"(?P<next>(?:19|20)?\d\d)"
_DASH = r"[-/\u2013]"
_FINANCIAL = rf"(?:fy ?)?{_YEAR}{_DASH}?{_NEXT}"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of calendar months, or a day.

    Attributes
    ----------
    start : int
        First month, counted from January of the year 0.
    months : int
        How many.
    day : int or None
        The day of the first month, where the label is a date or starts with one.
    """

    start: int
    months: int
    day: int | None = None

    @property
    def end(self) -> int:
        """The month after the last."""
        return self.start + self.months

    @property
    def turns(self) -> bool:
        """Whether a date is the first or last day of its month, as those of periods are."""
        year, month = divmod(self.start, 12)
        return self.day in (1, monthrange(year, month + 1)[1])


Meanings = dict[Convention, Span]


def read_label(label: str) -> Meanings:
    """Find what a label can mean.

    Parameters
    ----------
    label : str

    Returns
    -------
    dict of str to Span
        By the convention that each meaning takes, "plain" for one that takes none; empty if the
        label can't be understood.

    Examples
    --------
    >>> read_label("Jan-Mar 2018")
    {'plain': Span(start=24216, months=3, day=None)}
    >>> sorted(read_label("2011-12"))
    ['month', 'year']
    >>> read_label("Wave 3")
    {}
    """
    text = plain_wording(label)
    return _read_one(text) or _read_range(text) or _read_ending(text)


def _read_one(text: str) -> Meanings:
    for pattern, reader in _READERS:
        found = pattern.fullmatch(text)
        if found and (meanings := reader(found)):
            return meanings
    return {}


def _plain(span: Span | None) -> Meanings:
    return {} if span is None else {"plain": span}


def _month(year: int, month: int, day: int | None = None) -> Span | None:
    return Span(12 * year + month - 1, 1, day) if 1 <= month <= 12 else None


def _read_date(found: re.Match[str]) -> Meanings:
    return _plain(_date(found["year"], found["month"], found["day"]))


def _date(year: str, month: str, day: str) -> Span | None:
    return _month(_full_year(year), int(month), int(day)) if 1 <= int(day) <= 31 else None


def _read_either(found: re.Match[str]) -> Meanings:
    """Read 04/05/2016, day or month first."""
    meanings: Meanings = {}
    if first := _date(found["year"], found["b"], found["a"]):
        meanings["day-first"] = first
    if second := _date(found["year"], found["a"], found["b"]):
        meanings["month-first"] = second
    return meanings


def _read_words(found: re.Match[str]) -> Meanings:
    month = MONTH_NAMES.get(found["name"])
    named = found.groupdict().get("day")
    day = None if named is None else int(named)
    if month is None or (day is not None and not 1 <= day <= 31):
        return {}
    return _plain(_month(_full_year(found["year"]), month, day))


def _full_year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _read_pair(found: re.Match[str]) -> Meanings:
    """Read 2016-17, 2016-04 and 2016-18, which look alike."""
    year, short = int(found["year"]), len(found["next"]) == 2
    second = int(found["next"])
    wide = (second - year) % 100 if short else second - year
    meanings: Meanings = {}
    if short and "fy" not in found[0] and (monthly := _month(year, second)):
        meanings["month"] = monthly
    if wide == 1:
        meanings["year"] = Span(12 * year + 3, 12)
    elif 1 < wide <= _MOST_YEARS:
        meanings["years"] = Span(12 * year, 12 * (wide + 1))
    return meanings


def _read_short_pair(found: re.Match[str]) -> Meanings:
    """Read FY16/17."""
    year, second = int(found["year"]), int(found["next"])
    return _plain(Span(12 * (2000 + year) + 3, 12)) if second == (year + 1) % 100 else {}


def _read_financial_years(found: re.Match[str]) -> Meanings:
    """Read 2015/16 - 17/18."""
    year = int(found["year"])
    wide = (int(found["last"]) - year) % 100 + 1
    return _plain(Span(12 * year + 3, 12 * wide)) if wide <= _MOST_YEARS else {}


def _read_spaced(found: re.Match[str]) -> Meanings:
    """Read 2008 - 10, which is no month."""
    return {key: span for key, span in _read_pair(found).items() if key != "month"}


def _read_quarter(found: re.Match[str]) -> Meanings:
    return _plain(_of_financial_year(found, 3 * int(found["quarter"]) - 3, 3))


def _read_month(found: re.Match[str]) -> Meanings:
    """Read 2018M04 and 04/2018."""
    return _plain(_month(int(found["year"]), int(found["month"])))


def _read_numbered_month(found: re.Match[str]) -> Meanings:
    number = int(found["number"])
    return _plain(_of_financial_year(found, number - 1, 1)) if 1 <= number <= 12 else {}


def _read_named_month(found: re.Match[str]) -> Meanings:
    """Read 2018-19 Jan, the name of a month of a financial year."""
    month = MONTH_NAMES.get(found["name"])
    return _plain(_of_financial_year(found, (month - 4) % 12, 1)) if month else {}


def _of_financial_year(found: re.Match[str], after: int, months: int) -> Span | None:
    year = int(found["year"])
    if int(found["next"]) % 100 != (year + 1) % 100:
        return None
    return Span(12 * year + 3 + after, months)


def _read_loose_quarter(found: re.Match[str]) -> Meanings:
    start = 12 * int(found["year"]) + 3 * int(found["quarter"])
    return {"calendar": Span(start - 3, 3), "financial": Span(start, 3)}


def _read_half(found: re.Match[str]) -> Meanings:
    """Read H1 2023/24, a half of a financial year."""
    return _plain(_of_financial_year(found, 6 * int(found["half"]) - 6, 6))


def _read_loose_half(found: re.Match[str]) -> Meanings:
    """Read 2023 H1, of a calendar or a financial year."""
    start = 12 * int(found["year"]) + 6 * int(found["half"]) - 6
    return {"calendar": Span(start, 6), "financial": Span(start + 3, 6)}


def _read_week(found: re.Match[str]) -> Meanings:
    """Read 2023-W14 as the Monday of that week (ISO 8601)."""
    try:
        monday = date.fromisocalendar(int(found["year"]), int(found["week"]), 1)
    except ValueError:
        return {}
    return _plain(_month(monday.year, monday.month, monday.day))


def _read_week_of(found: re.Match[str]) -> Meanings:
    """Read w/e 07/04/2023 as the date that it names."""
    meanings = _read_one(found["date"])
    return meanings if all(span.day is not None for span in meanings.values()) else {}


def _read_calendar_quarter(found: re.Match[str]) -> Meanings:
    return _plain(Span(12 * int(found["year"]) + 3 * int(found["quarter"]) - 3, 3))


def _read_year(found: re.Match[str]) -> Meanings:
    return _plain(Span(12 * int(found["year"]), 12))


def _read_months(found: re.Match[str]) -> Meanings:
    """Read Jan-Mar 2018 and Dec-Feb 2018, whose year is that of the last month."""
    first, last = MONTH_NAMES.get(found["first"]), MONTH_NAMES.get(found["last"])
    if first is None or last is None:
        return {}
    year = _full_year(found["year"])
    end = 12 * year + last - 1
    start = 12 * (year - (first > last)) + first - 1
    if found["from"]:
        start = 12 * _full_year(found["from"]) + first - 1
    return _plain(_between(Span(start, 1), Span(end, 1)))


def _read_range(text: str) -> Meanings:
    """Read a label of two ends, each a label of its own: 2015-16 Q2 to 2016-17 Q1."""
    found = _TWO_ENDS.fullmatch(text)
    if not found:
        return {}
    ends = [_read_one(found[side]) for side in ("first", "last")]
    meanings: Meanings = {}
    for convention in dict.fromkeys((*ends[0], *ends[1])):
        first, last = (end.get(convention, end.get("plain")) for end in ends)
        if first and last and (span := _between(first, last)):
            meanings[convention] = span
    if len(meanings) > 1:
        meanings.pop("plain", None)
    return meanings


def _between(first: Span, last: Span) -> Span | None:
    months = last.end - first.start
    return Span(first.start, months, first.day) if 0 < months <= _MOST_MONTHS else None


def _read_ending(text: str) -> Meanings:
    """Read a label that says how long it is and when it ends: 12 months to March 2018."""
    found = _ENDING.fullmatch(text)
    if not found:
        return {}
    months = {"quarter": 3}.get(found["word"] or "", 12)
    if number := found["months"] or found["years"]:
        months = int(number) * (1 if found["months"] else 12)
    return {
        convention: replace(end, start=end.end - months, months=months, day=None)
        for convention, end in _read_one(found["last"]).items()
        # "3 years to 2019" ends with that year.
        if end.months <= 12 and end.months <= months <= _MOST_MONTHS
    }


_TIME = r"(?:[ t]\d\d?:\d\d.*)?"
_HALF = r"(?:h|hy|half(?: year)?|s|sem(?:ester|estre)?) ?(?P<half>[12])"
_WEEK = r"(?:w|wk|kw|week|woche) ?(?P<week>\d\d?)"
_WEEK_OF = r"(?:(?:w/?|wk|week) ?(?:e|c|b|end(?:ing|ed)?|commencing|beginning|to|of)(?![a-z])\.?:?)"
_NAME = r"[a-z]{3,9}\.?"
_TO = r"(?:-|\u2013|/|to|until)"
_LAST = rf"(?P<last>{_NAME})[ '-]*{_SHORT_YEAR}"
_TWO_ENDS = re.compile(r"(?P<first>.+?)(?: (?:to|until|[-\u2013]) | ?\u2013 ?)(?P<last>.+)")
_ENDING = re.compile(
    r"(?:the )?(?:(?P<months>\d\d?) months?|(?P<years>\d) years?|(?P<word>year|quarter|ye)) ?"
    r"(?:ending|ended|end|to|)(?: in)? (?P<last>.+)"
)
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Meanings]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (rf"{_YEAR}[-/](?P<month>\d\d?)[-/](?P<day>\d\d?){_TIME}", _read_date),
        (r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)", _read_date),
        (rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}{_TIME}", _read_date),
        (rf"(?P<a>\d\d?)(?P<dash>[/-])(?P<b>\d\d?)(?P=dash){_YEAR}{_TIME}", _read_either),
        # With hyphens it could as well begin with the year.
        (r"(?P<a>\d\d?)/(?P<b>\d\d?)/(?P<year>\d\d)", _read_either),
        (r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d\d)", _read_date),
        (rf"{_YEAR}[- ]?m(?P<month>\d\d)", _read_month),
        (rf"(?P<month>\d\d?)[/.-]{_YEAR}", _read_month),
        (rf"{_YEAR}{_DASH}?{_NEXT}[ -]?q(?:uarter)? ?(?P<quarter>[1-4])", _read_quarter),
        (rf"q(?:uarter)? ?(?P<quarter>[1-4])[ -]{_FINANCIAL}", _read_quarter),
        (rf"{_FINANCIAL}[ -]?(?:m|p|month|period) ?(?P<number>\d\d?)", _read_numbered_month),
        (rf"(?:m|p|month|period) ?(?P<number>\d\d?)[ -]{_FINANCIAL}", _read_numbered_month),
        (rf"{_FINANCIAL}[ -]?(?P<name>[a-z]+)\.?", _read_named_month),
        (rf"(?P<name>[a-z]+)\.? {_YEAR}{_DASH}{_NEXT}", _read_named_month),
        (rf"{_YEAR}[ -]?q(?:uarter)? ?(?P<quarter>[1-4])", _read_loose_quarter),
        (rf"q(?:uarter)? ?(?P<quarter>[1-4])[ -]?{_YEAR}", _read_loose_quarter),
        (rf"(?P<quarter>[1-4])q{_YEAR}", _read_calendar_quarter),
        (rf"{_FINANCIAL}[ -]?{_HALF}", _read_half),
        (rf"{_HALF}[ -]{_FINANCIAL}", _read_half),
        (rf"{_YEAR}[ -]?{_HALF}", _read_loose_half),
        (rf"{_HALF}[ -]?{_YEAR}", _read_loose_half),
        (rf"{_YEAR}[ -]?{_WEEK}", _read_week),
        (rf"{_WEEK}[ ,/-]*{_YEAR}", _read_week),
        (rf"{_WEEK_OF} ?(?P<date>.+)", _read_week_of),
        (_FINANCIAL, _read_pair),
        # 2015/16 - 17/18, a stretch of financial years.
        (rf"{_YEAR}/\d\d ?[-\u2013] ?(?:20)?(?P<last>\d\d)/\d\d", _read_financial_years),
        (r"fy ?(?P<year>\d\d)[-/](?P<next>\d\d)", _read_short_pair),
        (rf"{_YEAR} [-/\u2013] {_NEXT}", _read_spaced),
        (
            rf"(?:(?P<day>\d\d?)(?:st|nd|rd|th)?[ -])?(?P<name>[a-z]+)\.?[ /'-]*{_SHORT_YEAR}",
            _read_words,
        ),
        (rf"{_YEAR}[ /-]?(?P<name>[a-z]+)\.?", _read_words),
        # A prefix, as in MSitAE-FEBRUARY-2026.
        (rf"[a-z]+[-_](?P<name>[a-z]+)[-_]{_YEAR}", _read_words),
        (
            rf"(?P<first>{_NAME})[ '-]?(?P<from>(?:19|20)?\d\d)? ?{_TO} ?{_LAST}",
            _read_months,
        ),
        (_YEAR, _read_year),
    )
)
