"""Saved fits as DATA: which options they leave no room for."""

from collections.abc import Iterable

import typer

from varstat.analysis.inputs import decided_in_fit, is_fit, refuse_decided


def given(context: typer.Context) -> dict[str, str]:
    """List the options that are on the command line.

    Parameters
    ----------
    context : typer.Context
        Of the command as it was called.

    Returns
    -------
    dict of str to str
        How each is spelt, by the name of its parameter.
    """
    return {
        parameter.name: parameter.opts[0]
        for parameter in context.command.params
        if parameter.name is not None
        # By its name: Typer may carry a Click of its own.
        and getattr(context.get_parameter_source(parameter.name), "name", "") == "COMMANDLINE"
    }


def refuse_options(context: typer.Context, sources: Iterable[str]) -> None:
    """Refuse options that say how to read or fit, where that has been done.

    Even a default that is spelt out is refused, lest it be thought to do something.

    Parameters
    ----------
    context : typer.Context
        Of the command as it was called.
    sources : iterable of str
        What the command reads.

    Raises
    ------
    UsageError
        If one is a saved fit, and any such option was given.
    """
    decided = decided_in_fit()
    spelt = [option for name, option in given(context).items() if name in decided]
    for source in sources:
        if is_fit(source):
            refuse_decided(source, spelt)
