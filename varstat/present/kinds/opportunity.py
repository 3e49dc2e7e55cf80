"""Opportunities: what reaching a target is worth; no figure without its interval."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.estimands.opportunity.parts import OpportunityTotal
from varstat.estimands.opportunity.result import Opportunities, Opportunity
from varstat.estimands.opportunity.words import say_combined
from varstat.present.canvas import Canvas
from varstat.present.caption import PARTS
from varstat.present.captions import opportunity as words
from varstat.present.chart import Chart, Places
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import below, plain, records, state
from varstat.present.highlight import Bools
from varstat.present.kind import MOST_SHOWN, Block, Kind
from varstat.present.kinds import unmeasured
from varstat.present.kinds.reporting import complete_blocks, complete_sheets, complete_stated
from varstat.present.kinds.sheets import OPPORTUNITY
from varstat.present.kinds.units import (
    amount,
    cell,
    checks,
    ends,
    event,
    peer_group,
    probability,
    rate_text,
    raw,
    reliability,
    size,
    unit,
    unit_name,
    units_count,
)
from varstat.present.terminal.columns import name_text
from varstat.prose.number import figure, percent
from varstat.prose.rate import RateStyle, style_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Units of a terminal that can't be compared.
_MOST_APART = 8
_OF_A_UNIT = (
    *("unit", "unit_name", "peer_group", "estimate", "lower", "upper", "level", "published"),
    *("plug_in", "signed", "chance_expected", "chance_lower", "chance_upper", "p_material"),
    *("reliability", "comparable", "comparability"),
)


def _estimate(table: Table[Opportunity], i: int) -> str:
    units = table.result.units
    if not np.isfinite(units.estimate[i]):
        return "not comparable"
    return f"{figure(units.estimate[i])} ({figure(units.lower[i])}–{figure(units.upper[i])})"


def _has_money(opportunity: Opportunity) -> bool:
    return opportunity.money is not None


_GIVES = "what the point method gives on raw rates"
_IF_ALIKE = "mean of what the published method gives where units don't differ"
COLUMNS: tuple[Column[Opportunity], ...] = (
    unit(),
    unit_name(),
    peer_group(),
    event("the event as reported, over all strata and periods"),
    size("the size, likewise"),
    raw("what the unit's numbers say", keep=5),
    Column(name="rate", means="posterior mean of the unit's rate at its own case-mix"),
    Column(
        name="target",
        heading="target{t.sign}",
        means="posterior mean of the rate that it would have there at the target",
        text=lambda t, i: rate_text(t, t.result.units.target[i]),
        keep=3,
        tip=True,
    ),
    Column(
        name="estimate",
        heading="opportunity\n({t.level} interval)",
        type="number or missing",
        error=True,
        means="posterior mean of the opportunity; missing where the unit isn't comparable",
        text=_estimate,
        keep=ALWAYS,
        tip=True,
    ),
    *ends("the opportunity", type="number or missing"),
    amount("published", "published", _GIVES, keep=ALWAYS, reveals=frozenset({"event"})),
    Column(name="plug_in", means="what the point method gives on posterior means"),
    Column(name="signed", means="posterior mean without the floor at zero"),
    amount("chance_expected", "if all\nalike", _IF_ALIKE, keep=4),
    Column(name="chance_lower", means="lower end of the interval of that"),
    Column(name="chance_upper", means="upper end of the interval of that"),
    Column(
        name="p_material",
        type="number or missing",
        means="probability of the `--materiality` or more",
    ),
    reliability("share of the variance of effects that the unit's own data resolve", keep=2),
    Column(name="comparable", type="true or false", means="whether it carries an opportunity"),
    Column(
        name="comparability",
        heading="compar-\nability",
        means="share of the unit's case-mix that other units of its peer group treat as well",
        text=lambda t, i: f"{100 * t.result.units.comparability[i]:.0f}%",
        keep=ALWAYS,
        where=lambda opportunity: bool(opportunity.model.get("strata")),
    ),
    Column(name="effective_comparators", means="how many other units that comparison rests on"),
    Column(name="leverage", means="how much of its own standard a unit makes itself"),
    Column(name="money", means="the opportunity times the unit cost", where=_has_money),
    Column(name="money_lower", means="lower end of the interval of that", where=_has_money),
    Column(name="money_upper", means="upper end of the interval of that", where=_has_money),
)

# It stands last where people read it, not where it stands in files.
_MATERIAL = probability(
    "p_material",
    "P of {t.result.materiality:,.15g}\nor more",
    "",
    keep=ALWAYS,
    where=lambda opportunity: bool(np.isfinite(opportunity.materiality)),
)


def _money(table: Table[Opportunity], _: int) -> str:
    money = table.result.money
    return "" if money is None else figure(money.unit_cost * table.result.total.estimate)


def _total_of(table: Table[Opportunity]) -> OpportunityTotal:
    return table.result.total


def _total(table: Table[Opportunity], _: int) -> str:
    total = table.result.total
    return f"{figure(total.estimate)} ({figure(total.lower)}–{figure(total.upper)})"


GROUPS: tuple[Column[Opportunity], ...] = (
    units_count(keep=1),
    cell("estimate", "opportunity\n({t.level} interval)", "of all units together", _total),
    amount("published", "published", _GIVES, keep=ALWAYS, of=_total_of),
    amount("chance_expected", "if all\nalike", _IF_ALIKE, keep=2, of=_total_of),
    checks(),
    Column(
        name="money",
        heading="money",
        means="the opportunity times the unit cost",
        text=_money,
        keep=ALWAYS,
        where=_has_money,
    ),
)


def _style(opportunity: Opportunity) -> RateStyle:
    units = opportunity.units
    return style_of(
        opportunity.measure,
        raw=units.raw,
        lower=np.minimum(units.rate, units.target),
        upper=np.maximum(units.rate, units.target),
    )


def _shown(opportunity: Opportunity, mark: Bools) -> list[int | None]:
    carries = np.isfinite(opportunity.units.estimate)
    first = np.flatnonzero(carries)[:MOST_SHOWN]
    apart = np.flatnonzero(~carries)[:_MOST_APART]
    return [*np.union1d(np.union1d(first, apart), np.flatnonzero(mark)).tolist()]


def _left(opportunity: Opportunity, mark: Bools) -> str:
    rest = np.ones(mark.size, dtype=np.bool_)
    rest[[i for i in _shown(opportunity, mark) if i is not None]] = False
    if not rest.any():
        return ""
    amount = figure(float(np.nansum(opportunity.units.estimate[rest])))
    return f"… and {int(rest.sum()):,} more units, with {amount} in all"


def _spans(estimate: Any, lower: Any, upper: Any) -> list[str]:
    ends = zip(estimate.tolist(), lower.tolist(), upper.tolist(), strict=True)
    return [f"{figure(value)} ({figure(low)} to {figure(high)})" for value, low, high in ends]


def _blocks(opportunity: Opportunity) -> list[Block]:
    """The waterfall of all units, of each peer group if there are some, and the periods."""
    fall, periods = opportunity.waterfall, opportunity.periods
    names = [PARTS[name] for name in fall.component]
    spans = zip(
        _spans(fall.estimate, fall.lower, fall.upper), fall.estimate, fall.lower, fall.upper,
        strict=True,
    )  # fmt: skip
    parts = [figure(value) if low == high else span for span, value, low, high in spans]
    interval = f"({percent(fall.level)} interval)"
    blocks = [
        Block(
            title=f"What the {'crude' if fall.component[0] == 'crude' else 'published'} figure is "
            "made of",
            texts={"part": names},
            numbers={f"all units\n{interval}": parts},
        )
    ]
    if fall.subtotal:
        of_groups = zip(names, fall.subtotal_estimate.tolist(), strict=True)
        ends = zip(fall.subtotal_lower[-1].tolist(), fall.subtotal_upper[-1].tolist(), strict=True)
        numbers = {"units": [f"{count:,}" for count in fall.subtotal_units.tolist()]}
        numbers |= {name: [figure(value) for value in values] for name, values in of_groups}
        numbers[interval[1:-1]] = [f"{figure(low)} to {figure(high)}" for low, high in ends]
        texts = {"units of": [name_text(name) for name in fall.subtotal]}
        gives_way = ("chance", "units", "published")
        blocks.append(Block(texts=texts, numbers=numbers, expendable=gives_way))
    if periods is not None:
        numbers = {
            f"opportunity\n({percent(periods.level)} interval)": _spans(
                periods.estimate, periods.lower, periods.upper
            ),
            "published": [figure(value) for value in periods.published.tolist()],
        }
        texts = {"period": [name_text(name) for name in periods.period]}
        blocks.append(Block(texts=texts, numbers=numbers))
    if opportunity.unmeasured is not None:
        blocks.append(unmeasured.block(opportunity.unmeasured))
    return [*blocks, *complete_blocks(opportunity)]


def _sheets(opportunities: Opportunities) -> dict[str, pd.DataFrame]:
    sheets = {
        "units": opportunities.to_frame(),
        "totals": opportunities.totals_frame(),
        "waterfall": opportunities.waterfall_frame(),
    }
    periods = [
        below(each.by, each.periods.to_frame())
        for each in opportunities
        if each.periods is not None
    ]
    if periods:
        sheets["periods"] = pd.concat(periods, ignore_index=True)
    sheets |= unmeasured.sheets(opportunities) | complete_sheets(opportunities)
    if opportunities.combined:
        sheets["combined"] = pd.DataFrame(
            [
                asdict(each) | {"indicators": " + ".join(each.indicators), "by": str(each.by)}
                for each in opportunities.combined
            ]
        )
    return sheets


def _also(opportunities: Opportunities) -> dict[str, Any]:
    also: dict[str, Any] = {}
    if len(opportunities.accounts) > 1:
        also["accounts"] = [account.to_dict() for account in opportunities.accounts]
    if opportunities.combined:
        also["combined"] = [plain(asdict(each)) for each in opportunities.combined]
    if opportunities.notes:
        also["notes"] = list(opportunities.notes)
    return also


def _objects(opportunities: Opportunities) -> list[dict[str, Any]]:
    return [
        _object(each) | {"account": opportunities.account_of(at).to_dict()}
        for at, each in enumerate(opportunities)
    ]


def _object(opportunity: Opportunity) -> dict[str, Any]:
    groups, money, total = len(opportunity.by), opportunity.money, opportunity.total
    frame, periods = opportunity.to_frame(), opportunity.periods
    rest = [name for name in frame.columns[groups:] if name not in _OF_A_UNIT]
    head = (
        *("indicator", "source", "card", "measure", "direction", "by", "model", "engine"),
        *("diagnostics", "target", "target_lower", "target_upper", "target_rule", "target_scope"),
        *("target_bias", "per", "multiplier", "materiality"),
    )
    stated = state(opportunity, *head) | {
        "target_bias": opportunity.target_bias or None,
        "money": None if money is None else plain(asdict(money)),
        "total": plain(asdict(total)),
        "units": records(frame[[*_OF_A_UNIT, *rest]]),
        "waterfall": records(opportunity.waterfall_frame().iloc[:, groups:]),
        "subtotals": records(opportunity.subtotals_frame()),
        "periods": None if periods is None else records(periods.to_frame()),
        "interactions": [plain(asdict(each)) for each in opportunity.interactions],
        "assumptions": plain(asdict(opportunity.assumptions)),
        "homogeneity": plain(asdict(opportunity.homogeneity)),
        **state(opportunity, "summary", "notes"),
    }
    stated |= unmeasured.stated(opportunity) | complete_stated(opportunity)
    if money is not None:
        stated["total"] |= {
            "money": money.unit_cost * total.estimate,
            "money_lower": money.unit_cost * total.lower,
            "money_upper": money.unit_cost * total.upper,
        }
    return stated


def _caption(opportunity: Opportunity, listed: int) -> str:
    count = opportunity.units.unit.size
    of = f"All {count:,}" if listed == count else f"{listed:,} of {count:,}"
    return f"{of} units, the largest opportunity first"


def _draw(opportunities: Sequence[Opportunity], marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.opportunity import draw_opportunity, draw_totals

    if len(opportunities) > 1:
        return draw_totals(opportunities, words.caption_of_many(opportunities), canvas=canvas)
    (only,), (mark,) = opportunities, marks
    return draw_opportunity(only, words.caption(only, "Opportunity"), mark, canvas=canvas)


def _draw_waterfall(
    opportunities: Sequence[Opportunity], _marks: Sequence[Bools], canvas: Canvas
) -> "Figure":
    from varstat.present.charts.waterfall import draw_waterfall

    (only,) = opportunities
    return draw_waterfall(only, words.waterfall_caption(only), canvas=canvas)


def _draw_comparability(
    opportunities: Sequence[Opportunity], marks: Sequence[Bools], canvas: Canvas
) -> "Figure":
    from varstat.present.charts.opportunity import draw_comparability

    (only,), (mark,) = opportunities, marks
    return draw_comparability(only, words.comparability_caption(only), mark, canvas=canvas)


def _places(opportunity: Opportunity, mark: Bools) -> Places:
    from varstat.present.charts.opportunity import drawn_units

    units, order = opportunity.units, drawn_units(opportunity, mark)
    at = np.full((units.unit.size, 2), np.nan)
    carries = np.isfinite(units.estimate[order])
    across = np.where(carries, units.estimate[order], units.published[order])
    at[order] = np.column_stack([across, np.arange(order.size)])
    return Places(at=at, order=order)


KIND: Kind[Opportunity, Opportunities] = Kind(
    name="opportunities",
    noun="analyses",
    title="Opportunity",
    columns=(*COLUMNS, _MATERIAL),
    files=COLUMNS,
    groups=GROUPS,
    together="Opportunity",
    style=_style,
    sheets=_sheets,
    meanings=OPPORTUNITY,
    objects=_objects,
    also=_also,
    remarks=lambda results: say_combined(results.combined, results.notes),
    shown=_shown,
    left=_left,
    blocks=_blocks,
    beside=complete_blocks,
    caption=_caption,
    finding=lambda each: ("NOT TO BE TRUSTED: " if each.distrust else "") + words.finding(each),
    charts={
        "opportunity": Chart(
            draw=_draw,
            alt=lambda groups: words.alt_text(groups, "opportunity"),
            title=lambda each: words.titled("Opportunity", each),
            check=lambda groups, marked: words.check_marks(groups, marked=marked),
            places=_places,
            order="opportunity",
        ),
        "waterfall": Chart(
            draw=_draw_waterfall,
            alt=lambda groups: words.alt_text(groups, "waterfall"),
            title=lambda each: words.titled("Waterfall", each),
            several=False,
        ),
        "comparability": Chart(
            draw=_draw_comparability,
            alt=lambda groups: words.alt_text(groups, "comparability"),
            title=lambda each: words.titled("Comparability", each),
            check=lambda groups, _marked: words.check_strata(groups),
            shows=lambda each: bool(each.model.get("strata")),
            several=False,
        ),
        "unmeasured": unmeasured.CHART_OF_OPPORTUNITY,
    },
)
