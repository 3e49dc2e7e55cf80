"""Compute league tables from fitted models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.adjust.interaction import say_interaction
from varstat.errors import expect
from varstat.estimands.alike import check_alike
from varstat.estimands.assumptions import check_assumptions, say_assumptions
from varstat.estimands.interactions import ask_interactions
from varstat.estimands.league.also import check_also, compute_also
from varstat.estimands.league.caveats import (
    Bools,
    find_comparable,
    note_apart,
    note_marked,
    note_tails,
)
from varstat.estimands.league.raw import raw_rates
from varstat.estimands.league.result import Columns, League, Leagues, LeagueUnits, RankScope
from varstat.estimands.league.unmeasured import Sureness, compute_unmeasured_ranks
from varstat.estimands.league.words import say_league, say_leagues
from varstat.estimands.monte_carlo import probability_mcse
from varstat.estimands.prior import note_prior
from varstat.estimands.ranks.exact import can_sum_ranks, sum_ranks
from varstat.estimands.ranks.pairwise import MOST_PAIRED
from varstat.estimands.ranks.ranks import RankSummary, check_level, quartile_size
from varstat.estimands.ranks.tally import RankTally
from varstat.estimands.ranks.tiers import Tiers, grade_draws, grade_moments
from varstat.estimands.rates.drawn import effective_of
from varstat.estimands.rates.estimate import estimate_rates
from varstat.estimands.rates.rate import own_rate, reference_rate
from varstat.estimands.rates.result import Rates
from varstat.estimands.slices import draw_slices
from varstat.estimands.target import Target, make_target, pooling_weights
from varstat.estimands.unmeasured.result import UnmeasuredRanks
from varstat.hierarchical.posterior import Fits, Posterior, summarise_hyper
from varstat.hierarchical.storage.layout import members
from varstat.measure import Floats
from varstat.target.rule import TargetRule, parse_target

# What it is worth to part two units rightly, as a share of the cost of parting them wrongly: two
# units on their own are set apart if one is better with a probability above 0.8.
TIER_GAIN = 0.25


def compute_league(
    fits: Fits,
    *,
    level: float = 0.95,
    target: str | None = None,
    unmeasured: bool = False,
    also: Sequence[str] | str = (),
) -> Leagues:
    r"""Compute the league table of each fitted model.

    Ranks are of the units' effects and what informs them, so that with peer groups each unit's
    distance from its peer group's mean is ranked, and with covariates what they leave; rank 1 is
    best by direction. Best and worst quarters have :math:`K = \max(1, \lfloor N/4 \rfloor)` units
    each. Rates are at the average case-mix, and at each unit's own.

    Parameters
    ----------
    fits : Fits
    level : float
        Of all intervals, in (0, 1).
    target : str, optional
        "pooled", "median", "best:0.25" or "rate:0.75"; the card's unless given. Redrawn in
        each draw.
    unmeasured : bool
        Whether to say as well how much case-mix that nobody recorded it would take to undo who is
        surely in the best or worst quarter.
    also : str or sequence of str
        Columns besides: "robust" intervals, confidence "sets" of ranks, "discovery" of units in the
        best and worst quarter, "triple-goal" estimates, and "misfit" p-values.

    Returns
    -------
    Leagues

    Raises
    ------
    UsageError
        If the level, the target or what is asked besides can't be.
    ModelError
        If what is asked besides can't be had of such a model, or effects can't be parted into a
        unit's own and unmeasured case-mix.

    References
    ----------
    .. [1] Goldstein & Spiegelhalter (1996). League tables and their limitations: statistical
       issues in comparisons of institutional performance. JRSS A 159(3), 385-443.
       doi:10.2307/2983325
    .. [2] Lin, Louis, Paddock & Ridgeway (2006). Loss function based ranking in two-stage,
       hierarchical models. Bayesian Anal 1(4), 915-946. doi:10.1214/06-BA130

    Examples
    --------
    >>> import varstat
    >>> table = varstat.read_table("example:star98", direction="higher-is-better")
    >>> league = varstat.compute_league(varstat.fit_model(table))[0]
    >>> league.rank_scope, league.top
    ('all', 75)
    """
    expect("compute_league", fits, Fits, mend="Fit its model first: fit_model(table).")
    check_level(level)
    also = check_also(also)
    rule = None if target is None else parse_target(target)
    marked = note_marked(fits.account)
    leagues = tuple(
        _one_league(each, marked, level=level, rule=rule, unmeasured=unmeasured, also=also)
        for each in fits
    )
    return Leagues(
        groups=leagues,
        accounts=fits.accounts,
        findings=" ".join([say_leagues(leagues), *(marked if len(leagues) > 1 else ())]),
        provenance=fits.provenance.then(
            "league",
            options={"level": level, "target": target},
            asking={"level": level, "target": target, "unmeasured": unmeasured, "also": list(also)},
        ),
    )


def _one_league(
    posterior: Posterior,
    marked: tuple[str, ...],
    *,
    level: float,
    rule: TargetRule | None,
    unmeasured: bool,
    also: tuple[str, ...],
) -> League:
    design, card = posterior.design, posterior.card
    compared = find_comparable(design)
    aim, notes = make_target(
        design,
        rule or parse_target(card.target.rule),
        members=compared if compared.any() else None,
    )
    rates = estimate_rates(posterior, level=level)
    standing = _stand(posterior, aim, rates, compared, level=level)
    interactions = ask_interactions(posterior)
    assumptions = check_assumptions(posterior, rates.reliability)
    order = _order(posterior, rates, standing)
    units = _league_units(posterior, rates, standing)
    target = standing.target.mean(axis=0)
    single = aim.groups == 1
    ends = np.quantile(standing.target[:, 0], [0.5 * (1.0 - level), 0.5 * (1.0 + level)])
    ranks = standing.ranks
    league = League(
        indicator=posterior.indicator,
        measure=design.measure,
        direction=design.direction,
        by=posterior.by,
        model=describe_model(posterior),
        engine=posterior.engine,
        diagnostics=posterior.diagnostics,
        target=float(target[0]) if single else float("nan"),
        target_lower=float(ends[0]) if single else float("nan"),
        target_upper=float(ends[1]) if single else float("nan"),
        target_rule=aim.rule.text,
        hyperparameters=summarise_hyper(posterior, level=level),
        homogeneity=check_alike(posterior, group=design.peer),
        level=level,
        rank_scope=_scope(posterior),
        ranks_exact=ranks is not None and ranks.exact,
        top=quartile_size(max(int(compared.sum()), 1)),
        misclassified=float("nan") if ranks is None else ranks.misclassification(),
        discordance=float("nan") if standing.tiers is None else standing.tiers.discordance_rate,
        interactions=interactions,
        assumptions=assumptions,
        units=LeagueUnits(**{name: np.asarray(values)[order] for name, values in units.items()}),
        findings="",
        notes=(
            *marked,
            *design.notes,
            *notes,
            *say_assumptions(assumptions),
            *note_apart(compared),
            *map(say_interaction, interactions),
            *note_tails(rates, level=level),
            *note_prior(posterior),
        ),
        unmeasured=_ask_unmeasured(posterior, standing, order) if unmeasured else None,
        also=_ask_also(posterior, also, standing, order, level=level),
    )
    return replace(league, findings=" ".join([say_league(league), *marked]))


def _ask_unmeasured(
    posterior: Posterior, standing: "_Standing", order: NDArray[np.intp]
) -> UnmeasuredRanks | None:
    if standing.ranks is None:
        return None
    now = Sureness(top=standing.ranks.p_top, bottom=standing.ranks.p_bottom)
    found = compute_unmeasured_ranks(posterior, standing.compared, now)
    return None if found is None else found.reordered(order)


def _ask_also(
    posterior: Posterior,
    also: tuple[str, ...],
    standing: "_Standing",
    order: NDArray[np.intp],
    *,
    level: float,
) -> Columns:
    found = compute_also(
        posterior, also, ranks=standing.ranks, compared=standing.compared, level=level
    )
    return {name: values[order] for name, values in found.items()}


def _scope(posterior: Posterior) -> RankScope:
    if posterior.design.direction == "neither":
        return "none"
    peers = {str(peer) for peer in posterior.design.peer_group if peer is not None}
    return "within peer group" if len(peers) > 1 else "all"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Standing:
    """Where the units of a posterior stand.

    Attributes
    ----------
    ranks : RankSummary or None
        None without a direction.
    tiers : Tiers or None
    target : ndarray of float, shape (draws, groups)
    unit_target : ndarray of float, shape (units,)
        Posterior mean of each unit's target.
    better, better_mcse : ndarray of float, shape (units,)
        Probability of being better than the target.
    compared : ndarray of bool, shape (units,)
        Whose ranks and tiers these are.
    """

    ranks: RankSummary | None
    tiers: Tiers | None
    target: Floats
    unit_target: Floats
    better: Floats
    better_mcse: Floats
    compared: Bools

    def put(self, values: Floats) -> Floats:
        """Give each unit its value; NaN to those that aren't compared."""
        out = np.full(self.compared.size, np.nan)
        out[self.compared] = values
        return out


