"""What an opportunity says in plain English, and what it can't be taken for."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from varstat.estimands.opportunity.complete import CompleteOpportunity
from varstat.estimands.opportunity.parts import CombinedTotal
from varstat.estimands.opportunity.result import Opportunity
from varstat.estimands.unmeasured.words import say_unmeasured_total
from varstat.hierarchical.automatic import NOT_NORMAL
from varstat.measure import Floats
from varstat.measure.homogeneity import DIFFERENT
from varstat.prose.homogeneity import say_homogeneity, say_power
from varstat.prose.number import (
    MINUS,
    count,
    figure,
    listed,
    noise_step,
    p_text,
    percent,
    stepped,
)
from varstat.prose.text import summarise
from varstat.target.rule import say_target

_PARTS = {
    "chance": "chance",
    "casemix": "case-mix",
    "peer_group": "differences between peer groups",
}


def say_opportunity(opportunity: Opportunity) -> str:
    """Say in plain English what an opportunity is, and what it can't be taken for.

    Parameters
    ----------
    opportunity : Opportunity

    Returns
    -------
    str
        A paragraph; above it, on a line of its own, that the posterior is not to be trusted,
        where it failed its checks.
    """
    if not opportunity.units.comparable.any() and np.isnan(opportunity.units.estimate).all():
        return (
            "No unit can be compared with others, so that there is no opportunity to speak of. "
            f"The published method gives {figure(opportunity.total.published)} all the same."
        )
    parts = [
        (0, _headline(opportunity)),
        (3, _money(opportunity)),
        (1, _chance(opportunity)),
        (6, _alike_text(opportunity)),
        (7, _point_methods(opportunity)),
        (4, _material(opportunity)),
        (5, _made_of(opportunity)),
        (2, opportunity.target_bias),
    ]
    if opportunity.complete is not None:
        parts.append((2, _say_complete(opportunity.complete, total_step(opportunity))))
    if opportunity.unmeasured is not None:
        parts.append((2, say_unmeasured_total(opportunity.unmeasured)))
    return summarise(parts)


def _say_complete(found: CompleteOpportunity, step: float) -> str:
    """Say what the total would be had all been reported, as rounded as the total itself."""
    total, lower, upper = (
        write_total(value, step) for value in (found.estimate, found.lower, found.upper)
    )
    return (
        f"Had all been reported it would be {total} ({percent(found.level)} "
        f"interval {lower} to {upper}), if losses are those stated: what no data show is what all "
        "units lost alike, and the rate of what is missing."
    )


def say_opportunities(
    every: Sequence[Opportunity], combined: Sequence[CombinedTotal], notes: Sequence[str]
) -> str:
    """Say in plain English what the opportunities of several groups or indicators are."""
    if len(every) == 1:
        return say_opportunity(every[0])
    parts = [f"{len(every):,} opportunities, each of an analysis of its own."]
    like_chance = [each for each in every if is_like_chance(each)]
    if like_chance:
        differ = sum(each.homogeneity.differs for each in like_chance)
        alike = sum(each.homogeneity.alike for each in like_chance)
        parts.append(
            f"For {len(like_chance):,} of them the published total is no more than what chance "
            f"alone gives. In {count(differ)} of those rates differ by more than chance all the "
            f"same, in {count(alike)} by no more than chance gives."
        )
    return " ".join([*parts, *say_combined(combined, notes)])


def say_combined(combined: Sequence[CombinedTotal], notes: Sequence[str]) -> list[str]:
    """Say what several indicators are worth together, and what must be known of that."""
    parts = []
    for each in combined:
        of = f" in {', '.join(each.by.values())}" if each.by else ""
        parts.append(
            f"Together{of} they are worth {figure(each.estimate)} ({percent(each.level)} interval "
            f"{figure(each.lower)} to {figure(each.upper)}; published {figure(each.published)}), "
            f"at prices of {each.price_year}."
        )
    return [*parts, *notes]


def is_like_chance(opportunity: Opportunity) -> bool:
    """Whether the published total is no more than chance alone gives; not so of a fixed target."""
    if opportunity.target_scope == "fixed":
        return False
    return opportunity.total.published <= opportunity.total.chance_upper


def total_step(opportunity: Opportunity, *, each: float = 1.0) -> float:
    """Give the step to which a total is rounded: two digits of its noise are left.

    Parameters
    ----------
    opportunity : Opportunity
    each : float
        What an event costs, where amounts are written.

    Returns
    -------
    float
        Zero where it has no noise.
    """
    total = opportunity.total
    width = (total.upper - total.lower) * each
    if not (np.isfinite(width) and width > 0):
        return 0.0
    return noise_step(width / (2.0 * NormalDist().inv_cdf(0.5 + 0.5 * opportunity.level)))


def write_total(value: float, step: float) -> str:
    """Write a total, or a part of it, in whole steps; as any figure where there is none.

    Examples
    --------
    >>> write_total(46667.3, 100.0), write_total(-0.83, 0.1), write_total(46667.3, 0.0)
    ('46,700', '−0.8', '46,667')
    """
    if not step or not np.isfinite(value):
        return figure(value)
    return stepped(round(value / step) * step, step).replace("-", MINUS)


def _headline(opportunity: Opportunity) -> str:
    total, step = opportunity.total, total_step(opportunity)
    low, high = write_total(total.lower, step), write_total(total.upper, step)
    way = "more" if opportunity.direction == "higher-is-better" else "fewer"
    year = {1.0: ""}.get(
        opportunity.multiplier, f" a year (the period times {opportunity.multiplier:g})"
    )
    goal = say_target(opportunity.target_rule, opportunity.target_scope)
    return (
        f"If every comparable unit reached {goal}, or better, "
        f"there would be {write_total(total.estimate, step)} {way} {opportunity.per}{year} "
        f"({percent(opportunity.level)} interval {low} to {high})."
    )


def _money(opportunity: Opportunity) -> str:
    money, total = opportunity.money, opportunity.total
    if money is None:
        return ""
    cost = money.unit_cost
    step = total_step(opportunity, each=cost)
    amount, low, high = (
        write_total(cost * number, step) for number in (total.estimate, total.lower, total.upper)
    )
    return (
        f"At {figure(cost)} per {money.per} (prices of {money.price_year}; {money.source}) that is "
        f"{amount} ({low} to {high}), gross: money is freed only where capacity is closed."
    )


def _chance(opportunity: Opportunity) -> str:
    total, step = opportunity.total, total_step(opportunity)
    published, expected, *ends = (
        write_total(value, step)
        for value in (
            *(total.published, total.chance_expected),
            *(total.chance_lower, total.chance_upper),
        )
    )
    span = " to ".join(ends)
    if is_like_chance(opportunity):
        return _like_chance(opportunity, span)
    expects = f"The published method gives {published}, and would give {expected} ({span})"
    alike = (
        "if all units were alike and as they are together"
        if opportunity.target_scope == "fixed"
        else "by chance alone if units didn't differ"
    )
    return f"{expects} {alike}."


def _alike_text(opportunity: Opportunity) -> str:
    """Say whether rates differ, where what is said of chance doesn't."""
    return "" if is_like_chance(opportunity) else say_homogeneity(opportunity.homogeneity)


