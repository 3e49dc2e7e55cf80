r"""Posterior simulation-based calibration: whether the computation is right here.

With :math:`\theta'` drawn from the posterior given y and :math:`y' \mid \theta'` drawn anew, the
posterior given y and :math:`y'` together has :math:`\theta'` at a uniform place [1]_, whatever is
asked of it. So each nation reports twice, and both reports are fitted as one: where nothing passes
between periods as their sum, and else as rows of their own. Each quantity's places are held against
uniform by a simultaneous band.

References
----------
.. [1] Säilynoja, Schmitt, Bürkner & Vehtari (2025). Posterior SBC: simulation-based calibration
   checking conditional on data. arXiv:2502.03279
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from varstat.estimands.slices import draw_slices
from varstat.hierarchical.posterior import Posterior, natural_scale
from varstat.measure import Floats
from varstat.prose.number import listed, p_text
from varstat.prose.text import clean
from varstat.provenance import content_hash
from varstat.review.calibration.answers import opportunity_of
from varstat.review.calibration.ecdf import band, ecdf, p_value
from varstat.review.calibration.simulate import (
    Origin,
    choose_draws,
    make_origin,
    refuse_refits,
    report,
    simulate,
)
from varstat.review.part import Part, Status, leave_out
from varstat.review.refits import Job, Tell, run_refits, seeds
from varstat.review.reviewed import Reviewed
from varstat.review.store import Store

NAME = "computation"
_PURPOSE = 32
# Units whose rates are looked at, from the smallest to the largest.
_UNITS = 5
# Refits below which places say nothing; p-values, of all quantities together, that are a failure
# and a doubt; and the level of the bands that are drawn.
_LEAST, _FAILS, _DOUBTED, _BAND = 20, 0.001, 0.05, 0.95


def sbc_jobs(reviewed: Reviewed, *, refits: int) -> list[Job]:
    """Make the jobs of a calibration, a nation each; `make_origin` is what they share."""
    given = seeds(reviewed.seed, _PURPOSE, refits)
    h, effect = choose_draws(reviewed.posterior, refits, seed=reviewed.seed + _PURPOSE)
    group = content_hash(reviewed.by)[:12]
    return [
        Job(
            key=f"{group} {NAME} {at}",
            function=place_nation,
            seed=seed,
            arguments=(h[at], effect[at]),
        )
        for at, seed in enumerate(given)
    ]


def place_nation(origin: Origin, h: Floats, effect: Floats, *, seed: int) -> dict[str, Any]:
    """Let a nation report a second time, fit both reports, and place the truth among the draws.

    Parameters
    ----------
    origin : Origin
    h : ndarray of float, shape (hyper-parameters,)
    effect : ndarray of float, shape (units,)
        One draw of the posterior.
    seed : int

    Returns
    -------
    dict of str to object
        `passed`; and under `place`, of each quantity, the share of draws below the truth.
    """
    design = origin.design
    rng = np.random.default_rng([seed, 7])
    again = simulate(design, h, effect, rng)
    both = origin.build(pair_rows(origin, again))
    posterior = origin.fit(both, seed=seed)
    # Sums have twice the volume, and so twice the opportunity.
    twice = np.nansum(both.volume) / max(np.nansum(design.volume), 1e-300)
    truth = quantities(origin, origin.known(design, h, effect), 1.0)
    drawn = quantities(origin, posterior, float(twice))
    places = {}
    for name, draws in drawn.items():
        true = truth[name][0]
        below, same = float(np.sum(draws < true)), float(np.sum(draws == true))
        # Ties, which ranks have, are broken at random.
        places[name] = (below + rng.random() * (same + 1.0)) / (len(draws) + 1.0)
    return {"passed": posterior.diagnostics.passed, "place": places}


def pair_rows(origin: Origin, again: Floats) -> pd.DataFrame:
    """Put two reports of a nation together: as sums where those say all, else as rows.

    Parameters
    ----------
    origin : Origin
    again : ndarray of float, shape (rows,)
        What the rows report the second time.

    Returns
    -------
    DataFrame
    """
    design, frame, measure = origin.design, origin.frame, origin.measure
    if not are_sums_enough(origin):
        return pd.concat([frame, report(frame, design, again)], ignore_index=True)
    size = frame[measure.size].to_numpy(float)
    if measure.counts:
        event, size = design.event + again, 2.0 * size
    else:
        own = 0.5 * (measure.own_scale(design.event) + measure.own_scale(again))
        event, size = measure.from_own(own), size / np.sqrt(2.0)
    columns = {measure.event: event, measure.size: size}
    return frame.assign(**columns, event_lower=event, event_upper=event)


def are_sums_enough(origin: Origin) -> bool:
    """Whether two reports say no more than their sum: nothing passes, and nothing is withheld."""
    design = origin.design
    if design.likelihood not in ("binomial", "poisson", "normal") or design.transient != 0.0:
        return False
    return bool(np.array_equal(design.event_lower, design.event_upper))


def quantities(origin: Origin, posterior: Posterior, volume: float) -> dict[str, Floats]:
    """Give draws of what is placed: hyper-parameters, rates of some units, a rank, the total.

    Parameters
    ----------
    origin : Origin
    posterior : Posterior
    volume : float
        How often the volume of the nation under review its rows have.

    Returns
    -------
    dict of str to ndarray of float, shape (draws,)
    """
    design = posterior.design
    natural = natural_scale(design, posterior.hyper)
    named = (design.locations[0], *design.taus, "tau_transient")
    found = {name: natural[name] for name in named if name in natural}
    chosen = _some_units(origin)
    theta = np.empty((posterior.draws, len(chosen)))
    middle = np.empty(posterior.draws)
    for some, effect in draw_slices(posterior, per_draw=design.units):
        beta = posterior.beta[some]
        theta[some] = (beta @ design.reference.T + effect)[:, chosen]
        level = effect + design.informed(beta)
        # Of the unit of middling size: how many lie below it.
        at = chosen[len(chosen) // 2]
        middle[some] = (level < level[:, [at]]).sum(axis=1)
    link = design.centre + design.spread * theta
    found |= {f"rate of {design.unit[at]}": link[:, k] for k, at in enumerate(chosen)}
    found[f"rank of {design.unit[chosen[len(chosen) // 2]]}"] = middle
    if origin.rule is not None:
        sums = opportunity_of(posterior, origin.rule, level=0.5)[0]
        found["total opportunity"] = sums.total / volume
    return found


def _some_units(origin: Origin) -> list[int]:
    """Choose units from the smallest to the largest."""
    design = origin.design
    size = design.gather(design.measure.weight(design.size)[None])[0]
    order = np.argsort(size, kind="stable")
    places = np.linspace(0, design.units - 1, min(_UNITS, design.units)).round().astype(int)
    return [int(order[at]) for at in places]


def review_sbc(
    reviewed: Reviewed,
    *,
    refits: int,
    workers: int = 1,
    tell: Tell | None = None,
    store: Store | None = None,
) -> Part:
    """Review whether the computation is right for these data, by posterior SBC.

    Parameters
    ----------
    reviewed : Reviewed
    refits : int
    workers : int
    tell : callable, optional
    store : Store, optional

    Returns
    -------
    Part
        `values` are `p_least`, the least p-value times the number of quantities, `quantities`,
        `refits` and `left_out`. The first table has a row a quantity with its p-value by the
        simultaneous band, the second its distribution and the band.
    """
    why = refuse_refits(reviewed)
    if why is not None:
        return leave_out(NAME, why)
    origin = make_origin(reviewed)
    if origin.design.effects.learnt and not are_sums_enough(origin):
        return leave_out(
            NAME,
            "Effects are learnt from one row a unit, and with what passes or is withheld two "
            "reports of a unit make no row.",
        )
    outcomes = run_refits(
        sbc_jobs(reviewed, refits=refits),
        shared=origin,
        workers=workers,
        stage="Checking the computation",
        tell=tell,
        store=store,
    )
    # Also those that didn't pass their checks: to leave them out would bend the places.
    done = [each.result["place"] for each in outcomes if each.result is not None]
    doubted = sum(each.result is not None and not each.result["passed"] for each in outcomes)
    values = {"refits": float(refits), "left_out": float(refits - len(done))}
    if len(done) < _LEAST:
        return Part(
            name=NAME,
            status="can't tell",
            sentence=f"Of {refits} refits {len(done)} can be used, too few to check places by.",
            values=values,
        )
    return _judge(_gather(done), values, doubted)


def _gather(done: Sequence[dict[str, float]]) -> dict[str, Floats]:
    return {name: np.array([each[name] for each in done]) for name in done[0]}


def _judge(places: dict[str, Floats], values: dict[str, float], doubted: int) -> Part:
    """Judge places by quantity."""
    found = {name: p_value(each) for name, each in places.items()}
    least = min(1.0, min(found.values()) * len(found))
    status: Status = "fails" if least < _FAILS else "with care" if least < _DOUBTED else "holds"
    number = len(next(iter(places.values())))
    rows = [
        {
            "quantity": clean(name),
            "refits": number,
            "p_value": found[name],
            "cover_90": float(np.mean((each > 0.05) & (each < 0.95))),
            "cover_90_mcse": float(np.sqrt(0.9 * 0.1 / number)),
        }
        for name, each in places.items()
    ]
    notes: tuple[str, ...] = ()
    if doubted:
        notes = (
            f"{doubted} of {number} refits didn't pass their checks; they count here all the same.",
        )
    return Part(
        name=NAME,
        status=status,
        sentence=_say(found, least, number),
        values={"p_least": least, "quantities": float(len(found))} | values,
        tables={NAME: pd.DataFrame(rows), "computation bands": _bands(places)},
        notes=notes,
    )


def _say(found: dict[str, float], least: float, number: int) -> str:
    odd = [clean(name) for name, p in found.items() if p * len(found) < _DOUBTED]
    if not odd:
        return (
            f"The computation is right for these data as far as {number} refits can tell: in all "
            f"{len(found)} quantities the truth lies anywhere among the draws (least "
            f"{p_text(least)}, for all of them together; posterior simulation-based calibration)."
        )
    return (
        f"The computation is in doubt for these data: in {number} refits the truth doesn't lie "
        f"evenly among the draws of {listed(odd)} ({p_text(least)}, for all {len(found)} "
        "quantities together; posterior simulation-based calibration)."
    )


def _bands(places: dict[str, Floats]) -> pd.DataFrame:
    """Tabulate each quantity's distribution of places, and the band in which it should stay."""
    number = len(next(iter(places.values())))
    at, lower, upper = band(number, level=_BAND)
    frames = [
        pd.DataFrame(
            {
                "quantity": clean(name),
                "place": at,
                "share": ecdf(each, at),
                "lower": lower,
                "upper": upper,
            }
        )
        for name, each in places.items()
    ]
    return pd.concat(frames, ignore_index=True)
