"""The rows that a table is made of, before those of a longer period are added up."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from varstat.data.account import Account, Ledger, Mask
from varstat.data.rows.assembly import assemble, count_units
from varstat.data.rows.counts import Counts
from varstat.data.rows.records import Records
from varstat.data.source.grid import Texts
from varstat.period.label import RollUp


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """The rows of the file that are in a table.

    Attributes
    ----------
    records : Records
    counts : Counts
    periods : ndarray of object, shape (rows,), or None
        Rolled up, if that was asked for.
    roll_up : RollUp or None
    lenient : bool
        Whether rows with what is impossible are left out, rather than an error.
    frame : DataFrame
        The table made of all of them, which shares their columns unless they are merged.
    """

    records: Records
    counts: Counts
    periods: Texts | None
    roll_up: RollUp | None
    lenient: bool
    frame: pd.DataFrame

    def ledger(self) -> Ledger:
        """Open a ledger in which some of the rows can be left out."""
        return Ledger(self.records.rows, lenient=self.lenient)

    def take(self, kept: Mask) -> "Kept":
        """Keep some of the rows, and make a frame of them."""
        return keep(
            self.records,
            self.counts,
            self.periods,
            kept,
            roll_up=self.roll_up,
            lenient=self.lenient,
        )

    def amend(self, account: Account, ledger: Ledger, frame: pd.DataFrame) -> Account:
        """Add to an account what became of the rows that are left out.

        Parameters
        ----------
        account : Account
            Of all of the rows.
        ledger : Ledger
        frame : DataFrame
            Made of the others.

        Returns
        -------
        Account
        """
        rows = int(ledger.open.sum())
        measure = self.records.measure
        left = {
            name: float(np.nansum(values[~ledger.open]))
            for name, values in (
                (measure.event, self.counts.event),
                (measure.size, self.counts.size),
            )
        }
        return Account(
            source=account.source,
            rows_read=account.rows_read,
            rows_kept=rows,
            rows_merged=rows - len(frame),
            exclusions=(*account.exclusions, *ledger.exclusions),
            totals={
                name: (read, kept - left[name], excluded + left[name])
                for name, (read, kept, excluded) in account.totals.items()
            },
            units=count_units(frame["unit"].to_numpy()),
            notes=account.notes,
        )


def keep(
    records: Records,
    counts: Counts,
    periods: Texts | None,
    kept: Mask,
    *,
    roll_up: RollUp | None,
    lenient: bool,
) -> Kept:
    """Keep some rows, and make a table's frame of them.

    Parameters
    ----------
    records : Records
    counts : Counts
    periods : ndarray of object, shape (rows,), or None
    kept : ndarray of bool, shape (rows,)
    roll_up : RollUp or None
    lenient : bool
        All as of `Kept`, of all rows.

    Returns
    -------
    Kept
    """
    inside, some = records.take(kept), counts.take(kept)
    # What is counted as it was printed is held once.
    if counts.event is records.event.values:
        inside = replace(inside, event=replace(inside.event, values=some.event))
    if counts.size is records.size.values:
        inside = replace(inside, size=replace(inside.size, values=some.size))
    periods = None if periods is None else periods[kept]
    return Kept(
        records=inside,
        counts=some,
        periods=periods,
        roll_up=roll_up,
        lenient=lenient,
        frame=assemble(inside, some, periods, roll_up=roll_up),
    )
