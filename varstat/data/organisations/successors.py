"""Successor maps: which organisations took over the work of which."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from varstat.errors import TableError
from varstat.prose.number import listed
from varstat.prose.text import clean

_MOST_NAMED = 10
# Shares of a split are printed to a few decimals.
_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """One line of a successor map: an organisation, or a share of it, went over to another.

    Attributes
    ----------
    predecessor, successor : str
        Codes of units. They are the same where a part stays behind in a split.
    share : float or None
        Of the predecessor's work, in (0, 1]; None where the map doesn't say.
    since : int or None
        The month of the change, counted from January of the year 0; None where the map doesn't
        say.
    row : int
        Where it stands, for messages.
    """

    predecessor: str
    successor: str
    share: float | None = None
    since: int | None = None
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorMap:
    """Who succeeded whom: renamed, merged or split organisations.

    Attributes
    ----------
    lines : tuple of Successor
    source : str
        What the map is called in messages.
    data_hash : str
        SHA-256 of what it was read from.

    Raises
    ------
    TableError
        If organisations succeed each other in a circle, a split has no shares or shares that
        don't add up to 1, or one organisation ends at two times; all problems at once.
    """

    lines: tuple[Successor, ...]
    source: str = "successor map"
    data_hash: str = ""

    def __post_init__(self) -> None:
        problems = [*_check_splits(self), *_check_circles(self)]
        if problems:
            raise TableError(self.source, problems)

    @property
    def by_predecessor(self) -> Mapping[str, tuple[Successor, ...]]:
        """The lines of each organisation that was succeeded."""
        found: dict[str, list[Successor]] = {}
        for line in self.lines:
            found.setdefault(line.predecessor, []).append(line)
        return MappingProxyType({code: tuple(some) for code, some in found.items()})

    @property
    def codes(self) -> frozenset[str]:
        """All codes that the map names."""
        return frozenset(code for line in self.lines for code in (line.predecessor, line.successor))

    def until(self, month: int | None) -> "SuccessorMap":
        """Keep the changes that had happened by the end of a period.

        Parameters
        ----------
        month : int or None
            The first month after it; None keeps all.

        Returns
        -------
        SuccessorMap
        """
        kept = tuple(
            line for line in self.lines if month is None or line.since is None or line.since < month
        )
        return SuccessorMap(lines=kept, source=self.source, data_hash=self.data_hash)

    def resolve(self, code: str) -> dict[str, float]:
        """Follow an organisation to those that have its work in the end.

        Parameters
        ----------
        code : str

        Returns
        -------
        dict of str to float
            The share of its work that each has; they add up to 1.

        Examples
        --------
        >>> lines = [Successor(predecessor="A", successor="B"),
        ...          Successor(predecessor="B", successor="C", share=0.6),
        ...          Successor(predecessor="B", successor="D", share=0.4)]
        >>> SuccessorMap(lines=tuple(lines)).resolve("A")
        {'C': 0.6, 'D': 0.4}
        """
        lines = self.by_predecessor.get(code, ())
        if not lines:
            return {code: 1.0}
        found: dict[str, float] = {}
        for line in lines:
            share = 1.0 if line.share is None else line.share
            further = {code: 1.0} if line.successor == code else self.resolve(line.successor)
            for last, part in further.items():
                found[last] = found.get(last, 0.0) + share * part
        return found


def name_codes(codes: Iterable[str], *, most: int = _MOST_NAMED) -> str:
    """Name some codes, and say how many more there are.

    Parameters
    ----------
    codes : iterable of str
    most : int
        How many are named.

    Returns
    -------
    str

    Examples
    --------
    >>> name_codes(["B", "A", "C"], most=2)
    'A, B and 1 more'
    """
    found = sorted(clean(code) for code in codes)
    more = len(found) - most
    if more > 0:
        return f"{', '.join(found[:most])} and {more:,} more"
    return listed(found)


def _check_splits(successors: SuccessorMap) -> Iterator[str]:
    """Say which organisations don't go over whole, or go over at several times."""
    for code, lines in successors.by_predecessor.items():
        name = clean(code)
        if len({line.successor for line in lines}) < len(lines):
            yield f"{name} goes over to the same organisation on two rows. Keep one."
            continue
        if len({line.since for line in lines}) > 1:
            yield f"{name} goes over on several dates. Give its rows one date: a code ends once."
        shares = [line.share for line in lines]
        if len(lines) > 1 and any(share is None for share in shares):
            to = name_codes(line.successor for line in lines)
            yield (
                f"{name} is split among {to}, and not every row states a share. Add a column "
                "`share` with the part of its work that each took over, such as 0.6 and 0.4; or "
                "send them all to one made-up code, to compare them as one."
            )
            continue
        total = sum(1.0 if share is None else share for share in shares)
        if abs(total - 1.0) > _TOLERANCE:
            yield (
                f"the shares of {name} add up to {total:.4g}, not 1. State where the rest of its "
                "work went: a row to itself is what stayed."
            )


def _check_circles(successors: SuccessorMap) -> Iterator[str]:
    """Say which organisations succeed themselves by way of others."""
    further = {
        code: [line.successor for line in lines if line.successor != code]
        for code, lines in successors.by_predecessor.items()
    }
    try:
        TopologicalSorter(further).prepare()
    except CycleError as error:
        # Listed from successor to predecessor.
        circle = " → ".join(clean(code) for code in reversed(error.args[1]))
        yield (
            f"organisations succeed each other in a circle: {circle}. Take out the row that "
            "isn't so."
        )
