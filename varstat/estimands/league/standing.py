"""Where units stand: ranks, tiers and the target, of joint draws."""

from dataclasses import dataclass

import numpy as np

from varstat.estimands.league.caveats import Bools
from varstat.estimands.monte_carlo import probability_mcse
from varstat.estimands.ranks.exact import can_sum_ranks, sum_ranks
from varstat.estimands.ranks.pairwise import MOST_PAIRED
from varstat.estimands.ranks.ranks import RankSummary
from varstat.estimands.ranks.tally import RankTally
from varstat.estimands.ranks.tiers import Tiers, grade_draws, grade_moments
from varstat.estimands.rates.drawn import effective_of
from varstat.estimands.rates.rate import own_rate, reference_rate
from varstat.estimands.rates.result import Rates
from varstat.estimands.slices import draw_slices
from varstat.estimands.target import Target, pooling_weights
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.storage.layout import members
from varstat.measure import Floats

# What it is worth to part two units rightly, as a share of the cost of parting them wrongly: two
# units on their own are set apart if one is better with a probability above 0.8.
TIER_GAIN = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Where the units of a posterior stand.

    Attributes
    ----------
    ranks : RankSummary or None
        None without a direction.
    tiers : Tiers or None
    target : ndarray of float, shape (draws, groups)
    unit_target : ndarray of float, shape (units,)
        Posterior mean of each unit's target.
    better, better_mcse : ndarray of float, shape (units,)
        Probability of being better than the target.
    compared : ndarray of bool, shape (units,)
        Whose ranks and tiers these are.
    """

    ranks: RankSummary | None
    tiers: Tiers | None
    target: Floats
    unit_target: Floats
    better: Floats
    better_mcse: Floats
    compared: Bools

    def put(self, values: Floats) -> Floats:
        """Give each unit its value; NaN to those that aren't compared."""
        out = np.full(self.compared.size, np.nan)
        out[self.compared] = values
        return out


def stand(
    posterior: Posterior, aim: Target, rates: Rates, compared: Bools, *, level: float
) -> Standing:
    """Go through the draws once: ranks, tiers and the target are all of joint draws.

    Parameters
    ----------
    posterior : Posterior
    aim : Target
    rates : Rates
    compared : ndarray of bool, shape (units,)
        Who is ranked.
    level : float
        Of the intervals of ranks.

    Returns
    -------
    Standing
    """
    design = posterior.design
    ranked = design.direction != "neither" and bool(compared.any())
    drawn = ranked and not (compared.all() and can_sum_ranks(posterior))
    tally = (
        RankTally(direction=design.direction) if drawn and design.direction != "neither" else None
    )
    few = int(compared.sum()) <= MOST_PAIRED
    kept: list[Floats] = []
    targets: list[Floats] = []
    hits = np.zeros(design.units)
    won: list[Floats] = []
    for some, effect in draw_slices(posterior, per_draw=design.units):
        standing = (effect + design.informed(posterior.beta[some]))[:, compared]
        if tally is not None:
            tally.add(standing)
        if ranked and few:
            kept.append(standing)
        target, rate = _targets(posterior, aim, some, effect)
        aimed = aim.of_units(target)
        lower = design.direction == "lower-is-better"
        # Who is its own target is neither better nor worse.
        better = ((rate < aimed) if lower else (rate > aimed)) + 0.5 * (rate == aimed)
        hits += better.sum(axis=0)
        if not posterior.independent:
            won.append(better)
        targets.append(target)
    probability = hits / posterior.draws
    series = np.concatenate(won) if won else np.empty((posterior.draws, 1))
    effective = np.broadcast_to(effective_of(posterior, series), design.units)
    ranks, tiers = None, None
    if ranked and design.direction != "neither":
        chains = None if posterior.independent else posterior.chains
        ranks = (
            sum_ranks(posterior, level=level)
            if tally is None
            else tally.finish(level=level, chains=chains)
        )
        tally = None  # The ranks of many units in many draws take most of the memory.
        tiers = (
            grade_draws(np.concatenate(kept), direction=design.direction, gain=TIER_GAIN)
            if few
            else grade_moments(
                *_moments(posterior, rates, compared),
                direction=design.direction,
                gain=TIER_GAIN,
            )
        )
    target = np.concatenate(targets)
    return Standing(
        ranks=ranks,
        tiers=tiers,
        target=target,
        unit_target=np.broadcast_to(aim.of_units(target.mean(axis=0)), design.units),
        better=probability,
        better_mcse=probability_mcse(probability, effective),
        compared=compared,
    )


def _moments(posterior: Posterior, rates: Rates, compared: Bools) -> tuple[Floats, Floats]:
    """Mean and SD of what is ranked, of each unit that is compared."""
    design = posterior.design
    total, square = np.zeros((2, int(compared.sum())))
    if not members(design.locations, "inform"):
        return rates.effect[compared], rates.effect_sd[compared]
    for some, effect in draw_slices(posterior, per_draw=design.units):
        standing = (effect + design.informed(posterior.beta[some]))[:, compared]
        total += standing.sum(axis=0)
        square += (standing**2).sum(axis=0)
    mean = total / posterior.draws
    return mean, np.sqrt(np.maximum(square / posterior.draws - mean**2, 0.0))


def _targets(
    posterior: Posterior, aim: Target, some: slice, effect: Floats
) -> tuple[Floats, Floats]:
    """Give targets (draws, groups) and units' rates at the reference case-mix (draws, units)."""
    design = posterior.design
    beta, transient = posterior.beta[some], posterior.transient[some]
    rate = reference_rate(design, beta, beta @ design.reference.T + effect, transient)
    of = own_rate(design, beta, effect, transient) if aim.rule.kind == "pooled" else rate
    return aim.of_rates(of, pooling_weights(posterior)), rate
