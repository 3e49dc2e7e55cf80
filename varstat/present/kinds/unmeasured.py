"""What league tables and opportunities show of unmeasured case-mix, where it was asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.estimands.league.result import League
from varstat.estimands.opportunity.result import Opportunity
from varstat.estimands.unmeasured.own import SHOWN
from varstat.estimands.unmeasured.result import UnmeasuredTotal
from varstat.present.canvas import Canvas
from varstat.present.captions import unmeasured as words
from varstat.present.chart import Chart
from varstat.present.column import Column, Table
from varstat.present.content import below, records
from varstat.present.highlight import Bools
from varstat.present.kind import Block
from varstat.prose.number import figure, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Asked = League | Opportunity


def was_asked(result: Asked) -> bool:
    """Tell whether a result says anything of unmeasured case-mix."""
    return result.unmeasured is not None


def _probability(which: str, share: float) -> Column[League]:
    return Column(
        name=f"p_{'top' if which == 'best' else 'bottom'}_quartile_{100 * share:.0f}",
        type="number from 0 to 1, or missing",
        means=f"probability of being among the {which} quarter if {100 * share:.0f}% of the "
        "variance between units is unmeasured case-mix. With `--unmeasured` only",
        where=was_asked,
    )


def _tipping(table: Table[League], i: int) -> str:
    found = table.result.unmeasured
    share = np.nan if found is None else found.tipping_share[i]
    return "" if np.isnan(share) else f"{100 * share:.0f}%"


COLUMNS: tuple[Column[League], ...] = (
    *(_probability(which, share) for share in SHOWN for which in ("best", "worst")),
    Column(
        name="tipping_share",
        heading="sure up to\nunmeasured",
        type="number from 0 to 1, or missing",
        means="share of the variance between units that would have to be unmeasured case-mix for "
        "the unit to be no longer surely in its quarter; missing where it isn't now. With "
        "`--unmeasured` only",
        text=_tipping,
        keep=3,
        tip=True,
        where=was_asked,
    ),
)


def block(found: UnmeasuredTotal) -> Block:
    """Make the small table of a total along shares."""
    ends = zip(found.estimate.tolist(), found.lower.tolist(), found.upper.tolist(), strict=True)
    spans = [f"{figure(value)} ({figure(low)} to {figure(high)})" for value, low, high in ends]
    return Block(
        title="If a share of the variance between units is case-mix that nobody recorded",
        texts={"share": [f"{100 * share:g}%" for share in found.share.tolist()]},
        numbers={f"opportunity\n({percent(found.level)} interval)": spans},
    )


def sheets(results: Sequence[Asked]) -> dict[str, pd.DataFrame]:
    """Make the table of a workbook, of the groups of which it was asked; none if of none."""
    curves = [
        below(each.by, each.unmeasured.to_frame())
        for each in results
        if each.unmeasured is not None
    ]
    return {"unmeasured": pd.concat(curves, ignore_index=True)} if curves else {}


def stated(result: Asked) -> dict[str, Any]:
    """Make what JSON says, one object a share; nothing where it wasn't asked."""
    found = result.unmeasured
    return {} if found is None else {"unmeasured": records(found.to_frame())}


def _draw_ranks(leagues: Sequence[League], _marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.unmeasured import draw_unmeasured_ranks

    (only,) = leagues
    return draw_unmeasured_ranks(words.ranks_of(only), words.caption_of_ranks(only), canvas=canvas)


def _draw_total(
    opportunities: Sequence[Opportunity], _marks: Sequence[Bools], canvas: Canvas
) -> "Figure":
    from varstat.present.charts.unmeasured import draw_unmeasured_total

    (only,) = opportunities
    return draw_unmeasured_total(words.total_of(only), words.caption_of_total(only), canvas=canvas)


def _check_ranks(leagues: Sequence[League], _marked: bool) -> None:
    for league in leagues:
        words.ranks_of(league)


def _check_totals(opportunities: Sequence[Opportunity], _marked: bool) -> None:
    for each in opportunities:
        words.total_of(each)


CHART_OF_LEAGUE: Chart[League] = Chart(
    draw=_draw_ranks,
    alt=lambda leagues: words.alt_of_ranks(leagues[0]),
    title=words.title_of_ranks,
    check=_check_ranks,
    shows=was_asked,
    several=False,
)
CHART_OF_OPPORTUNITY: Chart[Opportunity] = Chart(
    draw=_draw_total,
    alt=lambda groups: words.alt_of_total(groups[0]),
    title=words.title_of_total,
    check=_check_totals,
    shows=was_asked,
    several=False,
)
