r"""Ranks and quarters as a publisher may have made them, from any rates and in either direction.

Units with the same rate may stand in any order, so that a unit's rank lies between one more than
the number of those better than it and the number of those no worse. Where quarters end, publishers
differ; with rank r of N a quarter is one of

.. math:: \lceil 4r/N \rceil, \quad \lfloor 4(r-1)/N \rfloor + 1, \quad
          1 + \#\{k: r - 1 > k (N-1)/4\}, \quad 1 + \#\{k: r - 1 \ge k (N-1)/4\},

of which the last two are by quantiles of type 7, or the best and the worst
:math:`\lfloor N/4 \rfloor`.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from varstat.measure import Floats
from varstat.review.published.match import Bools, Candidate, most_wrong, texts
from varstat.review.published.text import Counted

# Of pairs of units, those with the same score in an order that says something.
_MOST_TIED = 0.25
_EPS = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """Something by which units may have been put in order.

    Attributes
    ----------
    name, words : str
    score : ndarray of float, shape (units,)
        NaN where a unit has none.
    best : {-1, 0, 1}
        1 where the highest are the best, -1 where the lowest are, 0 where nobody says.
    """

    name: str
    words: str
    score: Floats
    best: int

    def ways(self) -> Iterator[tuple[str, str, Floats]]:
        """Both orders, the likelier first: what to add to the name, to the words, and scores."""
        if self.best:
            yield "", "the best first", self.best * self.score
            yield ":worst-first", "the worst first", -self.best * self.score
        else:
            yield ":highest-first", "the highest first", self.score
            yield ":lowest-first", "the lowest first", -self.score


def rank_candidates(printed: Floats, bases: list[Base]) -> list[Candidate]:
    """Give the methods by which ranks may have been made.

    Parameters
    ----------
    printed : ndarray of float, shape (units,)
        NaN where none can be read.
    bases : list of Base

    Returns
    -------
    list of Candidate
    """
    known = np.isfinite(printed)
    bases = _scored(bases, known)
    found = [
        _rank_candidate(printed, base, suffix, way, score)
        for base in bases
        for suffix, way, score in base.ways()
    ]
    if np.sum(printed[known] > known.sum()) > most_wrong(int(known.sum())):
        # These units are some of those that were ranked.
        among = printed.copy()
        among[known] = rankdata(printed[known])
        found = [
            _rank_candidate(among, base, suffix, f"{way}, among more units than these", score)
            for base in bases
            for suffix, way, score in base.ways()
        ] + found
    return found


def _scored(bases: list[Base], known: Bools) -> list[Base]:
    """Keep those that score most of the units; sizes only if they tell them apart.

    What is alike for all agrees with any order. Of rates that is as it should be.
    """
    return [
        each
        for each in bases
        if np.isfinite(each.score[known]).sum() > 0.5 * known.sum()
        and (each.name != "size" or _share_tied(each.score[known]) <= _MOST_TIED)
    ]


def _share_tied(score: Floats) -> float:
    """Probability that two units drawn with replacement have the same score."""
    groups = np.unique(score[np.isfinite(score)], return_counts=True)[1]
    return float(np.sum((groups / groups.sum()) ** 2))


def _rank_candidate(printed: Floats, base: Base, suffix: str, way: str, score: Floats) -> Candidate:
    first, last = _ranges(np.where(np.isfinite(printed), score, np.nan))
    wrong = (printed < first - _EPS) | (printed > last + _EPS)
    dense = _dense(score, np.isfinite(printed))
    apart = np.abs(printed - dense) > _EPS
    if apart.sum() < wrong.sum():
        first, last, wrong = dense, dense, apart
    if wrong.sum() > most_wrong(int(np.isfinite(first).sum())):
        # One unit in a wrong place moves all those between: it alone is wrong.
        out = _out_of_order(printed, first)
        wrong = out if out.sum() < wrong.sum() else wrong

    def fits(i: int, j: int) -> bool:
        return bool(first[j] - _EPS <= printed[i] <= last[j] + _EPS)

    return Candidate(
        name=f"{base.name}{suffix}",
        words=f"{base.words}, {way}",
        wrong=wrong & np.isfinite(first),
        fits=fits,
        given=texts(first),
    )


def _ranges(score: Floats) -> tuple[Floats, Floats]:
    """First and last rank that a unit may have, the highest score first; NaN without a score."""
    known = np.isfinite(score)
    ordered = np.sort(score[known])
    step = _EPS * max(float(np.max(np.abs(ordered), initial=0.0)), 1e-300)
    first, last = np.full(score.size, np.nan), np.full(score.size, np.nan)
    first[known] = 1.0 + ordered.size - np.searchsorted(ordered, score[known] + step, "right")
    last[known] = ordered.size - np.searchsorted(ordered, score[known] - step, "left")
    return first, last


def _dense(score: Floats, known: Bools) -> Floats:
    """Ranks without gaps after ties."""
    out = np.full(score.size, np.nan)
    here = known & np.isfinite(score)
    out[here] = rankdata(-score[here], method="dense")
    return out


def _out_of_order(printed: Floats, rank: Floats) -> Bools:
    """Mark the fewest units without which the printed order is that of the ranks."""
    here = np.flatnonzero(np.isfinite(printed) & np.isfinite(rank))
    order = here[np.lexsort((rank[here], printed[here]))]
    tails: list[float] = []
    at: list[int] = []
    before = np.full(order.size, -1)
    for i, unit in enumerate(order):
        place = bisect_right(tails, rank[unit])
        before[i] = at[place - 1] if place else -1
        if place == len(tails):
            tails.append(float(rank[unit]))
            at.append(i)
        else:
            tails[place], at[place] = float(rank[unit]), i
    out = np.zeros(printed.size, dtype=np.bool_)
    out[here] = True
    step = at[-1] if at else -1
    while step >= 0:
        out[order[step]] = False
        step = int(before[step])
    return out


def _by_quantiles(rank: Floats, number: int, *, open_: bool) -> Floats:
    quarter = np.ones(rank.size)
    for k in (1, 2, 3):
        end = k * (number - 1) / 4.0
        quarter += (rank - 1.0 >= end - _EPS) if open_ else (rank - 1.0 > end + _EPS)
    return quarter


def _cuts(rank: Floats, number: int) -> list[Floats]:
    """Quarters of ranks by each of the ways to end one."""
    size = number // 4
    middle = np.where(2.0 * rank <= number, 2.0, 3.0)
    return [
        np.ceil(4.0 * rank / number - _EPS),
        np.floor(4.0 * (rank - 1.0) / number + _EPS) + 1.0,
        _by_quantiles(rank, number, open_=False),
        _by_quantiles(rank, number, open_=True),
        np.where(rank <= size, 1.0, np.where(rank > number - size, 4.0, middle)),
    ]


def quarter_candidates(printed: Floats, counted: Counted, bases: list[Base]) -> list[Candidate]:
    """Give the methods by which quarters may have been made.

    Parameters
    ----------
    printed : ndarray of float, shape (units,)
        1 to 4; 2.5 is either of the middle, NaN none.
    counted : {"merit", "value", "number"}
    bases : list of Base

    Returns
    -------
    list of Candidate
    """
    found = []
    for base in _scored(bases, np.isfinite(printed)):
        for suffix, way, score in base.ways():
            upwards = "lowest" in way or ("best" in way and base.best < 0)
            upwards |= "worst" in way and base.best > 0
            if counted == "merit" and "worst" in way:
                continue
            if counted == "value" and not upwards:
                continue
            first, last = _ranges(score)
            number = int(np.isfinite(first).sum())
            found += [
                _quarter_candidate(printed, base, suffix, way, ends)
                for ends in zip(
                    _cuts(first, max(number, 1)), _cuts(last, max(number, 1)), strict=True
                )
            ]
    return found


def _quarter_candidate(
    printed: Floats, base: Base, suffix: str, way: str, ends: tuple[Floats, Floats]
) -> Candidate:
    low, high = ends
    # Either of the middle is right where one of them is.
    least = np.where(printed == 2.5, 2.0, printed)
    most = np.where(printed == 2.5, 3.0, printed)

    def fits(i: int, j: int) -> bool:
        return bool(least[i] <= high[j] and most[i] >= low[j])

    return Candidate(
        name=f"{base.name}{suffix}",
        words=f"quarters of {base.words}, {way}",
        wrong=((least > high) | (most < low)) & np.isfinite(low),
        fits=fits,
        given=texts(low),
    )
