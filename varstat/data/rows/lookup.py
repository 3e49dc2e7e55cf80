"""Lookups: attributes of units, such as a trust's type, from a second table."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.data.account import FIRST_ROWS, name_rows
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header, Wanted, find_header
from varstat.data.source.open import open_source
from varstat.data.source.sought import check_found, check_overfull
from varstat.errors import TableError, UsageError

OneLookup = str | tuple[pd.DataFrame | str | os.PathLike[str], str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lookup:
    """A table of attributes, opened.

    Attributes
    ----------
    name : str
        The file's name.
    header : Header
    keys : ndarray of object, shape (rows,)
        The unit code on each row; None where blank.
    key : str
        Name of the column of unit codes.
    data_hash : str
        SHA-256 of the file's bytes, or of a data frame's contents.
    """

    name: str
    header: Header
    keys: Texts
    key: str
    data_hash: str

    def attribute(self, position: int) -> dict[str, str]:
        """Give an attribute by unit.

        Parameters
        ----------
        position : int
            Which column of the lookup.

        Returns
        -------
        dict of str to str
            Units without the attribute are left out.

        Raises
        ------
        TableError
            If a unit stands on several rows that disagree.
        """
        values = self.header.texts(position)
        attribute: dict[str, str] = {}
        clashes = []
        for row, key, value in zip(self.header.rows, self.keys, values, strict=True):
            if key is not None and value is not None and attribute.setdefault(key, value) != value:
                clashes.append(int(row))
        if clashes:
            rows = name_rows(tuple(clashes[:FIRST_ROWS]), total=len(clashes))
            raise TableError(
                self.name,
                f"a unit is repeated with another {self.header.names[position]!r} than before "
                f"({rows}). Keep one row a unit.",
            )
        return attribute


def open_lookups(
    lookup: OneLookup | Sequence[OneLookup] | None, *, decimal: str | None = None
) -> tuple[Lookup, ...]:
    """Open one lookup or several.

    Parameters
    ----------
    lookup : str, (DataFrame or path, str), or sequence of these, optional
        "FILE:KEY", or a table and the name of its key column, which holds unit codes.
    decimal : {".", ","}, optional
        The decimal mark of numbers in text.

    Returns
    -------
    tuple of Lookup

    Raises
    ------
    UsageError
        If a lookup is not written so.
    TableError
        If a file cannot be read, or has no such key.
    """
    if lookup is None:
        return ()
    if isinstance(lookup, str):
        return (_open_lookup(*_split(lookup), decimal=decimal),)
    if isinstance(lookup, tuple) and len(lookup) == 2 and ":" not in str(lookup[1]):
        # A table and its key; two of FILE:KEY have a colon each.
        return (_open_lookup(*lookup, decimal=decimal),)
    opened: list[Lookup] = []
    for each in lookup:
        if isinstance(each, str):
            opened.append(_open_lookup(*_split(each), decimal=decimal))
        elif isinstance(each, tuple) and len(each) == 2:
            opened.append(_open_lookup(*each, decimal=decimal))
        else:
            raise UsageError("lookup", "expected 'FILE:KEY', or a table and its key column.")
    return tuple(opened)


def look_up(attribute: dict[str, str], units: Texts) -> Texts:
    """Give each row the attribute of its unit.

    Returns
    -------
    ndarray of object, shape (rows,)
        None where the lookup has nothing for the unit.
    """
    values = np.empty(len(units), dtype=object)
    values[:] = [None if unit is None else attribute.get(unit) for unit in units]
    return values


def _split(lookup: str) -> tuple[str, str]:
    path, colon, key = lookup.rpartition(":")
    if not (colon and path and key.strip()):
        raise UsageError(
            "lookup",
            f"{lookup!r} names no key column. Write FILE:KEY, for example trusts.csv:code, where "
            "the key holds the unit codes.",
        )
    return path, key.strip()


def _open_lookup(
    table: pd.DataFrame | str | os.PathLike[str], key: str, *, decimal: str | None
) -> Lookup:
    source = open_source(table, decimal=decimal, name="lookup")
    wanted = [Wanted(role="key of the lookup", names=(key,))]
    header, _ = find_header(source, wanted)
    check_found(source.name, header, wanted)
    check_overfull(source.name, header)
    keys = header.texts(header.find((key,))[0])
    return Lookup(name=source.name, header=header, keys=keys, key=key, data_hash=source.data_hash)
