"""Covariates: numbers of units that may explain why they differ."""

from dataclasses import dataclass, replace

import numpy as np

from varstat.data.account import Ledger, Mask, Rows
from varstat.data.rows.unread import describe_texts, find_sentinel, say_missing
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import SAY_WHICH, TWO_WAYS, Kind, Numbers, explain_mark
from varstat.measure import Floats

# The square of anything larger can't be computed with.
MOST = 1e100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Covariate:
    """A column of numbers.

    Attributes
    ----------
    column : str
        Its name, in the file or lookup.
    numbers : Numbers
    lookup : str or None
        The lookup that it comes from; None if from the file.
    """

    column: str
    numbers: Numbers
    lookup: str | None

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"column {self.column!r}" + (f" of {self.lookup}" if self.lookup else "")

    @property
    def absent(self) -> Mask:
        """Rows without a number, of shape (rows,): blank or with a mark in its place."""
        return self.numbers.is_kind(Kind.BLANK, Kind.MISSING, Kind.SUPPRESSED)

    def take(self, rows: Mask) -> "Covariate":
        """Keep some rows."""
        return replace(self, numbers=self.numbers.take(rows))


def exclude_without(covariate: Covariate, ledger: Ledger) -> None:
    """Leave out rows for which a covariate isn't known.

    Parameters
    ----------
    covariate : Covariate
    ledger : Ledger
        Told what is excluded: blanks, then each mark by what it means.
    """
    numbers, of = covariate.numbers, covariate.lookup
    unit = f" for this unit in {of}" if of else ""
    ledger.exclude(numbers.is_kind(Kind.BLANK), f"no {covariate.column}{unit}")
    for kind in (Kind.SUPPRESSED, Kind.MISSING):
        for mark in numbers.marks(kind):
            reason = f"{covariate.place}: {explain_mark(mark, kind)}"
            ledger.exclude(numbers.is_mark(mark, kind), reason)


def refuse_unusable(covariate: Covariate, ledger: Ledger) -> None:
    """Refuse cells of a covariate that hold something else than a usable number.

    Parameters
    ----------
    covariate : Covariate
    ledger : Ledger
    """
    numbers, place = covariate.numbers, covariate.place
    mend = "Correct the file, or leave the covariate out."
    shown, cure = describe_texts(numbers, ledger.open, count=False)
    name = "A covariate must be a number; to compare like with like by a name, let it be the peer "
    ledger.refuse(
        numbers.is_kind(Kind.TEXT),
        f"text where a number should be, in {place}{shown}",
        mend=f"{name}group.{f' {cure}' if shown else ''}",
    )
    sentinel = find_sentinel(
        np.where(numbers.is_kind(Kind.NUMBER) & ledger.open, numbers.values, np.nan)
    )
    if sentinel is not None:
        ledger.refuse(
            numbers.values == sentinel,
            f"{sentinel:g} in {place}, far from all other numbers",
            mend=f"{say_missing(sentinel)} {mend}",
        )
    ledger.refuse(numbers.is_kind(Kind.INFINITE), f"an infinite number in {place}", mend=mend)
    ledger.refuse(
        numbers.is_kind(Kind.AMBIGUOUS), f"{TWO_WAYS} in {place}", mend=SAY_WHICH, leavable=False
    )
    ledger.refuse(
        np.abs(numbers.values) > MOST,
        f"a number in {place} is too large to compute with",
        mend=mend,
    )
    percent = numbers.is_kind(Kind.PERCENT) & ledger.open
    plain = numbers.is_kind(Kind.NUMBER) & (numbers.values != 0) & ledger.open
    if percent.any() and plain.any():
        ledger.refuse(
            percent if percent.sum() <= plain.sum() else plain,
            f"percentages and plain numbers are mixed in {place}",
            mend="Give all rows with a percent sign, or none.",
        )


def average(values: Floats, weights: Floats, groups: Rows) -> Floats:
    r"""Average a covariate within groups of rows, each row weighted by its size.

    .. math:: \bar{x}_g = x_{g1} + \frac{\sum_j n_j (x_{gj} - x_{g1})}{\sum_j n_j}

    Taken from the group's first row on, so that a covariate that is the same on all of them
    stays so to the last bit.

    Parameters
    ----------
    values, weights : ndarray of float, shape (rows,)
        Weights are strictly positive.
    groups : ndarray of int, shape (rows,)
        Numbers from 0 to groups - 1, each at least once.

    Returns
    -------
    ndarray of float, shape (groups,)

    Examples
    --------
    >>> average(np.array([1.0, 0.1, 4.0]), np.array([1.0, 9.0, 2.0]), np.array([0, 1, 0]))
    array([3. , 0.1])
    """
    first = values[np.unique(groups, return_index=True)[1]]
    offset = np.bincount(groups, weights=weights * (values - first[groups]))
    return np.asarray(first + offset / np.bincount(groups, weights=weights), dtype=np.float64)


def count_without(covariate: Covariate, units: Texts, rows: Mask) -> tuple[int, int]:
    """Count the units without a covariate on any of some rows, and all units on them.

    Parameters
    ----------
    covariate : Covariate
    units : ndarray of object, shape (rows,)
    rows : ndarray of bool, shape (rows,)

    Returns
    -------
    without, units : int
    """
    everyone = {unit for unit in units[rows] if unit is not None}
    having = set(units[rows & ~covariate.absent])
    return len(everyone - having), len(everyone)
