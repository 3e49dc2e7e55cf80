"""The words around the charts of a league table."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from varstat.errors import ModelError
from varstat.estimands.league.result import SURE, League
from varstat.estimands.league.words import count_sure
from varstat.period.named import AVERAGE
from varstat.present.caption import MAX_PANELS, Caption, group_text, heading
from varstat.prose.number import first_count, percent
from varstat.prose.rate import measured_text, rate_text
from varstat.prose.text import clean
from varstat.prose.trust import say_distrust
from varstat.target.rule import rule_text

ENGINES = {"quadrature": "quadrature", "nuts": "NUTS sampling"}


def finding(league: League) -> str:
    """Say how many units surely belong to the best and the worst quarter."""
    count = league.units.unit.size
    noun = "unit" if count == 1 else "units"
    if count == 1:
        return "1 unit, which has no other to be ranked against"
    if league.rank_scope == "none":
        return f"{count:,} {noun}, highest first; no direction is stated as good, so none is ranked"
    best, worst = count_sure(league)
    return (
        f"{first_count(best)} of {count:,} {noun} in the best quarter with P > {percent(SURE)}; "
        f"{first_count(worst).lower()} in the worst"
    )


def short_finding(league: League) -> str:
    """Say the finding, or that it isn't to be trusted, in a few characters."""
    if not league.diagnostics.passed:
        return "NOT TO BE TRUSTED: failed its checks"
    count = league.units.unit.size
    if league.rank_scope == "none" or count == 1:
        return f"{count:,} unit{'' if count == 1 else 's'}"
    best, worst = count_sure(league)
    return f"{count:,} units; best quarter {best:,}, worst {worst:,} (P > {percent(SURE)})"


def finding_of_many(leagues: Sequence[League]) -> str:
    """Say the finding over all groups."""
    total = sum(league.units.unit.size for league in leagues)
    text = f"{len(leagues):,} groups, {total:,} units"
    if all(league.rank_scope == "none" for league in leagues):
        return f"{text}; no direction is stated as good, so none is ranked"
    sure = [count_sure(league) for league in leagues]
    return (
        f"{text}: {sum(best for best, _ in sure):,} in the best quarter of their group with "
        f"P > {percent(SURE)}; {sum(worst for _, worst in sure):,} in the worst"
    )


def distrust_of_many(leagues: Sequence[League]) -> str:
    """Say that posteriors are not to be trusted; empty if all passed their checks."""
    failed = [league for league in leagues if not league.diagnostics.passed]
    if len(leagues) == 1:
        return clean(say_distrust(leagues[0].diagnostics))
    if not failed:
        return ""
    return (
        f"NOT TO BE TRUSTED: {len(failed):,} of {len(leagues):,} posteriors failed their checks. "
        "Don't use or publish the panels that say so."
    )


def rate_title(league: League) -> str:
    """Title the axis of rates, with the direction that is better."""
    name = league.measure.title
    mix = (
        " at the average case-mix"
        if (league.model.get("covariates") or league.model.get("strata"))
        else ""
    )
    better = {
        "higher-is-better": " (higher is better)",
        "lower-is-better": " (lower is better)",
        "neither": "",
    }
    return clean(f"{name}{mix}{better[league.direction]}")


def rank_title(league: League) -> str:
    """Title the axis of ranks."""
    of = {"within peer group": " by distance from the mean of the peer group"}
    return f"Rank{of.get(league.rank_scope, '')} (1 is best)"


def target_text(leagues: Sequence[League]) -> str:
    """Name the target line, and of one group its value."""
    league = leagues[0]
    rule = _rule_text(league.target_rule)
    if len(leagues) > 1:
        return f"target of the group: {rule}"
    if not np.isfinite(league.target):
        return f"target of the peer group: {rule}"
    return f"target {measured_text(league.target, measure=league.measure)}: {rule}"


def _rule_text(rule: str) -> str:
    name, _, share = rule.partition(":")
    return f"what the best {percent(float(share))} reach" if name == "best" else rule_text(rule)


def heading_at(league: League) -> str:
    """Title one chart: the indicator, the group, and of several periods the time."""
    return f"{heading(league)}{_when(league)}"


def _when(league: League) -> str:
    """Say of which of several periods estimates and ranks are; empty where there is one."""
    if league.at is None:
        return ""
    if league.at != AVERAGE:
        return f", {clean(league.at)}"
    periods = [clean(str(period)) for period in cast("list[str]", league.model["periods"])]
    return f", average of {periods[0]} to {periods[-1]}"


