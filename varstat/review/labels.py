r"""Labels: whether the units that a table puts in its best quarter would be put there again.

Three ways to ask without waiting for the next period. *Expected*: the posterior probability that
a labelled unit belongs there, on average. *New data*: the same units report again, from rates
drawn from the posterior, and are labelled again. *Split halves*: each half of the cases labels for
itself, with half the cases, and what passes from one period to the next is the same in both.

References
----------
.. [1] Goldstein & Spiegelhalter (1996). League tables and their limitations: statistical issues in
   comparisons of institutional performance. JRSS A 159(3), 385-443. doi:10.2307/2983325
.. [2] Lin, Louis, Paddock & Ridgeway (2006). Loss function based ranking in two-stage,
   hierarchical models. Bayesian Anal 1(4), 915-946. doi:10.1214/06-BA130
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.predictive import draw_rows, withhold
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats
from varstat.prose.number import count_units, share
from varstat.review.part import Part, Status, leave_out
from varstat.review.quarter import (
    BEST,
    QUARTERS,
    WORST,
    Integers,
    cross_quarters,
    found_again,
    number_quarters,
    rank_correlation,
)
from varstat.review.reviewed import Reviewed
from varstat.review.score import mean_hyper, reported_events, score_units, some_draws
from varstat.review.split import can_split, split_rows

NAME = "labels"
# Units with which there are quarters.
LEAST_UNITS = 4
# From where on labels can be relied on, and below which they are more often wrong than right.
SURE, EVEN = 0.9, 0.5
_SETS, _SPLITS = 200, 100
# Numbers held at a time where units report again.
_AT_ONCE = 1_000_000
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Again:
    """Quarters now, and those of new data sets.

    Attributes
    ----------
    own, estimate : ndarray of int, shape (1, units)
        By own rates and by estimates, now.
    own_again, estimate_again : ndarray of int, shape (sets, units)
    true : ndarray of int, shape (sets, units)
        By the rates that the new data were drawn from.
    own_rank, estimate_rank : ndarray of float, shape (sets,)
        Spearman's correlation of ranks now and again.
    kept : float
        Share of their distance from the mean that the labelled keep.
    """

    own: Integers
    estimate: Integers
    own_again: Integers
    estimate_again: Integers
    true: Integers
    own_rank: Floats
    estimate_rank: Floats
    kept: float


def review_labels(reviewed: Reviewed) -> Part:
    """Say whether labels of the best quarter are right, and would be found again.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Part
        "holds" where the labelled belong there with a probability of 0.9 on average, "with care"
        from 0.5 on. Left out without a direction, or of fewer than four comparable units. Its
        tables are `labels`, a row a way to ask, and `quarters`: where units of each quarter
        truly are, and would be again.
    """
    design = reviewed.posterior.design
    why = refuse_labels(reviewed)
    if why is not None:
        return leave_out(NAME, why)
    compared = find_compared(reviewed)
    labelled = label_units(reviewed)
    units = reviewed.league.units
    p_top = pd.Series(units.p_top_quartile, index=units.unit)
    p_bottom = pd.Series(units.p_bottom_quartile, index=units.unit)
    best, worst = labelled == QUARTERS[BEST], labelled == QUARTERS[WORST]
    expected = float(p_top[best].mean())
    error = pd.Series(units.p_top_quartile_mcse, index=units.unit)[best]
    again = _report_again(reviewed, compared)
    chance = float(best.mean())
    table = _tabulate(again, _label_halves(design, reviewed, compared), expected, chance)
    by = table.set_index("by")["found_again"]
    values = {
        "expected": expected,
        "expected_worst": float(p_bottom[worst].mean()),
        "expected_wrong_inside": 1.0 - expected,
        "expected_wrong_outside": float(p_top[labelled.notna() & ~best].mean()),
        "misclassified": reviewed.league.misclassified,
        "labelled": float(best.sum()),
        "labelled_sure": float((p_top[best] >= SURE).sum()),
        "labelled_unlikely": float((p_top[best] < EVEN).sum()),
        "chance": chance,
        "replicated_own": float(by["own rates, new data"]),
        "replicated_estimate": float(by["estimates, new data"]),
        "kept": again.kept,
    }
    errors = table.set_index("by")["mcse"]
    return Part(
        name=NAME,
        status=_judge(expected),
        sentence=_say(values, int(best.size)),
        values=values,
        mcse={
            "expected": float(error.mean()),
            "replicated_own": float(errors["own rates, new data"]),
            "replicated_estimate": float(errors["estimates, new data"]),
        },
        tables={NAME: table, "quarters": _cross(again)},
        units={
            "quarter": labelled,
            "p_found_again": _per_unit(design, compared, again),
        },
        notes=_notes(design, compared),
    )


def refuse_labels(reviewed: Reviewed) -> str | None:
    """Say why units can't be labelled; None if they can."""
    if reviewed.league.direction == "neither":
        return "Without a direction that is better there is no best quarter. State --direction."
    compared = int(np.isfinite(reviewed.league.units.p_top_quartile).sum())
    if compared < LEAST_UNITS:
        return f"Quarters take four units or more, and {compared} can be compared."
    return None


