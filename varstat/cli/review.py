"""varstat review: whether a league table, or an opportunity, can be believed."""

import typer

from varstat.analysis.asking import ReviewAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli.grouped import grouped
from varstat.cli.output import Output
from varstat.cli.run import carry_out


@grouped(without={"annualise", "engine", "chart", "label", "scales"})
def review(
    context: typer.Context,
    reading: Reading,
    modelling: Modelling,
    asking: ReviewAsking,
    output: Output,
) -> None:
    """Say which claims of a league table or an opportunity can be believed, and why."""
    carry_out(context, Specification(reading=reading, modelling=modelling, asking=asking), output)
