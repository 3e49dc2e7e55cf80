"""Coverage: how often intervals hold the truth in nations that the fitted model gives."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from varstat.estimands.league.caveats import Bools, find_comparable
from varstat.hierarchical.predictive import replicate
from varstat.measure import Floats
from varstat.prose.number import give_or_take, percent
from varstat.provenance import content_hash
from varstat.review.calibration.answers import answer, true_gaps, true_ranks, true_rates
from varstat.review.calibration.bounds import Coverage, cover, ratio, worst
from varstat.review.calibration.simulate import (
    Origin,
    choose_draws,
    make_origin,
    refuse_refits,
    report,
    simulate,
)
from varstat.review.part import Part, leave_out
from varstat.review.refits import Job, Outcome, Tell, run_refits, seeds
from varstat.review.reviewed import Reviewed
from varstat.review.store import Store

NAME = "coverage"
# What has intervals, and how a sentence calls it.
QUANTITIES = {
    "rate": "rates",
    "rank": "ranks",
    "gap": "units' opportunities",
    "total": "the total",
}
_PURPOSE = 31
# Nations below which a share says nothing.
_LEAST = 10


def coverage_jobs(reviewed: Reviewed, *, refits: int) -> list[Job]:
    """Make the jobs of a coverage, a nation each; `make_origin` is what they share."""
    return nation_jobs(reviewed, NAME, (), refits=refits, purpose=_PURPOSE)


def nation_jobs(
    reviewed: Reviewed, name: str, arguments: tuple[Any, ...], *, refits: int, purpose: int
) -> list[Job]:
    """Make jobs that each simulate a nation from one draw of the hyper-parameters."""
    given = seeds(reviewed.seed, purpose, refits)
    h, _ = choose_draws(reviewed.posterior, refits, seed=reviewed.seed + purpose)
    group = content_hash(reviewed.by)[:12]
    return [
        Job(
            key=f"{group} {name} {at}",
            function=cover_nation,
            seed=seed,
            arguments=(h[at], *arguments),
        )
        for at, seed in enumerate(given)
    ]


def cover_nation(origin: Origin, h: Floats, *, seed: int) -> dict[str, Any]:
    """Simulate a nation, fit it, and say which intervals hold the truth.

    Parameters
    ----------
    origin : Origin
    h : ndarray of float, shape (hyper-parameters,)
    seed : int

    Returns
    -------
    dict of str to object
        `passed`, whether the posterior passed its checks; of each quantity an array of 1 where its
        interval holds the truth, 0 where not, NaN where there is none; and the total: `true`,
        `estimate`, `plug_in` and `published`.
    """
    design = origin.design
    theta, _ = replicate(design, h[None], seed=seed)
    eta = design.matrix @ h[: len(design.locations)]
    effect = (theta[0] - eta)[design.row_start]
    truth = origin.known(design, h, effect)
    return hold_nation(
        origin,
        origin.frame,
        h,
        effect,
        true=(
            true_rates(truth),
            true_ranks(truth, find_comparable(design)),
            true_gaps(truth, origin.rule),
        ),
        seed=seed,
    )


def hold_nation(
    origin: Origin,
    frame: pd.DataFrame,
    h: Floats,
    effect: Floats,
    *,
    true: tuple[Floats, Floats, Floats],
    seed: int,
    reporting: Bools | None = None,
) -> dict[str, Any]:
    """Let units of given effects report, fit that, and hold it against what is true.

    Parameters
    ----------
    origin : Origin
    frame : DataFrame
        Rows in the order of the design's.
    h : ndarray of float, shape (hyper-parameters,)
    effect : ndarray of float, shape (units,)
    true : tuple of ndarray of float, shape (units,)
        Rates, ranks and opportunities.
    seed : int
    reporting : ndarray of bool, shape (units,), optional
        The units whose rows are in the file; all unless given.

    Returns
    -------
    dict of str to object
        As `cover_nation` has it; NaN of units that don't report.
    """
    design = origin.design
    rng = np.random.default_rng([seed, 5])
    rows = report(frame, design, simulate(design, h, effect, rng))
    if reporting is None:
        reporting = np.ones(design.units, dtype=np.bool_)
    posterior = origin.fit(origin.build(rows[reporting[design.row_unit]]), seed=seed)
    found = answer(posterior, origin.rule, level=origin.level)
    rate, rank, gap = (each[reporting] for each in true)
    held = {
        "rate": _held(rate, found.rate_lower, found.rate_upper),
        "rank": _held(rank, found.rank_lower, found.rank_upper),
        "gap": _held(gap, found.gap_lower, found.gap_upper),
    }
    total = np.array([np.nansum(gap)]) if origin.rule else np.array([np.nan])
    ends = np.array([found.total_lower]), np.array([found.total_upper])
    return {
        "passed": posterior.diagnostics.passed,
        **{name: _spread(each, reporting) for name, each in held.items()},
        "total": _held(total, *ends)[0],
        "true": total[0],
        "estimate": found.total,
        "plug_in": found.plug_in,
        "published": found.published,
    }


def _spread(values: Floats, reporting: Bools) -> Floats:
    """Give units that report their values, and NaN to the others."""
    out = np.full(reporting.size, np.nan)
    out[reporting] = values
    return out


def _held(true: Floats, lower: Floats, upper: Floats) -> Floats:
    """1 where an interval holds the truth, 0 where not, NaN where one of them is missing."""
    slack = 1e-9 * np.maximum(np.abs(upper), np.abs(lower))
    held = (lower - slack <= true) & (true <= upper + slack)
    known = np.isfinite(true) & np.isfinite(lower) & np.isfinite(upper)
    return np.where(known, held, np.nan)


def review_coverage(
    reviewed: Reviewed,
    *,
    refits: int,
    workers: int = 1,
    tell: Tell | None = None,
    store: Store | None = None,
) -> Part:
    """Review how often intervals hold the truth at the units' own sizes.

    Nations are simulated from the posterior of the hyper-parameters, with the data's own sizes,
    covariates, peer groups, strata and periods, and units' effects from their distribution. Each
    is fitted as the data were, and its intervals are held against what it was made of.

    Parameters
    ----------
    reviewed : Reviewed
    refits : int
        Number of nations.
    workers : int
    tell : callable, optional
    store : Store, optional

    Returns
    -------
    Part
        `values` are `cover_rate, cover_rank, cover_gap, cover_total`, the means of what the
        posterior, the point method on its means and the point method on what is reported find,
        each over the true total: `posterior_to_true, plug_in_to_true, published_to_true`; `level`,
        `refits` and `left_out`. The table has a row a quantity, and those of units by their size.
    """
    why = refuse_refits(reviewed)
    if why is not None:
        return leave_out(NAME, why)
    origin = make_origin(reviewed)
    outcomes = run_refits(
        coverage_jobs(reviewed, refits=refits),
        shared=origin,
        workers=workers,
        stage="Simulating nations like this one",
        tell=tell,
        store=store,
    )
    done = usable(outcomes)
    if len(done) < _LEAST:
        return _too_few(NAME, outcomes)
    found = covers(done, level=origin.level)
    values, mcse = coverage_values(found, done)
    return Part(
        name=NAME,
        status=worst(each.verdict for each in found.values()),
        sentence=_say(found, values, mcse, level=origin.level),
        values=values | {"level": origin.level} | counts(outcomes),
        mcse=mcse,
        tables={NAME: _tabulate(found, done, origin)},
        notes=(*note_failures(outcomes), _NOTE),
    )


_NOTE = (
    "Nations were simulated from the fitted model itself: this says whether the method works at "
    "these sizes if the model is right, and not whether it is."
)


def usable(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Keep what was fitted and passed its checks: of others no league table would be shown."""
    return [each.result for each in outcomes if each.result is not None and each.result["passed"]]


