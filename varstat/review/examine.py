"""Examining one group of units: every part of a review, one after another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from varstat.prose.text import clean
from varstat.review.budget import LADDER, choose_refits, default_refits, measure_refit
from varstat.review.calibration.coverage import coverage_jobs, review_coverage
from varstat.review.calibration.departures import count_refits, review_departures
from varstat.review.calibration.sbc import review_sbc
from varstat.review.calibration.simulate import make_origin, refuse_refits
from varstat.review.checks import review_checks
from varstat.review.influence import review_influence
from varstat.review.labels import review_labels
from varstat.review.material import describe_material
from varstat.review.multiverse.review import review_multiverse
from varstat.review.part import Part
from varstat.review.published.read import Printed
from varstat.review.refits import Tell
from varstat.review.reliability import review_reliability
from varstat.review.replication import review_replication
from varstat.review.reviewed import Reviewed
from varstat.review.sensitivity import review_sensitivity
from varstat.review.store import Store, open_store

# Refits that say anything.
LEAST_REFITS = 20


def tell_nobody(stage: str, done: int, of: int) -> None:
    """Hear what is being done, and leave it at that."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What is asked of a review.

    Attributes
    ----------
    target, over : str or None
    printed : Printed or None
        A published table.
    says : mapping of str to str
        By which method each column of it is said to be.
    refits : int or None
        Their number, where it was given; it goes before a budget.
    budget : str or None
        Time for those of all groups, where that was given.
    seconds : float or None
        Of it, those of one group.
    workers : int
    level : float
    draws, seed : int
    tell : callable
        Is told what is being done.
    """

    target: str | None
    over: str | None
    printed: Printed | None
    says: Mapping[str, str]
    refits: int | None
    budget: str | None
    seconds: float | None
    workers: int
    level: float
    draws: int
    seed: int
    tell: Tell = field(default=tell_nobody)


def examine(reviewed: Reviewed, asked: Asked) -> tuple[tuple[Part, ...], int]:
    """Examine all that a review examines.

    Parameters
    ----------
    reviewed : Reviewed
    asked : Asked

    Returns
    -------
    parts : tuple of Part
    refits : int
        Nations that were simulated for each way of simulating; 0 where none could be.
    """
    tell = asked.tell
    tell("Measuring reliability", 0, 0)
    found = [describe_material(reviewed), review_reliability(reviewed), review_labels(reviewed)]
    found.append(review_replication(reviewed))
    tell("Checking the fit", 0, 0)
    found.append(review_checks(reviewed))
    tell("Leaving units out", 0, 0)
    found.append(review_influence(reviewed))
    store = _open(reviewed, asked)
    calibrated, refits = _calibrate(reviewed, asked, store)
    found += calibrated
    tell("Changing priors", 0, 0)
    found.append(review_sensitivity(reviewed))
    found.append(
        review_multiverse(reviewed, over=asked.over, workers=asked.workers, tell=tell, store=store)
    )
    if store is not None:
        store.remove()
    return tuple(found), refits


def _calibrate(reviewed: Reviewed, asked: Asked, store: Store | None) -> tuple[list[Part], int]:
    """Simulate nations like this one, and unlike it in stated ways, and fit them."""
    refits, workers, tell = _choose(reviewed, asked), asked.workers, asked.tell
    parts = [
        review_coverage(reviewed, refits=refits, workers=workers, tell=tell, store=store),
        review_sbc(reviewed, refits=refits, workers=workers, tell=tell, store=store),
        review_departures(reviewed, refits=refits, workers=workers, tell=tell, store=store),
    ]
    if refuse_refits(reviewed) is not None:
        return parts, 0
    if asked.budget is not None and refits == LADDER[0]:
        # Without the time that one took, so that the same number gives the same words.
        note = (
            f"{refits} refits were made, the fewest that say anything, whether or not a budget of "
            f"{clean(asked.budget)} is enough for them."
        )
        parts[0] = replace(parts[0], notes=(note, *parts[0].notes))
    return parts, refits


def _choose(reviewed: Reviewed, asked: Asked) -> int:
    """Choose the number of refits: as given, by the time, or by the number of units."""
    if asked.refits is not None:
        return asked.refits
    if asked.seconds is None or refuse_refits(reviewed) is not None:
        return default_refits(reviewed.posterior)
    asked.tell("Measuring one refit", 0, 0)
    job = coverage_jobs(reviewed, refits=1)[0]
    cost = measure_refit(job, make_origin(reviewed))
    return choose_refits(asked.seconds, cost=cost, together=count_refits, workers=asked.workers)


def _open(reviewed: Reviewed, asked: Asked) -> Store | None:
    """Open what an interrupted review of the same group left behind."""
    table = reviewed.table
    stated = {
        "by": reviewed.by,
        "card": table.card.model_dump(mode="json"),
        "reading": table.origin.reading,
        "modelling": table.origin.modelling,
        "lookups": table.origin.lookups,
        "target": asked.target,
        "level": asked.level,
        "draws": asked.draws,
    }
    return open_store(data_hash=table.data_hash, specification=stated, seed=asked.seed)