def _like_chance(opportunity: Opportunity, span: str) -> str:
    total, units = opportunity.total, opportunity.units
    published = write_total(total.published, total_step(opportunity))
    less = "less than" if total.published < total.chance_lower else "no more than"
    found = opportunity.homogeneity
    text = (
        f"The published method gives {published} in all, {less} chance alone gives "
        f"({span} where units don't differ at all)"
    )
    if found.differs:
        return f"{text}, yet their rates differ by more than chance ({p_text(found.p_value)})."
    if found.too_alike:
        return f"{text}, and {say_homogeneity(found, what='raw rates')}"
    if not found.alike:
        tested = f" ({p_text(found.p_value)}; {say_power(found)})" if found.df else ""
        return f"{text}: these data can't tell whether units differ{tested}."
    crossing = [each for each in opportunity.interactions if each.p_value < DIFFERENT]
    if crossing:
        factors = listed([f"'{each.factor}' ({p_text(each.p_value)})" for each in crossing])
        return (
            f"{text}. Over their strata units differ by no more than chance "
            f"({p_text(found.p_value)}), yet within them they do: the effect of {factors} is not "
            "the same in all."
        )
    text += (
        f". The variation is what chance gives ({p_text(found.p_value)}; {say_power(found)}): "
        "what an estimate finds all the same rests on the prior."
    )
    clear = int(np.sum(units.lower > 0.25 * units.estimate))
    if clear:
        who = "one unit" if clear == 1 else f"{clear:,} units"
        text += f" Yet of {who} the interval is well clear of zero."
    return text


