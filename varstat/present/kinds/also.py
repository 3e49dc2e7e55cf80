"""Columns of a league table that are there where they were asked."""

from collections.abc import Callable

import numpy as np

from varstat.estimands.league.result import League
from varstat.present.column import Column, Table


def _column(name: str, means: str, *, what: str, type: str = "number or missing") -> Column[League]:  # noqa: A002
    return Column(
        name=name,
        type=type,
        means=f"{means}. With `--also {what}` only",
        where=_has(name),
    )


def _has(name: str) -> Callable[[League], bool]:
    return lambda league: name in league.also


def _set_text(table: Table[League], i: int) -> str:
    lower, upper = (table.result.also[f"set_{end}"][i] for end in ("lower", "upper"))
    return f"{lower:.0f}–{upper:.0f}"


def _robust_text(table: Table[League], i: int) -> str:
    lower, upper = (float(table.result.also[f"robust_{end}"][i]) for end in ("lower", "upper"))
    return "" if np.isnan(lower) else table.style.interval(lower, upper)


COLUMNS: tuple[Column[League], ...] = (
    Column(
        name="robust_lower",
        heading="robust\ninterval",
        type="number or missing",
        means="lower end of the interval that holds on average over units, whatever the "
        "distribution of effects. With `--also robust` only",
        text=_robust_text,
        keep=1,
        where=_has("robust_lower"),
    ),
    _column("robust_upper", "upper end of that interval", what="robust"),
    Column(
        name="set_lower",
        heading="rank\nset",
        type="whole number",
        means="best rank in the unit's own confidence set, by its numbers alone. With `--also "
        "sets` only",
        text=_set_text,
        keep=2,
        where=_has("set_lower"),
    ),
    _column("set_upper", "worst rank in that set", what="sets", type="whole number"),
    _column(
        "all_sets_lower",
        "best rank in sets that together hold all ranks",
        what="sets",
        type="whole number",
    ),
    _column("all_sets_upper", "worst rank in those", what="sets", type="whole number"),
    _column(
        "discovered_top",
        "whether the unit is named as of the best quarter, where of those named 5% may be wrong",
        what="discovery",
        type="true or false",
    ),
    _column(
        "discovered_bottom",
        "whether it is named as of the worst quarter, likewise",
        what="discovery",
        type="true or false",
    ),
    _column(
        "constrained",
        "estimate that spreads as true rates are expected to (constrained Bayes)",
        what="triple-goal",
        type="number",
    ),
    _column(
        "triple_goal",
        "estimate whose histogram and ranks are right as well (triple goal)",
        what="triple-goal",
        type="number",
    ),
    _column(
        "p_leave_one_out",
        "probability that a unit like the others would have a higher count; near 0 the unit is "
        "too high to fit, near 1 too low",
        what="misfit",
    ),
    _column(
        "p_conflict",
        "probability that a rate like the others' would be higher than the unit's own",
        what="misfit",
    ),
)
