r"""Gaps between units and their targets, draw by draw.

For unit i with rows r of volume :math:`v_r`, at level t on the link scale,

.. math:: E_i(t) = \sum_{r \in i} v_r\, g^{-1}(t + s_r)

with :math:`s_r` what covariates, cell and period add to the row. The opportunity of a draw is
:math:`\max\{0, d\,(E_i(\theta_i) - E_i(t^*))\}`.

With nothing but chance allowed for, case-mix is not: crude rates :math:`E_i(\theta_i)/v_i` are held
against a crude target. Without chance, :math:`E_i(\theta_i)` is what was reported, and the unit's
level is that at which its case-mix would give just this.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from varstat.estimands.opportunity.reported import overall_rate, point_method, standard_of
from varstat.estimands.opportunity.setting import Bools, Setting
from varstat.estimands.rates.rate import to_rate
from varstat.estimands.slices import draw_slices
from varstat.estimands.target import Target, invert, slope_of
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats

# Numbers that are worked on at a time.
_OF_UNITS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Goals:
    """Targets in every draw, for what is allowed for: each of shape (draws, groups).

    Attributes
    ----------
    level : dict of bool to ndarray
        Levels for true rates: True within peer groups, False over all.
    crude : dict of bool to ndarray
        Crude true rates.
    reported_level : dict of bool to ndarray
        Levels for what was reported.
    """

    level: dict[bool, Floats]
    crude: dict[bool, Floats]
    reported_level: dict[bool, Floats]


def find_goals(setting: Setting) -> Goals:
    """Find the targets of all draws: what needs all units of a draw at once."""
    posterior, design = setting.posterior, setting.design
    adjusted = "casemix" in setting.parts
    scopes = (True, False) if "peer_group" in setting.parts else (True,)
    volume = setting.reported.volume
    found: dict[tuple[str, bool], list[Floats]] = {}
    for some, effect in draw_slices(posterior, per_draw=design.rows):
        beta, transient = posterior.beta[some], posterior.transient[some]
        theta = beta @ design.reference.T + effect
        for within in scopes:
            target = setting.among if within else setting.among_all
            if setting.rule.kind == "similar":
                crude = expected(setting, design, beta, theta, transient) / volume
                found.setdefault(("crude", within), []).append(target.of_rates(crude, volume))
                continue
            levels = target.levels(design, beta, theta, transient)
            found.setdefault(("level", within), []).append(levels)
        if adjusted:
            crude = expected(setting, design, beta, theta, transient)
            crude = crude / np.where(volume > 0, volume, 1.0)
            seen = reported_levels(design, setting.case_mix, beta, theta, transient)
            for within in scopes:
                target = setting.crude if within else setting.crude_all
                found.setdefault(("crude", within), []).append(target.of_rates(crude, volume))
                target = setting.among if within else setting.among_all
                levels = target.levels(design, beta, seen, transient)
                found.setdefault(("reported", within), []).append(levels)

    def whole(kind: str) -> dict[bool, Floats]:
        return {
            within: np.concatenate(found[kind, within])
            for within in scopes
            if (kind, within) in found
        }

    return Goals(level=whole("level"), crude=whole("crude"), reported_level=whole("reported"))


def expected(
    setting: Setting,
    part: Design,
    beta: Floats,
    theta: Floats,
    transient: Floats,
    *,
    first_row: int = 0,
) -> Floats:
    r"""Give what units would have at link-scale levels, :math:`E_i(\theta)`: (draws, units)."""
    rows = slice(first_row, first_row + part.rows)
    volume = setting.row_volume[rows]
    if setting.plain:
        return part.gather(volume[None]) * to_rate(part, theta, transient)
    return part.gather(
        volume * row_rates(setting, part, beta, theta, transient, first_row=first_row)
    )


def row_rates(
    setting: Setting,
    part: Design,
    beta: Floats,
    theta: Floats,
    transient: Floats,
    *,
    first_row: int,
) -> Floats:
    """Give the rates of rows at levels of their units: (draws, rows)."""
    rows = slice(first_row, first_row + part.rows)
    shift = beta @ setting.case_mix[rows].T
    # One level for all units is as good as one each.
    theta = np.broadcast_to(theta, (len(theta), part.units))
    return to_rate(part, part.expand(theta) + shift, transient)


def reported_levels(
    part: Design, case_mix: Floats, beta: Floats, theta: Floats, transient: Floats
) -> Floats:
    """Find the levels at which units' case-mix would give what they reported: (draws, units).

    Where that was withheld, the true level stands in.

    Parameters
    ----------
    part : Design
    case_mix : ndarray of float, shape (rows, locations)
        What each row of the part has beyond its unit's level.
    beta, theta, transient : ndarray of float
        Of the draws: (draws, locations), (draws, units) and (draws,).
    """
    size, value = part.size, part.event
    if not part.measure.counts:
        size = part.volume if np.all(part.volume > 0) else part.measure.weight(part.size)
        value = part.event * size
    total = part.gather(size[None])
    goal = part.gather(value[None]) / total
    known = np.isfinite(goal)
    goal = np.broadcast_to(np.where(known, goal, 0.5), theta.shape)
    shift = beta @ case_mix.T
    if part.single:
        # One row a unit: its own level less what its case-mix adds.
        def alone(level: Floats) -> tuple[Floats, Floats]:
            rate = to_rate(part, level, transient)
            return rate, slope_of(part, rate)

        return np.where(known, invert(alone, goal, design=part) - shift, theta)

    def rates(level: Floats) -> tuple[Floats, Floats]:
        rate = to_rate(part, part.expand(level) + shift, transient)
        return part.gather(size * rate) / total, part.gather(size * slope_of(part, rate)) / total

    return np.where(known, invert(rates, goal, design=part), theta)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Some units in all draws.

    Attributes
    ----------
    units : slice
    part : Design
    first_row : int
    effect : ndarray of float, shape (draws, units)
    """

    units: slice
    part: Design
    first_row: int
    effect: Floats


