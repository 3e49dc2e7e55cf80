"""Run: each model of a multiverse fitted once, and everything asked of it from the same draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from varstat.data.table import Table
from varstat.errors import VarstatError
from varstat.estimands.opportunity.chance import replicate_published
from varstat.estimands.opportunity.compute import INCOMPARABLE
from varstat.estimands.opportunity.gaps import published
from varstat.estimands.opportunity.setting import set_question
from varstat.hierarchical.fit import fit_model
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays
from varstat.review.multiverse.axes import ASKED, AXES
from varstat.review.multiverse.design import Choice
from varstat.review.multiverse.specify import specify
from varstat.review.standings import stand_units
from varstat.review.totals import draw_totals
from varstat.target.rule import parse_target

# Of a model and what is asked of it, by the options chosen.
Model = tuple[str, ...]
Question = tuple[str, ...]
# The share of a unit's cases that others must treat, unless another is stated.
LEAST = 0.5
# What is known of a total: its mean and interval, the published figure, and what chance gives.
TOTAL = ("total", "lower", "upper", "published", "chance")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """What all models of a multiverse start from.

    Attributes
    ----------
    table : Table
        Of one group, as the user has it.
    level : float
        Of the totals' intervals.
    draws : int
    """

    table: Table
    level: float
    draws: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What a model gave.

    Attributes
    ----------
    problem : str
        Why it can't be used, and nothing else is known; empty where it can.
    tau : float
        Mean of tau on the link scale; of several, their mean.
    unit : list of str
    rank, p_best, p_worst : ndarray of float, shape (units,)
        Expected rank and probabilities of the best and worst quarter.
    totals : ndarray of float, shape (questions, 5)
        As `TOTAL` names them; NaN where a question can't be asked.
    problems : list of str
        Why not, for each question; empty where it can.
    """

    problem: str
    tau: float
    unit: list[str]
    rank: Floats
    p_best: Floats
    p_worst: Floats
    totals: Floats
    problems: list[str]

    def __post_init__(self) -> None:
        lock_arrays(self)


def group_by_model(choices: Sequence[Choice]) -> dict[Model, list[Question]]:
    """Gather what is asked of each model, in the order in which they first stand.

    Parameters
    ----------
    choices : sequence of mapping of str to str
        An option for every axis.
    """
    found: dict[Model, list[Question]] = {}
    for choice in choices:
        found.setdefault(model_of(choice), []).append(question_of(choice))
    return found


def model_of(choice: Choice) -> Model:
    """Give the options that make the model."""
    return tuple(choice[axis] for axis in AXES if axis not in ASKED)


def question_of(choice: Choice) -> Question:
    """Give the options that are asked of a model."""
    return tuple(choice[axis] for axis in ASKED)


def fit_specification(
    base: Base, model: Sequence[str], questions: Sequence[Sequence[str]], *, seed: int
) -> Mapping[str, Any]:
    """Fit one model of a multiverse by quadrature, and ask what is asked of it.

    Parameters
    ----------
    base : Base
    model : sequence of str
        An option for every axis that makes the model, in the order of `AXES`.
    questions : sequence of sequence of str
        Target and comparability of each.
    seed : int

    Returns
    -------
    mapping of str to object
        Fields of `Answers`, with a problem where the model can't be of these data, or its checks
        failed.
    """
    axes = [axis for axis in AXES if axis not in ASKED]
    try:
        made = specify(base.table, dict(zip(axes, model, strict=True)))
        fits = fit_model(
            made.table,
            covariates=made.covariates,
            engine="quadrature",
            draws=base.draws,
            seed=seed,
        )
    except VarstatError as error:
        return failed(error.problems[0])
    if fits[0].diagnostics.problems:
        return failed(fits[0].diagnostics.problems[0])
    return ask(fits[0], questions, level=base.level, multiplier=made.multiplier)


def failed(problem: str) -> dict[str, Any]:
    """Give the fields of `Answers` of a model that can't be used."""
    none = np.zeros(0)
    return {
        "problem": problem,
        "tau": float("nan"),
        "unit": [],
        "rank": none,
        "p_best": none,
        "p_worst": none,
        "totals": np.zeros((0, len(TOTAL))),
        "problems": [],
    }


def ask(
    posterior: Posterior,
    questions: Sequence[Sequence[str]],
    *,
    level: float,
    multiplier: float = 1.0,
) -> dict[str, Any]:
    """Ask a posterior for its ranks and for totals, all from the same draws.

    Parameters
    ----------
    posterior : Posterior
        With a direction.
    questions : sequence of sequence of str
    level : float
        Of the totals' intervals.
    multiplier : float
        Of the totals.

    Returns
    -------
    dict of str to object
        Fields of `Answers`.
    """
    totals = np.full((len(questions), len(TOTAL)), np.nan)
    problems = [""] * len(questions)
    for at, question in enumerate(questions):
        try:
            totals[at] = multiplier * _total(posterior, question, level=level)
        except VarstatError as error:
            problems[at] = error.problems[0]
    natural, standings = posterior.natural(), stand_units(posterior)
    return {
        "problem": "",
        "tau": float(np.mean([natural[name].mean() for name in posterior.design.taus])),
        "unit": [str(unit) for unit in standings.unit],
        "rank": standings.rank[0],
        "p_best": standings.p_best[0],
        "p_worst": standings.p_worst[0],
        "totals": totals,
        "problems": problems,
    }


def _total(posterior: Posterior, question: Sequence[str], *, level: float) -> Floats:
    """Give what `TOTAL` names, in the events of the data."""
    target, comparability = question
    incomparable, least = comparability, LEAST
    if comparability not in INCOMPARABLE:
        incomparable, least = "exclude", float(comparability)
    setting = set_question(posterior, parse_target(target), incomparable=incomparable, least=least)
    total = draw_totals(setting)
    lower, upper = np.quantile(total, [0.5 * (1.0 - level), 0.5 * (1.0 + level)])
    point = published(setting)
    chance = replicate_published(setting)[:, np.isfinite(point)].sum(axis=1, dtype=float).mean()
    return np.array([total.mean(), lower, upper, np.nansum(point), chance])
