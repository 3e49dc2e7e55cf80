"""Budgets: how many refits a review makes, by default or in the time that is given."""

import re
from collections.abc import Callable
from time import perf_counter

from varstat.errors import UsageError
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.quadrature.fit import nodes_for
from varstat.review.refits import Job, run_refits

# Numbers of refits to choose from.
LADDER = (20, 40, 100, 200, 400)
# Refits that are made by default, at most, and seconds of CPU that they may take, about.
_DEFAULT, _SECONDS = LADDER[2], 120.0
# Parts that make so many, and seconds that a refit takes of each kind of work: by itself, of each
# unit, and of each million evaluations of a likelihood: in general, with a transient effect, and
# on the grid of learnt effects.
_PARTS, _ITSELF, _UNIT, _MILLION, _SMEARED, _LEARNT = 3, 0.06, 2e-4, 0.15, 0.5, 0.02
# Of each row with a transient effect besides, whose tables are made anew.
_ROW = 0.03
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h)", re.ASCII)
_MOST_HOURS = 100


def parse_budget(text: str) -> float:
    """Read a time such as "90s", "2m" or "1h".

    Parameters
    ----------
    text : str

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    UsageError
        If it is none, or more than 100 hours.

    Examples
    --------
    >>> parse_budget("2m")
    120.0
    """
    found = _WRITTEN.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(
            "budget",
            "this is no time: give a number and its unit, such as 90s, 2m or 1h.",
        )
    seconds = float(found[1]) * _UNITS[found[2]]
    if not 0.0 < seconds <= _MOST_HOURS * 3600.0:
        raise UsageError("budget", f"a budget is more than nothing and at most {_MOST_HOURS}h.")
    return seconds


def default_refits(posterior: Posterior) -> int:
    """Say how many refits are made where no budget is given: 20, 40 or 100.

    Fewer of models that take long, by the work that the first fit took and not by a clock: the
    number is the same on every machine.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    int
    """
    affordable = _SECONDS / (_PARTS * estimate_cost(posterior))
    return max((each for each in LADDER if each <= min(affordable, _DEFAULT)), default=LADDER[0])


def estimate_cost(posterior: Posterior) -> float:
    """Estimate how many seconds a refit takes, by the work that the first fit took.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    float
        The same on every machine.
    """
    design = posterior.design
    million = 1e-6 * posterior.diagnostics.passes * design.rows * nodes_for(design)
    million *= design.effects.parts
    of_likelihood = _SMEARED if isinstance(design.family, Smeared) else _MILLION
    if design.effects.learnt:
        of_likelihood = _LEARNT
    cost = _ITSELF + _UNIT * design.units + of_likelihood * million
    if isinstance(design.family, Smeared):
        cost += _ROW * design.rows
    return cost


def measure_refit(job: Job, shared: object) -> float:
    """Measure how many seconds a job takes in this process, whatever becomes of it.

    Parameters
    ----------
    job : Job
    shared : object
        As of `run_refits`.

    Returns
    -------
    float
    """
    start = perf_counter()
    run_refits([job], shared=shared)
    return perf_counter() - start


def choose_refits(
    seconds: float, *, cost: float, together: Callable[[int], int], workers: int
) -> int:
    """Choose the most refits that a time allows, of 20, 40, 100, 200 and 400, and 20 at least.

    Parameters
    ----------
    seconds : float
        What there is for them.
    cost : float
        Seconds of one.
    together : callable
        Of a number, how many refits all parts make that go by it.
    workers : int
        Processes that share them.

    Returns
    -------
    int

    Examples
    --------
    >>> choose_refits(120.0, cost=0.1, together=lambda refits: 3 * refits, workers=2)
    400
    """
    takes = {each: cost * together(each) / workers for each in LADDER}
    return max((each for each in LADDER if takes[each] <= seconds), default=LADDER[0])
