r"""Influence: what the total, the target and tau would be without each unit.

Without unit i the draws of a posterior weigh :math:`w_s \propto 1 / m_i(h_s)`, with
:math:`m_i(h)` what the unit contributes to the likelihood of the hyper-parameters: the other
units' effects are independent of it given these. The weights' tail is smoothed, and where its shape
k is above 0.7 they aren't trusted and the model is fitted again without the unit [1]_. In each draw
the unit is taken out of the target's quarter and out of the sum.

References
----------
.. [1] Vehtari, Simpson, Gelman, Yao & Gabry (2024). Pareto smoothed importance sampling. JMLR
   25(72), 1-58.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from varstat.errors import VarstatError
from varstat.hierarchical.automatic import state_effects
from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.fit import fit_model
from varstat.hierarchical.left_out import log_contributions
from varstat.hierarchical.quadrature.fit import PARETO_LIMIT
from varstat.measure import Floats
from varstat.prose.number import count_units, share
from varstat.prose.text import clean
from varstat.review.labels import find_compared
from varstat.review.part import Part, Status, leave_out
from varstat.review.reviewed import Reviewed
from varstat.review.without import Question, ask_posterior, sum_tau
from varstat.target.rule import TargetRule, parse_target

NAME = "influence"
_LEAST = 3
# A change of the total, or of tau, that is worth saying.
MATERIAL = 0.05
# Share of the total below which a unit carries next to nothing of it.
_CARRIES = 0.005
# Units in the table, and refits at most.
_NAMED, _REFITS = 5, 5
# Numbers to go through, and draws and units at least and at most.
_NUMBERS, _FEWEST, _MOST = 200_000, 400, 1000
_PASSES, _CANDIDATES = 20_000_000, 24


def review_influence(reviewed: Reviewed) -> Part:
    """Say what the total, the target and tau would be without each unit.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Part
        "with care" where leaving one unit out changes the total, or tau, by more than 5%. Its
        table is `influence`, the five units that matter most; its units' columns are
        `total_without`, `target_without` and `tau_without` (relative changes) and `pareto_k`. Left
        out of fewer than three units.
    """
    design = reviewed.posterior.design
    if design.units < _LEAST:
        return leave_out(NAME, f"Leaving out one of {count_units(design.units)} leaves too few.")
    question = _ask(reviewed)
    frame = _weigh(question, sum_tau(reviewed.posterior))
    refitted = _refit(reviewed, question, frame)
    key = frame["total_change"].abs().fillna(0.0)
    if not key.any():
        key = frame["tau_change"].abs()
    order = np.lexsort((frame.index.to_numpy(), -key.to_numpy()))
    table = frame.iloc[order[:_NAMED]].rename_axis("unit").reset_index()
    shown = frame["pareto_k"] <= PARETO_LIMIT
    values = _summarise(frame, int((~shown).sum()), refitted)
    return Part(
        name=NAME,
        status=_judge(values),
        sentence=_say(table, str(frame["tau_change"].abs().idxmax()), values, design.units),
        values=values,
        mcse={"largest_total_change": float(table["total_mcse"].iloc[0])},
        tables={NAME: table},
        units={
            "total_without": frame["total_change"],
            "target_without": frame["target_change"],
            "tau_without": frame["tau_change"],
            "pareto_k": frame["pareto_k"],
        },
        notes=_notes(question, frame, values),
    )


def _ask(reviewed: Reviewed) -> Question:
    """Settle what is asked of some draws."""
    posterior = reviewed.posterior
    return ask_posterior(
        posterior,
        _rule(reviewed),
        draws=int(np.clip(_NUMBERS // posterior.design.rows, _FEWEST, _MOST)),
        compared=find_compared(reviewed),
        valued=reviewed.opportunity is not None,
    )


def _rule(reviewed: Reviewed) -> TargetRule:
    return parse_target(reviewed.target or reviewed.posterior.card.target.rule)


def _weigh(question: Question, summed: Floats | None) -> pd.DataFrame:
    """Ask without each unit, by weights: a row a unit, by its code."""
    posterior = question.posterior
    design = posterior.design
    log_ratio = -log_contributions(design, posterior.hyper)
    total, own, target = question.total(), question.own(), question.target()
    whole, aim, spread = float(total.mean()), float(target.mean()), float(question.tau.mean())
    share_own = own / whole if whole > 0 else np.full(design.units, np.nan)
    weight = np.empty_like(log_ratio)
    k = np.empty(design.units)
    for i in range(design.units):
        k[i], smoothed = fit_tail(log_ratio[:, i])
        weight[:, i] = np.exp(smoothed)
    weight /= weight.sum(axis=0)
    tau_change = question.tau @ weight / spread - 1.0 if summed is None else summed
    candidates = _candidates(question, share_own, tau_change)
    changes = np.full((3, design.units), np.nan)
    for i in candidates:
        if whole > 0:
            without = question.total(i)
            mean = float(weight[:, i] @ without)
            # Weights add to one whatever is drawn, so that errors are of distances from the means.
            away = len(weight) * weight[:, i] * (without - mean) - (total - whole)
            changes[0, i] = mean / whole - 1.0
            changes[1, i] = float(np.sqrt(np.mean(away**2) / len(away))) / whole
        changes[2, i] = float(weight[:, i] @ question.target(i)) - aim
    return pd.DataFrame(
        {
            "total_change": changes[0],
            "total_mcse": changes[1],
            "total_own": np.where(np.isfinite(changes[0]), share_own, np.nan),
            "target_change": changes[2],
            "tau_change": tau_change,
            # Without a tail there is nothing to doubt.
            "pareto_k": np.where(np.isneginf(k), 0.0, k),
            "by": np.full(design.units, "weights", dtype=object),
        },
        index=[str(unit) for unit in design.unit],
    )


def _candidates(question: Question, own: Floats, tau_change: Floats) -> list[int]:
    """Choose the units to ask without: all where they are few, else those that can matter."""
    design = question.posterior.design
    if design.units * design.rows * question.posterior.draws <= _PASSES:
        return list(range(design.units))
    size = design.gather(design.measure.weight(design.size)[None])[0]
    far = np.abs(question.rate.mean(axis=0) - question.rate.mean())
    each = max(_CANDIDATES // 4, _NAMED)
    chosen = {
        int(i)
        for values in (np.nan_to_num(own), np.abs(tau_change), size, far)
        for i in np.argsort(-values, kind="stable")[:each]
    }
    return sorted(chosen)


def _refit(reviewed: Reviewed, question: Question, frame: pd.DataFrame) -> int:
    """Fit again without the units whose weights can't be trusted, the worst first; how many."""
    doubted = frame.index[frame["pareto_k"] > PARETO_LIMIT]
    order = frame.loc[doubted, "pareto_k"].sort_values(ascending=False, kind="stable").index
    done = 0
    for unit in order[:_REFITS]:
        found = _ask_without(reviewed, str(unit))
        if found is None:
            continue
        done += 1
        base = reviewed.opportunity.total.estimate if reviewed.opportunity is not None else np.nan
        total, target, tau = found
        if base > 0:
            frame.loc[unit, ["total_change", "total_mcse"]] = total / base - 1.0, np.nan
        frame.loc[unit, "target_change"] = target - float(question.target().mean())
        frame.loc[unit, "tau_change"] = tau / float(question.tau.mean()) - 1.0
        frame.loc[unit, "by"] = "refit"
    return done


