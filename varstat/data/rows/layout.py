"""Rows laid out like records that are none, and records that are laid out like no row."""

import re

import numpy as np

from varstat.data.account import Ledger, Mask
from varstat.data.rows.records import Records
from varstat.data.source.grid import UNVALUED
from varstat.data.source.header import Header
from varstat.data.source.numbers import Kind

# In brackets, or the name of a type.
STATED_UNIT = re.compile(
    r"[\[(][^\d\])]{1,20}[\])]|%|n|no\.?|number|count|anzahl|nombre|numero|n\u00famero|aantal|antal|"
    r"code|text|texte?|string|integer|int|float|decimal|date|per cent|percent|人|件|名|명|건"
)
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
    ledger.exclude(_states_units(records, header), "a row of units below the header")
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


def refuse_unvalued(records: Records, header: Header, ledger: Ledger) -> None:
    """Refuse rows with formulas that no program has computed.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
    """
    if header.grid.sheet is None or not header.grid.notes:
        return
    columns = {each.column: each.values for each in records.attributes if each.lookup is None}
    for _, column in records.measured:
        for at in header.places(column):
            columns[header.names[at]] = header.texts(at)[records.places]
    for column, texts in columns.items():
        ledger.refuse(
            np.array([text == UNVALUED for text in texts], dtype=np.bool_),
            f"a formula without a value, in column {column!r}",
            mend="Open the workbook in a spreadsheet program, which computes it, and save it.",
        )


def _repeats_header(records: Records, header: Header) -> Mask:
    """Find rows whose count columns hold the columns' own names."""
    text = records.event.is_kind(Kind.TEXT) & records.size.is_kind(Kind.TEXT)
    again = np.zeros(len(text), dtype=np.bool_)
    names = {name for name in header.names if name}
    for at in np.flatnonzero(text):
        again[at] = all(cell in names for cell in header.line(int(records.places[at])) if cell)
    return again


def _states_units(records: Records, header: Header) -> Mask:
    """Find a row directly under the header that says in what each column is: (n), (%), text."""
    hit = np.zeros(len(records.rows), dtype=np.bool_)
    if not len(hit) or records.places[0] != 0:
        return hit
    unit = records.roles["unit"].values[0]
    wordless = records.event.is_kind(Kind.TEXT)[0] or records.size.is_kind(Kind.TEXT)[0]
    cells = [cell for cell in header.line(0) if cell]
    stated = all(STATED_UNIT.fullmatch(cell.casefold()) for cell in cells)
    hit[0] = bool(wordless and stated and (unit is None or STATED_UNIT.fullmatch(unit.casefold())))
    return hit


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