def find_compared(reviewed: Reviewed) -> Bools:
    """Tell which units are ranked, in the order of the design."""
    units = reviewed.league.units
    known = pd.Series(np.isfinite(units.expected_rank), index=units.unit)
    return np.asarray(known.loc[list(reviewed.posterior.design.unit)], dtype=np.bool_)


def label_units(reviewed: Reviewed) -> "pd.Series[str]":
    """Name the quarter of each ranked unit by expected rank, as the league table stands.

    Returns
    -------
    Series of str
        "best", "second", "third" or "worst" by code; None of those that aren't ranked.
    """
    units = reviewed.league.units
    known = np.isfinite(units.expected_rank)
    order = np.lexsort((-units.p_top_quartile[known], units.expected_rank[known]))
    place = np.empty(order.size)
    place[order] = np.arange(order.size)
    quarter = number_quarters(-place[None], np.random.default_rng(0))[0]
    names = np.full(known.size, None, dtype=object)
    names[known] = np.array(QUARTERS, dtype=object)[quarter]
    return pd.Series(names, index=units.unit, dtype=object)


def sign_of(reviewed: Reviewed) -> float:
    """Give 1 where higher is better, -1 where lower is."""
    return 1.0 if reviewed.league.direction == "higher-is-better" else -1.0