def unit_blocks(posterior: Posterior) -> Iterator[Block]:
    """Go through the units, some at a time in all draws."""
    design = posterior.design
    per_unit = posterior.draws * max(design.rows / design.units, 1.0)
    step = max(int(_OF_UNITS / per_unit), 1)
    for first in range(0, design.units, step):
        last = min(first + step, design.units)
        yield Block(
            units=slice(first, last),
            part=design.part(first, last),
            first_row=int(design.row_start[first]),
            effect=posterior.effects.of_units(first, last),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlockGaps:
    """Opportunities of some units, for any set of parts that are allowed for.

    Attributes
    ----------
    setting : Setting
    goals : Goals
    block : Block
    own : ndarray of float, shape (draws, units)
        What the units would have by their true rates.
    """

    setting: Setting
    goals: Goals
    block: Block
    own: Floats

    def at_target(self, kind: str, *, within: bool) -> Floats:
        """What the units would have at the target: (draws, units)."""
        setting, block, units = self.setting, self.block, self.block.units
        per_group = getattr(self.goals, kind)[within]
        target = setting.among if within else setting.among_all
        goal = of_some(target, per_group, units)
        if kind == "crude":
            return goal * setting.reported.volume[units]
        posterior = setting.posterior
        return expected(
            setting,
            block.part,
            posterior.beta,
            goal,
            posterior.transient,
            first_row=block.first_row,
        )

    def value(self, parts: frozenset[str]) -> Floats:
        """Give the opportunity with some parts allowed for: (draws, units)."""
        setting, units = self.setting, self.block.units
        within = "peer_group" in parts or "peer_group" not in setting.parts
        adjusted = "casemix" in parts
        if "chance" in parts:
            own = self.own
            kind = "level" if adjusted or "casemix" not in setting.parts else "crude"
            goal = self.at_target("crude" if not self.goals.level else kind, within=within)
        else:
            event = setting.reported.event[units]
            own = np.where(np.isfinite(event), event, self.own)
            if adjusted:
                goal = self.at_target("reported_level", within=within)
            else:
                goal = self._reported_target(within=within)
        gap = np.maximum(setting.sign * (own - goal), 0.0)
        barred = "casemix" if "casemix" in setting.parts else setting.parts[-1]
        carries = setting.counted if barred in parts else setting.eligible
        return np.where(carries[units], gap, 0.0)

    def _reported_target(self, *, within: bool) -> Floats:
        setting, units = self.setting, self.block.units
        target = setting.crude if within else setting.crude_all
        volume = setting.reported.volume
        ratio = setting.reported.event / np.where(volume > 0, volume, np.nan)
        goal = target.of_units(target.of_rates(ratio[None], volume))
        return (np.broadcast_to(goal, (1, volume.size)) * volume)[:, units]


def of_some(target: Target, per_group: Floats, units: slice) -> Floats:
    """Give some units their group's value: (draws, groups) to (draws, some units)."""
    if target.rule.kind == "similar":
        return per_group[:, units]
    if per_group.shape[1] == 1:
        return per_group
    return per_group[:, target.group[units]]


def gaps_of(setting: Setting, goals: Goals, block: Block) -> BlockGaps:
    """Hold a block of units against its targets."""
    posterior = setting.posterior
    theta = posterior.beta @ block.part.reference.T + block.effect
    return BlockGaps(
        setting=setting,
        goals=goals,
        block=block,
        own=expected(
            setting,
            block.part,
            posterior.beta,
            theta,
            posterior.transient,
            first_row=block.first_row,
        ),
    )


def published(setting: Setting) -> Floats:
    """Compute the point method on what was reported: (units,), NaN where nothing was."""
    found = _point(setting, setting.reported.row_event, setting.row_volume, setting.eligible)
    return np.where(setting.eligible, found, 0.0)


def published_in_periods(setting: Setting) -> Floats:
    """Compute the point method on what was reported in each period: totals, (periods,)."""
    design, reported = setting.design, setting.reported
    totals = np.zeros(len(design.period))
    for period in range(len(design.period)):
        inside = design.row_period == period
        row_event = np.where(inside, reported.row_event, 0.0)
        row_volume = np.where(inside, setting.row_volume, 0.0)
        there = (design.gather(row_volume[None])[0] > 0) & setting.eligible
        found = _point(setting, row_event, row_volume, there)
        totals[period] = np.nansum(np.where(there, found, 0.0))
    return totals


def _point(setting: Setting, row_event: Floats, row_volume: Floats, members: Bools) -> Floats:
    design = setting.design
    found: Floats = point_method(
        design.gather(row_event[None]),
        standard_of(design, row_event[None], row_volume),
        replace(setting.published, members=members),
        sign=setting.sign,
        overall=overall_rate(design, row_event[None], row_volume),
    )[0]
    return found
