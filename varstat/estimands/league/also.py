"""What can be asked of a league table besides the posterior's own columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError, choose
from varstat.estimands.league.raw import raw_rates
from varstat.estimands.league.result import Columns
from varstat.estimands.ranks.count_sets import find_count_rank_sets
from varstat.estimands.ranks.discovery import discover
from varstat.estimands.ranks.ranks import RankSummary
from varstat.estimands.ranks.sets import RankSets, find_rank_sets
from varstat.estimands.ranks.triple_goal import estimate_ensemble
from varstat.estimands.rates.rate import reference_rate
from varstat.estimands.robust.intervals import estimate_robust
from varstat.estimands.slices import draw_slices
from varstat.estimands.verdict.misfit import find_misfit
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats

Bools = NDArray[np.bool_]

# The share of units named that may be named wrongly.
DISCOVERY_RATE = 0.05
ALSO = ("robust", "sets", "discovery", "triple-goal", "misfit")
# Numbers in the draws that estimates of an ensemble are made from.
_MOST = 4_000_000


def compute_also(
    posterior: Posterior,
    names: Sequence[str],
    *,
    ranks: RankSummary | None,
    compared: Bools,
    level: float,
) -> Columns:
    """Compute the columns of what is asked.

    Parameters
    ----------
    posterior : Posterior
    names : sequence of str
        Of "robust", "sets", "discovery", "triple-goal", "misfit".
    ranks : RankSummary or None
        Of the units that are ranked; None without a direction.
    compared : ndarray of bool, shape (units,)
        Who is ranked.
    level : float
        Of all intervals and sets.

    Returns
    -------
    dict of str to ndarray, shape (units,)
        In the order of the design's units.

    Raises
    ------
    ModelError
        If something can't be had of such a model.
    """
    found: Columns = {}
    for name in names:
        match name:
            case "robust":
                lower, upper = estimate_robust(posterior, level=level)
                found |= {"robust_lower": lower, "robust_upper": upper}
            case "sets":
                found |= _sets(posterior, level=level)
            case "discovery":
                found |= _discoveries(ranks, compared)
            case "triple-goal":
                found |= _ensemble(posterior)
            case _:
                misfit = find_misfit(posterior)
                found["p_leave_one_out"] = misfit.p_leave_one_out
                found["p_conflict"] = misfit.p_conflict
    return found


def check_also(names: Sequence[str] | str) -> tuple[str, ...]:
    """Check what is asked, before anything is fitted or computed.

    Raises
    ------
    UsageError
        If there is no such thing.
    """
    several = (names,) if isinstance(names, str) else names
    return tuple(dict.fromkeys(choose("also", name, ALSO) for name in several))


def _sets(posterior: Posterior, *, level: float) -> Columns:
    """Rank confidence sets of the units' own numbers."""
    design = posterior.design
    explaining = ("coefficient", "stratum", "peer_mean")
    if any(name.startswith(explaining) for name in design.locations):
        raise ModelError(
            "rank sets",
            "rank sets compare the units' own numbers: take a model without covariates, strata "
            "and peer groups.",
        )
    event, size, _ = raw_rates(posterior)
    sets: RankSets
    if design.measure.counts:
        sets = find_count_rank_sets(
            event, size, shares=design.measure.bounded, direction=design.direction, level=level
        )
    else:
        sets = find_rank_sets(
            design.measure.own_scale(event),
            size,
            direction=design.direction,
            seed=posterior.seed,
            level=level,
        )
    return {
        "set_lower": sets.lower,
        "set_upper": sets.upper,
        "all_sets_lower": sets.all_lower,
        "all_sets_upper": sets.all_upper,
    }


def _discoveries(ranks: RankSummary | None, compared: Bools) -> Columns:
    """Units named as of the best and of the worst quarter, at a false discovery rate."""
    found: Columns = {}
    for name in ("top", "bottom"):
        named = np.zeros(compared.size, dtype=np.bool_)
        if ranks is not None:
            probability = ranks.p_top if name == "top" else ranks.p_bottom
            named[compared] = discover(probability, alpha=DISCOVERY_RATE).found
        found[f"discovered_{name}"] = named
    return found


def _ensemble(posterior: Posterior) -> Columns:
    """Estimates that spread as the true rates are expected to, at the average case-mix."""
    design = posterior.design
    every = -(-posterior.draws * design.units // _MOST)
    rates: list[Floats] = []
    for some, effect in draw_slices(posterior, per_draw=design.units):
        kept = np.arange(some.start, some.stop) % every == 0
        beta, transient = posterior.beta[some][kept], posterior.transient[some][kept]
        if kept.any():
            theta = beta @ design.reference.T + effect[kept]
            rates.append(reference_rate(design, beta, theta, transient))
    # Only ranks depend on which way is better, and they aren't asked for here.
    goals = estimate_ensemble(np.concatenate(rates), direction="lower-is-better")
    return {"constrained": goals.constrained_bayes, "triple_goal": goals.triple_goal}
