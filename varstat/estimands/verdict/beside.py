"""Funnels with the verdicts that stand beside them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from varstat.errors import UsageError
from varstat.estimands.verdict.result import Verdict, Verdicts
from varstat.funnel.result import Funnel, Funnels, FunnelUnits
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.measure import Measure
from varstat.results import Results, UnitResult


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JudgedFunnel(UnitResult):
    """A funnel, and what its units' posterior says beside their flags.

    Attributes
    ----------
    funnel : Funnel
    verdict : Verdict
        Of the same units, in the same order.
    """

    funnel: Funnel
    verdict: Verdict

    @property
    def indicator(self) -> str:  # type: ignore[override]
        """Title of the indicator."""
        return self.funnel.indicator

    @property
    def by(self) -> dict[str, str]:  # type: ignore[override]
        """What the group's units have in common; empty where there is one group."""
        return self.funnel.by

    @property
    def measure(self) -> Measure:
        """What is measured."""
        return self.funnel.measure

    @property
    def level(self) -> float:
        """Of the posterior's intervals."""
        return self.verdict.level

    @property
    def levels(self) -> tuple[float, ...]:
        """Of the funnel's limits, ascending."""
        return self.funnel.levels

    @property
    def units(self) -> FunnelUnits:
        """The funnel's units."""
        return self.funnel.units

    @property
    def diagnostics(self) -> Diagnostics:
        """What was checked of the posterior."""
        return self.verdict.diagnostics

    @property
    def distrust(self) -> str:
        """Why the posterior beside the flags can't be trusted; empty if it can."""
        return self.verdict.distrust

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units, one row each.

        Returns
        -------
        DataFrame
            The columns of `Funnel.to_frame`, then `estimate, lower, upper, level, p_above_target,
            p_above_target_mcse, verdict`. A by column of such a name is called `by_NAME`.
        """
        return _side_by_side(self.funnel.to_frame(), self.verdict.to_frame())

    def summary(self) -> str:
        """Say in plain English what was found, below what there is to doubt."""
        found = f"{self.funnel.summary()} {self.verdict.findings}"
        return "\n".join(filter(None, (self.distrust, found)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JudgedFunnels(Results[JudgedFunnel]):
    """Funnels of all groups with their verdicts.

    Attributes
    ----------
    funnels : Funnels
    verdicts : Verdicts
    """

    funnels: Funnels
    verdicts: Verdicts

    @classmethod
    def of(cls, funnels: object, verdicts: Verdicts) -> "JudgedFunnels":
        """Set verdicts beside funnels; the options of their posteriors are in the provenance.

        Parameters
        ----------
        funnels : Funnels
        verdicts : Verdicts

        Returns
        -------
        JudgedFunnels

        Raises
        ------
        UsageError
            If the verdicts are of other funnels.
        """
        if not isinstance(funnels, Funnels) or not _match(funnels, verdicts):
            raise UsageError("verdicts", "these are of other funnels, or in another order.")
        options = funnels.provenance.options | {"posterior": verdicts.provenance.options}
        return cls(
            groups=tuple(
                JudgedFunnel(funnel=funnel, verdict=verdict)
                for funnel, verdict in zip(funnels, verdicts, strict=True)
            ),
            accounts=funnels.accounts,
            provenance=replace(funnels.provenance, options=options),
            funnels=funnels,
            verdicts=verdicts,
        )

    @property
    def trusted(self) -> bool:
        """Whether every posterior passed its checks."""
        return self.verdicts.trusted

    @property
    def distrust(self) -> str:
        """Why the posteriors beside the flags can't be trusted; empty if they can."""
        return self.verdicts.distrust

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units of all funnels; see `JudgedFunnel.to_frame`."""
        return _side_by_side(self.funnels.to_frame(), self.verdicts.to_frame())

    def summary(self) -> str:
        """Say in plain English what was found, below what there is to doubt."""
        found = f"{self.funnels.summary()} {self.verdicts.findings}"
        return "\n".join(filter(None, (self.distrust, found)))


def _match(funnels: Funnels, verdicts: Verdicts) -> bool:
    return len(verdicts) == len(funnels) and all(
        funnel.by == verdict.by and np.array_equal(funnel.units.unit, verdict.unit)
        for funnel, verdict in zip(funnels, verdicts, strict=True)
    )


def _side_by_side(frame: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    beside = verdicts.drop(columns="unit")
    taken = {name: f"by_{name}" for name in frame.columns if name in beside.columns}
    return pd.concat([frame.rename(columns=taken), beside], axis=1)
