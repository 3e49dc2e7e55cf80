"""One frame of units for several periods: counts of predecessors brought to their successors."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.data.organisations.successors import Successor, SuccessorMap, name_codes
from varstat.errors import TableError, UsageError, did_you_mean
from varstat.measure import Floats
from varstat.period.period import Periods
from varstat.prose.text import clean

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """Which units of one frame take over which of another.

    Attributes
    ----------
    old, new : tuple of str
        Codes, those of the new frame in order.
    share : ndarray of float, shape (new units, old units)
        Of each old unit's work, the part that is each new unit's; columns add up to 1.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    share: Floats

    def __post_init__(self) -> None:
        self.share.setflags(write=False)

    @property
    def same(self) -> bool:
        """Whether every unit is one of the other frame, by whatever name."""
        return bool(np.all(self.share.max(axis=0) == 1.0)) and len(self.old) == len(self.new)

    @property
    def combined(self) -> Bools:
        """Which new units are made of several old ones, or of a part of one: (new units,)."""
        part = (self.share > 0) & (self.share < 1)
        return np.asarray((np.sum(self.share > 0, axis=1) > 1) | np.any(part, axis=1))

    def carry_over(self, amount: Floats) -> Floats:
        """Add up what old units have by the new ones that it goes to.

        Parameters
        ----------
        amount : ndarray of float, shape (old units, periods)
            NaN where nothing is known, which counts as nothing.

        Returns
        -------
        ndarray of float, shape (new units, periods)
        """
        return np.asarray(self.share @ np.nan_to_num(amount, nan=0.0))


def lay_frame(units: Iterable[str], successors: SuccessorMap | None) -> Frame:
    """Find the units that others went over to.

    Parameters
    ----------
    units : iterable of str
        Codes.
    successors : SuccessorMap or None
        None where all stay as they are.

    Returns
    -------
    Frame

    Examples
    --------
    >>> lines = (Successor(predecessor="A", successor="B"),)
    >>> frame = lay_frame(["A", "B", "C"], SuccessorMap(lines=lines))
    >>> frame.new, frame.carry_over(np.array([[1.0], [2.0], [5.0]])).ravel().tolist()
    (('B', 'C'), [3.0, 5.0])
    """
    old = tuple(units)
    resolved = [{code: 1.0} if successors is None else successors.resolve(code) for code in old]
    new = tuple(sorted({code for each in resolved for code in each}))
    place = {code: at for at, code in enumerate(new)}
    share = np.zeros((len(new), len(old)))
    for at, each in enumerate(resolved):
        total = sum(each.values())
        for code, part in each.items():
            share[place[code], at] = part / total
    return Frame(old=old, new=new, share=share)


def check_codes(successors: SuccessorMap, units: Iterable[str], *, where: str) -> tuple[str, ...]:
    """Check that a map is of the units of a table.

    Parameters
    ----------
    successors : SuccessorMap
    units : iterable of str
        Codes of the table.
    where : str
        The table, for messages.

    Returns
    -------
    tuple of str
        Notes: how many rows of the map are of organisations that the table doesn't have.

    Raises
    ------
    TableError
        If an organisation of the table goes over to one code that the table doesn't have, which
        would hide a misspelling; or no row is of the table at all.
    """
    known = set(units)
    lines = [line for line in successors.lines if _concerns(line, successors, known)]
    if successors.lines and not lines:
        raise TableError(
            successors.source,
            f"no code of its `from` is a unit of {where}: it has "
            f"{name_codes({line.predecessor for line in successors.lines})}. Give codes as they "
            "stand in the table's column of units.",
        )
    into: dict[str, set[str]] = {}
    for line in successors.lines:
        into.setdefault(line.successor, set()).add(line.predecessor)
    unknown = {
        line.successor
        for line in lines
        if line.successor not in known
        and line.successor not in into.keys() & successors.by_predecessor.keys()
        and len(into[line.successor] & (known | set(successors.by_predecessor))) < 2
    }
    if unknown:
        hint = did_you_mean(min(unknown), known) if len(unknown) == 1 else ""
        raise TableError(
            successors.source,
            f"{len(unknown)} of its `to` {'is no unit' if len(unknown) == 1 else 'are no units'} "
            f"of {where}, nor made of several that are: {name_codes(unknown)}.{hint} Mend the "
            "code, or take the row out: one that ends without a successor is an exit, shown with "
            "--frame common.",
        )
    left = len(successors.lines) - len(lines)
    if not left:
        return ()
    rows = "1 row is" if left == 1 else f"{left} rows are"
    return (f"{clean(successors.source)}: {rows} of organisations without data here.",)