def _stand(
    posterior: Posterior, aim: Target, rates: Rates, compared: Bools, *, level: float
) -> _Standing:
    """Go through the draws once: ranks, tiers and the target are all of joint draws."""
    design = posterior.design
    ranked = design.direction != "neither" and bool(compared.any())
    drawn = ranked and not (compared.all() and can_sum_ranks(posterior))
    tally = (
        RankTally(direction=design.direction) if drawn and design.direction != "neither" else None
    )
    few = int(compared.sum()) <= MOST_PAIRED
    kept: list[Floats] = []
    targets: list[Floats] = []
    hits = np.zeros(design.units)
    won: list[Floats] = []
    for some, effect in draw_slices(posterior, per_draw=design.units):
        standing = (effect + design.informed(posterior.beta[some]))[:, compared]
        if tally is not None:
            tally.add(standing)
        if ranked and few:
            kept.append(standing)
        target, rate = _targets(posterior, aim, some, effect)
        aimed = aim.of_units(target)
        lower = design.direction == "lower-is-better"
        # Who is its own target is neither better nor worse.
        better = ((rate < aimed) if lower else (rate > aimed)) + 0.5 * (rate == aimed)
        hits += better.sum(axis=0)
        if not posterior.independent:
            won.append(better)
        targets.append(target)
    probability = hits / posterior.draws
    series = np.concatenate(won) if won else np.empty((posterior.draws, 1))
    effective = np.broadcast_to(effective_of(posterior, series), design.units)
    ranks, tiers = None, None
    if ranked and design.direction != "neither":
        chains = None if posterior.independent else posterior.chains
        ranks = (
            sum_ranks(posterior, level=level)
            if tally is None
            else tally.finish(level=level, chains=chains)
        )
        tally = None  # The ranks of many units in many draws take most of the memory.
        tiers = (
            grade_draws(np.concatenate(kept), direction=design.direction, gain=TIER_GAIN)
            if few
            else grade_moments(
                *_moments(posterior, rates, compared),
                direction=design.direction,
                gain=TIER_GAIN,
            )
        )
    target = np.concatenate(targets)
    return _Standing(
        ranks=ranks,
        tiers=tiers,
        target=target,
        unit_target=np.broadcast_to(aim.of_units(target.mean(axis=0)), design.units),
        better=probability,
        better_mcse=probability_mcse(probability, effective),
        compared=compared,
    )


