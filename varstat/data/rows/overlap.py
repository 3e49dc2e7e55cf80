"""Periods of a file that overlap, and which of them to choose."""

from collections.abc import Iterable

from varstat.data.rows.choose import say_choice
from varstat.period.overlap import choose_disjoint, find_overlap
from varstat.period.period import Period, read_periods


def describe_overlap(labels: Iterable[str], *, column: str) -> str | None:
    """Say which periods share time, and what to choose instead; None if none do.

    Parameters
    ----------
    labels : iterable of str
        Distinct, of one column.
    column : str
        Its name, for the option that mends it.

    Examples
    --------
    >>> print(describe_overlap(["2008-2010", "2009-2011", "2011-2013"], column="period"))
    the periods '2008-2010' and '2009-2011' overlap, so that the same cases stand in both. \
Keep periods that don't with --exclude period=2009-2011.
    """
    periods = tuple(read_periods(labels))
    found = find_overlap(periods)
    if found is None:
        return None
    one, other = (repr(each.label) for each in found)
    return (
        f"the periods {one} and {other} overlap, so that the same cases stand in both. Keep "
        f"periods that don't with {_choice(periods, column=column)}."
    )


def _choice(periods: tuple[Period, ...], *, column: str) -> str:
    """Write the shorter of what to keep and what to leave out."""
    kept = [each.label for each in choose_disjoint(periods)]
    dropped = [each.label for each in periods if each.label not in kept]
    if len(dropped) < len(kept):
        return say_choice("--exclude", column, *dropped)
    return say_choice("--only", column, *kept)
