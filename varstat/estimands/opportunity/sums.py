"""Going through the draws of an opportunity: units' means and intervals, and the totals' draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.estimands.opportunity.gaps import (
    Block,
    Goals,
    gaps_of,
    of_some,
    row_rates,
    unit_blocks,
)
from varstat.estimands.opportunity.parts import OpportunityTotal, PeriodTotals, Waterfall
from varstat.estimands.opportunity.setting import Setting
from varstat.estimands.opportunity.shapley import share_out
from varstat.estimands.rates.drawn import effective_of
from varstat.estimands.rates.result import prior_variance, reliability_of
from varstat.estimands.rates.summed import prune, summed_moments
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """What the draws come to, in the events of the data.

    Attributes
    ----------
    own, target : ndarray of float, shape (units,)
        Posterior means of what units would have by their rates, and at the target.
    estimate, mcse, lower, upper, signed, material : ndarray of float, shape (units,)
    reliability : ndarray of float, shape (units,)
    total, total_signed : ndarray of float, shape (draws,)
    part, part_lower, part_upper : ndarray of float, shape (components, units)
        Of what was published: that, its parts, and what remains.
    parts : ndarray of float, shape (components, draws)
        Summed over units.
    subtotals : ndarray of float, shape (components, draws, sets)
        Summed over the units of a set.
    periods : ndarray of float, shape (periods, draws)
        The total in each period; no rows where there is one.
    """

    own: Floats
    target: Floats
    estimate: Floats
    mcse: Floats
    lower: Floats
    upper: Floats
    signed: Floats
    material: Floats
    reliability: Floats
    total: Floats
    total_signed: Floats
    part: Floats
    part_lower: Floats
    part_upper: Floats
    parts: Floats
    subtotals: Floats
    periods: Floats


def sum_up(setting: Setting, goals: Goals, *, level: float, material: float, sets: Floats) -> Sums:
    """Go through the units, some at a time in all draws.

    Parameters
    ----------
    setting : Setting
    goals : Goals
    level : float
    material : float
        Events from which an opportunity counts as material.
    sets : ndarray of float, shape (units, sets)
        1 where a unit belongs to a set that is to be added up.

    Returns
    -------
    Sums
    """
    posterior, design = setting.posterior, setting.design
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    components = len(setting.parts) + 2
    names = ("own", "target", "estimate", "mcse", "lower", "upper", "signed", "material", "spread")
    columns = {name: np.empty(design.units) for name in names}
    by_unit = np.empty((3, components, design.units))
    totals = np.zeros((components, posterior.draws))
    subtotals = np.zeros((components, posterior.draws, sets.shape[1]))
    total_signed = np.zeros(posterior.draws)
    periods = np.zeros((len(design.period), posterior.draws))
    for block in unit_blocks(posterior):
        here = block.units
        gaps = gaps_of(setting, goals, block)
        goal = gaps.at_target("level" if goals.level else "crude", within=True)
        gap = setting.sign * (gaps.own - goal)
        gap = np.where(setting.counted[here], gap, 0.0)
        shares, before, after = share_out(setting.parts, gaps.value)
        columns["own"][here] = gaps.own.mean(axis=0)
        columns["target"][here] = np.broadcast_to(goal, gaps.own.shape).mean(axis=0)
        columns["signed"][here] = gap.mean(axis=0)
        columns["estimate"][here] = after.mean(axis=0)
        effective = effective_of(posterior, after)
        columns["mcse"][here] = after.std(axis=0, ddof=1) / np.sqrt(effective)
        columns["material"][here] = (after >= material).mean(axis=0)
        columns["spread"][here] = block.effect.var(axis=0, ddof=1)
        total_signed += gap.sum(axis=1)
        for row, values in enumerate((before, *shares, after)):
            totals[row] += values.sum(axis=1)
            subtotals[row] += values @ sets[here]
            by_unit[0, row, here] = values.mean(axis=0)
            by_unit[1:, row, here] = np.quantile(values, ends, axis=0)
        columns["lower"][here], columns["upper"][here] = by_unit[1:, -1, here]
        if len(periods):
            _add_periods(periods, setting, goals, block)
    spread = columns.pop("spread")
    reliability, own = _moments(setting, spread, columns.pop("own"))
    return Sums(
        reliability=reliability,
        own=own,
        total=totals[-1],
        total_signed=total_signed,
        part=by_unit[0],
        part_lower=by_unit[1],
        part_upper=by_unit[2],
        parts=totals,
        subtotals=subtotals,
        periods=periods,
        **columns,
    )


def mean_total(setting: Setting, goals: Goals) -> float:
    """Give the total alone, in the events of the data."""
    total = 0.0
    for block in unit_blocks(setting.posterior):
        gaps = gaps_of(setting, goals, block)
        total += float(gaps.value(frozenset(setting.parts)).mean(axis=0).sum())
    return total


def _add_periods(periods: Floats, setting: Setting, goals: Goals, block: Block) -> None:
    """Add a block's opportunities to the totals of the periods."""
    posterior, part = setting.posterior, block.part
    rows = slice(block.first_row, block.first_row + part.rows)
    beta, transient = posterior.beta, posterior.transient
    theta = beta @ part.reference.T + block.effect
    own = row_rates(setting, part, beta, theta, transient, first_row=block.first_row)
    kind = goals.level or goals.crude
    goal = of_some(setting.among, kind[True], block.units)
    if goals.level:
        goal = row_rates(setting, part, beta, goal, transient, first_row=block.first_row)
    else:
        goal = part.expand(goal)
    gap = setting.sign * (own - goal) * setting.row_volume[rows]
    gap = np.where(setting.counted[block.units][part.row_unit], gap, 0.0)
    # The floor is taken over a unit's cells of a period together.
    key = part.row_unit * len(periods) + part.row_period
    start = np.flatnonzero(np.diff(key, prepend=-1))
    summed = np.maximum(np.add.reduceat(gap, start, axis=1), 0.0)
    of = part.row_period[start]
    for period in range(len(periods)):
        periods[period] += summed[:, of == period].sum(axis=1)


