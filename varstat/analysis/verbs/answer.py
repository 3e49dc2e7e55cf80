"""From the arguments of a verb to a specification, and to its results."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from varstat.analysis.asking import Asking
from varstat.analysis.inputs import FRAME
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from varstat.analysis.inputs import Input
    from varstat.results import Results

    Data = str | os.PathLike[str] | pd.DataFrame


def answer(arguments: Mapping[str, Any], kind: type[Asking]) -> "Results[Any]":
    """Run what the arguments of a verb specify.

    Parameters
    ----------
    arguments : mapping of str to object
        `data`, and fields of `Reading`, of `Modelling` and of what is asked.
    kind : type
        What is asked.

    Returns
    -------
    Results

    Raises
    ------
    VarstatError
        If anything can't be what is asked.
    """
    # Imported here: a pipeline takes longer to import than varstat.
    from varstat.analysis.run import run

    sources: dict[str, Input] = {}
    named = {
        "source": tuple(_name_data(each, sources) for each in _each(arguments["data"])),
        "card": tuple(_name_card(each, sources) for each in _each(arguments["card"])),
        "lookup": tuple(_name_lookup(each, sources) for each in _lookups(arguments["lookup"])),
    }
    stated = {name: value for name, value in arguments.items() if value is not None} | named
    for field, name in (("successors", "successor map"), ("events", "events")):
        if field in stated:
            stated[field] = _name_table(stated[field], sources, name=name)
    specification = Specification(
        reading=Reading(**_fields(Reading, stated)),
        modelling=Modelling(**_fields(Modelling, stated)),
        asking=kind(**_fields(kind, stated)),
    )
    return run(specification, sources=sources)


def check_pair(units: object) -> tuple[str, str]:
    """Check that two units are named.

    Parameters
    ----------
    units : (str, str)

    Returns
    -------
    (str, str)

    Raises
    ------
    UsageError
        If it is anything else.
    """
    if isinstance(units, (tuple, list)) and len(units) == 2:
        first, second = units
        if isinstance(first, str) and isinstance(second, str):
            return first, second
    raise UsageError("units", "two units are compared: name both, as in ('D001', 'D108').")


def _fields(kind: type[Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: stated[field.name] for field in fields(kind) if field.name in stated}


def _each(value: Any) -> Iterable[Any]:
    """What there may be one of, or several, or none."""
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _name_table(table: object, sources: "dict[str, Input]", *, name: str) -> str:
    """Name a second table by its path, and remember a data frame under a name of its own."""
    import pandas as pd

    if isinstance(table, (str, os.PathLike)):
        return str(table)
    if isinstance(table, pd.DataFrame):
        return _remember(table, name, sources)
    raise UsageError(
        name, f"this is of type {type(table).__name__}; expected a path or a pandas DataFrame."
    )


def _name_data(data: object, sources: "dict[str, Input]") -> str:
    """Name a file by its path, and remember a data frame under a name of its own."""
    import pandas as pd

    if isinstance(data, (str, os.PathLike)):
        return str(data)
    if isinstance(data, pd.DataFrame):
        return _remember(data, FRAME, sources)
    raise UsageError(
        "data",
        f"this is of type {type(data).__name__}; expected a path, 'example:NAME' or a pandas "
        "DataFrame. What was read or fitted already goes to read_table's and fit_model's "
        "followers, such as compute_league.",
    )


def _name_card(card: object, sources: "dict[str, Input]") -> str:
    from varstat.card import Card

    if isinstance(card, Card):
        return _remember(card, card.name, sources)
    if isinstance(card, (str, os.PathLike)):
        return str(card)
    raise UsageError(
        "card", f"this is of type {type(card).__name__}; expected a card, its name or its path."
    )


def _lookups(lookup: Any) -> Sequence[Any]:
    """One lookup or several: a pair of a table and its key is one."""
    if isinstance(lookup, tuple) and len(lookup) == 2 and ":" not in str(lookup[1]):
        return (lookup,)
    return tuple(_each(lookup))


def _name_lookup(lookup: object, sources: "dict[str, Input]") -> str:
    if isinstance(lookup, str):
        return lookup
    if isinstance(lookup, tuple) and len(lookup) == 2:
        table, key = lookup
        if isinstance(table, (str, os.PathLike)):
            return f"{table}:{key}"
        return f"{_remember(table, 'lookup', sources)}:{key}"
    raise UsageError("lookup", "expected 'FILE:KEY', or a table and its key column.")


def _remember(value: "Input", name: str, sources: "dict[str, Input]") -> str:
    """Keep an input under a name that no other has."""
    number = 1
    unique = name
    while unique in sources:
        number += 1
        unique = f"{name} {number}"
    sources[unique] = value
    return unique
