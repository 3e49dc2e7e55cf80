r"""The total opportunity, where a share of what units differ by is unmeasured case-mix.

With :math:`u_i = q_i + c_i`, the target :math:`t^*` is found among the units' own parts q, and a
unit is excused its :math:`c_i` as it is its recorded case-mix:

.. math:: O_i = \max\{0,\ d\,(E_i(\theta_i) - E_i(t^* + c_i))\}.
"""

import numpy as np

from varstat.estimands.opportunity.gaps import expected
from varstat.estimands.opportunity.setting import Setting
from varstat.estimands.unmeasured.own import Split, split_draws
from varstat.estimands.unmeasured.result import UnmeasuredTotal
from varstat.measure import Floats

# Shares of the variance are looked at in steps of one in so many.
_STEPS = 8


def compute_unmeasured_total(
    setting: Setting, total: Floats, *, level: float, multiplier: float
) -> UnmeasuredTotal:
    """Find the total along shares of the variance that are unmeasured case-mix.

    Parameters
    ----------
    setting : Setting
    total : ndarray of float, shape (draws,)
        With no unmeasured case-mix, in the events of the data.
    level : float
        Of the intervals.
    multiplier : float
        By which events are multiplied to be those of a year.

    Returns
    -------
    UnmeasuredTotal
    """
    shares = np.arange(_STEPS) / _STEPS
    found: list[list[Floats]] = [[] for _ in shares]
    found[0].append(total)
    for split in split_draws(setting.posterior, per_draw=setting.design.rows):
        own = _own_events(setting, split)
        for at in range(1, _STEPS):
            goal = _at_target(setting, split, float(shares[at]))
            gap = np.where(setting.counted, np.maximum(setting.sign * (own - goal), 0.0), 0.0)
            found[at].append(gap.sum(axis=1))
    totals = [multiplier * np.concatenate(each) for each in found]
    ends = np.array([np.quantile(t, [0.5 * (1.0 - level), 0.5 * (1.0 + level)]) for t in totals])
    return UnmeasuredTotal(
        share=shares,
        estimate=np.array([t.mean() for t in totals]),
        lower=ends[:, 0],
        upper=ends[:, 1],
        level=level,
    )


def _theta(setting: Setting, split: Split) -> Floats:
    """Link-scale rates of units at the reference case-mix: (draws, units)."""
    beta = setting.posterior.beta[split.draws]
    return np.asarray(beta @ setting.design.reference.T + split.effect)


def _own_events(setting: Setting, split: Split) -> Floats:
    """What units would have by their true rates: (draws, units)."""
    posterior = setting.posterior
    return expected(
        setting,
        setting.design,
        posterior.beta[split.draws],
        _theta(setting, split),
        posterior.transient[split.draws],
    )


def _at_target(setting: Setting, split: Split, share: float) -> Floats:
    """What units would have at the target, with their unmeasured case-mix: (draws, units)."""
    posterior, design, target = setting.posterior, setting.design, setting.among
    beta, transient = posterior.beta[split.draws], posterior.transient[split.draws]
    excused = split.effect - split.own(share)
    theta = _theta(setting, split) - excused
    if setting.rule.kind != "similar":
        level = target.of_units(target.levels(design, beta, theta, transient))
        return expected(setting, design, beta, level + excused, transient)
    volume = setting.reported.volume
    rate = target.of_rates(expected(setting, design, beta, theta, transient) / volume, volume)
    return np.asarray(volume * design.from_link(design.to_link(rate) + excused))
