"""Funnels: who differs from the target by more than chance."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.funnel.result import Funnel, Funnels
from varstat.present.canvas import Canvas
from varstat.present.caption import MAX_PANELS, heading
from varstat.present.captions import funnel as words
from varstat.present.chart import Chart, Order, Places
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import number, plain, records, state
from varstat.present.highlight import Bools
from varstat.present.kind import MOST_ROWS, MOST_SHOWN, Kind
from varstat.present.kinds.sheets import FUNNEL
from varstat.present.kinds.units import cell, event, peer_group, size, unit, unit_name, units_count
from varstat.prose.number import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FEW = 5


def _event(table: Table[Any], i: int) -> str:
    units = table.result.units
    if np.isnan(units.event[i]):
        return f"{_amount(units.event_lower[i])} to {_amount(units.event_upper[i])}"
    return _amount(units.event[i])


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value % 1 == 0 or value >= 1000 else f"{value:,.4g}"


def _rate(table: Table[Any], value: float) -> str:
    if np.isnan(value):
        return ""
    measure = table.measure
    return f"{100 * value:.1f}%" if measure.percent else f"{measure.factor * value:.4g}"


def _probability(value: float) -> str:
    if np.isnan(value):
        return ""
    return "<0.0001" if value < 1e-4 else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _flag(table: Table[Any], i: int) -> str:
    flag, level = table.result.units.flag[i], table.result.units.flag_level[i]
    if flag is None:
        return ""
    return f"{'▲' if flag == 'high' else '▼'} {flag} {percent(level)}"


def _significant(value: float) -> str:
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _tail(name: str, means: str, *, keep: int, tip: bool = False) -> Column[Any]:
    return Column(
        name=f"{name}_value",
        heading=name,
        type="number or missing",
        means=means,
        text=lambda t, i: _probability(getattr(t.result.units, f"{name}_value")[i]),
        keep=keep,
        tip=tip,
        reveals=frozenset({"event"}),
    )


_RANGE = "range in which the event lies; only where some count is suppressed or rounded"
COLUMNS: tuple[Column[Any], ...] = (
    unit(),
    unit_name(),
    peer_group(),
    Column(name="period", type="text or missing", means="its period, where the table has one"),
    event(
        "the event; missing where the publisher withheld it",
        heading="{t.measure.event}",
        text=_event,
        keep=ALWAYS,
    ),
    Column(name="event_lower", means=f"lower end of the {_RANGE}"),
    Column(name="event_upper", means=f"upper end of the {_RANGE}"),
    size(
        "the size",
        heading="{t.measure.size}",
        text=lambda t, i: _amount(t.result.units.size[i]),
        keep=3,
        tip=True,
    ),
    Column(
        name="expected_se",
        means="standard error of the expected events; only where it was given",
    ),
    Column(
        name="sampled_from",
        means="of how many cases the denominator is a sample; only where it was given",
    ),
    Column(
        name="{t.measure.rate}",
        heading="{t.measure.rate}{t.per}",
        type="number or missing",
        means="event divided by size; for a mean the value is its own rate",
        text=lambda t, i: _rate(t, t.result.units.rate[i]),
        keep=ALWAYS,
        tip=True,
        reveals=frozenset({"event"}),
    ),
    Column(
        name="target",
        heading="target{t.per}",
        means="what the unit is compared with, in units of the rate",
        text=lambda t, i: _rate(t, t.result.units.target[i]),
        tip=True,
    ),
    Column(
        name="z",
        type="number or missing",
        means="distance from the target in standard errors of chance alone, an error of expected "
        "events included; on the recipe's scale with `--method`",
        reveals=frozenset({"event"}),
    ),
    _tail(
        "p",
        "two-sided mid-p, over-dispersion allowed for where the limits allow for it",
        keep=2,
        tip=True,
    ),
    _tail("q", "its Benjamini–Hochberg adjustment within the funnel", keep=1),
    Column(
        name="flag",
        heading="flag",
        type="`high`, `low` or missing",
        means="the side on which the unit is flagged",
        text=_flag,
        keep=ALWAYS,
        number=False,
        tip=True,
    ),
    Column(
        name="flag_level",
        type="number or missing",
        means="the strictest level at which it is flagged",
    ),
    Column(
        name="reliability",
        type="number from 0 to 1, or missing",
        means="share of the variance of the unit's rate that is not chance",
    ),
    Column(
        name="detectable_ratio",
        type="number or missing",
        means="smallest reported ratio to the target that would be flagged high at the least "
        "strict level",
    ),
)


def _funnel(table: Table[Any]) -> Funnel:
    """The funnel itself, whether or not verdicts stand beside it."""
    found: Funnel = getattr(table.result, "funnel", table.result)
    return found


def _to_expect(table: Table[Any], _: int) -> str:
    funnel = _funnel(table)
    return f"{funnel.expected_false_flags[funnel.levels[-1]]:.1f}"


GROUPS: tuple[Column[Any], ...] = (
    units_count(),
    cell("target", "target", "the target", lambda t, _: _rate(t, _funnel(t).target), keep=3),
    cell(
        "phi",
        "phi",
        "how many times the variance of the units is what chance would give",
        lambda t, _: _significant(_funnel(t).phi),
        keep=1,
    ),
    cell("tau", "tau", "between-unit SD", lambda t, _: _significant(_funnel(t).tau), keep=2),
    cell(
        "flagged",
        "outside {t.strictest}",
        "units flagged at the strictest level",
        lambda t, _: f"{_funnel(t).flagged(_funnel(t).levels[-1]):,}",
    ),
    cell(
        "expected_false_flags",
        "to expect",
        "how many would be flagged if all were at the target",
        _to_expect,
    ),
)


def shown(funnel: Any, mark: Bools) -> list[int | None]:
    """Choose the marked and the flagged, those furthest out first; of none flagged, the five."""
    units = funnel.units
    # A p-value beyond the reach of double precision ties; z tells further out.
    order = np.lexsort((-np.abs(np.nan_to_num(units.z)), units.p_value))
    flagged = order[~np.isnan(units.flag_level[order])]
    chosen = flagged[:MOST_SHOWN] if flagged.size else order[:_FEW]
    marked = np.flatnonzero(mark)
    return [*marked[~np.isin(marked, chosen)].tolist(), *chosen.tolist()]


def left(funnel: Any, _mark: Bools) -> str:
    """Say how many flagged units a terminal leaves out, or that none is flagged."""
    flagged = int(np.sum(~np.isnan(funnel.units.flag_level)))
    if flagged == 0:
        return "No unit is flagged; these have the smallest p."
    return f"… and {flagged - MOST_SHOWN} more flagged units" if flagged > MOST_SHOWN else ""


def strong(funnel: Any, _mark: Bools) -> Bools:
    """Mark the flagged units."""
    flag = funnel.units.flag
    return np.asarray((flag == "high") | (flag == "low"))


def foremost(funnel: Any, _mark: Bools) -> Bools:
    """Mark the units flagged at the strictest level."""
    strictest = max(getattr(funnel, "funnel", funnel).levels)
    return np.asarray(funnel.units.flag_level >= strictest)


def listed(funnel: Any, mark: Bools) -> Order:
    """Choose the units of a page's table: all, or the flagged ones, the strictest first."""
    units = funnel.units
    index = np.arange(len(mark))
    if len(index) > MOST_ROWS:
        index = np.flatnonzero(strong(funnel, mark) | mark)
    level = np.nan_to_num(units.flag_level[index], nan=0.0)
    p_value = np.nan_to_num(units.p_value[index], nan=1.0)
    distance = np.nan_to_num(np.abs(units.z[index]), nan=0.0)
    return np.asarray(index[np.lexsort((index, -distance, p_value, -level))][:MOST_ROWS])


