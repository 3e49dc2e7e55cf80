"""Rolling up: rows merged by a declared, longer period."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.account import FIRST_ROWS, Ledger, Rows
from varstat.data.rows.checks import number_groups
from varstat.data.rows.counts import Counts
from varstat.data.rows.covariates import average
from varstat.data.rows.overlap import describe_overlap
from varstat.data.source.grid import Texts
from varstat.errors import TableError
from varstat.measure import Floats
from varstat.period.label import RollUp, roll_up_periods


def roll_labels(
    periods: Texts, ledger: Ledger, *, roll_up: RollUp, where: str, column: str
) -> Texts:
    """Give each row the longer period that its own falls in.

    Parameters
    ----------
    periods : ndarray of object, shape (rows,)
    ledger : Ledger
        Told of periods that cannot be understood.
    roll_up : RollUp
    where : str
        The file, for messages.
    column : str
        The period column, for messages.

    Returns
    -------
    ndarray of object, shape (rows,)
        None where the period is absent or not understood.

    Raises
    ------
    TableError
        If a period can mean two things, is longer than what is asked for, or shares time with
        another; with every other problem found so far.
    """
    shown = dict.fromkeys(label for label in periods[ledger.open] if label is not None)
    overlap = describe_overlap(shown, column=column)
    if overlap is not None:
        raise TableError(where, [*ledger.stops, *ledger.problems, f"column {column!r}: {overlap}"])
    try:
        rolled = roll_up_periods(shown, roll_up=roll_up, where=where)
    except TableError as error:
        found = [f"column {column!r}: {problem}" for problem in error.problems]
        raise TableError(where, [*ledger.stops, *ledger.problems, *found]) from None
    out = np.empty(len(periods), dtype=object)
    out[:] = [rolled.get(label) for label in periods]
    unknown = np.array(
        [label in shown and label not in rolled for label in periods], dtype=np.bool_
    )
    ledger.refuse(
        unknown,
        f"a period in column {column!r} that cannot be understood",
        mend="Write 2016-04-01, 30/04/2016, Apr-16, 2016-17 Q1, 2016-17 or 2016.",
    )
    return out


def note_partial(units: Texts, periods: Texts, rolled: Texts) -> tuple[str, ...]:
    """Say which units have only some of the periods that a longer one is made of.

    Parameters
    ----------
    units, periods, rolled : ndarray of object, shape (rows,)
        Of the rows that are kept: their periods in the file, and the longer ones.

    Returns
    -------
    tuple of str
        A note, or none.
    """
    frame = pd.DataFrame({"unit": units, "period": periods, "rolled": rolled})
    of = frame.groupby("rolled", sort=False)["period"].nunique()
    has = frame.groupby(["unit", "rolled"], sort=False)["period"].nunique().reset_index()
    has["of"] = has["rolled"].map(of)
    partial = has[has["period"] < has["of"]]
    if partial.empty:
        return ()
    listed = [
        f"{row.unit!r} has {row.period} of {row.of} in {row.rolled}"
        for row in partial.head(FIRST_ROWS).itertuples()
    ]
    more = f" and {len(partial) - len(listed):,} more" if len(partial) > len(listed) else ""
    number = partial["unit"].nunique()
    have = "unit has" if number == 1 else "units have"
    note = (
        f"{number:,} {have} rows for a part of a period only, so that their volumes are of that "
        f"part: {', '.join(listed)}{more}"
    )
    return (note,)


def merge(
    counts: Counts,
    texts: dict[str, Texts],
    covariates: dict[str, Floats],
    *,
    keys: tuple[str, ...],
    order: Rows | None = None,
) -> tuple[Counts, dict[str, Texts], dict[str, Floats]]:
    """Add up the rows that agree in all keys.

    A sum with a suppressed event in it is unknown, between the sums of the ends. Covariates are
    averaged, each row weighted by its size.

    Parameters
    ----------
    counts : Counts
    texts : dict of str to ndarray of object, shape (rows,)
        Columns of text; of those that aren't keys, the last value is kept.
    covariates : dict of str to ndarray of float, shape (rows,)
    keys : tuple of str
        Names among `texts`.
    order : ndarray of int, shape (rows,), optional
        The rows in the order of time, if they don't stand in it.

    Returns
    -------
    counts : Counts
        One row a combination of keys, by first appearance.
    texts : dict of str to ndarray of object
    covariates : dict of str to ndarray of float
    """
    groups = number_groups([texts[key] for key in keys])
    order = np.arange(len(groups)) if order is None else order
    merged = {name: _last(values[order], groups[order]) for name, values in texts.items()}
    return (
        Counts(
            event=_sum(counts.event, groups),
            lower=_sum(counts.lower, groups),
            upper=_sum(counts.upper, groups),
            size=_sum(counts.size, groups),
            count=_sum(counts.count, groups),
        ),
        merged,
        {name: average(values, counts.size, groups) for name, values in covariates.items()},
    )


def _sum(values: Floats, groups: Rows) -> Floats:
    return np.bincount(groups, weights=values).astype(np.float64)


def _last(values: Texts, groups: NDArray[np.int64]) -> Texts:
    last = np.full(int(groups.max()) + 1, None, dtype=object)
    for group, value in zip(groups, values, strict=True):
        if value is not None:
            last[group] = value
    return last
