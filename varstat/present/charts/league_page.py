"""Write league tables as a web page: both charts, and the table."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from varstat.errors import UsageError
from varstat.estimands.league.result import League
from varstat.measure import Floats
from varstat.present.captions import league as league_words
from varstat.present.captions.league import rate_style, standing
from varstat.present.charts.caterpillar import caterpillar_order, draw_league
from varstat.present.charts.names import full_name
from varstat.present.charts.ranks import draw_ranks, ranks_order
from varstat.present.charts.render import render
from varstat.present.charts.rows import Order, places
from varstat.present.highlight import find_units
from varstat.present.page.inline import Stylesheet, inline_svg
from varstat.present.page.page import (
    MAX_SECTIONS,
    MOST_ROWS,
    MOST_TIPS,
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
from varstat.prose.number import percent, probability_text
from varstat.prose.rate import RateStyle, rank_interval, rank_text
from varstat.prose.text import clean, is_blank
from varstat.prose.trust import say_distrust

# Of a table with too many rows, so many at each end.
ENDS = MOST_ROWS // 4


def render_leagues(
    leagues: Sequence[League],
    *,
    highlight: Sequence[str] = (),
    provenance: Mapping[str, object],
    account_text: str = "",
) -> bytes:
    """Render league tables as one HTML file that needs nothing else and fetches nothing.

    Parameters
    ----------
    leagues : sequence of League
    highlight : sequence of str
        Codes or names of units to mark in every table that has them.
    provenance : mapping of str to object
        What ran.
    account_text : str
        What became of every row of the data.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    UsageError
        If there is no league table, or none has a highlighted unit.
    """
    if not leagues:
        raise UsageError("page", "there is no league table to draw; expected one or more.")
    chosen = find_units(leagues, highlight)
    sheet = Stylesheet()
    left = len(leagues) - MAX_SECTIONS
    if left > 0:
        account_text = f"{left:,} more league tables are not on this page.\n{account_text}"
    sections = [
        _section(league, mark, sheet, provenance, prefix=f"l{i}")
        for i, (league, mark) in enumerate(
            zip(leagues[:MAX_SECTIONS], chosen, strict=False), start=1
        )
    ]
    return render_page(
        sections,
        titles=[league.indicator for league in leagues],
        sheet=sheet,
        provenance=provenance,
        account_text=account_text,
    )


def _section(
    league: League,
    chosen: NDArray[np.bool_],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    *,
    prefix: str,
) -> Section:
    count = league.units.unit.size
    style = rate_style(league)
    listed = _listed(league, chosen)
    tipped = np.arange(count) if count <= MOST_TIPS else np.sort(listed)
    rows = {
        int(i): _row(league, int(i), style, bool(chosen[i])) for i in np.union1d(listed, tipped)
    }
    wanted = [str(code) for code in league.units.unit[chosen]]
    units = league.units

    def plot(figure: Figure, across: Floats, order: Order, *, ranks: bool) -> Plot:
        title = f"{'Ranks' if ranks else 'Estimates'} of {league_words.heading(league)}"
        alt = league_words.alt_text(league, ranks=ranks)
        data = render(figure, suffix=".svg", alt=alt, provenance=provenance, title=title)
        of = "rank" if ranks else "estimate"
        note = f"Only {len(tipped):,} of {count:,} units can be pointed at: those of the table."
        return Plot(
            svg=inline_svg(data, sheet, prefix=f"{prefix}{of[0]}"),
            label=f"Units of this chart, in order of {of}",
            order=of,
            rows=True,
            note=note if len(tipped) < count else "",
            json=escape_json(
                tips(
                    figure,
                    np.column_stack([across, places(order)]),
                    order[np.isin(order, tipped)],
                    rows,
                )
            ),
        )

    plots = [
        plot(
            draw_league(league, highlight=wanted),
            units.estimate,
            caterpillar_order(league),
            ranks=False,
        )
    ]
    if league.rank_scope != "none":
        figure = draw_ranks(league, highlight=wanted)
        plots.append(plot(figure, units.expected_rank, ranks_order(league), ranks=True))
    failed = "" if league.diagnostics.passed else "NOT TO BE TRUSTED: "
    return Section(
        group=league_words.group_text(league),
        kind="League table",
        alarm=clean(say_distrust(league.diagnostics)),
        finding=failed + league_words.finding(league),
        summary=clean(league.findings),
        warnings=tuple(clean(note) for note in league.notes),
        plots=tuple(plots),
        caption=_caption(league, len(listed)),
        columns=_columns(league, style),
        rows=tuple(rows[int(i)] for i in listed),
    )


def _listed(league: League, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Choose the units of the table: all, or those at both ends and the highlighted."""
    order = standing(league)
    if order.size <= MOST_ROWS:
        return order
    ends = np.zeros(order.size, dtype=np.bool_)
    ends[:ENDS] = ends[-ENDS:] = True
    return np.asarray(order[ends | chosen[order]])


