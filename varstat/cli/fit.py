"""varstat fit: what is left when chance is taken away, as draws to keep."""

import typer

from varstat.analysis.asking import FitAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli.grouped import grouped
from varstat.cli.option import files
from varstat.cli.output import DRAWING, Output
from varstat.cli.run import carry_out


@grouped(
    without={"annualise", *DRAWING},
    instead={
        "output": files("Write the draws (.nc), or the hyper-parameters (.json, .csv); repeatable.")
    },
)
def fit(context: typer.Context, reading: Reading, modelling: Modelling, output: Output) -> None:
    """Fit a hierarchical model: what is known of every unit, as draws to keep."""
    asked = Specification(reading=reading, modelling=modelling, asking=FitAsking())
    carry_out(context, asked, output)
