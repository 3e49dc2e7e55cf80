"""Compute opportunities from fitted models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from varstat.adjust.interaction import say_interaction
from varstat.errors import UsageError, choose, expect
from varstat.estimands.alike import check_alike
from varstat.estimands.assumptions import check_assumptions, say_assumptions
from varstat.estimands.completeness.losses import check_losses
from varstat.estimands.interactions import ask_interactions
from varstat.estimands.league.compute import describe_model
from varstat.estimands.league.raw import raw_rates
from varstat.estimands.opportunity.chance import replicate_published
from varstat.estimands.opportunity.complete import Allowance, complete_total, note_complete
from varstat.estimands.opportunity.gaps import find_goals, published, published_in_periods
from varstat.estimands.opportunity.money import price, restate_cost
from varstat.estimands.opportunity.parts import OpportunityUnits
from varstat.estimands.opportunity.plug_in import find_plug_in
from varstat.estimands.opportunity.result import Opportunities, Opportunity
from varstat.estimands.opportunity.setting import Setting, set_question
from varstat.estimands.opportunity.subtotals import units_in_sets
from varstat.estimands.opportunity.sums import (
    Sums,
    mean_total,
    sum_parts,
    sum_total,
    sum_up,
    total_periods,
)
from varstat.estimands.opportunity.unmeasured import compute_unmeasured_total
from varstat.estimands.opportunity.words import (
    say_opportunities,
    say_opportunity,
    say_with_normal,
)
from varstat.estimands.prior import note_prior
from varstat.estimands.ranks.ranks import check_level
from varstat.estimands.target import mean_rate
from varstat.estimands.unmeasured.own import part_effects
from varstat.estimands.unmeasured.result import UnmeasuredTotal
from varstat.hierarchical.automatic import was_chosen
from varstat.hierarchical.fit import with_effects
from varstat.hierarchical.model.effects import normal_effects
from varstat.hierarchical.posterior import Fits, Posterior
from varstat.measure import Floats
from varstat.target.rule import TargetRule, parse_target

INCOMPARABLE = ("exclude", "include")


def compute_opportunity(
    fits: Fits,
    *,
    level: float = 0.95,
    target: str | None = None,
    materiality: float | None = None,
    incomparable: str = "exclude",
    least_comparability: float = 0.5,
    multiplier: float = 1.0,
    subtotals: Mapping[str, Sequence[str]] | None = None,
    unit_cost: float | None = None,
    price_year: str | None = None,
    cost_source: str | None = None,
    unmeasured: bool = False,
    allowance: Allowance | None = None,
) -> Opportunities:
    r"""Compute what units would gain by reaching a target, with its uncertainty.

    For unit i with volume :math:`n_i`, and :math:`d = 1` where lower is better, -1 where higher,

    .. math:: O_i = n_i \max\{0,\ d\,(p_i(u_i) - p_i(t^*))\}

    at the unit's own case-mix, in every joint draw of the posterior, with the target :math:`t^*`
    found again in each. Totals are sums within draws; means and intervals are taken last.

    Parameters
    ----------
    fits : Fits
    level : float
        Of all intervals, in (0, 1).
    target : str, optional
        "pooled", "median", "best:0.25" or "rate:0.75", or the name of a system's rule, such as
        "bcbv" or "rightcare"; the card's unless given.
    materiality : float, optional
        Events from which an opportunity is worth pursuing.
    incomparable : {"exclude", "include"}
        Whether units whose case-mix others don't treat carry an opportunity.
    least_comparability : float
        The share of a unit's case-mix that others must treat for it to be comparable, in (0, 1].
    multiplier : float
        By which events are multiplied to be those of a year: 4 for a quarter.
    subtotals : mapping of str to sequence of str, optional
        Sets of units, by their codes, to add up as well as the peer groups.
    unit_cost : float, optional
        What one event is worth, instead of what the card says; needs `price_year` and
        `cost_source`, unless the card has them.
    price_year, cost_source : str, optional
    unmeasured : bool
        Whether to say as well what the total is if a share of what units differ by is case-mix that
        nobody recorded.
    allowance : Allowance, optional
        What wasn't reported, to be allowed for beside the total of what was.

    Returns
    -------
    Opportunities

    Raises
    ------
    UsageError
        If an option can't be.
    ModelError
        If there is no good direction, a mean doesn't say how many cases it is of, or effects can't
        be parted into a unit's own and unmeasured case-mix.
    CardError
        If a unit cost has no price year or source.
    TableError
        If losses are of no unit of the table, or an event can't be placed.

    Notes
    -----
    The mean of the positive part is not the positive part of the mean: computed on raw rates
    the sum is too high, in the equal-size normal case by exactly :math:`1/\sqrt{\rho}` with
    :math:`\rho` the reliability, and computed on shrunken rates too low by :math:`\sqrt{\rho}`.
    What is averaged here is the opportunity itself.

    References
    ----------
    .. [1] Goldstein & Spiegelhalter (1996). League tables and their limitations: statistical
       issues in comparisons of institutional performance. JRSS A 159(3), 385-443.
       doi:10.2307/2983325
    .. [2] Dropkin (2017). RightCare: wrong answers. J Public Health 40(2), e367-e374.
       doi:10.1093/pubmed/fdx136

    Examples
    --------
    >>> import varstat
    >>> table = varstat.read_table("example:star98", direction="higher-is-better")
    >>> found = varstat.compute_opportunity(varstat.fit_model(table), level=0.9)
    >>> total = found[0].total
    >>> total.plug_in < total.estimate, total.chance_expected < 0.1 * total.published
    (True, True)
    """
    expect("compute_opportunity", fits, Fits, mend="Fit its model first: fit_model(table).")
    check_level(level)
    choose("incomparable", incomparable, INCOMPARABLE)
    if materiality is not None and not (np.isfinite(materiality) and materiality > 0):
        raise UsageError("materiality", "it is a number of events above zero.")
    if not 0 < least_comparability <= 1:
        raise UsageError("least-comparability", "it is a share, above 0 and up to 1.")
    if not (np.isfinite(multiplier) and multiplier > 0):
        raise UsageError("multiplier", "it is a number above zero.")
    rule = None if target is None else parse_target(target)
    fits = restate_cost(fits, unit_cost=unit_cost, price_year=price_year, cost_source=cost_source)
    asked = {
        "level": level,
        "target": target,
        "materiality": materiality,
        "incomparable": incomparable,
        "least_comparability": least_comparability,
        "multiplier": multiplier,
        "unit_cost": unit_cost,
        "price_year": price_year,
        "cost_source": cost_source,
    }
    cost = {"unit_cost": unit_cost, "price_year": price_year, "cost_source": cost_source}
    if allowance is not None:
        check_losses(allowance.events, (str(code) for each in fits for code in each.design.unit))
    sets = {name: list(units) for name, units in (subtotals or {}).items()}
    found = tuple(
        _one_opportunity(
            each,
            rule=rule or parse_target(each.card.target.rule),
            level=level,
            materiality=materiality,
            incomparable=incomparable,
            least=least_comparability,
            multiplier=multiplier,
            subtotals=sets,
            source=fits.account.source,
            unmeasured=unmeasured,
            allowance=allowance,
        )
        for each in (map(part_effects, fits) if unmeasured else fits)
    )
    return Opportunities(
        groups=found,
        findings=say_opportunities(found, (), ()),
        accounts=(fits.account,),
        provenance=fits.provenance.then(
            "opportunity",
            options=asked | (allowance.options if allowance else {}),
            asking=asked
            | cost
            | {"subtotals": sets or None, "unmeasured": unmeasured}
            | (allowance.asking if allowance else {}),
        ),
    )


def _one_opportunity(
    posterior: Posterior,
    *,
    rule: TargetRule,
    level: float,
    materiality: float | None,
    incomparable: str,
    least: float,
    multiplier: float,
    subtotals: Mapping[str, Sequence[str]],
    source: str,
    unmeasured: bool,
    allowance: Allowance | None,
) -> Opportunity:
    design, card = posterior.design, posterior.card
    setting = set_question(posterior, rule, incomparable=incomparable, least=least)
    goals = find_goals(setting)
    material = np.inf if materiality is None else materiality / multiplier
    names, sets = units_in_sets(posterior, subtotals)
    sums = sum_up(setting, goals, level=level, material=material, sets=sets)
    point, plug_in = published(setting), find_plug_in(setting, sums)
    chance = replicate_published(setting)
    order = np.lexsort((design.unit, -sums.estimate, ~setting.counted))
    units = _unit_columns(
        setting, sums, point, plug_in, chance,
        stated=materiality is not None, level=level, multiplier=multiplier,
    )  # fmt: skip
    total = sum_total(
        setting, sums, point, plug_in, chance,
        level=level, material=material, multiplier=multiplier,
    )  # fmt: skip
    complete = complete_total(setting, goals, sums.total, allowance, level, multiplier)
    interactions = ask_interactions(posterior)
    assumptions = check_assumptions(posterior, sums.reliability)
    said = (*say_assumptions(assumptions), *map(say_interaction, interactions))
    notes = _beside_normal(posterior, rule, incomparable, least, level, multiplier)
    said += note_prior(posterior, _total_of(rule, incomparable, least, multiplier))
    opportunity = Opportunity(
        indicator=posterior.indicator,
        source=source,
        card=card.name,
        overlaps=card.links.overlaps if card.links else (),
        measure=design.measure,
        direction=design.direction,
        by=posterior.by,
        model=describe_model(posterior),
        engine=posterior.engine,
        diagnostics=posterior.diagnostics,
        target_rule=rule.text,
        target_bias=rule.named.bias if rule.named else "",
        target_scope=_scope(setting),
        **_target_rate(setting, goals.level, level=level),
        per=_per(posterior),
        multiplier=multiplier,
        level=level,
        materiality=float("nan") if materiality is None else float(materiality),
        money=price(card),
        total=total,
        units=OpportunityUnits(**{name: np.asarray(each)[order] for name, each in units.items()}),
        waterfall=sum_parts(setting, sums, order, names, sets, level=level, multiplier=multiplier),
        periods=total_periods(
            setting, sums, published_in_periods(setting), level=level, multiplier=multiplier
        ),
        interactions=interactions,
        assumptions=assumptions,
        homogeneity=check_alike(posterior, group=setting.published.group),
        draws=multiplier * sums.total,
        findings="",
        notes=(*notes, *setting.notes, *said, *note_complete(complete)),
        unmeasured=_along(setting, sums, level, multiplier) if unmeasured else None,
        complete=complete,
    )
    return replace(opportunity, findings=say_opportunity(opportunity))


def _along(setting: Setting, sums: Sums, level: float, multiplier: float) -> UnmeasuredTotal:
    return compute_unmeasured_total(setting, sums.total, level=level, multiplier=multiplier)


def _beside_normal(
    posterior: Posterior,
    rule: TargetRule,
    incomparable: str,
    least: float,
    level: float,
    multiplier: float,
) -> tuple[str, ...]:
    """Give the notes of the model, with the total under normal effects where it chose others."""
    notes = posterior.design.notes
    if not was_chosen(posterior):
        return notes
    normal = with_effects(posterior, normal_effects())
    setting = set_question(normal, rule, incomparable=incomparable, least=least)
    none = np.empty((normal.design.units, 0))
    sums = sum_up(setting, find_goals(setting), level=level, material=np.inf, sets=none)
    return say_with_normal(notes, multiplier * sums.total, level=level)


def _total_of(
    rule: TargetRule, incomparable: str, least: float, multiplier: float
) -> Callable[[Posterior], float]:
    """Give the total of another posterior, asked in the same way."""

    def total(posterior: Posterior) -> float:
        setting = set_question(posterior, rule, incomparable=incomparable, least=least)
        return multiplier * mean_total(setting, find_goals(setting))

    return total


def _per(posterior: Posterior) -> str:
    """Name an event, for a sentence."""
    counts = posterior.design.measure.counts
    return posterior.card.indicator.numerator or ("events" if counts else "units of the value")


def _scope(setting: Setting) -> str:
    match setting.rule.kind:
        case "rate":
            return "fixed"
        case "similar":
            return "similar units"
    return "within peer group" if "peer_group" in setting.parts else "all"


def _target_rate(setting: Setting, levels: dict[bool, Floats], *, level: float) -> dict[str, float]:
    """Mean and interval of the target at the reference case-mix; NaN where units' differ."""
    if not levels or levels[True].shape[1] > 1:
        return dict.fromkeys(("target", "target_lower", "target_upper"), float("nan"))
    posterior, design = setting.posterior, setting.design
    shift = posterior.beta @ design.cells.T
    rates = mean_rate(design, shift, design.cell_weight[None], posterior.transient)
    rate = rates(levels[True])[0]
    lower, upper = map(float, np.quantile(rate, [0.5 * (1.0 - level), 0.5 * (1.0 + level)]))
    return {"target": float(rate.mean()), "target_lower": lower, "target_upper": upper}