def table_caption(funnel: Any, rows: int) -> str:
    """Title a page's table of so many rows."""
    count = funnel.units.unit.size
    if rows == count:
        return f"All {count:,} units, the furthest from the target first"
    return f"{rows:,} flagged or highlighted units of {count:,}, the strictest flags first"


def _sheets(funnels: Funnels) -> dict[str, pd.DataFrame]:
    return {
        "units": funnels.to_frame(),
        "funnels": pd.DataFrame([row(funnel) for funnel in funnels]),
    }


def row(funnel: Funnel) -> dict[str, object]:
    """Tabulate a funnel in one row, with how many are flagged at each level."""
    found: dict[str, object] = dict(funnel.by) | {"units": int(funnel.units.unit.size)}
    for name in ("target", "phi", "tau", "tau_lower", "tau_upper"):
        found[name] = getattr(funnel, name)
    found["homogeneity_p"] = funnel.homogeneity.p_value
    for level in funnel.levels:
        found[f"flagged_{level!r}"] = funnel.flagged(level)
        found[f"expected_false_flags_{level!r}"] = funnel.expected_false_flags[level]
    return found


def object_of(funnel: Funnel) -> dict[str, Any]:
    """State a funnel as JSON does: `units`, `limits` at each unit and on the drawn grid."""
    drawn = funnel.drawn_limits(funnel.drawn_sizes())
    limits = pd.concat([funnel.limits(), drawn], ignore_index=True)
    head = (
        *("indicator", "measure", "direction", "method", "by", "target", "target_rule"),
        *("dispersion", "robust", "phi", "tau", "tau_lower", "tau_upper", "tau_scale", "levels"),
        *("sides", "limits_method"),
    )
    expected = funnel.expected_false_flags.items()
    return state(funnel, *head) | {
        "expected_false_flags": {repr(level): number(value) for level, value in expected},
        "homogeneity": plain(asdict(funnel.homogeneity)),
        **state(funnel, "summary", "warnings"),
        "units": records(funnel.to_frame()),
        "limits": records(limits),
    }