def _moments(posterior: Posterior, rates: Rates, compared: Bools) -> tuple[Floats, Floats]:
    """Mean and SD of what is ranked, of each unit that is compared."""
    design = posterior.design
    total, square = np.zeros((2, int(compared.sum())))
    if not members(design.locations, "inform"):
        return rates.effect[compared], rates.effect_sd[compared]
    for some, effect in draw_slices(posterior, per_draw=design.units):
        standing = (effect + design.informed(posterior.beta[some]))[:, compared]
        total += standing.sum(axis=0)
        square += (standing**2).sum(axis=0)
    mean = total / posterior.draws
    return mean, np.sqrt(np.maximum(square / posterior.draws - mean**2, 0.0))


def _targets(
    posterior: Posterior, aim: Target, some: slice, effect: Floats
) -> tuple[Floats, Floats]:
    """Give targets (draws, groups) and units' rates at the reference case-mix (draws, units)."""
    design = posterior.design
    beta, transient = posterior.beta[some], posterior.transient[some]
    rate = reference_rate(design, beta, beta @ design.reference.T + effect, transient)
    of = own_rate(design, beta, effect, transient) if aim.rule.kind == "pooled" else rate
    return aim.of_rates(of, pooling_weights(posterior)), rate


def _order(posterior: Posterior, rates: Rates, standing: _Standing) -> NDArray[np.intp]:
    """Best first, those without a rank last; of no ranks by estimate, the highest first."""
    ranks = standing.ranks
    key = -rates.estimate if ranks is None else standing.put(ranks.expected)
    return np.lexsort((posterior.design.unit, key))


