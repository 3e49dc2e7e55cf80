"""Reading a published table: its columns by unit, of the data file itself or of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.data.rows.lookup import OneLookup, open_lookups
from varstat.data.source.header import Wanted
from varstat.data.source.sought import check_found
from varstat.errors import TableError, UsageError, did_you_mean, one_of
from varstat.review.published.match import COLUMNS

_EXPECTED = "Expected rank=COL,flag=COL,rate=COL,opportunity=COL,quartile=COL, or some of them."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Printed:
    """What was printed of each unit.

    Attributes
    ----------
    source : str
        Name of the file.
    data_hash : str
        SHA-256 of its bytes, or of a data frame's contents.
    frame : DataFrame
        Indexed by unit code, a column of text for each of "rank", "flag", "rate", "opportunity" and
        "quartile" that is printed; None where a cell is blank.
    """

    source: str
    data_hash: str
    frame: pd.DataFrame


def parse_published(text: str) -> dict[str, str]:
    """Read which columns of a published table hold what.

    Parameters
    ----------
    text : str
        Such as "rank=Rank,quartile=Q".

    Returns
    -------
    dict of str to str
        The file's column of each that is printed.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> parse_published("rank=Rank 2024,flag=Outlier?")
    {'rank': 'Rank 2024', 'flag': 'Outlier?'}
    """
    problems: list[str] = []
    columns: dict[str, str] = {}
    for part in text.split(","):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not (equals and column):
            problems.append(f"{part.strip()!r} names no column. {_EXPECTED}")
        elif name not in COLUMNS:
            problems.append(
                f"{name!r} isn't one of {one_of(COLUMNS)}.{did_you_mean(name, COLUMNS)}"
            )
        elif name in columns:
            problems.append(f"{name} is named twice. Name one column.")
        else:
            columns[name] = column
    if problems:
        raise UsageError("published", problems)
    return columns


def read_published(table: OneLookup, columns: Mapping[str, str]) -> Printed:
    """Read what was printed of each unit, from the data file or from a table beside it.

    Parameters
    ----------
    table : "FILE:KEY", or (DataFrame or path, str)
        The table and its column of unit codes, as of a lookup: for columns of the data file, that
        file and its column of units.
    columns : mapping of str to str
        Of "rank", "flag", "rate", "opportunity" and "quartile", the table's columns.

    Returns
    -------
    Printed

    Raises
    ------
    UsageError
        If there is nothing to read, or a name is none of these.
    TableError
        If the file can't be read or lacks a column, or a unit stands on rows that disagree.
    """
    if not columns:
        raise UsageError("published", f"no column is named. {_EXPECTED}")
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise UsageError("published", f"{unknown[0]!r} isn't one of {one_of(COLUMNS)}. {_EXPECTED}")
    (lookup,) = open_lookups(table)
    wanted = [Wanted(role=f"published {name}", names=(at,)) for name, at in columns.items()]
    check_found(lookup.name, lookup.header, wanted)
    units = list(dict.fromkeys(key for key in lookup.keys if key is not None))
    cells: dict[str, Sequence[str | None]] = {}
    problems: list[str] = []
    for name, column in columns.items():
        try:
            found = lookup.attribute(lookup.header.find((column,))[0])
        except TableError as error:
            problems += error.problems
            continue
        cells[name] = [found.get(unit) for unit in units]
    if problems:
        raise TableError(lookup.name, problems)
    index = pd.Index(np.array(units, dtype=object), name="unit")
    frame = pd.DataFrame(cells, index=index, dtype=object)
    return Printed(source=lookup.name, data_hash=lookup.data_hash, frame=frame)
