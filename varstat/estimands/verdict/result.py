"""Flags and posterior side by side: what each unit's flag is worth."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.posterior import EngineName
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays
from varstat.prose.trust import say_doubt
from varstat.results import Judged, JudgedResults, UnitResult

Strings = NDArray[np.object_]
VerdictName = Literal["differs", "uncertain", "ordinary", "no evidence"]
VERDICTS: tuple[VerdictName, ...] = ("differs", "uncertain", "ordinary", "no evidence")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Verdict(UnitResult, Judged):
    """Flags and posterior of one funnel's units, in the funnel's order.

    Attributes
    ----------
    indicator : str
    by : dict of str to str
    level : float
        Of the interval from `lower` to `upper`.
    unit : ndarray of object, shape (units,)
    flag : ndarray of object, shape (units,)
        "high", "low" or None, as on the funnel.
    flag_level : float
        The least strict of the funnel's levels: a unit flagged at it is flagged.
    target : ndarray of float, shape (units,)
        The funnel's.
    estimate, lower, upper : ndarray of float, shape (units,)
        Posterior mean and interval of the unit's rate.
    p_above_target, p_above_target_mcse : ndarray of float, shape (units,)
        Probability that the underlying rate is above the funnel's target; the error is 0 where
        it is summed.
    verdict : ndarray of object, shape (units,)
        "differs", "uncertain", "ordinary" or "no evidence".
    engine : {"quadrature", "nuts"}
    diagnostics : Diagnostics
    findings : str
        How many units have which verdict, in plain English.
    notes : tuple of str
        What a reader must know of the model, one sentence each.
    """

    indicator: str
    by: dict[str, str]
    level: float
    unit: Strings
    flag: Strings
    flag_level: float
    target: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    p_above_target: Floats
    p_above_target_mcse: Floats
    verdict: Strings
    engine: EngineName
    diagnostics: Diagnostics
    findings: str
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        lock_arrays(self)

    def count(self, name: VerdictName) -> int:
        """Count the units of a verdict."""
        return int(np.sum(self.verdict == name))

    def to_frame(self) -> pd.DataFrame:
        """Tabulate what stands beside the funnel's own columns, one row a unit.

        Returns
        -------
        DataFrame
            `unit, estimate, lower, upper, level, p_above_target, p_above_target_mcse, verdict`.
        """
        return pd.DataFrame(
            {
                "unit": self.unit,
                "estimate": self.estimate,
                "lower": self.lower,
                "upper": self.upper,
                "level": self.level,
                "p_above_target": self.p_above_target,
                "p_above_target_mcse": self.p_above_target_mcse,
                "verdict": self.verdict,
            }
        )

    @property
    def distrust(self) -> str:
        """Why the posterior beside the flags can't be trusted; empty if it can."""
        return say_doubt([self.diagnostics])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Verdicts(JudgedResults[Verdict]):
    """Verdicts of all funnels, in their order, each one `Verdict`."""

    @property
    def distrust(self) -> str:
        """Why the posteriors beside the flags can't be trusted; empty if they can."""
        return say_doubt([each.diagnostics for each in self.groups])
