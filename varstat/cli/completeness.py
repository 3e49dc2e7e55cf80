"""varstat completeness: what was reported, what wasn't, and what happened to volumes."""

import typer

from varstat.analysis.asking import CompletenessAsking
from varstat.analysis.specification import Reading, Specification
from varstat.cli.grouped import grouped
from varstat.cli.option import files
from varstat.cli.output import Output
from varstat.cli.run import carry_out

# What doesn't concern volumes.
WITHOUT = (
    *("direction", "counts", "observed", "expected", "expected_se"),
    *("sampled_from", "exposure", "value", "se", "lower"),
    *("upper", "limits_level", "count", "total", "sum_of_squares", "peer_group", "by", "roll_up"),
    *("annualise", "spread", "rules", "suppressed", "rounded", "zero", "missing", "percent", "per"),
)


@grouped(
    without={*WITHOUT, "accept_failed", "chart", "label", "scales"},
    instead={
        "output": files(
            "Write .csv .parquet .json .xlsx .png .svg .pdf .html; map.csv holds the successors, "
            "events.csv the events, national.csv of vintages all units together; repeatable."
        )
    },
)
def completeness(
    context: typer.Context, reading: Reading, asking: CompletenessAsking, output: Output
) -> None:
    """Find what wasn't reported: gaps, losses, mergers; of vintages, what is still to come."""
    carry_out(context, Specification(reading=reading, asking=asking), output)
