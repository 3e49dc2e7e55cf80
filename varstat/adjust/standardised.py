"""What standardisation makes of the units of a table: data, with a table and a paragraph."""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd

from varstat.adjust.cells import Strings
from varstat.data.account import Account
from varstat.measure import Floats, Measure
from varstat.measure.lock import lock_arrays
from varstat.prose.number import count_units, listed
from varstat.provenance import Provenance

Method = Literal["indirect", "direct"]
METHODS: tuple[Method, ...] = ("indirect", "direct")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandardisedUnits:
    """Units and what standardisation makes of them, one element a unit; every array is locked.

    Attributes
    ----------
    unit, unit_name, peer_group : ndarray of object, shape (units,)
    observed : ndarray of float, shape (units,)
        Events; of means, the total over all cases. NaN where a count was withheld.
    size : ndarray of float, shape (units,)
        Cases, exposure or expected events, as the table has them.
    crude : ndarray of float, shape (units,)
        The rate as it is.
    expected : ndarray of float, shape (units,)
        Events at the rates of all units of the group, cell by cell, at the unit's own case-mix.
    rate, lower, upper : ndarray of float, shape (units,)
        Standardised rate and its limits by chance alone.
    ratio, ratio_lower, ratio_upper : ndarray of float, shape (units,)
        The rate over that of all units: observed over expected where the method is indirect.
    absent : ndarray of float, shape (units,)
        Share of the group's case-mix of which the unit has none.
    """

    unit: Strings
    unit_name: Strings
    peer_group: Strings
    observed: Floats
    size: Floats
    crude: Floats
    expected: Floats
    rate: Floats
    lower: Floats
    upper: Floats
    ratio: Floats
    ratio_lower: Floats
    ratio_upper: Floats
    absent: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandardisedGroup:
    """One group of units, standardised to itself.

    Attributes
    ----------
    by : dict of str to str
        What the group has in common.
    crude : float
        The rate of all units together.
    levels : ndarray of object, shape (cells, strata)
    weight, standard : ndarray of float, shape (cells,)
        Each cell's share in the sizes of all units, and its rate among them.
    units : StandardisedUnits
    """

    by: dict[str, str]
    crude: float
    levels: Strings
    weight: Floats
    standard: Floats
    units: StandardisedUnits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standardised:
    """Standardised ratios and rates, each group of units standardised to itself.

    Attributes
    ----------
    indicator : str
    measure : Measure
    method : {"indirect", "direct"}
    level : float
    strata : tuple of str
        What was adjusted for.
    groups : tuple of StandardisedGroup
    notes : tuple of str
        What a reader must know, one sentence each.
    account : Account
    provenance : Provenance
    """

    indicator: str
    measure: Measure
    method: Method
    level: float
    strata: tuple[str, ...]
    groups: tuple[StandardisedGroup, ...]
    notes: tuple[str, ...]
    account: Account
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units, one row each.

        Returns
        -------
        DataFrame
            The by columns, then `unit, unit_name, peer_group, observed, size, crude, expected,
            rate, lower, upper, ratio, ratio_lower, ratio_upper, absent`.
        """
        parts = []
        for group in self.groups:
            units = group.units
            columns = {name.name: getattr(units, name.name) for name in fields(units)}
            part = pd.DataFrame(
                {name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()}
            )
            for at, (name, label) in enumerate(group.by.items()):
                part.insert(at, name, pd.Series([label] * len(part), dtype=object))
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def standard_frame(self) -> pd.DataFrame:
        """Tabulate the standard: each cell's `weight` and `rate`, under its strata.

        Returns
        -------
        DataFrame
        """
        parts = []
        for group in self.groups:
            labels = {name: [label] * len(group.levels) for name, label in group.by.items()}
            strata = {name: group.levels[:, at] for at, name in enumerate(self.strata)}
            parts.append(
                pd.DataFrame(labels | strata | {"weight": group.weight, "rate": group.standard})
            )
        return pd.concat(parts, ignore_index=True)

    def summary(self) -> str:
        """Say in plain English what standardisation changes, and what it can't tell."""
        units = [group.units for group in self.groups]
        ratio = np.concatenate([u.ratio for u in units])
        crude = np.concatenate(
            [g.units.crude / (g.crude if g.crude > 0 else np.nan) for g in self.groups]
        )
        outside = sum(int(np.sum((u.ratio_lower > 1) | (u.ratio_upper < 1))) for u in units)
        number = sum(u.unit.size for u in units)
        what = "observed over expected" if self.method == "indirect" else "rates over that of all"
        text = (
            f"{what[0].upper()}{what[1:]} {_range(ratio)} among {count_units(number)}"
            f"{self._strata_text()}, where crude rates over that of all {_range(crude)}. "
        )
        if any(np.isfinite(u.ratio_lower).any() for u in units):
            text += (
                f"For {outside:,} of them the {100 * self.level:.15g}% limits, which know of "
                "chance alone, leave out 1. "
            )
        return (text + " ".join((self._caution(), *self.notes))).strip()

    def _strata_text(self) -> str:
        return f", standardised for {listed(self.strata)}" if self.strata else ""

    def _caution(self) -> str:
        if not self.strata:
            return ""
        if self.method == "indirect":
            return (
                "Each ratio is of the unit's own case-mix: two units with different case-mix "
                "can't be ranked by it."
            )
        partial = [group.units.absent for group in self.groups]
        number = sum(int(np.sum(absent > 0)) for absent in partial)
        if not number:
            return "All rates are of the same case-mix."
        most = max(float(absent.max()) for absent in partial)
        has = "1 unit has" if number == 1 else f"{number:,} units have"
        return (
            f"{has} no cases in cells that hold up to {100 * most:.2g}% of all: what is said of "
            "them is of the cells that they have, and can't be compared with the others."
        )


def _range(values: Floats) -> str:
    known = values[np.isfinite(values)]
    if not known.size:
        return "aren't known"
    return f"run from {known.min():.3g} to {known.max():.3g}"
