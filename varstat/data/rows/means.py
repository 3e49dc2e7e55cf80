"""Means: what they are of, and their standard errors from sums."""

import numpy as np

from varstat.data.account import Ledger, Mask
from varstat.data.rows.counts import Counts
from varstat.data.rows.covariates import Covariate
from varstat.data.rows.records import Records
from varstat.data.source.numbers import Kind
from varstat.measure import Floats

# The share of a sum of squares below which what is left of it can't be told from rounding.
RESOLVED = 1e-9


def state_mean(total: Floats, count: Floats, squares: Floats) -> tuple[Floats, Floats, Floats]:
    r"""Give each unit's mean, its standard error, and the scatter that it comes from.

    .. math:: \bar{x} = \frac{T}{n}, \qquad S = Q - \frac{T^2}{n}, \qquad
              \mathrm{se} = \sqrt{\frac{S}{(n - 1)\,n}}

    Parameters
    ----------
    total : ndarray of float, shape (rows,)
        :math:`T`, the sum of the values.
    count : ndarray of float, shape (rows,)
        :math:`n`.
    squares : ndarray of float, shape (rows,)
        :math:`Q`, the sum of the squared values.

    Returns
    -------
    value, se : ndarray of float, shape (rows,)
        NaN where they can't be: fewer than two values, or scatter that is no more than
        :math:`10^{-9}` of the sum of squares.
    scatter : ndarray of float, shape (rows,)
        :math:`S / Q`, in the best case one; NaN where there is no sum of squares.

    Notes
    -----
    :math:`Q` and :math:`T^2 / n` are each known to some 16 digits, and :math:`S` is what remains
    when the one is taken from the other. Where it is :math:`10^{-9}` of them, six or seven of
    its digits remain; values that vary by less than a thirty-thousandth of their mean lie below.

    Examples
    --------
    >>> value, se, _ = state_mean(np.array([12.0]), np.array([3.0]), np.array([50.0]))
    >>> float(value[0]), float(se[0])
    (4.0, 0.5773502691896257)
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = total / count
        left = squares - total * value
        scatter = np.where(squares == 0, np.where(total == 0, 0.0, -np.inf), left / squares)
        known = (count >= 2) & (squares > 0) & (scatter > RESOLVED)
        se = np.sqrt(np.where(known, left, np.nan) / (count - 1.0) / count)
    return np.where(known, value, np.nan), se, np.where(squares < 0, -np.inf, scatter)


def mean_counts(records: Records) -> Counts:
    """Give each row's mean, standard error and count, from sums where those are given.

    Parameters
    ----------
    records : Records
        Of a mean.

    Returns
    -------
    Counts
    """
    value, se = records.event.values, records.size.values
    count = np.full(len(value), np.nan) if records.count is None else records.count.numbers.values
    if records.third is not None:
        count = se
        value, se, _ = state_mean(value, count, records.third.numbers.values)
    return Counts(event=value, lower=value, upper=value, size=se, count=count)


def refuse_sums(records: Records, squares: Covariate, ledger: Ledger) -> None:
    """Refuse sums from which no mean and standard error can be made.

    Parameters
    ----------
    records : Records
    squares : Covariate
        The sum of squares.
    ledger : Ledger
    """
    total, count = records.event.values, records.size.values
    names = f"{records.event_column!r}, {records.size_column!r} and {squares.column!r}"
    ledger.refuse(
        count < 2,
        f"a count below two in column {records.size_column!r}",
        mend="One value shows no variation; leave such units out, or add them to others.",
    )
    _, _, scatter = state_mean(total, count, squares.numbers.values)
    several = count >= 2
    ledger.refuse(
        several & (scatter < -RESOLVED),
        f"the sum of squares in column {squares.column!r} is below what the total and the count "
        "allow",
        mend=f"It must be at least total\u00b2 / count: check that {names} are of the same cases, "
        "and that squares were taken before they were added up.",
    )
    ledger.refuse(
        several & (np.abs(scatter) <= RESOLVED),
        f"no variation can be seen in columns {names}",
        mend="Either all values are the same, or they vary so little about their mean that a sum "
        "of squares doesn't show it: give sums of the values less a round number near their "
        "mean, or the mean and its standard error.",
    )


def refuse_counts(count: Covariate, ledger: Ledger) -> None:
    """Refuse numbers of cases that can't be; one that isn't given is no error.

    Parameters
    ----------
    count : Covariate
    ledger : Ledger
    """
    numbers = count.numbers
    ledger.refuse(
        numbers.is_kind(Kind.TEXT, Kind.PERCENT, Kind.INFINITE, Kind.AMBIGUOUS),
        f"no usable number in {count.place}",
        mend="Say of how many cases each mean is, or leave the cell blank.",
    )
    ledger.refuse(
        numbers.values <= 0,
        f"a count of zero or less in {count.place}",
        mend="A mean is of one case at least.",
    )


def note_uncounted(records: Records, counts: Counts, kept: Mask) -> tuple[str, ...]:
    """Say how many of the means that are kept don't say of how many cases they are.

    Parameters
    ----------
    records : Records
    counts : Counts
    kept : ndarray of bool, shape (rows,)

    Returns
    -------
    tuple of str
        None if they all do, or nothing was to say it.
    """
    unknown = int((np.isnan(counts.count) & kept).sum())
    if records.count is None or not unknown:
        return ()
    return (f"{unknown:,} of {int(kept.sum()):,} means have no {records.count.column!r}",)
