"""League tables as tables and as plain objects."""

from typing import Any

import pandas as pd

from varstat.estimands.league.result import League, Leagues
from varstat.estimands.league.words import count_sure
from varstat.present.content import Content, number, plain, records, state_checks, trust


def lay_out_leagues(leagues: Leagues) -> Content:
    """Lay out league tables: sheets of units, leagues and hyper-parameters, and an object each."""
    return Content(
        kind="leagues",
        title=leagues[0].indicator,
        sheets={
            "units": leagues.to_frame(),
            "leagues": leagues_frame(leagues),
            "hyperparameters": hyperparameters_frame(leagues),
        },
        objects=[league_object(league) for league in leagues],
        about=trust(leagues)
        | {
            "account": leagues.account.to_dict(),
            "provenance": leagues.provenance.to_dict(),
        },
    )


def league_object(league: League) -> dict[str, Any]:
    """State a league table as JSON does: `units`, best first, and all that they rest on.

    Missing is None.
    """
    return {
        "indicator": league.indicator,
        "measure": league.measure.name,
        "direction": league.direction,
        "by": league.by,
        "model": plain(league.model),
        "engine": league.engine,
        "diagnostics": state_checks(league.diagnostics),
        "target": number(league.target),
        "target_lower": number(league.target_lower),
        "target_upper": number(league.target_upper),
        "target_rule": league.target_rule,
        "hyperparameters": records(league.hyperparameters.to_frame()),
        "level": league.level,
        "rank_scope": league.rank_scope,
        "ranks_exact": league.ranks_exact,
        "top": league.top,
        "misclassified": number(league.misclassified),
        "discordance": number(league.discordance),
        "units": records(league.to_frame()),
        "summary": league.summary(),
        "notes": list(league.notes),
    }


def leagues_frame(leagues: Leagues) -> pd.DataFrame:
    """Tabulate the league tables themselves, one row each.

    Returns
    -------
    DataFrame
        The by columns, then `units, passed, problems, engine, rank_scope, ranks_exact, target,
        target_lower, target_upper, target_rule, top, sure_top, sure_bottom, tiers,
        misclassified, discordance, level`. `sure_top` and `sure_bottom` count the units that
        are in the best and the worst quarter with a probability over 0.95.
    """
    rows = []
    for league in leagues:
        best, worst = count_sure(league)
        ranked = league.rank_scope != "none"
        group: dict[str, object] = dict(league.by)
        rows.append(
            group
            | {
                "units": int(league.units.unit.size),
                "passed": league.diagnostics.passed,
                "problems": " ".join(league.diagnostics.problems) or None,
                "engine": league.engine,
                "rank_scope": league.rank_scope,
                "ranks_exact": league.ranks_exact,
                "target": league.target,
                "target_lower": league.target_lower,
                "target_upper": league.target_upper,
                "target_rule": league.target_rule,
                "top": league.top,
                "sure_top": best if ranked else None,
                "sure_bottom": worst if ranked else None,
                "tiers": int(league.units.tier.max(initial=0)) if ranked else None,
                "misclassified": league.misclassified,
                "discordance": league.discordance,
                "level": league.level,
            }
        )
    return pd.DataFrame(rows)


def hyperparameters_frame(leagues: Leagues) -> pd.DataFrame:
    """Tabulate the hyper-parameters of all league tables, one row each.

    Returns
    -------
    DataFrame
        The by columns, then `name, mean, sd, lower, upper, level, mcse`.
    """
    frames = []
    for league in leagues:
        frame = league.hyperparameters.to_frame()
        group = {name: [value] * len(frame) for name, value in league.by.items()}
        frames.append(pd.DataFrame(group | {name: frame[name] for name in frame}))
    return pd.concat(frames, ignore_index=True)
