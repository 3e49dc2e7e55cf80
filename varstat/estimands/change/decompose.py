r"""Share the change of a total out among what moved it.

At one time the total opportunity is

.. math:: O = \sum_i c\,\kappa_i N_i \max\{0,\ d \sum_k s_{ik}(t_{ik} - \theta_{ik})\}

with unit cost :math:`c`, completeness :math:`\kappa`, volume :math:`N`, case-mix shares
:math:`s`, rates :math:`\theta`, targets :math:`t` and :math:`d = 1` where higher is better, else
-1. With v(S) that total when the factors S are as they were afterwards and the others as before,
each factor's effect is its Shapley share: the mean of what it adds over all orders in which the
factors may change. Effects add up to the change in every draw.

Where what was reported isn't all, the total is that of what was: :math:`\kappa N` with reported
rates and a target among them. Rates and targets of all are factors of their own, and by what
reporting moved the gap between the two, its *distortion*, goes with completeness.

References
----------
The shares are those of [1]_; for two factors they are Kitagawa's [2]_.

.. [1] Shorrocks (2013). Decomposition procedures for distributional analysis: a unified framework
   based on the Shapley value. J Econ Inequal 11, 99-126. doi:10.1007/s10888-011-9214-z
.. [2] Kitagawa (1955). Components of a difference between two rates. JASA 50, 1168-1194.
   doi:10.2307/2281213
"""

from dataclasses import dataclass

import numpy as np

from varstat.estimands.opportunity.shapley import share_out
from varstat.measure import Floats

FACTORS = ("completeness", "volume", "mix", "unit_cost", "rate", "target")
# Those that are inside the floor at zero.
_FLOORED = ("mix", "rate", "target")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What makes up a total at one time.

    Attributes
    ----------
    completeness : ndarray of float, shape (units,) or (draws, units)
        Share of a unit's activity that was reported.
    volume : ndarray of float, shape (units,) or (draws, units)
        Complete volumes; what was reported is `completeness` times this.
    mix : ndarray of float, shape (units, cells)
        Shares of a unit's volume in each case-mix cell; they add up to 1.
    unit_cost : float
        1 for events.
    rate : ndarray of float, shape (draws, units, cells)
        Of all activity.
    target : ndarray of float, shape (draws, units or 1, cells)
        Among these.
    distortion : ndarray of float, shape (draws, units), or None
        By what reporting raised target less rate; None where it didn't.
    """

    completeness: Floats
    volume: Floats
    mix: Floats
    unit_cost: float
    rate: Floats
    target: Floats
    distortion: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """The change of a total and what it is made of, in all draws.

    Attributes
    ----------
    effects : dict of str to ndarray of float, shape (draws,)
        By factor; together the change.
    before, after : ndarray of float, shape (draws,)
        The totals.
    activity_adjusted : ndarray of float, shape (draws,)
        The change had completeness, volumes and case-mix stayed.
    fixed_target : ndarray of float, shape (draws,)
        The change had the target stayed.
    complete_before, complete_after : ndarray of float, shape (draws,)
        The totals had everything been reported.
    """

    effects: dict[str, Floats]
    before: Floats
    after: Floats
    activity_adjusted: Floats
    fixed_target: Floats
    complete_before: Floats
    complete_after: Floats

    @property
    def performance(self) -> Floats:
        """What rates and target did together: nothing if all move alike and activity stays."""
        return np.asarray(self.effects["rate"] + self.effects["target"])


def decompose(before: State, after: State, *, direction: float) -> Shares:
    """Share the change of a total opportunity out among its factors.

    Parameters
    ----------
    before, after : State
        Of the same units, in the same draws.
    direction : float
        1 where higher is better, -1 where lower is.

    Returns
    -------
    Shares

    Examples
    --------
    >>> def state(rates):
    ...     target = np.array([[[np.quantile(rates, 0.25)]]])
    ...     return State(completeness=np.ones(4), volume=np.full(4, 100.0), mix=np.ones((4, 1)),
    ...                  unit_cost=1000.0, rate=rates[None, :, None], target=target)
    >>> rates = np.array([0.1, 0.2, 0.3, 0.4])
    >>> shares = decompose(state(rates), state(rates - 0.02), direction=-1.0)
    >>> {name: round(float(effect[0])) for name, effect in shares.effects.items() if effect[0]}
    {'rate': -6000, 'target': 6000}
    """
    states = (before, after)
    lacks: dict[tuple[bool, ...], Floats] = {}

    def lack(some: frozenset[str]) -> Floats:
        key = tuple(name in some for name in _FLOORED)
        if key not in lacks:
            mix, rate, target = (states[changed] for changed in key)
            short = direction * (target.target - rate.rate)
            lacks[key] = np.einsum("uk,duk->du", mix.mix, short)
        return lacks[key]

    def value(some: frozenset[str]) -> Floats:
        reporting = states["completeness" in some]
        gap = lack(some)
        if reporting.distortion is not None:
            gap = gap + direction * reporting.distortion
        reported = reporting.completeness * states["volume" in some].volume
        cost = states["unit_cost" in some].unit_cost
        gap = np.maximum(0.0, gap)
        return np.asarray(cost * np.einsum("du,du->d", *np.broadcast_arrays(gap, reported)))

    def complete(some: frozenset[str]) -> Floats:
        state = states[bool(some)]
        gap = np.maximum(0.0, lack(some))
        total = np.einsum("du,du->d", *np.broadcast_arrays(gap, state.volume))
        return np.asarray(state.unit_cost * total)

    taken, first, last = share_out(FACTORS, value)
    still = value(frozenset({"unit_cost", "rate", "target"}))
    return Shares(
        effects={name: -share for name, share in zip(FACTORS, taken, strict=True)},
        before=first,
        after=last,
        activity_adjusted=still - first,
        fixed_target=value(frozenset(FACTORS) - {"target"}) - first,
        complete_before=complete(frozenset()),
        complete_after=complete(frozenset(FACTORS)),
    )
