"""Pairs of units: whether one is better than the other, and neighbours told apart."""

import numpy as np

from varstat.estimands.comparison.compute import compare_units
from varstat.estimands.slices import draw_slices
from varstat.measure import Floats
from varstat.prose.number import probability_text, share
from varstat.review.claim import Claim
from varstat.review.evidence import Evidence
from varstat.review.reviewed import Reviewed
from varstat.review.rules import Reason, at_least, judge, say_pair, say_shares


def judge_neighbours(reviewed: Reviewed, evidence: Evidence) -> Claim:
    """Judge that each unit is better than the next in the table."""
    rules = evidence.rules
    p = next_better(reviewed)
    apart = float(np.mean(p >= rules.better[0])) if p.size else float("nan")
    reason = Reason(
        verdict=at_least(apart, rules.specifications),
        text=f"Of {p.size:,} pairs of neighbours, {share(apart)} are told apart with a probability "
        f"of {rules.better[0]:g} or more ({say_shares(rules.specifications)}).",
        value=apart,
    )
    return judge(
        "better",
        "Each unit is better than the one below it in the table.",
        [reason, *evidence.kept_back],
    )


def next_better(reviewed: Reviewed) -> Floats:
    """How probable it is that each unit of a league table is better than the one below it.

    Returns
    -------
    ndarray of float, shape (ranked units - 1,)
        Of joint draws of what is ranked; ties count half.
    """
    posterior, league = reviewed.posterior, reviewed.league
    place = {code: at for at, code in enumerate(posterior.design.unit)}
    ranked = np.isfinite(league.units.expected_rank)
    order = np.array([place[code] for code in league.units.unit[ranked]], dtype=np.intp)
    sign = -1.0 if league.direction == "lower-is-better" else 1.0
    won = np.zeros(max(len(order) - 1, 0))
    for some, effect in draw_slices(posterior, per_draw=posterior.design.units):
        standing = sign * (effect + posterior.design.informed(posterior.beta[some]))[:, order]
        gap = standing[:, :-1] - standing[:, 1:]
        won += (gap > 0).sum(axis=0) + 0.5 * (gap == 0).sum(axis=0)
    return won / posterior.draws


def judge_pair(
    reviewed: Reviewed, evidence: Evidence, pair: tuple[str, str], *, published: bool = False
) -> Claim:
    """Judge that one unit is better than another.

    Parameters
    ----------
    reviewed : Reviewed
    evidence : Evidence
    pair : (str, str)
        Codes or whole names of the better and the worse.
    published : bool

    Returns
    -------
    Claim

    Raises
    ------
    UsageError
        If a unit isn't there, or it is the same.
    """
    found = compare_units(reviewed.fits, pair, level=reviewed.level)[0]
    place = evidence.place()
    a, b = (evidence.name[place[code]] for code in found.unit)
    rules = evidence.rules
    reason = Reason(
        verdict=at_least(found.p_better, rules.better),
        text=f"The probability is {probability_text(found.p_better)} ({say_pair(rules.better)}).",
        value=found.p_better,
    )
    return judge(
        "better",
        f"{a} is better than {b}.",
        [reason, *evidence.kept_back],
        units=found.unit,
        published=published,
    )
