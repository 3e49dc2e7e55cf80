"""Reconciling: total rows compared with the sum of the units that are kept."""

from collections.abc import Sequence

import numpy as np

from varstat.data.account import Mask, count_rows, name_rows
from varstat.data.rows.records import Records
from varstat.data.rows.wholes import names_whole
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Kind, Numbers


def reconcile(
    records: Records,
    total: Mask,
    kept: Mask,
    members: Mask,
    *,
    within: Sequence[tuple[str, Texts]] = (),
) -> tuple[str, ...]:
    """Compare each total row with the sum of the units that are kept.

    A total row speaks of the units of its own period, groups and strata; a blank there, or the
    name of a whole, means all. No difference is printed where a number is withheld: it would give
    what the publisher hides.

    Parameters
    ----------
    records : Records
    total, kept : ndarray of bool, shape (rows,)
    members : ndarray of bool, shape (rows,)
        The rows that totals are made of, kept or not.
    within : sequence of (str, ndarray of object)
        Further columns of which a total row has a value of its own, by name.

    Returns
    -------
    tuple of str
        Notes that say whether they agree; none if there are no total rows.
    """
    if not total.any():
        return ()
    named = (*records.by.values(), *records.strata.values())
    scopes = [_scope(each.column, each.values) for each in named if each.lookup is None]
    scopes += [_scope(column, values) for column, values in within]
    if "period" in records.roles:
        period = records.roles["period"]
        scopes.append(_scope(period.column, period.values))
    agree: list[int] = []
    notes: list[str] = []
    for at in np.flatnonzero(total):
        scope = np.ones(len(kept), dtype=np.bool_)
        for values in scopes:
            if values[at] is not None:
                scope &= values == values[at]
        row = int(records.rows[at])
        differences = [
            _compare(records.event, records.event_column, int(at), scope & kept, scope & members),
            _compare(records.size, records.size_column, int(at), scope & kept, scope & members),
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


def _compare(numbers: Numbers, column: str, at: int, kept: Mask, members: Mask) -> str | None:
    """Say by how much a total differs from the sum of the units; None if it does not."""
    if numbers.kind[at] != Kind.NUMBER:
        return f"{column!r} holds no number"
    usable = kept & numbers.is_kind(Kind.NUMBER)
    difference = float(numbers.values[at] - numbers.values[usable].sum())
    if abs(difference) <= 1e-9 * max(1.0, abs(float(numbers.values[at]))):
        return None
    way = "more" if difference > 0 else "less"
    hidden = int((members & ~numbers.is_kind(Kind.NUMBER)).sum())
    if hidden:
        return f"{column!r} is {way} than their sum, from which {hidden:,} withheld are missing"
    return f"{column!r} is {abs(difference):,.10g} {way} than their sum"


def _scope(column: str, values: Texts) -> Texts:
    """Give a column with None where it names a whole."""
    values = values.copy()
    wholes = {
        value for value in set(values) if value is not None and names_whole(value, column=column)
    }
    if wholes:
        values[[value in wholes for value in values]] = None
    return values
