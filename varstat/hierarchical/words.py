"""What a fitted model says of itself in plain English."""

import math
from collections.abc import Sequence

from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.model.design import Design


def say_fit(design: Design, checks: Diagnostics, *, engine: str, draws: int) -> str:
    """Say what was fitted, how, and whether it passed its checks, a sentence a line.

    Parameters
    ----------
    design : Design
    checks : Diagnostics
    engine : {"quadrature", "nuts"}
    draws : int

    Returns
    -------
    str
    """
    rows = "" if design.single else f" in {design.rows:,} rows"
    fitted = (
        f"{draws:,} draws by {engine} for {design.units:,} "
        f"unit{'' if design.units == 1 else 's'}{rows}: {design.likelihood} with "
        f"{design.effects.name} effects."
    )
    if not checks.passed:
        failed = "NOT TO BE TRUSTED: this posterior failed its checks."
        return "\n".join([fitted, failed, *checks.problems])
    told = _checked(checks, engine)
    return f"{fitted}\nThe checks found nothing against it{f' ({told})' if told else ''}."


def say_fits(units: Sequence[int], checks: Sequence[Diagnostics]) -> str:
    """Say how many models were fitted, of how many units, and whether they passed their checks.

    Parameters
    ----------
    units : sequence of int
        How many each has.
    checks : sequence of Diagnostics
        One a model.

    Returns
    -------
    str
    """
    failed = sum(not each.passed for each in checks)
    checked = f"{failed} of them failed their checks" if failed else "all passed their checks"
    return f"{len(units)} models fitted, of {sum(units):,} units in all; {checked}."


def _checked(checks: Diagnostics, engine: str) -> str:
    told = []
    if not math.isnan(checks.r_hat):
        told.append(f"R-hat at most {checks.r_hat:.3f}")
    if not math.isnan(checks.ess_bulk):
        told.append(f"worth {checks.ess_bulk:,.0f} independent draws")
    if not math.isnan(checks.pareto_k):
        told.append(f"Pareto k {checks.pareto_k:.2f}")
    if engine == "nuts":
        told.append(f"{checks.divergences} divergences")
    return ", ".join(told)
