"""Rows laid out like records that are none, and records that are laid out like no row."""

import re

import numpy as np

from varstat.data.account import Ledger, Mask
from varstat.data.rows.records import Records
from varstat.data.source.header import Header
from varstat.data.source.numbers import Kind

COLUMN_NUMBER = re.compile(r"[\[(]?(\d{1,3})[\])]?")


def exclude_layout(records: Records, header: Header, ledger: Ledger) -> None:
    """Leave out rows that only lay out the page, and rows that report no counts.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
        Told what is excluded and why.
    """
    ledger.exclude(_repeats_header(records, header), "the header again")
    ledger.exclude(_numbers_columns(records, header), "a row of column numbers")
    blank = records.event.is_kind(Kind.BLANK) & records.size.is_kind(Kind.BLANK)
    note = np.zeros(len(blank), dtype=np.bool_)
    for at in np.flatnonzero(blank):
        filled = sum(cell is not None for cell in header.line(int(records.places[at])))
        note[at] = filled < 2 or records.roles["unit"].values[at] is None
    ledger.exclude(blank & note, "no counts: a note or an empty row")
    ledger.exclude(blank, "no counts reported")


def refuse_overfull(records: Records, header: Header, ledger: Ledger) -> None:
    """Refuse rows with more cells than the header, whose cells stand under the wrong headings.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
    """
    ledger.refuse(
        header.overfull()[records.places],
        "more cells than the header names",
        mend="A comma in a number or a name cuts it in two unless quotation marks stand around it: "
        "put them there, or name the columns beyond the last.",
    )


def _repeats_header(records: Records, header: Header) -> Mask:
    """Find rows whose count columns hold the columns' own names."""
    text = records.event.is_kind(Kind.TEXT) & records.size.is_kind(Kind.TEXT)
    again = np.zeros(len(text), dtype=np.bool_)
    names = {name for name in header.names if name}
    for at in np.flatnonzero(text):
        again[at] = all(cell in names for cell in header.line(int(records.places[at])) if cell)
    return again


def _numbers_columns(records: Records, header: Header) -> Mask:
    """Find the row 1, 2, 3, ... directly under the header, unless units are so numbered."""
    hit = np.zeros(len(records.rows), dtype=np.bool_)
    if header.row < 0 or len(hit) < 2:
        return hit
    cells = [cell for cell in header.line(int(records.places[0])) if cell is not None]
    found = [COLUMN_NUMBER.fullmatch(cell) for cell in cells]
    numbers = [int(each[1]) for each in found if each]
    counting = len(cells) > 2 and numbers == list(range(1, len(cells) + 1))
    units_numbered = any(
        unit is not None and unit.isdigit() for unit in records.roles["unit"].values[1:4]
    )
    hit[0] = counting and not units_numbered
    return hit
