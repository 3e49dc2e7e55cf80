"""From one total to another: structure, exits and entries first, then what moved the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from varstat.estimands.change.decompose import FACTORS, Shares, State, decompose
from varstat.estimands.change.frames import Bools, Standard, merge_rates, pair_draws
from varstat.estimands.change.unreported import Unreported
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

# Draws times units that are looked at at once.
_BLOCK = 2_000_000
# What a table of whole units can't tell: they have one cell.
_MIX = "mix"
# What an event is worth, then and now, where totals are of events.
EVENTS = (1.0, 1.0)
# What is bounded where the rate of a selective loss isn't known.
BOUNDED = ("completeness", "rate", "target", "performance")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sides:
    """Units of a frame before and after, in all draws of a model.

    Attributes
    ----------
    rate : tuple of ndarray of float, shape (draws, units) each
        Before and after, of what was reported; NaN where a unit has no volume.
    volume : tuple of ndarray of float, shape (units,) each
        As reported.
    group : tuple of ndarray of object, shape (units,) each
        Peer groups then and now: totals before are against those of then, and parts of what is
        left against those of now.
    unreported : Unreported or None
        What wasn't reported; None where nobody looked.
    whole : tuple of ndarray of float, shape (draws, units) each, or None
        Rates of all activity, but for what a selection did: those of a year with a short quarter
        weigh its quarters otherwise. None where they are those of what was reported.
    price : tuple of float
        What one event is worth, before and after; 1 where totals are of events.
    """

    rate: tuple[Floats, Floats]
    volume: tuple[Floats, Floats]
    group: tuple[NDArray[np.object_], NDArray[np.object_]]
    unreported: Unreported | None = None
    whole: tuple[Floats, Floats] | None = None
    price: tuple[float, float] = EVENTS

    @property
    def there(self) -> tuple[Bools, Bools]:
        """Which units have data, before and after."""
        return self.volume[0] > 0, self.volume[1] > 0

    @property
    def alive(self) -> tuple[Bools, Bools]:
        """Which units have activity, before and after, whether or not any was reported."""
        before, after = (there.copy() for there in self.there)
        if self.unreported is not None:
            for k, alive in enumerate((before, after)):
                alive[self.unreported.unit] |= self.unreported.volume[k].mean(axis=0) > 0
        return before, after

    @property
    def common(self) -> Bools:
        """Which units have activity in both."""
        before, after = self.alive
        return before & after

    @property
    def both(self) -> Bools:
        """Which units have data in both."""
        before, after = self.there
        return before & after

    @property
    def regrouped(self) -> Bools:
        """Which units that report in both changed their peer group."""
        return np.asarray((self.group[0] != self.group[1]) & self.both)

    def total(self, k: int, some: Bools, standard: Standard, *, then: bool = False) -> Floats:
        """The total as reported of some units before (0) or after (1): (draws,).

        Against peer groups of now, or of then.
        """
        some = some & self.there[k]
        group = self.group[0 if then else 1][some]
        total = standard.total(self.rate[k][:, some], self.volume[k][some], group)
        return np.asarray(self.price[k] * total)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bridge:
    """A total before and after, and what lies between, each with its interval.

    Attributes
    ----------
    effect : tuple of str
        `from`, then what adds up, then `to`: `structure`, `refit` and `exit` where organisations
        or peer groups changed, `completeness` where it was looked at, `volume`, `rate` and
        `target`, and `entry`; `unit_cost` of money, where the cost changed.
    estimate, lower, upper : ndarray of float, shape (effects,)
        In events, or in money where events have a price.
    named : tuple of str
        `change`, `common_from` and `common_to` (the totals of units that have both periods),
        `performance`, `activity_adjusted` and `fixed_target`; where completeness was looked at,
        `complete_from`, `complete_to` and `complete_change` of these units, had all been reported.
    named_estimate, named_lower, named_upper : ndarray of float, shape (named,)
    units : dict of str to int
        How many units there are: `from`, `to`, `common`, `exit`, `entry`.
    level : float
    bounds : dict of str to tuple of float
        Means of `completeness`, `rate`, `target` and `performance` if all that was lost by
        selection had had a rate of 0, and of 1; empty where nothing was, or rates have no bounds.
    """

    effect: tuple[str, ...]
    estimate: Floats
    lower: Floats
    upper: Floats
    named: tuple[str, ...]
    named_estimate: Floats
    named_lower: Floats
    named_upper: Floats
    units: dict[str, int]
    level: float
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lock_arrays(self)

    def of(self, name: str) -> tuple[float, float, float]:
        """Give an effect or named figure: its estimate, and the ends of its interval."""
        if name in self.effect:
            at = self.effect.index(name)
            return float(self.estimate[at]), float(self.lower[at]), float(self.upper[at])
        at = self.named.index(name)
        return (
            float(self.named_estimate[at]),
            float(self.named_lower[at]),
            float(self.named_upper[at]),
        )


def build_bridge(
    new: Sides,
    standard: Standard,
    *,
    level: float,
    old: Sides | None = None,
    share: Floats | None = None,
) -> Bridge:
    """Find what lies between the total before and the total after.

    Parameters
    ----------
    new : Sides
        Of the frame that both are brought to.
    standard : Standard
    level : float
        Of the intervals, in (0, 1).
    old : Sides, optional
        Of the frame as it was, from a model of its own with as many draws; where organisations
        merged or split.
    share : ndarray of float, shape (new units, old units), optional
        Of each old unit, the part that goes to each new one.

    Returns
    -------
    Bridge
    """
    there, common, alive = new.there, new.common, new.alive
    steps: dict[str, Floats] = {}
    shared = new.total(0, common, standard)
    if old is None or share is None:
        first, grouped = (new.total(0, there[0], standard, then=then) for then in (True, False))
        before = int(there[0].sum())
        if new.regrouped.any():
            steps["structure"] = grouped - first
        steps["exit"] = shared - grouped
    else:
        first, steps = _restructure(old, share, new, standard, shared)
        before = int(old.there[0].sum())
    shares = _share_in_blocks(new, common, standard)
    still = [_MIX]
    if new.unreported is None:
        still.append("completeness")
    if new.price[0] == new.price[1]:
        still.append("unit_cost")
    factors = [name for name in FACTORS if name not in still]
    steps |= {name: shares.effects[name] for name in factors}
    last = new.total(1, there[1], standard)
    steps["entry"] = last - new.total(1, common, standard)
    gone, come = int((alive[0] & ~alive[1]).sum()), int((alive[1] & ~alive[0]).sum())
    # What cannot move is not listed.
    if not gone:
        steps.pop("exit", None)
    if not come:
        steps.pop("entry")
    rows = {"from": first, **steps, "to": last}
    named = {
        "change": last - first,
        "common_from": shared,
        "common_to": new.total(1, common, standard),
        "performance": shares.performance,
        "activity_adjusted": shares.activity_adjusted,
        "fixed_target": shares.fixed_target,
    }
    if new.unreported is not None:
        named |= {
            "complete_from": shares.complete_before,
            "complete_to": shares.complete_after,
            "complete_change": shares.complete_after - shares.complete_before,
        }
    counts = {"from": before, "to": int(there[1].sum()), "common": int(common.sum())}
    bridge = _summarise(rows, named, counts | {"exit": gone, "entry": come}, level=level)
    return replace(bridge, bounds=_bound(new, common, standard))


def _bound(sides: Sides, common: Bools, standard: Standard) -> dict[str, tuple[float, float]]:
    """Bound effects by the least and largest rate that a selective loss may have had."""
    lost = sides.unreported
    if lost is None or not lost.has_selective or not lost.measure.bounded:
        return {}
    ends = [_share_in_blocks(sides, common, standard, fixed=rate) for rate in (0.0, 1.0)]
    found = []
    for shares in ends:
        effects = shares.effects | {"performance": shares.performance}
        found.append([float(effects[name].mean()) for name in BOUNDED])
    return {name: (found[0][at], found[1][at]) for at, name in enumerate(BOUNDED)}


def _restructure(
    old: Sides, share: Floats, new: Sides, standard: Standard, shared: Floats
) -> tuple[Floats, dict[str, Floats]]:
    """The total of the old frame, and what leads from it to that of units that have both."""
    there = old.there[0]
    rate, volume = merge_rates(old.rate[0][:, there], old.volume[0][there], share[:, there])
    merged = Sides(rate=(rate, rate), volume=(volume, volume), group=new.group, price=new.price)
    first = old.total(0, there, standard, then=True)
    whole = merged.total(0, volume > 0, standard)
    kept = merged.total(0, (volume > 0) & new.common, standard)
    order = pair_draws(kept, shared)
    first, whole, kept = first[order], whole[order], kept[order]
    return first, {"structure": whole - first, "exit": kept - whole, "refit": shared - kept}


def _share_in_blocks(
    sides: Sides, common: Bools, standard: Standard, *, fixed: float | None = None
) -> Shares:
    """Share out the change of the units that have both, some draws at a time."""
    draws, step = len(sides.rate[0]), max(1, _BLOCK // max(int(common.sum()), 1))
    parts = []
    for start in range(0, draws, step):
        some = slice(start, start + step)
        states = [_state(sides, k, some, common, standard, fixed) for k in (0, 1)]
        parts.append(decompose(*states, direction=standard.sign))
    return _join(parts)


def _state(
    sides: Sides, k: int, some: slice, common: Bools, standard: Standard, fixed: float | None
) -> State:
    """What makes up the total at one time, in some draws."""
    rate, volume = sides.rate[k][some], sides.volume[k]
    # Those of now: that units were put with others is structure.
    group, one = sides.group[1][common], np.ones(int(common.sum()))
    lost = sides.unreported
    if lost is None or not len(lost.unit):
        own = rate[:, common]
        target = standard.targets(own, volume[common], group)
        return _one_cell(sides.price[k], one, volume[common], own, target)
    every = rate if sides.whole is None else sides.whole[k][some]
    whole = lost.whole_rate(k, some, every, volume, fixed=fixed)[:, common]
    own, reported = rate[:, common], volume[common]
    complete = reported + lost.missing(k, some)[:, common]
    target = standard.targets(whole, complete, group)
    # The target that was set is one among what was reported.
    there = reported > 0
    set_then = target.copy()
    set_then[:, there] = standard.targets(own[:, there], reported[there], group[there])
    distortion = (set_then - own) - (target - whole)
    share = reported / complete
    return _one_cell(sides.price[k], share, complete, whole, target, distortion)


def _one_cell(
    price: float,
    completeness: Floats,
    volume: Floats,
    rate: Floats,
    target: Floats,
    distortion: Floats | None = None,
) -> State:
    """A state of whole units, without cells."""
    return State(
        completeness=completeness,
        volume=volume,
        mix=np.ones((rate.shape[1], 1)),
        unit_cost=price,
        rate=rate[..., None],
        target=target[..., None],
        distortion=distortion,
    )


def _join(parts: Sequence[Shares]) -> Shares:
    totals = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in (each.name for each in fields(Shares))
        if name != "effects"
    }
    effects = {name: np.concatenate([part.effects[name] for part in parts]) for name in FACTORS}
    return Shares(effects=effects, **totals)


def _summarise(
    rows: dict[str, Floats], named: dict[str, Floats], units: dict[str, int], *, level: float
) -> Bridge:
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    drawn, aside = np.stack(list(rows.values())), np.stack(list(named.values()))
    lower, upper = np.quantile(drawn, ends, axis=1)
    named_lower, named_upper = np.quantile(aside, ends, axis=1)
    return Bridge(
        effect=tuple(rows),
        estimate=drawn.mean(axis=1),
        lower=lower,
        upper=upper,
        named=tuple(named),
        named_estimate=aside.mean(axis=1),
        named_lower=named_lower,
        named_upper=named_upper,
        units=units,
        level=level,
    )
