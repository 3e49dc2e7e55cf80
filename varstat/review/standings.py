"""Where units stand in a posterior whose draws may be weighted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.estimands.league.caveats import find_comparable
from varstat.estimands.ranks.ranks import double_ranks, quartile_size
from varstat.estimands.slices import draw_slices
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

Strings = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standings:
    """Ranks by one or several sets of weights; NaN for a unit that can't be compared.

    Attributes
    ----------
    unit : ndarray of object, shape (units,)
        In the order of the design.
    rank : ndarray of float, shape (weights, units)
        Expected rank; 1 is best.
    p_best, p_worst : ndarray of float, shape (weights, units)
        Probability of the best and of the worst quarter.
    """

    unit: Strings
    rank: Floats
    p_best: Floats
    p_worst: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)


def stand_units(posterior: Posterior, weight: Floats | None = None) -> Standings:
    """Rank the units of a posterior, as its league table does.

    Parameters
    ----------
    posterior : Posterior
        With a direction.
    weight : ndarray of float, shape (draws, weights), optional
        Each column adds to one; equal weights unless given. A draw whose weights are all 0 is
        passed over.

    Returns
    -------
    Standings

    Raises
    ------
    ModelError
        If the direction is "neither".
    """
    design = posterior.design
    compared = find_comparable(design)
    if weight is None:
        weight = np.full((posterior.draws, 1), 1.0 / posterior.draws)
    quarter = quartile_size(max(int(compared.sum()), 1))
    last = 2 * (int(compared.sum()) - quarter + 1)
    found = np.zeros((3, weight.shape[1], int(compared.sum())))
    for some, effect in draw_slices(posterior, per_draw=design.units):
        here = weight[some]
        used = here.any(axis=1)
        if not used.any():
            continue
        here = here[used].T
        level = (effect + design.informed(posterior.beta[some]))[used][:, compared]
        double = double_ranks(level, direction=design.direction)
        for row, value in enumerate((0.5 * double, double <= 2 * quarter, double >= last)):
            found[row] += here @ np.asarray(value, dtype=float)
    out = np.full((3, weight.shape[1], design.units), np.nan)
    out[..., compared] = found
    return Standings(unit=design.unit, rank=out[0], p_best=out[1], p_worst=out[2])
