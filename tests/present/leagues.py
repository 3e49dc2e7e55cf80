"""League tables from random draws: what is shown doesn't depend on how it was computed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from varstat.data.account import Account
from varstat.estimands import assumptions
from varstat.estimands.league.result import League, Leagues, LeagueUnits
from varstat.estimands.league.words import say_league, say_leagues
from varstat.estimands.ranks.ranks import operating_characteristic, rank_draws
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.posterior import HyperSummary
from varstat.measure import PROPORTION, Direction, Floats, Measure
from varstat.measure.homogeneity import UNTESTED
from varstat.provenance import Provenance

DRAWS = 400


def build_league(
    count: int,
    *,
    seed: int = 1,
    spread: float = 0.5,
    sizes: tuple[float, float] = (30.0, 3000.0),
    measure: Measure = PROPORTION,
    direction: Direction = "higher-is-better",
    codes: Sequence[str] | None = None,
    names: Sequence[str | None] | None = None,
    indicator: str = "Reaching the standard",
    by: dict[str, str] | None = None,
    problems: tuple[str, ...] = (),
    withheld: int = 0,
    peers: bool = False,
    exact: bool = False,
    model: dict[str, object] | None = None,
    notes: tuple[str, ...] = (),
) -> League:
    """Make a league of `count` units whose logits vary by `spread`, in normal approximation."""
    chance = np.random.default_rng(seed)
    size = np.round(np.exp(chance.uniform(*np.log(sizes), count)))
    theta = chance.normal(0.2, spread, count)
    if measure.name == "mean":
        size = 1 / np.sqrt(size)
        event = theta + size * chance.standard_normal(count)
        precision = size**-2.0
    else:
        event = chance.binomial(size.astype(int), 1 / (1 + np.exp(-theta))).astype(float)
        precision = size / 4
    raw = np.array(measure.rates(event, size))
    inner = np.clip(raw, 0.5 / size, 1 - 0.5 / size) if measure.name != "mean" else raw
    seen = np.log(inner / (1 - inner)) if measure.name != "mean" else raw
    tau2 = spread**2 + 1e-12
    keep = tau2 / (tau2 + 1 / precision)
    effect = (
        0.2
        + keep * (seen - 0.2)
        + np.sqrt(tau2 * (1 - keep)) * chance.standard_normal((DRAWS, count))
    )
    rate = effect if measure.name == "mean" else 1 / (1 + np.exp(-effect))
    group = np.array([f"Group {i % 3}" for i in range(count)] if peers else [None] * count, object)
    top = max(1, count // 4)
    ranked = direction != "neither"
    nothing = np.full(count, np.nan)
    p_top = p_bottom = expected = nothing
    rank_ends = np.full((2, count), np.nan)
    tier = np.zeros(count, dtype=np.int64)
    misclassified = float("nan")
    order = np.arange(count)
    if ranked:
        ranks = rank_draws(effect, direction=direction)
        expected = ranks.mean(axis=0)
        order = np.argsort(expected, kind="stable")
        rank_ends = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf")
        p_top, p_bottom = (ranks <= top).mean(axis=0), (ranks > count - top).mean(axis=0)
        tier = 1 + (np.argsort(np.argsort(expected)) * 4 // max(count, 1)).astype(np.int64)
        chosen = np.zeros(count, dtype=np.bool_)
        chosen[order[:top]] = True
        misclassified = operating_characteristic(p_top, chosen)
    target_draws = np.quantile(rate, 0.25 if direction == "lower-is-better" else 0.75, axis=1)
    better = (rate < target_draws[:, None]) if direction == "lower-is-better" else None
    better = (rate > target_draws[:, None]) if better is None else better
    raw[:withheld] = np.nan
    event[:withheld] = np.nan
    apart = np.where(group == "Group 1", 0.02, 0.0) if peers else np.zeros(count)
    error = np.zeros(count) if exact else np.full(count, 0.01)
    ends = np.quantile(rate, [0.025, 0.975], axis=0)

    def put(values: Floats) -> Floats:
        return np.array(values)[order]

    texts = codes if codes is not None else [f"U{i:05d}" for i in range(count)]
    units = LeagueUnits(
        unit=put(np.array(texts, dtype=object)),
        unit_name=put(np.array([None] * count if names is None else list(names), dtype=object)),
        peer_group=put(group),
        event=put(event),
        size=put(size),
        raw=put(raw),
        estimate=put(rate.mean(axis=0)),
        estimate_mcse=put(error),
        estimate_own=put(rate.mean(axis=0)),
        sd=put(rate.std(axis=0)),
        lower=put(ends[0]),
        lower_mcse=put(error),
        upper=put(ends[1]),
        upper_mcse=put(error),
        reliability=put(keep),
        outlying=nothing.copy(),
        target=np.full(count, target_draws.mean()) + put(apart),
        expected_rank=put(expected),
        expected_rank_mcse=put(error),
        rank_lower=put(rank_ends[0]),
        rank_lower_mcse=put(error),
        rank_upper=put(rank_ends[1]),
        rank_upper_mcse=put(error),
        p_top_quartile=put(p_top),
        p_top_quartile_mcse=put(error),
        p_bottom_quartile=put(p_bottom),
        p_bottom_quartile_mcse=put(error),
        p_better_than_target=put(better.mean(axis=0)),
        p_better_than_target_mcse=put(error),
        tier=put(tier),
    )
    league = League(
        indicator=indicator,
        measure=measure,
        direction=direction,
        by=by or {},
        model={
            "likelihood": "binomial" if measure.name == "proportion" else "normal",
            "link": measure.link,
            "effects": "normal",
            "covariates": [],
            "peer_groups": ["Group 0", "Group 1", "Group 2"] if peers else [],
            "periods": [],
            "transient": "none",
            "priors": {},
        }
        | (model or {}),
        engine="quadrature",
        diagnostics=Diagnostics(predictive={"spread": 0.4, "extreme": 0.5}, problems=problems),
        target=float("nan") if peers else float(target_draws.mean()),
        target_lower=float("nan") if peers else float(np.quantile(target_draws, 0.025)),
        target_upper=float("nan") if peers else float(np.quantile(target_draws, 0.975)),
        target_rule="best:0.25",
        hyperparameters=HyperSummary(
            name=("intercept", "tau"),
            mean=np.array([0.2, spread]),
            sd=np.array([0.02, spread / 8]),
            lower=np.array([0.16, 0.8 * spread]),
            upper=np.array([0.24, 1.3 * spread]),
            level=0.95,
            mcse=np.array([0.0, 0.0]),
        ),
        homogeneity=UNTESTED,
        interactions=(),
        assumptions=assumptions.UNTESTED,
        level=0.95,
        rank_scope="none" if not ranked else "within peer group" if peers else "all",
        ranks_exact=exact,
        top=top,
        misclassified=misclassified,
        discordance=0.04 if ranked else float("nan"),
        units=units,
        findings="",
        notes=notes,
    )
    return replace(league, findings=say_league(league))


def gather(*leagues: League) -> Leagues:
    """Make leagues of some, with an account and a provenance."""
    count = sum(league.units.unit.size for league in leagues)
    return Leagues(
        groups=leagues,
        findings=say_leagues(leagues),
        accounts=(
            Account(
                source="made.csv",
                rows_read=count,
                rows_kept=count,
                rows_merged=0,
                exclusions=(),
                totals={},
                units=count,
            ),
        ),
        provenance=Provenance(
            verb="league",
            source="made.csv",
            data_hash="0" * 64,
            card="default-proportion",
            card_hash="1" * 64,
            options={"level": 0.95},
        ),
    )