def _moments(setting: Setting, spread: Floats, own: Floats) -> tuple[Floats, Floats]:
    """Reliability, and what units would have by their rates: summed where they can be."""
    posterior, design = setting.posterior, setting.design
    if posterior.lattice is not None:
        summed = summed_moments(design, prune(posterior.lattice))
        if setting.plain:
            own = setting.reported.volume * summed.estimate_own
        return summed.reliability, own
    prior = np.empty(design.units)
    for columns, part in design.blocks(posterior.draws):
        prior[columns] = prior_variance(part, posterior.hyper).mean(axis=0)
    return reliability_of(spread, prior), own


def total_periods(
    setting: Setting, sums: Sums, published: Floats, *, level: float, multiplier: float
) -> PeriodTotals | None:
    """Summarise the periods' totals; None where there is one period."""
    design = setting.design
    if not design.period:
        return None
    lower, upper = np.quantile(sums.periods, [0.5 * (1.0 - level), 0.5 * (1.0 + level)], axis=1)
    return PeriodTotals(
        period=design.period,
        estimate=multiplier * sums.periods.mean(axis=1),
        lower=multiplier * lower,
        upper=multiplier * upper,
        published=multiplier * published,
        level=level,
    )


def sum_total(
    setting: Setting,
    sums: Sums,
    point: Floats,
    plug_in: Floats,
    chance: Floats,
    *,
    level: float,
    material: float,
    multiplier: float,
) -> OpportunityTotal:
    """Summarise the total over units: its draws, beside the published figure and chance."""
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    lower, upper = np.quantile(sums.total, ends)
    # Of the same units as the published figure.
    by_chance = chance[:, np.isfinite(point)].sum(axis=1, dtype=float)
    low, high = np.quantile(by_chance, ends)
    effective = effective_of(setting.posterior, sums.total[:, None])
    error = sums.total.std(ddof=1) / np.sqrt(np.ravel(effective)[0])
    reached = float(np.mean(sums.total >= material)) if np.isfinite(material) else float("nan")
    return OpportunityTotal(
        estimate=multiplier * float(sums.total.mean()),
        estimate_mcse=multiplier * float(error),
        lower=multiplier * float(lower),
        upper=multiplier * float(upper),
        level=level,
        published=multiplier * float(np.nansum(point)),
        plug_in=multiplier * float(plug_in.sum()),
        signed=multiplier * float(sums.total_signed.mean()),
        chance_expected=multiplier * float(by_chance.mean()),
        chance_lower=multiplier * float(low),
        chance_upper=multiplier * float(high),
        p_material=reached,
    )


def sum_parts(
    setting: Setting,
    sums: Sums,
    order: NDArray[np.intp],
    names: tuple[str, ...],
    sets: Floats,
    *,
    level: float,
    multiplier: float,
) -> Waterfall:
    """Summarise the parts of the published figure, for the total, units and sets of them."""
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    lower, upper = np.quantile(sums.parts, ends, axis=1)
    set_lower, set_upper = np.quantile(sums.subtotals, ends, axis=1)
    return Waterfall(
        component=(setting.start, *setting.parts, "remaining"),
        estimate=multiplier * sums.parts.mean(axis=1),
        lower=multiplier * lower,
        upper=multiplier * upper,
        unit_estimate=multiplier * sums.part[:, order],
        unit_lower=multiplier * sums.part_lower[:, order],
        unit_upper=multiplier * sums.part_upper[:, order],
        subtotal=names,
        subtotal_units=sets.sum(axis=0).astype(np.int64),
        subtotal_estimate=multiplier * sums.subtotals.mean(axis=1),
        subtotal_lower=multiplier * set_lower,
        subtotal_upper=multiplier * set_upper,
        level=level,
    )
