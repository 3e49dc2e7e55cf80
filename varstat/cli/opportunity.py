"""varstat opportunity: what a gap is worth, how sure that is, and what it is made of."""

from enum import StrEnum

import typer

from varstat.analysis.asking import OpportunityAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli import options
from varstat.cli.grouped import grouped
from varstat.cli.option import choice
from varstat.cli.output import Output
from varstat.cli.run import carry_out


class Chart(StrEnum):
    """What a chart shows."""

    OPPORTUNITY = "opportunity"
    WATERFALL = "waterfall"
    COMPARABILITY = "comparability"
    UNMEASURED = "unmeasured"


@grouped(
    without={"multiplier", "subtotals", "scales"},
    instead={
        "source": options.TABLES_OR_FITS,
        "card": options.CARDS,
        "chart": choice(Chart, "chart", "Opportunity", "What a chart shows.", Chart.OPPORTUNITY),
        "highlight": options.UNITS_OF_OPPORTUNITY,
    },
)
def opportunity(
    context: typer.Context,
    reading: Reading,
    modelling: Modelling,
    asking: OpportunityAsking,
    output: Output,
) -> None:
    """Say what reaching a target is worth, beside what chance alone would give."""
    carry_out(context, Specification(reading=reading, modelling=modelling, asking=asking), output)
