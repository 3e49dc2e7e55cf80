"""League tables: each unit's estimate, rank and tier; no rank without its interval."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.estimands.league.result import SURE, League, Leagues
from varstat.estimands.league.words import count_sure
from varstat.present.canvas import Canvas
from varstat.present.caption import MAX_PANELS
from varstat.present.captions import league as words
from varstat.present.chart import Chart, Order, Places
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import below, plain, records, state
from varstat.present.highlight import Bools
from varstat.present.kind import MOST_ROWS, Kind
from varstat.present.kinds import also, unmeasured
from varstat.present.kinds.sheets import LEAGUE
from varstat.present.kinds.units import (
    cell,
    checks,
    ends,
    event,
    interval_text,
    peer_group,
    probability,
    raw,
    reliability,
    size,
    unit,
    unit_name,
    units_count,
)
from varstat.prose.rate import RateStyle, rank_interval, rank_text, style_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Units of a terminal at most, and the best and worst of more; of a page at each end.
_MOST, _ENDS = 24, 8
_PAGE_ENDS = MOST_ROWS // 4


def _ranked(league: League) -> bool:
    return league.rank_scope != "none"


def _rank(table: Table[League], i: int) -> str:
    units = table.result.units
    if np.isnan(units.expected_rank[i]):
        return ""
    rank = rank_text(units.expected_rank[i], units=units.unit.size)
    return f"{rank} ({rank_interval(units.rank_lower[i], units.rank_upper[i])})"


def _rank_end(which: str) -> Column[League]:
    means = f"{which} end of the interval of the rank"
    return Column(name=f"rank_{which}", type="number or missing", error=True, means=means)


COLUMNS: tuple[Column[League], ...] = (
    unit(),
    unit_name(),
    peer_group(),
    event(
        "the event, added up over periods; missing where the publisher withheld it. A mean is "
        "weighted by the inverse of its squared standard errors"
    ),
    size("the size, likewise"),
    raw("what the unit's numbers say", keep=5),
    Column(
        name="estimate",
        heading="estimate{t.sign}\n({t.level}\ninterval)",
        error=True,
        means="posterior mean of the rate at the average case-mix",
        text=lambda t, i: interval_text(
            t, t.result.units.estimate[i], t.result.units.lower[i], t.result.units.upper[i]
        ),
        keep=ALWAYS,
        tip=True,
    ),
    Column(name="estimate_own", means="the same at the unit's own case-mix"),
    Column(name="sd", means="posterior SD of the rate at the average case-mix"),
    *ends("the estimate", error=True),
    reliability("share of the variance of effects that the unit's own data resolve"),
    Column(
        name="outlying",
        means="contaminated normal: the probability of being of the outlying part; Student-t: "
        "$E(w)$, below 1 for a unit further out than a normal would have it. No such column for "
        "normal effects",
    ),
    Column(name="target", means="posterior mean of what the unit is compared with"),
    Column(
        name="expected_rank",
        heading="expected\nrank\n(interval)",
        type="number or missing",
        error=True,
        means="mean rank; 1 is best; missing where the unit can't be compared",
        text=_rank,
        keep=ALWAYS,
        tip=True,
        where=_ranked,
    ),
    *(_rank_end(name) for name in ("lower", "upper")),
    probability(
        "p_top_quartile",
        "P best\nquarter",
        "probability of being among the best quarter",
        keep=7,
        error=True,
        where=_ranked,
    ),
    probability(
        "p_bottom_quartile",
        "P worst\nquarter",
        "probability of being among the worst quarter",
        keep=6,
        error=True,
        where=_ranked,
    ),
    probability(
        "p_better_than_target",
        "P better\nthan target",
        "probability of being better than the target; with direction `neither`, of lying *above* "
        "it",
        error=True,
        where=_ranked,
    ),
    Column(
        name="tier",
        heading="tier",
        type="whole number",
        means="1 is best; 0 where there is no rank",
        text=lambda t, i: str(t.result.units.tier[i] or ""),
        keep=4,
        tip=True,
        where=_ranked,
    ),
    *unmeasured.COLUMNS,
    *also.COLUMNS,
)
# Where no direction is good the same probability is of lying above the target.
_ABOVE = probability(
    "p_better_than_target",
    "P above\ntarget",
    "",
    keep=ALWAYS,
    where=lambda league: not _ranked(league),
)


def _sure(table: Table[League], which: int) -> str:
    return f"{count_sure(table.result)[which]:,}" if _ranked(table.result) else ""


def _misclassified(table: Table[League], _: int) -> str:
    share = table.result.misclassified
    return f"{share:.2f}" if np.isfinite(share) else ""


_SURELY = f"(P > {100 * SURE:g}%)"
GROUPS: tuple[Column[League], ...] = (
    units_count(),
    cell(
        "target",
        "target{t.sign}",
        "the target",
        lambda t, _: t.style.text(t.result.target) or "differs",
        keep=1,
    ),
    cell(
        "sure_top",
        f"best quarter\n{_SURELY}",
        "units surely in the best quarter",
        lambda t, _: _sure(t, 0),
    ),
    cell(
        "sure_bottom",
        f"worst quarter\n{_SURELY}",
        "units surely in the worst quarter",
        lambda t, _: _sure(t, 1),
    ),
    cell("misclassified", "mis-\nclassified", "how good the table is", _misclassified, keep=2),
    checks(),
)


def rate_style(league: League) -> RateStyle:
    """Choose how to write the rates of a league table."""
    units = league.units
    return style_of(league.measure, raw=units.raw, lower=units.lower, upper=units.upper)


def standing(league: League) -> Order:
    """Order the units as they are shown: best first; the highest where no direction is good."""
    if _ranked(league):
        return np.arange(league.units.unit.size)
    return np.argsort(-league.units.estimate, kind="stable")


def _ends(order: Order, mark: Bools, *, most: int, ends: int) -> Order:
    """The places of the best, the worst and the marked, where there are too many for all."""
    chosen = mark[order] | (order.size <= most)
    chosen[:ends] = chosen[-ends:] = True
    return np.flatnonzero(chosen)


def _shown(league: League, mark: Bools) -> list[int | None]:
    order, before, rows = standing(league), -1, list[int | None]()
    for place in _ends(order, mark, most=_MOST, ends=_ENDS).tolist():
        rows += [None] if place > before + 1 else []
        rows.append(int(order[place]))
        before = place
    return rows


def _listed(league: League, mark: Bools) -> Order:
    order = standing(league)
    return np.asarray(order[_ends(order, mark, most=MOST_ROWS, ends=_PAGE_ENDS)])


def _caption(league: League, listed: int) -> str:
    count = league.units.unit.size
    first = "best first by expected rank" if _ranked(league) else "the highest first"
    if listed == count:
        return f"All {count:,} units, {first}"
    return f"{listed:,} of {count:,} units, those at both ends and the highlighted, {first}"


def _sheets(leagues: Leagues) -> dict[str, pd.DataFrame]:
    return {
        "units": leagues.to_frame(),
        "leagues": pd.DataFrame([_row(league) for league in leagues]),
        "hyperparameters": pd.concat(
            [below(each.by, each.hyperparameters.to_frame()) for each in leagues],
            ignore_index=True,
        ),
        **unmeasured.sheets(leagues),
    }


def _row(league: League) -> dict[str, object]:
    """A league table in one row; `sure_top` counts the units surely in the best quarter."""
    best, worst = count_sure(league)
    ranked = _ranked(league)
    row: dict[str, object] = dict(league.by) | {
        "units": int(league.units.unit.size),
        "passed": league.diagnostics.passed,
        "problems": " ".join(league.diagnostics.problems) or None,
    }
    for name in ("engine", "rank_scope", "ranks_exact", "target", "target_lower", "target_upper"):
        row[name] = getattr(league, name)
    return row | {
        "target_rule": league.target_rule,
        "at": league.at,
        "top": league.top,
        "sure_top": best if ranked else None,
        "sure_bottom": worst if ranked else None,
        "tiers": int(league.units.tier.max(initial=0)) if ranked else None,
        "misclassified": league.misclassified,
        "discordance": league.discordance,
        "level": league.level,
    }


def _objects(leagues: Leagues) -> list[dict[str, Any]]:
    head = (
        *("indicator", "measure", "direction", "by", "model", "engine", "diagnostics"),
        *("target", "target_lower", "target_upper", "target_rule"),
    )
    quality = ("level", "at", "rank_scope", "ranks_exact", "top", "misclassified", "discordance")
    return [
        state(league, *head)
        | {"hyperparameters": records(league.hyperparameters.to_frame())}
        | {
            "homogeneity": plain(asdict(league.homogeneity)),
            "assumptions": plain(asdict(league.assumptions)),
            "interactions": [plain(asdict(each)) for each in league.interactions],
        }
        | state(league, *quality)
        | unmeasured.stated(league)
        | {"units": records(league.to_frame())}
        | state(league, "summary", "notes")
        for league in leagues
    ]


def _draw(
    leagues: Sequence[League], marks: Sequence[Bools], canvas: Canvas, *, ranks: bool
) -> "Figure":
    from varstat.present.charts.league_panels import draw_leagues

    return draw_leagues(
        leagues,
        [words.caption(league, ranks=ranks) for league in leagues[:MAX_PANELS]],
        words.caption_of_many(leagues, ranks=ranks),
        marks,
        ranks=ranks,
        canvas=canvas,
    )


def _caterpillar_places(league: League, mark: Bools) -> Places:
    from varstat.present.charts.caterpillar import caterpillar_order

    return _places(league, mark, league.units.estimate, caterpillar_order(league))


def _rank_places(league: League, mark: Bools) -> Places:
    from varstat.present.charts.ranks import ranks_order

    return _places(league, mark, league.units.expected_rank, ranks_order(league))


def _places(league: League, mark: Bools, across: Any, order: Order) -> Places:
    from varstat.present.charts.rows import places
    from varstat.present.page.page import MOST_TIPS

    at = np.column_stack([across, places(order)])
    if order.size > MOST_TIPS:
        order = order[np.isin(order, _listed(league, mark))]
    return Places(at=at, order=order)


def _check_ranked(leagues: Sequence[League], _marked: bool) -> None:
    words.check_ranked(leagues)


KIND: Kind[League, Leagues] = Kind(
    name="leagues",
    noun="league tables",
    title="League table",
    columns=(*COLUMNS, _ABOVE),
    files=COLUMNS,
    groups=GROUPS,
    style=rate_style,
    sheets=_sheets,
    meanings=LEAGUE,
    objects=_objects,
    shown=_shown,
    # A row of dots says where units are left out.
    left=lambda _league, _mark: "",
    listed=_listed,
    caption=_caption,
    finding=lambda league: (
        ("NOT TO BE TRUSTED: " if league.distrust else "") + words.finding(league)
    ),
    charts={
        "caterpillar": Chart(
            draw=lambda leagues, marks, canvas: _draw(leagues, marks, canvas, ranks=False),
            alt=lambda leagues: words.alt_text(leagues, ranks=False),
            title=lambda league: f"Estimates of {words.heading_at(league)}",
            places=_caterpillar_places,
            order="estimate",
        ),
        "ranks": Chart(
            draw=lambda leagues, marks, canvas: _draw(leagues, marks, canvas, ranks=True),
            alt=lambda leagues: words.alt_text(leagues, ranks=True),
            title=lambda league: f"Ranks of {words.heading_at(league)}",
            check=_check_ranked,
            shows=_ranked,
            places=_rank_places,
            order="rank",
        ),
        "unmeasured": unmeasured.CHART_OF_LEAGUE,
    },
)