def _concerns(line: Successor, successors: SuccessorMap, known: set[str]) -> bool:
    """Whether a row is of an organisation of the table, or of one that such a one went over to."""
    if line.predecessor in known:
        return True
    return any(
        line.predecessor in successors.resolve(code) or _passes(code, line.predecessor, successors)
        for code in known & successors.by_predecessor.keys()
    )


def _passes(code: str, by_way_of: str, successors: SuccessorMap) -> bool:
    """Whether an organisation goes over by way of another."""
    return any(
        line.successor == by_way_of
        or (line.successor != code and _passes(line.successor, by_way_of, successors))
        for line in successors.by_predecessor.get(code, ())
    )


def refuse_differing(before: set[str], after: set[str], *, labels: tuple[str, str]) -> None:
    """Refuse codes that stand in one of two periods alone, where nothing says what became of them.

    Parameters
    ----------
    before, after : set of str
        Codes with data in each.
    labels : (str, str)
        Of the periods.

    Raises
    ------
    UsageError
        With the codes, and what can be done.
    """
    gone, come = before - after, after - before
    if not gone and not come:
        return
    lists = [
        f"{len(codes):,} {'has' if len(codes) == 1 else 'have'} data in {clean(label)} alone: "
        f"{name_codes(codes)}"
        for codes, label in ((gone, labels[0]), (come, labels[1]))
        if codes
    ]
    raise UsageError(
        "organisations",
        f"{'; '.join(lists)}. Were they merged or renamed? Say so with --map FILE (columns from, "
        "to; share where one was split). Or compare those that have both with --frame common, "
        "which shows the others as exits and entries.",
    )


def place_changes(
    frame: Frame, successors: SuccessorMap | None, periods: Periods, *, observed: Bools
) -> dict[str, tuple[int, ...]]:
    """Find when each unit of the new frame took over work, as places among the periods.

    Parameters
    ----------
    frame : Frame
    successors : SuccessorMap or None
    periods : Periods
    observed : ndarray of bool, shape (old units, periods)
        Where old units have data.

    Returns
    -------
    dict of str to tuple of int
        The first period after each change; without those that nothing tells of.

    Raises
    ------
    TableError
        If a dated change lies in a hole of the data: nobody reports the work in between.
    """
    if successors is None:
        return {}
    there = frame.share @ observed.astype(float) > 0
    found: dict[str, set[int]] = {}
    problems: list[str] = []
    for at, code in enumerate(frame.old):
        for line in successors.by_predecessor.get(code, ()):
            place = _place(line, periods, observed[at])
            if place is None or line.successor == code:
                continue
            for new in successors.resolve(code):
                problems += _find_gap(new, line, there[frame.new.index(new)], place, periods)
                found.setdefault(new, set()).add(place)
    if problems:
        raise TableError(successors.source, problems)
    return {code: tuple(sorted(places)) for code, places in found.items()}


def _place(line: Successor, periods: Periods, observed: Bools) -> int | None:
    """The first period after a change: by its date, or else after the last with data."""
    if line.since is not None:
        after = [each.order for each in periods if (each.first or 0) >= line.since]
        return after[0] if after and after[0] > 0 else None
    last = int(np.flatnonzero(observed)[-1]) if observed.any() else -1
    return last + 1 if 0 <= last < len(observed) - 1 else None


def _find_gap(
    new: str, line: Successor, there: Bools, place: int, periods: Periods
) -> Iterator[str]:
    """Say if nobody reports a unit's work just before or after a dated change."""
    before, after = np.flatnonzero(there[:place]), np.flatnonzero(there[place:])
    if line.since is None or not len(before) or not len(after):
        return
    missing: Sequence[int] = range(int(before[-1]) + 1, place + int(after[0]))
    if len(missing):
        labels = periods.labels
        first, last = labels[missing[0]], labels[missing[-1]]
        when = first if first == last else f"{first} to {last}"
        yield (
            f"nobody reports for {clean(line.predecessor)} or {clean(new)} in {when}, when the one "
            "went over to the other. Mend the date; add who had the work in between; or leave the "
            "date blank if those rows are lost."
        )
