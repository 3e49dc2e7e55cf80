"""A reading written as the command that asks for it, ready to be pasted into a shell."""

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from varstat.analysis.specification import Reading
from varstat.cli.options import OPTIONS


def write_command(verb: str, reading: Reading, *, width: int | None = None) -> str:
    r"""Write a command, on one line or continued with backslashes.

    Parameters
    ----------
    verb : str
        Such as "funnel".
    reading : Reading
        Of one source. A pipe, which can't be read twice, is written as FILE.
    width : int, optional
        Of its lines; by default it stands on one.

    Returns
    -------
    str

    Examples
    --------
    >>> reading = Reading(
    ...     source=("a b.csv",), unit="Code", numerator="Over 4 hours", denominator="Attendances")
    >>> print(write_command("funnel", reading, width=78))
    varstat funnel 'a b.csv' --unit Code --numerator 'Over 4 hours' \
        --denominator Attendances
    """
    given = {field.name: getattr(reading, field.name) for field in fields(Reading)}
    parts = [f"varstat {verb} {_write_source(reading.source[0])}"]
    for (kind, name), laid in OPTIONS.items():
        if kind is not Reading or name == "source":
            continue
        spelt = _spell(laid.info)
        parts += [_write_option(spelt, value) for value in _values(given[name])]
    return _lay_out(parts, width) if width else " ".join(parts)


def write_lookup(
    source: str, key: str, *, groups: Sequence[str] = (), covariates: Sequence[str] = ()
) -> list[str]:
    """Write the options by which the analysis of another file takes columns from a lookup.

    Parameters
    ----------
    source : str
        The lookup.
    key : str
        Its column of units.
    groups, covariates : sequence of str
        Columns that may be taken.

    Returns
    -------
    list of str
        One a way of using it.

    Examples
    --------
    >>> write_lookup("types.csv", "Code", groups=["Trust type"])
    ["--lookup types.csv:Code --peer-group 'Trust type'"]
    """
    lookup = (
        _write_option("--lookup", f"{source}:{key}")
        if source.isprintable()
        else (f"--lookup {_escape(f'{source}:{key}')}")
    )
    found = [f"{lookup} {_write_option('--peer-group', name)}" for name in groups[:1]]
    found += [f"{lookup} {_write_option('--covariate', name)}" for name in covariates[:1]]
    return found or [lookup]


def _spell(info: Any) -> str:
    """Spell an option; Typer takes the first of its names for a default."""
    names = map(str, (info.default, *info.param_decls))
    return next(name for name in names if name.startswith("--"))


def _values(value: Any) -> Iterator[str | None]:
    """Give what stands behind an option, once for each time that it is said; None of a flag."""
    if value is None or value is False or value == () or value == "none":
        return
    if value is True:
        yield None
    elif isinstance(value, tuple):
        for each in value:
            yield f"{each[0]}={','.join(each[1])}" if isinstance(each, tuple) else str(each)
    else:
        yield str(value)


def _write_option(spelt: str, value: str | None) -> str:
    if value is None:
        return spelt
    # A value that begins with a dash would be taken for an option.
    between = "=" if value.startswith("-") else " "
    return f"{spelt}{between}{shlex.quote(value)}"


def _write_source(source: str) -> str:
    if source == "-" or Path(source).parts[:2] == ("/", "dev"):
        return "FILE"
    if source.startswith("-"):
        source = f"./{source}"
    return shlex.quote(source) if source.isprintable() else _escape(source)


def _escape(source: str) -> str:
    r"""Write a name that holds what a terminal would obey, as bash and zsh read it.

    Examples
    --------
    >>> print(_escape("a\x1b'b.csv"))
    $'a\x1b\'b.csv'
    """
    letters = (
        f"\\{letter}"
        if letter in "\\'"
        else letter
        if letter.isprintable()
        else "".join(f"\\x{byte:02x}" for byte in os.fsencode(letter))
        for letter in source
    )
    return f"$'{''.join(letters)}'"


def _lay_out(parts: Sequence[str], width: int) -> str:
    """Continue a command on further lines where it is too long for one."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + 1 + len(part) + 2 <= width:
            lines[-1] += f" {part}"
        else:
            lines.append(f"    {part}")
    return " \\\n".join(lines)
