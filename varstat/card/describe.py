"""Say a card in plain English."""

import textwrap
from collections.abc import Iterator

from varstat.card.codes import describe_codes
from varstat.card.field import OWN_SIZE
from varstat.card.review import Review
from varstat.card.schema import Card
from varstat.card.section import Section
from varstat.target.rule import parse_target

_BESIDE = {
    "expected_se": "; what is expected is an estimate with an error, for which limits allow",
    "sampled_from": "; these are a sample of so many cases, of which the question is in a funnel",
}


def describe_card(card: Card, *, width: int = 80) -> str:
    """Describe a card as prose: what is measured, how it is analysed, how much of it is known.

    Parameters
    ----------
    card : Card
    width : int
        Characters a line.

    Returns
    -------
    str

    Examples
    --------
    >>> from varstat.card.load import load_card
    >>> describe_card(load_card("shmi")).splitlines()[0]
    'Summary Hospital-level Mortality Indicator (card shmi)'
    """
    paragraphs = [f"{card.indicator.title} (card {card.name})", *_paragraphs(card)]
    filled = (
        textwrap.fill(text, width, subsequent_indent="  " if text.startswith("- ") else "")
        for text in paragraphs
    )
    return "\n".join(filled)


def _paragraphs(card: Card) -> Iterator[str]:
    yield from _listed("A stub, by which nothing can be computed. Missing:", card.missing)
    yield ""
    yield _measured(card)
    if card.indicator.codes:
        yield f"Events are told by {describe_codes(card.indicator.codes)}"
    if card.indicator.note:
        yield card.indicator.note
    # How nothing would be computed is of no interest.
    if not card.missing:
        yield from _method(card)
    if card.links and (card.links.overlaps or card.links.balancing):
        overlaps = ", ".join(card.links.overlaps) or "nothing known"
        beside = ", ".join(card.links.balancing) or "nothing named"
        yield f"Overlaps with: {overlaps}. Read beside: {beside}."
    if card.review != Review():
        yield _reviewed(card.review)
    yield from _listed("Mind:", card.warnings)
    claims = (f"{field}: {c.status}. {c.source}" for field, c in card.provenance.items())
    yield from _listed("What is known of it, and from where:", tuple(claims))


def _method(card: Card) -> Iterator[str]:
    """Say how it is analysed, and what a gap is worth."""
    yield ""
    yield _analysed(card)
    yield ""
    yield _modelled(card)
    yield _evolves(card)
    if card.casemix and card.casemix.strata:
        note = f" {card.casemix.note}" if card.casemix.note else ""
        yield f"Units differ in case-mix by {', '.join(card.casemix.strata)}.{note}"
    for exclusion in card.exclusions:
        yield f"Left out: {exclusion.column} {', '.join(exclusion.values)}. {exclusion.because}"
    yield (
        f"Asked what a gap is worth, units are compared with {card.target.rule}"
        f"{_system(card.target.rule)}. {card.target.because}"
    )
    if card.cost:
        stated = (card.cost.price_year, card.cost.source)
        more = "".join(f"; {text}" for text in stated if text)
        worth = "no value is stated" if card.cost.value is None else f"{card.cost.value:,.15g}"
        yield (
            f"Unit cost: {worth} for each {card.cost.per} ({card.cost.basis}{more})."
            f"{_money_of(card)}"
        )


def _money_of(card: Card) -> str:
    """Say of how long the events are that money is given for."""
    match card.cost.period if card.cost else None:
        case "quarter":
            return " Money is of a quarter's events, taken four times."
        case "year":
            return " Money is of a year's events."
        case _:
            return ""


def _system(rule: str) -> str:
    named = parse_target(rule).named
    return f", the rule of {named.system}" if named else ""


def _listed(heading: str, items: tuple[str, ...]) -> Iterator[str]:
    if items:
        yield ""
        yield heading
        yield from (f"- {item}" for item in items)


def _measured(card: Card) -> str:
    indicator, measure = card.indicator, card.measure
    parts = (
        f": {indicator.numerator}, out of {indicator.denominator}" if indicator.numerator else ""
    )
    if "total" in card.needed:
        parts = ", from the total, count and sum of squares"
    parts += _BESIDE.get(card.needed[-1], "")
    whole = "" if indicator.counts == "whole" else " Amounts are continuous, not counts."
    return f"A {measure.noun}{parts}. Direction: {indicator.direction}.{whole}"


