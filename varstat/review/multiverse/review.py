"""Multiverse: how far a total and its ranks hang on choices of method."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from varstat.review.multiverse.axes import Axis, parse_over
from varstat.review.multiverse.curve import (
    tabulate_choices,
    tabulate_specifications,
    tabulate_units,
)
from varstat.review.multiverse.default import propose_axes
from varstat.review.multiverse.design import MOST, Choice, Plan, plan_specifications
from varstat.review.multiverse.facts import find_facts
from varstat.review.multiverse.refuse import refuse_for
from varstat.review.multiverse.run import (
    Answers,
    Base,
    Model,
    ask,
    failed,
    fit_specification,
    group_by_model,
)
from varstat.review.multiverse.words import decide, say_multiverse, say_plan, say_shares
from varstat.review.part import Part, leave_out
from varstat.review.refits import Job, Tell, run_refits
from varstat.review.reviewed import Reviewed
from varstat.review.store import Store

# Draws of each model's posterior: enough for an interval beside what methods differ by.
DRAWS = 1000
_NO_DIRECTION = (
    "Without a good direction there is no total and no rank for methods to change. State "
    "--direction higher-is-better or lower-is-better."
)
_NO_COUNT = (
    "These means don't say of how many cases they are, so that there is no total for methods to "
    "change. Give --count."
)


def review_multiverse(
    reviewed: Reviewed,
    *,
    over: str | None = None,
    most: int = MOST,
    draws: int = DRAWS,
    workers: int = 1,
    tell: Tell | None = None,
    store: Store | None = None,
) -> Part:
    """Fit what is as defensible as the user's own specification, and compare totals and ranks.

    Parameters
    ----------
    reviewed : Reviewed
    over : str, optional
        What to vary, such as "effects=normal,student-t;target=best:0.25,median"; what is
        defensible for the measure and the data unless given.
    most : int
        Up to so many specifications all are run, and of more a sample of at most so many in
        which every two options meet.
    draws : int
        Of each model.
    workers : int
        Processes that fit models.
    tell : callable, optional
        Is told what is being done, how many models are fitted, and how many there are.
    store : Store, optional
        Of models that were fitted before.

    Returns
    -------
    Part
        Named "multiverse". Its tables are `specifications`, `choices`, `failed` (specifications
        that can't be used, with why) and `left_out` (`reason, combinations`); its columns of
        units `rank_min, rank_median, rank_max, p_best_min, p_best_median, p_best_max,
        share_of_specs, robust`. Left out without a good direction.

    Raises
    ------
    UsageError
        If there is no such choice or option.
    """
    facts = find_facts(reviewed)
    axes = parse_over(over, facts) if over is not None else propose_axes(facts)
    if reviewed.opportunity is None:
        return leave_out(
            "multiverse", _NO_DIRECTION if reviewed.league.direction == "neither" else _NO_COUNT
        )
    if facts.units < 2:
        return leave_out("multiverse", "One unit has nothing to be compared with by any method.")
    axes = tuple(axis for axis in axes if len(axis.options) > 1)
    refuse = refuse_for(facts, bounded=over is None)
    plan = plan_specifications(axes, refuse, seed=reviewed.seed, most=most)
    choices = [{**facts.own, **choice} for choice in plan.choices]
    answers = _run(reviewed, choices, draws=draws, workers=workers, tell=tell, store=store)
    table, unusable = tabulate_specifications(choices, answers, group_by_model(choices))
    usable = [each for each in answers.values() if not each.problem]
    if len(table) < 2:
        return leave_out("multiverse", _say_alone(unusable))
    return _report(reviewed, axes, plan, table, unusable, usable)


def _run(
    reviewed: Reviewed,
    choices: Sequence[Choice],
    *,
    draws: int,
    workers: int,
    tell: Tell | None,
    store: Store | None,
) -> Mapping[Model, Answers]:
    """Ask the user's own posterior, and fit and ask every other model."""
    models = group_by_model(choices)
    own, *others = models
    jobs = [
        Job(
            key=f"multiverse {json.dumps([model, models[model]])}",
            function=fit_specification,
            seed=reviewed.seed,
            arguments=(model, models[model]),
        )
        for model in others
    ]
    outcomes = run_refits(
        jobs,
        # Without the file's rows, which no fit looks at and every process would be sent.
        shared=Base(table=replace(reviewed.table, kept=None), level=reviewed.level, draws=draws),
        workers=workers,
        stage="Fitting other specifications",
        tell=tell,
        store=store,
    )
    first = Answers(**ask(reviewed.posterior, models[own], level=reviewed.level))
    found = (
        Answers(**(outcome.result or failed(f"The fit ended: {outcome.why}.")))
        for outcome in outcomes
    )
    return {own: first, **dict(zip(others, found, strict=True))}


def _say_alone(unusable: pd.DataFrame) -> str:
    if not len(unusable):
        return "No other specification is as defensible for these data. Name choices with --over."
    return f"No other specification can be used: {unusable['problem'].iloc[0]}"


def _report(
    reviewed: Reviewed,
    axes: Sequence[Axis],
    plan: Plan,
    table: pd.DataFrame,
    unusable: pd.DataFrame,
    usable: Sequence[Answers],
) -> Part:
    rules = reviewed.posterior.card.review
    failed_own = not reviewed.posterior.diagnostics.passed
    units = tabulate_units(usable, robust=rules.specifications[0])
    values = decide(table, units, axes, models=len(usable), failed=len(unusable), plan=plan)
    left = pd.DataFrame(
        {"reason": list(plan.left_out), "combinations": list(plan.left_out.values())}
    )
    inside = values["share_inside"]
    return Part(
        name="multiverse",
        status="can't tell"
        if np.isnan(inside)
        else "holds"
        if inside >= rules.total
        else "with care",
        sentence=say_multiverse(values),
        values=values,
        mcse=_errors(reviewed),
        tables={
            "specifications": table,
            "choices": tabulate_choices(table, axes),
            "failed": unusable,
            "left_out": left,
        },
        units={str(name): units[name] for name in units},
        notes=(*say_shares(values), *say_plan(plan, unusable, failed_own=failed_own)),
    )


def _errors(reviewed: Reviewed) -> dict[str, float]:
    """Monte Carlo error of the own total."""
    if reviewed.opportunity is None:
        return {}
    return {"total": reviewed.opportunity.total.estimate_mcse}
