"""What the total would be with normal effects, beside one whose effects aren't."""

import numpy as np

from varstat.estimands.opportunity.gaps import find_goals
from varstat.estimands.opportunity.setting import set_question
from varstat.estimands.opportunity.sums import sum_up
from varstat.estimands.opportunity.words import say_with_normal
from varstat.hierarchical.automatic import was_chosen
from varstat.hierarchical.fit import with_normal_effects
from varstat.hierarchical.posterior import Posterior
from varstat.target.rule import TargetRule


def note_normal(
    posterior: Posterior,
    rule: TargetRule,
    incomparable: str,
    least: float,
    level: float,
    multiplier: float,
) -> tuple[str, ...]:
    """Give a fit's notes, with the total of normal effects where others were chosen.

    Parameters
    ----------
    posterior : Posterior
    rule : TargetRule
    incomparable : {"exclude", "include"}
    least : float
        The share of a unit's case-mix that others must treat for it to be comparable.
    level : float
    multiplier : float
        By which events are multiplied.

    Returns
    -------
    tuple of str
    """
    if not was_chosen(posterior):
        return posterior.design.notes
    setting = set_question(
        with_normal_effects(posterior), rule, incomparable=incomparable, least=least
    )
    none = np.empty((posterior.design.units, 0))
    sums = sum_up(setting, find_goals(setting), level=level, material=np.inf, sets=none)
    return say_with_normal(posterior.design.notes, multiplier * sums.total, level=level)
