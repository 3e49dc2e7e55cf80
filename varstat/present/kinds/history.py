"""Histories: what happened to the volumes that units reported, an event a row."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.errors import ModelError
from varstat.estimands.completeness.classify import LOSSES
from varstat.estimands.completeness.result import Event, Histories, History, Suspect
from varstat.present.canvas import Canvas
from varstat.present.captions import history as words
from varstat.present.chart import Chart
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import plain, state
from varstat.present.highlight import Bools
from varstat.present.kind import MOST_SHOWN, Block, Kind
from varstat.present.kinds.sheets import HISTORY
from varstat.present.kinds.units import unit, unit_name
from varstat.prose.number import figure, probability_text
from varstat.prose.text import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SURE = ("not submitted", "not submitted or closed")
_MOST_SUCCESSORS, _MOST_STRIPS = 12, 40
# Letters of a line of a heading, and lines.
_LINE, _LINES = 11, 4


def _event(table: Table[History], row: int) -> Event:
    return table.result.events[row]


def _text(field: str) -> Any:
    return lambda t, i: clean(str(getattr(_event(t, i), field)))


def _factor(table: Table[History], row: int) -> str:
    event = _event(table, row)
    if not np.isfinite(event.factor):
        return "–"
    return f"{event.factor:.2f} ({event.lower:.2f} to {event.upper:.2f})"


def _by_column(table: Table[History], row: int) -> str:
    told = _event(table, row).columns.items()
    return ", ".join(f"{clean(name).replace('_', ' ')} {_short(value)}" for name, value in told)


def _short(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"


def _number(name: str, means: str) -> Column[History]:
    return Column(name=name, type="number or missing", means=means)


COLUMNS: tuple[Column[History], ...] = (
    unit(),
    unit_name(),
    Column(
        name="class",
        heading="most like",
        type="text",
        means="what the event most resembles",
        text=_text("class_"),
        keep=ALWAYS,
        number=False,
        wraps=True,
    ),
    Column(
        name="from",
        heading="from",
        type="text",
        means="its first period",
        text=_text("start"),
        keep=ALWAYS,
        number=False,
    ),
    Column(
        name="to",
        heading="to",
        type="text",
        means="its last period",
        text=_text("end"),
        keep=ALWAYS,
        number=False,
    ),
    Column(
        name="factor",
        heading="factor\n({t.level} interval)",
        type="number or missing",
        means="by which the volume changed; missing of what is certain",
        text=_factor,
        keep=ALWAYS,
    ),
    Column(
        name="columns",
        heading="factors of\nthe others",
        type="text",
        means="the factor of each further column",
        text=_by_column,
        keep=80,
        number=False,
    ),
    Column(
        name="partner",
        heading="with",
        type="text",
        means="codes that it has to do with",
        text=lambda t, i: clean(" ".join(_event(t, i).partner)),
        keep=85,
        number=False,
    ),
)
FILES: tuple[Column[History], ...] = (
    unit(),
    unit_name(),
    *COLUMNS[3:5],
    COLUMNS[2],
    Column(
        name="kind",
        type="text",
        means="how it was found: gap, start, end, dip, spike, shift, edge or stated",
    ),
    COLUMNS[7],
    COLUMNS[5],
    _number("lower", "lower end of the interval of the factor"),
    _number("upper", "upper end of the interval of the factor"),
    _number("log_bayes_factor", "evidence for the event; missing of what is certain or stated"),
    _number(
        "share", "of a succession, the part of the old code's volume; else of what a file says"
    ),
    _number("missing", "of a gap, the volume that wasn't reported"),
    _number("missing_lower", "lower end of its interval"),
    _number("missing_upper", "upper end of its interval"),
    Column(name="level", means="level of the intervals"),
)


def _shown(history: History, mark: Bools) -> list[int | None]:
    ordered = _ranked(history)
    return [*ordered[:MOST_SHOWN], *(at for at in ordered[MOST_SHOWN:] if mark[at])]


def _ranked(history: History) -> list[int]:
    """What is certain first, then losses, then the rest by its evidence."""

    def rank(at: int) -> tuple[int, float]:
        event = history.events[at]
        sure = 0 if event.class_ in _SURE else 1 if event.class_ in LOSSES else 2
        return sure, -np.nan_to_num(event.log_bayes_factor)

    return sorted(range(len(history.events)), key=rank)


def _part(suspect: Suspect) -> str:
    """Write the part reported: where an interval is all of it, its mean may lie below it."""
    low, high = suspect.lower, suspect.upper
    text = f"{min(max(suspect.estimate, low), high):.2f}"
    ends = f"{low:.2f}", f"{high:.2f}"
    return text if ends[0] == ends[1] else f"{text} ({ends[0]} to {ends[1]})"


def _heading(name: str) -> str:
    """Break the name of a column into short lines."""
    words = clean(name).replace("_", " ")
    lines = textwrap.wrap(words, _LINE, max_lines=_LINES, placeholder="…")
    return "\n".join(lines)


def _factors(history: History) -> list[Block]:
    """The factors by column behind what is classed as a loss."""
    losses = [each for each in history.events if each.class_ in LOSSES][:MOST_SHOWN]
    if not losses or len(history.column) < 2:
        return []
    return [
        Block(
            title="Factors by column of losses",
            texts={
                "unit": [clean(e.unit) for e in losses],
                "from": [clean(e.start) for e in losses],
            },
            numbers={
                _heading(name): [_short(e.columns[name]) for e in losses]
                for name in history.column[1:]
            },
        )
    ]


def _blocks(history: History) -> list[Block]:
    blocks = _factors(history)
    if history.suspects:
        some = history.suspects[:MOST_SHOWN]
        blocks.append(
            Block(
                title="Completeness of losses",
                texts={
                    "unit": [clean(e.unit) for e in some],
                    "period": [clean(e.period) for e in some],
                },
                numbers={
                    "reported": [figure(e.reported) for e in some],
                    "expected": [figure(e.expected) for e in some],
                    "part\nreported": [_part(e) for e in some],
                    "P\nincomplete": [probability_text(e.p_incomplete) for e in some],
                },
                expendable=("expected",),
            )
        )
    if history.successors:
        listed = history.successors[:_MOST_SUCCESSORS]
        blocks.append(
            Block(
                title="Successors to be confirmed",
                texts={
                    "old": [clean(e.old) for e in listed],
                    "new": [clean(e.new) for e in listed],
                    "from": [clean(e.since) for e in listed],
                },
                numbers={
                    "share": [f"{e.share:.2f}" for e in listed],
                    "cosine": [f"{e.cosine:.3f}" for e in listed],
                    "z": [f"{e.z:.0f}" if np.isfinite(e.z) else "new" for e in listed],
                },
            )
        )
    return blocks


def _draw(histories: Sequence[History], marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.strips import Drawn, draw_strips

    (history,), (mark,) = histories, marks
    marked = dict.fromkeys(history.events[at].unit for at in np.flatnonzero(mark))
    order = dict.fromkeys(history.events[at].unit for at in _ranked(history))
    units = list(dict.fromkeys([*marked, *order]))[: max(_MOST_STRIPS, len(marked))]
    place = {unit: at for at, unit in enumerate(history.strips.unit)}
    row = {unit: at for at, unit in enumerate(units)}
    when = {label: at for at, label in enumerate(history.period)}
    name = {event.unit: event.unit_name for event in history.events}
    drawn = Drawn(
        unit=tuple(map(clean, units)),
        unit_name=tuple(name[unit] for unit in units),
        factor=history.strips.factor[[place[unit] for unit in units]],
        period=history.period,
        boxes=[
            (row[e.unit], when[e.start], when[e.end])
            for e in history.events
            if e.unit in row and e.kind not in ("shift", "start", "end")
        ]
        + [
            (row[e.unit], when[e.start], when[e.start])
            for e in history.events
            if e.unit in row and e.kind == "shift"
        ],
        marked=range(len(marked)),
    )
    around = words.caption(history, drawn=len(units), units=len(order))
    return draw_strips(drawn, around, canvas=canvas)


def _check(histories: Sequence[History], _marked: bool) -> None:
    if not histories[0].events:
        raise ModelError("chart", "there is no event to draw. The table says what was examined.")


def _sheets(histories: Histories) -> dict[str, pd.DataFrame]:
    (only,) = histories
    return {
        "history": only.to_frame(),
        "completeness": only.completeness_frame(),
        "map": only.map_frame(),
        "events": only.events_frame(),
    }


def _objects(histories: Histories) -> list[dict[str, Any]]:
    return [_object(each) for each in histories]


def _object(history: History) -> dict[str, Any]:
    units: dict[str, dict[str, Any]] = {}
    for each in history.events:
        found = units.setdefault(
            each.unit, {"unit": each.unit, "unit_name": plain(each.unit_name), "events": []}
        )
        found["events"].append(
            {"class": each.class_, "from": each.start, "to": each.end}
            | state(each, "kind", "factor", "lower", "upper", "log_bayes_factor", "columns")
            | state(each, "partner", "share", "missing", "missing_lower", "missing_upper")
        )
    suspects = ("unit", "period", "reported", "expected", "estimate", "lower", "upper")
    return state(history, "indicator", "by", "level", "examined", "unit_periods") | {
        "counts": list(history.column),
        "prior": state(history.prior, "incomplete", "centre", "spread"),
        "units": list(units.values()),
        "completeness": [state(each, *suspects, "p_incomplete") for each in history.suspects],
        "successors": [
            {"old": each.old, "new": each.new, "from": each.since}
            | state(each, "share", "cosine", "z")
            for each in history.successors
        ],
        **state(history, "summary", "notes"),
    }


KIND: Kind[History, Histories] = Kind(
    name="histories",
    noun="tables",
    title="Completeness",
    columns=COLUMNS,
    files=FILES,
    sheets=_sheets,
    meanings=HISTORY,
    apart=("completeness", "map", "events"),
    objects=_objects,
    shown=_shown,
    left=lambda history, mark: (
        f"… and {left:,} more: in files (-o history.csv)"
        if (left := int(len(mark) - MOST_SHOWN)) > 0
        else ""
    ),
    blocks=_blocks,
    listed=lambda history, _mark: np.array(_ranked(history), dtype=np.intp),
    caption=lambda _history, listed: (
        f"{listed:,} events: what is certain, then losses, then the rest by its evidence"
    ),
    charts={
        "strips": Chart(
            draw=_draw,
            alt=words.alt_text,
            title=words.title,
            check=_check,
            shows=lambda history: bool(history.events),
            several=False,
        )
    },
)
