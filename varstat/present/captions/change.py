"""The words around the charts of a change."""

from varstat.estimands.change.result import Change
from varstat.estimands.change.words import EXPLAINED, name_effects
from varstat.present.caption import Caption, group_text
from varstat.prose.number import percent
from varstat.prose.text import clean


def titled(what: str, change: Change) -> str:
    """Title one chart: what it shows, of which indicator and group, between which periods."""
    group = group_text(change)
    text = f"{what}: {clean(change.indicator)}, {clean(change.before)} to {clean(change.after)}"
    return f"{text}, {group}" if group else text


def finding(change: Change) -> str:
    """Say in a sentence what happened to the total."""
    return clean(change.findings.split("\n")[0])


def bridge_caption(change: Change) -> Caption:
    """Say what is written around a bridge."""
    names = name_effects(change)
    said = [f"{names[name]}: {EXPLAINED[name]}" for name in change.bridge.effect[1:-1]]
    text = "; ".join(said)
    return Caption(
        distrust=clean(change.distrust),
        title=titled("Why the opportunity moved", change),
        finding=finding(change),
        axis="Events short of the target, all units together",
        footer=f"Lines: {percent(change.level)} intervals of each part, drawn from where its bar "
        f"ends; parts add up in every draw. {text[:1].upper()}{text[1:]}.",
    )


def series_caption(change: Change) -> Caption:
    """Say what is written around a series."""
    return Caption(
        distrust=clean(change.distrust),
        title=titled("The nation in every period", change),
        finding=finding(change),
        axis="Opportunity, events",
        footer=f"Bands: {percent(change.level)} intervals. Shaded: the periods compared. The "
        f"target is found anew in each period. Frame: {clean(change.frame)}.",
    )


def movers_caption(change: Change) -> Caption:
    """Say what is written around a chart of movers."""
    what = "lasting level" if change.lasting else "rate in the period"
    return Caption(
        distrust=clean(change.distrust),
        title=titled("Who moved in rank", change),
        finding="Units that moved by the most places, of "
        f"{len(change.units.unit):,} with both periods",
        axis=f"Rank by {what}, 1 is best: hollow then, full now",
        footer=f"Lines: {percent(change.level)} intervals of the places moved, drawn about the "
        "rank now. Every unit's rank moves when others' do.",
    )


def alt_text(change: Change, what: str) -> str:
    """Say in words what a chart shows."""
    return f"{titled(what, change)}. {clean(change.summary())}"
