"""From a specification to the change between two periods."""

from typing import TYPE_CHECKING

from varstat.analysis.asking import ChangeAsking
from varstat.analysis.steps import Setting, read_indicator

if TYPE_CHECKING:
    from varstat.estimands.change.result import Changes


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
    from varstat.estimands.completeness.overrule import read_event_file
    from varstat.estimands.completeness.posterior import Prior

    prior = Prior(
        incomplete=asking.prior_incomplete,
        centre=asking.prior_logit,
        spread=asking.prior_logit_sd,
    )
    (source, card), *_ = setting.asked.reading.pair_up()
    successors = None
    if asking.successors is not None:
        successors = read_successors(setting.find_table(asking.successors))
    events = None
    if asking.events is not None:
        events = read_event_file(setting.find_table(asking.events))
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
        fdr=asking.fdr,
        level=asking.level,
        draws=modelling.draws,
        seed=modelling.seed,
    )
