"""Departures: how far intervals still hold where nations are not what the model takes them for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from varstat.estimands.league.caveats import Bools, find_comparable
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats
from varstat.prose.number import count, listed, percent
from varstat.review.calibration.answers import true_gaps, true_ranks, true_rates
from varstat.review.calibration.bounds import Cover, Coverage, worst
from varstat.review.calibration.coverage import (
    QUANTITIES,
    counts,
    coverage_values,
    covers,
    hold_nation,
    nation_jobs,
    say_cover,
    usable,
)
from varstat.review.calibration.simulate import LEAST_UNITS, Origin, make_origin, refuse_refits
from varstat.review.part import Part, leave_out
from varstat.review.refits import Job, Outcome, Tell, run_refits
from varstat.review.reviewed import Reviewed
from varstat.review.store import Store

NAME = "departures"
_PURPOSE = 33
# Nations below which nothing is said of a departure, those that are simulated at least, and of how
# many of a coverage there is one.
_LEAST, _FEWEST, _SHARE = 3, 5, 8
_NOTE = (
    "Refits take the effects that the data under review were given, and don't choose them anew. "
    "Where a refit doesn't pass its checks, and is refused, the departure would have been noticed."
)
# Degrees of freedom of heavy tails; the distance of two groups' means from the middle, in SDs; the
# correlation of size and rate; the share of the variance that is of an unreported factor; the
# share of the worst quarter that doesn't report.
_FREEDOM, _APART, _CORRELATION, _HIDDEN, _MISSING = 4.0, 0.9, 0.5, 0.25, 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Departed:
    """Units of a nation that departs from the model.

    Attributes
    ----------
    effect : ndarray of float, shape (units,)
        By which they report.
    true : ndarray of float, shape (units,)
        What is asked for: the same, but for what isn't theirs.
    reporting : ndarray of bool, shape (units,)
    """

    effect: Floats
    true: Floats
    reporting: Bools


def _heavy_tails(design: Design, z: Floats, rng: np.random.Generator) -> Departed:
    scale = np.sqrt((_FREEDOM - 2.0) / _FREEDOM)
    return _all_report(scale * z / np.sqrt(rng.chisquare(_FREEDOM, z.size) / _FREEDOM))


def _two_groups(design: Design, z: Floats, rng: np.random.Generator) -> Departed:
    side = np.where(rng.random(z.size) < 0.5, -1.0, 1.0)
    return _all_report(_APART * side + np.sqrt(1.0 - _APART**2) * z)


def _by_size(design: Design, z: Floats, rng: np.random.Generator) -> Departed:
    size = np.log(design.gather(design.measure.weight(design.size)[None])[0])
    spread = float(np.std(size))
    # Of units that are all of one size, none is larger.
    score = (size - size.mean()) / spread if spread > 1e-9 else np.zeros_like(size)
    share = _CORRELATION if spread > 1e-9 else 0.0
    better = -1.0 if design.direction == "lower-is-better" else 1.0
    return _all_report(better * share * score + np.sqrt(1.0 - share**2) * z)


def _hidden_factor(design: Design, z: Floats, rng: np.random.Generator) -> Departed:
    own = np.sqrt(1.0 - _HIDDEN) * z
    factor = np.sqrt(_HIDDEN) * rng.standard_normal(z.size)
    return Departed(effect=own + factor, true=own, reporting=np.ones(z.size, dtype=np.bool_))


def _worst_silent(design: Design, z: Floats, rng: np.random.Generator) -> Departed:
    bad = z if design.direction == "lower-is-better" else -z
    silent = (bad >= np.quantile(bad, 0.75)) & (rng.random(z.size) < _MISSING)
    silent[np.argsort(bad)[:LEAST_UNITS]] = False
    return Departed(effect=z, true=z, reporting=~silent)


def _all_report(effect: Floats) -> Departed:
    return Departed(effect=effect, true=effect, reporting=np.ones(effect.size, dtype=np.bool_))


# Each gives effects in SDs of the fitted distribution, of which `z` is normal.
_DEPARTURES: dict[str, tuple[str, Callable[[Design, Floats, np.random.Generator], Departed]]] = {
    "heavy tails": ("units differ by a Student-t with 4 degrees of freedom", _heavy_tails),
    "two groups": (
        "units are of two kinds, 1.8 SDs apart, that nothing in the data tells",
        _two_groups,
    ),
    "size": ("larger units are better (correlation 0.5 with the log of size)", _by_size),
    "unreported factor": (
        "a quarter of the variance between units is case-mix that nobody recorded",
        _hidden_factor,
    ),
    "silence": ("half of the worst quarter of the units don't report", _worst_silent),
}


def departure_jobs(reviewed: Reviewed, kind: str, *, refits: int) -> list[Job]:
    """Make the jobs of one departure, a nation each; `make_origin` is what they share."""
    purpose = _PURPOSE + list(_DEPARTURES).index(kind)
    jobs = nation_jobs(reviewed, f"{NAME} {kind}", (kind,), refits=refits, purpose=purpose)
    return [
        Job(key=job.key, function=depart_nation, seed=job.seed, arguments=job.arguments)
        for job in jobs
    ]


def depart_nation(origin: Origin, h: Floats, kind: str, *, seed: int) -> dict[str, Any]:
    """Simulate a nation that departs from the model, fit it, and say which intervals hold.

    Parameters
    ----------
    origin : Origin
    h : ndarray of float, shape (hyper-parameters,)
    kind : str
        Of departure.
    seed : int

    Returns
    -------
    dict of str to object
        As `cover_nation` has it.
    """
    design = origin.design
    rng = np.random.default_rng([seed, 6])
    units = _DEPARTURES[kind][1](design, rng.standard_normal(design.units), rng)
    sd = _spread_of(design, h)
    truth = origin.known(design, h, sd * units.true)
    return hold_nation(
        origin,
        origin.frame,
        h,
        sd * units.effect,
        true=(
            true_rates(truth),
            true_ranks(truth, units.reporting & find_comparable(design)),
            true_gaps(truth, origin.rule),
        ),
        seed=seed,
        reporting=units.reporting,
    )


def _spread_of(design: Design, h: Floats) -> Floats:
    """SD of each unit's effect, (units,), or of all, (1,)."""
    effects = design.effects
    if effects.learnt:
        mass = effects.masses(h[None, design.dimension - effects.shapes :])[0]
        mean = mass @ effects.grid
        return np.atleast_1d(np.sqrt(mass @ (effects.grid - mean) ** 2))
    return np.asarray(np.sqrt(effects.variance) * unpack(design, h[None]).tau[0])


