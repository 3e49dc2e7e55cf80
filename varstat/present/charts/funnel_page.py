"""Write funnels as a web page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from varstat.errors import UsageError
from varstat.funnel.result import Funnel
from varstat.present.beside import pair_up
from varstat.present.captions import funnel as words
from varstat.present.charts.funnel import draw_funnel
from varstat.present.charts.funnel_marks import centre
from varstat.present.charts.names import full_name
from varstat.present.charts.render import render
from varstat.present.highlight import find_units
from varstat.present.page.inline import Stylesheet, inline_svg
from varstat.present.page.page import (
    MAX_SECTIONS,
    MOST_ROWS,
    MOST_TIPS,
    MOST_VECTOR_MARKS,
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
from varstat.prose.rate import RateStyle, rate_text, style_of
from varstat.prose.text import clean

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdict


def render_funnels(
    funnels: Sequence[Funnel],
    *,
    highlight: Sequence[str] = (),
    verdicts: "Sequence[Verdict] | None" = None,
    provenance: Mapping[str, object],
    account_text: str = "",
) -> bytes:
    """Render funnels as one HTML file that needs nothing else and fetches nothing.

    Parameters
    ----------
    funnels : sequence of Funnel
    highlight : sequence of str
        Codes or names of units to ring in every funnel that has them.
    verdicts : sequence of Verdict, optional
        Of these funnels, for their tables and tooltips.
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
        If there is no funnel, or none has a highlighted unit.
    """
    if not funnels:
        raise UsageError("page", "there is no funnel to draw; expected one or more.")
    chosen = find_units(funnels, highlight)
    sheet = Stylesheet()
    left = len(funnels) - MAX_SECTIONS
    if left > 0:
        account_text = f"{left:,} more funnels are not on this page.\n{account_text}"
    sections = [
        _section(funnel, verdict, mark, sheet, provenance, prefix=f"f{i}")
        for i, ((funnel, verdict), mark) in enumerate(
            zip(pair_up(funnels, verdicts)[:MAX_SECTIONS], chosen, strict=False), start=1
        )
    ]
    return render_page(
        sections,
        titles=[funnel.indicator for funnel in funnels],
        sheet=sheet,
        provenance=provenance,
        account_text=account_text,
    )


def _section(
    funnel: Funnel,
    verdict: "Verdict | None",
    chosen: NDArray[np.bool_],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    *,
    prefix: str,
) -> Section:
    units = funnel.units
    count = len(units.unit)
    important = ((units.flag == "high") | (units.flag == "low")) | chosen
    listed = _listed(funnel, important)
    tipped = np.arange(count) if count <= MOST_TIPS else np.flatnonzero(important)[:MOST_TIPS]
    beside = None if verdict is None else _Beside.of(funnel, verdict)
    rows = {int(i): _row(funnel, int(i), beside) for i in np.union1d(listed, tipped)}
    columns: tuple[Column, ...] = (
        Column(title=_size_title(funnel)),
        Column(title=funnel.measure.rate.capitalize()),
        Column(title="Target"),
        Column(title="p"),
        Column(title="Flag", number=False),
    )
    alarm, judged, warnings = "", "", funnel.warnings
    if beside is not None and verdict is not None:
        columns += beside.columns()
        alarm, _, judged = verdict.summary().rpartition("\n")
        warnings += verdict.notes
    return Section(
        group=words.group_text(funnel),
        kind="Funnel plot",
        alarm=clean(alarm),
        finding=words.finding(funnel) + ("; the posterior FAILED its checks" if alarm else ""),
        summary=clean(f"{funnel.summary()} {judged}"),
        warnings=tuple(clean(warning) for warning in warnings),
        plots=(_plot(funnel, chosen, tipped, rows, sheet, provenance, prefix=prefix),),
        caption=_caption(count, len(listed)),
        columns=columns,
        rows=tuple(rows[int(i)] for i in listed),
    )


def _plot(
    funnel: Funnel,
    chosen: NDArray[np.bool_],
    tipped: NDArray[np.intp],
    rows: Mapping[int, Row],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    *,
    prefix: str,
) -> Plot:
    units = funnel.units
    count = len(units.unit)
    figure = draw_funnel(funnel, highlight=[str(code) for code in units.unit[chosen]])
    for artist in figure.axes[0].collections:
        artist.set_rasterized(count > MOST_VECTOR_MARKS)
    title = words.heading(funnel)
    alt = words.alt_text(funnel)
    data = render(figure, suffix=".svg", alt=alt, provenance=provenance, title=title)
    # Standard errors fall from left to right.
    sign = -1.0 if funnel.measure.size_is_error else 1.0
    ordered = tipped[np.argsort(sign * units.size[tipped], kind="stable")]
    at = np.column_stack([units.size, centre(funnel)])
    return Plot(
        svg=inline_svg(data, sheet, prefix=prefix),
        label="Units of this funnel plot, in order of size",
        order="size",
        rows=False,
        note=f"Only {len(tipped):,} of {count:,} units can be pointed at: the flagged ones."
        if len(tipped) < count
        else "",
        json=escape_json(tips(figure, at, ordered, rows)),
    )


def _size_title(funnel: Funnel) -> str:
    return "Standard error" if funnel.measure.size_is_error else funnel.measure.size.capitalize()


def _listed(funnel: Funnel, important: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Choose the units of the table: all, or the flagged ones, the strictest first."""
    units = funnel.units
    index = np.arange(len(units.unit))
    if len(index) > MOST_ROWS:
        index = np.flatnonzero(important)
    level = np.nan_to_num(units.flag_level[index], nan=0.0)
    p_value = np.nan_to_num(units.p_value[index], nan=1.0)
    distance = np.nan_to_num(np.abs(units.z[index]), nan=0.0)
    return index[np.lexsort((index, -distance, p_value, -level))][:MOST_ROWS]


