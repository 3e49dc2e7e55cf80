"""What a league table says in plain English, and what it can't."""

from collections.abc import Sequence

import numpy as np

from varstat.estimands.league.result import SURE, League
from varstat.estimands.unmeasured.words import say_unmeasured_ranks
from varstat.measure import Floats
from varstat.period.named import AVERAGE
from varstat.prose.homogeneity import say_homogeneity
from varstat.prose.number import (
    count,
    count_units,
    expected_number,
    interval,
    listed,
    percent,
    share,
)
from varstat.prose.text import clean, summarise


def say_leagues(leagues: Sequence[League]) -> str:
    """Say in plain English what the league tables of several groups show.

    Parameters
    ----------
    leagues : sequence of League
        With groups of their own, so that no table ranks units of two groups.

    Returns
    -------
    str
    """
    if len(leagues) == 1:
        return say_league(leagues[0])
    units = sum(league.units.unit.size for league in leagues)
    parts = [f"{len(leagues):,} groups hold {count_units(units)}."]
    ranked = [league for league in leagues if league.rank_scope != "none"]
    if ranked:
        best = sum(count_sure(league)[0] for league in ranked)
        worst = sum(count_sure(league)[1] for league in ranked)
        parts.append(
            "The probability of being in the best quarter of the own group is over "
            f"{percent(SURE)} for {count(best)}, and of being in the worst quarter for "
            f"{count(worst)}. Units of different groups are not ranked against each other."
        )
    else:
        parts.append(_UNRANKED)
    return " ".join(parts)


def say_league(league: League) -> str:
    """Say in plain English what a league table shows, and what it can't.

    Parameters
    ----------
    league : League

    Returns
    -------
    str
    """
    if league.rank_scope == "none":
        parts = [(0, _UNRANKED)]
    elif league.units.unit.size == 1:
        parts = [(0, "One unit alone has no other to be ranked against.")]
    elif not count_ranked(league):
        parts = [(0, "No unit can be compared with others, so that none is ranked.")]
    else:
        parts = [(0, _quarters(league)), (1, _tiers(league))]
    parts += [(2, _differences(league)), (5, _reliability(league))]
    if league.rank_scope != "none" and league.units.unit.size > 1:
        parts.append((4, _reading(league)))
    if league.unmeasured is not None:
        parts.append((3, say_unmeasured_ranks(league.unmeasured)))
    return summarise(parts)


def count_sure(league: League) -> tuple[int, int]:
    """Count the units that are among the best, and the worst, quarter with P > 0.95.

    Parameters
    ----------
    league : League

    Returns
    -------
    best, worst : int
        0 for a unit alone, which has no others to be better or worse than.
    """
    units = league.units
    if units.unit.size == 1:
        return 0, 0
    return int(np.sum(units.p_top_quartile > SURE)), int(np.sum(units.p_bottom_quartile > SURE))


def count_ranked(league: League) -> int:
    """Count the units that have a rank: those that can be compared."""
    return int(np.sum(np.isfinite(league.units.expected_rank)))


_UNRANKED = (
    "No direction of this indicator is stated as good, so that no unit is ranked or put in a tier "
    "or a quarter."
)


def _quarters(league: League) -> str:
    best, worst = count_sure(league)
    which = "the one that ranks best" if league.top == 1 else f"the {league.top:,} that rank best"
    left = league.units.unit.size - count_ranked(league)
    of = f"Of {count_units(count_ranked(league))}{' that can be compared' if left else ''}"
    return (
        f"{of}, the probability of being in the best quarter "
        f"({which}) is over {percent(SURE)} for {count(best)}, and of being in the worst "
        f"quarter for {count(worst)}."
    )


def _tiers(league: League) -> str:
    """Say how well units can be told apart, and put first."""
    tiers = np.unique(league.units.tier[league.units.tier > 0]).size
    if tiers == 1:
        return "All are in one tier: these data don't tell units apart well enough to grade them."
    wrong = league.discordance
    said = f"They fall into {tiers} tiers"
    if np.isfinite(wrong):
        said += f", which are expected to put {share(wrong)} of all pairs the wrong way round"
    return f"{said}{_misplaced(league)}."


def _misplaced(league: League) -> str:
    if not np.isfinite(league.misclassified):
        return ""
    wrong = float(np.sum(1.0 - league.units.p_top_quartile[: league.top]))
    if league.top == 1:
        return f"; the unit put first is not the best with a probability of {share(wrong)}"
    return (
        f"; of the {league.top:,} put first, {expected_number(wrong)} are expected not to belong "
        "there"
    )


