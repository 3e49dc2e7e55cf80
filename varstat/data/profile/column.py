"""One column of a file that nothing is known of: its kind, and what may be printed of it."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from varstat.data.profile import words
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header
from varstat.data.source.numbers import Kind, Numbers
from varstat.measure import Floats
from varstat.period.column import read_column
from varstat.prose.text import clean

Label = Literal["empty", "constant", "period", "code", "name", "category", "text", "row number"]
ColumnKind = Label | Literal["count", "measure", "rate", "percent"]
NUMERIC: tuple[ColumnKind, ...] = ("count", "measure", "rate", "percent")
LABELS: tuple[ColumnKind, ...] = ("code", "name", "category")
# A value that fewer rows have may be one record's own, and isn't printed.
_LEAST_ROWS = 3
_MOST_LEVELS, _MOST_LETTERS = 20, 60
_MOST_PERIODS = 5_000
_NUMBERS = (Kind.NUMBER, Kind.PERCENT, Kind.AMBIGUOUS)
_MARKS = (Kind.MISSING, Kind.SUPPRESSED)
_CODE = re.compile(r"[\w./-]{1,15}")
_MANY_DIGITS = re.compile(r"\d{5}|\d\d?[/.-]\d\d?[/.-]\d")
# As Eurostat prints a number or a gap, with letters behind it that say of what kind it is.
_FLAGGED = re.compile(r"(-?\d[\d.,]*|:) [a-z]{1,3}")
_YEAR_OR_MONTH = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])?")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """A column, and what it seems to be.

    Attributes
    ----------
    heading : str
        As the file has it.
    place : int
        From zero.
    kind : str
    words : tuple of str
        Of the heading.
    rows : int
        Below the header.
    missing, distinct, unread : int
        Blank cells; distinct texts; cells that are neither numbers nor known marks among numbers.
    flagged : int
        Cells with letters behind a number.
    levels : tuple of (str, int)
        Of a category of few values, each with its rows; none of a person's.
    span : (str, str) or None
        The first and last of periods that aren't a record's own dates.
    marks : tuple of (str, int)
        What stands instead of numbers, with its cells.
    texts : ndarray of object, shape (rows,)
    values : ndarray of float, shape (rows,)
        NaN where there is no number; empty of a column of labels.
    """

    heading: str
    place: int
    kind: ColumnKind
    words: tuple[str, ...]
    rows: int
    missing: int
    distinct: int
    unread: int
    flagged: int
    levels: tuple[tuple[str, int], ...]
    span: tuple[str, str] | None
    marks: tuple[tuple[str, int], ...]
    texts: Texts
    values: Floats

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers that may be counted with."""
        return self.kind in NUMERIC

    def has(self, *lists: frozenset[str]) -> bool:
        """Whether a word of its heading is in any of some lists."""
        return any(word in each for word in self.words for each in lists)

    def to_dict(self) -> dict[str, Any]:
        """Make a dictionary for JSON; no record's value is in it."""
        return {
            "heading": clean(self.heading),
            "kind": self.kind,
            "distinct": self.distinct,
            "missing": self.missing,
            "unread": self.unread,
            "flagged": self.flagged,
            "levels": {clean(level): rows for level, rows in self.levels},
            "from": clean(self.span[0]) if self.span else None,
            "to": clean(self.span[1]) if self.span else None,
            "marks": {clean(mark): cells for mark, cells in self.marks},
        }


def profile_column(header: Header, place: int) -> Column:
    """Say what a column of a file seems to be.

    Parameters
    ----------
    header : Header
    place : int
        Of the column, from zero.

    Returns
    -------
    Column
    """
    texts = header.texts(place)
    heading = header.names[place]
    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    times = np.bincount(codes[codes >= 0], minlength=len(distinct))
    numbers = header.numbers(place)
    spoken = words.split_words(heading)
    flagged = sum(int(n) for text, n in zip(distinct, times, strict=True) if is_flagged(text))
    kind = _judge(spoken, texts, distinct, numbers, periods=_are_periods(spoken, distinct))
    if kind in LABELS and 2 * flagged > len(texts) - int((codes < 0).sum()):
        kind = "text"
    private = bool(set(spoken) & (words.PERSON | words.NAME))
    counted = kind in NUMERIC
    marks = Counter(mark for mark in numbers.mark if mark) if counted else Counter()
    unread = int(numbers.is_kind(Kind.TEXT, Kind.INFINITE).sum()) if counted else 0
    return Column(
        heading=heading,
        place=place,
        kind=kind,
        words=spoken,
        rows=len(texts),
        missing=int((codes < 0).sum()),
        distinct=len(distinct),
        unread=unread,
        flagged=flagged,
        levels=() if kind != "category" or private else _levels(distinct, times),
        span=None if kind != "period" or private else _span(distinct),
        marks=tuple(marks.most_common()),
        texts=texts,
        values=numbers.values if counted else np.empty(0),
    )


def is_flagged(text: str) -> bool:
    """Tell whether letters stand behind a number, as flags do.

    Examples
    --------
    >>> is_flagged("123 b"), is_flagged(": c"), is_flagged("12b"), is_flagged("12")
    (True, True, False, False)
    """
    return bool(_FLAGGED.fullmatch(text))