def _unit_columns(
    setting: Setting,
    sums: Sums,
    point: Floats,
    plug_in: Floats,
    chance: Floats,
    *,
    stated: bool,
    level: float,
    multiplier: float,
) -> dict[str, Any]:
    """Columns of the table of units, in the order of the design's."""
    design = setting.design
    event, size, raw = raw_rates(setting.posterior)
    safe = np.where(setting.reported.volume > 0, setting.reported.volume, np.nan)
    low, high = np.quantile(chance, [0.5 * (1.0 - level), 0.5 * (1.0 + level)], axis=0)
    counted, of = setting.counted, setting.comparability
    material = sums.material if stated else np.full(design.units, np.nan)

    def events(values: Floats) -> Floats:
        return multiplier * values

    def carried(values: Floats) -> Floats:
        return np.where(counted, values, np.nan)

    return {
        "unit": design.unit,
        "unit_name": design.unit_name,
        "peer_group": design.peer_group,
        "event": event,
        "size": size,
        "raw": raw,
        "rate": sums.own / safe,
        "target": sums.target / safe,
        "estimate": carried(events(sums.estimate)),
        "estimate_mcse": carried(events(sums.mcse)),
        "lower": carried(events(sums.lower)),
        "upper": carried(events(sums.upper)),
        "published": events(point),
        "plug_in": carried(events(plug_in)),
        "signed": carried(events(sums.signed)),
        "chance_expected": events(chance.mean(axis=0, dtype=float)),
        "chance_lower": events(low.astype(float)),
        "chance_upper": events(high.astype(float)),
        "p_material": carried(material),
        "reliability": sums.reliability,
        "comparable": of.comparable,
        "comparability": of.share,
        "effective_comparators": of.effective,
        "leverage": of.leverage,
    }
