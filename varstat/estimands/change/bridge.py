"""From one total to another: structure, exits and entries first, then what moved the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.estimands.change.decompose import FACTORS, Shares, State, decompose
from varstat.estimands.change.frames import Bools, Standard, merge_rates, pair_draws
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

# Draws times units that are looked at at once.
_BLOCK = 2_000_000
# What a table of whole units can't tell: they have one cell, full reporting and no price.
_STILL = ("completeness", "mix", "unit_cost")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sides:
    """Units of a frame before and after, in all draws of a model.

    Attributes
    ----------
    rate : tuple of ndarray of float, shape (draws, units) each
        Before and after; NaN where a unit has no volume.
    volume : tuple of ndarray of float, shape (units,) each
    group : tuple of ndarray of object, shape (units,) each
        Peer groups then and now.
    """

    rate: tuple[Floats, Floats]
    volume: tuple[Floats, Floats]
    group: tuple[NDArray[np.object_], NDArray[np.object_]]

    @property
    def there(self) -> tuple[Bools, Bools]:
        """Which units have data, before and after."""
        return self.volume[0] > 0, self.volume[1] > 0

    @property
    def common(self) -> Bools:
        """Which units have both."""
        before, after = self.there
        return before & after

    def total(self, k: int, some: Bools, standard: Standard) -> Floats:
        """The total of some units before (0) or after (1): (draws,)."""
        return standard.total(self.rate[k][:, some], self.volume[k][some], self.group[k][some])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bridge:
    """A total before and after, and what lies between, each with its interval.

    Attributes
    ----------
    effect : tuple of str
        `from`, then what adds up, then `to`: `structure`, `refit` and `exit` where organisations
        changed, `volume`, `rate` and `target`, and `entry`.
    estimate, lower, upper : ndarray of float, shape (effects,)
        In events.
    named : tuple of str
        `change`, `common_from` and `common_to` (the totals of units that have both periods),
        `performance`, `activity_adjusted` and `fixed_target`.
    named_estimate, named_lower, named_upper : ndarray of float, shape (named,)
    units : dict of str to int
        How many units there are: `from`, `to`, `common`, `exit`, `entry`.
    level : float
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
    there, common = new.there, new.common
    steps: dict[str, Floats] = {}
    shared = new.total(0, common, standard)
    if old is None or share is None:
        first = new.total(0, there[0], standard)
        before = int(there[0].sum())
        steps["exit"] = shared - first
    else:
        first, steps = _restructure(old, share, new, standard, shared)
        before = int(old.there[0].sum())
    shares = _share_in_blocks(new, common, standard)
    factors = [name for name in FACTORS if name not in _STILL]
    steps |= {name: shares.effects[name] for name in factors}
    last = new.total(1, there[1], standard)
    steps["entry"] = last - new.total(1, common, standard)
    gone, come = int((there[0] & ~there[1]).sum()), int((there[1] & ~there[0]).sum())
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
    counts = {"from": before, "to": int(there[1].sum()), "common": int(common.sum())}
    return _summarise(rows, named, counts | {"exit": gone, "entry": come}, level=level)


def _restructure(
    old: Sides, share: Floats, new: Sides, standard: Standard, shared: Floats
) -> tuple[Floats, dict[str, Floats]]:
    """The total of the old frame, and what leads from it to that of units that have both."""
    there = old.there[0]
    rate, volume = merge_rates(old.rate[0][:, there], old.volume[0][there], share[:, there])
    merged = Sides(rate=(rate, rate), volume=(volume, volume), group=new.group)
    first = old.total(0, there, standard)
    whole = merged.total(0, volume > 0, standard)
    kept = merged.total(0, (volume > 0) & new.common, standard)
    order = pair_draws(kept, shared)
    first, whole, kept = first[order], whole[order], kept[order]
    return first, {"structure": whole - first, "exit": kept - whole, "refit": shared - kept}


def _share_in_blocks(sides: Sides, common: Bools, standard: Standard) -> Shares:
    """Share out the change of the units that have both, some draws at a time."""
    rates = [rate[:, common] for rate in sides.rate]
    volumes = [volume[common] for volume in sides.volume]
    groups = [group[common] for group in sides.group]
    draws, units = rates[0].shape
    one, step = np.ones(units), max(1, _BLOCK // max(units, 1))
    parts = []
    for start in range(0, draws, step):
        some = slice(start, start + step)
        states = [
            State(
                completeness=one,
                volume=volume,
                mix=one[:, None],
                unit_cost=1.0,
                rate=rate[some, :, None],
                target=standard.targets(rate[some], volume, group)[..., None],
            )
            for rate, volume, group in zip(rates, volumes, groups, strict=True)
        ]
        parts.append(decompose(*states, direction=standard.sign))
    return _join(parts)


def _join(parts: Sequence[Shares]) -> Shares:
    return Shares(
        effects={name: np.concatenate([part.effects[name] for part in parts]) for name in FACTORS},
        before=np.concatenate([part.before for part in parts]),
        after=np.concatenate([part.after for part in parts]),
        activity_adjusted=np.concatenate([part.activity_adjusted for part in parts]),
        fixed_target=np.concatenate([part.fixed_target for part in parts]),
    )


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
