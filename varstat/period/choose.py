"""Choose the periods of a table that a label means: one, or those of a longer span."""

from collections.abc import Sequence
from dataclasses import dataclass

from varstat.errors import UsageError, did_you_mean
from varstat.period.label import parse_periods
from varstat.period.overlap import find_overlap
from varstat.period.period import Period, Periods, read_periods


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time in a table.

    Attributes
    ----------
    label : str
        As it was asked for, or as the table has it.
    places : tuple of int
        Which of the table's periods lie in it, in order.
    """

    label: str
    places: tuple[int, ...]


def choose_pair(periods: Periods, before: str, after: str, *, where: str) -> tuple[Span, Span]:
    """Choose two stretches of time that can be compared.

    Parameters
    ----------
    periods : Periods
        Of a table.
    before, after : str
        A period of the table, written as it is there or otherwise; or a longer one, such as a year
        of quarters, that the table's periods fill.
    where : str
        The file, for messages.

    Returns
    -------
    (Span, Span)

    Raises
    ------
    TableError
        If the table's periods, or one that is asked for, may mean two things.
    UsageError
        If there is one period, they share time or aren't in the order of time, or no periods fill
        what is asked for; if what is asked for shares time, is as long for one as for the other
        not, or the second doesn't come after the first.

    Examples
    --------
    >>> from varstat.period.period import read_periods
    >>> quarters = read_periods([f"{y}-{y % 100 + 1} Q{q}" for y in (2013, 2014) for q in (1, 2)])
    >>> [span.places for span in choose_pair(quarters, "2013-14Q1", "2014-15 Q1", where="x.csv")]
    [(0,), (2,)]
    """
    if len(periods) < 2:
        only = f", {periods.labels[0]!r}" if len(periods) else ""
        raise UsageError(
            where,
            f"a change is between periods, and there is one{only}. Name the column of periods with "
            "--period, or add rows of another.",
        )
    parse_periods(periods.labels, where=where)
    if shared := find_overlap(periods):
        one, other = shared
        raise UsageError(
            where,
            f"the periods {one.label!r} and {other.label!r} share time, so that what happened "
            "then would count in both. Keep periods that don't, with --only or --exclude.",
        )
    first = _choose(periods, before, option="--from", where=where)
    last = _choose(periods, after, option="--to", where=where)
    if set(first.places) & set(last.places):
        raise UsageError(
            "--from, --to", f"{first.label!r} and {last.label!r} share time. Name two that don't."
        )
    if first.places[0] > last.places[0]:
        raise UsageError(
            "--from, --to",
            f"{first.label!r} comes after {last.label!r}. Turn them round.",
        )
    lengths = [_months(periods, span) for span in (first, last)]
    if lengths[0] != lengths[1]:
        raise UsageError(
            "--from, --to",
            f"{first.label!r} has {lengths[0]} months and {last.label!r} {lengths[1]}, so that "
            "volumes would differ for that alone. Name two of the same length.",
        )
    return first, last


def choose_one(periods: Periods, label: str, *, option: str) -> str:
    """Choose the one period of a table that a label means.

    Parameters
    ----------
    periods : Periods
        Of a table.
    label : str
        A period of the table, written as it is there or otherwise.
    option : str
        That names it, for messages.

    Returns
    -------
    str
        Its label in the table.

    Raises
    ------
    TableError
        If the table's periods, or the label, may mean two things.
    UsageError
        If there is no such period, or several fill it.

    Examples
    --------
    >>> from varstat.period.period import read_periods
    >>> choose_one(read_periods(["2013-14 Q1", "2013-14 Q2"]), "2013-14Q2", option="--at")
    '2013-14 Q2'
    """
    span = _choose(periods, label, option=option, where="the table")
    if len(span.places) > 1:
        raise UsageError(
            option, f"{span.label!r} is {len(span.places)} periods of the table. Name one of them."
        )
    return periods.labels[span.places[0]]


def _months(periods: Periods, span: Span) -> int:
    """How long a stretch is; where labels don't tell, in periods."""
    found = [periods.periods[at].months for at in span.places]
    return sum(months or 1 for months in found)


def _choose(periods: Periods, label: str, *, option: str, where: str) -> Span:
    """Choose the periods that a label means."""
    label = " ".join(label.split())
    if label in periods.place:
        return Span(label=label, places=(periods.place[label],))
    parse_periods([*periods.labels, label], where=option)
    wanted = _read_among(periods, label)
    if wanted is None or wanted.first is None or wanted.months is None:
        raise UsageError(
            option,
            f"there is no period {label!r} in {where}.{did_you_mean(label, periods.labels)} "
            f"{_range(periods)}",
        )
    end = wanted.first + wanted.months
    inside = [
        each
        for each in periods
        if each.first is not None
        and each.months is not None
        and wanted.first <= each.first
        and each.first + each.months <= end
    ]
    if len(inside) == 1 and inside[0].months == wanted.months:
        return Span(label=inside[0].label, places=(inside[0].order,))
    covered = sum(each.months or 0 for each in inside)
    if covered == wanted.months:
        return Span(label=label, places=tuple(each.order for each in inside))
    some = f"has {covered} of its {wanted.months} months" if inside else "has nothing of it"
    raise UsageError(option, f"{label!r}: {where} {some}. {_range(periods)}")


def _read_among(periods: Periods, label: str) -> Period | None:
    """Read a label in the light of those of a table."""
    among = read_periods([*periods.labels, label])
    return among[label] if among.in_time else None


def _range(periods: Periods) -> str:
    labels: Sequence[str] = periods.labels
    if len(labels) <= 6:
        return f"Its periods are {', '.join(labels)}."
    return f"Its {len(labels)} periods run from {labels[0]} to {labels[-1]}."
