r"""Replication: what units' earlier periods said of their last one, and what came.

Each unit's effect is drawn from what all periods but the last say of it, given hyper-parameters
drawn from the posterior; from it the last period is reported anew, with what passes and chance, and
units are ranked. Had nothing lasting changed, what came would look like these predictions. The
hyper-parameters are those of all periods: how much passes can't be known without the last where
there are two.

References
----------
.. [1] Goldstein & Spiegelhalter (1996). League tables and their limitations: statistical issues in
   comparisons of institutional performance. JRSS A 159(3), 385-443. doi:10.2307/2983325
.. [2] Galton (1886). Regression towards mediocrity in hereditary stature. J Anthropol Inst 15,
   246-263. doi:10.2307/2841583
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.predictive import draw_rows
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats
from varstat.prose.number import count_units, share
from varstat.prose.rate import measured_text
from varstat.prose.text import clean
from varstat.review.labels import LEAST_UNITS, find_compared, refuse_labels, sign_of
from varstat.review.part import Part, Status, leave_out
from varstat.review.quarter import (
    BEST,
    QUARTERS,
    cross_quarters,
    found_again,
    number_quarters,
    places,
    rank_correlation,
)
from varstat.review.reviewed import Reviewed
from varstat.review.score import mean_hyper, reported_events, score_units, some_draws

NAME = "replication"
# Share of labels found again from which they last, and below which they are as likely lost.
LASTING, EVEN = 0.75, 0.5
_SETS = 200
# Share of a distance kept below which falling back shows.
_SHOWS = 0.98
# Of the intervals of what was expected.
_LEVEL = 0.9
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """Scores of the units that report in both, the higher the better.

    Attributes
    ----------
    there : ndarray of bool, shape (units,)
        Who they are.
    own, away, estimate : ndarray of float, shape (2, units there)
        Before and in the last period.
    predicted_own, predicted_away, predicted_estimate : ndarray of float, shape (sets, units there)
        Of the last period, as the earlier ones have it.
    rate : ndarray of float, shape (2, units there)
        As reported; NaN where withheld.
    """

    there: Bools
    own: Floats
    away: Floats
    estimate: Floats
    predicted_own: Floats
    predicted_away: Floats
    predicted_estimate: Floats
    rate: Floats


def review_replication(reviewed: Reviewed) -> Part:
    """Compare the labels and ranks of all periods but the last with those that came in the last.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Part
        "holds" where 75% of the labels or more were found again, and no fewer than could be
        expected; "fails" under 50%; "can't tell" where few labels leave both open. Left out of
        one period. Its tables are `replication`, a row a way to label, and `reclassified`, where
        the units of each quarter went.
    """
    design = reviewed.posterior.design
    why = refuse_labels(reviewed) or _refuse_periods(reviewed)
    if why is not None:
        return leave_out(NAME, why)
    last = len(design.period) - 1
    seen = _see(reviewed, last)
    if seen.there.sum() < LEAST_UNITS:
        return leave_out(
            NAME,
            f"Quarters take four units or more, and {int(seen.there.sum())} report both in "
            f"{clean(design.period[last])} and before.",
        )
    rng = np.random.default_rng([reviewed.seed, 25])
    rows, quarters = {}, {}
    for by, score, predicted in (
        ("own rates", seen.own, seen.predicted_own),
        ("estimates", seen.estimate, seen.predicted_estimate),
    ):
        quarters[by] = number_quarters(score, rng)
        rows[by] = _row(score, quarters[by], predicted, rng)
    before, after = quarters["estimates"][:1], quarters["estimates"][1:]
    inside, units = _rank_units(design, seen, rng)
    main = rows["estimates"]
    values = {name: main[name] for name in _NUMBERS}
    values["found_again_own"] = rows["own rates"]["found_again"]
    values["ranks_as_predicted"] = inside
    values["units"] = float(seen.there.sum())
    values |= _fall_back(seen, before[0] == BEST)
    names = {
        "quarter_before": _name(design, seen.there, before[0]),
        "quarter_after": _name(design, seen.there, after[0]),
    }
    return Part(
        name=NAME,
        status=_judge(values),
        sentence=_say(reviewed, values, int((before == BEST).sum())),
        values=values,
        mcse={"expected": main["expected_mcse"]},
        tables={
            NAME: pd.DataFrame([{"by": by, **row} for by, row in rows.items()]),
            "reclassified": cross_quarters(before, after),
        },
        units={**names, **units},
        notes=_notes(design, seen),
    )


_NUMBERS = ("found_again", "expected", "expected_lower", "expected_upper", "chance", "spearman")


def _refuse_periods(reviewed: Reviewed) -> str | None:
    design = reviewed.posterior.design
    if len(design.period) < 2:
        return (
            "There is one period, so that whether its labels are found again in the next can't be "
            "seen; what to expect stands under labels."
        )
    if not reviewed.table.periods.in_time:
        return "Which period is the last isn't known, as their order in time isn't."
    return None


def _see(reviewed: Reviewed, last: int) -> _Seen:
    """Score units before the last period and in it, and predict the last from what was before."""
    posterior = reviewed.posterior
    design, sign = posterior.design, sign_of(reviewed)
    event, centre = reported_events(design)[None], mean_hyper(posterior)
    is_last = design.row_period == last
    before = score_units(design, centre, event, rows=~is_last)
    after = score_units(design, centre, event, rows=is_last)
    there = np.isfinite(before.own[0]) & np.isfinite(after.own[0]) & find_compared(reviewed)
    at, _ = some_draws(posterior, _SETS)
    rng = np.random.default_rng([reviewed.seed, 24])
    own, away, estimate = (np.empty((at.size, int(there.sum()))) for _ in range(3))
    for number, draw in enumerate(at):
        h = posterior.hyper[[draw]]
        known = score_units(design, h, event, rows=~is_last)
        informed = design.informed(h[:, : len(design.locations)])
        effect = known.estimate - informed + known.sd * rng.standard_normal(known.sd.shape)
        hyper = unpack(design, h)
        theta = hyper.eta + design.expand(np.nan_to_num(effect))
        drawn = draw_rows(design, theta, hyper.spread[:, None], rng)
        scored = score_units(design, centre, drawn, rows=is_last)
        own[number], away[number] = scored.own[0, there], scored.away[0, there]
        estimate[number] = scored.estimate[0, there]
    return _Seen(
        there=there,
        own=sign * np.concatenate([before.own, after.own])[:, there],
        estimate=sign * np.concatenate([before.estimate, after.estimate])[:, there],
        away=sign * np.concatenate([before.away, after.away])[:, there],
        predicted_own=sign * own,
        predicted_away=sign * away,
        predicted_estimate=sign * estimate,
        rate=np.stack([_rates(design, ~is_last), _rates(design, is_last)])[:, there],
    )


def _rates(design: Design, rows: Bools) -> Floats:
    """Units' reported rates over some rows; NaN where something was withheld or there is none."""
    weight = np.where(rows, design.measure.weight(design.size), 0.0)
    rate = np.where(rows, design.measure.rates(design.event, design.size), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(design.gather((weight * rate)[None])[0] / design.gather(weight[None])[0])


def _row(
    score: Floats,
    quarter: NDArray[np.int64],
    predicted: Floats,
    rng: np.random.Generator,
) -> dict[str, float]:
    expected = found_again(quarter[:1], number_quarters(predicted, rng))
    ends = np.quantile(expected, [0.5 * (1.0 - _LEVEL), 0.5 * (1.0 + _LEVEL)])
    return {
        "found_again": float(found_again(quarter[:1], quarter[1:])[0]),
        "expected": float(expected.mean()),
        "expected_lower": float(ends[0]),
        "expected_upper": float(ends[1]),
        "expected_mcse": float(expected.std(ddof=1) / np.sqrt(expected.size)),
        "level": _LEVEL,
        "chance": float(np.mean(quarter[0] == BEST)),
        "spearman": float(rank_correlation(score[:1], score[1:], rng)[0]),
        "spearman_expected": float(rank_correlation(score[:1], predicted, rng).mean()),
    }


def _rank_units(
    design: Design, seen: _Seen, rng: np.random.Generator
) -> tuple[float, dict[str, "pd.Series[float]"]]:
    """Predict ranks in the last period by own rates, and say how many came as predicted."""
    predicted = places(seen.predicted_own, rng) + 1.0
    came = places(seen.own[1:], rng)[0] + 1.0
    lower, upper = np.quantile(predicted, [0.5 * (1.0 - _LEVEL), 0.5 * (1.0 + _LEVEL)], axis=0)
    inside = (came >= lower) & (came <= upper)
    best = number_quarters(seen.predicted_own, rng) == BEST
    columns = {
        "rank_last": came,
        "rank_predicted": predicted.mean(axis=0),
        "rank_predicted_lower": lower,
        "rank_predicted_upper": upper,
        "p_best_predicted": best.mean(axis=0),
    }
    units = {}
    for name, values in columns.items():
        out = np.full(design.units, np.nan)
        out[seen.there] = values
        units[name] = pd.Series(out, index=list(design.unit))
    return float(inside.mean()), units


def _fall_back(seen: _Seen, best: Bools) -> dict[str, float]:
    """How far the labelled stood from the mean of all, before and after.

    On the link scale as a share that was kept, and that was to be expected; and in units of the
    rate.
    """

    def ahead(score: Floats) -> float:
        return float((score[..., best].mean(axis=-1) - score.mean(axis=-1)).mean())

    first = ahead(seen.away[0])
    known = np.isfinite(seen.rate).all(axis=0)
    rates = [float("nan")] * 2
    if (best & known).any():
        rates = [float(rate[best & known].mean() - rate[known].mean()) for rate in seen.rate]
    return {
        "kept": ahead(seen.away[1]) / first if first > 0 else float("nan"),
        "kept_expected": ahead(seen.predicted_away) / first if first > 0 else float("nan"),
        "ahead_before": rates[0],
        "ahead_after": rates[1],
    }


def _name(design: Design, there: Bools, quarter: NDArray[np.int64]) -> "pd.Series[str]":
    names = np.full(design.units, None, dtype=object)
    names[there] = np.array(QUARTERS, dtype=object)[quarter]
    return pd.Series(names, index=list(design.unit), dtype=object)


def _judge(values: dict[str, float]) -> Status:
    found = values["found_again"]
    labels = max(values["chance"] * values["units"], 1.0)
    error = float(np.sqrt(max(found * (1.0 - found), 0.01) / labels))
    if found < EVEN:
        return "fails" if found + 2.0 * error < LASTING else "can't tell"
    if found >= LASTING and found >= values["expected_lower"]:
        return "holds" if found - 2.0 * error > EVEN else "can't tell"
    return "with care"


def _say(reviewed: Reviewed, values: dict[str, float], labelled: int) -> str:
    design = reviewed.posterior.design
    last = clean(design.period[-1])
    first = f"in {clean(design.period[0])}" if len(design.period) == 2 else f"before {last}"
    said = (
        f"Of the {labelled} units in the best quarter {first}, {share(values['found_again'])} "
        f"were found there again in {last} (by lot {share(values['chance'])}; if nothing but "
        f"chance had come in between, {share(values['expected_lower'])} to "
        f"{share(values['expected_upper'])})."
    )
    if values["found_again"] < values["expected_lower"]:
        said += " Fewer than chance explains: some have really changed."
    before, after = values["ahead_before"], values["ahead_after"]
    if np.isfinite(before) and np.isfinite(after) and before != 0:
        way = "above" if before > 0 else "below"
        side = "" if after * before >= 0 else " on the other side"
        said += (
            f" Their rates lay {_gap(design, before)} {way} the mean of all, and then "
            f"{_gap(design, after)}{side}."
        )
    if np.isfinite(values["kept_expected"]) and values["kept_expected"] < _SHOWS:
        said += (
            " Units are among the best partly by luck, which doesn't last (regression to the "
            f"mean): to be expected was that they keep {share(max(values['kept_expected'], 0.0))} "
            "of their distance."
        )
    return said


def _gap(design: Design, rate: float) -> str:
    measure = design.measure
    if measure.percent:
        return f"{100 * abs(rate):.2g} points"
    return measured_text(abs(rate), measure=measure)


def _notes(design: Design, seen: _Seen) -> tuple[str, ...]:
    learnt = (
        "How much units differ, and how much passes, is learnt from all periods; where each unit "
        "stands, from those before the last."
    )
    left = int(design.units - seen.there.sum())
    if not left:
        return (learnt,)
    who = f"{count_units(left)} {'is' if left == 1 else 'are'} left out: "
    return (learnt, who + "not compared, or not in both the last period and one before.")
