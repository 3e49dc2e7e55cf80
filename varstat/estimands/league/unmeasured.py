r"""Who would be surely in which quarter if a share of the variance were unmeasured case-mix.

Of units' own parts q, unit i is among the best K in a draw if it beats the K-th best of the
others, :math:`T_i`, so that with the others' parts as drawn and its own left to vary

.. math:: P(R_i \le K) = E\,\Phi\left(\frac{(1-\rho)\,u_i - T_i}{\sqrt{\rho(1-\rho)}\,\tau_i}\right)

where higher is better: the same number as counting draws, with less noise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from varstat.estimands.league.result import SURE
from varstat.estimands.ranks.ranks import is_higher_better, quartile_size
from varstat.estimands.unmeasured.own import SHOWN, Split, split_draws
from varstat.estimands.unmeasured.result import UnmeasuredRanks
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats

Bools = NDArray[np.bool_]

# Shares of the variance are looked at in steps of one in so many.
_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sureness:
    """How sure it is that units are in the best, and in the worst, quarter.

    Attributes
    ----------
    top, bottom : ndarray of float, shape (units,)
        Of the units that are ranked.
    """

    top: Floats
    bottom: Floats


def compute_unmeasured_ranks(
    posterior: Posterior, compared: Bools, now: Sureness
) -> UnmeasuredRanks | None:
    """Find who would be surely where, along shares; None where no one is ranked.

    Parameters
    ----------
    posterior : Posterior
    compared : ndarray of bool, shape (units,)
        Who is ranked.
    now : Sureness
        With no unmeasured case-mix.

    Returns
    -------
    UnmeasuredRanks or None
        In the order of the design's units.
    """
    units = int(compared.sum())
    if units < 2:
        return None
    shares = np.arange(_STEPS) / _STEPS
    shown = [round(share * _STEPS) for share in SHOWN]
    sums = np.zeros((2, _STEPS, units))
    draws = 0
    for split in split_draws(posterior, per_draw=posterior.design.units):
        chosen = split.of_units(compared, sign=1.0 if _higher(posterior) else -1.0)
        draws += len(chosen.effect)
        for at in range(1, _STEPS):
            sums[:, at] += _in_quarters(chosen, float(shares[at]))
    p = sums / draws
    p[0, 0], p[1, 0] = now.top, now.bottom
    put = np.full((2, len(SHOWN), compared.size), np.nan)
    put[:, :, compared] = p[:, shown]
    tipping = np.full(compared.size, np.nan)
    tipping[compared] = np.fmin(_tip(p[0], shares), _tip(p[1], shares))
    sure = (p > SURE).sum(axis=2)
    return UnmeasuredRanks(
        share=shares,
        sure_top=sure[0],
        sure_bottom=sure[1],
        p_top_quartile=put[0],
        p_bottom_quartile=put[1],
        tipping_share=tipping,
    )


def _higher(posterior: Posterior) -> bool:
    return is_higher_better(posterior.design.direction)


def _in_quarters(split: Split, share: float) -> Floats:
    """Sum over draws the probabilities of the best and the worst quarter: (2, units).

    Higher is better.
    """
    own, mean, sd = split.own(share), split.mean(share), split.sd(share)
    units = own.shape[1]
    top = quartile_size(units)
    # In ascending order: the K-th lowest and the next, the K-th highest and the one below it.
    places = (top - 1, top, units - top - 1, units - top)
    low, low_next, high_next, high = np.partition(own, places, axis=1)[:, places].T[:, :, None]
    # A unit that is among the K has one more of the others behind it to beat.
    bar = np.where(own >= high, high_next, high)
    best = ndtr((mean - bar) / sd).sum(axis=0)
    bar = np.where(own <= low, low_next, low)
    return np.stack([best, ndtr((bar - mean) / sd).sum(axis=0)])


def _tip(p: Floats, shares: Floats) -> Floats:
    """Find the share at which each unit's probability falls below sure; NaN if it never was."""
    units = p.shape[1]
    # At a share of one nothing is known of the own part, and all are alike.
    whole = np.vstack([p, np.full(units, min(quartile_size(units) / units, SURE))])
    at = np.append(shares, 1.0)
    below = whole[1:] <= SURE
    first = np.argmax(below, axis=0)
    unit = np.arange(units)
    before, after = whole[first, unit], whole[first + 1, unit]
    part = (before - SURE) / np.maximum(before - after, 1e-300)
    tip = at[first] + part * (at[first + 1] - at[first])
    return np.where(p[0] > SURE, tip, np.nan)
