"""What moved a total whose truth is known, as in a simulated nation."""

from dataclasses import dataclass

import numpy as np

from varstat.estimands.change.decompose import State, decompose
from varstat.estimands.change.frames import Standard, merge_rates
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What was true of organisations at one time.

    Attributes
    ----------
    rate : ndarray of float, shape (organisations,)
        True rates.
    whole, reported : ndarray of float, shape (organisations,)
        Volumes, whether or not they were reported, and as in the return.
    """

    rate: Floats
    whole: Floats
    reported: Floats


def share_known_change(
    before: Known, after: Known, standard: Standard, *, then: Floats, now: Floats
) -> dict[str, float]:
    """Share out a change between two times when nothing about it is uncertain.

    Parameters
    ----------
    before, after : Known
        Of the same organisations, as they were before they were reorganised.
    standard : Standard
    then, now : ndarray of float, shape (units, organisations)
        Of each organisation, the part that goes to each unit before and after. Each unit of `then`
        goes as a whole.

    Returns
    -------
    dict of str to float
        In events: `from`, then `structure`, `completeness`, `volume`, `rate` and `target`, which
        add up, then `to`.

    Examples
    --------
    >>> from varstat.target.rule import parse_target
    >>> standard = Standard(rule=parse_target("best:0.25"), direction="lower-is-better")
    >>> rate, volume = np.array([0.1, 0.2, 0.3, 0.4]), np.full(4, 100.0)
    >>> known = Known(rate=rate, whole=volume, reported=volume)
    >>> merged = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], dtype=float)
    >>> found = share_known_change(known, known, standard, then=np.eye(4), now=merged)
    >>> {name: round(effect, 1) for name, effect in found.items() if effect}
    {'from': 37.5, 'structure': -25.0, 'to': 12.5}
    """
    old_rate, old_volume = merge_rates(before.rate[None], before.reported, then)
    there = old_volume > 0
    nobody = np.full(int(there.sum()), None, dtype=object)
    first = float(standard.total(old_rate[:, there], old_volume[there], nobody)[0])
    states = [_state(each, now, standard) for each in (before, after)]
    shares = decompose(*states, direction=standard.sign)
    effects = {name: float(effect[0]) for name, effect in shares.effects.items()}
    moved = ("completeness", "volume", "rate", "target")
    return {
        "from": first,
        "structure": float(shares.before[0]) - first,
        **{name: effects[name] for name in moved},
        "to": float(shares.after[0]),
    }


def _state(known: Known, now: Floats, standard: Standard) -> State:
    rate, whole = merge_rates(known.rate[None], known.whole, now)
    seen, reported = merge_rates(known.rate[None], known.reported, now)
    there = reported > 0
    nobody = np.full(len(now), None, dtype=object)
    target = standard.targets(rate, whole, nobody)
    # The total is that of what was reported, against a target among that.
    gap = target - rate
    set_then = standard.targets(seen[:, there], reported[there], nobody[there])
    gap[:, there] = set_then - seen[:, there]
    return State(
        completeness=reported / whole,
        volume=whole,
        mix=np.ones((len(now), 1)),
        unit_cost=1.0,
        rate=rate[..., None],
        target=target[..., None],
        distortion=gap - (target - rate),
    )
