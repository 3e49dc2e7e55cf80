r"""Annualising: quarters as years.

Four times a quarter's opportunity isn't a year's. The part that is noise grows with the square
root of the cases seen, so that a quarter taken four times has twice the noise of a year's data
(`x4`); sums of four consecutive quarters have not, and are free of the season (`rolling4`).
"""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.account import Account
from varstat.data.complete import keep_complete
from varstat.data.rows.beside import refuse_merging
from varstat.data.rows.checks import number_groups
from varstat.data.rows.counts import Counts
from varstat.data.rows.rollup import merge
from varstat.data.table import Table
from varstat.errors import TableError, choose
from varstat.period.label import parse_periods, roll_up_periods

Months = NDArray[np.int64]
Annualise = Literal["none", "x4", "rolling4"]
ANNUALISE: tuple[Annualise, ...] = get_args(Annualise)
QUARTER = 3
QUARTERS = 4


def annualise(table: Table, how: str) -> tuple[Table, float]:
    r"""Make years of quarters.

    For unit :math:`i` and the window that ends with quarter :math:`t`, `rolling4` sums

    .. math:: y_{it}^{\mathrm{year}} = \sum_{s = t - 3}^{t} y_{is}

    and its sizes likewise. `x4` leaves each quarter as it is, a group of its own, with the factor
    four for what is computed from it.

    Parameters
    ----------
    table : Table
        A row a unit, quarter and stratum.
    how : {"none", "x4", "rolling4"}

    Returns
    -------
    table : Table
        Split by period. With `rolling4` a period is four quarters, such as
        "2015-16 Q2 to 2016-17 Q1", and a covariate the mean of the quarters', each weighted by
        its size.
    factor : float
        By which events of a period are multiplied to be those of a year.

    Raises
    ------
    UsageError
        If there is no such way.
    TableError
        If periods are no quarters, or fewer than four in a row.

    Notes
    -----
    A unit that lacks a quarter is left out of the windows which that quarter is in; the account
    notes how many are. Rows that a model would leave out, as they have no covariate or their unit
    no peer group, count as lacking. A stratum that a unit lacks in a quarter has no cases there.
    Windows overlap, so that what is computed from neighbouring ones is alike: don't add them up.

    If all units were alike, the opportunity expected by chance alone would be
    :math:`k \sqrt{n p (1 - p)}` for a quarter's :math:`n` cases: four times that with `x4`, and
    twice that for the four quarters together, with :math:`4 n` cases.

    Examples
    --------
    >>> from varstat.data import read_table
    >>> quarters = ["2015-16 Q2", "2015-16 Q3", "2015-16 Q4", "2016-17 Q1"]
    >>> frame = pd.DataFrame({"unit": "A", "quarter": quarters, "numerator": [1, 2, 3, 4],
    ...                       "denominator": 10})
    >>> year, factor = annualise(read_table(frame, period="quarter"), "rolling4")
    >>> year.frame[["period", "numerator", "denominator"]].values.tolist(), factor
    ([['2015-16 Q2 to 2016-17 Q1', 10.0, 40.0]], 1.0)
    """
    way = choose("annualise", how, ANNUALISE)
    if way == "none":
        return table, 1.0
    reading = table.origin.reading | {"annualise": way}
    table = replace(table, origin=replace(table.origin, reading=reading))
    if way == "rolling4":
        refuse_merging(table.card, what="annualise")
        # A quarter that a model would leave out is not in any year: it can't be found there later.
        table = keep_complete(table, covariates=table.explaining)
    starts = _starts(table)
    by = ("period", *_other_splits(table))
    if way == "x4":
        note = "each quarter stands for a year, times four, which doubles the part that is noise"
        return replace(table, by=by, account=_note(table, table.frame, note)), float(QUARTERS)
    if not table.measure.counts:
        raise TableError(
            table.account.source,
            "means of quarters can't be added up to a year's: that takes their counts and the "
            "correlation between quarters. Give means over the whole year, or leave --annualise "
            "out.",
        )
    frame, note = _roll(table, starts, by[1:])
    account = _note(table, frame, note)
    return replace(table, frame=frame, by=by, account=account, kept=None), 1.0


def _starts(table: Table) -> Months:
    """Give the first month of each row's quarter; refuse what isn't one."""
    where = table.account.source
    periods = table.frame["period"]
    labels = list(dict.fromkeys(label for label in periods if label is not None))
    if not labels:
        raise TableError(
            where, "there are no quarters to make years of: name the period's column (--period)."
        )
    spans = parse_periods(labels, where=where)
    odd = [label for label in labels if label not in spans or spans[label].months != QUARTER]
    if odd:
        months = [label for label in odd if label in spans and spans[label].months < QUARTER]
        mend = (
            "Add months up to quarters with --roll-up quarter."
            if months
            else "Write quarters as in 2016-17 Q1, or leave --annualise out."
        )
        raise TableError(where, f"the period {odd[0]!r} is no quarter. {mend}")
    return np.array([spans[label].start for label in periods], dtype=np.int64)


