r"""Sums: whether a number is the sum of others, and how surely that isn't chance.

Counts of one row rarely equal the sum of others unless the row is their total; small ones do
all the time (1 + 2 = 3). So agreement alone proves nothing: it is weighed. Where a total
:math:`v` misses its parts' sum by :math:`d`, in a column printed in steps of :math:`r`, an
unrelated number from a range as wide as :math:`w` would come as near with a probability of at
most :math:`p = (2|d| + r) / w`, and would pass for equal with one of :math:`q = (2f + h + r) / w`,
where rounding leaves room for :math:`f` and hidden parts for :math:`h` (they are missed on one side
only: :math:`|d|` counts once). For what is counted
:math:`w = 2\sqrt{v}`, as wide as chance alone makes a count; for sizes it is what the number could
have been. Hidden events may be more than a mark should hide: then only sizes count. Over columns
and cells, equal numbers taken once, the evidence in bits is

.. math:: \max\left\{-\sum \log_2 q,\ -\log_2 \Pr\left(\Gamma_n > -\sum \ln p\right)\right\}

(the second is Fisher's way of combining :math:`n` probabilities, since small ones are to be
expected among many). `REQUIRED` bits beyond the logarithm of the number of guesses make a total, so
that about one table in a thousand has one by chance.
"""

from dataclasses import dataclass

import numpy as np

from varstat.data.account import Mask, Rows
from varstat.data.rows.addends import Addends
from varstat.measure import Floats

REQUIRED = 10.0
# Of the standard deviations of rounding, how many a sum may be off.
WIDTH = 4.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighed:
    """How totals compare with sums.

    Attributes
    ----------
    comparable : ndarray of bool, shape (totals,)
        Where the total is known in some column.
    agree : ndarray of bool, shape (totals,)
        Comparable, and equal in every column that is known, within rounding and what is hidden.
    passing, near : ndarray of float, shape (totals, 2)
        For each column -log2 of the probability to pass for equal by chance, and to come as near;
        zero where they don't agree.
    """

    comparable: Mask
    agree: Mask
    passing: Floats
    near: Floats


def weigh(total: Addends, parts: Addends, *, width: Floats | None = None) -> Weighed:
    """Compare totals with sums of parts.

    Parameters
    ----------
    total, parts : Addends
        Row by row: each total beside the sum that it may be.
    width : ndarray of float, shape (totals,), optional
        How far apart the sizes are that the parts could have had; by default the total itself.

    Returns
    -------
    Weighed
    """
    value = np.abs(total.values)
    gap, fuzz = _miss(total, parts)
    comparable = np.asarray(total.known.any(axis=1), dtype=np.bool_)
    agree = agrees(total, parts)
    window = np.where(fuzz > 1e-6 * (1 + value), 2 * fuzz, 0.0) + parts.most + total.step
    sides = np.where(parts.most > 0, 1, 2)
    close = np.minimum(sides * np.abs(gap) + total.step, window)
    wide = np.where(total.root, 2 * np.sqrt(value), value)
    if width is not None:
        wide[:, 1] = np.minimum(wide[:, 1], width)
    counts = agree[:, None] & total.known & (gap <= fuzz + parts.most)
    passing, nearness = (
        np.where(counts, -np.log2(np.clip(each / np.maximum(wide, 1e-12), 1e-12, 1.0)), 0.0)
        for each in (window, close)
    )
    return Weighed(comparable=comparable, agree=agree, passing=passing, near=nearness)


def agrees(total: Addends, parts: Addends) -> Mask:
    """Say which totals equal their sums in every column that is known.

    Parameters
    ----------
    total, parts : Addends
        Row by row.

    Returns
    -------
    ndarray of bool, shape (totals,)
        As in `Weighed`.
    """
    gap, fuzz = _miss(total, parts)
    equal = ((gap >= -fuzz) & (gap <= fuzz + parts.most)) | ~total.known
    # What a mark hides may be more than it ought to be: then the sizes speak alone.
    equal[:, 0] |= ~parts.known[:, 0] & (gap[:, 0] >= -fuzz[:, 0])
    known, filled = total.known, parts.values > 0
    both = equal[:, 0] & equal[:, 1]
    return np.asarray(
        both & (known[:, 0] | known[:, 1]) & (filled[:, 0] | filled[:, 1]), dtype=np.bool_
    )


def _miss(total: Addends, parts: Addends) -> tuple[Floats, Floats]:
    """By how much totals miss their sums, and by how much rounding lets them."""
    fuzz = 1e-9 * np.abs(total.values) + 1e-9
    if not (total.exact and parts.exact):
        fuzz += WIDTH * np.sqrt(total.variance + parts.variance)
    return total.values - parts.values, fuzz


def add_evidence(weighed: Weighed, total: Addends, who: Rows, number: int) -> Floats:
    """Combine the evidence for each candidate, equal numbers once.

    Parameters
    ----------
    weighed : Weighed
    total : Addends
    who : ndarray of int, shape (totals,)
        The candidate that each total is of, from zero.
    number : int
        Of candidates.

    Returns
    -------
    ndarray of float, shape (candidates,)
        In bits.
    """
    passing, near, terms = np.zeros(number), np.zeros(number), np.zeros(number)
    for at, columns in ((0, (0, 1)), (1, (1,))):
        keyed = np.column_stack([who, *(total.values[:, column] for column in columns)])
        order = np.lexsort((-weighed.near[:, at], *keyed.T[::-1]))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (np.diff(keyed[order], axis=0) != 0).any(axis=1)
        chosen = order[first]
        chosen = chosen[weighed.agree[chosen] & total.known[chosen, at]]
        passing += np.bincount(who[chosen], weights=weighed.passing[chosen, at], minlength=number)
        near += np.bincount(who[chosen], weights=weighed.near[chosen, at], minlength=number)
        terms += np.bincount(who[chosen], minlength=number)
    if np.array_equal(passing, near):
        return passing
    return np.maximum(passing, _combine(near, terms))


def _combine(near: Floats, terms: Floats) -> Floats:
    """Combine probabilities by Fisher's method; all in bits."""
    # Importing scipy takes a tenth of a second, and most tables are printed exactly.
    from scipy.special import gammaincc

    tail = gammaincc(np.maximum(terms, 1.0), near * np.log(2.0))
    return np.asarray(-np.log2(np.maximum(tail, 1e-300)), dtype=np.float64)


def nearly_all(agree: Floats | Rows, comparable: Floats | Rows) -> Mask:
    """Say whether all of a few, or nineteen in twenty of many, agree."""
    return np.asarray((comparable > 0) & (comparable - agree <= comparable // 20), dtype=np.bool_)
