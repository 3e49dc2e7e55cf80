"""What is asked of a posterior without one of its units: total, target and tau."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.estimands.opportunity.gaps import find_goals, gaps_of, unit_blocks
from varstat.estimands.opportunity.setting import Setting, set_question
from varstat.estimands.rates.rate import reference_rate
from varstat.estimands.rates.summed import prune
from varstat.estimands.target import Target, make_target, pooling_weights
from varstat.hierarchical.left_out import log_contributions
from varstat.hierarchical.posterior import Posterior, Stored
from varstat.measure import Floats
from varstat.review.score import some_draws
from varstat.target.rule import TargetRule

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What is asked of a posterior with and without a unit.

    Attributes
    ----------
    posterior : Posterior
        Of a few draws, held in memory.
    setting : Setting or None
        None without an opportunity.
    aim : Target
    compared : ndarray of bool, shape (units,)
        Who sets the target.
    rate : ndarray of float, shape (draws, units)
        At the reference case-mix.
    tau : ndarray of float, shape (draws,)
    """

    posterior: Posterior
    setting: Setting | None
    aim: Target
    compared: Bools
    rate: Floats
    tau: Floats

    def total(self, without: int | None = None) -> Floats:
        """Total opportunity in each draw, without a unit."""
        setting = self.setting
        if setting is None:
            return np.full(self.posterior.draws, np.nan)
        if without is not None:
            setting = _take_out(setting, without)
        goals, total = find_goals(setting), np.zeros(self.posterior.draws)
        for block in unit_blocks(setting.posterior):
            gaps = gaps_of(setting, goals, block).value(frozenset(setting.parts))
            total += gaps.sum(axis=1)
        return total

    def own(self) -> Floats:
        """Each unit's own opportunity, on average."""
        setting = self.setting
        if setting is None:
            return np.full(self.posterior.design.units, np.nan)
        goals, own = find_goals(setting), np.empty(self.posterior.design.units)
        for block in unit_blocks(setting.posterior):
            gaps = gaps_of(setting, goals, block).value(frozenset(setting.parts))
            own[block.units] = gaps.mean(axis=0)
        return own

    def target(self, without: int | None = None) -> Floats:
        """Target rate in each draw, without a unit; NaN where units' differ."""
        members = self.compared.copy()
        if without is not None:
            members[without] = False
        if self.aim.groups > 1 or not members.any():
            return np.full(self.posterior.draws, np.nan)
        aim = replace(self.aim, members=members)
        return aim.of_rates(self.rate, pooling_weights(self.posterior))[:, 0]


def ask_posterior(
    posterior: Posterior, rule: TargetRule, *, draws: int, compared: Bools, valued: bool
) -> Question:
    """Take some draws of a posterior into memory, and settle what is asked of them.

    Parameters
    ----------
    posterior : Posterior
    rule : TargetRule
    draws : int
    compared : ndarray of bool, shape (units,)
        Who sets the target; all if none does.
    valued : bool
        Whether there is an opportunity.

    Returns
    -------
    Question

    Raises
    ------
    VarstatError
        If there is no such target, or no such opportunity.
    """
    at, effect = some_draws(posterior, draws)
    posterior = replace(
        posterior, hyper=posterior.hyper[at], effects=Stored(effect=effect), lattice=None, chains=1
    )
    design = posterior.design
    if not compared.any():
        compared = np.ones(design.units, dtype=np.bool_)
    setting = None
    if valued:
        setting = set_question(posterior, rule, incomparable="exclude", least=0.5)
    beta, natural = posterior.beta, posterior.natural()
    return Question(
        posterior=posterior,
        setting=setting,
        aim=make_target(design, rule, members=compared)[0],
        compared=compared,
        rate=reference_rate(design, beta, beta @ design.reference.T + effect, posterior.transient),
        tau=np.mean([natural[name] for name in design.taus], axis=0),
    )


def _take_out(setting: Setting, unit: int) -> Setting:
    """Take a unit out of the sum and of what sets the target."""

    def without(target: Target) -> Target:
        members = target.members.copy()
        members[unit] = False
        return replace(target, members=members) if members.any() else target

    counted, eligible = setting.counted.copy(), setting.eligible.copy()
    counted[unit] = eligible[unit] = False
    return replace(
        setting,
        counted=counted,
        eligible=eligible,
        among=without(setting.among),
        among_all=without(setting.among_all),
        crude=without(setting.crude),
        crude_all=without(setting.crude_all),
    )


def sum_tau(posterior: Posterior) -> Floats | None:
    """Sum the relative change of tau without each unit; None where there is no lattice.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    ndarray of float, shape (units,), or None
    """
    if posterior.lattice is None:
        return None
    lattice, design = prune(posterior.lattice), posterior.design
    at = len(design.locations)
    tau = np.exp(lattice.h[:, at : at + len(design.taus)]).mean(axis=1)
    log_weight = np.log(lattice.weight)[:, None] - log_contributions(design, lattice.h)
    weight = np.exp(log_weight - log_weight.max(axis=0))
    return np.asarray(tau @ (weight / weight.sum(axis=0)) / (lattice.weight @ tau) - 1.0)
