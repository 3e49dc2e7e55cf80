"""Choosing rows by the values of a column, such as one year or one type of unit."""

import shlex
from collections.abc import Collection, Sequence

import numpy as np

from varstat.data.account import ASKED_FOR, Ledger, Mask
from varstat.data.rows.records import Attribute, Records
from varstat.data.source.grid import Texts
from varstat.errors import TableError, UsageError, did_you_mean
from varstat.period.label import RollUp, roll_up_periods


def exclude_others(records: Records, ledger: Ledger, *, roll_up: RollUp | None) -> None:
    """Leave out the rows that weren't asked for, and those that are not wanted.

    Parameters
    ----------
    records : Records
    ledger : Ledger
        Told what is excluded.
    roll_up : RollUp, optional
        With one, a period is chosen by the name of the longer one that it falls in.

    Raises
    ------
    UsageError
        If no row has a value that is named.
    """
    for name, attribute, wanted in records.only:
        chosen = _choose(records, ledger, attribute, wanted, name, option="only", roll_up=roll_up)
        if chosen is not None:
            ledger.exclude(~chosen, f"not among the rows {ASKED_FOR} ({name})")
    for name, attribute, unwanted in records.left_out:
        chosen = _choose(
            records, ledger, attribute, unwanted, name, option="exclude", roll_up=roll_up
        )
        if chosen is not None:
            ledger.exclude(chosen, f"left out as {ASKED_FOR} ({name})")


def _choose(
    records: Records,
    ledger: Ledger,
    attribute: Attribute,
    named: tuple[str, ...],
    name: str,
    *,
    option: str,
    roll_up: RollUp | None,
) -> Mask | None:
    """Find the rows that have one of some values; None where periods can't be read."""
    values = attribute.values
    if roll_up is not None and attribute is records.roles.get("period"):
        longer = _longer(values, ledger, roll_up=roll_up)
        if longer is None:
            return None
        # A period that is left out may also go by its own name: a year among its quarters does.
        own = np.array([value in named for value in values], dtype=np.bool_)
        if option == "exclude" and own.any():
            return own
        values = longer
    there = dict.fromkeys(value for value in values[ledger.open] if value is not None)
    named = rejoin(named, there)
    for value in named:
        if there and value not in there:
            raise UsageError(
                option, f"no row has {value!r} in {name!r}.{did_you_mean(value, there)}"
            )
    return np.array([value in named for value in values], dtype=np.bool_)


def _longer(values: Texts, ledger: Ledger, *, roll_up: RollUp) -> Texts | None:
    """Name the longer periods; None where one has no right name, which the roll-up then says."""
    shown = dict.fromkeys(label for label in values[ledger.open] if label is not None)
    try:
        rolled = roll_up_periods(shown, roll_up=roll_up, where="")
    except TableError:
        return None
    out = np.empty(len(values), dtype=object)
    out[:] = [rolled.get(label, label) for label in values]
    return out


def rejoin(names: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Take names that were parted at their commas for one, where that is what there is.

    Examples
    --------
    >>> rejoin(["Age", "sex"], ["Age, sex", "year"]), rejoin(["Age", "sex"], ["Age", "sex"])
    (('Age, sex',), ('Age', 'sex'))
    >>> rejoin(["Age", "sex", "Type (a", "b)", "year"], ["Age, sex", "Type (a, b)", "year"])
    ('Age, sex', 'Type (a, b)', 'year')
    """
    if all(name in known for name in names):
        return tuple(names)
    bare = {_without_spaces(each): each for each in known}
    joined: list[str] = []
    at = 0
    while at < len(names):
        ends = range(len(names), at + 1, -1)
        end = next(
            (end for end in ends if _without_spaces(",".join(names[at:end])) in bare), at + 1
        )
        whole = bare.get(_without_spaces(",".join(names[at:end])), "") if end > at + 1 else ""
        joined.append(whole or names[at])
        at = end
    return tuple(joined)


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def say_choice(option: str, column: str, *values: str) -> str:
    """Write an option that chooses rows, ready for a shell.

    Examples
    --------
    >>> say_choice("--only", "Sex", "Persons"), say_choice("--exclude", "Age", "All ages")
    ('--only Sex=Persons', "--exclude 'Age=All ages'")
    >>> print(say_choice("--only", "Area", "Bristol, City of", "Leeds"))
    --only 'Area="Bristol, City of",Leeds'
    """
    return f"{option} {shlex.quote(f'{column}={quote_commas(*values)}')}"


def quote_commas(*names: str) -> str:
    """Join names by commas, with quotation marks around those that hold one.

    Examples
    --------
    >>> print(quote_commas("Age, sex", "year"))
    "Age, sex",year
    """
    return ",".join(
        '"{}"'.format(name.replace('"', '""')) if "," in name or name.startswith('"') else name
        for name in names
    )
