r"""Where each unit may stand, with no model of how units differ: sets from estimates and errors.

Each set is built from which other units are significantly better and which significantly worse.
A posterior's rank interval is right on average over units drawn from a population; these sets
are right for every unit, whatever the others, and so are much wider.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError, UsageError
from varstat.estimands.ranks.ranks import check_level, is_higher_better
from varstat.measure import Direction, Floats
from varstat.measure.lock import lock_arrays

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Pairs of more units take minutes.
MOST_UNITS = 1000
# Draws worked on at a time: with a thousand units, a block that stays in the cache.
_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankSets:
    """Confidence sets of ranks, 1 best, one element a unit; every array is locked.

    Attributes
    ----------
    level : float
    lower, upper : ndarray of int, shape (units,)
        Each unit's set by itself holds its rank with at least probability `level`.
    all_lower, all_upper : ndarray of int, shape (units,)
        All sets together hold all ranks with at least probability `level`.
    """

    level: float
    lower: Ints
    upper: Ints
    all_lower: Ints
    all_upper: Ints

    def __post_init__(self) -> None:
        lock_arrays(self)


def find_rank_sets(
    estimate: Floats,
    se: Floats,
    *,
    direction: Direction,
    seed: int,
    level: float = 0.95,
    stepdown: bool = True,
    draws: int = 10_000,
) -> RankSets:
    r"""Find confidence sets for units' ranks.

    With :math:`t_{jk} = (x_j - x_k) / \sqrt{s_j^2 + s_k^2}` where higher is better, unit j is
    significantly better than k if :math:`t_{jk} > c`, where c is the `level` quantile of

    .. math:: \max_{(j,k) \in H} \frac{Z_j - Z_k}{\sqrt{s_j^2 + s_k^2}}, \qquad
              Z_j \sim N(0, s_j^2) \text{ independent},

    drawn `draws` times. H holds, for a unit's own set, the pairs with that unit, and for all sets
    together all pairs, in both orders. With `stepdown`, pairs found significant leave H, and c is
    found again until no more are. If :math:`N^+_j` units are significantly better and
    :math:`N^-_j` significantly worse, the set is :math:`\{N^+_j + 1, \dots, N - N^-_j\}`.

    Parameters
    ----------
    estimate : ndarray of float, shape (units,)
        On a scale on which they are about normal, such as log or logit; independent of each
        other.
    se : ndarray of float, shape (units,)
        Strictly positive.
    direction : {"higher-is-better", "lower-is-better"}
    seed : int
        Of the draws.
    level : float
        In (0, 1).
    stepdown : bool
    draws : int

    Returns
    -------
    RankSets

    Raises
    ------
    ModelError
        If there are over 1,000 units, the direction is "neither", or an estimate has no error.
    UsageError
        If the level isn't in (0, 1), or there are too few draws for it.

    Notes
    -----
    Where few events are expected, estimates are far from normal: no death among 47 has an arcsine
    estimate of 0, and the error that goes with it is far too small, so that the 95% set of that
    hospital is one rank, where its exact posterior has ten. Of counts use `find_count_rank_sets`.

    References
    ----------
    .. [1] Mogstad, Romano, Shaikh & Wilhelm (2024). Inference for ranks with applications to
       mobility across neighborhoods and academic achievement across countries. Rev Econ Stud
       91(1), 476-518. doi:10.1093/restud/rdad006
    .. [2] Romano & Wolf (2005). Exact and approximate stepdown methods for multiple hypothesis
       testing. JASA 100(469), 94-108. doi:10.1198/016214504000000539

    Examples
    --------
    >>> sets = find_rank_sets(np.array([0.0, 0.1, 5.0]), np.full(3, 0.5),
    ...                       direction="lower-is-better", seed=1)
    >>> sets.lower, sets.upper
    (array([1, 1, 3]), array([2, 2, 3]))
    """
    check_level(level)
    sign = 1.0 if is_higher_better(direction) else -1.0
    units = estimate.size
    refuse_many(units)
    if draws * (1.0 - level) < 1:
        raise UsageError("draws", "there are too few draws to find the quantile of the level.")
    x, error = sign * estimate, np.asarray(se)
    if not (np.isfinite(x).all() and np.isfinite(error).all() and (error > 0).all()):
        raise ModelError(
            "rank sets",
            "an estimate or its error isn't a number, or an error isn't above zero. Of counts use "
            "find_count_rank_sets, which takes any.",
        )
    noise = np.random.default_rng(seed).standard_normal((units, draws), dtype=np.float32)
    comparison = _Comparison(x, error, noise=noise, level=level, stepdown=stepdown)
    (worse, better), (all_worse, all_better) = comparison.by_unit(), comparison.together()
    return RankSets(
        level=level,
        lower=1 + better,
        upper=units - worse,
        all_lower=1 + all_better,
        all_upper=units - all_worse,
    )


def refuse_many(units: int) -> None:
    """Refuse more units than can be compared in pairs.

    Raises
    ------
    ModelError
        If there are over 1,000.
    """
    if units > MOST_UNITS:
        raise ModelError(
            "rank sets",
            f"over {MOST_UNITS:,} units have too many pairs to compare. Use the ranks of the "
            "posterior, or fewer units.",
        )


class _Comparison:
    """All pairs of units, compared with what chance alone would do.

    Pairs are arrays of shape (units, 2, units): at [j, 0, k] that j is better than k, at
    [j, 1, k] that k is better than j.
    """

    def __init__(
        self,
        estimate: Floats,
        error: Floats,
        *,
        noise: NDArray[np.float32],
        level: float,
        stepdown: bool,
    ) -> None:
        self.units, self.draws = noise.shape
        scale = 1.0 / np.hypot(error[:, None], error[None, :])
        t = (estimate[:, None] - estimate[None, :]) * scale
        self.distance = np.stack([t, -t], axis=1)
        self.scale = scale.astype(np.float32)
        self.noise = noise * error[:, None].astype(np.float32)
        self.place = min(int(np.ceil((self.draws + 1) * level)), self.draws) - 1
        self.stepdown = stepdown

    def by_unit(self) -> tuple[Ints, Ints]:
        """For each unit by itself, how many are significantly worse and better."""
        rest = np.broadcast_to(~np.eye(self.units, dtype=np.bool_)[:, None, :], self.distance.shape)
        rest = rest.copy()
        found = np.zeros_like(rest)
        rows = np.arange(self.units)
        while rows.size:
            highest = np.array([self._highest(unit, rest[unit]) for unit in rows.tolist()])
            critical = np.partition(highest, self.place, axis=1)[:, self.place]
            beyond = rest[rows] & (self.distance[rows] > critical[:, None, None])
            found[rows] |= beyond
            rest[rows] &= ~beyond
            rows = rows[beyond.any(axis=(1, 2)) & self.stepdown]
        worse, better = found.sum(axis=2).T
        return worse, better

    def together(self) -> tuple[Ints, Ints]:
        """For all pairs at once, how many are significantly worse and better than each unit."""
        later = np.triu(np.ones((self.units, self.units), dtype=np.bool_), 1)
        rest = np.repeat(later[:, None, :], 2, axis=1)
        found = np.zeros_like(rest)
        more = self.units > 0
        while more:
            highest = np.full(self.draws, -np.inf, dtype=np.float32)
            for unit in range(self.units):
                np.maximum(highest, self._highest(unit, rest[unit]), out=highest)
            critical = np.partition(highest, self.place)[self.place]
            beyond = rest & (self.distance > critical)
            found |= beyond
            rest &= ~beyond
            more = self.stepdown and bool(beyond.any())
        worse = found[:, 0].sum(axis=1) + found[:, 1].sum(axis=0)
        better = found[:, 1].sum(axis=1) + found[:, 0].sum(axis=0)
        return worse, better

    def _highest(self, unit: int, rest: Bools) -> NDArray[np.float32]:
        """Furthest that chance alone puts any of these pairs apart, in each draw."""
        highest = np.full(self.draws, -np.inf, dtype=np.float32)
        others = np.flatnonzero(rest.any(axis=0))
        if not others.size:
            return highest
        scale, above, below = self.scale[unit, others, None], *rest[:, others]
        everything = bool(above.all() and below.all())
        for start in range(0, self.draws, _AT_ONCE):
            block = self.noise[:, start : start + _AT_ONCE]
            apart = block[unit] - block[others]
            apart *= scale
            out = highest[start : start + _AT_ONCE]
            if everything:
                np.abs(apart, out=apart)
                apart.max(axis=0, out=out)
                continue
            if above.any():
                np.maximum(out, apart[above].max(axis=0), out=out)
            if below.any():
                np.maximum(out, -apart[below].min(axis=0), out=out)
        return highest
