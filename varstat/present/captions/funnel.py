"""The words around a funnel: title, finding, axes, footer and alternative text."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from varstat.funnel.result import Funnel, has_bar, has_limits, has_point
from varstat.present.caption import MAX_PANELS, Caption, group_text, heading
from varstat.prose.number import count, first_count, percent
from varstat.prose.rate import measured_text, rate_text
from varstat.prose.text import clean
from varstat.target.rule import rule_text

METHODS = {
    "exact": "exact limits, drawn smooth between counts",
    "interpolated": "exact limits, interpolated between counts",
    "normal": "normal-approximation limits",
}


def count_text(count: float) -> str:
    """Write an expected number: with decimals only where it is small."""
    if 0 < count < 0.05:
        return "under 0.1"
    return f"{count:.1f}" if count < 9.95 else f"{count:,.0f}"


def finding(funnel: Funnel) -> str:
    """Say how many units are flagged at the strictest level, beside what chance would give."""
    units, level = funnel.units, max(funnel.levels)
    strict = units.flag_level >= level
    high = int(np.sum(strict & (units.flag == "high")))
    low = int(np.sum(strict & (units.flag == "low")))
    total = len(units.unit)
    noun = "unit" if total == 1 else "units"
    which = f" ({high} high, {low} low)" if high and low else (" high" if high else "")
    which = " low" if low and not high else which
    text = f"{first_count(high + low)} of {total:,} {noun} flagged{which} at {percent(level)}"
    expected = funnel.expected_false_flags.get(level)
    if expected is not None and np.isfinite(expected):
        text += f"; {count_text(expected)} expected if all were at the target"
    return text


def short_finding(funnel: Funnel) -> str:
    """Say the finding in a few characters, for a small panel."""
    level = max(funnel.levels)
    units = len(funnel.units.unit)
    if not has_limits(funnel):
        return f"{units:,} unit{'' if units == 1 else 's'}: too few for limits"
    return f"{first_count(funnel.flagged(level))} of {units:,} outside {percent(level)}"


def finding_of_many(funnels: Sequence[Funnel]) -> str:
    """Say how many units are flagged over all groups, beside what chance would give."""
    level = max(max(f.levels) for f in funnels)
    flagged = sum(int(np.sum(f.units.flag_level >= level)) for f in funnels)
    total = sum(len(f.units.unit) for f in funnels)
    expected = sum(f.expected_false_flags.get(level, np.nan) for f in funnels)
    text = (
        f"{len(funnels):,} groups: {count(flagged)} of {total:,} units flagged at {percent(level)}"
    )
    if np.isnan(expected):
        return text
    return f"{text}; {count_text(expected)} expected if all were at the target"


def rate_title(funnel: Funnel) -> str:
    """Title the axis of rates, with the direction that is better."""
    name = funnel.measure.title
    if funnel.event_label != funnel.measure.event:
        name = f"{'Share' if funnel.measure.percent else name}: {funnel.event_label}"
    better = {
        "higher-is-better": " (higher is better)",
        "lower-is-better": " (lower is better)",
        "neither": "",
    }
    return clean(name + better[funnel.direction])


def size_title(funnel: Funnel, scale: str) -> str:
    """Title the axis of sizes, with its scale where that isn't even."""
    note = {"log": ", log scale", "sqrt": ", square-root scale", "linear": ""}[scale]
    if funnel.measure.size_is_error:
        of = {"log": " of the logarithm", "logit": " of the logit"}.get(funnel.measure.link, "")
        return f"Standard error{of} (more certain to the right{note})"
    what = {"expected": "expected events"}.get(funnel.size_label, funnel.size_label)
    return clean(f"Size of the unit ({what}{note})")


def target_text(funnel: Funnel) -> str:
    """Write the value of the target line, in the words of its rule."""
    rule = funnel.target_rule
    name = {"pooled": "Average", "median": "Median", "leave-one-out": "Average"}.get(rule, "Target")
    return f"{name} {measured_text(funnel.target, measure=funnel.measure)}"


