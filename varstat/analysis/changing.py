"""From a specification to the change between two periods, and to what wasn't reported in them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from varstat.analysis.asking import ChangeAsking, OpportunityAsking
from varstat.analysis.steps import Setting, read_indicator
from varstat.errors import UsageError

if TYPE_CHECKING:
    from varstat.estimands.change.result import Changes
    from varstat.estimands.completeness.overrule import EventFile
    from varstat.estimands.completeness.posterior import Prior
    from varstat.estimands.opportunity.complete import Allowance


def ask_change(setting: Setting, asking: ChangeAsking) -> "Changes":
    """Find why a total moved between two periods.

    Parameters
    ----------
    setting : Setting
    asking : ChangeAsking

    Returns
    -------
    Changes

    Raises
    ------
    VarstatError
        If anything can't be what is asked.
    """
    from varstat.data.organisations.read import read_successors
    from varstat.estimands.change.compute import compute_change

    prior = state_prior(asking)
    (source, card), *_ = setting.asked.reading.pair_up()
    successors = None
    if asking.successors is not None:
        successors = read_successors(setting.find_table(asking.successors))
    events = _read_events(setting, asking)
    table, _ = read_indicator(setting, source, card)
    modelling = setting.asked.modelling
    setting.tell("Explaining the change", 0, 0)
    return compute_change(
        table,
        before=asking.before,
        after=asking.after,
        successors=successors,
        frame=asking.frame,
        events=events,
        prior=prior,
        selective_sd=asking.selective_sd,
        target=asking.target,
        minimal=asking.minimal,
        passing=asking.passing,
        unit_cost=asking.unit_cost,
        unit_cost_to=asking.unit_cost_to,
        price_year=asking.price_year,
        cost_source=asking.cost_source,
        fdr=asking.fdr,
        level=asking.level,
        draws=modelling.draws,
        seed=modelling.seed,
    )


def state_prior(asking: ChangeAsking | OpportunityAsking) -> "Prior":
    """State the prior of completeness.

    Parameters
    ----------
    asking : ChangeAsking or OpportunityAsking

    Returns
    -------
    Prior

    Raises
    ------
    UsageError
        If it is flat.
    """
    from varstat.estimands.completeness.posterior import Prior

    return Prior(
        incomplete=asking.prior_incomplete,
        centre=asking.prior_logit,
        spread=asking.prior_logit_sd,
    )


def read_allowance(
    setting: Setting, asking: OpportunityAsking
) -> "Callable[[tuple[str, ...]], Allowance | None]":
    """Read what an opportunity is to allow for that wasn't reported.

    Parameters
    ----------
    setting : Setting
    asking : OpportunityAsking

    Returns
    -------
    callable
        From the periods of a table to the allowance; to None without events.

    Raises
    ------
    UsageError
        If there are several indicators, the prior is flat, or an SD can't be.
    TableError
        If the events can't be read.
    """
    from varstat.estimands.opportunity.complete import Allowance

    prior, events = state_prior(asking), _read_events(setting, asking)
    if events is None:
        return lambda _: None
    if len(list(setting.asked.reading.pair_up())) > 1:
        raise UsageError(
            "--events", "events are of one table and indicator. Ask of each by itself."
        )
    return lambda periods: Allowance(
        events=events, prior=prior, selective_sd=asking.selective_sd, periods=periods
    )


def _read_events(setting: Setting, asking: ChangeAsking | OpportunityAsking) -> "EventFile | None":
    from varstat.estimands.completeness.overrule import read_event_file

    if asking.events is None:
        return None
    # A data frame goes by the name that the specification has for it.
    file = read_event_file(setting.find_table(asking.events))
    return replace(file, source=Path(asking.events).name)
