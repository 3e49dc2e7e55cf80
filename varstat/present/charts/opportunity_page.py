"""Opportunities as files: a chart of a format, or a page with the charts and the table."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from varstat.estimands.opportunity.result import Opportunities, Opportunity
from varstat.estimands.opportunity.words import say_combined
from varstat.present.captions import opportunity as opportunity_words
from varstat.present.charts.names import full_name
from varstat.present.charts.opportunity import (
    draw_comparability,
    draw_opportunities,
    draw_opportunity,
    drawn_units,
)
from varstat.present.charts.render import render
from varstat.present.charts.waterfall import draw_waterfall
from varstat.present.highlight import find_units
from varstat.present.opportunity_chart import check_chart
from varstat.present.page.inline import Stylesheet, inline_svg
from varstat.present.page.page import (
    MAX_SECTIONS,
    MOST_ROWS,
    Cell,
    Column,
    Plot,
    Row,
    Section,
    escape_json,
    render_page,
    sort_value,
    tips,
)
from varstat.prose.number import figure, percent
from varstat.prose.rate import RateStyle, style_of
from varstat.prose.text import clean, is_blank
from varstat.prose.trust import say_distrust


def opportunity_chart_bytes(
    opportunities: Opportunities,
    *,
    suffix: str,
    highlight: Sequence[str] = (),
    chart: str = "opportunity",
) -> bytes:
    """Draw an opportunity, or the totals of many, as a file of the suffix's format.

    Parameters
    ----------
    opportunities : Opportunities
    suffix : {".png", ".svg", ".pdf"}
    highlight : sequence of str
        Units to mark, by code or name.
    chart : {"opportunity", "waterfall", "comparability"}

    Returns
    -------
    bytes

    Raises
    ------
    UsageError
        If another chart than that of totals is asked for of several groups.
    """
    check_chart(opportunities, chart, highlight=highlight)
    first = opportunities[0]
    if chart == "opportunity":
        drawn = draw_opportunities(opportunities.groups, highlight=highlight)
        alt = opportunity_words.alt_text(first, chart)
        if len(opportunities) > 1:
            alt = opportunity_words.alt_text_of_many(opportunities.groups)
    else:
        find_units(opportunities.groups, highlight)
        drawn = (
            draw_waterfall(first)
            if chart == "waterfall"
            else draw_comparability(first, highlight=highlight)
        )
        alt = opportunity_words.alt_text(first, chart)
    return render(drawn, suffix=suffix, alt=alt, provenance=opportunities.provenance.to_dict())


def opportunity_page_bytes(opportunities: Opportunities, *, highlight: Sequence[str] = ()) -> bytes:
    """Make a page with the charts and the table of each opportunity, for any browser.

    Parameters
    ----------
    opportunities : Opportunities
    highlight : sequence of str
        Units to mark, by code or name.

    Returns
    -------
    bytes
    """
    chosen = find_units(opportunities.groups, highlight)
    sheet = Stylesheet()
    provenance = opportunities.provenance.to_dict()
    left = len(opportunities) - MAX_SECTIONS
    account = "\n".join(each.summary() for each in opportunities.accounts)
    together = "\n".join(
        clean(each) for each in say_combined(opportunities.combined, opportunities.notes)
    )
    if together:
        account = f"{together}\n\n{account}"
    if left > 0:
        account = f"{left:,} more opportunities are not on this page.\n{account}"
    return render_page(
        [
            _section(each, mark, sheet, provenance, prefix=f"o{i}")
            for i, (each, mark) in enumerate(
                zip(opportunities[:MAX_SECTIONS], chosen, strict=False), start=1
            )
        ],
        titles=[each.indicator for each in opportunities],
        sheet=sheet,
        provenance=provenance,
        account_text=account,
    )


def _section(
    opportunity: Opportunity,
    chosen: NDArray[np.bool_],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    *,
    prefix: str,
) -> Section:
    units = opportunity.units
    style = style_of(
        opportunity.measure,
        raw=units.raw,
        lower=np.minimum(units.rate, units.target),
        upper=np.maximum(units.rate, units.target),
    )
    listed = np.union1d(np.arange(min(units.unit.size, MOST_ROWS)), np.flatnonzero(chosen))
    drawn = drawn_units(opportunity, chosen)
    rows = {
        int(i): _row(opportunity, int(i), style, bool(chosen[i])) for i in np.union1d(listed, drawn)
    }

    def plot(drawing: Figure, what: str, order: NDArray[np.intp]) -> Plot:
        alt = opportunity_words.alt_text(opportunity, what)
        title = opportunity_words.heading(opportunity, what.capitalize())
        data = render(drawing, suffix=".svg", alt=alt, provenance=provenance, title=title)
        places = np.full((units.unit.size, 2), np.nan)
        across = np.where(
            np.isfinite(units.estimate[order]), units.estimate[order], units.published[order]
        )
        if what == "comparability":
            across = units.comparability[order]
        places[order] = np.column_stack([across, np.arange(order.size)])
        return Plot(
            svg=inline_svg(data, sheet, prefix=f"{prefix}{what[0]}"),
            label=f"Units of this chart, in order of {what}",
            order=what,
            rows=True,
            note="",
            json=escape_json(tips(drawing, places, order, rows)),
        )

    wanted = [str(code) for code in units.unit[chosen]]
    nobody = np.empty(0, dtype=np.intp)
    plots = [
        plot(draw_opportunity(opportunity, highlight=wanted), "opportunity", drawn),
        plot(draw_waterfall(opportunity), "waterfall", nobody),
    ]
    if opportunity.model.get("strata"):
        plots.append(
            plot(draw_comparability(opportunity, highlight=wanted), "comparability", nobody)
        )
    failed = "" if opportunity.diagnostics.passed else "NOT TO BE TRUSTED: "
    return Section(
        group=opportunity_words.group_text(opportunity),
        kind="Opportunity",
        alarm=clean(say_distrust(opportunity.diagnostics)),
        finding=failed + opportunity_words.finding(opportunity),
        summary=clean(opportunity.findings),
        warnings=tuple(clean(note) for note in opportunity.notes),
        plots=tuple(plots),
        caption=_caption(opportunity, len(listed)),
        columns=_columns(opportunity, style),
        rows=tuple(rows[int(i)] for i in listed),
    )


def _caption(opportunity: Opportunity, listed: int) -> str:
    count = opportunity.units.unit.size
    if listed == count:
        return f"All {count:,} units, the largest opportunity first"
    return f"{listed:,} of {count:,} units, the largest opportunity first"


def _has_peers(opportunity: Opportunity) -> bool:
    return any(not is_blank(group) for group in opportunity.units.peer_group)


def _columns(opportunity: Opportunity, style: RateStyle) -> tuple[Column, ...]:
    sign = f" {style.sign}" if style.sign else ""
    titles = [
        f"Raw{sign}",
        f"Target{sign}",
        f"Opportunity ({percent(opportunity.level)} interval)",
        "Published",
        "If all alike",
        "Reliability",
        "Comparability",
    ]
    columns = [Column(title=title) for title in titles]
    if _has_peers(opportunity):
        columns.insert(0, Column(title="Peer group", number=False))
    return tuple(columns)


def _row(opportunity: Opportunity, i: int, style: RateStyle, chosen: bool) -> Row:
    units = opportunity.units
    name, code = full_name(units, i), clean(str(units.unit[i]))
    raw, target = (style.text(each) or "–" for each in (units.raw[i], units.target[i]))
    estimate = "not comparable"
    if np.isfinite(units.estimate[i]):
        ends = f"{figure(units.lower[i])} to {figure(units.upper[i])}"
        estimate = f"{figure(units.estimate[i])} ({ends})"
    share = f"{100 * units.comparability[i]:.0f}%"
    cells = [
        Cell(text=raw, value=sort_value(units.raw[i])),
        Cell(text=target, value=sort_value(units.target[i])),
        Cell(text=estimate, value=sort_value(units.estimate[i])),
        Cell(text=figure(units.published[i]), value=sort_value(units.published[i])),
        Cell(text=figure(units.chance_expected[i]), value=sort_value(units.chance_expected[i])),
        Cell(text=f"{units.reliability[i]:.2f}", value=sort_value(units.reliability[i])),
        Cell(text=share, value=sort_value(units.comparability[i])),
    ]
    if _has_peers(opportunity):
        group = units.peer_group[i]
        cells.insert(0, Cell(text="" if is_blank(group) else clean(str(group))))
    lines = (
        name if name == code else f"{name} ({code})",
        f"Opportunity {estimate}, published {figure(units.published[i])}",
        f"Raw {raw}, target {target}; if all alike {figure(units.chance_expected[i])}",
    )
    return Row(name=name, code=code, cells=tuple(cells), lines=lines, strong=chosen)