def limit_kinds(funnels: Sequence[Funnel]) -> list[str]:
    """List the kinds of limits that are drawn."""
    limits = (funnel.drawn_limits(funnel.units.size[:1]) for funnel in funnels)
    return list(dict.fromkeys(kind for each in limits for kind in each["kind"]))


def footer(funnel: Funnel, kinds: Sequence[str]) -> str:
    """Say how the lines and the flags were made."""
    method = METHODS.get(funnel.limits_method, f"{funnel.limits_method} limits")
    wider = ", widened for over-dispersion" if "overdispersed" in kinds else ""
    recipe = "" if funnel.method == "varstat" else f" Recipe: {funnel.method.upper()}."
    # Exact lines agree with every flag; a recipe flags by its lines, and a mean's is its tail.
    tails = " Flags come from tail probabilities, not from the lines."
    exact = funnel.limits_method == "exact" or not (funnel.measure.counts and funnel.exact)
    basis = funnel.units.basis
    if funnel.method != "varstat" or (exact and basis.known):
        tails = ""
    usual = "share of cases sampled" if basis.sampled else "error of the events expected"
    how = method + wider + ("" if basis.known else f", for the usual {usual}")
    return f"Method: {how}; target: {rule_text(funnel.target_rule)}.{recipe}{tails}"


def caption(funnel: Funnel) -> Caption:
    """Say what is written around the chart of one funnel."""
    return Caption(
        title=heading(funnel),
        finding=finding(funnel),
        axis=rate_title(funnel),
        sizes={scale: size_title(funnel, scale) for scale in ("linear", "sqrt", "log")},
        target=target_text(funnel),
        footer=footer(funnel, limit_kinds([funnel])),
        group=group_text(funnel),
        short=short_finding(funnel),
    )


def caption_of_many(funnels: Sequence[Funnel]) -> Caption:
    """Say what is written around small multiples."""
    titles = list(dict.fromkeys(funnel.indicator for funnel in funnels))
    return replace(
        caption(funnels[0]),
        title=titles[0] if len(titles) == 1 else f"{len(titles)} indicators",
        finding=finding_of_many(funnels),
        footer=footer(funnels[0], limit_kinds(funnels[:MAX_PANELS])),
    )


def alt_text(funnels: Sequence[Funnel]) -> str:
    """Say in words what a chart of funnels shows: what it is, its axes and what it found.

    Parameters
    ----------
    funnels : sequence of Funnel

    Returns
    -------
    str
        A few sentences, for readers who don't see the chart.
    """
    if len(funnels) > 1:
        return _alt_text_of_many(funnels)
    (funnel,) = funnels
    units = funnel.units
    measure = funnel.measure
    drawn, withheld = has_point(units), has_bar(units)
    parts = [f"Funnel plot of {heading(funnel)}."]
    if drawn.any():
        low, high = float(units.rate[drawn].min()), float(units.rate[drawn].max())
        small, large = float(units.size[drawn].min()), float(units.size[drawn].max())
        parts.append(
            f"Each of {int(drawn.sum()):,} units is a point: {funnel.measure.size} from"
            f" {small:,.6g} to {large:,.6g} across, {funnel.measure.rate} from"
            f" {rate_text(low, percent=measure.percent, per=measure.per)} to "
            f"{measured_text(high, measure=measure)} up."
        )
    if withheld.any():
        parts.append(f"{int(withheld.sum()):,} units with withheld counts are vertical bars.")
    levels = " and ".join(percent(level) for level in funnel.levels)
    target = measured_text(funnel.target, measure=measure)
    parts.append(f"Limits at {levels} lie around the target, {target}.")
    return " ".join([*parts, clean(funnel.summary())])


def _alt_text_of_many(funnels: Sequence[Funnel]) -> str:
    drawn = min(len(funnels), MAX_PANELS)
    rows = [f"{group_text(f) or clean(f.indicator)}: {short_finding(f)}" for f in funnels[:drawn]]
    left = len(funnels) - drawn
    more = f" {left} more groups are not drawn." if left else ""
    text = f"{drawn} funnel plots of {clean(funnels[0].indicator)}, one a group. "
    return text + ". ".join(rows) + "." + more
