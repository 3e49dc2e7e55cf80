"""Copies: rows that stand twice, cell by cell, as where a table was pasted below itself."""

import numpy as np
import pandas as pd

from varstat.data.account import Ledger, Rows, count_rows, name_rows
from varstat.data.rows.distinguish import combine, number_levels, other_columns, read_factor
from varstat.data.rows.records import Records
from varstat.data.source.header import Header

# Small counts may be alike by chance; hardly those of nine rows in ten.
_MOST, _FEWEST = 0.9, 3


def refuse_copies(records: Records, header: Header, ledger: Ledger) -> None:
    """Refuse to add up rows of which nearly all are the same as others in every cell.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
    """
    rows = np.flatnonzero(ledger.open)
    numbers = (records.event.values[rows], records.size.values[rows])
    groups = combine(
        [
            number_levels(records.roles["unit"].values[rows])[0],
            *(np.asarray(pd.factorize(each)[0], dtype=np.int64) for each in numbers),
        ]
    )
    if not _are_copies(groups):
        return
    used = (*records.roles.values(), *records.by.values(), *records.strata.values())
    codes = [number_levels(each.values[rows])[0] for each in used]
    codes += [
        read_factor(records, header, name, at, rows).codes
        for name, at in other_columns(records, header)
    ]
    groups = combine([groups, *codes])
    if _are_copies(groups):
        again = records.rows[rows[pd.Series(groups).duplicated().to_numpy()]]
        named = name_rows(tuple(int(row) for row in again[:5]), total=len(again))
        ledger.stop(
            f"{count_rows(len(again))} are the same as earlier ones in every cell ({named}), so "
            "that each case would count twice. Delete the copies."
        )


def _are_copies(groups: Rows) -> bool:
    times = np.bincount(groups) if len(groups) else groups
    several = times > 1
    return bool(several.sum() >= _FEWEST and times[several].sum() >= _MOST * len(groups))
