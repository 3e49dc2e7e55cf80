"""Parts: a period that is told in two or three places, such as a year and a month."""

import re
from collections.abc import Sequence

from varstat.errors import TableError
from varstat.period.pattern import MONTH_NAMES, MONTHS, read_label
from varstat.period.wording import plain_wording

_YEAR = re.compile(r"(19|20)\d\d")
_QUARTER = re.compile(r"q ?([1-4])")
_BEFORE_APRIL = 3
# How a column of numbers is headed that are quarters, or days.
_OF_QUARTERS = re.compile(r"\bq(tr|uarter|uartal)?s?\b|trim|kwartaal|kvartal", re.IGNORECASE)
_OF_DAYS = re.compile(r"\b(day|tag|jour|dia|giorno|dag)s?\b", re.IGNORECASE)
Labels = Sequence[str | None]


def bare_part(text: str) -> str | None:
    """Read a month or quarter that says no year.

    Returns
    -------
    str or None
        "Apr" or "Q1".

    Examples
    --------
    >>> bare_part("April"), bare_part("Quarter 1"), bare_part("März"), bare_part("April 2018")
    ('Apr', 'Q1', 'Mar', None)
    """
    plain = plain_wording(text).rstrip(".")
    if plain in MONTH_NAMES:
        return MONTHS[MONTH_NAMES[plain] - 1]
    found = _QUARTER.fullmatch(plain)
    return f"Q{found[1]}" if found else None


def part_names(name: str) -> tuple[str, ...]:
    """Take apart a name that stands for several columns; one alone if it doesn't.

    Examples
    --------
    >>> part_names("Year,Month"), part_names("Year + Quarter"), part_names("Period")
    (('Year', 'Month'), ('Year', 'Quarter'), ('Period',))
    """
    for mark in ("+", ","):
        parts = tuple(part.strip() for part in name.split(mark))
        if len(parts) > 1 and all(parts):
            return parts
    return (name,)


def join_parts(columns: Sequence[Labels], *, names: Sequence[str], where: str) -> list[str | None]:
    """Join what several columns say of a period into one label a row.

    Parameters
    ----------
    columns : sequence of (sequence of str or None)
        In whatever order: a year or financial year, and months, quarters or days.
    names : sequence of str
        What the columns are called.
    where : str
        The file, for messages.

    Returns
    -------
    list of str or None
        None where a part is blank. A month of a financial year gets its own year; what can't be
        understood is joined as it stands.

    Raises
    ------
    TableError
        If months of financial years are numbered, so that 1 may be January or April.

    Examples
    --------
    >>> join_parts([["2018", "2018"], ["4", "12"]], names=["Year", "Month"], where="x.csv")
    ['Apr 2018', 'Dec 2018']
    >>> join_parts([["Q1", "Q4"], ["2018/19", "2018/19"]], names=["Qtr", "FY"], where="x.csv")
    ['2018-19 Q1', '2018-19 Q4']
    >>> join_parts([["2018/19"], ["January"]], names=["FY", "Month"], where="x.csv")
    ['Jan 2019']
    """
    kinds = [_kind(column, name) for column, name in zip(columns, names, strict=True)]
    if "financial year" in kinds and "month number" in kinds:
        at = kinds.index("month number")
        raise TableError(
            where,
            f"the months in column {names[at]!r} are numbers, of financial years: 1 may be January "
            "or April. Write their names.",
        )
    joined: dict[tuple[str | None, ...], str | None] = {}
    rows = list(zip(*columns, strict=True))
    for row in rows:
        if row not in joined:
            joined[row] = _join(row, kinds)
    return [joined[row] for row in rows]


def _kind(labels: Labels, name: str) -> str:
    """Say what a column tells: the first kind that most of its labels can be."""
    distinct = {label for label in labels if label is not None}
    for kind, reads in (
        ("year", lambda label: _YEAR.fullmatch(_year_text(label)) is not None),
        ("financial year", lambda label: "year" in read_label(label)),
        ("part", lambda label: bare_part(label) is not None),
        ("number", lambda label: label.isascii() and label.isdecimal() and 1 <= int(label) <= 31),
    ):
        if 2 * sum(map(reads, distinct)) > len(distinct):
            return _number_kind(distinct, name) if kind == "number" else kind
    return "other"


def _number_kind(distinct: set[str], name: str) -> str:
    most = max(int(label) for label in distinct if label.isdecimal())
    if _OF_DAYS.search(name) or most > 12:
        return "day"
    return "quarter number" if _OF_QUARTERS.search(name) and most <= 4 else "month number"


def _year_text(label: str) -> str:
    return plain_wording(label)


def _join(row: tuple[str | None, ...], kinds: Sequence[str]) -> str | None:
    if any(label is None for label in row):
        return None
    said = {kind: label for kind, label in zip(kinds, row, strict=True) if label is not None}
    raw = " ".join(label for label in row if label is not None)
    part = _part(said)
    if part is None or len(said) != len(row):
        return raw
    if "year" in said and _YEAR.fullmatch(year := _year_text(said["year"])):
        return _of_year(year, part, said.get("day")) if len(row) > 1 else raw
    if "financial year" in said and len(row) == 2:
        return _of_financial_year(said["financial year"], part) or raw
    return raw


def _part(said: dict[str, str]) -> str | None:
    """Give the month or quarter as `Apr` or `Q1`."""
    if "part" in said:
        return bare_part(said["part"])
    number = said.get("month number", said.get("quarter number", ""))
    if not number.isdecimal():
        return None
    if "quarter number" in said:
        return f"Q{int(number)}"
    return MONTHS[int(number) - 1] if 1 <= int(number) <= 12 else None


def _of_year(year: str, part: str, day: str | None) -> str:
    if day is not None and part in MONTHS:
        return f"{year}-{MONTHS.index(part) + 1:02d}-{int(day):02d}" if day.isdecimal() else year
    return f"{part} {year}" if part in MONTHS else f"{year} {part}"


def _of_financial_year(label: str, part: str) -> str | None:
    span = read_label(label).get("year")
    if span is None:
        return None
    first = span.start // 12
    if part not in MONTHS:
        return f"{first}-{(first + 1) % 100:02d} {part}"
    return f"{part} {first + (MONTHS.index(part) < _BEFORE_APRIL)}"