def counts(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Count refits, and those that were left out."""
    return {
        "refits": float(len(outcomes)),
        "left_out": float(len(outcomes) - len(usable(outcomes))),
    }


def note_failures(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Say how many refits were left out, and why."""
    number = len(outcomes)
    failed = sum(each.result is None for each in outcomes)
    doubted = number - failed - len(usable(outcomes))
    out = []
    if failed:
        out.append(f"{failed} of {number} refits failed and were left out.")
    if doubted:
        out.append(
            f"{doubted} of {number} refits didn't pass their checks and were left out, as no "
            "league table would be made of them."
        )
    return tuple(out)


def _too_few(name: str, outcomes: Sequence[Outcome]) -> Part:
    number = len(outcomes)
    why = next((each.why for each in outcomes if each.why), "")
    reason = f" The first failed so: {why.rstrip('.')}." if why else ""
    return Part(
        name=name,
        status="can't tell",
        sentence=(
            f"Of {number} refits {len(usable(outcomes))} can be used, which are too few to say "
            f"how often intervals hold the truth.{reason}"
        ),
        values=counts(outcomes),
    )


def covers(done: Sequence[dict[str, Any]], *, level: float) -> dict[str, Coverage]:
    """Judge the coverage of each quantity that has intervals."""
    held = {name: np.array([each[name] for each in done], dtype=float) for name in ("total",)}
    units = {name: np.stack([each[name] for each in done]) for name in ("rate", "rank", "gap")}
    found = {name: (units | held)[name] for name in QUANTITIES}
    return {
        name: cover(each, level=level) for name, each in found.items() if np.isfinite(each).any()
    }


def coverage_values(
    found: dict[str, Coverage], done: Sequence[dict[str, Any]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Name coverages and ratios to the true total, and their Monte Carlo errors."""
    values = {f"cover_{name}": each.share for name, each in found.items()}
    mcse = {f"cover_{name}": each.mcse for name, each in found.items()}
    true = np.array([each["true"] for each in done])
    for name, column in (
        ("posterior", "estimate"),
        ("plug_in", "plug_in"),
        ("published", "published"),
    ):
        of, error = ratio(np.array([each[column] for each in done]), true)
        if np.isfinite(of):
            values[f"{name}_to_true"], mcse[f"{name}_to_true"] = of, error
    return values, mcse


def _tabulate(
    found: dict[str, Coverage], done: Sequence[dict[str, Any]], origin: Origin
) -> pd.DataFrame:
    """Tabulate coverages, of all units and of thirds of them by size."""
    rows = [_row(name, "all", each, origin.level) for name, each in found.items()]
    design = origin.design
    size = design.gather(design.measure.weight(design.size)[None])[0]
    third = np.argsort(np.argsort(size, kind="stable")) * 3 // design.units
    for name in found:
        if name == "total":
            continue
        held = np.stack([each[name] for each in done])
        for at, label in enumerate(("smallest third", "middle third", "largest third")):
            part = held[:, third == at]
            if np.isfinite(part).any():
                rows.append(_row(name, label, cover(part, level=origin.level), origin.level))
    return pd.DataFrame(rows)


def _row(name: str, units: str, each: Coverage, level: float) -> dict[str, object]:
    return {
        "quantity": QUANTITIES[name],
        "units": units,
        "level": level,
        "coverage": each.share,
        "mcse": each.mcse,
        "nations": each.nations,
        "verdict": each.verdict,
    }


def _say(
    found: dict[str, Coverage],
    values: dict[str, float],
    mcse: dict[str, float],
    *,
    level: float,
) -> str:
    """Say how often intervals hold the truth, the worst of them first."""
    nations = max(each.nations for each in found.values())
    said = ", ".join(f"of {QUANTITIES[name]} {say_cover(each)}" for name, each in found.items())
    status = worst(each.verdict for each in found.values())
    intervals = f"{percent(level)} intervals"
    lead = {
        "holds": f"At these sizes {intervals} hold the truth as often as they say",
        "with care": f"At these sizes {intervals} miss the truth too often",
        "fails": f"At these sizes {intervals} can't be relied on",
    }.get(status, f"{nations} nations are too few to say whether all {intervals} hold the truth")
    text = f"{lead}: {said}, in {nations} simulated nations."
    if "published_to_true" not in values:
        return text
    return (
        f"{text} The published method finds {values['published_to_true']:.2f} times the true "
        f"total on average{give_or_take(mcse['published_to_true'])}, the posterior "
        f"{values['posterior_to_true']:.2f}{give_or_take(mcse['posterior_to_true'])}."
    )


def say_cover(each: Coverage) -> str:
    """Write a coverage with its Monte Carlo error: "94% (±2.4)"."""
    return f"{100 * each.share:.3g}% (±{100 * each.mcse:.2g})"
