"""Rates of units: what is known of each, and where that says nothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from varstat.hierarchical.model.design import Design
from varstat.measure import Floats

# An SD this many times what an interval would say of a normal is that of a tail beyond it.
_HEAVY = 4.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    r"""Rates of the units, one element each.

    Attributes
    ----------
    estimate, sd : ndarray of float, shape (units,)
        Posterior mean and SD at the average case-mix; see `find_heavy_tails` for where they say
        nothing.
    estimate_own : ndarray of float, shape (units,)
        Posterior mean at the unit's own case-mix.
    lower, upper : ndarray of float, shape (units,)
        Interval at the average case-mix.
    estimate_mcse, lower_mcse, upper_mcse : ndarray of float, shape (units,)
        0 where summed.
    effect, effect_sd : ndarray of float, shape (units,)
        Posterior mean and SD of the effect on the model's link scale.
    reliability : ndarray of float, shape (units,)
        :math:`1 - Var(u_i \mid y) / E(\tau^2 \mid y)`, with the variance of the effects'
        distribution for :math:`\tau^2` where that isn't normal. An extreme unit with few
        events can be less well known than one without data; its reliability is 0.
    outlying : ndarray of float, shape (units,)
        P(outlying part) for contaminated normal effects, E[w] for Student-t, else NaN.
    """

    estimate: Floats
    estimate_mcse: Floats
    sd: Floats
    estimate_own: Floats
    lower: Floats
    lower_mcse: Floats
    upper: Floats
    upper_mcse: Floats
    effect: Floats
    effect_sd: Floats
    reliability: Floats
    outlying: Floats


def prior_variance(design: Design, h: Floats) -> Floats:
    """Variance of the distribution of each unit's effect: shape (batch, units)."""
    tau = np.exp(design.log_taus(h))
    inflation = np.full(len(h), design.effects.variance)
    if design.effects.contaminated:
        inflation = 1.0 + expit(h[:, -1]) * (design.effects.scale[1] ** 2 - 1.0)
    return np.asarray(tau**2 * inflation[:, None])


def reliability_of(variance: Floats, prior: Floats) -> Floats:
    """Share of the variance of effects that a unit's data resolve; none if they add to it."""
    return np.clip(1.0 - variance / prior, 0.0, 1.0)


def find_heavy_tails(rates: Rates, *, level: float) -> NDArray[np.bool_]:
    r"""Find the units whose mean and SD are those of rates too high to be believed.

    On a log link :math:`E(e^{\theta + s^2/2})`, with s the SD of what passes, is finite only if the
    prior on s has a tail that falls faster than :math:`e^{-s^2/2}`, and its SD only if faster than
    :math:`e^{-s^2}`; likewise for tau and a unit with next to no expected events. An exponential
    prior has no such tail. Where data are many the tail is out of sight; where they are few, mean
    and SD are whatever the last points of a sum make them, and only the interval says anything.
    A unit is found where its SD is over four times what its interval would say of a normal: as
    that of a log-normal of log SD 2 is of its 95% interval.

    Parameters
    ----------
    rates : Rates
    level : float
        Of its intervals, in (0, 1).

    Returns
    -------
    ndarray of bool, shape (units,)

    Notes
    -----
    Three units of two periods with five expected events each, and exponential priors of mean 1,
    have a mean of 1.6e8 and an interval to 2.2; ten units of three periods, of ten expected
    events, have 1.03 and 1.27. With a half-normal prior of SD 0.5 on s the three have 1.39.
    """
    normal = (rates.upper - rates.lower) / (2.0 * ndtri(0.5 * (1.0 + level)))
    return np.asarray(rates.sd > _HEAVY * normal)


def oddity(design: Design) -> Floats:
    """What each part of the effects' distribution says of a unit in it."""
    if design.effects.contaminated:
        return np.array([0.0, 1.0])
    return design.effects.scale**-2.0
