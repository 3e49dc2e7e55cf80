"""Amounts: whether an opportunity, of all units or of one, is as claimed."""

import numpy as np

from varstat.estimands.opportunity.words import total_step, write_total
from varstat.prose.number import figure, percent, share
from varstat.review.claim import Claim
from varstat.review.evidence import Evidence
from varstat.review.reviewed import Reviewed
from varstat.review.rules import Reason, judge


def judge_total(
    reviewed: Reviewed, evidence: Evidence, total: float, *, published: bool = False
) -> Claim:
    """Judge that the opportunity of all units is some number of events.

    Believed if it lies in the run's own interval, and in those of most specifications with the same
    target; with care if it lies in the run's own, or between the totals of the specifications.

    Parameters
    ----------
    reviewed : Reviewed
        With an opportunity.
    evidence : Evidence
    total : float
    published : bool

    Returns
    -------
    Claim
    """
    assert reviewed.opportunity is not None
    found, per = reviewed.opportunity.total, reviewed.opportunity.per.replace("_", " ")
    step = total_step(reviewed.opportunity)
    low, mean, high = (
        write_total(value, step) for value in (found.lower, found.estimate, found.upper)
    )
    text = f"The {percent(found.level)} interval is {low} to {high}, its mean {mean}"
    inside = found.lower <= total <= found.upper
    spread = evidence.specifications
    reason = Reason(verdict="believed" if inside else "not", text=f"{text}.", value=total)
    if len(spread):
        held = float(np.mean((spread["lower"] <= total) & (total <= spread["upper"])))
        least, most = float(spread["total"].min()), float(spread["total"].max())
        enough = inside and held >= evidence.rules.total
        among = inside or least <= total <= most
        reason = Reason(
            verdict="believed" if enough else "with care" if among else "not",
            text=f"{text}; it lies in the intervals of {share(held)} of {len(spread):,} other "
            f"specification{'' if len(spread) == 1 else 's'} with this target (believed from "
            f"{percent(evidence.rules.total)}), whose totals run from {write_total(least, step)} "
            f"to {write_total(most, step)}.",
            value=held,
        )
    return judge(
        "total",
        # What somebody printed stands as printed.
        f"The opportunity is {write_total(total, 0.0 if published else step)} {per} in all.",
        [reason, *evidence.kept_back],
        published=published,
    )


def judge_unit(
    reviewed: Reviewed, evidence: Evidence, i: int, events: float, *, published: bool = False
) -> Claim:
    """Judge that the opportunity of one unit is some number of events.

    Believed if it lies in the unit's interval and the unit surely lies short of the target; if it
    only lies in the interval, with care.

    Parameters
    ----------
    reviewed : Reviewed
        With an opportunity.
    evidence : Evidence
    i : int
        Where the unit stands in the table of opportunities.
    events : float
    published : bool

    Returns
    -------
    Claim
    """
    assert reviewed.opportunity is not None
    units, per = reviewed.opportunity.units, reviewed.opportunity.per.replace("_", " ")
    code = str(units.unit[i])
    claim = f"The opportunity of {evidence.name_of(code)} is {figure(events)} {per}."
    if not units.comparable[i] or not np.isfinite(units.estimate[i]):
        text = "Its case-mix can't be compared with that of others, so that it carries none."
        return judge(
            "unit",
            claim,
            [Reason(verdict="can't be judged", text=text)],
            units=(code,),
            published=published,
        )
    lower, upper = float(units.lower[i]), float(units.upper[i])
    inside = lower <= events <= upper
    sure = lower > 0
    level = percent(reviewed.opportunity.level)
    reason = Reason(
        verdict="not" if not inside else "believed" if sure else "with care",
        text=f"Its {level} interval is {figure(lower)} to {figure(upper)}, its mean "
        f"{figure(float(units.estimate[i]))}"
        + (", and it isn't sure that there is any." if inside and not sure else "."),
        value=events,
    )
    return judge("unit", claim, [reason, *evidence.kept_back], units=(code,), published=published)
