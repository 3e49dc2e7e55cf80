"""varstat compare: which of two units is better, by how much, and why."""

import typer

from varstat.analysis.asking import CompareAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli import options
from varstat.cli.grouped import grouped
from varstat.cli.output import Output
from varstat.cli.run import carry_out


@grouped(
    without={"annualise", "chart", "highlight", "label", "scales"},
    instead={"source": options.TABLE_OR_FIT},
)
def compare(
    context: typer.Context,
    reading: Reading,
    modelling: Modelling,
    asking: CompareAsking,
    output: Output,
) -> None:
    """Compare two units: which is better, by how much, and what their difference is made of."""
    carry_out(context, Specification(reading=reading, modelling=modelling, asking=asking), output)
