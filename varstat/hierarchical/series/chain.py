r"""How a unit's lasting level goes from period to period: the variances of a Markov chain.

The level is a sum of one state, or two, each with a start, a decay and steps of its own:

==============  ==========================================================================
walk            one state: start :math:`\tau^2`, steps :math:`\sigma^2` for each period elapsed
none            one state that stays
mean-reverting  a level that stays, :math:`\tau^2`, and an AR(1) about it with stationary variance
                :math:`\sigma^2 / (1 - \phi^2)` and decay :math:`\phi` for each period elapsed
==============  ==========================================================================

The first state is the one that a break moves.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from varstat.hierarchical.series.model import SeriesModel
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """Variances of chains, one for each of some points of the hyper-parameters.

    Attributes
    ----------
    start : ndarray of float, shape (states, points, 1)
        Variance of each state in the first period.
    decay, step : ndarray of float, shape (periods, states, points, 1)
        What becomes of a state on the way into a period, and the variance that is added; the
        first period's are not used.
    passing : ndarray of float, shape (points, 1)
        Variance of what passes.
    share, jump : ndarray of float, shape (points, 1), or None
        Probability of a break, and the variance of its size; None where there are no breaks.
    """

    start: Floats
    decay: Floats
    step: Floats
    passing: Floats
    share: Floats | None
    jump: Floats | None

    @property
    def length(self) -> int:
        """Number of periods."""
        return len(self.step)

    @property
    def states(self) -> int:
        """Number of states that add to the level."""
        return len(self.start)


def chain_at(model: SeriesModel, h: Floats, at: Floats) -> Chain:
    """Give the chains at some points of the hyper-parameters.

    Parameters
    ----------
    model : SeriesModel
    h : ndarray of float, shape (points, dimension)
        Unconstrained, in the order of `model.names`.
    at : ndarray of float, shape (periods,)
        When each period is, in periods.

    Returns
    -------
    Chain
    """
    value = {name: h[:, k][:, None] for k, name in enumerate(model.names)}
    points, length = len(h), len(at)
    gap = np.diff(at, prepend=at[0])[:, None, None]
    tau2 = np.exp(2.0 * value["tau"])
    if model.passing is None:
        passing = np.exp(2.0 * value["passing"])
    else:
        passing = np.full((points, 1), model.passing**2)
    step2 = np.exp(2.0 * value["step"]) if "step" in value else np.zeros((points, 1))
    if model.kind == "mean-reverting":
        phi = expit(value["reversion"])
        # 1 - phi^2 without cancelling where phi is near one.
        stationary = step2 / (expit(-value["reversion"]) * (1.0 + phi))
        decay = np.stack([np.ones((length, points, 1)), phi**gap], axis=1)
        step = np.stack([np.zeros((length, points, 1)), stationary * (1.0 - phi ** (2 * gap))], 1)
        start = np.stack([tau2, stationary])
    else:
        decay = np.ones((length, 1, points, 1))
        step = (step2 * gap)[:, None]
        start = tau2[None]
    return Chain(
        start=start,
        decay=decay,
        step=step,
        passing=passing,
        share=expit(value["share"]) if model.breaks else None,
        jump=np.exp(2.0 * value["jump"]) if model.breaks else None,
    )
