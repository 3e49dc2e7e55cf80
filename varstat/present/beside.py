"""Funnels with the verdicts that stand beside them, if there are any."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from varstat.errors import UsageError
from varstat.funnel.result import Funnel

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdict


def pair_up(
    funnels: Sequence[Funnel], verdicts: "Sequence[Verdict] | None"
) -> "list[tuple[Funnel, Verdict | None]]":
    """Pair each funnel with its verdict, or with None where there are none.

    Parameters
    ----------
    funnels : sequence of Funnel
    verdicts : Verdicts, optional

    Returns
    -------
    list of (Funnel, Verdict or None)

    Raises
    ------
    UsageError
        If the verdicts are of other funnels.
    """
    if verdicts is None:
        return [(funnel, None) for funnel in funnels]
    if len(verdicts) != len(funnels) or not all(
        funnel.by == verdict.by and np.array_equal(funnel.units.unit, verdict.unit)
        for funnel, verdict in zip(funnels, verdicts, strict=True)
    ):
        raise UsageError("verdicts", "these are of other funnels, or in another order.")
    return list(zip(funnels, verdicts, strict=True))
