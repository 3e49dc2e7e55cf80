"""Funnels with verdicts: each unit's posterior beside its flag."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from varstat.estimands.verdict.beside import JudgedFunnel, JudgedFunnels
from varstat.estimands.verdict.result import VERDICTS
from varstat.present.canvas import Canvas
from varstat.present.caption import heading
from varstat.present.captions import funnel as words
from varstat.present.chart import Chart
from varstat.present.column import ALWAYS, Column
from varstat.present.content import records, state
from varstat.present.highlight import Bools
from varstat.present.kind import Kind
from varstat.present.kinds import funnel
from varstat.present.kinds.sheets import FUNNEL
from varstat.present.kinds.units import cell, checks, ends, interval_text
from varstat.prose.number import probability_text
from varstat.prose.rate import RateStyle, style_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Beside a verdict, sizes and events give way before names.
_KEEPS = {"{t.measure.size}": 3, "{t.measure.event}": 4}
JUDGED: tuple[Column[JudgedFunnel], ...] = (
    Column(
        name="estimate",
        heading="estimate{t.sign}\n({t.level}\ninterval)",
        means="posterior mean of the unit's rate",
        text=lambda t, i: interval_text(
            t, t.result.verdict.estimate[i], t.result.verdict.lower[i], t.result.verdict.upper[i]
        ),
        keep=ALWAYS,
        tip=True,
    ),
    *ends("the estimate"),
    Column(
        name="p_above_target",
        heading="P above\ntarget",
        type="number from 0 to 1",
        error=True,
        means="probability that the underlying rate is above the funnel's target; its Monte Carlo "
        "error is 0 where it was summed",
        text=lambda t, i: probability_text(t.result.verdict.p_above_target[i]),
        keep=ALWAYS,
        tip=True,
    ),
    Column(
        name="verdict",
        heading="verdict",
        type="text",
        means="`differs`, `uncertain`, `ordinary` or `no evidence`: see "
        "[flag and posterior](../methods/verdict.md)",
        text=lambda t, i: str(t.result.verdict.verdict[i]),
        keep=ALWAYS,
        number=False,
        tip=True,
    ),
)


def _count(judged: JudgedFunnel) -> str:
    return f"{judged.verdict.count('differs'):,}"


GROUPS: tuple[Column[Any], ...] = (
    *funnel.GROUPS,
    cell("differs", "differ", "units that differ", lambda t, _: _count(t.result)),
    checks(),
)


def _style(judged: JudgedFunnel) -> RateStyle:
    verdict = judged.verdict
    rate = judged.units.rate
    return style_of(judged.measure, raw=rate, lower=verdict.lower, upper=verdict.upper)


def _sheets(judged: JudgedFunnels) -> dict[str, pd.DataFrame]:
    rows = [
        funnel.row(each.funnel)
        | {name.replace(" ", "_"): each.verdict.count(name) for name in VERDICTS}
        | {
            "passed": each.diagnostics.passed,
            "problems": " ".join(each.diagnostics.problems) or None,
        }
        for each in judged
    ]
    return {"units": judged.to_frame(), "funnels": pd.DataFrame(rows)}


def _object(judged: JudgedFunnel) -> dict[str, Any]:
    posterior = state(judged.verdict, "engine", "level", "diagnostics", "summary", "notes")
    return funnel.object_of(judged.funnel) | {
        "units": records(judged.to_frame()),
        "posterior": posterior,
    }


def _finding(judged: JudgedFunnel) -> str:
    failed = "; the posterior FAILED its checks" if judged.distrust else ""
    return words.finding(judged.funnel) + failed


def _draw(judged: Sequence[JudgedFunnel], marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    return funnel.draw([each.funnel for each in judged], marks, canvas)


KIND: Kind[JudgedFunnel, JudgedFunnels] = Kind(
    name="funnels",
    noun="funnels",
    title="Funnel plot",
    columns=(
        *(replace(each, keep=_KEEPS.get(each.name, each.keep)) for each in funnel.COLUMNS),
        *JUDGED,
    ),
    groups=GROUPS,
    style=_style,
    notes=lambda judged: (*judged.funnel.warnings, *judged.verdict.notes),
    sheets=_sheets,
    meanings=FUNNEL,
    objects=lambda judged: [_object(each) for each in judged],
    shown=funnel.shown,
    left=funnel.left,
    listed=funnel.listed,
    caption=funnel.table_caption,
    strong=funnel.strong,
    foremost=funnel.foremost,
    finding=_finding,
    # A chart shows none of it.
    charts={
        "funnel": Chart(
            draw=_draw,
            alt=lambda judged: words.alt_text([each.funnel for each in judged]),
            title=lambda judged: heading(judged.funnel),
            places=lambda judged, mark: funnel.places(judged.funnel, mark),
            rows=False,
        )
    },
)
