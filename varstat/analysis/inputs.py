"""What a specification names, found: files, data frames, cards and saved fits."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.errors import TableError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from varstat.card import Card
    from varstat.data import Table
    from varstat.provenance import Provenance

    Input = str | os.PathLike[str] | pd.DataFrame | Card

FIT_SUFFIX = ".nc"
# What a table without a name is called.
FRAME = "data frame"


def is_fit(source: object) -> bool:
    """Tell by its name whether a source is a saved fit.

    Parameters
    ----------
    source : object
        A path, or else no saved fit.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_fit("fit.nc"), is_fit("data.csv")
    (True, False)
    """
    return isinstance(source, (str, os.PathLike)) and Path(source).suffix.lower() == FIT_SUFFIX


def find_input(
    name: str, *, sources: "Mapping[str, Input]", folder: str | os.PathLike[str] | None
) -> "Input":
    """Find what a specification names.

    Parameters
    ----------
    name : str
    sources : mapping of str to path, DataFrame or Card
        Where some names are to be found.
    folder : path or None
        Where other files are; the current folder, unless given.

    Returns
    -------
    path, DataFrame or Card
        The name itself where it is of an example, or of a card that comes with varstat.

    Raises
    ------
    UsageError
        If it is a data frame, and isn't given.
    """
    if name in sources:
        return sources[name]
    if name == FRAME:
        raise UsageError(
            "sources",
            f"the specification is of a data frame. Give it: sources={{{FRAME!r}: frame}}.",
        )
    if folder is None or name.startswith("example:") or not Path(name).suffix:
        return name
    return str(Path(folder) / name)


def split_lookup(lookup: str) -> tuple[str, str]:
    """Take apart FILE:KEY.

    Parameters
    ----------
    lookup : str

    Returns
    -------
    (str, str)
        The file is empty where there is no colon.

    Examples
    --------
    >>> split_lookup("types.csv:code")
    ('types.csv', 'code')
    """
    name, _, key = lookup.rpartition(":")
    return name, key


def refuse_fit(source: str, *, command: str) -> None:
    """Refuse a saved fit where a table is needed.

    Parameters
    ----------
    source : str
    command : str
        What needs it.

    Raises
    ------
    UsageError
        If the source is a saved fit.
    """
    if is_fit(source):
        raise UsageError(
            Path(source).name,
            f"this is a saved fit, and `varstat {command}` needs the table that it was made from. "
            "`varstat league` reads fits.",
        )


def decided_in_fit() -> frozenset[str]:
    """Name what a saved fit has decided: all of `Reading` but its source, and of `Modelling`."""
    names = {field.name for kind in (Reading, Modelling) for field in fields(kind)}
    return frozenset(names - {"source"})


def refuse_decided(source: str, given: Iterable[str]) -> None:
    """Refuse options that say how to read or fit, where that has been done.

    Parameters
    ----------
    source : str
        The saved fit.
    given : iterable of str
        Such options, as they are spelt.

    Raises
    ------
    UsageError
        If there are any.
    """
    if names := ", ".join(given):
        raise UsageError(
            Path(source).name,
            f"this is a saved fit: its rows are read and its model is fitted. Leave out {names}, "
            "or give the table that it was made from.",
        )


def check_table(specification: Specification, table: "Table", *, source: str) -> None:
    """Check that a table and its lookups are those that a specification is of.

    Parameters
    ----------
    specification : Specification
    table : Table
    source : str
        What the specification calls it.

    Raises
    ------
    TableError
        If a hash is another, with both.
    """
    check_hashes(specification, source, table.data_hash, table.origin.lookups)


def check_hashes(
    specification: Specification, source: str, data_hash: str, lookups: Mapping[str, str]
) -> None:
    """Check that what was read is what a specification is of.

    Parameters
    ----------
    specification : Specification
    source : str
        What the specification calls it.
    data_hash : str
    lookups : mapping of str to str
        Hashes of lookups, in their order.

    Raises
    ------
    TableError
        If a hash is another, with both.
    """
    _check(specification, Path(source).name, (Path(source).name,), data_hash)
    named = [Path(split_lookup(each)[0]).name for each in specification.reading.lookup]
    for name, found in zip(named, lookups.values(), strict=True):
        _check(specification, name, (f"lookup {name}",), found)


def check_cards(specification: Specification, provenance: "Provenance") -> None:
    """Check that results were made with the cards that a specification is of.

    Parameters
    ----------
    specification : Specification
    provenance : Provenance
        Of the results.

    Raises
    ------
    TableError
        If a hash is another, with both.
    """
    known = tuple(name for name, _ in specification.hashes if name.startswith("card "))
    for part in provenance.parts or (provenance.to_dict(),):
        _check(specification, f"card {part['card']}", known, part["card_hash"])


def _check(specification: Specification, where: str, names: tuple[str, ...], found: str) -> None:
    expected = [of for name, of in specification.hashes if name in names]
    if expected and found not in expected:
        raise TableError(
            where,
            f"this isn't what the specification is of: its SHA-256 is {found}, and expected is "
            f"{' or '.join(expected)}. Give what it was made from, or leave the hashes out.",
        )