def _caption(league: League, listed: int) -> str:
    count = league.units.unit.size
    first = "the highest first" if league.rank_scope == "none" else "best first by expected rank"
    if listed == count:
        return f"All {count:,} units, {first}"
    return f"{listed:,} of {count:,} units, those at both ends and the highlighted, {first}"


def _columns(league: League, style: RateStyle) -> tuple[Column, ...]:
    sign = f" {style.sign}" if style.sign else ""
    titles = [f"Raw{sign}", f"Estimate{sign} ({percent(league.level)} interval)"]
    if league.rank_scope == "none":
        titles.append("P(above target)")
    else:
        titles += ["Expected rank (interval)", "P(best quarter)", "P(worst quarter)", "Tier"]
        titles.append("P(better than target)")
    columns = [Column(title=title) for title in [*titles, "Reliability"]]
    if _has_peers(league):
        columns.insert(0, Column(title="Peer group", number=False))
    return tuple(columns)


def _has_peers(league: League) -> bool:
    return any(not is_blank(group) for group in league.units.peer_group)


def _row(league: League, i: int, style: RateStyle, chosen: bool) -> Row:
    units = league.units
    name, code = full_name(units, i), clean(str(units.unit[i]))
    raw = style.text(units.raw[i]) or "withheld"
    estimate = f"{style.text(units.estimate[i])} ({style.interval(units.lower[i], units.upper[i])})"
    target = _probability(units.p_better_than_target[i])
    cells = [
        Cell(text=raw, value=sort_value(units.raw[i])),
        Cell(text=estimate, value=sort_value(units.estimate[i])),
    ]
    lines = [
        name if name == code else f"{name} ({code})",
        f"Estimate{style.sign and f' ({style.sign})'} {estimate}, raw {raw}",
    ]
    if league.rank_scope == "none":
        cells.append(target)
        lines.append(f"P(above target) {target.text}")
    else:
        rank = (
            f"{rank_text(units.expected_rank[i], units=units.unit.size)} "
            f"({rank_interval(units.rank_lower[i], units.rank_upper[i])})"
        )
        best, worst = (_probability(p[i]) for p in (units.p_top_quartile, units.p_bottom_quartile))
        cells += [
            Cell(text=rank, value=sort_value(units.expected_rank[i])),
            best,
            worst,
            Cell(text=str(units.tier[i]), value=str(units.tier[i])),
            target,
        ]
        lines += [
            f"Expected rank {rank} of {units.unit.size:,}, tier {units.tier[i]}",
            f"P(best quarter) {best.text}, P(worst quarter) {worst.text}",
        ]
    reliability = units.reliability[i]
    shown = f"{reliability:.2f}" if np.isfinite(reliability) else ""
    cells.append(Cell(text=shown, value=sort_value(reliability)))
    if _has_peers(league):
        group = units.peer_group[i]
        cells.insert(0, Cell(text="" if is_blank(group) else clean(str(group))))
    return Row(name=name, code=code, cells=tuple(cells), lines=tuple(lines), strong=chosen)


def _probability(p: float) -> Cell:
    return Cell(text=probability_text(p), value=sort_value(p))
