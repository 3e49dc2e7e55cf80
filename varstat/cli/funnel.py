"""varstat funnel: who differs by more than chance."""

from dataclasses import fields

import typer

from varstat.analysis.asking import FunnelAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.cli.grouped import grouped
from varstat.cli.output import Output
from varstat.cli.run import carry_out
from varstat.cli.saved import given
from varstat.errors import UsageError


@grouped(without={"strata", "annualise", "covariates", "chart"})
def funnel(
    context: typer.Context,
    reading: Reading,
    modelling: Modelling,
    asking: FunnelAsking,
    output: Output,
) -> None:
    """Draw a funnel: flag the units that differ from the target by more than chance."""
    if not asking.posterior:
        _refuse_stray(context)
    carry_out(context, Specification(reading=reading, modelling=modelling, asking=asking), output)


def _refuse_stray(context: typer.Context) -> None:
    """Refuse options that only a posterior has, lest they be thought to do something."""
    there = given(context)
    stray = [field.name for field in fields(Modelling) if field.name in there]
    stray += [name for name in ("level", "accept_failed") if name in there]
    if stray:
        why = "only a posterior has that: add --posterior, or leave it out."
        if "level" in stray:
            why += " The limits have --levels."
        raise UsageError(", ".join(there[name] for name in stray), why)
