"""Periods as values, in time's order."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from varstat.period.column import Reading, read_column
from varstat.period.pattern import read_label

_NUMBERED = re.compile(r"(?P<word>[^\W\d_]*)[ ._-]*(?P<number>\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period of a table.

    Attributes
    ----------
    label : str
        As the table has it.
    order : int
        Its place among the table's periods, from 0.
    first : int or None
        Its first month, counted from January of the year 0; None where the label doesn't say, or
        may say two.
    months : int or None
        Its length; likewise. A date counts as a month.
    day : int or None
        The day that it starts on, where the label is a date or starts with one.
    number : int or None
        Of a period that has no other name: "3", "P3", "Wave 3".
    """

    label: str
    order: int
    first: int | None = None
    months: int | None = None
    day: int | None = None
    number: int | None = None

    def follows(self, other: "Period") -> bool:
        """Whether this period starts where another ends; False where that isn't known.

        Examples
        --------
        >>> april, june = read_periods(["Apr-16", "Jun-16"])
        >>> june.follows(april)
        False
        """
        if self.first is not None and other.first is not None and other.months is not None:
            return self.first == other.first + other.months
        if self.number is not None and other.number is not None:
            return self.number == other.number + 1
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The periods of a table, in the order of time if that is known.

    Attributes
    ----------
    periods : tuple of Period
    unread : str or None
        The first label that kept them from being put in the order of time, so that they stand in
        that of appearance; None where they are in the order of time.
    """

    periods: tuple[Period, ...] = ()
    unread: str | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self.periods)

    def __iter__(self) -> Iterator[Period]:
        """One period after another."""
        return iter(self.periods)

    def __getitem__(self, label: str) -> Period:
        """Give the period that has a label."""
        return self.periods[self.place[label]]

    @property
    def labels(self) -> tuple[str, ...]:
        """Their labels, in order."""
        return tuple(period.label for period in self.periods)

    @property
    def place(self) -> dict[str, int]:
        """The place of each label."""
        return {period.label: period.order for period in self.periods}

    @property
    def in_time(self) -> bool:
        """Whether they stand in the order of time."""
        return self.unread is None


def read_periods(labels: Iterable[str]) -> Periods:
    """Put the labels of a column in the order of time.

    Labels that are understood stand by when they start, a longer period before those within it;
    numbered ones by number. Where one can't be understood, or the order depends on what several
    mean, all stand as they appear.

    Parameters
    ----------
    labels : iterable of str
        In order of appearance; repeated ones count once.

    Returns
    -------
    Periods

    Examples
    --------
    >>> read_periods(["Feb-17", "Apr-16", "Aug-16"]).labels
    ('Apr-16', 'Aug-16', 'Feb-17')
    >>> read_periods(["10", "9", "11"]).labels
    ('9', '10', '11')
    >>> read_periods(["spring", "autumn"]).unread
    'spring'
    """
    distinct = list(dict.fromkeys(labels))
    readings = read_column(distinct)
    if all(len(reading) == len(distinct) for reading in readings):
        orders = [_in_time(distinct, reading) for reading in readings]
        if all(order == orders[0] for order in orders):
            return Periods(
                periods=tuple(_period(label, at, readings) for at, label in enumerate(orders[0]))
            )
        first = next(label for label in distinct if not _agree(label, readings))
        return _as_they_appear(distinct, readings, first)
    if numbers := _number(distinct):
        ordered = sorted(distinct, key=lambda label: numbers[label])
        return Periods(
            periods=tuple(
                Period(label=label, order=at, number=numbers[label])
                for at, label in enumerate(ordered)
            )
        )
    first = next(label for label in distinct if any(label not in each for each in readings))
    return _as_they_appear(distinct, readings, first if len(distinct) > 1 else None)


def order_labels(labels: Iterable[str]) -> list[str]:
    """Put the values of any column in order: of time or number if they have one, else of text.

    Parameters
    ----------
    labels : iterable of str

    Returns
    -------
    list of str

    Examples
    --------
    >>> order_labels(["2017-01-01", "Oct 2016"]), order_labels(["North", "East"])
    (['Oct 2016', '2017-01-01'], ['East', 'North'])
    """
    in_text = sorted(set(labels))
    # Names of places and the like need no more than a look at the first.
    if not in_text or not (read_label(in_text[0]) or _NUMBERED.fullmatch(in_text[0])):
        return in_text
    periods = read_periods(in_text)
    return list(periods.labels) if periods.in_time else in_text


def overlaps(one: Period, other: Period) -> bool:
    """Whether two periods share time, as far as their labels tell.

    Two dates do if they are the same day, a date and a month if it is of that month. Where the
    labels don't tell, periods overlap only with themselves.

    Parameters
    ----------
    one, other : Period

    Returns
    -------
    bool

    Examples
    --------
    >>> a, b, c = read_periods(["2008-2010", "2009-2011", "2011-2013"])
    >>> overlaps(a, b), overlaps(a, c)
    (True, False)
    """
    if one.first is None or other.first is None or one.months is None or other.months is None:
        same = one.number is not None and one.number == other.number
        return same or one.label == other.label
    if one.day is not None and other.day is not None and one.months == other.months == 1:
        return (one.first, one.day) == (other.first, other.day)
    return one.first < other.first + other.months and other.first < one.first + one.months


def _in_time(labels: list[str], reading: Reading) -> list[str]:
    """Sort labels by when they start; of those that start together the longest comes first."""
    return sorted(
        labels,
        key=lambda label: (reading[label].start, reading[label].day or 0, -reading[label].months),
    )


def _agree(label: str, readings: tuple[Reading, ...]) -> bool:
    return len({reading.get(label) for reading in readings}) == 1


def _period(label: str, order: int, readings: tuple[Reading, ...]) -> Period:
    span = readings[0].get(label)
    if span is None or not _agree(label, readings):
        return Period(label=label, order=order)
    return Period(
        label=label, order=order, first=span.start, months=span.months, day=span.day, number=None
    )


def _as_they_appear(
    labels: list[str], readings: tuple[Reading, ...], unread: str | None
) -> Periods:
    return Periods(
        periods=tuple(_period(label, at, readings) for at, label in enumerate(labels)),
        unread=unread,
    )


def _number(labels: list[str]) -> dict[str, int]:
    """Give the numbers of labels that are a number after the same word; none if others are."""
    found = {label: _NUMBERED.fullmatch(" ".join(label.lower().split())) for label in labels}
    words = {match["word"] for match in found.values() if match}
    if len(words) != 1 or not all(found.values()):
        return {}
    return {label: int(match["number"]) for label, match in found.items() if match}
