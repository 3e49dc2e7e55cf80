"""Changes between two periods: why the total moved, and which units truly changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.estimands.change.result import Change, Changes
from varstat.estimands.change.rounded import round_bridge
from varstat.estimands.change.words import EXPLAINED, name_effects
from varstat.present.canvas import Canvas
from varstat.present.captions import change as words
from varstat.present.chart import Chart
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import below, plain, records, state
from varstat.present.highlight import Bools
from varstat.present.kind import Block, Kind
from varstat.present.kinds.priced import money_blocks, money_object, money_sheet, state_named
from varstat.present.kinds.reporting import (
    reporting_blocks,
    reporting_object,
    reporting_sheet,
)
from varstat.present.kinds.sheets import CHANGE
from varstat.present.kinds.units import peer_group, probability, rate_text, unit, unit_name
from varstat.prose.number import percent
from varstat.prose.rate import RateStyle, style_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Units of a terminal: the most improved, and as many of the most worsened.
_EACH_END = 8
_EVENT = frozenset({"event"})
_PROBABILITY = "number from 0 to 1, or missing"


def _moved(table: Table[Change], value: float) -> str:
    """Write a change of a rate with its sign."""
    if not np.isfinite(value):
        return "–"
    text = rate_text(table, abs(value))
    return text if not any(c in "123456789" for c in text) else f"{'+' if value > 0 else '−'}{text}"


def _lasting(table: Table[Change], i: int) -> str:
    units = table.result.units
    if not np.isfinite(units.lasting[i]):
        return "–"
    ends = f"{_moved(table, units.lasting_lower[i])} to {_moved(table, units.lasting_upper[i])}"
    return f"{_moved(table, units.lasting[i])} ({ends})"


def _move(table: Table[Change], i: int) -> str:
    units = table.result.units
    low, high = units.rank_move_lower[i], units.rank_move_upper[i]
    return f"{_places(float(low))} to {_places(float(high))}"


def _places(moved: float) -> str:
    return f"{round(moved):+d}".replace("-", "−") if round(moved) else "0"


def _break(table: Table[Change], i: int) -> str:
    at = table.result.units.break_at[i]
    return "" if at is None else str(at)


def _tells(change: Change) -> bool:
    """Whether anything is known of what lasts."""
    return change.lasting


def _verdict(table: Table[Change], i: int) -> str:
    return str(table.result.units.verdict[i] or "")


def _number(name: str, means: str, *, type: str = "number") -> Column[Change]:  # noqa: A002
    return Column(name=name, means=means, type=type)


def _ended(name: str, of: str) -> tuple[Column[Change], ...]:
    kind = "number or missing"
    return (
        _number(f"{name}_lower", f"lower end of the interval of {of}", type=kind),
        _number(f"{name}_upper", f"upper end of the interval of {of}", type=kind),
    )


COLUMNS: tuple[Column[Change], ...] = (
    unit(),
    unit_name(),
    peer_group(),
    _number("size_from", "volume in the first period"),
    _number("size_to", "volume in the second"),
    Column(
        name="raw_from",
        heading="raw{t.sign}\nthen",
        means="reported rate in the first period",
        text=lambda t, i: rate_text(t, t.result.units.raw_from[i]),
        keep=5,
        reveals=_EVENT,
    ),
    Column(
        name="raw_to",
        heading="raw{t.sign}\nnow",
        means="reported rate in the second",
        text=lambda t, i: rate_text(t, t.result.units.raw_to[i]),
        keep=5,
        reveals=_EVENT,
    ),
    Column(
        name="raw_change",
        heading="raw\nchange",
        means="change of the reported rate: `lasting`, `passing` and `chance` add up to it",
        text=lambda t, i: _moved(t, t.result.units.raw_change[i]),
        keep=9,
        tip=True,
        reveals=_EVENT,
    ),
    Column(
        name="lasting",
        heading="of it lasting\n({t.level} interval)",
        type="number or missing",
        means="change of the rate that lasts, the nation's included; missing where that can't be "
        "told from what passes",
        text=_lasting,
        keep=ALWAYS,
        tip=True,
        where=_tells,
    ),
    *_ended("lasting", "the lasting change"),
    Column(
        name="passing",
        heading="pass-\ning",
        means="what passes of the change; where `lasting` is missing, both together",
        text=lambda t, i: _moved(t, t.result.units.passing[i]),
        keep=3,
        reveals=_EVENT,
    ),
    Column(
        name="chance",
        heading="chance",
        means="what was luck",
        text=lambda t, i: _moved(t, t.result.units.chance[i]),
        keep=4,
        reveals=_EVENT,
    ),
    _number("own", "lasting change without the nation's", type="number or missing"),
    *_ended("own", "that"),
    probability(
        "p_improved",
        "P im-\nproved",
        "that the unit's own lasting change is better by more than the least that matters "
        "(`--minimal`)",
        keep=ALWAYS,
        where=_tells,
    ),
    _number("p_worsened", "probability that it is worse by more", type=_PROBABILITY),
    _number(
        "p_improved_absolute",
        "probability that its lasting change, the nation's included, is better by more",
        type=_PROBABILITY,
    ),
    probability(
        "p_changed_in_period",
        "P better\nin period",
        "that its rate in the second period is better by more, whether or not that lasts",
        keep=8,
    ),
    _number("rank_from", "mean rank in the first period, 1 is best, of the units with both"),
    _number("rank_to", "mean rank in the second"),
    _number("rank_move", "places lost, or gained if less than 0"),
    Column(
        name="rank_move_lower",
        heading="places\nmoved",
        means="lower end of the interval of the places",
        text=_move,
        keep=7,
    ),
    _number("rank_move_upper", "upper end of it"),
    _number("p_break", "probability that its level broke once", type=_PROBABILITY),
    Column(
        name="break_at",
        heading="break",
        type="text or missing",
        means="likeliest first period after a break, where one is more probable than not",
        text=_break,
        keep=6,
        number=False,
        where=_tells,
    ),
    _number("break_first", "first of the periods that hold the break with 90% probability",
            type="text or missing"),
    _number("break_last", "last of them", type="text or missing"),
    _number("level_before", "rate just before the break", type="number or missing"),
    *_ended("level_before", "that"),
    _number("level_after", "rate just after it", type="number or missing"),
    *_ended("level_after", "that"),
    _number("change_share", "the break as a share of the rate before", type="number or missing"),
    *_ended("change_share", "that"),
    _number(
        "break_is",
        "`structure` where an organisation changed within one period of the break",
        type="text or missing",
    ),
    _number(
        "alert",
        "period in which the cumulative sum of what wasn't expected first passed 5 SDs",
        type="text or missing",
    ),
    _number("alert_direction", "`better` or `worse`", type="text or missing"),
    Column(
        name="verdict",
        heading="beside the\nnation",
        type="text or missing",
        means="`improved` or `worsened`, on a list with few false names (`--fdr`); `structure` "
        "where the change is one of organisations, `reporting` where what was reported in one of "
        "the periods was a selection (`--events`)",
        text=_verdict,
        keep=ALWAYS,
        number=False,
        where=_tells,
    ),
    _number("level", "level of the intervals"),
)  # fmt: skip


def _style(change: Change) -> RateStyle:
    units = change.units
    return style_of(change.measure, raw=units.raw_to, lower=units.raw_from, upper=units.raw_to)


def _shown(change: Change, mark: Bools) -> list[int | None]:
    count = len(mark)
    if count <= 2 * _EACH_END:
        return list(range(count))
    first, last = np.arange(_EACH_END), np.arange(count - _EACH_END, count)
    marked = np.setdiff1d(np.flatnonzero(mark), np.r_[first, last])
    return [*first.tolist(), None, *marked.tolist(), *([None] * bool(len(marked))), *last.tolist()]


def _left(change: Change, mark: Bools) -> str:
    left = len(mark) - sum(each is not None for each in _shown(change, mark))
    return f"… and {left:,} more between, with --format csv" if left > 0 else ""


def labels_of(change: Change) -> dict[str, str]:
    """Name the parts of a bridge, the totals by their periods."""
    return name_effects(change) | {"from": f"total {change.before}", "to": f"total {change.after}"}


def _blocks(change: Change) -> list[Block]:
    """The bridge, what else is asked of a total, and the nation in every period."""
    bridge, labels = change.bridge, labels_of(change)
    rounded = round_bridge(bridge)
    interval = f"({percent(change.level)} interval)"
    cells = [rounded.span(name, whole=name in ("from", "to")) for name in bridge.effect]
    means = [EXPLAINED.get(name, "") for name in bridge.effect]
    named = {
        "all of the change": "change",
        "rates and target together": "performance",
        "had activity stayed": "activity_adjusted",
        "had the target stayed": "fixed_target",
    }
    if "complete_change" in bridge.named:
        named["had all been reported"] = "complete_change"
    return [
        Block(
            title="Why the total moved: the parts add up",
            texts={"part": [labels[name] for name in bridge.effect], "what it is": means},
            numbers={f"events short of\nthe target {interval}": cells},
            expendable=("what it is",),
        ),
        Block(
            title="The change as a whole, and what it would have been",
            texts={"change": list(named)},
            numbers={f"events {interval}": [rounded.span(name) for name in named.values()]},
        ),
        *money_blocks(change, labels),
        *reporting_blocks(change, rounded),
    ]


def _sheets(changes: Changes) -> dict[str, pd.DataFrame]:
    told = [each for each in changes if each.reporting is not None]
    priced = [each for each in changes if each.money is not None]
    return {
        "units": changes.to_frame(),
        "effects": pd.concat([each.effects_frame() for each in changes], ignore_index=True),
        "series": pd.concat(
            [below(each.by, each.series.to_frame()) for each in changes], ignore_index=True
        ),
        **({"money": money_sheet(priced)} if priced else {}),
        **({"completeness": reporting_sheet(told)} if told else {}),
    }


def _object(change: Change) -> dict[str, Any]:
    groups, bridge = len(change.by), change.bridge
    return (
        state(change, "indicator", "measure", "direction", "by", "diagnostics")
        | {"from": change.before, "to": change.after}
        | state(change, "frame", "target_rule", "lasting", "minimal", "fdr", "level")
        | {
            "effects": records(change.effects_frame().iloc[:, groups:]),
            "named": state_named(bridge),
            "money": money_object(change),
            "published": {"from": change.published[0], "to": change.published[1]},
            "count": plain(bridge.units),
            "completeness": reporting_object(change),
            "units": records(change.to_frame().iloc[:, groups:]),
            "series": records(change.series.to_frame()),
        }
        | state(change, "summary", "notes")
    )


def _draw_bridge(changes: Sequence[Change], _marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.change import draw_bridge

    (only,) = changes
    return draw_bridge(only, words.bridge_caption(only), labels_of(only), canvas=canvas)


def _draw_series(changes: Sequence[Change], _marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.change import draw_series

    (only,) = changes
    return draw_series(only, words.series_caption(only), canvas=canvas)


def _draw_movers(changes: Sequence[Change], marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.change import draw_movers

    (only,), (mark,) = changes, marks
    return draw_movers(only, words.movers_caption(only), mark, canvas=canvas)


KIND: Kind[Change, Changes] = Kind(
    name="changes",
    noun="groups",
    title="Change",
    columns=COLUMNS,
    style=_style,
    sheets=_sheets,
    meanings=CHANGE,
    objects=lambda changes: [_object(each) for each in changes],
    shown=_shown,
    left=_left,
    blocks=_blocks,
    beside=_blocks,
    caption=lambda change, listed: (
        f"{listed:,} of {len(change.units.unit):,} units, the most improved first"
    ),
    finding=words.finding,
    charts={
        "bridge": Chart(
            draw=_draw_bridge,
            alt=lambda groups: words.alt_text(groups[0], "Why the opportunity moved"),
            title=lambda each: words.titled("Why the opportunity moved", each),
            several=False,
        ),
        "series": Chart(
            draw=_draw_series,
            alt=lambda groups: words.alt_text(groups[0], "The nation in every period"),
            title=lambda each: words.titled("The nation in every period", each),
            several=False,
        ),
        "movers": Chart(
            draw=_draw_movers,
            alt=lambda groups: words.alt_text(groups[0], "Who moved in rank"),
            title=lambda each: words.titled("Who moved in rank", each),
            several=False,
        ),
    },
)
