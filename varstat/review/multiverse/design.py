"""Design: which specifications of a multiverse are run, all of them or a sample."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

import numpy as np

from varstat.review.multiverse.axes import Axis

# Option by axis.
Choice = Mapping[str, str]
Refuse = Callable[[Choice], str | None]
# Up to so many specifications all are run.
MOST = 256
# Tries at completing a pair of options to a specification.
_TRIES = 20
_Pair = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The specifications that are run.

    Attributes
    ----------
    choices : tuple of mapping of str to str
        The user's own first.
    possible : int
        How many combinations there are, defensible or not.
    sampled : bool
        Whether they are too many for all to be run.
    left_out : mapping of str to int
        How many combinations were left out for each reason; of a sample, of those met.
    unpaired : int
        Pairs of options that no specification of a sample has.
    """

    choices: tuple[Choice, ...]
    possible: int
    sampled: bool
    left_out: Mapping[str, int]
    unpaired: int


def plan_specifications(
    axes: Sequence[Axis], refuse: Refuse, *, seed: int, most: int = MOST
) -> Plan:
    """Choose the specifications to run: all, or a sample in which every two options meet.

    Parameters
    ----------
    axes : sequence of Axis
    refuse : callable
        Gives the reason why a combination is left out, or None.
    seed : int
    most : int
        Up to so many all are run, and of more at most so many.

    Returns
    -------
    Plan

    References
    ----------
    .. [1] Cohen, Dalal, Fredman & Patton (1997). The AETG system: an approach to testing based on
       combinatorial design. IEEE Trans Softw Eng 23(7), 437-444. doi:10.1109/32.605761
    """
    possible = prod(len(axis.options) for axis in axes)
    left: Counter[str] = Counter()
    if possible > most:
        rows, unpaired = _cover(axes, refuse, left, np.random.default_rng([seed, 17]), most)
    else:
        rows, unpaired = list(_allowed(axes, refuse, left)), 0
    return Plan(
        choices=tuple(_choice(axes, row) for row in rows),
        possible=possible,
        sampled=possible > most,
        left_out=dict(left),
        unpaired=unpaired,
    )


def _choice(axes: Sequence[Axis], row: Sequence[int]) -> Choice:
    return {axis.name: axis.names[at] for axis, at in zip(axes, row, strict=True)}


def _allowed(axes: Sequence[Axis], refuse: Refuse, left: Counter[str]) -> Iterator[tuple[int, ...]]:
    """Go through all combinations that aren't left out; the user's own is first, and never is."""
    for row in product(*(range(len(axis.options)) for axis in axes)):
        why = refuse(_choice(axes, row)) if any(row) else None
        if why is None:
            yield row
        else:
            left[why] += 1


def _cover(
    axes: Sequence[Axis],
    refuse: Refuse,
    left: Counter[str],
    rng: np.random.Generator,
    most: int,
) -> tuple[list[tuple[int, ...]], int]:
    """Choose rows greedily until every two options of two axes meet in one of them."""
    sizes = [len(axis.options) for axis in axes]
    rows = [(0,) * len(sizes)]
    open_pairs = dict.fromkeys(
        (i, a, j, b)
        for i, j in combinations(range(len(sizes)), 2)
        for a, b in product(range(sizes[i]), range(sizes[j]))
    )
    never = 0
    _strike(open_pairs, rows[0])
    while open_pairs and len(rows) < most:
        pair = next(iter(open_pairs))
        best = _complete(axes, sizes, pair, open_pairs, refuse, left, rng)
        if best is None:
            del open_pairs[pair]
            never += 1
            continue
        rows.append(best)
        _strike(open_pairs, best)
    return rows, never + len(open_pairs)


def _complete(
    axes: Sequence[Axis],
    sizes: Sequence[int],
    pair: _Pair,
    open_pairs: Mapping[_Pair, None],
    refuse: Refuse,
    left: Counter[str],
    rng: np.random.Generator,
) -> tuple[int, ...] | None:
    """Complete a pair to the row that has most of the pairs still open; None if none is allowed."""
    best, most = None, 0
    for attempt in range(_TRIES):
        # What the user has is likeliest to be allowed with it.
        row = [int(rng.integers(size)) if attempt else 0 for size in sizes]
        row[pair[0]], row[pair[2]] = pair[1], pair[3]
        why = refuse(_choice(axes, row)) if any(row) else None
        if why is not None:
            left[why] += 1
            continue
        covered = sum(each in open_pairs for each in _pairs(row))
        if covered > most:
            best, most = tuple(row), covered
    return best


def _pairs(row: Sequence[int]) -> Iterator[_Pair]:
    for i, j in combinations(range(len(row)), 2):
        yield i, row[i], j, row[j]


def _strike(open_pairs: dict[_Pair, None], row: Sequence[int]) -> None:
    for pair in _pairs(row):
        open_pairs.pop(pair, None)
