r"""Where each unit may stand by its counts alone, right however small they are.

As in `sets`, but every pair of units is compared by an exact test given what the two have
together, so that nothing has to be near normal.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from varstat.errors import ModelError
from varstat.estimands.ranks.ranks import check_level, is_higher_better
from varstat.estimands.ranks.sets import RankSets, refuse_many
from varstat.measure import Direction, Floats

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def find_count_rank_sets(
    event: Floats, size: Floats, *, shares: bool, direction: Direction, level: float = 0.95
) -> RankSets:
    r"""Find confidence sets for the ranks of units by their counts.

    That unit j has no higher rate than k is tested given the :math:`y_j + y_k` events of both:
    events out of cases by Fisher's exact test,

    .. math:: Y_j \mid y_j + y_k \sim \text{Hypergeometric}(n_j + n_k,\ n_j,\ y_j + y_k),

    and events of an exposure or an expected number E as a share of them,

    .. math:: Y_j \mid y_j + y_k \sim \text{Binomial}(y_j + y_k,\ E_j / (E_j + E_k)).

    Both orders of every pair are tested, and Holm's steps allow for all tests: with m of them and r
    rejected so far, the smallest p left is rejected if :math:`p \le \alpha / (m - r)`. For a unit's
    own set the tests are those with that unit, for all sets together all. If :math:`N^+_j` units
    are found better and :math:`N^-_j` worse, the set is :math:`\{N^+_j + 1, \dots, N - N^-_j\}`.

    Parameters
    ----------
    event : ndarray of float, shape (units,)
        Whole counts; NaN where withheld. Such a unit is compared with no other: its set is
        everything, and it can only widen those of others.
    size : ndarray of float, shape (units,)
        Cases, whole; or exposures or expected events, above zero.
    shares : bool
        Whether sizes are cases of which events are a share.
    direction : {"higher-is-better", "lower-is-better"}
    level : float
        In (0, 1).

    Returns
    -------
    RankSets

    Raises
    ------
    ModelError
        If there are over 1,000 units, the direction is "neither", or a count isn't whole.
    UsageError
        If the level isn't in (0, 1).

    Notes
    -----
    Nothing is drawn. Each set holds its rank, and all together hold all, with at least the stated
    probability, whatever the rates and however few the events: exact tests reject no more than
    they may, and Holm's steps allow for any dependence. The price is width: with few events no p
    can be small. Neither mid-p nor Barnard's test is taken, of which the first has no guarantee
    and the second takes a search for every pair.

    References
    ----------
    .. [1] Bazylik, Mogstad, Romano, Shaikh & Wilhelm (2024). Finite- and large-sample inference
       for ranks using multinomial data with an application to ranking political parties.
       arXiv:2402.00192
    .. [2] Holm (1979). A simple sequentially rejective multiple test procedure. Scand J Stat 6(2),
       65-70.
    .. [3] Przyborowski & Wilenski (1940). Homogeneity of results in testing samples from Poisson
       series. Biometrika 31(3-4), 313-323. doi:10.1093/biomet/31.3-4.313

    Examples
    --------
    >>> sets = find_count_rank_sets(np.array([0., 40., 90.]), np.array([5., 200., 200.]),
    ...                             shares=True, direction="lower-is-better")
    >>> sets.lower, sets.upper
    (array([1, 1, 2]), array([3, 2, 3]))
    """
    check_level(level)
    lower_better = not is_higher_better(direction)
    units = event.size
    refuse_many(units)
    known = np.isfinite(event) & np.isfinite(size) & (size > 0)
    _check_whole(event[known], size[known], shares=shares)
    p = np.ones((units, units))
    here = np.flatnonzero(known)
    p[np.ix_(here, here)] = _pairs(event[here], size[here], shares=shares)
    # At [j, k]: against the hypothesis that j isn't better than k.
    against = p.T if lower_better else p
    tested = known[:, None] & known[None, :] & ~np.eye(units, dtype=np.bool_)
    better, worse = np.zeros_like(tested), np.zeros_like(tested)
    for unit in here:
        both = np.stack([against[:, unit], against[unit]])
        better[unit], worse[unit] = _step(both, np.tile(tested[unit], (2, 1)), 1.0 - level)
    together = _step(against, tested, 1.0 - level)
    return RankSets(
        level=level,
        lower=1 + better.sum(axis=1),
        upper=units - worse.sum(axis=1),
        all_lower=1 + together.sum(axis=0),
        all_upper=units - together.sum(axis=1),
    )


def _check_whole(event: Floats, size: Floats, *, shares: bool) -> None:
    whole = np.all(event == np.rint(event)) and (not shares or np.all(size == np.rint(size)))
    if not whole:
        raise ModelError(
            "rank sets",
            "a count isn't whole, and exact tests are of whole counts. Use find_rank_sets with "
            "estimates and their errors.",
        )


def _pairs(event: Floats, size: Floats, *, shares: bool) -> Floats:
    """Exact p at [j, k], against the hypothesis that j has no higher rate than k."""
    units = event.size
    p = np.ones((units, units))
    j, k = np.nonzero(event[:, None] * size[None, :] > event[None, :] * size[:, None])
    # Only of pairs in this order is p small; in the other it is over a half.
    if shares:
        together, size_together = event[j] + event[k], size[j] + size[k]
        p[j, k] = stats.hypergeom.sf(event[j] - 1.0, size_together, together, size[j])
    else:
        # The binomial tail as an incomplete beta function.
        p[j, k] = special.betainc(event[j], event[k] + 1.0, size[j] / (size[j] + size[k]))
    return p


def _step(p: Floats, tested: Bools, alpha: float) -> Bools:
    """Reject by Holm's steps."""
    values = np.sort(p[tested])
    if not values.size:
        return np.zeros_like(tested)
    bars = alpha / np.arange(values.size, 0, -1)
    passed = values <= bars
    first = values.size if passed.all() else int(np.argmin(passed))
    return tested & (p <= values[first - 1]) if first else np.zeros_like(tested)
