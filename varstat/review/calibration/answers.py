"""Answers: what varstat says of a nation's rates, ranks and opportunity, and whether it is so."""

from dataclasses import dataclass

import numpy as np

from varstat.estimands.league.caveats import Bools, find_comparable
from varstat.estimands.opportunity.gaps import find_goals, published
from varstat.estimands.opportunity.plug_in import find_plug_in
from varstat.estimands.opportunity.setting import set_question
from varstat.estimands.opportunity.sums import Sums, sum_up
from varstat.estimands.ranks.ranks import rank_draws
from varstat.estimands.ranks.tally import RankTally
from varstat.estimands.rates.drawn import drawn_rates
from varstat.estimands.rates.rate import reference_rate
from varstat.estimands.slices import draw_slices
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats
from varstat.target.rule import TargetRule

# The share of a unit's case-mix that others must have, as an opportunity has it by default.
_LEAST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Estimates and intervals; of the truth, the truth itself.

    Attributes
    ----------
    rate, rate_lower, rate_upper : ndarray of float, shape (units,)
        At the average case-mix.
    rank_lower, rank_upper : ndarray of float, shape (units,)
        NaN without a direction, and of units that aren't compared.
    gap, gap_lower, gap_upper : ndarray of float, shape (units,)
        Each unit's opportunity, in events; NaN without a target, and of units that carry none.
    total, total_lower, total_upper : float
        Likewise of all units.
    published, plug_in : float
        The total by the point method, on what was reported and on posterior means.
    """

    rate: Floats
    rate_lower: Floats
    rate_upper: Floats
    rank_lower: Floats
    rank_upper: Floats
    gap: Floats
    gap_lower: Floats
    gap_upper: Floats
    total: float
    total_lower: float
    total_upper: float
    published: float
    plug_in: float


def answer(posterior: Posterior, rule: TargetRule | None, *, level: float) -> Answers:
    """Say what is known of a nation.

    Parameters
    ----------
    posterior : Posterior
    rule : TargetRule or None
        None where no opportunity is asked for.
    level : float

    Returns
    -------
    Answers
    """
    rates = drawn_rates(posterior, level=level)
    rank_lower, rank_upper = _ranks(posterior, level=level)
    none = np.full(posterior.design.units, np.nan)
    gap, gap_lower, gap_upper = none, none, none
    total = np.full(5, np.nan)
    if rule is not None:
        sums, point, plug_in, counted = opportunity_of(posterior, rule, level=level)
        gap, gap_lower, gap_upper = (
            np.where(counted, each, np.nan)
            for each in (sums.estimate, sums.part_lower[-1], sums.part_upper[-1])
        )
        ends = np.quantile(sums.total, [0.5 * (1.0 - level), 0.5 * (1.0 + level)])
        total = np.array([sums.total.mean(), *ends, point, plug_in])
    return Answers(
        rate=rates.estimate,
        rate_lower=rates.lower,
        rate_upper=rates.upper,
        rank_lower=rank_lower,
        rank_upper=rank_upper,
        gap=gap,
        gap_lower=gap_lower,
        gap_upper=gap_upper,
        total=float(total[0]),
        total_lower=float(total[1]),
        total_upper=float(total[2]),
        published=float(total[3]),
        plug_in=float(total[4]),
    )


def opportunity_of(
    posterior: Posterior, rule: TargetRule, *, level: float
) -> tuple[Sums, float, float, Bools]:
    """Compute an opportunity without its words.

    Returns
    -------
    sums : Sums
    published, plug_in : float
        Totals by the point method.
    counted : ndarray of bool, shape (units,)
        Who carries an opportunity.
    """
    setting = set_question(posterior, rule, incomparable="exclude", least=_LEAST)
    sets = np.empty((posterior.design.units, 0))
    sums = sum_up(setting, find_goals(setting), level=level, material=np.inf, sets=sets)
    point = float(np.nansum(published(setting)))
    return sums, point, float(find_plug_in(setting, sums).sum()), setting.counted


def _ranks(posterior: Posterior, *, level: float) -> tuple[Floats, Floats]:
    design = posterior.design
    lower, upper = np.full(design.units, np.nan), np.full(design.units, np.nan)
    compared = find_comparable(design)
    if design.direction == "neither" or not compared.any():
        return lower, upper
    tally = RankTally(direction=design.direction)
    for some, effect in draw_slices(posterior, per_draw=design.units):
        tally.add((effect + design.informed(posterior.beta[some]))[:, compared])
    found = tally.finish(level=level)
    lower[compared], upper[compared] = found.lower, found.upper
    return lower, upper


def true_rates(truth: Posterior) -> Floats:
    """Give the rates at the average case-mix of a posterior that is sure of them: (units,)."""
    design, beta = truth.design, truth.beta[:1]
    effect = truth.effects.of_units(0, design.units)[:1]
    theta = beta @ design.reference.T + effect
    return np.asarray(reference_rate(design, beta, theta, truth.transient[:1])[0])


def true_ranks(truth: Posterior, among: Bools) -> Floats:
    """Rank some units of a posterior that is sure of them: (units,), NaN of the others."""
    design = truth.design
    out = np.full(design.units, np.nan)
    if design.direction == "neither" or not among.any():
        return out
    effect = truth.effects.of_units(0, design.units)[:1] + design.informed(truth.beta[:1])
    out[among] = rank_draws(effect[:, among], direction=design.direction)[0]
    return out


def true_gaps(truth: Posterior, rule: TargetRule | None) -> Floats:
    """Give each unit's opportunity in a posterior that is sure of it: (units,), or NaN."""
    if rule is None:
        return np.full(truth.design.units, np.nan)
    sums, _, _, counted = opportunity_of(truth, rule, level=0.5)
    return np.where(counted, sums.estimate, np.nan)
