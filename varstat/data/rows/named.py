"""Named: rows left out by what they are called, as a total, an average or nobody in particular."""

from collections.abc import Callable, Sequence

import numpy as np

from varstat.data.account import Ledger, Mask, Rows
from varstat.data.rows.distinguish import number_levels
from varstat.data.rows.records import Records
from varstat.data.rows.wholes import (
    is_average,
    is_country,
    is_nobody,
    is_total,
    may_be_whole,
    outline,
)
from varstat.data.source.header import Header


def exclude_named(records: Records, header: Header, ledger: Ledger) -> tuple[Mask, tuple[str, ...]]:
    """Leave out what is named as a total, an average, or nobody in particular.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
        Told what is excluded.

    Returns
    -------
    total : ndarray of bool, shape (rows,)
        Rows named as totals.
    notes : tuple of str
    """
    units = records.roles["unit"].values
    codes, distinct = number_levels(units)
    columns = [_Names(codes, distinct)]
    name = records.roles.get("unit_name")
    if name is not None and name.lookup is None:
        columns.append(_Names(*number_levels(name.values)))
    total, average, nobody = (np.zeros(len(units), dtype=np.bool_) for _ in range(3))
    for names in columns:
        # One country among the units is their total; several are units of their own.
        countries = names.which(is_country)
        alone = countries.sum() == 1
        total |= names.rows(names.which(is_total) | (alone & countries))
        average |= names.rows(names.which(is_average))
        nobody |= names.rows(names.which(is_nobody))
    for at in np.flatnonzero(codes < 0):
        cells = [cell for cell in header.line(int(records.places[at])) if cell]
        total[at] |= any(is_total(cell) or is_country(cell) for cell in cells)
    # A body named after its country ("NHS England") may be one unit of many: a whole is no less
    # than any of its parts.
    sizes = np.nan_to_num(records.size.values)
    coded = (codes >= 0) & ~columns[0].rows(columns[0].which(is_total))
    total &= ~(coded & (sizes < sizes[ledger.open].max(initial=0.0)))
    total &= ledger.open
    notes: tuple[str, ...] = ()
    if 2 * total.sum() > ledger.open.sum():
        total[:] = False
        notes = ("most rows are named like totals, so they were taken for the units",)
    ledger.exclude_sums(total, "a total row")
    if 2 * (average & ledger.open).sum() < ledger.open.sum():
        ledger.exclude_sums(average, "an average of units")
    if 2 * (nobody & ledger.open).sum() < ledger.open.sum():
        ledger.exclude(nobody, "no unit in particular, by its name")
    return total, notes


class _Names:
    """The distinct names of a column; of those that differ in their numbers, one is looked at.

    Parameters
    ----------
    codes : ndarray of int, shape (rows,)
        Each row's name; below zero for none.
    distinct : sequence of str
    """

    def __init__(self, codes: Rows, distinct: Sequence[str]) -> None:
        self.codes = codes
        self.number = len(distinct)
        told: dict[str, bool] = {}
        self.few: dict[int, str] = {}
        for at, name in enumerate(distinct):
            short = outline(name)
            may = told.get(short)
            if may is None:
                may = told[short] = may_be_whole(short)
            if may:
                self.few[at] = name

    def which(self, says: Callable[[str], bool]) -> Mask:
        """Say of which names something is so."""
        found = np.zeros(self.number, dtype=np.bool_)
        found[[at for at, name in self.few.items() if says(name)]] = True
        return found

    def rows(self, names: Mask) -> Mask:
        """Give the rows with some of the names."""
        return np.asarray(np.append(names, False)[self.codes], dtype=np.bool_)
