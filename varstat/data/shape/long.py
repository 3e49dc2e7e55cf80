"""Long tables: measures in rows, put a column a measure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from varstat.data.account import FIRST_ROWS, Rows, count_rows, name_rows
from varstat.data.source.grid import Grid, Texts
from varstat.data.source.header import Header, Wanted, find_header, loose
from varstat.data.source.open import Source
from varstat.data.source.sought import check_overfull
from varstat.errors import TableError, UsageError, did_you_mean, one_of

_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Long:
    """A table with measures in rows.

    Attributes
    ----------
    header : Header
    names_at, values_at : int
        The columns of the measures' names and of their values.
    keys : tuple of int
        The columns that, together, tell one record from another.
    """

    header: Header
    names_at: int
    values_at: int
    keys: tuple[int, ...]


def spread_measures(
    source: Source, spread: str, *, measures: Sequence[str], keys: Sequence[Sequence[str]]
) -> Source:
    """Put measures that stand in rows into columns of their own.

    Parameters
    ----------
    source : Source
    spread : str
        "NAMES:VALUES", the columns of the measures' names and of their values.
    measures : sequence of str
        Which measures are wanted, where they stand there.
    keys : sequence of (sequence of str)
        Names of the columns that tell records apart, as far as there are such: unit, period,
        strata.

    Returns
    -------
    Source
        With a row a record and a column for each of the measures. Of other columns, those that
        say the same on all rows of a record.

    Raises
    ------
    UsageError
        If `spread` is not written so.
    TableError
        If there are no such columns or measures, or a record has a measure twice.
    """
    grids: list[Grid] = []
    notes: list[str] = []
    problem: TableError | None = None
    for grid in source.grids:
        one = replace(source, grids=(grid,))
        try:
            found = _find(one, spread, keys)
            spread_out, more = _spread(one, found, measures)
        except TableError as error:
            problem = problem or error
            grids.append(grid)
            continue
        grids.append(spread_out)
        notes += more
    if problem is not None and not notes:
        raise problem
    return replace(source, grids=tuple(grids), notes=(*source.notes, *notes))


def _find(source: Source, spread: str, keys: Sequence[Sequence[str]]) -> Long:
    """Find the two columns, whose names may hold colons, and those that tell records apart."""
    parts = spread.split(":")
    splits = [(":".join(parts[:at]), ":".join(parts[at:])) for at in range(1, len(parts))]
    splits = [(names.strip(), values.strip()) for names, values in splits]
    if not splits or not all(all(pair) for pair in splits):
        raise UsageError(
            "spread",
            f"{spread!r} is not NAMES:VALUES, the column of the measures' names and that of their "
            "values, as in 'Measure:Score'.",
        )
    telling = [Wanted(role="key", names=tuple(names)) for names in keys]
    for names, values in splits:
        two = [Wanted(role="spread", names=(names,)), Wanted(role="spread", names=(values,))]
        header, _ = find_header(source, [*two, *telling])
        at = [header.find(each.names) for each in two]
        if all(len(found) == 1 for found in at):
            there = (header.find(each.names) for each in telling)
            return Long(
                header=header,
                names_at=at[0][0],
                values_at=at[1][0],
                keys=tuple(dict.fromkeys(found[0] for found in there if found)),
            )
    names, values = splits[0]
    lacking = [name for name, found in zip((names, values), at, strict=True) if not found]
    hints = "".join(did_you_mean(name, [n for n in header.names if n]) for name in lacking)
    named = one_of([repr(name) for name in lacking or (names, values)])
    raise TableError(source.name, f"there is no one column {named} (spread).{hints}")


def _spread(source: Source, long: Long, measures: Sequence[str]) -> tuple[Grid, list[str]]:
    header = long.header
    check_overfull(source.name, header)
    codes, distinct = pd.factorize(header.texts(long.names_at))
    columns = _choose_measures(source, long, distinct.tolist(), measures)
    rows = np.flatnonzero(np.isin(codes, list(columns)))
    records, first = _number_records(header, long.keys, rows)
    _check_once(source, long, rows, records, codes[rows].astype(np.int64))
    same, differing = _constant(long, rows, records, first, but=columns.values())
    below = header.grid.cells.iloc[header.row + 1 :]
    made: list[Any] = [below.iloc[rows[first], at].reset_index(drop=True) for at in same]
    for name in dict.fromkeys(columns.values()):
        mine = np.isin(codes[rows], [at for at, each in columns.items() if each == name])
        cells = np.full(len(first), None, dtype=object)
        cells[records[mine]] = below.iloc[rows[mine], long.values_at].to_numpy(dtype=object)
        made.append(pd.Series(cells, dtype=object))
    names = (*(header.names[at] for at in same), *dict.fromkeys(columns.values()))
    frame = pd.concat(made, axis=1).set_axis(list(range(len(names))), axis=1)
    grid = replace(header.grid, cells=frame, names=names, numbers=header.rows[rows[first]])
    return grid, _note(long, columns, rows=rows, records=len(first), differing=differing)


def _choose_measures(
    source: Source, long: Long, distinct: Sequence[str], measures: Sequence[str]
) -> dict[int, str]:
    """Find the wanted measures among the values of a column, by their number there."""
    wanted = {loose(name): name for name in measures}
    found = {at: wanted[loose(text)] for at, text in enumerate(distinct) if loose(text) in wanted}
    if found:
        return found
    hint = next(filter(None, (did_you_mean(each, distinct) for each in measures)), "")
    named = one_of([repr(name) for name in measures])
    raise TableError(
        source.name,
        f"no value of the column {long.header.names[long.names_at]!r} (spread) is {named}.{hint}",
    )


def _number_records(header: Header, keys: Sequence[int], rows: Rows) -> tuple[Rows, Rows]:
    """Number the records that rows are of, and give the first row of each."""
    frame = pd.DataFrame({at: header.texts(at)[rows] for at in keys}, dtype=object)
    if frame.empty:
        return np.zeros(len(rows), dtype=np.int64), np.zeros(min(1, len(rows)), dtype=np.int64)
    numbers = frame.groupby(list(frame.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(numbers, return_index=True)
    return numbers.astype(np.int64), first.astype(np.int64)


def _check_once(source: Source, long: Long, rows: Rows, records: Rows, codes: Rows) -> None:
    """Refuse a measure that a record has twice, and say which columns tell the rows apart."""
    pairs = pd.DataFrame({"record": records, "measure": codes})
    again = pairs.duplicated(keep=False).to_numpy()
    if not again.any():
        return
    header = long.header
    of = (
        pairs[again].groupby(["record", "measure"], sort=False).ngroup().to_numpy().astype(np.int64)
    )
    apart = [
        repr(name)
        for at, name in enumerate(header.names)
        if name and at not in (long.names_at, long.values_at, *long.keys)
        if _tells_apart(header.texts(at)[rows[again]], of)
    ]
    numbers = tuple(int(row) for row in header.rows[rows[again]])
    named = name_rows(numbers[:FIRST_ROWS], total=len(numbers))
    mend = (
        f"They differ in {', '.join(apart[:_LISTED])}: name such a column with --period, --by or "
        "--stratum, or choose among its values with --only."
        if apart
        else "Keep one row a measure."
    )
    raise TableError(
        source.name, f"a measure stands more than once for the same record ({named}). {mend}"
    )


def _tells_apart(texts: Texts, groups: Rows) -> bool:
    frame = pd.DataFrame({"group": groups, "text": pd.factorize(texts)[0]})
    return not frame.duplicated().any()


def _constant(
    long: Long, rows: Rows, records: Rows, first: Rows, *, but: Collection[str]
) -> tuple[list[int], list[str]]:
    """Find the columns that say the same on all rows of a record; name the others.

    One that is called like a measure would be taken for it: it is left out too.
    """
    header = long.header
    taken = {loose(name) for name in but}
    same: list[int] = []
    differing: list[str] = []
    for at, name in enumerate(header.names):
        if not name or at in (long.names_at, long.values_at):
            continue
        codes = pd.factorize(header.texts(at)[rows])[0]
        constant = at in long.keys or (codes == codes[first][records]).all()
        if constant and loose(name) not in taken:
            same.append(at)
        else:
            differing.append(name)
    return same, differing


def _note(
    long: Long,
    columns: Mapping[int, str],
    *,
    rows: Rows,
    records: int,
    differing: Sequence[str],
) -> list[str]:
    name = long.header.names[long.names_at]
    filled = sum(text is not None for text in long.header.texts(long.names_at))
    said = (
        f"{count_rows(len(rows))} were read as {records:,}, with {len(set(columns.values()))} "
        f"values of {name!r} as columns"
    )
    if filled > len(rows):
        said += f"; {count_rows(filled - len(rows))} with other values were not"
    notes = [said]
    if differing:
        listed = ", ".join(map(repr, differing[:_LISTED]))
        more = ", ..." if len(differing) > _LISTED else ""
        notes.append(
            "columns that differ between the rows of a record, or are called like a measure, were "
            f"left out: {listed}{more}"
        )
    return notes
