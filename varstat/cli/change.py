"""varstat change: why a total moved between two periods, and who truly changed."""

from enum import StrEnum

import typer

from varstat.analysis.asking import ChangeAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli.grouped import grouped
from varstat.cli.option import choice
from varstat.cli.output import Output
from varstat.cli.run import carry_out


class Chart(StrEnum):
    """What a chart shows."""

    BRIDGE = "bridge"
    SERIES = "series"
    MOVERS = "movers"


# A series has a model of its own, of whole units.
_OTHER_MODELS = {
    *("covariates", "inform", "effects", "likelihood", "transient", "peer_tau", "engine"),
}


@grouped(
    without={"annualise", "label", "scales", *_OTHER_MODELS},
    instead={"chart": choice(Chart, "chart", "Change", "What a chart shows.", Chart.BRIDGE)},
)
def change(
    context: typer.Context,
    reading: Reading,
    modelling: Modelling,
    asking: ChangeAsking,
    output: Output,
) -> None:
    """Say why a total moved between two periods, and which units truly changed."""
    carry_out(context, Specification(reading=reading, modelling=modelling, asking=asking), output)