def _point_methods(opportunity: Opportunity) -> str:
    total = opportunity.total
    shrunken = write_total(total.plug_in, total_step(opportunity))
    text = f"From shrunken rates one would get {shrunken}"
    start, *parts = opportunity.waterfall.component[:-1]
    # Under a named rule the published figure stays within peer groups as well.
    same = "casemix" not in parts and ("peer_group" not in parts or start == "crude")
    if same and total.plug_in < total.estimate < total.published:
        return f"{text}: raw rates give too much, shrunken ones too little."
    return f"{text}."


def _material(opportunity: Opportunity) -> str:
    if not np.isfinite(opportunity.materiality):
        return ""
    material = int(np.sum(opportunity.units.p_material > 0.5))
    sure = int(np.sum(opportunity.units.p_material > 0.95))
    return (
        f"An opportunity of {opportunity.materiality:,.15g} or more is likelier than not for "
        f"{material:,} of {opportunity.units.unit.size:,} units, and over 95% sure for {sure:,}."
    )


def _made_of(opportunity: Opportunity) -> str:
    fall = opportunity.waterfall
    parts = list(zip(fall.component, fall.estimate.tolist(), strict=True))
    published = parts[0][1]
    step = total_step(opportunity)
    if not _digits(write_total(published, step)):
        return ""
    # Signs as table and chart have them; the total is rounded after each part, so that they add up.
    left = published - np.cumsum([0.0, *(value for _, value in parts[1:-1])])
    whole = np.round(left / step) * step if step else left
    taken = dict(zip((name for name, _ in parts[1:-1]), -np.diff(whole), strict=True))
    shares = [f"{write_total(value, step)} of {_PARTS[name]}" for name, value in taken.items()]
    crude = fall.component[0] == "crude"
    what = "What crude rates over all units give" if crude else "What is published"
    rest = write_total(parts[-1][1], step)
    text = f"{what}, {write_total(published, step)}, is made of {listed(shares)}; {rest} remains"
    if taken.get("chance", 0.0) < 0.0:
        luck = write_total(-taken["chance"], step)
        text += f" (chance is negative: luck hid {luck} of what there is)"
    if any(value < 0.0 for name, value in taken.items() if name != "chance"):
        text += " (a negative part: allowing for it shows more than there was before)"
    return f"{text}."


def _digits(text: str) -> str:
    return text.strip(f"{MINUS}0.,")


def say_with_normal(notes: Sequence[str], total: Floats, *, level: float) -> tuple[str, ...]:
    """Put beside the note that effects aren't normal what the total would be if they were.

    Parameters
    ----------
    notes : sequence of str
    total : ndarray of float, shape (draws,)
        With normal effects.
    level : float

    Returns
    -------
    tuple of str
    """
    lower, upper = np.quantile(total, [0.5 * (1.0 - level), 0.5 * (1.0 + level)])
    more = (
        f" With normal effects the total would be {figure(float(total.mean()))} "
        f"({figure(float(lower))} to {figure(float(upper))})."
    )
    return tuple(note + more if note.startswith(NOT_NORMAL) else note for note in notes)
