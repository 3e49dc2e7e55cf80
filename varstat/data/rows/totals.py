"""Totals among the records: left out where one reading is clear, refused where not.

Rows are known as totals by arithmetic (`levels`, `subtotals`, `mixed`), whatever they are called,
and by name (`wholes`), whatever they add up to. What is left out by arithmetic may be asked for
with `only`: totals are looked for only among the rows that were asked for.
"""

from dataclasses import dataclass

import numpy as np

from varstat.card.schema import Card
from varstat.data.account import Ledger, Mask
from varstat.data.rows.addends import make_addends
from varstat.data.rows.counts import convert_percentages
from varstat.data.rows.distinguish import (
    Apart,
    Factor,
    last_date,
    named_factors,
    number_levels,
    tell_apart,
)
from varstat.data.rows.level_judge import LevelJudge
from varstat.data.rows.named import exclude_named
from varstat.data.rows.records import Records
from varstat.data.rows.unit_judge import exclude_unit_totals
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header
from varstat.period.label import RollUp


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """What was found out about totals.

    Attributes
    ----------
    whole : ndarray of bool, shape (rows,)
        Rows that total all units, to be reconciled with them.
    notes : tuple of str
    apart : Apart
        What else tells the rows of a unit apart.
    within : tuple of (str, ndarray of object)
        The columns that do, with each row's value: a total row is of its own.
    """

    whole: Mask
    notes: tuple[str, ...]
    apart: Apart
    within: tuple[tuple[str, Texts], ...]


def exclude_totals(
    records: Records, header: Header, ledger: Ledger, *, card: Card, roll_up: RollUp | None
) -> Totals:
    """Leave out the rows that total others, and refuse what would be counted twice.

    Where more than half of the rows are named like totals, as in a table of the four countries of
    the United Kingdom, they are the units.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
        Told what is excluded and refused.
    card : Card
    roll_up : RollUp, optional

    Returns
    -------
    Totals
    """
    whole, notes = exclude_named(records, header, ledger)
    event = convert_percentages(records.event, records.size, card=card)
    addends = make_addends(records, event, card=card)
    units = records.roles["unit"].values
    rows = np.flatnonzero(ledger.open)
    apart, extras = Apart(), list[Factor]()
    if len(rows):
        factors = named_factors(records, rows)
        codes = number_levels(units[rows])[0]
        extras, instead = tell_apart(records, header, rows, codes, factors)
        judged = LevelJudge(records, header, ledger, addends, [*factors, *extras], roll_up=roll_up)
        notes += judged.exclude(rows, codes)
        columns = tuple(each.column for each in extras)
        apart = Apart(
            columns=columns, instead=instead, overlap=judged.overlap, dated=last_date(extras)
        )
        # As long as the file: of no more use.
        del codes, judged
        if addends is not None:
            found, more = exclude_unit_totals(
                records, header, ledger, addends, [*factors, *extras], rows=rows, named=whole
            )
            whole, notes = whole | found, notes + more
    within = tuple((each.column, _read_text(header, records, each.column)) for each in extras)
    return Totals(whole=whole, notes=notes, apart=apart, within=within)


def _read_text(header: Header, records: Records, column: str) -> Texts:
    values = header.texts(header.find((column,))[0])
    return values[records.places]