def _other_splits(table: Table) -> tuple[str, ...]:
    """What splits the table beside the period, which may go by the name of its column too."""
    frame = table.frame
    return tuple(name for name in table.by if not frame[name].equals(frame["period"]))


def _roll(table: Table, starts: Months, splits: tuple[str, ...]) -> tuple[pd.DataFrame, str]:
    """Add up each window of four quarters, for the units that have all of them."""
    shown = np.unique(starts)
    first = [start for start in shown if np.isin(_quarters_from(start), shown).all()]
    if not first:
        raise TableError(
            table.account.source,
            f"rolling years take {QUARTERS} consecutive quarters, and of the {len(shown)} here no "
            f"more than {_longest(shown)} follow each other. Give more periods, or say --annualise "
            "x4 or none.",
        )
    # In the order of time, so that a name or group that changed is the last one.
    order = np.argsort(starts, kind="stable")
    frame, starts = table.frame.iloc[order].reset_index(drop=True), starts[order]
    who = number_groups([frame[name].to_numpy() for name in ("unit", *splits)])
    pieces, lacking = [], 0
    for start in first:
        inside = np.isin(starts, _quarters_from(start))
        have = pd.Series(starts[inside]).groupby(who[inside]).nunique()
        whole = inside & np.isin(who, have.index[have == QUARTERS])
        lacking += int((have < QUARTERS).sum())
        if whole.any():
            pieces.append(_add_up(table, frame[whole], splits, label=_label(start)))
    if not pieces:
        raise TableError(
            table.account.source,
            f"no unit has {QUARTERS} consecutive quarters, which rolling years take. Say "
            "--annualise x4 or none.",
        )
    times = f"{lacking:,} time{'' if lacking == 1 else 's'}"
    left = f"; left out for lack of a quarter: a unit, {times}" if lacking else ""
    note = (
        f"each period is four consecutive quarters added up: {len(first):,} "
        f"overlapping year{'' if len(first) == 1 else 's'}{left}"
    )
    return pd.concat(pieces, ignore_index=True), note


def _add_up(
    table: Table, rows: pd.DataFrame, splits: tuple[str, ...], *, label: str
) -> pd.DataFrame:
    """Add up the rows of one window, a row a unit, group and stratum."""
    measure, covariates = table.measure, table.explaining
    numbers = (measure.event, measure.size, "event_lower", "event_upper", *covariates)
    period = rows["period"]
    counts, texts, averaged = merge(
        Counts(
            event=rows[measure.event].to_numpy(),
            lower=rows["event_lower"].to_numpy(),
            upper=rows["event_upper"].to_numpy(),
            size=rows[measure.size].to_numpy(),
            count=np.full(len(rows), np.nan),
        ),
        {name: rows[name].to_numpy() for name in map(str, rows) if name not in numbers},
        {name: rows[name].to_numpy() for name in covariates},
        keys=("unit", *splits, *table.strata),
    )
    added = {
        measure.event: counts.event,
        measure.size: counts.size,
        "event_lower": counts.lower,
        "event_upper": counts.upper,
    }
    spans_period = [name for name in texts if rows[name].equals(period)]
    labels = np.full(len(counts.event), label, dtype=object)
    columns = texts | dict.fromkeys(spans_period, labels)
    return pd.DataFrame(
        {name: pd.Series(columns[name], dtype=object) for name in columns} | added | averaged
    )


def _quarters_from(start: int) -> Months:
    return int(start) + QUARTER * np.arange(QUARTERS)


def _label(start: int) -> str:
    """Name the year that begins with a quarter: "2015-16 Q2 to 2016-17 Q1"."""
    ends = [f"{month // 12}-{month % 12 + 1:02d}-01" for month in _quarters_from(start)[[0, -1]]]
    return " to ".join(roll_up_periods(ends, roll_up="quarter", where="").values())


def _longest(starts: Months) -> int:
    """Count the quarters of the longest run without a gap."""
    gaps = np.flatnonzero(np.diff(starts) != QUARTER) + 1
    return max(map(len, np.split(starts, gaps)))


def _note(table: Table, frame: pd.DataFrame, note: str) -> Account:
    account = table.account
    return replace(account, units=int(frame["unit"].nunique()), notes=(*account.notes, note))
