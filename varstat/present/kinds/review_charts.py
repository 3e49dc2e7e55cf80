"""The charts of a review: what of it each draws."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from varstat.errors import ModelError
from varstat.present.canvas import Canvas
from varstat.present.captions import review as words
from varstat.present.chart import Chart
from varstat.present.highlight import Bools
from varstat.prose.text import clean
from varstat.review.result import Review
from varstat.target.rule import rule_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Columns of the specifications that are no choices.
_NUMBERS = (
    "specification",
    "own",
    "total",
    "lower",
    "upper",
    "published",
    "chance",
    "tau",
    "units",
)


def has_curve(review: Review) -> bool:
    """Whether there are several specifications."""
    return len(review.specifications) > 1


def has_coverage(review: Review) -> bool:
    """Whether nations were simulated and fitted."""
    part = review.part("coverage")
    return part is not None and len(part.tables.get("coverage", ())) > 0


def has_ranks(review: Review) -> bool:
    """Whether ranks of several specifications are known."""
    known = review.by_unit.get("rank_min")
    return known is not None and bool(known.notna().any())


def _draw_curve(reviews: Sequence[Review], _marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.review import Curve, draw_curve

    (review,) = reviews
    table = review.specifications
    choices = [
        name for name in table if name not in _NUMBERS and table[name].nunique(dropna=False) > 1
    ]
    curve = Curve(
        estimate=table["total"].to_numpy(float),
        lower=table["lower"].to_numpy(float),
        upper=table["upper"].to_numpy(float),
        own=table["own"].to_numpy(bool),
        choices={
            clean(str(name)).replace("_", " "): [_option(str(name), each) for each in table[name]]
            for name in choices
        },
    )
    return draw_curve(curve, words.curve_caption(review), canvas=canvas)


def _option(axis: str, option: object) -> str:
    """Write what was chosen, a target rule in words."""
    return clean(rule_text(str(option)) if axis == "target" else str(option))


def _draw_coverage(reviews: Sequence[Review], _marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.review import Shares, draw_coverage

    (review,) = reviews
    part = review.part("coverage")
    table = pd.DataFrame() if part is None else part.tables["coverage"]
    table = table[table["coverage"].notna()]
    shares = Shares(
        name=[
            clean(f"{quantity}, {units}" if units != "all" else str(quantity))
            for quantity, units in zip(table["quantity"], table["units"], strict=True)
        ],
        share=table["coverage"].to_numpy(float),
        mcse=table["mcse"].to_numpy(float),
        holds=(table["verdict"] == "holds").to_numpy(bool),
        level=review.level,
    )
    return draw_coverage(shares, words.coverage_caption(review), canvas=canvas)


def _draw_ranks(reviews: Sequence[Review], marks: Sequence[Bools], canvas: Canvas) -> "Figure":
    from varstat.present.charts.review import Stability, draw_stability

    (review,), (mark,) = reviews, marks
    table = review.by_unit[review.by_unit["rank_min"].notna()]
    asked = {code for at in np.flatnonzero(mark) for code in review.claims[at].units}
    unit = [str(each) for each in table["unit"]]
    stability = Stability(
        unit=[clean(each) for each in unit],
        least=table["rank_min"].to_numpy(float),
        middle=table["rank_median"].to_numpy(float),
        most=table["rank_max"].to_numpy(float),
        mark=np.array([each in asked for each in unit], dtype=bool),
    )
    return draw_stability(stability, words.ranks_caption(review), canvas=canvas)


def _refuse_without(there: Callable[[Review], bool], why: str) -> Callable[..., None]:
    """Refuse a chart of a review that lacks what it shows."""

    def check(reviews: Sequence[Review], _marked: bool) -> None:
        if not there(reviews[0]):
            raise ModelError("chart", why)

    return check


_NO_MULTIVERSE = "there are no other specifications to draw. The table says why."
CHARTS: dict[str, Chart[Review]] = {
    "specifications": Chart(
        draw=_draw_curve,
        alt=lambda groups: words.alt_text(groups[0], "What other analyses give"),
        title=lambda each: words.titled("What other analyses give", each),
        check=_refuse_without(has_curve, _NO_MULTIVERSE),
        shows=has_curve,
        several=False,
    ),
    "coverage": Chart(
        draw=_draw_coverage,
        alt=lambda groups: words.alt_text(groups[0], "How often intervals hold the truth"),
        title=lambda each: words.titled("How often intervals hold the truth", each),
        check=_refuse_without(has_coverage, "no nation was simulated. The table says why."),
        shows=has_coverage,
        several=False,
    ),
    "ranks": Chart(
        draw=_draw_ranks,
        alt=lambda groups: words.alt_text(groups[0], "How ranks depend on the analysis"),
        title=lambda each: words.titled("How ranks depend on the analysis", each),
        check=_refuse_without(has_ranks, _NO_MULTIVERSE),
        shows=has_ranks,
        several=False,
    ),
}
