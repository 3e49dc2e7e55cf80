"""varstat league: who is where, and how sure that is."""

import typer

from varstat.analysis.asking import LeagueAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli import options
from varstat.cli.grouped import grouped
from varstat.cli.option import files
from varstat.cli.output import Output
from varstat.cli.run import carry_out


@grouped(
    without={"annualise"},
    instead={
        "source": options.TABLE_OR_FIT,
        "highlight": options.UNITS_OF_LEAGUE,
        "output": files(
            "Write .csv .parquet .json .xlsx .png .svg .pdf .html, or the fit (.nc); repeatable."
        ),
    },
)
def league(
    context: typer.Context,
    reading: Reading,
    modelling: Modelling,
    asking: LeagueAsking,
    output: Output,
) -> None:
    """Make a league table: each unit's estimate, rank and tier, with their uncertainty."""
    asked = Specification(reading=reading, modelling=modelling, asking=asking)
    carry_out(context, asked, output, fits=True)
