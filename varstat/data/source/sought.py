"""Columns that were sought: all found once, or said to be missing, doubled or overfull."""

from collections.abc import Sequence

from varstat.data.account import FIRST_ROWS, name_rows
from varstat.data.source.formula import FormulaError, columns_of
from varstat.data.source.header import Header, Wanted, best_header
from varstat.data.source.heading import list_wordy
from varstat.data.source.open import Source
from varstat.errors import TableError, did_you_mean, one_of


def check_found(
    source: str,
    header: Header,
    wanted: Sequence[Wanted],
    *,
    also: Sequence[str] = (),
    hint: str = "",
) -> None:
    """Check that every wanted column stands in the header exactly once.

    Parameters
    ----------
    source : str
        The file's name.
    header : Header
    wanted : sequence of Wanted
    also : sequence of str
        Columns of lookups, to suggest where a name is misspelt.
    hint : str
        What else helps if one is missing, as a sentence.

    Raises
    ------
    TableError
        Naming all columns that are missing or stand more than once, with the nearest spelling
        and the columns that there are.
    """
    problems = []
    some_missing = False
    listed = list_wordy(header.names)
    known = (*(header.names if listed else ()), *also)
    for each in wanted:
        try:
            parts = _parts(header, each)
        except FormulaError as error:
            some_missing = True
            problems.append(str(error))
            continue
        problems += [_several(header, found) for found in parts if len(found) > 1]
        if not parts:
            some_missing = True
            elsewhere = next((name for name in each.names if name in also), None)
            problems.append(_missing(each, known) if elsewhere is None else _only_there(elsewhere))
    if problems and some_missing:
        problems[-1] += f" {hint}".rstrip()
        problems[-1] += f" The columns are {listed}." if listed else ""
    if problems:
        raise TableError(source, problems)


def _parts(header: Header, wanted: Wanted) -> list[list[int]]:
    """Give where each column of what is wanted stands: of the one column, or of a formula's."""
    found = header.find(wanted.names)
    if found:
        return [found]
    formula = header.formula(wanted.names) if wanted.computed else None
    return [] if formula is None else [header.find((name,)) for name in columns_of(formula)]


def check_overfull(source: str, header: Header) -> None:
    """Refuse rows with more cells than the header names, where the rows won't be judged singly.

    Parameters
    ----------
    source : str
        The file's name.
    header : Header

    Raises
    ------
    TableError
        Naming them.
    """
    overfull = tuple(int(row) for row in header.rows[header.overfull()])
    if overfull:
        rows = name_rows(overfull[:FIRST_ROWS], total=len(overfull))
        raise TableError(
            source,
            f"more cells than the header names ({rows}). Put quotation marks around what has a "
            "comma in it.",
        )


def find_sheet(source: Source, header: Header, wanted: Sequence[Wanted]) -> str:
    """Say which other sheet or table has every wanted column, as a sentence; empty if none has."""
    for grid in source.grids:
        if grid is not header.grid and len(source.grids) > 1:
            score, _ = best_header(grid, wanted, source.first_row)
            if score == len(wanted):
                return f"They all stand on sheet {grid.sheet!r}: choose it with --sheet."
    return ""


def _several(header: Header, found: Sequence[int]) -> str:
    places = " and ".join(str(at + 1) for at in found)
    return (
        f"the column {header.plain[found[0]]!r} stands more than once, as columns {places}. "
        f"{_tell_which(header, found)}"
    )


def _tell_which(header: Header, found: Sequence[int]) -> str:
    longer = [header.names[at] for at in found]
    if len(set(longer)) == len(found):
        return f"Say which, with the heading above it: {one_of([repr(name) for name in longer])}."
    places = one_of([repr(f"column {at + 1}") for at in found])
    return f"Say which by its place: {places}."


def _only_there(name: str) -> str:
    return (
        f"column {name!r} stands in a lookup alone: what is measured must stand beside its events, "
        "since a lookup's number would count once for each row of a unit. Put the column into the "
        "file, for the time and group of each row."
    )


def _missing(wanted: Wanted, names: Sequence[str]) -> str:
    quoted = one_of([repr(name) for name in wanted.names])
    role = "" if wanted.role in wanted.names else f" ({wanted.role})"
    wordy = [name for name in names if name and not name[0].isdigit()]
    hints = (did_you_mean(name, wordy) for name in wanted.names)
    return f"there is no column {quoted}{role}.{next(filter(None, hints), '')}"
