"""Total opportunities of posteriors, one number a draw."""

import numpy as np

from varstat.estimands.opportunity.gaps import find_goals, gaps_of, unit_blocks
from varstat.estimands.opportunity.setting import Setting
from varstat.measure import Floats


def draw_totals(setting: Setting) -> Floats:
    """Add up the opportunity of all units in every draw, as `compute_opportunity` does.

    Parameters
    ----------
    setting : Setting
        Who is compared with whom.

    Returns
    -------
    ndarray of float, shape (draws,)
        In the events of the data.
    """
    goals = find_goals(setting)
    total = np.zeros(setting.posterior.draws)
    for block in unit_blocks(setting.posterior):
        total += gaps_of(setting, goals, block).value(frozenset(setting.parts)).sum(axis=1)
    return total
