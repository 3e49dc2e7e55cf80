"""Two units compared: what is known of both, and of what lies between them."""

from dataclasses import dataclass

import pandas as pd

from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.posterior import EngineName
from varstat.measure import Direction, Floats, Measure
from varstat.measure.lock import lock_arrays
from varstat.results import Judged, Results


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Comparison(Judged):
    """Two units compared.

    Attributes
    ----------
    indicator : str
    measure : Measure
    direction : {"higher-is-better", "lower-is-better", "neither"}
    by : dict of str to str
        What this group of units has in common; empty where there is one group.
    engine : {"quadrature", "nuts"}
    diagnostics : Diagnostics
    unit, unit_name, peer_group : tuple of (str or None)
        Of A and of B.
    raw, estimate, lower, upper : ndarray of float, shape (2,)
        What they reported, and the posterior mean and interval of their rates at the reference
        case-mix.
    difference, difference_lower, difference_upper : float
        Of the rates at the reference case-mix, A less B.
    p_better, p_better_mcse : float
        Probability that A is better than B there; with direction "neither", that it is higher.
    p_better_within : float
        The same once the difference of their peer groups' means is taken away.
    component : tuple of str
        "raw", then those of "chance", "casemix", "peer_group" that the model has, then
        "remaining". The others add up to the first.
    part, part_lower, part_upper : ndarray of float, shape (components,)
        Of the raw difference, A less B.
    shared : tuple of float
        Share of A's case-mix in cells that B has as well, and of B's in A's; 1 without strata.
    level : float
        Of all intervals.
    findings : str
        Which is better, by how much, and what the difference is made of, in plain English.
    notes : tuple of str
    """

    indicator: str
    measure: Measure
    direction: Direction
    by: dict[str, str]
    engine: EngineName
    diagnostics: Diagnostics
    unit: tuple[str, str]
    unit_name: tuple[str | None, str | None]
    peer_group: tuple[str | None, str | None]
    raw: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    difference: float
    difference_lower: float
    difference_upper: float
    p_better: float
    p_better_mcse: float
    p_better_within: float
    component: tuple[str, ...]
    part: Floats
    part_lower: Floats
    part_upper: Floats
    shared: tuple[float, float]
    level: float
    findings: str
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        lock_arrays(self)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the parts of the raw difference.

        Returns
        -------
        DataFrame
            The group's by columns, then `unit, other, component, estimate, lower, upper, level`.
        """
        count = len(self.component)
        group: dict[str, object] = {name: [value] * count for name, value in self.by.items()}
        return pd.DataFrame(
            group
            | {
                "unit": [self.unit[0]] * count,
                "other": [self.unit[1]] * count,
                "component": list(self.component),
                "estimate": self.part,
                "lower": self.part_lower,
                "upper": self.part_upper,
                "level": [self.level] * count,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Comparisons(Results[Comparison]):
    """Two units compared in each group that has both, each by one `Comparison`."""

    @property
    def trusted(self) -> bool:
        """Whether every posterior passed its checks."""
        return all(each.diagnostics.passed for each in self.groups)
