"""Outliers: units that a funnel flags, and whether the posterior bears the flag out."""

from varstat.errors import ModelError, TableError
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.estimands.verdict.result import Verdict
from varstat.funnel.funnel import compute_funnel
from varstat.funnel.result import Funnel
from varstat.prose.number import percent, probability_text
from varstat.review.claim import Claim
from varstat.review.evidence import Evidence
from varstat.review.reviewed import Reviewed
from varstat.review.rules import Reason, at_least, judge, say_pair


def judge_outliers(reviewed: Reviewed, evidence: Evidence) -> list[Claim]:
    """Judge the units that the card's funnel flags.

    Believed if a unit is flagged at the strictest level, and surely lies beyond what the funnel
    compares it with; with care if it is flagged at all, and one of these holds. A unit that lies
    surely beyond the target without a flag differs no more than units commonly do, and is no
    outlier.

    Parameters
    ----------
    reviewed : Reviewed
    evidence : Evidence

    Returns
    -------
    list of Claim
        One a flagged unit; one that can't be judged where the table makes no funnel of its units.
    """
    try:
        funnels = compute_funnel(reviewed.table)
        verdicts = compute_verdicts(funnels, reviewed.fits, level=reviewed.level)
    except (ModelError, TableError) as error:
        reason = Reason(
            verdict="can't be judged",
            text=f"No funnel can be set beside this model. {error.problems[0]}",
        )
        return [judge("outlier", "Some units are outliers.", [reason])]
    funnel, verdict = funnels[0], verdicts[0]
    flagged = [i for i, flag in enumerate(funnel.units.flag) if flag is not None]
    return [judge_outlier(evidence, funnel, verdict, i) for i in flagged]


def judge_outlier(
    evidence: Evidence,
    funnel: Funnel,
    verdict: Verdict,
    i: int,
    *,
    side: str | None = None,
    published: bool = False,
) -> Claim:
    """Judge that a unit of a funnel is an outlier.

    Parameters
    ----------
    evidence : Evidence
    funnel : Funnel
    verdict : Verdict
        Of the same units.
    i : int
        Where the unit stands in both.
    side : {"high", "low"}, optional
        As claimed; that of the funnel's own flag unless given.
    published : bool

    Returns
    -------
    Claim
    """
    code = str(funnel.units.unit[i])
    flag, pair = funnel.units.flag[i], evidence.rules.outlier
    side = side or flag
    above = float(verdict.p_above_target[i])
    p = above if side == "high" else 1.0 - above
    strictest = max(funnel.levels)
    if flag is None or flag != side:
        beside = "" if flag is None else f" on the {side} side"
        reason = Reason(
            verdict="not",
            text=f"A funnel with limits at {percent(min(funnel.levels))} doesn't flag it{beside}: "
            "it differs no more than units commonly do.",
        )
    else:
        level = float(funnel.units.flag_level[i])
        found = at_least(p, pair)
        if level < strictest:
            found = "with care" if found == "believed" else "not"
        reason = Reason(
            verdict=found,
            text=f"A funnel flags it at {percent(level)} (believed at {percent(strictest)}), and "
            f"the probability that its rate lies beyond the target is {probability_text(p)} "
            f"({say_pair(pair)}).",
            value=p,
        )
    name = evidence.name_of(code)
    way = f", with a {side} rate" if side else ""
    return judge(
        "outlier",
        f"{name} is an outlier{way}.",
        # Units needn't differ for one of them to be an outlier.
        [reason, *evidence.doubts],
        units=(code,),
        published=published,
    )
