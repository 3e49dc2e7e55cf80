"""The command that makes a result again, from its provenance."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from varstat.analysis.asking import CompareAsking
from varstat.analysis.specification import Specification
from varstat.card.field import ANY
from varstat.data.organisations.read import UNNAMED
from varstat.errors import UsageError
from varstat.prose.text import clean
from varstat.provenance import Provenance

# Options that aren't called as their fields are.
_SPELT = {
    "covariates": "covariate",
    "strata": "stratum",
    "before": "from",
    "after": "to",
    "successors": "map",
}
# What stands without the name of an option, and what no option has.
_BARE, _WITHOUT = ("source", "a", "b"), ("multiplier", "subtotals")
# Values that an option takes with commas in one word, and those for which it is repeated.
_COMMAS = ("by", "covariates", "inform", "strata", "levels")
_REPEATED = ("card", "lookup", "zero", "missing")


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


def say_command(provenance: Provenance) -> str:
    """Say the command that makes a result again.

    Parameters
    ----------
    provenance : Provenance

    Returns
    -------
    str
        As a shell takes it, but for folders, which a provenance leaves out; empty where no
        command does it, as for a data frame.
    """
    if provenance.source == "data frame" or "source" not in provenance.reading:
        return ""
    try:
        asked = Specification.from_dict(provenance.to_dict())
        words = ["varstat", asked.verb, *asked.reading.source]
        if isinstance(asked.asking, CompareAsking):
            words += [asked.asking.a, asked.asking.b]
        for part in (asked.reading, asked.modelling, asked.asking):
            for field in fields(part):
                value = getattr(part, field.name)
                if field.name != "multiplier" or not _usual(asked, value):
                    words += _option(field, value)
    except (UsageError, _UnsayableError):
        return ""
    return " ".join(shlex.quote(word) for word in words) if _safe(words) else ""


def _usual(asked: Specification, multiplier: object) -> bool:
    """Whether the factor of events is that of the table, which annualising decides."""
    return asked.reading.annualise != "none" or multiplier in (None, 1.0)


class _UnsayableError(Exception):
    """No option takes this value."""


def _option(field: "Field[Any]", value: object) -> Iterator[str]:
    """The words of one option; none where it is at its default."""
    default = None if field.default is MISSING else field.default
    if field.name in _BARE or value == default:
        return
    if field.name in _WITHOUT or (field.name == "successors" and value == UNNAMED):
        raise _UnsayableError
    name = option_of(field.name)
    for text in _values(field.name, value):
        yield from (name,) if value is True else (name, text)


def _values(name: str, value: object) -> Iterator[str]:
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


def _safe(words: list[str]) -> bool:
    """Whether nothing in a command is hidden, or would be taken for an option."""
    bare = [word for word in words[2:] if not word.startswith("--")]
    return all(clean(word) == word for word in words) and not any(w.startswith("-") for w in bare)
