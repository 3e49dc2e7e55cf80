"""Comparisons of two units: who is better, and what their difference is made of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from varstat.estimands.comparison.result import Comparison, Comparisons
from varstat.present.canvas import Canvas
from varstat.present.caption import PARTS
from varstat.present.captions import comparison as words
from varstat.present.chart import Chart
from varstat.present.column import ALWAYS, Column
from varstat.present.content import number, plain, records, state
from varstat.present.highlight import Bools
from varstat.present.kind import Block, Kind
from varstat.present.kinds.units import ends, interval_text, peer_group, raw, unit, unit_name
from varstat.prose.rate import RateStyle, style_of
from varstat.prose.text import clean, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PARTS = PARTS | {"raw": "raw difference"}
COLUMNS: tuple[Column[Comparison], ...] = (
    unit(),
    unit_name(),
    peer_group(keep=1),
    raw("what the unit reported", keep=ALWAYS),
    Column(
        name="estimate",
        heading="estimate{t.sign} ({t.level} interval)",
        means="posterior mean of its rate at the reference case-mix",
        text=lambda t, i: interval_text(
            t, t.result.estimate[i], t.result.lower[i], t.result.upper[i]
        ),
        keep=ALWAYS,
    ),
)
FILES: tuple[Column[Comparison], ...] = (
    Column(name="unit", type="text", means="A"),
    Column(name="other", type="text", means="B"),
    Column(
        name="component",
        type="text",
        means="a part of the raw difference: `raw` is the whole, which the others add up to",
    ),
    Column(name="estimate", means="its posterior mean, A less B", reveals=frozenset({"event"})),
    *ends("the part"),
)


def _style(comparison: Comparison) -> RateStyle:
    return style_of(
        comparison.measure, raw=comparison.raw, lower=comparison.lower, upper=comparison.upper
    )


def _blocks(comparison: Comparison) -> list[Block]:
    style = _style(comparison)
    sign = f" {style.sign}" if style.sign else ""
    who = " less\n".join(shorten(clean(each), 16) for each in comparison.unit)
    spans = zip(comparison.part, comparison.part_lower, comparison.part_upper, strict=True)
    cells = [_span(style, *span) for span in spans]
    heading = f"{who}{sign}\n({100 * comparison.level:.15g}% interval)"
    texts = {"part": [_PARTS[name] for name in comparison.component]}
    return [Block(texts=texts, numbers={heading: cells})]


def _span(style: RateStyle, value: float, low: float, high: float) -> str:
    """Write a part and its interval, where it has one."""
    if not np.isfinite(value):
        return "–"
    if low == high:
        return style.text(value)
    return f"{style.text(value)} ({style.text(low)} to {style.text(high)})"


def _objects(comparisons: Comparisons) -> list[dict[str, Any]]:
    return [_object(each) for each in comparisons]


def _object(comparison: Comparison) -> dict[str, Any]:
    sides = ("unit", "unit_name", "peer_group", "raw", "estimate", "lower", "upper", "shared")
    units: list[dict[str, Any]] = [
        {name: plain(getattr(comparison, name)[at]) for name in sides} for at in (0, 1)
    ]
    for each in units:
        each |= {"level": comparison.level, "shared": each.pop("shared")}
    head = ("indicator", "measure", "direction", "by", "engine", "diagnostics")
    return state(comparison, *head) | {
        "units": units,
        "difference": {
            "estimate": number(comparison.difference),
            "lower": number(comparison.difference_lower),
            "upper": number(comparison.difference_upper),
            "level": comparison.level,
        },
        **state(comparison, "p_better", "p_better_mcse", "p_better_within"),
        "parts": plain(records(comparison.to_frame().drop(columns=list(comparison.by)))),
        **state(comparison, "summary", "notes"),
    }


def _draw(comparisons: Sequence[Comparison], _marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.comparison import draw_comparison

    (only,) = comparisons
    return draw_comparison(only, words.caption(only), canvas=canvas)


KIND: Kind[Comparison, Comparisons] = Kind(
    name="comparisons",
    noun="groups",
    title="Comparison",
    columns=COLUMNS,
    style=_style,
    named=lambda comparison: comparison,
    files=FILES,
    blocks=_blocks,
    objects=_objects,
    caption=lambda _comparison, _listed: "The two units",
    finding=lambda comparison: clean(comparison.findings),
    charts={
        "comparison": Chart(
            draw=_draw,
            alt=lambda comparisons: words.alt_text(comparisons[0]),
            title=words.title,
            several=False,
        )
    },
)
