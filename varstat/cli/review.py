"""varstat review: whether a league table, or an opportunity, can be believed."""

from enum import StrEnum

import typer

from varstat.analysis.asking import ReviewAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli.grouped import grouped
from varstat.cli.option import choice, files
from varstat.cli.output import Output
from varstat.cli.run import carry_out


class Chart(StrEnum):
    """What a chart shows."""

    SPECIFICATIONS = "specifications"
    COVERAGE = "coverage"
    RANKS = "ranks"


_CHART = choice(Chart, "chart", "Review", "What a chart shows.", Chart.SPECIFICATIONS)


@grouped(
    without={"annualise", "engine", "label", "scales"},
    instead={
        "chart": _CHART,
        "output": files(
            "Write .csv .parquet .json .xlsx .png .svg .pdf .html, or a statement (.md); "
            "repeatable."
        ),
    },
)
def review(
    context: typer.Context,
    reading: Reading,
    modelling: Modelling,
    asking: ReviewAsking,
    output: Output,
) -> None:
    """Say which claims of a league table or an opportunity can be believed, and why."""
    carry_out(context, Specification(reading=reading, modelling=modelling, asking=asking), output)
