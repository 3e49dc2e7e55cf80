"""Commands written out, ready to be pasted into a shell: the one place that writes them."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from varstat.analysis.asking import CompareAsking
from varstat.analysis.specification import Specification
from varstat.card.field import ANY
from varstat.data.organisations.read import UNNAMED
from varstat.errors import UsageError
from varstat.provenance import Provenance

# Options that aren't called as their fields are.
_SPELT = {
    "covariates": "covariate",
    "strata": "stratum",
    "columns": "counts",
    "before": "from",
    "after": "to",
    "successors": "map",
}
# What stands without the name of an option, and what no option has.
_BARE, _WITHOUT = ("source", "a", "b"), ("multiplier", "subtotals")
# Values that an option takes with commas in one word, and those for which it is repeated.
_COMMAS = ("by", "columns", "covariates", "inform", "strata", "levels", "also")
_REPEATED = ("card", "lookup", "zero", "missing")


class _UnsayableError(Exception):
    """No option takes this value."""


def option_of(name: str) -> str:
    """Spell the option of a field of a specification.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> option_of("peer_group"), option_of("strata")
    ('--peer-group', '--stratum')
    """
    return "--" + _SPELT.get(name, name).replace("_", "-")


def write_command(
    asked: Specification,
    *,
    highlight: Sequence[str] = (),
    width: int | None = None,
) -> str:
    r"""Write the command that asks for a specification, on one line or continued with backslashes.

    Parameters
    ----------
    asked : Specification
        A pipe, which can't be read twice, is written as FILE.
    highlight : sequence of str
        Codes or names of units to mark.
    width : int, optional
        Of its lines; by default it stands on one.

    Returns
    -------
    str
        Empty where no command does it.

    Examples
    --------
    >>> from varstat.analysis.asking import FunnelAsking
    >>> from varstat.analysis.specification import Reading
    >>> reading = Reading(
    ...     source=("a b.csv",), unit="Code", numerator="Over 4 hours", denominator="Attendances")
    >>> print(write_command(Specification(reading=reading, asking=FunnelAsking()), width=78))
    varstat funnel 'a b.csv' --unit Code --numerator 'Over 4 hours' \
        --denominator Attendances
    """
    try:
        parts = list(_parts(asked))
        parts += [_write_option("--highlight", unit) for unit in highlight]
    except _UnsayableError:
        return ""
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
    lookup = _write_option("--lookup", f"{source}:{key}")
    found = [f"{lookup} {_write_option('--peer-group', name)}" for name in groups[:1]]
    found += [f"{lookup} {_write_option('--covariate', name)}" for name in covariates[:1]]
    return found or [lookup]


def repeat_command(provenance: Provenance) -> str:
    """Write the command that makes a result again.

    Parameters
    ----------
    provenance : Provenance

    Returns
    -------
    str
        Without folders, which a provenance leaves out; empty where no command does it, as for a
        data frame.
    """
    if provenance.source == "data frame" or "source" not in provenance.reading:
        return ""
    try:
        return write_command(Specification.from_dict(provenance.to_dict()))
    except UsageError:
        return ""


def _parts(asked: Specification) -> Iterator[str]:
    """The command, its arguments in one part and each option in a part of its own."""
    bare = [_write_source(each) for each in asked.reading.source]
    if isinstance(asked.asking, CompareAsking):
        bare += [_quote(asked.asking.a), _quote(asked.asking.b)]
        if any(each.startswith("-") for each in (asked.asking.a, asked.asking.b)):
            raise _UnsayableError
    yield " ".join(["varstat", asked.verb, *bare])
    for part in (asked.reading, asked.modelling, asked.asking):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name == "multiplier" and _usual(asked, value):
                continue
            yield from _option(field, value)


def _usual(asked: Specification, multiplier: object) -> bool:
    """Whether the factor of events is that of the table, which annualising decides."""
    return asked.reading.annualise != "none" or multiplier in (None, 1.0)


def _option(field: "Field[Any]", value: object) -> Iterator[str]:
    """One option, once for each time that it is said; none where it is at its default."""
    default = None if field.default is MISSING else field.default
    if field.name in _BARE or value == default:
        return
    if field.name in _WITHOUT or (field.name == "successors" and value == UNNAMED):
        raise _UnsayableError
    name = option_of(field.name)
    for text in _values(field.name, value):
        yield name if value is True else _write_option(name, text)


def _write_option(name: str, text: str) -> str:
    # A value that begins with a dash would be taken for an option.
    between = "=" if text.startswith("-") else " "
    return f"{name}{between}{_quote(text)}"


def _values(name: str, value: object) -> Iterator[str]:
    """What stands behind an option, once for each time that it is said."""
    match value:
        case tuple() if name in ("only", "exclude"):
            for column, values in value:
                yield f"{_plain(column, '=')}={','.join(_plain(each, ',') for each in values)}"
        case (int(), int()) if name == "suppressed":
            yield f"{value[0]}:{value[1]}"
        case tuple() if name == "suppressed":
            for mark, (low, high) in value:
                yield f"{low}:{high}" if mark == ANY else f"{mark}={low}:{high}"
        case tuple() if name == "rounded":
            for part, base in value:
                yield f"{part}={base}"
        case tuple() if name in _COMMAS:
            if not value and name != "strata":
                raise _UnsayableError
            yield ",".join(_plain(each, ",") for each in value) or "none"
        case tuple() if name in _REPEATED:
            yield from (str(each) for each in value)
        case tuple() | Mapping():
            raise _UnsayableError
        case _:
            yield str(value)


def _plain(value: object, mark: str) -> str:
    """A part of a value, without the mark that would end it."""
    text = str(value)
    if mark in text or text != text.strip():
        raise _UnsayableError
    return text


def _write_source(source: str) -> str:
    if source == "-" or Path(source).parts[:2] == ("/", "dev"):
        return "FILE"
    return _quote(f"./{source}" if source.startswith("-") else source)


def _quote(word: str) -> str:
    r"""Quote a word, and write what a terminal would obey as bash and zsh read it.

    Examples
    --------
    >>> print(_quote("a b.csv"), _quote("a\x1b'b.csv"))
    'a b.csv' $'a\x1b\'b.csv'
    """
    if word.isprintable():
        return shlex.quote(word)
    letters = (
        f"\\{letter}"
        if letter in "\\'"
        else letter
        if letter.isprintable()
        else "".join(f"\\x{byte:02x}" for byte in os.fsencode(letter))
        for letter in word
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
