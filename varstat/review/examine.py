"""Examining one group of units: every part of a review, one after another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from varstat.prose.text import clean
from varstat.review.budget import (
    LADDER,
    choose_refits,
    default_refits,
    estimate_cost,
    measure_refit,
)
from varstat.review.calibration.coverage import NAME as COVERAGE
from varstat.review.calibration.coverage import coverage_jobs, review_coverage
from varstat.review.calibration.departures import (
    NAME as DEPARTURES,
)
from varstat.review.calibration.departures import (
    count_refits,
    review_departures,
)
from varstat.review.calibration.sbc import NAME as COMPUTATION
from varstat.review.calibration.sbc import review_sbc
from varstat.review.calibration.simulate import make_origin, refuse_refits
from varstat.review.checks import review_checks
from varstat.review.influence import review_influence
from varstat.review.labels import review_labels
from varstat.review.material import describe_material
from varstat.review.multiverse.review import review_multiverse
from varstat.review.part import Part, leave_out
from varstat.review.published.read import Printed
from varstat.review.refits import Tell
from varstat.review.releases import compare_releases
from varstat.review.reliability import review_reliability
from varstat.review.replication import review_replication
from varstat.review.reviewed import Reviewed
from varstat.review.sensitivity import review_sensitivity
from varstat.review.store import Store, open_store

# Seconds of refits for which further processes, which take some seconds each, are started.
_WORTH_STARTING = 20.0
# Refits that say anything.
LEAST_REFITS = 20
# Seconds of refits that nobody waits for without having asked.
_TOO_LONG = 600.0


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


def examine(
    reviewed: Reviewed, asked: Asked, *, before: Reviewed | None = None
) -> tuple[tuple[Part, ...], int]:
    """Examine all that a review examines.

    Parameters
    ----------
    reviewed : Reviewed
    asked : Asked
    before : Reviewed, optional
        The release before this one, where a table is reviewed release by release.

    Returns
    -------
    parts : tuple of Part
    refits : int
        Nations that were simulated for each way of simulating; 0 where none could be.
    """
    tell = asked.tell
    tell("Measuring reliability", 0, 0)
    found = [describe_material(reviewed), review_reliability(reviewed), review_labels(reviewed)]
    if before is None:
        found.append(review_replication(reviewed))
    else:
        found.append(compare_releases(before, reviewed))
    tell("Checking the fit", 0, 0)
    found.append(review_checks(reviewed))
    tell("Leaving units out", 0, 0)
    found.append(review_influence(reviewed))
    store, refits = _open(reviewed, asked), _choose(reviewed, asked)
    together = estimate_cost(reviewed.posterior) * count_refits(refits)
    workers = asked.workers if together > _WORTH_STARTING else 1
    calibrated = _calibrate(reviewed, refits, workers=workers, tell=tell, store=store)
    if asked.budget is not None and refits == LADDER[0] and refuse_refits(reviewed) is None:
        # Without the time that one took, so that the same number gives the same words.
        note = (
            f"{refits} refits were made, the fewest that say anything, whether or not a budget of "
            f"{clean(asked.budget)} is enough for them."
        )
        calibrated[0] = replace(calibrated[0], notes=(note, *calibrated[0].notes))
    found += calibrated
    tell("Changing priors", 0, 0)
    found.append(review_sensitivity(reviewed))
    found.append(
        review_multiverse(reviewed, over=asked.over, workers=workers, tell=tell, store=store)
    )
    if store is not None:
        store.remove()
    return tuple(found), 0 if refuse_refits(reviewed) is not None else refits


def _calibrate(
    reviewed: Reviewed, refits: int, *, workers: int, tell: Tell, store: Store | None
) -> list[Part]:
    """Simulate nations like this one, and unlike it in stated ways, and fit them."""
    if not refits and refuse_refits(reviewed) is None:
        why = _say_none(reviewed)
        return [leave_out(name, why) for name in (COVERAGE, COMPUTATION, DEPARTURES)]
    return [
        review_coverage(reviewed, refits=refits, workers=workers, tell=tell, store=store),
        review_sbc(reviewed, refits=refits, workers=workers, tell=tell, store=store),
        review_departures(reviewed, refits=refits, workers=workers, tell=tell, store=store),
    ]


def _say_none(reviewed: Reviewed) -> str:
    """Say why no nation was simulated; the same whether that was asked for or not."""
    cost = estimate_cost(reviewed.posterior)
    if cost * count_refits(LEAST_REFITS) <= _TOO_LONG:
        return "No nation was simulated, as no refits were asked for."
    return (
        f"No nation was simulated: one refit of this model takes some {cost:.0f} seconds. Ask "
        f"for it with --refits {LEAST_REFITS}, or give a --budget."
    )


def _choose(reviewed: Reviewed, asked: Asked) -> int:
    """Choose the number of refits: as given, by the time, or by the number of units."""
    if asked.refits is not None:
        return asked.refits
    if asked.seconds is None or refuse_refits(reviewed) is not None:
        refits = default_refits(reviewed.posterior)
        long = estimate_cost(reviewed.posterior) * count_refits(refits) > _TOO_LONG
        return 0 if long else refits
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