def footer(league: League, *, ranks: bool) -> str:
    """Say what the lines and rows are, and how they were made."""
    model = league.model
    effects = str(model.get("effects", "normal")).replace("-", " ")
    parts = [
        f"Lines: {percent(league.level)} intervals, each about one unit: not a comparison of two.",
        "Rows: by tier, then by expected rank." if ranks else "Rows: by estimate.",
    ]
    likelihood, series = model.get("likelihood", "hierarchical"), model.get("series")
    if isinstance(series, dict):
        over = f"{likelihood} series of {len(series['periods'])} periods"
        parts.append(f"Method: levels in {clean(str(league.at))}, by a {over}.")
    else:
        parts.append(f"Method: {likelihood} model, {effects} effects, by {ENGINES[league.engine]}.")
    if (model.get("covariates") or model.get("strata")) and not ranks:
        parts.append("Estimates are at the average case-mix, raw rates at each unit's own.")
    return clean(" ".join(parts))


def caption(league: League, *, ranks: bool) -> Caption:
    """Say what is written around the chart of one league table."""
    return Caption(
        distrust=distrust_of_many([league]),
        title=heading_at(league),
        finding=finding(league),
        axis=rank_title(league) if ranks else rate_title(league),
        target=target_text([league]),
        footer=footer(league, ranks=ranks),
        group=group_text(league),
        short=short_finding(league),
    )


def caption_of_many(leagues: Sequence[League], *, ranks: bool) -> Caption:
    """Say what is written around small multiples."""
    first = leagues[0]
    titles = list(dict.fromkeys(f"{league.indicator}{_when(league)}" for league in leagues))
    return Caption(
        distrust=distrust_of_many(leagues),
        title=titles[0] if len(titles) == 1 else f"{len(titles)} indicators",
        finding=finding_of_many(leagues),
        axis=rank_title(first) if ranks else rate_title(first),
        target=target_text(leagues),
        footer=footer(first, ranks=ranks),
    )


def check_ranked(leagues: Sequence[League]) -> None:
    """Check that league tables have ranks.

    Raises
    ------
    ModelError
        If not, since no unit is best.
    """
    if any(league.rank_scope == "none" for league in leagues):
        raise ModelError(
            "ranks",
            "without a direction no unit is best. State --direction higher-is-better or "
            "lower-is-better.",
        )


def alt_text(leagues: Sequence[League], *, ranks: bool) -> str:
    """Say in words what a chart of league tables shows.

    Parameters
    ----------
    leagues : sequence of League
    ranks : bool
        Whether the chart shows ranks, rather than estimates.

    Returns
    -------
    str
        A few sentences, for readers who don't see the chart; first, if so, that the posterior is
        not to be trusted.
    """
    if len(leagues) > 1:
        return _alt_text_of_many(leagues, ranks=ranks)
    (league,) = leagues
    units, measure = league.units, league.measure
    what = "Ranks" if ranks else "Caterpillar plot"
    parts = [say_distrust(league.diagnostics), f"{what} of {heading_at(league)}."]
    count = units.unit.size
    if ranks:
        parts.append(
            f"Each of {count:,} units is a row: its expected rank, and the interval of its rank."
        )
    else:
        low, high = float(units.estimate.min()), float(units.estimate.max())
        parts.append(
            f"Each of {count:,} units is a row: its estimate, from "
            f"{rate_text(low, percent=measure.percent, per=measure.per)} to "
            f"{measured_text(high, measure=measure)}, with its "
            f"{percent(league.level)} interval, and its raw rate as a hollow mark."
        )
    said = league.findings
    return clean(" ".join(filter(None, [*parts, said])))


def _alt_text_of_many(leagues: Sequence[League], *, ranks: bool) -> str:
    drawn = min(len(leagues), MAX_PANELS)
    rows = [f"{group_text(o) or clean(o.indicator)}: {short_finding(o)}" for o in leagues[:drawn]]
    left = len(leagues) - drawn
    more = f" {left} more groups are not drawn." if left else ""
    what = "charts of ranks" if ranks else "caterpillar plots"
    text = f"{drawn} {what} of {clean(leagues[0].indicator)}, one a group. "
    distrust = distrust_of_many(leagues)
    return " ".join(filter(None, [distrust, text + ". ".join(rows) + "." + more]))
