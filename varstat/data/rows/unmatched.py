"""Codes that a lookup lacks only because it writes them differently."""

import re
from collections.abc import Callable, Iterable

from varstat.data.rows.records import Records
from varstat.errors import TableError

_WAYS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("leading zeros", lambda code: code.lstrip("0")),
    ("capitals", str.casefold),
    ("spaces", lambda code: "".join(code.split())),
    ("decimals that a spreadsheet adds", lambda code: re.sub(r"\.0+$", "", code)),
    ("marks between their letters", lambda code: re.sub(r"[^\w]", "", code)),
)


def refuse_unmatched(records: Records, *, where: str) -> None:
    """Refuse a lookup that has none of the units, where it only writes their codes differently.

    Parameters
    ----------
    records : Records
    where : str
        The file, for messages.

    Raises
    ------
    TableError
    """
    units = {unit for unit in records.roles["unit"].values if unit is not None}
    problems = {
        f"no unit has a {each.column!r} in {each.lookup}: {why}."
        for each in records.attributes
        if each.lookup is not None
        and units.isdisjoint(each.by_unit)
        and (why := describe_unmatched(units, each.by_unit))
    }
    if problems:
        raise TableError(where, sorted(problems))


def describe_unmatched(units: Iterable[str], keys: Iterable[str]) -> str:
    """Say in what the codes of units differ from those of a lookup, where it is in little.

    Parameters
    ----------
    units : iterable of str
        Codes that the lookup doesn't have.
    keys : iterable of str
        Those that it has.

    Returns
    -------
    str
        A sentence without its full stop; empty if they differ in more.

    Examples
    --------
    >>> print(describe_unmatched(["10000"], ["010000", "010001"]))
    the codes differ by leading zeros only ('10000' and '010000'): write them alike in both files, \
as text
    """
    units, keys = sorted(units), list(keys)
    for what, plain in (*_WAYS, ("leading zeros, capitals or spaces", _every)):
        known = {plain(key): key for key in keys}
        near = [(unit, known[plain(unit)]) for unit in units if plain(unit) in known]
        if near:
            one, other = near[0]
            return (
                f"the codes differ by {what} only ({one!r} and {other!r}): write them alike in "
                "both files, as text"
            )
    return ""


def _every(code: str) -> str:
    for _, plain in _WAYS:
        code = plain(code)
    return code
