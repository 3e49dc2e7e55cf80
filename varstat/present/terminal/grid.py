"""Declared columns, set for a terminal: the least needed give way."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from varstat.present.column import ALWAYS, Column, Table
from varstat.present.highlight import Bools
from varstat.present.terminal.columns import MARKED, Fitted, are_codes, name_text, set_columns
from varstat.prose.shared_words import find_shared_words

# Labels as short as that are never cut: those of periods differ at their end.
_SHORT = 30


def set_units(
    columns: Sequence[Column[Any]],
    table: Table[Any],
    rows: Sequence[int | None],
    mark: Bools,
    *,
    width: int,
) -> Fitted:
    """Set a row for each unit, and a row of dots for None, where units are left out.

    Parameters
    ----------
    columns : sequence of Column
    table : Table
    rows : sequence of (int or None)
        Units, from the top down.
    mark : ndarray of bool, shape (units,)
        Units to mark.
    width : int
        Of the terminal.

    Returns
    -------
    Fitted
    """

    def cells(at: int, column: Column[Any]) -> list[str]:
        first = at == 0
        return [
            ("…" if first else "")
            if row is None
            else column.cell(table, row) + (MARKED if first and mark[row] else "")
            for row in rows
        ]

    shown = [column for column in columns if column.keep and column.where(table.result)]
    filled = [(column, cells(at, column)) for at, column in enumerate(shown)]
    filled = [(column, texts) for column, texts in filled if not column.cut or any(texts)]
    shorter = {
        table.fill(column.heading): _shortened(column, table, cells, mark.size)
        # A name that says less has the code before it.
        for column, cells in filled[1:]
        if column.cut and column.names
    }
    return _set(filled, table, width=width, shorter=shorter)


def _shortened(
    column: Column[Any], table: Table[Any], cells: Sequence[str], units: int
) -> list[str]:
    """Leave out of names what most of the table's names share."""
    shared = find_shared_words([column.cell(table, row) for row in range(units)])
    return [shared.cut(cell) for cell in cells]


def set_groups(
    columns: Sequence[Column[Any]], tables: Sequence[Table[Any]], *, width: int
) -> Fitted:
    """Set a row for each of several groups: what its units have in common, then the columns.

    Parameters
    ----------
    columns : sequence of Column
    tables : sequence of Table
        One a group.
    width : int
        Of the terminal.

    Returns
    -------
    Fitted
    """
    labels = {name: None for each in tables for name in _labels(each, tables)}
    named = {
        name_text(name): [name_text(_labels(each, tables).get(name)) for each in tables]
        for name in labels
    }
    shown = [column for column in columns if all(column.where(each.result) for each in tables)]
    filled = [(column, [column.cell(each, 0) for each in tables]) for column in shown]
    return _set(filled, tables[0], width=width, named=named)


def _labels(table: Table[Any], among: Sequence[Table[Any]]) -> dict[str, str]:
    """What tells a group from the others: first its indicator and its file, where they differ."""
    told = {
        name: getattr(table.result, name, "")
        for name in ("indicator", "source")
        if len({getattr(each.result, name, "") for each in among}) > 1
    }
    return told | dict(table.result.by)


def _set(
    filled: Sequence[tuple[Column[Any], list[str]]],
    table: Table[Any],
    *,
    width: int,
    named: dict[str, list[str]] | None = None,
    shorter: Mapping[str, list[str]] = MappingProxyType({}),
) -> Fitted:
    texts: dict[str, list[str]] = dict(named or {})
    numbers: dict[str, list[str]] = {}
    whole = [name for name, cells in texts.items() if max(map(len, cells)) <= _SHORT]
    whole += [table.fill(c.heading) for c, cells in filled if c.names and are_codes(cells)]
    for column, cells in filled:
        (texts if column.cut or column.wraps else numbers)[table.fill(column.heading)] = cells
    going = sorted((c for c, _ in filled if c.keep < ALWAYS), key=lambda column: column.keep)
    left = [table.fill(c.heading) for c, _ in filled if not c.number and not c.cut]
    wrapped = [table.fill(c.heading) for c, _ in filled if c.wraps]
    return set_columns(
        texts,
        numbers,
        width=width,
        expendable=[table.fill(column.heading) for column in going],
        left=left,
        whole=whole,
        wrapped=wrapped,
        shorter=shorter,
    )
