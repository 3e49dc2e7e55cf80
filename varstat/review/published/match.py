"""Methods that a published column may be by, which of them it is by, and which cells are not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

Bools = NDArray[np.bool_]
COLUMNS = ("rank", "flag", "rate", "opportunity", "quartile")
FaultKind = Literal["wrong", "swapped", "method", "unread"]
# Cells that may disagree with a method for the column to be by it: one in twenty, and two where
# there are eight units or more.
_SHARE, _FEW = 0.05, 2
# Pairs of cells that are looked at for a swap.
_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A method by which a column may have been made, and the cells that it doesn't give.

    Attributes
    ----------
    name : str
        As a caller says it: "raw", "funnel:0.998".
    words : str
        As a sentence says it.
    wrong : ndarray of bool, shape (units,)
        Cells that differ by more than rounding and ties allow.
    fits : callable
        Whether what is printed of one unit could be another's: two indices to bool.
    given : ndarray of object, shape (units,)
        What the method gives each unit, as text.
    factor : float
        By what a number was multiplied to be printed.
    """

    name: str
    words: str
    wrong: Bools
    fits: Callable[[int, int], bool]
    given: NDArray[np.object_]
    factor: float = 1.0

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that a published table has wrong.

    Attributes
    ----------
    column : str
        "rank", "flag", "rate", "opportunity" or "quartile".
    kind : {"wrong", "swapped", "method", "unread"}
    units : tuple of int
        Which; none of a whole column.
    text : str
        A sentence.
    """

    column: str
    kind: FaultKind
    units: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """How a column of a published table was made, as far as it can be told.

    Attributes
    ----------
    column : str
    method : Candidate or None
        None where no known method gives the column.
    nearest : Candidate or None
        The method that gives most of its cells.
    known : ndarray of bool, shape (units,)
        Whether something that can be read is printed of a unit.
    faults : tuple of Fault
    sentence : str
    """

    column: str
    method: Candidate | None
    nearest: Candidate | None
    known: Bools
    faults: tuple[Fault, ...]
    sentence: str


def most_wrong(units: int) -> int:
    """Give how many cells may disagree with a method that a column is said to be by.

    Examples
    --------
    >>> most_wrong(3), most_wrong(4), most_wrong(20), most_wrong(200)
    (0, 1, 2, 10)
    """
    return max(min(_FEW, units // 4), int(_SHARE * units))


def find_method(
    column: str,
    candidates: Sequence[Candidate],
    known: Bools,
    *,
    printed: Sequence[str | None],
    names: Sequence[str],
    says: str | None,
    telling: int | None = None,
) -> Finding:
    """Find the method by which a column was made, and the cells that it doesn't give.

    Parameters
    ----------
    column : str
    candidates : sequence of Candidate
        Of methods that give as many cells the first counts.
    known : ndarray of bool, shape (units,)
        Of which units something was printed that can be read.
    printed : sequence of (str or None)
        As printed.
    names : sequence of str
        Of the units, for sentences.
    says : str, optional
        The method that the table says it is by.
    telling : int, optional
        How many cells tell methods apart, where most are alike: those with a flag.

    Returns
    -------
    Finding
    """
    number = int(known.sum())
    most = most_wrong(number if telling is None else min(max(telling, 4 * _FEW), number))
    unread = [i for i, text in enumerate(printed) if text is not None and not known[i]]
    faults = [
        Fault(column=column, kind="unread", units=(i,),
              text=f"The {column} printed of {names[i]} can't be read as one.")
        for i in unread
    ]  # fmt: skip
    if not candidates or not number:
        return Finding(
            column=column, method=None, nearest=None, known=known, faults=tuple(faults),
            sentence=f"The printed {column} can't be compared with these data.",
        )  # fmt: skip
    counts = [int(np.sum(each.wrong & known)) for each in candidates]
    best = candidates[int(np.argmin(counts))]
    stated = next((each for each in candidates if each.name == says), None)
    if stated is not None and counts[candidates.index(stated)] <= most:
        best = stated
    wrong = np.flatnonzero(best.wrong & known)
    reproduced = len(wrong) <= most
    if reproduced:
        faults += _name_cells(column, best, wrong, printed, names)
    sentence = _say(column, best, len(wrong), number, reproduced=reproduced)
    if stated is not None and stated is not best:
        off = int(np.sum(stated.wrong & known))
        theirs = (
            f"it agrees with {best.words}"
            if reproduced
            else "no method that varstat knows gives it"
        )
        told = (
            f"The {column} is said to be by {stated.words}, by which it would be another for "
            f"{off:,} of {number:,} units; {theirs}."
        )
        faults.append(Fault(column=column, kind="method", units=(), text=told))
    return Finding(
        column=column,
        method=best if reproduced else None,
        nearest=best,
        known=known,
        faults=tuple(faults),
        sentence=sentence,
    )


def _say(column: str, best: Candidate, wrong: int, number: int, *, reproduced: bool) -> str:
    if not reproduced:
        return (
            f"No method that varstat knows gives the printed {column} from these data: the "
            f"nearest, {best.words}, agrees for {number - wrong:,} of {number:,} units."
        )
    if not wrong:
        return f"The printed {column} agrees with {best.words}, for all {number:,} units."
    return f"The printed {column} agrees with {best.words}, but for {wrong:,} of {number:,} units."


def _name_cells(
    column: str,
    method: Candidate,
    wrong: NDArray[np.intp],
    printed: Sequence[str | None],
    names: Sequence[str],
) -> list[Fault]:
    """Name the cells that a method doesn't give; two that are each other's are swapped."""
    left = [int(i) for i in wrong]
    faults: list[Fault] = []
    for i in left[:_MOST]:
        partner = next(
            (j for j in left[:_MOST] if j > i and method.fits(i, j) and method.fits(j, i)), None
        )
        if partner is None or any({i, partner} & set(each.units) for each in faults):
            continue
        faults.append(
            Fault(
                column=column,
                kind="swapped",
                units=(i, partner),
                text=f"The printed {column} of {names[i]} and that of {names[partner]} are "
                "swapped.",
            )
        )
    paired = {i for each in faults for i in each.units}
    faults += [
        Fault(
            column=column,
            kind="wrong",
            units=(i,),
            text=f"The {column} of {names[i]} is printed as {printed[i]}; it would be "
            f"{method.given[i]} by {method.words}.",
        )
        for i in left
        if i not in paired
    ]
    return faults


def texts(values: Sequence[Any] | Floats) -> NDArray[np.object_]:
    """Lay texts, or numbers as they are printed, in an array."""
    out = np.empty(len(values), dtype=object)
    out[:] = [each if isinstance(each, str) else f"{each:g}" for each in values]
    return out