def count_departed(refits: int) -> int:
    """Say how many nations are simulated of each departure, where so many are of a coverage."""
    return max(_FEWEST, refits // _SHARE)


def count_refits(refits: int) -> int:
    """Count what a coverage, a check of the computation and all departures fit together.

    Parameters
    ----------
    refits : int
        Of a coverage.

    Returns
    -------
    int

    Examples
    --------
    >>> count_refits(100)
    260
    """
    return 2 * refits + len(_DEPARTURES) * count_departed(refits)


def review_departures(
    reviewed: Reviewed,
    *,
    refits: int,
    workers: int = 1,
    tell: Tell | None = None,
    store: Store | None = None,
) -> Part:
    """Review how far intervals still hold where nations depart from the model.

    Effects have the SD that was fitted, and are heavy-tailed, of two kinds, related to size, or in
    part those of a factor that nobody recorded; or some of the worst units don't report. What is
    true of ranks is so among the units that report, and of opportunities against all.

    Parameters
    ----------
    reviewed : Reviewed
    refits : int
        As of a coverage; of each departure there are an eighth, and 5 at least.
    workers : int
    tell : callable, optional
    store : Store, optional

    Returns
    -------
    Part
        `values` are coverages and ratios, named as those of `review_coverage` with the departure
        after them: ``cover_rate[size]``. The table has a row a departure and quantity.
    """
    why = refuse_refits(reviewed)
    if why is not None:
        return leave_out(NAME, why)
    origin = make_origin(reviewed)
    each_of = {
        kind: departure_jobs(reviewed, kind, refits=count_departed(refits)) for kind in _DEPARTURES
    }
    outcomes = run_refits(
        [job for jobs in each_of.values() for job in jobs],
        shared=origin,
        workers=workers,
        stage="Simulating nations that depart from the model",
        tell=tell,
        store=store,
    )
    by_key = {outcome.key: outcome for outcome in outcomes}
    found: dict[str, dict[str, Coverage]] = {}
    values: dict[str, float] = {}
    mcse: dict[str, float] = {}
    rows: list[dict[str, object]] = []
    for kind, jobs in each_of.items():
        done = usable([by_key[job.key] for job in jobs])
        if len(done) < _LEAST:
            continue
        found[kind] = covers(done, level=origin.level)
        these, errors = coverage_values(found[kind], done)
        values |= {f"{name}[{kind}]": value for name, value in these.items()}
        mcse |= {f"{name}[{kind}]": error for name, error in errors.items()}
        refused = 1.0 - len(done) / len(jobs)
        rows += _rows(kind, found[kind], these, errors, level=origin.level, refused=refused)
    if not found:
        return _nothing(outcomes)
    status = worst(each.verdict for kind in found.values() for each in kind.values())
    return Part(
        name=NAME,
        # What a nation that isn't this one would do to intervals is no failure of this table.
        status="with care" if status == "fails" else status,
        sentence=_say(found, values, level=origin.level),
        values=values | {"level": origin.level} | counts(outcomes),
        mcse=mcse,
        tables={NAME: pd.DataFrame(rows)},
        notes=(_NOTE,),
    )


def _nothing(outcomes: list[Outcome]) -> Part:
    return Part(
        name=NAME,
        status="can't tell",
        sentence="Too few nations that depart from the model could be fitted to say anything.",
        values=counts(outcomes),
    )


def _rows(
    kind: str,
    found: dict[str, Coverage],
    values: dict[str, float],
    mcse: dict[str, float],
    *,
    level: float,
    refused: float,
) -> list[dict[str, object]]:
    """Tabulate one departure, a row a quantity."""
    return [
        {
            "departure": kind,
            "meaning": _DEPARTURES[kind][0],
            "quantity": QUANTITIES[name],
            "level": level,
            "coverage": each.share,
            "mcse": each.mcse,
            "nations": each.nations,
            "refused": refused,
            "verdict": each.verdict,
            "posterior_to_true": values.get("posterior_to_true", np.nan),
            "posterior_to_true_mcse": mcse.get("posterior_to_true", np.nan),
        }
        for name, each in found.items()
    ]


def _say(found: dict[str, dict[str, Coverage]], values: dict[str, float], *, level: float) -> str:
    """Say in how many departures intervals of each quantity hold, and the worst."""
    number = len(found)
    covered = {kind: each for kind, each in found.items() if each}
    verdicts = {
        name: [each[name].verdict for each in covered.values() if name in each]
        for name in next(iter(covered.values()))
    }
    intervals = f"{percent(level)} intervals"
    if all(each == ["holds"] * number for each in verdicts.values()):
        return (
            f"{intervals} still hold the truth about as often as they say in all {number} kinds of "
            "nations that depart from the model, as far as these few can tell."
        )
    held, open_ = _say_held(verdicts)
    kind, name = min(
        ((kind, name) for kind in covered for name in covered[kind]),
        key=lambda at: _how_bad(covered[at[0]][at[1]]),
    )
    ratio = values.get(f"posterior_to_true[{kind}]")
    more = "" if ratio is None else f"; the total found there is {ratio:.2f} times the true one"
    lead = f"Of {number} kinds of nations that depart from the model, {intervals} still hold {held}"
    if not held:
        lead = f"{number} kinds of nations that depart from the model were simulated"
    return (
        f"{lead}{open_}. The worst are those of {QUANTITIES[name]} where "
        f"{_DEPARTURES[kind][0]}: {say_cover(covered[kind][name])} hold the truth{more}."
    )


def _say_held(verdicts: dict[str, list[Cover]]) -> tuple[str, str]:
    """Say in how many departures intervals hold, and of what that can't be told."""
    held, untold = [], []
    for name, each in verdicts.items():
        holds, unknown = each.count("holds"), each.count("can't tell")
        if unknown == len(each):
            untold.append(QUANTITIES[name])
            continue
        beside = f" ({unknown} can't be told)" if unknown else ""
        held.append(f"of {QUANTITIES[name]} in {count(holds)}{beside}")
    open_ = f"; of {listed(untold)} so few nations can't tell" if untold else ""
    return listed(held) if held else "", open_


def _how_bad(each: Coverage) -> tuple[bool, float]:
    """Order coverages, those that surely are too low first."""
    return each.verdict in ("holds", "can't tell"), each.share
