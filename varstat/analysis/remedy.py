"""What to ask next where a posterior failed its checks, as a command that runs."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from varstat.analysis.asking import ChangeAsking, FunnelAsking, LeagueAsking
from varstat.analysis.command import write_command
from varstat.analysis.inputs import FRAME, is_fit
from varstat.analysis.ranking import ranks_average
from varstat.analysis.specification import Modelling, Specification
from varstat.hierarchical.check import CHAINS, DIVERGENT, FAR_OUT, FEW, SPREAD, find_checks

if TYPE_CHECKING:
    from varstat.hierarchical import Posterior
    from varstat.hierarchical.diagnostics import Diagnostics
    from varstat.results import Judged

# Times so many draws, up to a most, where draws are too few; and units that a funnel marks.
_TIMES, _MOST, _MARKED = 4, 1_000_000, 5
_FOUND = ("auto", "learnt", "normal-mixture")


def next_command(asked: Specification, checks: "Diagnostics", *, effects: str | None = None) -> str:
    """Write the command to type next, by what failed.

    Parameters
    ----------
    asked : Specification
        With sources as they were named.
    checks : Diagnostics
    effects : str, optional
        Those of the model that failed.

    Returns
    -------
    str
        Empty where no command can be told: of a series, a saved fit, a data frame or several
        indicators.

    Examples
    --------
    >>> from varstat.analysis.asking import FitAsking
    >>> from varstat.analysis.specification import Reading
    >>> from varstat.hierarchical.diagnostics import Diagnostics
    >>> found = Diagnostics(predictive={}, problems=("R-hat of tau is up to 1.2, above 1.01.",))
    >>> asked = Specification(reading=Reading(source=("a.csv",)), asking=FitAsking())
    >>> next_command(asked, found)
    'varstat fit a.csv --draws 16000'
    """
    reading = asked.reading
    if max(len(reading.source), len(reading.card)) > 1 or reading.source[0] == FRAME:
        return ""
    # A series has no effects to choose, and its units are shown by the table.
    if isinstance(asked.asking, ChangeAsking):
        return ""
    if isinstance(asked.asking, LeagueAsking) and not ranks_average(asked.asking):
        return ""
    if is_fit(reading.source[0]):
        return ""
    other = _remodel(asked.modelling, checks, effects=effects)
    if other is not None:
        return write_command(replace(asked, modelling=other))
    look = Specification(reading=replace(reading, annualise="none"), asking=FunnelAsking())
    return write_command(look, highlight=checks.furthest[:_MARKED])


def what_next(failed: "Judged | Posterior", asked: Specification | None) -> list[str]:
    """Say what to type, where to read on, and that the results are there.

    Parameters
    ----------
    failed : Posterior, League, Verdict, …
        The first that failed its checks.
    asked : Specification or None
        What was run, where it is known.

    Returns
    -------
    list of str
        A line each.
    """
    found = cast("Diagnostics", failed.diagnostics)
    model = getattr(failed, "model", None)
    effects = str(model["effects"]) if isinstance(model, dict) and "effects" in model else None
    command = next_command(asked, found, effects=effects) if asked else ""
    pages = ", ".join(check.address for check in find_checks(found.problems))
    return [
        *([f"Type next: {command}"] if command else []),
        *([f"Read on: {pages}"] if pages else []),
        "The results are given, and say so; with --accept-failed that is no error.",
    ]


def _remodel(
    modelling: Modelling, checks: "Diagnostics", *, effects: str | None
) -> Modelling | None:
    """Choose another way to model; None where the units are to be looked at."""
    failed = find_checks(checks.problems)
    if DIVERGENT in failed and modelling.engine == "nuts":
        return replace(modelling, engine="quadrature")
    if any(check in failed for check in (DIVERGENT, CHAINS, FEW)):
        more = min(modelling.draws * _TIMES, _MOST)
        return replace(modelling, draws=more) if more > modelling.draws else None
    if any(check in failed for check in (FAR_OUT, SPREAD)):
        stated = modelling.effects or effects or "auto"
        found = stated in _FOUND and modelling.engine != "nuts"
        return None if found else replace(modelling, effects="auto", engine="auto")
    if modelling.engine == "quadrature":
        return replace(modelling, engine="nuts", effects="normal")
    return replace(modelling, effects="contaminated-normal", engine="auto")