def _analysed(card: Card) -> str:
    funnel = card.funnel
    levels = " and ".join(f"{100 * level:.15g}%" for level in funnel.levels)
    watched = {"both": "both sides", "high": "the high side", "low": "the low side"}
    return (
        f"Funnel: {funnel.limits} limits at {levels} on {watched[funnel.sides]} of the target "
        f"{funnel.target}; dispersion {funnel.dispersion}, robust {funnel.robust}, tau on the "
        f"{funnel.tau_scale} scale. {funnel.because}"
    )


def _modelled(card: Card) -> str:
    model, priors = card.model, card.model.priors
    used = {
        "intercept": True,
        "coefficient": bool(model.covariates or model.inform),
        "peer_mean": True,
        "period": model.period_effects,
        "tau": True,
        "transient": model.transient == "auto",
        "contamination": model.effects in ("auto", "contaminated-normal"),
    }
    stated = "; ".join(
        f"{name.replace('_', ' ')} {_prior(getattr(priors, name))}" for name in used if used[name]
    )
    scale = ", in SDs of the values" if priors.scaled else ""
    with_ = f" with {', '.join(model.covariates)}" if model.covariates else ""
    if model.covariates and model.mundlak:
        with_ += " and the unit means of those that vary between periods"
    if model.inform:
        own = [f"own {name}" if name == OWN_SIZE else name for name in model.inform]
        with_ += f", informed by {', '.join(own)}"
    taus = "one tau for all units" if model.peer_tau == "common" else "a tau for each peer group"
    return (
        f"Model: {model.likelihood} on the {model.link} scale{with_}, {_effects(card)}, {taus}. "
        f"{_periods(card)} {model.because} Priors{scale}: {stated}."
    )


def _evolves(card: Card) -> str:
    """Say how levels go from period to period, where change is asked for."""
    stated = card.model.evolution
    levels = {
        "walk": "levels drift from period to period",
        "mean-reverting": "levels drift and return to ones of their own",
        "none": "levels stay",
    }[stated.kind]
    breaks = " and may break once" if stated.breaks else ""
    used = {
        "step": stated.kind != "none",
        "passing": True,
        "share": stated.breaks,
        "jump": stated.breaks,
        "reversion": stated.kind == "mean-reverting",
    }
    priors = "; ".join(f"{name} {_prior(getattr(stated, name))}" for name in used if used[name])
    return f"Asked for change, {levels}{breaks}. {stated.because} Priors: {priors}."


def _reviewed(stated: Review) -> str:
    """Say what a claim must reach, where that isn't what it usually must."""
    usual = Review()
    changed = "; ".join(
        f"{name} {' and '.join(f'{each:g}' for each in value)}"
        if isinstance(value, tuple)
        else f"{name} {value:g}"
        for name, value in stated
        if name != "because" and value != getattr(usual, name)
    )
    other = f" with other thresholds than usual: {changed}" if changed else " as usual"
    return f"Reviewed, claims are judged{other}. {stated.because}"


def _effects(card: Card) -> str:
    model = card.model
    match model.effects:
        case "student-t":
            return f"student-t effects with {model.degrees_of_freedom:g} degrees of freedom"
        case "contaminated-normal":
            return (
                "contaminated-normal effects, outlying ones "
                f"{model.contamination_scale:g} times as wide"
            )
        case "auto":
            return "effects that are normal unless the units show another shape"
        case "normal-by-size":
            return "normal effects whose SD goes with the units' size"
        case "normal-mixture":
            return "effects of two kinds of unit, each normal, or with long tails"
        case "learnt":
            return "effects whose distribution is learnt"
        case _:
            return "normal effects"


def _periods(card: Card) -> str:
    model = card.model
    shift = "a shift common to all units" if model.period_effects else "no shift of its own"
    match model.transient:
        case "auto":
            varies = "estimated where units have several periods"
        case "none":
            varies = "none"
        case sd:
            varies = f"SD {sd:g}"
    return f"Each period has {shift}. Variation between a unit's periods beyond chance: {varies}."


def _prior(prior: Section) -> str:
    said = prior.model_dump(exclude={"because"})
    distribution = said.pop("distribution")
    numbers = ", ".join(
        f"{name} {value if isinstance(value, str) else format(value, 'g')}"
        for name, value in said.items()
    )
    return f"{distribution}({numbers})"