def _caption(count: int, listed: int) -> str:
    if listed == count:
        return f"All {count:,} units, the furthest from the target first"
    return f"{listed:,} flagged or highlighted units of {count:,}, the strictest flags first"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Beside:
    """What the posterior adds to a row."""

    verdict: "Verdict"
    style: RateStyle

    @classmethod
    def of(cls, funnel: Funnel, verdict: "Verdict") -> "_Beside":
        style = style_of(
            funnel.measure, raw=funnel.units.rate, lower=verdict.lower, upper=verdict.upper
        )
        return cls(verdict=verdict, style=style)

    def columns(self) -> tuple[Column, ...]:
        sign = f" {self.style.sign}" if self.style.sign else ""
        level = percent(self.verdict.level)
        return (
            Column(title=f"Estimate{sign} ({level} interval)"),
            Column(title="P(above target)"),
            Column(title="Verdict", number=False),
        )

    def cells(self, i: int) -> tuple[Cell, ...]:
        verdict, style = self.verdict, self.style
        interval = style.interval(verdict.lower[i], verdict.upper[i])
        above = float(verdict.p_above_target[i])
        return (
            Cell(
                text=f"{style.text(verdict.estimate[i])} ({interval})",
                value=sort_value(float(verdict.estimate[i])),
            ),
            Cell(text=probability_text(above), value=sort_value(above)),
            Cell(text=str(verdict.verdict[i])),
        )

    def lines(self, i: int) -> tuple[str, ...]:
        sign = self.style.sign and f" ({self.style.sign})"
        estimate, above, verdict = (cell.text for cell in self.cells(i))
        return (f"Estimate{sign} {estimate}", f"P(above target) {above}: {verdict}")


def _row(funnel: Funnel, i: int, beside: _Beside | None) -> Row:
    units = funnel.units
    shares = funnel.measure.percent
    p = float(units.p_value[i])
    rate, target = float(units.rate[i]), float(units.target[i])
    name, code = full_name(units, i), clean(str(units.unit[i]))
    size = f"{units.size[i]:,.6g}" if units.size[i] < 1e6 else f"{units.size[i]:,.0f}"
    shown = rate_text(rate, percent=shares) if np.isfinite(rate) else "withheld"
    aim = rate_text(target, percent=shares)
    p_text = _p_text(p)
    flag = units.flag[i]
    flag_text = f"{flag} at {percent(float(units.flag_level[i]))}" if flag else ""
    flagged = f"flagged {flag_text}" if flag else "not flagged"
    return Row(
        name=name,
        code=code,
        cells=(
            Cell(text=size, value=sort_value(float(units.size[i]))),
            Cell(text=shown, value=sort_value(rate)),
            Cell(text=aim, value=sort_value(target)),
            Cell(text=p_text, value=sort_value(p)),
            Cell(text=flag_text),
            *(beside.cells(i) if beside else ()),
        ),
        lines=(
            name if name == code else f"{name} ({code})",
            f"{funnel.measure.rate.capitalize()} {shown}, target {aim}",
            f"{_size_title(funnel)} {size}",
            f"p {p_text}, {flagged}" if p_text else flagged,
            *(beside.lines(i) if beside else ()),
        ),
        strong=flag is not None,
    )


def _p_text(p: float) -> str:
    if not np.isfinite(p):
        return ""
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.01 else f"{p:.2f}"
