"""The words around the charts of unmeasured case-mix."""

from varstat.errors import ModelError
from varstat.estimands.league.result import SURE, League
from varstat.estimands.opportunity.result import Opportunity
from varstat.estimands.unmeasured.result import UnmeasuredRanks, UnmeasuredTotal
from varstat.estimands.unmeasured.words import CAVEAT, say_unmeasured_ranks, say_unmeasured_total
from varstat.present.caption import Caption, heading
from varstat.prose.number import percent
from varstat.prose.text import clean

_AXIS = "Share of the variance between units that is case-mix nobody recorded"


def ranks_of(league: League) -> UnmeasuredRanks:
    """Give what a league table says of unmeasured case-mix.

    Raises
    ------
    ModelError
        If it wasn't asked, or no unit is ranked.
    """
    if league.unmeasured is None:
        raise _unasked()
    return league.unmeasured


def total_of(opportunity: Opportunity) -> UnmeasuredTotal:
    """Give what an opportunity says of unmeasured case-mix.

    Raises
    ------
    ModelError
        If it wasn't asked.
    """
    if opportunity.unmeasured is None:
        raise _unasked()
    return opportunity.unmeasured


def _unasked() -> ModelError:
    return ModelError(
        "unmeasured",
        "there is nothing here of unmeasured case-mix. Ask for it with --unmeasured, of units that "
        "are ranked.",
    )


def caption_of_ranks(league: League) -> Caption:
    """Say what is written around the chart of a league table."""
    found = ranks_of(league)
    return Caption(
        distrust=clean(league.distrust),
        title=title_of_ranks(league),
        finding=say_unmeasured_ranks(found),
        axis=_AXIS,
        footer=f"Lines: numbers of units whose probability is over {percent(SURE)}. {CAVEAT}",
    )


def caption_of_total(opportunity: Opportunity) -> Caption:
    """Say what is written around the chart of an opportunity."""
    found = total_of(opportunity)
    return Caption(
        distrust=clean(opportunity.distrust),
        title=title_of_total(opportunity),
        finding=say_unmeasured_total(found),
        axis=_AXIS,
        footer=f"Band: {percent(found.level)} interval. {CAVEAT}",
    )


def title_of_ranks(league: League) -> str:
    """Title the chart of a league table."""
    return f"Who stays surely where: {heading(league)}"


def title_of_total(opportunity: Opportunity) -> str:
    """Title the chart of an opportunity."""
    return f"Opportunity and unmeasured case-mix: {heading(opportunity)}"


def alt_of_ranks(league: League) -> str:
    """Say in words what the chart of a league table shows."""
    title = f"{title_of_ranks(league)}."
    return clean(" ".join([league.distrust, title, say_unmeasured_ranks(ranks_of(league))]).strip())


def alt_of_total(opportunity: Opportunity) -> str:
    """Say in words what the chart of an opportunity shows."""
    title, found = f"{title_of_total(opportunity)}.", total_of(opportunity)
    return clean(" ".join([opportunity.distrust, title, say_unmeasured_total(found)]).strip())
