"""Nowcasts: what counts of periods will end at, a unit's period a row."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.estimands.vintages.reconcile import STATUSES
from varstat.estimands.vintages.result import Cells, Nowcast, Nowcasts
from varstat.present.canvas import Canvas
from varstat.present.caption import group_text
from varstat.present.captions import nowcast as words
from varstat.present.chart import Chart
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import records, state
from varstat.present.highlight import Bools
from varstat.present.kind import MOST_SHOWN, Block, Kind
from varstat.present.kinds.sheets import NOWCAST
from varstat.present.kinds.units import amount, unit, unit_name
from varstat.prose.number import figure, percent
from varstat.prose.text import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from varstat.present.charts.nowcast import Panel

_MOST_PERIODS, _MOST_CHANGED, _MOST_REOPENED, _MOST_STEPS = 12, 8, 8, 8
_MOST_UNITS = 6
_OPEN = ("incomplete", "reopened")


def _share(part: float) -> str:
    """Write a part as a percentage."""
    return f"{100 * part:.1f}%" if np.isfinite(part) else "–"


def _part(cells: Cells, row: int) -> str:
    """Write the part reported with its interval."""
    low, high = (_share(each[row]) for each in (cells.lower, cells.upper))
    text = _share(cells.estimate[row])
    return text if low == high else f"{text} ({low[:-1]} to {high[:-1]})"


def _ends(cells: Cells, row: int) -> str:
    """Write what a count will end at with its interval."""
    low, end, high = (
        figure(each[row]) for each in (cells.nowcast_lower, cells.nowcast, cells.nowcast_upper)
    )
    return end if low == high else f"{end} ({low} to {high})"


def _of(write: Callable[[Cells, int], str]) -> Callable[[Table[Nowcast], int], str]:
    return lambda table, row: write(table.result.units, row)


def _number(name: str, means: str) -> Column[Nowcast]:
    return Column(name=name, type="number or missing", means=means)


_PERIOD: Column[Nowcast] = Column(
    name="period",
    heading="period",
    type="text",
    means="the period",
    text=_of(lambda cells, row: str(cells.period[row])),
    keep=ALWAYS,
    number=False,
)
_STATUS: Column[Nowcast] = Column(
    name="status",
    heading="status",
    type="text",
    means="complete, incomplete, reopened or nothing reported",
    text=_of(lambda cells, row: str(cells.status[row])),
    keep=70,
    number=False,
)
_REPORTED = amount("reported", "reported", "what the latest vintage has", keep=ALWAYS)
_ESTIMATE: Column[Nowcast] = Column(
    name="estimate",
    heading="part reported\n({t.level} interval)",
    type="number or missing",
    means="the part of the end that is reported; above 1 where counts are to fall",
    text=_of(_part),
    keep=ALWAYS,
    tip=True,
)
_NOWCAST: Column[Nowcast] = Column(
    name="nowcast",
    heading="will end at\n({t.level} interval)",
    type="number or missing",
    means="what the count will end at",
    text=_of(_ends),
    keep=80,
    tip=True,
)
COLUMNS: tuple[Column[Nowcast], ...] = (
    unit(),
    unit_name(),
    _PERIOD,
    _REPORTED,
    _ESTIMATE,
    _NOWCAST,
    _STATUS,
)
FILES: tuple[Column[Nowcast], ...] = (
    unit(),
    unit_name(),
    _PERIOD,
    Column(name="as_of", type="text", means="the last vintage that has the period"),
    Column(name="delay", means="which delay that is, from 0 for the first"),
    _REPORTED,
    _ESTIMATE,
    _number("lower", "lower end of the interval of the part reported"),
    _number("upper", "upper end of the interval of the part reported"),
    _NOWCAST,
    _number("nowcast_lower", "lower end of the interval of what the count will end at"),
    _number("nowcast_upper", "upper end of the interval of what the count will end at"),
    _STATUS,
    Column(name="level", means="level of the intervals"),
)


def _ranked(cells: Cells) -> list[int]:
    """Order cells by how much is still to come, or to go; what is complete last."""
    far = np.abs(np.nan_to_num(cells.outstanding))
    done = np.isin(cells.status, _OPEN, invert=True)
    return np.lexsort((-far, done)).tolist()  # type: ignore[no-any-return]


def _shown(nowcast: Nowcast, mark: Bools) -> list[int | None]:
    ordered = _ranked(nowcast.units)
    open_ = int(np.isin(nowcast.units.status, _OPEN).sum())
    first = ordered[: min(open_, MOST_SHOWN)]
    return [*first, *(at for at in ordered[len(first) :] if mark[at])]


def _left(nowcast: Nowcast, _mark: Bools) -> str:
    open_ = int(np.isin(nowcast.units.status, _OPEN).sum())
    if not open_:
        return "No unit's period is incomplete; all are in files (-o nowcast.csv)."
    more = open_ - MOST_SHOWN
    return f"… and {more:,} more that are incomplete: in files (-o nowcast.csv)" if more > 0 else ""


def _national(nowcast: Nowcast) -> Block:
    cells = nowcast.national
    rows = range(max(0, len(cells) - _MOST_PERIODS), len(cells))
    return Block(
        title="All units that reported",
        texts={},
        numbers={
            # Labels of periods differ at their end, and so aren't cut.
            "period": [clean(str(cells.period[at])) for at in rows],
            "units": [f"{cells.reporting[at]:,}" for at in rows],
            "reported": [figure(cells.reported[at]) for at in rows],
            "part\nreported": [_share(cells.estimate[at]) for at in rows],
            f"will end at\n({percent(nowcast.level)} interval)": [_ends(cells, at) for at in rows],
            "status": [clean(str(cells.status[at])) for at in rows],
        },
        expendable=("units", "status"),
    )


def _growth(nowcast: Nowcast) -> Block:
    steps = nowcast.steps[:_MOST_STEPS]
    return Block(
        title="How counts grow from one vintage to the next",
        texts={},
        numbers={
            # A vintage of before the end is of zero months after it, not of minus zero.
            "months\nafter end": [f"{each.months:z.0f}" for each in steps],
            f"grow by\n({percent(nowcast.level)} interval)": [
                f"{e.factor:.4f} ({e.lower:.4f} to {e.upper:.4f})" for e in steps
            ],
            "SD between\nunits": [percent(round(e.between, 4)) for e in steps],
            "part\nreported\nby then": [_share(e.completeness) for e in steps],
            "counts": [f"{e.ratios:,}" for e in steps],
        },
        expendable=("counts",),
        last=True,
    )


def _reconciled(nowcast: Nowcast) -> Block:
    found, (earlier, later) = nowcast.reconciliation, nowcast.as_of[-2:]
    moved = found.cells[found.cells["status"].isin(["up", "down", "gone"])]
    far = (moved["later"].fillna(0.0) - moved["earlier"]).abs()
    moved = moved.loc[far.sort_values(ascending=False, kind="stable").index[:_MOST_CHANGED]]
    counted = ", ".join(f"{found.counts[each]:,} {each}" for each in STATUSES)
    grew = f"×{found.factor:.4f}"
    if np.isfinite(found.lower):
        grew += f" ({found.lower:.4f} to {found.upper:.4f})"
    return Block(
        title=f"From {clean(earlier)} to {clean(later)}: {counted}, {grew}. Most changed:",
        texts={
            "unit": [clean(str(each)) for each in moved["unit"]],
            "period": [clean(str(each)) for each in moved["period"]],
        },
        numbers={
            "earlier": [figure(each) for each in moved["earlier"]],
            "later": [figure(each) for each in moved["later"]],
            "status": moved["status"].tolist(),
        },
        last=True,
    )


def _reopened(nowcast: Nowcast) -> list[Block]:
    # Those of all units first, then the latest.
    national = [each for each in nowcast.reopened if each.unit is None]
    others = [each for each in nowcast.reopened if each.unit is not None]
    some = [*national[::-1], *others[::-1]][:_MOST_REOPENED]
    if not some:
        return []
    more = len(nowcast.reopened) - len(some)
    return [
        Block(
            title="Complete, and reopened" + (f" (and {more:,} more)" if more else ""),
            texts={
                "unit": ["all" if e.unit is None else clean(e.unit) for e in some],
                "period": [clean(e.period) for e in some],
                "complete by": [clean(e.called) for e in some],
                "reopened by": [clean(e.as_of) for e in some],
            },
            numbers={
                "was": [figure(e.before) for e in some],
                "became": [figure(e.after) for e in some],
            },
            last=True,
        )
    ]


def _blocks(nowcast: Nowcast) -> list[Block]:
    return [
        *_reopened(nowcast),
        _reconciled(nowcast),
        _growth(nowcast),
        _national(nowcast),
    ]


def _panel(name: str, cells: Cells, rows: Sequence[int], *, strong: bool = False) -> "Panel":
    from varstat.present.charts.nowcast import Panel

    at = np.array(rows[-_MOST_PERIODS:], dtype=int)
    come = np.isin(cells.status[at], _OPEN)
    return Panel(
        name=name,
        strong=strong,
        period=tuple(map(str, cells.period[at])),
        reported=cells.reported[at],
        nowcast=np.where(come, cells.nowcast[at], np.nan),
        lower=np.where(come, cells.nowcast_lower[at], np.nan),
        upper=np.where(come, cells.nowcast_upper[at], np.nan),
    )


def _chosen(cells: Cells, mark: Bools) -> list[str]:
    """Choose the units of a chart: those marked, then those with most still to come."""
    marked = dict.fromkeys(cells.unit[mark])
    total: dict[str, float] = {}
    for at in np.flatnonzero(np.isin(cells.status, _OPEN)):
        total[cells.unit[at]] = total.get(cells.unit[at], 0.0) + abs(cells.outstanding[at])
    far = sorted(total, key=lambda each: -total[each])
    return list(dict.fromkeys([*marked, *far]))[: max(_MOST_UNITS, len(marked))]


def _draw(nowcasts: Sequence[Nowcast], marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.nowcast import draw_nowcast

    wide = [
        _panel(
            f"All units, {group_text(each)}" if each.by else "All units",
            each.national,
            range(len(each.national)),
            strong=True,
        )
        for each in nowcasts
    ]
    small: list[Panel] = []
    if len(nowcasts) == 1:
        cells, marked = nowcasts[0].units, set(nowcasts[0].units.unit[marks[0]])
        for code in _chosen(cells, marks[0]):
            rows = np.flatnonzero(cells.unit == code).tolist()
            small.append(_panel(str(code), cells, rows, strong=code in marked))
    return draw_nowcast(
        wide,
        small,
        words.caption(nowcasts, units=sum(not each.strong for each in small)),
        canvas=canvas,
    )


def _sheets(nowcasts: Nowcasts) -> dict[str, pd.DataFrame]:
    tables: dict[str, Callable[[Nowcast], pd.DataFrame]] = {
        "completeness": Nowcast.to_frame,
        "national": Nowcast.national_frame,
        "growth": Nowcast.growth_frame,
        "reopened": Nowcast.reopened_frame,
        "reconciliation": Nowcast.reconciliation_frame,
    }
    return {
        name: pd.concat([table(each) for each in nowcasts], ignore_index=True)
        for name, table in tables.items()
    }


def _objects(nowcasts: Nowcasts) -> list[dict[str, Any]]:
    return [_object(each) for each in nowcasts]


def _object(nowcast: Nowcast) -> dict[str, Any]:
    found, held = nowcast.reconciliation, nowcast.held

    def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
        # What all rows have in common stands above them.
        return records(frame.drop(columns=["level", *nowcast.by], errors="ignore"))

    return state(nowcast, "indicator", "by", "count", "as_of", "tail", "settled", "level") | {
        "completeness": rows(nowcast.to_frame()),
        "national": rows(nowcast.national_frame()),
        "growth": rows(nowcast.growth_frame()),
        "reopened": rows(nowcast.reopened_frame()),
        "reconciliation": {"earlier": nowcast.as_of[-2], "later": nowcast.as_of[-1]}
        | found.counts
        | state(found, "factor", "lower", "upper"),
        "held": None if held is None else state(held, "found", "expected", "lower", "upper", "odd"),
        "jumps": nowcast.jumps,
        **state(nowcast, "summary", "notes"),
    }


KIND: Kind[Nowcast, Nowcasts] = Kind(
    name="nowcasts",
    noun="counts",
    title="Completeness",
    columns=COLUMNS,
    files=FILES,
    sheets=_sheets,
    meanings=NOWCAST,
    apart=("national", "growth", "reopened", "reconciliation"),
    objects=_objects,
    shown=_shown,
    left=_left,
    blocks=_blocks,
    beside=_blocks,
    caption=lambda _nowcast, listed: f"Periods of units: {listed:,}",
    charts={"nowcast": Chart(draw=_draw, alt=words.alt_text, title=words.title)},
)
