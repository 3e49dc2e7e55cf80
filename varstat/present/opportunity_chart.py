"""Which charts can be drawn of opportunities: asked before any file is written."""

from collections.abc import Sequence

from varstat.errors import ModelError, UsageError
from varstat.estimands.opportunity.result import Opportunities, Opportunity


def check_chart(opportunities: Opportunities, chart: str, *, highlight: Sequence[str]) -> None:
    """Check that a chart of these opportunities can be drawn.

    Parameters
    ----------
    opportunities : Opportunities
    chart : {"opportunity", "waterfall", "comparability"}
    highlight : sequence of str

    Raises
    ------
    UsageError
        If a chart of one group is asked for of several, or units are to be marked among totals.
    ModelError
        If comparability is to be drawn and there are no strata.
    """
    several = len(opportunities) > 1
    if several and chart != "opportunity":
        raise UsageError(
            "chart",
            f"a {chart} is of one group, and there are {len(opportunities):,}. Leave out --by, or "
            "write a page (.html), which has one for each.",
        )
    if several and highlight:
        raise UsageError("highlight", "a chart of totals has no units to mark.")
    if chart == "comparability":
        check_strata(opportunities[0])


def check_strata(opportunity: Opportunity) -> None:
    """Check that something is known of what units treat.

    Raises
    ------
    ModelError
        If the model has no strata.
    """
    if not opportunity.model.get("strata"):
        raise ModelError(
            "comparability",
            "without strata nothing is known of what units treat. Name their columns with "
            "--stratum.",
        )
