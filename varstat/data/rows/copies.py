r"""Copies: rows that stand twice, cell by cell, as where a table was pasted below itself.

That two rows of a unit are alike may be chance. Of :math:`m` pairs of a unit's rows
:math:`\lambda = m p` are to be expected, where :math:`p` is the share of pairs of different units
that have the same numbers, or :math:`1 / (2 \sqrt{y} n)` if that is more: counts :math:`y` are
about as wide apart as chance makes them, and sizes :math:`n` as they are large. Rows are copies
where so many are alike with a Poisson probability below :math:`2^{-10}`.
"""

import numpy as np
import pandas as pd

from varstat.data.account import Ledger, Rows, count_rows, name_rows
from varstat.data.rows.distinguish import combine, number_levels, other_columns, read_factor
from varstat.data.rows.records import Records
from varstat.data.rows.sums import REQUIRED
from varstat.data.source.header import Header
from varstat.measure import Floats
from varstat.period.label import RollUp


def refuse_copies(
    records: Records, header: Header, ledger: Ledger, *, roll_up: RollUp | None
) -> None:
    """Refuse rows that are the same as others in every cell, where that is no chance.

    Rows of one unit would be added up; codes that differ in capitals alone would be two units.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
    roll_up : RollUp, optional
        Without one only spellings of a code are compared: what stands twice is refused anyway.
    """
    unit = records.roles["unit"]
    filled = (records.event.values > 0) & (records.size.values > 0) & ~unit.absent
    rows = np.flatnonzero(ledger.open & filled)
    if not len(rows):
        return
    spelt, codes = number_levels(unit.values[rows])
    folded = pd.factorize(np.array([code.casefold() for code in codes], dtype=object))[0]
    if roll_up is None and len(np.unique(folded)) == len(codes):
        return
    units = folded[spelt]
    event, size = records.event.values[rows], records.size.values[rows]
    numbers = combine([np.asarray(pd.factorize(each)[0], dtype=np.int64) for each in (event, size)])
    apart = None if roll_up is not None else spelt
    if not _are_copies(numbers, numbers, units, event, size, apart):
        return
    other = [
        each
        for role, each in records.roles.items()
        if role != "unit" and (roll_up is not None or role != "unit_name")
    ]
    used = (*other, *records.by.values(), *records.strata.values())
    cells = [number_levels(each.values[rows])[0] for each in used]
    cells += [
        read_factor(records, header, name, at, rows).codes
        for name, at in other_columns(records, header)
    ]
    same = combine([numbers, *cells])
    if _are_copies(same, numbers, units, event, size, apart):
        copies = pd.Series(combine([units, same])).duplicated().to_numpy()
        again = records.rows[rows[copies]]
        named = name_rows(tuple(int(row) for row in again[:5]), total=len(again))
        but = "" if roll_up is not None else " but for the capitals of a code"
        ledger.stop(
            f"{count_rows(len(again))} are the same as earlier ones in every cell{but} ({named}), "
            "so that each case would count twice. Delete the copies."
        )


def _are_copies(
    same: Rows, numbers: Rows, units: Rows, event: Floats, size: Floats, apart: Rows | None
) -> bool:
    """Say whether more of the units' rows are the same than chance would make alike.

    With `apart`, spellings of the units, only rows of different ones are compared.
    """
    alike = _pairs(combine([units, same]))
    within = _pairs(units)
    if apart is not None:
        alike -= _pairs(combine([units, same, apart]))
        within -= _pairs(combine([units, apart]))
    if not alike:
        return False
    across = _pairs(np.zeros_like(units)) - _pairs(units)
    shared = (_pairs(numbers) - _pairs(combine([units, numbers]))) / max(across, 1)
    # Of the rows of units that have several.
    several = np.bincount(units)[units] > 1
    each = 1.0 / (2.0 * np.sqrt(event[several]) * size[several])
    chance = max(shared, float(np.mean(np.clip(each, 0.0, 1.0))))
    from scipy.special import pdtrc  # A tenth of a second, for tables that need it.

    return bool(pdtrc(alike - 1, within * chance) < 2.0**-REQUIRED)


def _pairs(groups: Rows) -> int:
    times = np.bincount(groups)
    return int((times * (times - 1) // 2).sum())