def _differences(league: League) -> str:
    """Say whether the reported rates differ, and by how much beyond chance."""
    within = [
        *(["strata"] if league.model.get("strata") else []),
        *(["periods"] if league.model.get("periods") else []),
        *(["peer groups"] if league.model.get("peer_groups") else []),
    ]
    alike = say_homogeneity(league.homogeneity, within=f"within {listed(within)}" if within else "")
    spread = _spread(league)
    if alike and spread and league.homogeneity.differs:
        return f"{alike.removesuffix('.')}: {spread}."
    return " ".join(filter(None, [alike, f"{spread[:1].upper()}{spread[1:]}." if spread else ""]))


def _spread(league: League) -> str:
    """Say what tau is, in words that depend on the link and on the distribution of effects."""
    hyper = league.hyperparameters
    taus = [i for i, name in enumerate(hyper.name) if name == "tau" or name.startswith("tau[")]
    effects = str(league.model.get("effects", "normal"))
    # Heavy tails have no standard deviation, or one that is of the outlying units.
    tails = effects in ("student-t", "contaminated-normal")
    scale = {"logit": "logit", "log": "log"}.get(str(league.model.get("link")), "")
    on = f" on the {scale} scale" if scale else ""
    of = "odds" if scale == "logit" else "rate"
    if len(taus) != 1:
        return _own_spreads(hyper.mean[taus], of, on, tails=tails) if taus else ""
    (i,) = taus
    mean = float(hyper.mean[i])
    ends = f"{percent(hyper.level)} interval {interval(hyper.lower[i], hyper.upper[i])}"
    beyond = (
        "beyond chance and case-mix"
        if (league.model.get("covariates") or league.model.get("strata"))
        else "beyond chance"
    )
    within = " within peer groups" if league.model.get("peer_groups") else ""
    if not scale and tails:
        return f"{beyond}, most units lie within {mean:.3g} of the usual{within} (tau, {ends})"
    if not scale:
        sd = f"a standard deviation (tau) of {mean:.3g}"
        return f"{beyond}, units differ{within} by {sd} ({ends})"
    told = f"about {np.exp(mean):.2g} times"
    if tails:
        return (
            f"{beyond}, most units lie within {told} the usual {of}{within}, up or down "
            f"(tau {mean:.3g}{on}, {ends})"
        )
    which = "a unit of middling size" if effects == "normal-by-size" else "a unit"
    return (
        f"{beyond}, {which} one standard deviation above the usual{within} has {told} its {of} "
        f"(tau {mean:.3g}{on}, {ends})"
    )


def _own_spreads(taus: Floats, of: str, on: str, *, tails: bool) -> str:
    """Say by how much units of peer groups differ, each of which has a tau of its own."""
    least, most = float(taus.min()), float(taus.max())
    ends = f"{least:.3g} to {most:.3g}{on}"
    if not on:
        what = "most units lie within so much of the usual" if tails else "a standard deviation"
        return f"each peer group has a spread (tau) of its own, {what}: {ends}"
    told = f"from {np.exp(least):.2g} to {np.exp(most):.2g} times"
    if tails:
        return (
            "each peer group has a spread of its own: most of its units lie within "
            f"{told} its usual {of}, up or down (tau {ends})"
        )
    return (
        "each peer group has a spread of its own: a unit one standard deviation above its usual "
        f"has {told} the {of} (tau {ends})"
    )


def _reliability(league: League) -> str:
    known = league.units.reliability[np.isfinite(league.units.reliability)]
    if not known.size:
        return ""
    middle, low, high = float(np.median(known)), float(known.min()), float(known.max())
    whose = "The reliability is" if known.size == 1 else "The median reliability is"
    span = "" if known.size == 1 else f" (from {low:.2f} to {high:.2f})"
    return (
        f"{whose} {middle:.2f}{span}: the share of the variance between units that a unit's own "
        "numbers resolve."
    )


def _reading(league: League) -> str:
    """Say of what ranks are, and what their intervals are not."""
    if league.rank_scope == "within peer group":
        return (
            "Ranks are of how far units lie from the mean of their peer group, so that a unit may "
            "rank above one with a better rate."
        )
    mix = (
        " at the average case-mix"
        if (league.model.get("covariates") or league.model.get("strata"))
        else ""
    )
    when = "" if league.at in (None, AVERAGE) else f" in {clean(str(league.at))}"
    return (
        f"Ranks are of underlying rates{mix}{when}; the interval of one unit's rank is not a "
        "comparison of two units."
    )
