"""Every input row accounted for: kept, merged, or excluded with a reason."""

import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from varstat.errors import TableError
from varstat.prose.text import clean

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

FIRST_ROWS = 5
# Of a reason for leaving rows out: the user's own choice, and no fault of theirs.
ASKED_FOR = "asked for"


def name_rows(rows: tuple[int, ...], *, total: int) -> str:
    """Name rows by their number in the file: "row 4", "rows 4, 5 and 9", "rows 4, 5, 6, ...".

    Examples
    --------
    >>> name_rows((4, 5, 9), total=3)
    'rows 4, 5 and 9'
    >>> name_rows((4, 5, 6, 7, 8), total=90)
    'rows 4, 5, 6, 7, 8, ...'
    """
    shown = [str(row) for row in rows]
    if total > len(rows):
        return f"rows {', '.join(shown)}, ..."
    if total == 1:
        return f"row {shown[0]}"
    return f"rows {', '.join(shown[:-1])} and {shown[-1]}"


def count_rows(rows: int) -> str:
    """Say how many rows, with thousands separated: "1 row", "1,234 rows"."""
    return f"{rows:,} row{'' if rows == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Rows left out for one reason.

    Attributes
    ----------
    reason : str
        Why, in words that can be published.
    rows : int
        How many.
    first_rows : tuple of int
        Up to five of their numbers in the file.
    """

    reason: str
    rows: int
    first_rows: tuple[int, ...]

    @property
    def asked_for(self) -> bool:
        """Whether the user chose to leave the rows out."""
        return ASKED_FOR in self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of every row of the input.

    Attributes
    ----------
    source : str
        The file's name without its folder, or `data frame`.
    rows_read : int
        Rows below the header that hold anything at all.
    rows_kept : int
        Input rows that are in the result, on their own or merged.
    rows_merged : int
        Of these, rows folded into others by a declared roll-up, so that the result has
        ``rows_kept - rows_merged`` rows.
    exclusions : tuple of Exclusion
        The other rows, by reason, in the order in which the reasons were applied.
    totals : dict of str to (float, float, float)
        For each count column, the sum that was read, kept and excluded; where a number is
        withheld, without the rows that total others, from which it could be found.
    units : int
        Distinct units in the result.
    notes : tuple of str
        What else a reader should know: the encoding, the sheet, what a total row said.
    """

    source: str
    rows_read: int
    rows_kept: int
    rows_merged: int
    exclusions: tuple[Exclusion, ...]
    totals: dict[str, tuple[float, float, float]]
    units: int
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that the rows add up."""
        if self.rows_read != self.rows_kept + self.rows_excluded:
            raise RuntimeError(
                f"the account of {self.source} does not add up: {self.rows_read} rows read, "
                f"{self.rows_kept} kept, {self.rows_excluded} excluded. This is a fault in "
                "varstat; please report it."
            )

    @property
    def rows_excluded(self) -> int:
        """Rows left out, for whatever reason."""
        return sum(exclusion.rows for exclusion in self.exclusions)

    def to_dict(self) -> dict[str, Any]:
        """Give the account as plain values, ready for JSON.

        Returns
        -------
        dict
            With the names of the attributes; each total as `read`, `kept` and `excluded`.
        """
        return {
            "source": self.source,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_merged": self.rows_merged,
            "rows_excluded": self.rows_excluded,
            "exclusions": [
                {"reason": e.reason, "rows": e.rows, "first_rows": list(e.first_rows)}
                for e in self.exclusions
            ],
            "totals": {
                column: dict(zip(("read", "kept", "excluded"), sums, strict=True))
                for column, sums in self.totals.items()
            },
            "units": self.units,
            "notes": list(self.notes),
        }

    def summary(self, *, sums: bool = False, width: int = 80) -> str:
        """Say what became of the rows, in plain English.

        Parameters
        ----------
        sums : bool
            Print the sums even where all rows were kept, to compare with the publisher's.
        width : int
            Columns at most of a line.

        Returns
        -------
        str
            Several lines: what was read and kept, each reason for exclusion with its rows,
            the sums, the notes.
        """
        kept = f"{self.rows_kept:,} kept ({self.units:,} unit{'' if self.units == 1 else 's'})"
        if self.rows_merged:
            kept += f", added up to {count_rows(self.rows_kept - self.rows_merged)}"
        lines = _wrap(
            f"{self.source}: {count_rows(self.rows_read)} read; {kept}; "
            f"{self.rows_excluded:,} excluded.",
            width,
        )
        if self.exclusions:
            lines.append("Excluded:")
            widest = max(len(f"{e.rows:,}") for e in self.exclusions)
            for e in self.exclusions:
                # Records counted in a database have no numbers.
                rows = f" ({name_rows(e.first_rows, total=e.rows)})" if e.first_rows else ""
                bullet = f"  {e.rows:>{widest},}  "
                lines += _wrap(f"{e.reason}{rows}", width, first=bullet, rest=" " * len(bullet))
        if self.totals and (sums or self.exclusions):
            lines.append("Sums:")
            for column, (read, kept_sum, excluded) in self.totals.items():
                first, second, third = write_sum(read, kept_sum, excluded)
                lines += _wrap(
                    f"{column}: {first} read = {second} kept + {third} excluded",
                    width,
                    first="  ",
                    rest="    ",
                )
        if self.notes:
            lines.append("Notes:")
            for note in self.notes:
                lines += _wrap(note, width, first="  - ", rest="    ")
        return "\n".join(lines)


def write_sum(whole: float, *parts: float) -> list[str]:
    """Write a sum and its parts: whole counts in full, other numbers to four digits or a tenth.

    Parameters
    ----------
    whole : float
    *parts : float
        The last makes up for what rounding leaves, so that they add up as they are printed.

    Examples
    --------
    >>> write_sum(1358057.5078, 1358000.25, 57.2578), write_sum(12.0, 12.0, 0.0)
    (['1,358,057.5', '1,358,000.2', '57.3'], ['12', '12', '0'])
    """
    if all(value % 1 == 0 for value in (whole, *parts)):
        return [f"{value:,.0f}" for value in (whole, *parts)]
    size = max(map(abs, (whole, *parts)))
    decimals = max(1, 3 - int(np.floor(np.log10(size))))
    total, *most = (round(value, decimals) for value in (whole, *parts[:-1]))
    rounded = [total, *most, round(total - sum(most), decimals) + 0.0]
    return [f"{value:,.{decimals}f}".removesuffix("." + "0" * decimals) for value in rounded]


def _wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        clean(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


class Ledger:
    """The account while rows are still being judged.

    Parameters
    ----------
    rows : ndarray of int, shape (rows,)
        Each row's number in the file.
    lenient : bool
        Leave out what is impossible and say so, where otherwise it is a problem.

    Attributes
    ----------
    open : ndarray of bool, shape (rows,)
        Rows that nothing has excluded so far.
    exclusions : list of Exclusion
    problems : list of str
    leavable : bool
        Whether being lenient would mend any of them.
    stops : list of str
        Problems that lenience doesn't excuse, since no row is at fault by itself.
    sums : ndarray of bool, shape (rows,)
        Excluded rows that hold the sum of others, so that they aren't added to them.
    """

    def __init__(self, rows: Rows, *, lenient: bool) -> None:
        self.rows = rows
        self.lenient = lenient
        self.open: Mask = np.ones(len(rows), dtype=np.bool_)
        self.exclusions: list[Exclusion] = []
        self.problems: list[str] = []
        self.leavable = False
        self.stops: list[str] = []
        self.sums: Mask = np.zeros(len(rows), dtype=np.bool_)

    def exclude(self, where: Mask, reason: str) -> None:
        """Leave out the rows among `where` that are still open."""
        hit = where & self.open
        rows = int(hit.sum())
        if rows:
            self.exclusions.append(Exclusion(reason=reason, rows=rows, first_rows=self._first(hit)))
            self.open = self.open & ~hit

    def exclude_sums(self, where: Mask, reason: str) -> None:
        """Leave out the open rows among `where`, which hold the sums of others."""
        self.sums = self.sums | (where & self.open)
        self.exclude(where, reason)

    def stop(self, problem: str) -> None:
        """Treat the table as it stands as impossible, lenient or not."""
        if problem not in self.stops:
            self.stops.append(problem)

    def refuse(self, where: Mask, what: str, *, mend: str, leavable: bool = True) -> None:
        """Treat the open rows among `where` as impossible.

        Parameters
        ----------
        where : ndarray of bool, shape (rows,)
        what : str
            What is wrong, naming the column and never a value; also the reason when lenient.
        mend : str
            A sentence on how to mend it.
        leavable : bool
            Whether such rows may be left out; not where the others would then be read wrong too.
        """
        if self.lenient and leavable:
            self.exclude(where, what)
            return
        hit = where & self.open
        rows = int(hit.sum())
        if rows:
            named = name_rows(self._first(hit), total=rows)
            self.problems.append(f"{count_rows(rows)}: {what} ({named}). {mend}")
            self.leavable |= leavable

    def close(self, source: str) -> None:
        """Raise every problem at once.

        Raises
        ------
        TableError
            If any row was refused, or none is left.
        """
        if self.stops and not self.problems:
            raise TableError(source, self.stops)
        if self.problems:
            *others, last = (*self.stops, *self.problems)
            tail = " Or leave such rows out, and have them reported, with --lenient."
            if not self.leavable:
                tail = ""
            raise TableError(source, [*others, last + tail])
        if not self.open.any():
            why = "; ".join(
                f"{count_rows(e.rows)}: {e.reason} ({name_rows(e.first_rows, total=e.rows)})"
                for e in self.exclusions
            )
            raise TableError(
                source,
                f"no rows are left to analyse. Excluded: {why}."
                if why
                else "there are no rows below the header. Give a file that holds data.",
            )

    def _first(self, hit: Mask) -> tuple[int, ...]:
        return tuple(int(row) for row in self.rows[hit][:FIRST_ROWS])
