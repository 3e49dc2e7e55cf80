"""What a stored fit says in words: text that HDF5 can hold, and dataclasses as JSON."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from varstat.data.account import Account, Exclusion
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.provenance import Provenance

# A string in HDF5 ends at a null, and is UTF-8, which has no half of a surrogate pair.
_UNSTORABLE = re.compile("[\\\\\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


def escape(text: object) -> str:
    r"""Make text storable: backslashes, nulls and lone surrogates as `\u` and four digits.

    Nothing, as None, is an empty string.

    Examples
    --------
    >>> print(escape("North\\South"), repr(escape(None)))
    North\u005cSouth ''
    """
    if text is None:
        return ""
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", str(text))


def unescape(stored: str) -> str | None:
    r"""Take back what `escape` did.

    Examples
    --------
    >>> text = "a\\b\x00"
    >>> unescape(escape(text)) == text, unescape("")
    (True, None)
    """
    if stored == "":
        return None
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), stored)


def to_json(content: object) -> str:
    """State something in JSON that any reader takes: escaped, and without NaN or Infinity."""
    return json.dumps(content, allow_nan=False)


def state_diagnostics(diagnostics: Diagnostics) -> dict[str, Any]:
    """Make a dictionary for JSON: NaN is None, and what is infinite stands as text."""
    return {each.name: _plain(getattr(diagnostics, each.name)) for each in fields(diagnostics)}


def read_diagnostics(stated: Mapping[str, Any]) -> Diagnostics:
    """Take back what `state_diagnostics` made."""
    told: dict[str, Any] = {}
    for each in fields(Diagnostics):
        if each.name not in stated:
            continue
        value = stated[each.name]
        if isinstance(value, Mapping):
            told[each.name] = {str(key): _number(number) for key, number in value.items()}
        elif isinstance(value, list):
            told[each.name] = tuple(str(item) for item in value)
        else:
            told[each.name] = int(value) if each.type is int else _number(value)
    return Diagnostics(**told)


def read_account(stated: Mapping[str, Any]) -> Account:
    """Take back what `Account.to_dict` made."""
    return Account(
        source=str(stated["source"]),
        rows_read=int(stated["rows_read"]),
        rows_kept=int(stated["rows_kept"]),
        rows_merged=int(stated["rows_merged"]),
        exclusions=tuple(
            Exclusion(
                reason=str(each["reason"]),
                rows=int(each["rows"]),
                first_rows=tuple(int(row) for row in each["first_rows"]),
            )
            for each in stated["exclusions"]
        ),
        totals={
            str(column): (float(sums["read"]), float(sums["kept"]), float(sums["excluded"]))
            for column, sums in stated["totals"].items()
        },
        units=int(stated["units"]),
        notes=tuple(str(note) for note in stated["notes"]),
    )


def read_provenance(stated: Mapping[str, Any]) -> Provenance:
    """Take back what `Provenance.to_dict` made."""
    return Provenance(
        verb=str(stated["verb"]),
        source=str(stated["source"]),
        data_hash=str(stated["data_hash"]),
        card=str(stated["card"]),
        card_hash=str(stated["card_hash"]),
        options=dict(stated["options"]),
        # Fits of version 0.1.0 don't say how their table was read.
        reading=dict(stated.get("reading", {})),
        modelling=dict(stated.get("modelling", {})),
        asking=dict(stated.get("asking", {})),
        lookups=dict(stated.get("lookups", {})),
        version=str(stated["version"]),
    )


def _plain(value: object) -> object:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _number(stated: Any) -> float:
    return math.nan if stated is None else float(stated)
