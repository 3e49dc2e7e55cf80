r"""Breaks: the evidence for a step in each period, from the disturbance smoother.

For a step of variance :math:`\kappa^2` in period b, with r and N of the smoother [1]_,

.. math::

    \log BF_b = -\tfrac12\log(1 + \kappa^2 N_{b-1})
    + \frac{\kappa^2 r_{b-1}^2}{2(1 + \kappa^2 N_{b-1})}

against no break, and a unit's evidence is multiplied by
:math:`(1 - \pi) + \frac{\pi}{T - 1}\sum_b BF_b`.

References
----------
.. [1] de Jong & Penzer (1998). Diagnosing shocks in time series. JASA 93(442), 796-806.
   doi:10.1080/01621459.1998.10473731
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from varstat.hierarchical.series.chain import Chain
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Breaks:
    """What working responses say of a unit's break.

    Attributes
    ----------
    log_evidence : ndarray of float, shape (points, units)
        By what allowing for a break changes a unit's log evidence.
    probability : ndarray of float, shape (periods, points, units)
        Of a break before each period; none before the first.
    shrink : ndarray of float, shape (periods, points, units)
        By what r is multiplied to give the mean jump of a break there.
    log_factor : ndarray of float, shape (periods, points, units)
        Log Bayes factor of a break before each period; meaningless before the first.
    """

    log_evidence: Floats
    probability: Floats
    shrink: Floats
    log_factor: Floats


def find_breaks(chain: Chain, r: Floats, information: Floats) -> Breaks:
    """Weigh breaks in each period against none.

    Parameters
    ----------
    chain : Chain
        With breaks.
    r, information : ndarray of float, shape (periods, points, units)
        Of the first state, from the smoother.

    Returns
    -------
    Breaks
    """
    if chain.share is None or chain.jump is None:
        raise ValueError("a chain without breaks has no evidence for them")
    wider = chain.jump * information
    wider += 1.0
    shrink = chain.jump / wider
    np.log(wider, out=wider)
    log_factor = shrink * r
    log_factor *= r
    log_factor -= wider
    log_factor *= 0.5
    peak = np.maximum(log_factor[1:].max(axis=0), 0.0)
    probability = log_factor - peak
    np.exp(probability[1:], out=probability[1:])
    probability[1:] *= chain.share / (len(r) - 1)
    probability[0] = np.exp(-peak) * (1.0 - chain.share)
    total = probability.sum(axis=0)
    probability *= 1.0 / total
    probability[0] = 0.0
    return Breaks(
        log_evidence=np.log(total) + peak,
        probability=probability,
        shrink=shrink,
        log_factor=log_factor,
    )


def expected_jumps(breaks: Breaks, r: Floats) -> Floats:
    """Mean path of a unit's jump, averaged over where its break is: (periods, points, units)."""
    path = breaks.probability * breaks.shrink
    path *= r
    for before, now in pairwise(path):
        now += before
    return path
