"""What stands beside sizes, and which analyses can't take it."""

import numpy as np

from varstat.data.table import Table
from varstat.errors import ModelError


def refuse_beside(table: Table, *, where: str, alike: bool = False) -> None:
    """Refuse expected events that are estimates, and samples, where they would go unheeded.

    Parameters
    ----------
    table : Table
    where : str
        What is being done, for messages.
    alike : bool
        Whether one error for all units can be taken instead.

    Raises
    ------
    ModelError
        With the nearest that can be done.
    """
    if "sampled_from" in table.card.needed:
        raise ModelError(
            where,
            "a finite number of cases (--sampled-from) is for the limits of funnels: a model, that "
            "of --posterior too, asks of the process behind the cases, of which they are "
            "themselves a sample. Leave it out.",
        )
    if "expected_se" not in table.card.needed:
        return
    problem = "a standard error of expected events (--expected-se) is for the limits of funnels"
    if not alike:
        raise ModelError(where, f"{problem}; here they are taken for known. Leave it out.")
    error = table.frame["expected_se"] / table.frame[table.measure.size]
    usual = max(float(np.median(error)) if len(error) else 0.0, 0.001)
    raise ModelError(
        where,
        f"{problem}: a model, that of --posterior too, takes one relative error for all units. "
        f"Leave it out, and say --likelihood negative-binomial --transient {usual:.2g}, the middle "
        "unit's; what a unit has more or less than that is then taken for its own effect.",
    )
