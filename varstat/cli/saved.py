"""Saved fits given as DATA: which they are, and which options they leave no room for."""

from pathlib import Path

import typer

from varstat.cli import options
from varstat.errors import UsageError

SUFFIX = ".nc"


def is_fit(data: str) -> bool:
    """Tell by its name whether DATA is a saved fit.

    Examples
    --------
    >>> is_fit("fit.nc"), is_fit("data.csv")
    (True, False)
    """
    return Path(data).suffix.lower() == SUFFIX


def refuse_fit(data: str, *, command: str) -> None:
    """Refuse a saved fit where a table is needed.

    Raises
    ------
    UsageError
        If DATA is one.
    """
    if is_fit(data):
        raise UsageError(
            Path(data).name,
            f"this is a saved fit, and `varstat {command}` needs the table that it was made from. "
            "`varstat league` reads fits.",
        )


def refuse_options(context: typer.Context, data: str, *, allowed: frozenset[str]) -> None:
    """Refuse options that say how to read or fit, where that has been done.

    Parameters
    ----------
    context : typer.Context
        Of the command as it was called.
    data : str
        The saved fit.
    allowed : frozenset of str
        Names of the parameters that remain.

    Raises
    ------
    UsageError
        If any other was given.
    """
    given = [said for name, said in options.given(context).items() if name not in allowed]
    if given:
        raise UsageError(
            Path(data).name,
            f"this is a saved fit: its rows are read and its model is fitted. Leave out "
            f"{', '.join(given)}, or give the table that it was made from.",
        )
