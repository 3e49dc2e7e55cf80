"""Verdicts of the claims that a run makes itself, by fixed rules with the card's thresholds."""

from collections.abc import Sequence

import numpy as np

from varstat.measure import Floats
from varstat.prose.number import probability_text, share
from varstat.review.amounts import judge_total, judge_unit
from varstat.review.claim import Claim
from varstat.review.evidence import Evidence, Quarter, gather_evidence
from varstat.review.outliers import judge_outliers
from varstat.review.pairs import judge_neighbours, judge_pair
from varstat.review.part import Part
from varstat.review.reviewed import Reviewed
from varstat.review.rules import Reason, at_least, at_most, judge, say_most, say_pair, say_shares

# Units whose own opportunity is judged: the largest.
_LARGEST = 10


def judge_run(
    reviewed: Reviewed,
    parts: Sequence[Part] = (),
    *,
    pairs: Sequence[tuple[str, str]] = (),
    largest: int = _LARGEST,
) -> list[Claim]:
    """Judge what a league table and an opportunity claim by themselves.

    Parameters
    ----------
    reviewed : Reviewed
    parts : sequence of Part
        As for `gather_evidence`; those that there aren't never make a claim better believed.
    pairs : sequence of (str, str)
        Of units, by code or whole name, of which the first is claimed to be better.
    largest : int
        Of how many units the opportunity is judged, the largest first.

    Returns
    -------
    list of Claim
        Those about all units first: that they differ, the ranking, both quarters, the total; then
        neighbours and pairs, each unit of a quarter, opportunities, and outliers. What has no
        meaning of an indicator without a good direction isn't claimed.

    Raises
    ------
    UsageError
        If a pair names no unit, or the same one twice.
    """
    evidence = gather_evidence(reviewed, parts)
    claims = [judge_differ(evidence)]
    if reviewed.league.rank_scope != "none" and "best" in evidence.quarter:
        claims += [judge_ranks(reviewed, evidence)]
        claims += [judge_quarters(evidence, "best"), judge_quarters(evidence, "worst")]
    if reviewed.opportunity is not None:
        claims.append(judge_total(reviewed, evidence, reviewed.opportunity.total.estimate))
    if reviewed.league.rank_scope != "none" and "best" in evidence.quarter:
        claims.append(judge_neighbours(reviewed, evidence))
        claims += [judge_pair(reviewed, evidence, pair) for pair in pairs]
        claims += [
            judge_quarter(evidence, at, quarter)
            for at, quarter in enumerate(evidence.quarter)
            if quarter != "neither"
        ]
    if reviewed.opportunity is not None:
        units = reviewed.opportunity.units
        some = np.flatnonzero((units.estimate > 0) & units.comparable)[:largest].tolist()
        claims += [judge_unit(reviewed, evidence, i, float(units.estimate[i])) for i in some]
    return claims + judge_outliers(reviewed, evidence)


def judge_differ(evidence: Evidence) -> Claim:
    """Judge that units differ by more than chance."""
    # The test takes no model: it stands where the posterior is not to be trusted.
    return judge("differ", "Units differ by more than chance.", [evidence.differ])


def judge_ranks(reviewed: Reviewed, evidence: Evidence, *, published: bool = False) -> Claim:
    r"""Judge a ranking as a whole.

    By the share of units that are reliable, the rankability of all, the share of the variation of
    ranks that the data resolve,

    .. math:: \frac{12}{N^2 - 1} \mathrm{Var}_i\{E(R_i \mid y)\},

    and the expected misclassification of quarters. The last two are low where units fall into a few
    kinds within which they hardly differ, though each unit's reliability may be high.
    """
    rules, league = evidence.rules, reviewed.league
    known = evidence.reliability[np.isfinite(evidence.reliability)]
    reliable = float(np.mean(known >= rules.reliability)) if known.size else float("nan")
    rank = league.units.expected_rank[np.isfinite(league.units.expected_rank)]
    resolved = 12.0 * float(np.var(rank)) / max(rank.size**2 - 1.0, 1.0)
    reasons = [
        Reason(
            verdict=at_least(reliable, rules.reliable),
            text=f"{share(reliable)} of units have a reliability of {rules.reliability:g} or more "
            f"({say_shares(rules.reliable)}).",
            value=reliable,
        ),
        Reason(
            verdict=at_least(evidence.rankability, rules.rankability),
            text=f"Rankability is {evidence.rankability:.2f} ({say_pair(rules.rankability)}).",
            value=evidence.rankability,
        ),
        Reason(
            verdict=at_least(resolved, rules.rankability),
            text=f"The data resolve {share(resolved)} of the variation of ranks "
            f"({say_shares(rules.rankability)}).",
            value=resolved,
        ),
        Reason(
            verdict=at_most(league.misclassified, rules.misclassified),
            text="Expected misclassification of the best quarter is "
            f"{league.misclassified:.2f}, where 0 is perfect and 1 is chance "
            f"({say_most(rules.misclassified)}).",
            value=league.misclassified,
        ),
        *evidence.kept_back,
    ]
    return judge(
        "ranks", "The ranking of all units can be relied on.", reasons, published=published
    )


