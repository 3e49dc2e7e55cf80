"""Compute league tables from fitted models."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from varstat.adjust.interaction import say_interaction
from varstat.errors import expect
from varstat.estimands.alike import check_alike
from varstat.estimands.assumptions import UNTESTED, check_assumptions, say_assumptions
from varstat.estimands.interactions import ask_interactions
from varstat.estimands.league.also import check_also, compute_also
from varstat.estimands.league.caveats import (
    find_comparable,
    note_apart,
    note_marked,
    note_tails,
    note_time,
    state_time,
)
from varstat.estimands.league.raw import raw_rates
from varstat.estimands.league.result import Columns, League, Leagues, LeagueUnits, RankScope
from varstat.estimands.league.standing import Standing, stand
from varstat.estimands.league.unmeasured import Sureness, compute_unmeasured_ranks
from varstat.estimands.league.words import say_league, say_leagues
from varstat.estimands.prior import note_prior
from varstat.estimands.ranks.ranks import check_level, quartile_size
from varstat.estimands.rates.estimate import estimate_rates
from varstat.estimands.rates.result import Rates
from varstat.estimands.target import make_target
from varstat.estimands.unmeasured.own import part_effects
from varstat.estimands.unmeasured.result import UnmeasuredRanks
from varstat.hierarchical.posterior import Fits, Posterior, summarise_hyper
from varstat.hierarchical.storage.layout import members
from varstat.period.named import AVERAGE
from varstat.target.rule import TargetRule, parse_target


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
    each. Rates are at the average case-mix, and at each unit's own. Of several periods they are of
    the average, unless the posterior is of units' levels in one of them.

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
        for each in (map(part_effects, fits) if unmeasured else fits)
    )
    return Leagues(
        groups=leagues,
        accounts=fits.accounts,
        findings=" ".join([say_leagues(leagues), *(marked if len(leagues) > 1 else ())]),
        provenance=fits.provenance.then(
            "league",
            options={"level": level, "target": target},
            asking={
                "level": level,
                "target": target,
                "at": _asked_time(fits),
                "unmeasured": unmeasured,
                "also": list(also),
            },
        ),
    )


def _asked_time(fits: Fits) -> str:
    """Of which time ranks were asked: the same of all groups."""
    moment = fits[0].moment if len(fits) else None
    return AVERAGE if moment is None else moment.asked


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
    standing = stand(posterior, aim, rates, compared, level=level)
    interactions = ask_interactions(posterior)
    # What is tested is one model of one row a unit, and a series is of all of its rows.
    alone = posterior.moment is None
    assumptions = check_assumptions(posterior, rates.reliability) if alone else UNTESTED
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
        at=state_time(posterior),
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
            *note_time(posterior),
            *say_assumptions(assumptions),
            *note_apart(compared),
            *map(say_interaction, interactions),
            *note_tails(rates, design, level=level),
            *(note_prior(posterior) if alone else ()),
        ),
        unmeasured=_ask_unmeasured(posterior, standing, order) if unmeasured else None,
        also=_ask_also(posterior, also, standing, order, level=level),
    )
    return replace(league, findings=" ".join([say_league(league), *marked]))


def _ask_unmeasured(
    posterior: Posterior, standing: "Standing", order: NDArray[np.intp]
) -> UnmeasuredRanks | None:
    if standing.ranks is None:
        return None
    now = Sureness(top=standing.ranks.p_top, bottom=standing.ranks.p_bottom)
    found = compute_unmeasured_ranks(posterior, standing.compared, now)
    return None if found is None else found.reordered(order)


def _ask_also(
    posterior: Posterior,
    also: tuple[str, ...],
    standing: "Standing",
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


def _order(posterior: Posterior, rates: Rates, standing: Standing) -> NDArray[np.intp]:
    """Best first, those without a rank last; of no ranks by estimate, the highest first."""
    ranks = standing.ranks
    key = -rates.estimate if ranks is None else standing.put(ranks.expected)
    return np.lexsort((posterior.design.unit, key))


def _league_units(posterior: Posterior, rates: Rates, standing: Standing) -> dict[str, object]:
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
        **({} if posterior.moment is None else {"series": posterior.moment.state()}),
    }