def _league_units(posterior: Posterior, rates: Rates, standing: _Standing) -> dict[str, object]:
    """Columns of a league table, in the order of the design's units."""
    design, ranks, put = posterior.design, standing.ranks, standing.put
    tier = np.zeros(design.units, np.int64)
    if standing.tiers is not None:
        tier[standing.compared] = standing.tiers.tier
    none = np.full(design.units, np.nan)
    event, size, raw = raw_rates(posterior)
    columns: dict[str, object] = {
        "unit": design.unit,
        "unit_name": design.unit_name,
        "peer_group": design.peer_group,
        "event": event,
        "size": size,
        "raw": raw,
        "estimate": rates.estimate,
        "estimate_mcse": rates.estimate_mcse,
        "estimate_own": rates.estimate_own,
        "sd": rates.sd,
        "lower": rates.lower,
        "lower_mcse": rates.lower_mcse,
        "upper": rates.upper,
        "upper_mcse": rates.upper_mcse,
        "reliability": rates.reliability,
        "outlying": rates.outlying,
        "target": standing.unit_target,
        "p_better_than_target": standing.better,
        "p_better_than_target_mcse": standing.better_mcse,
        "tier": tier,
    }
    for name, value, error in (
        ("expected_rank", "expected", "expected_mcse"),
        ("rank_lower", "lower", "lower_mcse"),
        ("rank_upper", "upper", "upper_mcse"),
        ("p_top_quartile", "p_top", "p_top_mcse"),
        ("p_bottom_quartile", "p_bottom", "p_bottom_mcse"),
    ):
        columns[name] = none if ranks is None else put(getattr(ranks, value))
        columns[f"{name}_mcse"] = none if ranks is None else put(getattr(ranks, error))
    return columns


def describe_model(posterior: Posterior) -> dict[str, object]:
    """State the model as it was fitted."""
    design, model = posterior.design, posterior.card.model
    peers = sorted({str(peer) for peer in design.peer_group if peer is not None})
    return {
        "likelihood": design.likelihood,
        "link": model.link,
        "effects": design.effects.name,
        "covariates": [
            name.partition("[")[2][:-1] for name in design.locations if name.startswith("coeff")
        ],
        "inform": members(design.locations, "inform"),
        "strata": list(design.strata),
        "peer_groups": peers,
        "peer_tau": model.peer_tau,
        "periods": list(design.period),
        "transient": "estimated" if design.transient is None else design.transient * design.spread,
        "priors": model.priors.model_dump(mode="json"),
    }