def _judge(
    spoken: tuple[str, ...], texts: Texts, distinct: Texts, numbers: Numbers, *, periods: bool
) -> ColumnKind:
    if not len(distinct):
        return "empty"
    if periods:
        return "period"
    known = int(numbers.is_kind(*_NUMBERS).sum())
    other = int(numbers.is_kind(Kind.TEXT, Kind.INFINITE).sum())
    if known and known >= 4 * other:
        return _judge_numbers(spoken, texts, distinct, numbers)
    if len(distinct) == 1:
        return "constant"
    return _judge_texts(spoken, texts, distinct)


def _judge_numbers(
    spoken: tuple[str, ...], texts: Texts, distinct: Texts, numbers: Numbers
) -> ColumnKind:
    """Tell counts from codes, rates and percentages."""
    values = numbers.values[numbers.is_kind(*_NUMBERS)]
    whole = bool(np.mean(values == np.rint(values)) >= 0.99)
    said = set(spoken)
    if whole and _numbers_rows(values, len(texts)) and not said & (words.EVENT | words.SIZE):
        return "row number"
    if whole and _is_code(said, distinct):
        return "code"
    if numbers.is_kind(Kind.PERCENT).any() or (said & words.PERCENT and _within(values, 100)):
        return "percent"
    if said & words.RATE and not whole:
        return "rate"
    if len(distinct) == 1 and not said & (words.EVENT | words.SIZE):
        return "constant"
    if whole and len(distinct) <= 10 and said & words.GROUP and len(texts) >= 3 * len(distinct):
        return "category"
    return "count" if whole and bool((values >= 0).all()) else "measure"


def _numbers_rows(values: Floats, rows: int) -> bool:
    """Whether numbers count the rows, from zero or one."""
    return len(values) == rows > 2 and values[0] in (0, 1) and bool((np.diff(values) == 1).all())


def _is_code(said: set[str], distinct: Texts) -> bool:
    """Whether whole numbers are codes: by leading zeros, by name, or all of one long width."""
    digits = [text for text in distinct if text.isdigit()]
    if len(digits) < 0.9 * len(distinct):
        return False
    if sum(text[0] == "0" and len(text) > 1 for text in digits) > 0.02 * len(digits):
        return True
    one_width = len({len(text) for text in digits}) == 1
    counted = said & (words.EVENT | words.SIZE | words.EXPECTED | words.RATE)
    # "Number of deaths" is no code; nor is "n".
    if said & (words.CODE - {"no", "number", "nr", "num"}):
        return not counted or one_width
    if said and said <= words.UNIT | words.CODE and not counted:
        return True
    return one_width and len(digits[0]) >= 5 and len(digits) > 2 and not counted


def _within(values: Floats, most: float) -> bool:
    return bool((values >= 0).all() and np.mean(values <= most) >= 0.99)


def _judge_texts(spoken: tuple[str, ...], texts: Texts, distinct: Texts) -> ColumnKind:
    """Tell names from codes, categories and free text."""
    said = set(spoken)
    filled = sum(text is not None for text in texts)
    if float(np.mean([len(text) for text in distinct])) > _MOST_LETTERS:
        return "text"
    few = len(distinct) <= _MOST_LEVELS and filled >= _LEAST_ROWS * len(distinct)
    if few and (said & words.GROUP or not said & words.UNIT):
        return "category"
    coded = sum(map(_looks_coded, distinct)) >= 0.8 * len(distinct)
    if said & words.CODE and not said & words.NAME:
        spaced = sum(" " in text for text in distinct)
        coded = coded or spaced < 0.2 * len(distinct)
    return "code" if coded else "name"


def _looks_coded(text: str) -> bool:
    if not _CODE.fullmatch(text):
        return False
    return any(letter.isdigit() for letter in text) or (text.isupper() and len(text) <= 6)


def _are_periods(spoken: tuple[str, ...], distinct: Texts) -> bool:
    """Whether nearly all labels are periods, and numbers among them are years or months."""
    if not len(distinct) or len(distinct) > _MOST_PERIODS:
        return False
    labels = [text for text in distinct if text != "-"]
    named = bool(set(spoken) & words.PERIOD)
    plain = [label for label in labels if label.replace(".", "").isdigit()]
    if plain:
        years = sum(bool(_YEAR_OR_MONTH.fullmatch(label)) for label in plain)
        if years < len(plain) or not (named or len(distinct) == 1):
            return False
    readings = read_column(labels)
    read = max((len(reading) for reading in readings), default=0)
    return read >= 0.9 * len(labels) and read > 0


def _levels(distinct: Texts, times: Any) -> tuple[tuple[str, int], ...]:
    """Give the levels of a category; where one has few rows they may be records' own: none then."""
    if min(times) < _LEAST_ROWS:
        return ()
    found = [
        (text, int(rows))
        for text, rows in zip(distinct, times, strict=True)
        if len(text) <= _MOST_LETTERS and not _MANY_DIGITS.search(text)
    ]
    return tuple(sorted(found, key=lambda each: (-each[1], each[0])))


def _span(distinct: Texts) -> tuple[str, str] | None:
    """Give the first and last of periods, in the order of time where their labels tell it.

    Dates are given only where all are the first or last days of months, as those of periods are:
    others are records' own.
    """
    reading = max(read_column(distinct), key=len)
    if any(span.day is not None and not span.turns for span in reading.values()):
        return None
    order = sorted(reading, key=lambda label: (reading[label].start, reading[label].day or 0))
    return (order[0], order[-1]) if order else None
