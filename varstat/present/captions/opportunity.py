"""The words around the charts of an opportunity."""

from collections.abc import Sequence

import numpy as np

from varstat.estimands.opportunity.result import Opportunity
from varstat.estimands.opportunity.words import is_like_chance
from varstat.present.captions.head import Head
from varstat.present.captions.league import ENGINES
from varstat.present.captions.parts import COMPONENTS
from varstat.prose.number import figure, percent
from varstat.prose.text import clean
from varstat.prose.trust import say_distrust
from varstat.target.rule import say_target


def group_text(opportunity: Opportunity) -> str:
    """Say what the units of this group have in common; empty where there is one group."""
    return clean(" · ".join(str(value) for value in opportunity.by.values()))


def heading(opportunity: Opportunity, what: str) -> str:
    """Title one chart: what it shows, of which indicator and group."""
    group = group_text(opportunity)
    title = f"{what}: {clean(opportunity.indicator)}"
    return f"{title}, {group}" if group else title


def head(opportunity: Opportunity, what: str) -> Head:
    """Say what stands above one chart."""
    return Head(
        distrust=clean(say_distrust(opportunity.diagnostics)),
        title=heading(opportunity, what),
        finding=finding(opportunity),
    )


def comparability_head(opportunity: Opportunity) -> Head:
    """Say what stands above a chart of comparability."""
    count = opportunity.units.unit.size
    apart = int(np.sum(~opportunity.units.comparable))
    who = f"{apart:,} of {count:,} units are" if apart != 1 else f"1 of {count:,} units is"
    return Head(
        distrust=clean(say_distrust(opportunity.diagnostics)),
        title=heading(opportunity, "Comparability"),
        finding=f"{who} not comparable" if apart else f"All {count:,} units are comparable",
    )


def head_of_many(opportunities: Sequence[Opportunity]) -> Head:
    """Say what stands above a chart of totals."""
    failed = sum(not each.diagnostics.passed for each in opportunities)
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
    return Head(distrust=distrust, title=f"Opportunity: {title}", finding=finding)


def finding(opportunity: Opportunity) -> str:
    """Say the total beside what was published and what chance gives."""
    total = opportunity.total
    text = (
        f"{figure(total.estimate)} in all ({percent(opportunity.level)} interval "
        f"{figure(total.lower)} to {figure(total.upper)}); published {figure(total.published)}"
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


def alt_text(opportunity: Opportunity, what: str) -> str:
    """Say in words what a chart of an opportunity shows.

    Parameters
    ----------
    opportunity : Opportunity
    what : {"opportunity", "waterfall", "comparability"}

    Returns
    -------
    str
    """
    shows = {
        "opportunity": "Opportunity of units with intervals, and what was published",
        "waterfall": "What the published opportunity is made of",
        "comparability": "Share of each unit's case-mix that others treat as well",
    }[what]
    parts = [f"{shows}. {clean(opportunity.indicator)}.", clean(opportunity.summary())]
    if what == "waterfall":
        fall = opportunity.waterfall
        parts += [
            f"{COMPONENTS[name]}: {figure(value)}."
            for name, value in zip(fall.component, fall.estimate.tolist(), strict=True)
        ]
    if what == "comparability":
        left = int(np.sum(~opportunity.units.comparable))
        parts.append(f"{left:,} of {opportunity.units.unit.size:,} units are not comparable.")
    return " ".join(parts)


def alt_text_of_many(opportunities: Sequence[Opportunity]) -> str:
    """Say in words what a chart of totals shows."""
    rows = [
        f"{group_text(each) or clean(each.indicator)}: {finding(each)}"
        for each in opportunities[:60]
    ]
    return f"Totals of {len(opportunities):,} groups, with intervals. {'. '.join(rows)}."
