"""Total rows among the units: left out, and used to reconcile the units with."""

import re

import numpy as np
import pandas as pd

from varstat.data.account import Ledger, Mask, count_rows, name_rows
from varstat.data.rows.records import Attribute, Records
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header
from varstat.data.source.numbers import Kind, Numbers

COUNTRY_WORDS = ("england", "scotland", "wales", "northernireland", "britain", "gb", "uk")
TOTAL_WORDS = frozenset(
    ("total", "totals", "all", "overall", "national", "unitedkingdom", *COUNTRY_WORDS)
)
WHOLE_WORDS = frozenset(("total", "totals", "all", "overall"))
UNIT_WORDS = ("units", "organisations", "trusts", "providers", "practices", "hospitals")
FILLER_WORDS = frozenset(("grand", "the", "of", "and", "great", *UNIT_WORDS))
# A quick test that most names fail.
MAYBE_TOTAL = re.compile("|".join((*TOTAL_WORDS, "united", "northern")), re.IGNORECASE)


def exclude_totals(
    records: Records, header: Header, ledger: Ledger
) -> tuple[Mask, tuple[str, ...]]:
    """Leave out the rows that total the others.

    A cell must be made of such words and nothing else: "England total" is a total, a trust
    whose name has "England" in it is a unit. Where more than half of the rows would go, as in a
    table of the four countries of the United Kingdom, they are the units. A stratum named "all" or
    the like is a unit's total over its strata.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
        Told what is excluded.

    Returns
    -------
    total : ndarray of bool, shape (rows,)
        The total rows.
    notes : tuple of str
        That rows named like totals were taken for units, if so.
    """
    units = records.roles["unit"].values
    total = _says_total(units)
    name = records.roles.get("unit_name")
    if name is not None and name.lookup is None:
        total |= _says_total(name.values)
    for at in [at for at, unit in enumerate(units) if unit is None]:
        total[at] |= any(is_total(cell) for cell in header.line(int(records.rows[at])) if cell)
    total &= ledger.open
    notes: tuple[str, ...] = ()
    if 2 * total.sum() > ledger.open.sum():
        total = np.zeros(len(total), dtype=np.bool_)
        notes = ("most rows are named like totals, so they were taken for the units",)
    ledger.exclude(total, "a total row")
    for stratum in records.strata.values():
        whole = _says_whole(stratum) & ledger.open
        if 2 * whole.sum() <= ledger.open.sum():
            ledger.exclude(whole, f"a total over {stratum.column}")
    return total, notes


def is_total(cell: str) -> bool:
    """Say whether a cell names a total.

    Examples
    --------
    >>> is_total("ENGLAND"), is_total("All trusts"), is_total("University Hospital of Wales")
    (True, True, False)
    """
    if not MAYBE_TOTAL.search(cell):
        return False
    words = _words(re.sub(r"(united) (kingdom)|(northern) (ireland)", _join, cell.lower()))
    return any(word in TOTAL_WORDS for word in words) and all(
        word in TOTAL_WORDS or word in FILLER_WORDS for word in words
    )


def reconcile(records: Records, total: Mask, kept: Mask) -> tuple[str, ...]:
    """Compare each total row with the sum of the units that are kept.

    A total row speaks of the units of its own period, groups and strata; a blank there, or for
    a stratum the name of a total, means all.

    Parameters
    ----------
    records : Records
    total, kept : ndarray of bool, shape (rows,)

    Returns
    -------
    tuple of str
        A note that says whether they agree; none if there are no total rows.
    """
    if not total.any():
        return ()
    within = [each.values for each in records.by.values() if each.lookup is None]
    for stratum in records.strata.values():
        if stratum.lookup is None:
            named = stratum.values.copy()
            named[_says_whole(stratum)] = None
            within.append(named)
    if "period" in records.roles:
        within.append(records.roles["period"].values)
    agree: list[int] = []
    notes: list[str] = []
    for at in np.flatnonzero(total):
        scope = kept.copy()
        for values in within:
            if values[at] is not None:
                scope &= values == values[at]
        row = int(records.rows[at])
        differences = [
            _compare(records.event, records.event_column, int(at), scope),
            _compare(records.size, records.size_column, int(at), scope),
        ]
        differs = [difference for difference in differences if difference]
        if differs:
            notes.append(f"the total row {row} does not equal the units: {'; '.join(differs)}")
        else:
            agree.append(row)
    if agree:
        rows = name_rows(tuple(agree[:5]), total=len(agree))
        verb = "equals" if len(agree) == 1 else "equal"
        notes.insert(0, f"the total in {rows} {verb} the sum of the units")
    if len(notes) > 6:
        notes = [*notes[:5], f"{count_rows(len(notes) - 5)} more of totals do not equal the units"]
    return tuple(notes)


def _compare(numbers: Numbers, column: str, at: int, scope: Mask) -> str | None:
    """Say by how much a total differs from the sum of the units; None if it does not."""
    if numbers.kind[at] != Kind.NUMBER:
        return f"{column!r} holds no number"
    hidden = int((numbers.is_kind(Kind.SUPPRESSED) & scope).sum())
    usable = scope & numbers.is_kind(Kind.NUMBER)
    difference = float(numbers.values[at] - numbers.values[usable].sum())
    if abs(difference) <= 1e-9 * max(1.0, abs(float(numbers.values[at]))):
        return None
    way = "more" if difference > 0 else "less"
    beside = f", with {hidden:,} suppressed" if hidden else ""
    return f"{column!r} is {abs(difference):,.10g} {way} than their sum{beside}"


def _says_whole(stratum: Attribute) -> Mask:
    """Find "All", "Total", and of a stratum called age "All ages"."""
    own = {word + end for word in _words(stratum.column) for end in ("", "s", "es")}
    codes, distinct = pd.factorize(stratum.values, use_na_sentinel=True)
    words = [set(_words(text)) for text in distinct]
    says = [bool(each & WHOLE_WORDS) and each <= WHOLE_WORDS | FILLER_WORDS | own for each in words]
    return np.array([*says, False], dtype=np.bool_)[codes]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _says_total(values: Texts) -> Mask:
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    says = np.array([is_total(text) for text in distinct] + [False], dtype=np.bool_)
    return says[codes]


def _join(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")
