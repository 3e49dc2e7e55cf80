"""Groups: the parts of a table that are analysed each on its own, in order."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from varstat.data.account import Rows, count_rows
from varstat.data.table import Table
from varstat.errors import TableError
from varstat.period.period import order_labels


def split_periods(table: Table) -> Table:
    """Make a group of each period, where there are several and nothing splits by them yet.

    Parameters
    ----------
    table : Table

    Returns
    -------
    Table

    Examples
    --------
    >>> import pandas as pd
    >>> from varstat.data import read_table
    >>> frame = pd.DataFrame({"unit": ["A", "A"], "period": ["Apr-16", "May-16"],
    ...                       "numerator": [1, 2], "denominator": [10, 20]})
    >>> split_periods(read_table(frame, period="period")).by
    ('period',)
    """
    frame = table.frame
    if frame["period"].nunique() < 2 or any(frame[by].equals(frame["period"]) for by in table.by):
        return table
    return replace(table, by=("period", *table.by))


def group_rows(table: Table) -> tuple[Rows, list[dict[str, str]]]:
    """Number the rows of a table by their group.

    Groups stand in the order of their columns: periods in the order of time, other columns too
    if their values are all times or numbers, else in that of text.

    Parameters
    ----------
    table : Table

    Returns
    -------
    group : ndarray of int, shape (rows,)
    labels : list of dict of str to str
        What each group has in common; one group that has nothing, where nothing splits the table.
    """
    frame = table.frame
    if not table.by or not len(frame):
        return np.zeros(len(frame), dtype=np.int64), [{}]
    group = np.zeros(len(frame), dtype=np.int64)
    columns = []
    for name in table.by:
        codes, distinct = pd.factorize(frame[name])
        texts = [str(value) for value in distinct]
        is_period = frame[name].equals(frame["period"])
        ordered = table.periods.labels if is_period else order_labels(texts)
        place = {label: at for at, label in enumerate(ordered)}
        places = np.array([place[text] for text in texts], dtype=np.int64)
        # Numbered anew after each column, so that no product of many grows too large.
        group = np.unique(group * len(ordered) + places[codes], return_inverse=True)[1].ravel()
        columns.append((name, codes, texts))
    first = np.unique(group, return_index=True)[1]
    labels = [{name: texts[codes[at]] for name, codes, texts in columns} for at in first]
    return group.astype(np.int64), labels


def refuse_repeats(table: Table, *, within: Sequence[str] = (), what: str) -> None:
    """Refuse a table in which a unit stands more than once in a group.

    Parameters
    ----------
    table : Table
    within : sequence of str
        Columns that tell the rows of a unit apart for what is being done, beside those that split
        the table.
    what : str
        What takes a unit once: "a funnel".

    Raises
    ------
    TableError
        Naming the column that would tell the rows apart.
    """
    frame = table.frame
    keys = ["unit", *table.by, *within]
    again = frame.duplicated(keys).to_numpy()
    if not again.any():
        return
    each = " and ".join(dict.fromkeys(("unit", *within)))
    raise TableError(
        table.account.source,
        f"{what} takes each {each} once in a group, and {count_rows(int(again.sum()))} "
        f"{'repeats' if again.sum() == 1 else 'repeat'} one. {_cure(table, keys)}",
    )


def _cure(table: Table, keys: list[str]) -> str:
    """Say what would tell rows apart that agree in some columns."""
    frame = table.frame
    telling = [
        name
        for name in ("period", *table.strata)
        if name not in keys and not frame.duplicated([*keys, name]).any()
    ]
    if "period" in telling:
        return "They are of different periods: split the table by them (--by period)."
    if telling:
        return (
            f"Column {telling[0]!r} tells them apart: make groups of it (--by {telling[0]}), or "
            f"let a model adjust for it (--stratum {telling[0]})."
        )
    if table.strata:
        names = ",".join(table.strata)
        return (
            f"They are the case-mix of a unit: make groups of it (--by {names}), or let a model "
            f"adjust for it (--stratum {names})."
        )
    return (
        "Name the column that tells them apart: --period, --by or --stratum; or add them up with "
        "--roll-up all."
    )
