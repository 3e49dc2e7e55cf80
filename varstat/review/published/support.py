"""What a published table claims, judged by what the data support."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from varstat.errors import ModelError, TableError
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.funnel.funnel import compute_funnel
from varstat.measure import Floats
from varstat.prose.number import count, count_units
from varstat.review.amounts import judge_total, judge_unit
from varstat.review.claim import Claim
from varstat.review.evidence import Evidence, Quarter
from varstat.review.outliers import judge_outlier
from varstat.review.published.match import Finding
from varstat.review.published.text import Counted, Flag
from varstat.review.reviewed import Reviewed
from varstat.review.rules import Reason, at_least, judge, say_shares
from varstat.review.verdicts import judge_quarter, judge_quarters, judge_ranks

# Units whose printed opportunity is judged: the largest.
_LARGEST = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """What is printed of each unit of the league table, read; NaN where nothing is.

    Attributes
    ----------
    rank, quarter, amount : ndarray of float, shape (units,)
    counted : {"merit", "value", "number"}
        Of the quarters.
    flags : sequence of (Flag or None), or None
        None where no flags are printed.
    """

    rank: Floats
    quarter: Floats
    counted: Counted
    flags: Sequence[Flag | None] | None
    amount: Floats


def say_doubtful(evidence: Evidence, places: Mapping[Quarter, Sequence[int]]) -> str:
    """Say how many of the units printed in each quarter have less than an even chance of it."""
    said = []
    for quarter, inside in places.items():
        p = (evidence.p_best if quarter == "best" else evidence.p_worst)[list(inside)]
        fewer = int(np.sum(p < 0.5))
        have = "has" if fewer == 1 else "have"
        if len(inside) == 1:
            chance = "less than an even chance" if fewer else "an even chance or better"
            said.append(f"The unit printed in the {quarter} quarter has {chance}.")
            continue
        said.append(
            f"{fewer if fewer else 'None'} of the {count_units(len(inside))} printed in the "
            f"{quarter} quarter {have} less than an even chance of belonging there."
        )
    return " ".join(said)


def judge_published(
    reviewed: Reviewed,
    evidence: Evidence,
    read: Read,
    findings: Mapping[str, Finding],
    places: Mapping[Quarter, Sequence[int]],
) -> list[Claim]:
    """Judge the ranking, the quarters, the flags and the opportunities that were printed.

    Parameters
    ----------
    reviewed : Reviewed
    evidence : Evidence
    read : Read
    findings : mapping of str to Finding
        By column.
    places : mapping of {"best", "worst"} to sequence of int
        The units printed there.

    Returns
    -------
    list of Claim
        Those about all units first.
    """
    claims: list[Claim] = []
    if "rank" in findings and reviewed.league.rank_scope != "none":
        claims.append(judge_ranks(reviewed, evidence, published=True))
    claims += [
        judge_quarters(evidence, quarter, inside=inside, published=True)
        for quarter, inside in places.items()
    ]
    if reviewed.opportunity is not None and "opportunity" in findings:
        claims += _judge_amounts(reviewed, evidence, read, findings["opportunity"])
    claims += [
        judge_quarter(evidence, at, quarter, published=True)
        for quarter, inside in places.items()
        for at in inside
    ]
    flagged = [] if read.flags is None else _judge_flags(reviewed, evidence, read.flags)
    return [*_judge_flagged(evidence, flagged), *claims, *flagged]


def printed_quarters(
    reviewed: Reviewed, read: Read, findings: Mapping[str, Finding]
) -> dict[Quarter, list[int]]:
    """Find the units that are printed in the best and in the worst quarter.

    By the printed quarters, or else the printed ranks. Where neither words nor a method say which
    end is the best, the first is.
    """
    finding = findings.get("quartile") or findings.get("rank")
    if finding is None or reviewed.league.rank_scope == "none":
        return {}
    name = finding.nearest.name if finding.nearest else ""
    turned = name.endswith(":worst-first")
    if "quartile" in findings:
        first, last = read.quarter == 1, read.quarter == 4
        if read.counted == "merit":
            turned = False
        elif read.counted == "value":
            turned = reviewed.league.direction == "higher-is-better"
    else:
        known = np.isfinite(read.rank)
        number = int(known.sum())
        first = known & (read.rank <= number // 4)
        last = known & (read.rank > number - number // 4)
    best, worst = (last, first) if turned else (first, last)
    ranked = np.isfinite(reviewed.league.units.expected_rank)
    found: dict[Quarter, list[int]] = {
        "best": np.flatnonzero(best & ranked).tolist(),
        "worst": np.flatnonzero(worst & ranked).tolist(),
    }
    return {quarter: inside for quarter, inside in found.items() if inside}


def _judge_amounts(
    reviewed: Reviewed, evidence: Evidence, read: Read, finding: Finding
) -> list[Claim]:
    """Judge the printed total and the largest units, in events."""
    assert reviewed.opportunity is not None
    # What no known method gives is taken for events.
    factor = finding.method.factor if finding.method is not None else 1.0
    events = read.amount / factor
    total = float(np.nansum(events))
    claims = [judge_total(reviewed, evidence, total, published=True)]
    place = {str(code): i for i, code in enumerate(reviewed.opportunity.units.unit)}
    known = np.flatnonzero(np.isfinite(events) & (events > 0))
    for at in known[np.argsort(-events[known], kind="stable")][:_LARGEST]:
        i = place[str(evidence.unit[at])]
        claims.append(judge_unit(reviewed, evidence, i, float(events[at]), published=True))
    return claims


def _judge_flagged(evidence: Evidence, flagged: Sequence[Claim]) -> list[Claim]:
    """Judge the flagged units all together, by how many of them are believed to be outliers."""
    if not flagged:
        return []
    number = Counter(claim.verdict for claim in flagged)
    believed = number["believed"] / len(flagged)
    reason = Reason(
        verdict=at_least(believed, evidence.rules.quarter),
        text=f"Of the {count_units(len(flagged))} printed as flagged, "
        f"{count(number['believed'])} can be believed to be outliers and "
        f"{count(number['with care'])} with care ({say_shares(evidence.rules.quarter)}).",
        value=believed,
    )
    return [
        judge("outlier", "The units printed as flagged are outliers.", [reason], published=True)
    ]


def _judge_flags(
    reviewed: Reviewed, evidence: Evidence, flags: Sequence[Flag | None]
) -> list[Claim]:
    """Judge the units that are printed as flagged."""
    try:
        funnels = compute_funnel(reviewed.table)
        verdict = compute_verdicts(funnels, reviewed.fits, level=reviewed.level)[0]
    except (ModelError, TableError):
        return []
    place = {str(code): i for i, code in enumerate(funnels[0].units.unit)}
    good = "high" if reviewed.league.direction == "higher-is-better" else "low"
    bad = "low" if good == "high" else "high"
    sides = {"high": "high", "low": "low", "better": good, "worse": bad}
    return [
        judge_outlier(
            evidence,
            funnels[0],
            verdict,
            place[str(evidence.unit[at])],
            side=sides.get(flag, funnels[0].units.flag[place[str(evidence.unit[at])]]),
            published=True,
        )
        for at, flag in enumerate(flags)
        if flag is not None and flag != "none"
    ]
