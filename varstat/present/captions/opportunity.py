"""The words around the charts of an opportunity."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from varstat.errors import ModelError, UsageError
from varstat.estimands.opportunity.result import Opportunity
from varstat.estimands.opportunity.words import is_like_chance, total_step, write_total
from varstat.present.caption import MAX_PANELS, PARTS, Caption, group_text
from varstat.present.captions.league import ENGINES
from varstat.prose.number import figure, percent
from varstat.prose.text import clean
from varstat.target.rule import say_target


def titled(what: str, opportunity: Opportunity) -> str:
    """Title one chart: what it shows, of which indicator and group."""
    group = group_text(opportunity)
    title = f"{what}: {clean(opportunity.indicator)}"
    return f"{title}, {group}" if group else title


def caption(opportunity: Opportunity, what: str) -> Caption:
    """Say what is written around the chart of units."""
    return Caption(
        distrust=clean(opportunity.distrust),
        title=titled(what, opportunity),
        finding=finding(opportunity),
        axis=axis_title(opportunity),
        footer=footer(opportunity),
    )


def waterfall_caption(opportunity: Opportunity, subtotal: str = "") -> Caption:
    """Say what is written around the waterfall of all units, or of a set of them."""
    what = _made_of(opportunity)
    return replace(
        caption(opportunity, f"{what}, {subtotal}" if subtotal else what),
        footer=f"Lines: {percent(opportunity.waterfall.level)} intervals of each part, drawn from "
        "where its bar ends. Parts are Shapley shares of the first bar and add up to it in "
        "every draw; allowing for a negative one shows more than there was.",
    )


def _made_of(opportunity: Opportunity) -> str:
    """Title a waterfall by what it starts from."""
    crude = opportunity.waterfall.component[0] == "crude"
    return f"What the {'crude' if crude else 'published'} opportunity is made of"


def comparability_caption(opportunity: Opportunity) -> Caption:
    """Say what is written around a chart of comparability."""
    count = opportunity.units.unit.size
    apart = int(np.sum(~opportunity.units.comparable))
    who = f"{apart:,} of {count:,} units are" if apart != 1 else f"1 of {count:,} units is"
    return replace(
        caption(opportunity, "Comparability"),
        finding=f"{who} not comparable" if apart else f"All {count:,} units are comparable",
        axis="Share of the unit's case-mix that others of its peer group treat as well",
        footer="Who isn't comparable carries no opportunity and sets no target.",
    )


def caption_of_many(opportunities: Sequence[Opportunity]) -> Caption:
    """Say what is written around a chart of totals."""
    failed = sum(bool(each.distrust) for each in opportunities)
    distrust = (
        f"NOT TO BE TRUSTED: {failed:,} of {len(opportunities):,} posteriors failed their checks."
        if failed
        else ""
    )
    titles = list(dict.fromkeys(clean(each.indicator) for each in opportunities))
    title = titles[0] if len(titles) == 1 else f"{len(titles)} indicators"
    alike = sum(is_like_chance(each) for each in opportunities)
    finding = f"{len(opportunities):,} groups; each total with its interval"
    if alike:
        finding += f"; in {alike:,} the published figure is no more than chance gives"
    return Caption(
        distrust=distrust,
        title=f"Opportunity: {title}",
        finding=finding,
        axis=axis_title(opportunities[0]),
        footer=f"Lines: {percent(opportunities[0].level)} intervals.",
    )


def check_marks(opportunities: Sequence[Opportunity], *, marked: bool) -> None:
    """Check that there are units to mark.

    Raises
    ------
    UsageError
        If there are totals alone.
    """
    if marked and len(opportunities) > 1:
        raise UsageError("highlight", "a chart of totals has no units to mark.")


def check_strata(opportunities: Sequence[Opportunity]) -> None:
    """Check that something is known of what units treat.

    Raises
    ------
    ModelError
        If the model has no strata.
    """
    if not opportunities[0].model.get("strata"):
        raise ModelError(
            "comparability",
            "without strata nothing is known of what units treat. Name their columns with "
            "--stratum.",
        )


def finding(opportunity: Opportunity) -> str:
    """Say the total beside what was published and what chance gives."""
    total, step = opportunity.total, total_step(opportunity)
    found, low, high = (
        write_total(value, step) for value in (total.estimate, total.lower, total.upper)
    )
    text = (
        f"{found} in all ({percent(opportunity.level)} interval {low} to {high}); published "
        f"{figure(total.published)}"
    )
    if is_like_chance(opportunity):
        return f"{text}, no more than chance gives"
    alike = "units all alike" if opportunity.target_scope == "fixed" else "chance alone"
    return f"{text}; {alike} would give {figure(total.chance_expected)}"


def axis_title(opportunity: Opportunity) -> str:
    """Title the axis of events."""
    way = "more" if opportunity.direction == "higher-is-better" else "fewer"
    goal = say_target(opportunity.target_rule, opportunity.target_scope)
    return clean(f"{way.capitalize()} {opportunity.per}, at {goal}")


def footer(opportunity: Opportunity) -> str:
    """Say how it was computed, in one line or two."""
    model = opportunity.model
    likelihood = str(model.get("likelihood", "")).capitalize()
    lines = f"Lines: {percent(opportunity.level)} intervals of joint draws"
    if opportunity.target_scope != "fixed":
        lines += ", in each of which the target is found again"
    engine = ENGINES[opportunity.engine]
    parts = [
        f"{lines}.",
        f"Method: {likelihood} model, {model.get('effects')} effects, by {engine}.",
    ]
    adjusted = [*_texts(model.get("strata")), *_texts(model.get("covariates"))]
    if adjusted:
        parts.append(f"Adjusted for {clean(', '.join(adjusted))}.")
    return " ".join(parts)


def _texts(names: object) -> list[str]:
    return [str(name) for name in names] if isinstance(names, list) else []


def alt_text(opportunities: Sequence[Opportunity], what: str) -> str:
    """Say in words what a chart of opportunities shows.

    Parameters
    ----------
    opportunities : sequence of Opportunity
        Of several, their totals.
    what : {"opportunity", "waterfall", "comparability"}

    Returns
    -------
    str
    """
    if len(opportunities) > 1:
        rows = [
            f"{group_text(each) or clean(each.indicator)}: {finding(each)}"
            for each in opportunities[:MAX_PANELS]
        ]
        return f"Totals of {len(opportunities):,} groups, with intervals. {'. '.join(rows)}."
    (opportunity,) = opportunities
    shows = {
        "opportunity": "Opportunity of units with intervals, and what was published",
        "waterfall": _made_of(opportunity),
        "comparability": "Share of each unit's case-mix that others treat as well",
    }[what]
    parts = [f"{shows}. {clean(opportunity.indicator)}.", clean(opportunity.summary())]
    if what == "waterfall":
        fall = opportunity.waterfall
        parts += [
            f"{PARTS[name].capitalize()}: {figure(value)}."
            for name, value in zip(fall.component, fall.estimate.tolist(), strict=True)
        ]
    if what == "comparability":
        left = int(np.sum(~opportunity.units.comparable))
        parts.append(f"{left:,} of {opportunity.units.unit.size:,} units are not comparable.")
    return " ".join(parts)