def _ask_without(reviewed: Reviewed, unit: str) -> tuple[float, float, float] | None:
    """Total, target and tau of a fit without a unit; None where that can't be fitted."""
    table, effects = reviewed.table, reviewed.posterior.design.effects.name
    fewer = replace(
        table,
        frame=table.frame[table.frame["unit"] != unit].reset_index(drop=True),
        card=state_effects(table.card, effects),
    )
    try:
        posterior = fit_model(fewer, draws=reviewed.draws, seed=reviewed.seed)[0]
        question = ask_posterior(
            posterior,
            _rule(reviewed),
            draws=_MOST,
            compared=np.ones(posterior.design.units, dtype=np.bool_),
            valued=reviewed.opportunity is not None,
        )
    except VarstatError:
        return None
    return (
        float(question.total().mean()),
        float(question.target().mean()),
        float(question.tau.mean()),
    )


def _summarise(frame: pd.DataFrame, doubted: int, refitted: int) -> dict[str, float]:
    total, tau = frame["total_change"].abs(), frame["tau_change"].abs()
    return {
        "largest_total_change": float(total.max()) if total.notna().any() else float("nan"),
        "largest_tau_change": float(tau.max()),
        "largest_target_change": float(frame["target_change"].abs().max()),
        "units_above_5_percent": float((total > MATERIAL).sum()),
        "asked": float(frame["target_change"].notna().sum() or total.notna().sum()),
        "weights_doubted": float(doubted),
        "refitted": float(refitted),
    }


def _judge(values: dict[str, float]) -> Status:
    if values["weights_doubted"] > values["refitted"]:
        return "can't tell"
    largest = np.nanmax([values["largest_total_change"], values["largest_tau_change"]])
    return "with care" if largest > MATERIAL else "holds"


def _say(table: pd.DataFrame, widest: str, values: dict[str, float], units: int) -> str:
    first = table.iloc[0]
    unit, change, own = clean(str(first["unit"])), first["total_change"], first["total_own"]
    tau = (
        f"Tau, the SD of what units differ by, changes most without {clean(widest)}: by "
        f"{share(values['largest_tau_change'])}."
    )
    if not np.isfinite(change):
        return tau
    way = "smaller" if change < 0 else "larger"
    said = (
        f"No unit moves the total more than {unit}, without which it would be "
        f"{share(abs(change))} {way} ("
    )
    said += (
        f"its own opportunity is {share(own)} of it)"
        if own >= _CARRIES
        else "with next to no opportunity of its own: it moves what others are held against)"
    )
    above = int(values["units_above_5_percent"])
    verb = "moves" if above <= 1 else "move"
    said += (
        f"; {above if above else 'none'} of {count_units(units)} {verb} it by more than "
        f"{share(MATERIAL)}. "
    )
    return said + tau


def _notes(question: Question, frame: pd.DataFrame, values: dict[str, float]) -> tuple[str, ...]:
    notes = []
    asked = int(values["asked"])
    if asked < len(frame):
        notes.append(
            f"Total and target were computed without each of {count_units(asked)} that carry most, "
            "weigh most, lie furthest out or move the spread of units (tau) most."
        )
    if values["refitted"]:
        notes.append(
            f"The model was fitted again without {count_units(int(values['refitted']))}, as "
            f"weights for its draws don't do (k above {PARETO_LIMIT:g})."
        )
    left = int(values["weights_doubted"] - values["refitted"])
    if left:
        notes.append(
            f"Without {count_units(left)} the weights' tail (k above {PARETO_LIMIT:g}) leaves open "
            "what would change."
        )
    if question.aim.rule.kind == "similar":
        notes.append("Who is most like whom stays as it is when a unit is left out.")
    return tuple(notes)
