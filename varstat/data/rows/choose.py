"""Choosing rows by the values of a column, such as one year or one type of unit."""

import shlex

import numpy as np

from varstat.data.account import Ledger
from varstat.data.rows.records import Records
from varstat.data.source.grid import Texts
from varstat.errors import TableError, UsageError, did_you_mean
from varstat.period.label import RollUp, roll_up_periods


def exclude_others(records: Records, ledger: Ledger, *, roll_up: RollUp | None) -> None:
    """Leave out the rows that weren't asked for.

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
        If no row has a value that is asked for.
    """
    for name, attribute, wanted in records.only:
        values = attribute.values
        if roll_up is not None and attribute is records.roles.get("period"):
            longer = _longer(values, ledger, roll_up=roll_up)
            if longer is None:
                continue
            values = longer
        there = dict.fromkeys(value for value in values[ledger.open] if value is not None)
        for value in wanted:
            if there and value not in there:
                raise UsageError(
                    "only", f"no row has {value!r} in {name!r}.{did_you_mean(value, there)}"
                )
        other = np.array([value not in wanted for value in values], dtype=np.bool_)
        ledger.exclude(other, f"not among the rows asked for ({name})")


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


def say_choice(option: str, column: str, value: str) -> str:
    """Write an option that chooses rows, ready for a shell.

    Examples
    --------
    >>> say_choice("--only", "Sex", "Persons"), say_choice("--exclude", "Age", "All ages")
    ('--only Sex=Persons', "--exclude 'Age=All ages'")
    """
    return f"{option} {shlex.quote(f'{column}={value}')}"
