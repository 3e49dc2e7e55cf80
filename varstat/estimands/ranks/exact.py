r"""Ranks of few units, summed rather than drawn.

Given the hyper-parameters units are independent, so that given :math:`u_i` as well the number of
units better than i is Poisson-binomial, with the probabilities
:math:`P(u_j \succ u_i \mid h, y_j)`. Its distribution is averaged over the nodes of :math:`u_i` and
over the lattice of hyper-parameters.
"""

import numpy as np

from varstat.estimands.ranks.pmf import rank_pmf, summarise_pmf
from varstat.estimands.ranks.ranks import RankSummary
from varstat.estimands.rates.summed import prune, summed_lattice
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.quadrature.fit import nodes_for
from varstat.hierarchical.quadrature.marginal import condition, unpack
from varstat.hierarchical.quadrature.quantile import tabulate
from varstat.measure import Floats

# Above this many probabilities a lattice point, ranks are drawn: summing would take minutes.
_MOST = 60_000
# What a lattice point may weigh beside the heaviest and be left out, for so many hyper-parameters.
# Of three a lattice has thousands of points; half of them move no expected rank by 2e-4.
_SLIGHT = {1: 1e-7, 2: 1e-7, 3: 1e-5}


def can_sum_ranks(posterior: Posterior) -> bool:
    """Whether ranks can be summed: a lattice, and few units."""
    design = posterior.design
    nodes = nodes_for(design) * design.effects.parts
    return posterior.lattice is not None and design.units**2 * nodes <= _MOST


def sum_ranks(posterior: Posterior, *, level: float) -> RankSummary:
    """Sum the distribution of every unit's rank.

    Parameters
    ----------
    posterior : Posterior
        Of few units, with a lattice (`can_sum_ranks`).
    level : float

    Returns
    -------
    RankSummary
    """
    return summarise_pmf(rank_distribution(posterior), level=level)


def rank_distribution(posterior: Posterior) -> Floats:
    """Probability of each rank: shape (units, units), rank 1 in the first column."""
    design, lattice = posterior.design, summed_lattice(posterior)
    lattice = prune(lattice, _SLIGHT[lattice.z.shape[1]])
    pmf = np.zeros((design.units, design.units))
    for h, weight in zip(lattice.h, lattice.weight, strict=True):
        hyper = unpack(design, h[None])
        at = condition(design, hyper, nodes=nodes_for(design))
        effect = at.effect[0].transpose(1, 0, 2).reshape(design.units, -1)
        share = at.share[0].transpose(1, 0, 2).reshape(design.units, -1)
        tables = tabulate(design, hyper)
        # What is ranked is the effect and what the unit's own columns say of it.
        shift = np.broadcast_to(design.informed(h[None, : len(design.locations)])[0], design.units)
        at_level = effect + shift[:, None]
        below = (
            tables.spread(effect.size)
            .probability(np.repeat(at_level.reshape(-1, 1), design.units, axis=1) - shift)[0]
            .reshape(*effect.shape, design.units)
        )
        beats = 1.0 - below if design.direction == "higher-is-better" else below
        pmf += weight * rank_pmf(beats, share)
    return pmf