def draw(funnels: Sequence[Funnel], marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    """Draw a funnel, or small multiples."""
    from varstat.present.charts.funnel import draw_funnel, draw_funnels

    if len(funnels) == 1:
        return draw_funnel(funnels[0], words.caption(funnels[0]), marks[0], canvas=canvas)
    captions = [words.caption(funnel) for funnel in funnels[:MAX_PANELS]]
    return draw_funnels(funnels, captions, words.caption_of_many(funnels), marks, canvas=canvas)


def places(funnel: Funnel, mark: Bools) -> Places:
    """Where units stand; of very many the flagged ones alone can be pointed at."""
    from varstat.present.charts.frame import view_of
    from varstat.present.charts.funnel_marks import centre
    from varstat.present.page.page import MOST_TIPS

    units, tipped = funnel.units, np.arange(len(mark))
    if len(mark) > MOST_TIPS:
        tipped = np.flatnonzero(strong(funnel, mark) | mark)[:MOST_TIPS]
    # Standard errors fall from left to right.
    sign = -1.0 if funnel.measure.size_is_error else 1.0
    order = tipped[np.argsort(sign * units.size[tipped], kind="stable")]
    return Places(at=np.column_stack([units.size, centre(funnel, view_of([funnel]))]), order=order)


KIND: Kind[Funnel, Funnels] = Kind(
    name="funnels",
    noun="funnels",
    title="Funnel plot",
    columns=COLUMNS,
    groups=GROUPS,
    notes=lambda funnel: funnel.warnings,
    sheets=_sheets,
    meanings=FUNNEL,
    objects=lambda funnels: [object_of(funnel) for funnel in funnels],
    shown=shown,
    left=left,
    listed=listed,
    caption=table_caption,
    strong=strong,
    foremost=foremost,
    finding=words.finding,
    charts={
        "funnel": Chart(draw=draw, alt=words.alt_text, title=heading, places=places, rows=False)
    },
)