def _report_again(reviewed: Reviewed, compared: Bools) -> _Again:
    """Let the same units report again, and label them again."""
    posterior = reviewed.posterior
    design, sign = posterior.design, sign_of(reviewed)
    rng = np.random.default_rng([reviewed.seed, 22])
    centre = mean_hyper(posterior)
    now = score_units(design, centre, reported_events(design)[None])
    at, effect = some_draws(posterior, _SETS)
    own, away, estimate, true = (np.empty((at.size, int(compared.sum()))) for _ in range(4))
    step = max(_AT_ONCE // design.rows, 1)
    for first in range(0, at.size, step):
        some = slice(first, first + step)
        h = posterior.hyper[at[some]]
        hyper = unpack(design, h)
        theta = hyper.eta + design.expand(effect[some])
        event = draw_rows(design, theta, hyper.spread[:, None], rng)
        if design.measure.counts:
            event = withhold(design, event)
        scored = score_units(design, centre, event)
        own[some], away[some] = scored.own[:, compared], scored.away[:, compared]
        estimate[some] = scored.estimate[:, compared]
        informed = design.informed(h[:, : len(design.locations)])
        true[some] = (effect[some] + informed)[:, compared]
    own_now, estimate_now = sign * now.own[:, compared], sign * now.estimate[:, compared]
    own, estimate = sign * own, sign * estimate
    quarter = number_quarters(own_now, rng)
    return _Again(
        own=quarter,
        estimate=number_quarters(estimate_now, rng),
        own_again=number_quarters(own, rng),
        estimate_again=number_quarters(estimate, rng),
        true=number_quarters(sign * true, rng),
        own_rank=rank_correlation(own_now, own, rng),
        estimate_rank=rank_correlation(estimate_now, estimate, rng),
        kept=float("nan")
        if np.unique(own_now).size == 1
        else _kept(sign * now.away[0, compared], sign * away, quarter[0] == BEST),
    )


def _kept(now: Floats, again: Floats, best: Bools) -> float:
    """Share of their distance from the mean of all that the labelled keep."""
    before = float(now[best].mean() - now.mean())
    after = float((again[:, best].mean(axis=1) - again.mean(axis=1)).mean())
    return after / before if before > 0 else float("nan")


def _label_halves(design: Design, reviewed: Reviewed, compared: Bools) -> Floats:
    """Share of the labelled of one half of the cases that the other half labels too, by split."""
    size, event = design.size / design.spread, reported_events(design)
    rows = can_split(design.measure, event, size)
    there = compared & (design.gather(rows[None].astype(float))[0] > 0)
    if there.sum() < LEAST_UNITS:
        return np.zeros(0)
    rng = np.random.default_rng([reviewed.seed, 23])
    centre, sign = mean_hyper(reviewed.posterior), sign_of(reviewed)
    shares = np.empty(_SPLITS)
    halves = split_rows(design.measure, event[rows], size[rows], splits=_SPLITS, seed=reviewed.seed)
    for at, (first, n1, second, n2) in enumerate(halves):
        quarters = []
        for half, n in ((first, n1), (second, n2)):
            whole, sizes = np.zeros(design.rows), np.ones(design.rows)
            whole[rows], sizes[rows] = half, n
            score = score_units(design, centre, whole[None], size=sizes, rows=rows).own
            quarters.append(number_quarters(sign * score[:, there], rng))
        shares[at] = found_again(*quarters)[0]
    return shares


def _tabulate(again: _Again, halves: Floats, expected: float, chance: float) -> pd.DataFrame:
    """Make a row a way to ask."""
    rows: list[dict[str, object]] = [
        _row("posterior probability", np.array([expected]), chance, np.zeros(0)),
        _row(
            "own rates, new data", found_again(again.own, again.own_again), chance, again.own_rank
        ),
        _row(
            "estimates, new data",
            found_again(again.estimate, again.estimate_again),
            chance,
            again.estimate_rank,
        ),
    ]
    if halves.size:
        rows.append(_row("own rates, split halves", halves, chance, np.zeros(0)))
    return pd.DataFrame(rows)


def _row(by: str, shares: Floats, chance: float, spearman: Floats) -> dict[str, object]:
    several = shares.size > 1
    lower, upper = np.quantile(shares, [0.05, 0.95]) if several else (np.nan, np.nan)
    return {
        "by": by,
        "found_again": float(shares.mean()),
        "lower": float(lower),
        "upper": float(upper),
        "mcse": float(shares.std(ddof=1) / np.sqrt(shares.size)) if several else 0.0,
        "chance": chance,
        "spearman": float(spearman.mean()) if spearman.size else float("nan"),
    }


def _cross(again: _Again) -> pd.DataFrame:
    """Where units of each quarter truly are, and would be again."""
    parts = [
        cross_quarters(again.estimate, other).assign(what=what)
        for what, other in (("truly", again.true), ("labelled again", again.estimate_again))
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[["what", "quarter", *QUARTERS]]


def _per_unit(design: Design, compared: Bools, again: _Again) -> "pd.Series[float]":
    """Probability that a unit is in the same quarter again, by its estimate."""
    out = np.full(design.units, np.nan)
    out[compared] = (again.estimate == again.estimate_again).mean(axis=0)
    return pd.Series(out, index=list(design.unit))


def _judge(expected: float) -> Status:
    return "holds" if expected >= SURE else "with care" if expected >= EVEN else "fails"


def _say(values: dict[str, float], units: int) -> str:
    labelled, unlikely = int(values["labelled"]), int(values["labelled_unlikely"])
    said = (
        f"A unit in the best quarter belongs there with a probability of {values['expected']:.2f} "
        f"on average (by lot {values['chance']:.2f}); "
    )
    said += (
        f"{unlikely} of the {labelled} {'has' if unlikely == 1 else 'have'} less than an even "
        "chance. "
        if unlikely
        else f"none of the {labelled} labelled has less than an even chance. "
    )
    said += (
        f"If the same {count_units(units)} reported again, {share(values['replicated_own'])} of "
        "those labelled by their own rates would be found again"
    )
    if not np.isfinite(values["kept"]):
        return f"{said}."
    kept = share(min(max(values["kept"], 0.0), 1.0))
    rest = "" if kept == "100%" else ": the rest was luck"
    return f"{said}, and would keep {kept} of their distance from the mean{rest}."


def _notes(design: Design, compared: Bools) -> tuple[str, ...]:
    notes = []
    left = int(design.units - compared.sum())
    if left:
        notes.append(f"{count_units(left)} can't be compared with others, and have no label.")
    if design.transient == 0.0:
        notes.append(
            "New data are of the same time: what passes from one period to the next comes on top."
        )
    return tuple(notes)