def judge_quarters(
    evidence: Evidence,
    quarter: Quarter,
    *,
    inside: Sequence[int] | None = None,
    published: bool = False,
) -> Claim:
    """Judge that the units which are put in a quarter belong there, all together.

    Parameters
    ----------
    evidence : Evidence
    quarter : {"best", "worst"}
    inside : sequence of int, optional
        Where these units stand in the league table; those that the run itself puts there unless
        given.
    published : bool

    Returns
    -------
    Claim
    """
    if inside is None:
        inside = [at for at, each in enumerate(evidence.quarter) if each == quarter]
    p = _probabilities(evidence, quarter)[list(inside)]
    rules = evidence.rules
    mean = float(np.mean(p)) if p.size else float("nan")
    fewer = int(np.sum(p < 0.5))
    reason = Reason(
        verdict=at_least(mean, rules.quarter),
        text=f"Of the {p.size:,} units, {mean * p.size:,.0f} are expected to belong there, "
        f"{share(mean)} ({say_shares(rules.quarter)}); {fewer:,} {'has' if fewer == 1 else 'have'} "
        "less than an even chance.",
        value=mean,
    )
    reasons = [reason]
    alike = np.array([evidence.share(at, quarter) for at in inside])
    if alike.size and np.isfinite(alike).all():
        found = float(alike.mean())
        bound = next(filter(None, (_at_most(evidence, at, quarter) for at in inside)), "")
        reasons.append(
            Reason(
                verdict=at_least(found, rules.quarter),
                text=f"Over the specifications {bound}{share(found)} of them are there "
                f"({say_shares(rules.quarter)}).",
                value=found,
            )
        )
    return judge(
        "quarter",
        f"The units {'printed ' if published else ''}in the {quarter} quarter belong there.",
        [*reasons, *evidence.kept_back],
        published=published,
    )


def judge_quarter(
    evidence: Evidence, at: int, quarter: Quarter, *, published: bool = False
) -> Claim:
    """Judge that a unit is in a quarter.

    Parameters
    ----------
    evidence : Evidence
    at : int
        Where the unit stands in the league table.
    quarter : {"best", "worst"}
    published : bool

    Returns
    -------
    Claim
    """
    return judge(
        "quarter",
        f"{evidence.name[at]} is in the {quarter} quarter.",
        [_of_quarter(evidence, at, quarter), *evidence.kept_back],
        units=(str(evidence.unit[at]),),
        published=published,
    )


def _of_quarter(evidence: Evidence, at: int, quarter: Quarter) -> Reason:
    """Both the probability and other specifications must say so, or one of them with care."""
    rules = evidence.rules
    p = float(_probabilities(evidence, quarter)[at])
    alike = evidence.share(at, quarter)
    verdict = at_least(p, rules.quarter)
    text = f"The probability is {probability_text(p)} ({say_pair(rules.quarter)})"
    if np.isfinite(alike) and np.isfinite(p):
        other = at_least(alike, rules.specifications)
        if {verdict, other} != {"believed"}:
            verdict = "not" if verdict == other == "not" else "with care"
        beside = say_shares(rules.specifications)
        text += f", and {_at_most(evidence, at, quarter)}{share(alike)} of specifications put it "
        text += f"there ({beside})"
    return Reason(verdict=verdict, text=f"{text}.", value=p)


def _at_most(evidence: Evidence, at: int, quarter: Quarter) -> str:
    """Say that a share is no more than a bound, where it is."""
    exact = quarter == evidence.quarter[at] or evidence.share(at, quarter) == 0
    return "" if exact else "at most "


def _probabilities(evidence: Evidence, quarter: Quarter) -> Floats:
    return evidence.p_best if quarter == "best" else evidence.p_worst
