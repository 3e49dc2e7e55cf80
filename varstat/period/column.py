"""Columns: what period labels mean, each in the light of the others."""

from collections.abc import Iterable
from itertools import product

from varstat.period.pattern import Convention, Meanings, Span, read_label

Reading = dict[str, Span]
_DATES: tuple[Convention, ...] = ("day-first", "month-first")
_PAIRS: tuple[Convention, ...] = ("month", "year", "years")
_QUARTERS: tuple[Convention, ...] = ("calendar", "financial")
# In what order the meanings of 2011-12 and its like are preferred.
_AS_MONTHS: tuple[Convention, ...] = ("month", "year", "years")
_AS_YEARS: tuple[Convention, ...] = ("year", "month", "years")
_AS_ROLLING: tuple[Convention, ...] = ("years", "year", "month")


def read_column(labels: Iterable[str]) -> tuple[Reading, ...]:
    """Understand a column of period labels.

    `2011-12` alone may be December 2011 or a financial year; beside `2011-10` it is a month,
    beside `2016-17` a year. Dates such as `04/05/2016` have the day first unless one of them
    can't, or only with the month first all are the first or last days of months. `2008-10` beside
    `2009-11` is three years, as is what can be nothing else.

    Parameters
    ----------
    labels : iterable of str
        Distinct labels.

    Returns
    -------
    tuple of dict of str to Span
        The readings that remain, one where the column is clear; each without the labels that
        cannot be understood.

    Examples
    --------
    >>> [reading["04/05/2016"] for reading in read_column(["04/05/2016", "31/05/2016"])]
    [Span(start=24196, months=1, day=4)]
    >>> [span.start for reading in read_column(["04/05/2016"]) for span in reading.values()]
    [24196, 24195]
    """
    meanings = {label: read_label(label) for label in labels}
    every = list(meanings.values())
    choices = product(_settle_dates(every), _settle_pairs(every), _settle_quarters(every))
    readings: list[Reading] = []
    for dates, pairs, quarters in choices:
        preferred: tuple[Convention, ...] = ("plain", *dates, *pairs, *quarters)
        reading = {
            label: next(found[each] for each in preferred if each in found)
            for label, found in meanings.items()
            if any(each in found for each in preferred)
        }
        if reading not in readings:
            readings.append(reading)
    return tuple(readings)


def _settle_dates(every: list[Meanings]) -> list[tuple[Convention, ...]]:
    """Tell whether the day comes first: all that isn't ruled out."""
    dated = [found for found in every if any(each in found for each in _DATES)]
    able: list[Convention] = [each for each in _DATES if all(each in found for found in dated)]
    if not able:
        # No one convention reads them all: what is left unread is told of.
        return [("day-first",)]
    turning = [each for each in able if all(found[each].turns for found in dated)]
    return [(each,) for each in (turning if len(turning) == 1 else able)]


def _settle_pairs(every: list[Meanings]) -> list[tuple[Convention, ...]]:
    """Tell whether 2011-12 and its like are months, financial years or several years."""
    paired = [found for found in every if any(each in found for each in _PAIRS)]
    if _is_rolling(paired):
        return [_AS_ROLLING]
    unclear = [found for found in paired if "month" in found and "year" in found]
    months = any("month" in found and "year" not in found for found in paired)
    years = any("year" in found and "month" not in found for found in paired)
    if unclear and months == years and (months or len(unclear) == 1):
        return [_AS_MONTHS, _AS_YEARS]
    return [_AS_MONTHS if months else _AS_YEARS]


def _is_rolling(paired: list[Meanings]) -> bool:
    """Whether labels are stretches of several years, as one that can be nothing else tells."""
    if any(set(found) == {"years"} for found in paired):
        return True
    spans = {found["years"] for found in paired if "years" in found}
    return len(spans) == len(paired) > 1 and len({span.months for span in spans}) == 1


def _settle_quarters(every: list[Meanings]) -> list[tuple[Convention, ...]]:
    loose = any(each in found for found in every for each in _QUARTERS)
    return [(each,) for each in _QUARTERS] if loose else [_QUARTERS]
