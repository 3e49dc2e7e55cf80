"""Quarters of a ranking, and whether they are found again in another."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.estimands.ranks.ranks import quartile_size
from varstat.measure import Floats

Integers = NDArray[np.int64]
# The best quarter and the worst.
BEST, WORST = 0, 3
QUARTERS = ("best", "second", "third", "worst")


def number_quarters(score: Floats, rng: np.random.Generator) -> Integers:
    """Number the quarter of each unit in each data set, from 0, the best.

    Parameters
    ----------
    score : ndarray of float, shape (sets, units)
        The higher, the better. Ties are broken by lot.
    rng : Generator

    Returns
    -------
    ndarray of int, shape (sets, units)
        Best and worst quarter have max(1, N // 4) units each.

    Examples
    --------
    >>> number_quarters(np.array([[5.0, 1.0, 4.0, 2.0, 3.0]]), np.random.default_rng(1))
    array([[0, 3, 1, 2, 2]])
    """
    place = places(score, rng)
    units = score.shape[1]
    top = quartile_size(units)
    quarter = np.where(2 * place < units - 1, 1, 2)
    quarter[place < top] = BEST
    quarter[place >= units - top] = WORST
    return quarter


def places(score: Floats, rng: np.random.Generator) -> Integers:
    """Give each unit's place in each data set, from 0, the best; ties are broken by lot.

    Parameters
    ----------
    score : ndarray of float, shape (sets, units)
    rng : Generator

    Returns
    -------
    ndarray of int, shape (sets, units)
    """
    sets, units = score.shape
    lot = rng.permuted(np.broadcast_to(np.arange(units), (sets, units)), axis=1)
    order = np.take_along_axis(
        lot, np.argsort(-np.take_along_axis(score, lot, axis=1), axis=1, kind="stable"), axis=1
    )
    place = np.empty((sets, units), dtype=np.int64)
    np.put_along_axis(place, order, np.broadcast_to(np.arange(units), (sets, units)), axis=1)
    return place


def found_again(first: Integers, second: Integers, *, quarter: int = BEST) -> Floats:
    """Give the share of the units of a quarter that are in it again, in each data set.

    Parameters
    ----------
    first, second : ndarray of int, shape (sets, units) or (1, units)
        Quarters.
    quarter : int

    Returns
    -------
    ndarray of float, shape (sets,)
    """
    inside = first == quarter
    both = inside & (second == quarter)
    return np.asarray(both.sum(axis=1) / np.broadcast_to(inside, both.shape).sum(axis=1))


def cross_quarters(first: Integers, second: Integers) -> pd.DataFrame:
    """Give, of the units of each quarter, the share that is in each quarter the next time.

    Parameters
    ----------
    first, second : ndarray of int, shape (sets, units) or (1, units)

    Returns
    -------
    DataFrame
        A row a quarter: `quarter`, then `best, second, third, worst`; rows add to one.
    """
    rows = []
    for quarter, name in enumerate(QUARTERS):
        inside = np.broadcast_to(first == quarter, second.shape)
        number = max(int(inside.sum()), 1)
        shares = {
            other: float(np.sum(inside & (second == at))) / number
            for at, other in enumerate(QUARTERS)
        }
        rows.append({"quarter": name, **shares})
    return pd.DataFrame(rows)


def rank_correlation(first: Floats, second: Floats, rng: np.random.Generator) -> Floats:
    """Spearman's correlation of two scores of the same units, in each data set.

    Parameters
    ----------
    first, second : ndarray of float, shape (sets, units) or (1, units)
    rng : Generator

    Returns
    -------
    ndarray of float, shape (sets,)
    """
    a, b = (places(each, rng) - 0.5 * (each.shape[1] - 1) for each in (first, second))
    square = float(np.sum(a[0] ** 2))
    return np.asarray((a * b).sum(axis=1) / square) if square > 0 else np.zeros(len(b))
