"""Saved fits given as DATA: which they are, and which options they leave no room for."""

from pathlib import Path

import typer

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
    given = [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name is not None and parameter.name not in allowed
        # By its name: Typer may carry a Click of its own.
        if getattr(context.get_parameter_source(parameter.name), "name", "") == "COMMANDLINE"
    ]
    if given:
        raise UsageError(
            Path(data).name,
            f"this is a saved fit: its rows are read and its model is fitted. Leave out "
            f"{', '.join(given)}, or give the table that it was made from.",
        )
