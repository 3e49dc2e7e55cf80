"""What a funnel is once computed: data, with a table, a sentence and limits at any size."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.card.schema import Dispersion, Limits, Robust, Sides
from varstat.funnel.band import Band
from varstat.measure import Direction, Floats, Measure, ScaleName
from varstat.measure.basis import BESIDE, Basis
from varstat.measure.homogeneity import Homogeneity
from varstat.measure.lock import lock_arrays
from varstat.prose.homogeneity import say_homogeneity
from varstat.prose.number import expected_number, first_count, interval, percent
from varstat.results import Results, UnitResult

Strings = NDArray[np.object_]
# Units of which a target is known well enough to draw limits about it.
FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FunnelUnits:
    """The units of one funnel, one element a unit; every array is locked.

    Attributes
    ----------
    unit, unit_name, peer_group, period : ndarray of object, shape (units,)
        Keys and attributes as text; None where the table has none.
    event : ndarray of float, shape (units,)
        Numerator, observed count or value; NaN where the publisher withheld it.
    event_lower, event_upper : ndarray of float, shape (units,)
        The range in which the event lies; equal to `event` where it is known exactly.
    size : ndarray of float, shape (units,)
        Denominator, expected count or exposure, or standard error.
    expected_se : ndarray of float, shape (units,)
        Standard error of an expected count; NaN where none was given.
    sampled_from : ndarray of float, shape (units,)
        Of how many cases a denominator is a sample; NaN where that wasn't given.
    rate : ndarray of float, shape (units,)
        What the unit's numbers say; NaN where the event was withheld.
    target : ndarray of float, shape (units,)
        What the unit is compared with; varies only with a leave-one-out target.
    z : ndarray of float, shape (units,)
        Distance from the target in standard errors of chance, that of an expected count included.
    p_value, q_value : ndarray of float, shape (units,)
        Two-sided mid-p, and its Benjamini-Hochberg adjustment.
    flag : ndarray of object, shape (units,)
        "high", "low" or None.
    flag_level : ndarray of float, shape (units,)
        The strictest level at which the unit is flagged; NaN where it isn't.
    reliability : ndarray of float, shape (units,)
        Share of the variance of the unit's rate that is not chance.
    detectable_ratio : ndarray of float, shape (units,)
        The smallest ratio to the target at which the unit would be flagged high at the first
        level; NaN where no count could be.
    """

    unit: Strings
    unit_name: Strings
    peer_group: Strings
    period: Strings
    event: Floats
    event_lower: Floats
    event_upper: Floats
    size: Floats
    expected_se: Floats
    sampled_from: Floats
    rate: Floats
    target: Floats
    z: Floats
    p_value: Floats
    q_value: Floats
    flag: Strings
    flag_level: Floats
    reliability: Floats
    detectable_ratio: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def basis(self) -> Basis:
        """What the sizes rest on."""
        return Basis.of(self.size, **{name: getattr(self, name) for name in BESIDE})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Funnel(UnitResult):
    """One funnel: one indicator, in one group of units.

    Attributes
    ----------
    indicator : str
        Title of the indicator.
    measure : Measure
    event_label, size_label : str
        What event and size are, in the card's words or else the measure's.
    direction : {"higher-is-better", "lower-is-better", "neither"}
    method : str
        The recipe: "varstat", "shmi" or "cqc".
    by : dict of str to str
        What this group of units has in common; empty where there is one group.
    target : float
        In units of the rate; for leave-one-out, that of all units together.
    target_rule : str
        "pooled", "median", "best:0.25", "rate:0.75" or "leave-one-out".
    dispersion : {"none", "multiplicative", "dl", "pm", "reml"}
        How the limits allow for variation beyond chance.
    robust : {"none", "trim", "winsorise"}
    exact : bool
        Whether events are whole counts, or means, of which chance is known; False for continuous
        amounts, such as days and money.
    pull : float
        How far a pooled target surely lies from where the units lie once extremes are cut, in
        standard deviations of a middling unit's rate; NaN for other targets.
    sparse : bool
        Whether counts are so small that `robust` did not apply.
    phi : float
        Variance of the units about their centre as a multiple of what chance gives; NaN where
        it can't be learned. For a recipe, as the recipe has it: about the target, uncorrected.
    tau, tau_lower, tau_upper : float
        Between-unit standard deviation on the scale `tau_scale`, and its 95% interval; NaN
        where it isn't estimated.
    tau_scale : {"log", "sqrt", "arcsine", "logit", "identity"}
    homogeneity : Homogeneity
        Whether units differ by more than chance, given their total.
    levels : tuple of float
        Ascending, each in (0, 1).
    sides : {"both", "high", "low"}
    limits_method : {"exact", "normal", "interpolated"}
    band : Band
        The limits at any size.
    expected_false_flags : dict of float to float
        For each level, how many units would be flagged if all performed at the target and
        varied as the limits say, target and tau taken as known: with few units there are more.
        Of over 1,000 units a sample spread over their sizes is counted; withheld counts are not.
    units : FunnelUnits
    warnings : tuple of str
        What a reader must know, one sentence each.
    """

    indicator: str
    measure: Measure
    event_label: str
    size_label: str
    direction: Direction
    method: str
    by: dict[str, str]
    target: float
    target_rule: str
    dispersion: Dispersion
    robust: Robust
    exact: bool
    pull: float
    sparse: bool
    phi: float
    tau: float
    tau_lower: float
    tau_upper: float
    tau_scale: ScaleName
    homogeneity: Homogeneity
    levels: tuple[float, ...]
    sides: Sides
    limits_method: Limits
    band: Band
    expected_false_flags: dict[float, float]
    units: FunnelUnits
    warnings: tuple[str, ...]

    def flagged(self, level: float | None = None) -> int:
        """Count the units flagged at a level or a stricter one; by default at any."""
        strictest = self.units.flag_level[~np.isnan(self.units.flag_level)]
        return int(np.sum(strictest >= (min(self.levels) if level is None else level)))

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units, one row each.

        Returns
        -------
        DataFrame
            The group's by columns, then `unit, unit_name, peer_group, period`, the event and
            size under the measure's names, the rate likewise, `target, z, p_value, q_value,
            flag, flag_level, reliability, detectable_ratio`; `event_lower, event_upper` where a
            count was suppressed or rounded, and `expected_se` or `sampled_from` where given.
        """
        return _units_frame((self,))

    def limits(self, size: Floats | None = None) -> pd.DataFrame:
        """Tabulate the limits at given sizes, or at each unit's own.

        Parameters
        ----------
        size : ndarray of float, shape (sizes,), optional
            Denominators, expected counts, exposures or standard errors, which then rest on what is
            usual among units.

        Returns
        -------
        DataFrame
            One row per size, kind and level: `unit` (None where `size` is given), the size
            under the measure's name, `kind, level, lower, upper` in units of the rate; NaN on
            a side that isn't watched.
        """
        unit = self.units.unit if size is None else np.full(len(size), None, dtype=object)
        at = self.units.size if size is None else np.asarray(size, dtype=float)
        target = self.units.target if size is None else np.full(at.shape, self.target)
        basis = self.units.basis if size is None else None
        lines = self.band.lines(at, target, self.levels, basis)
        repeat = len(lines)
        each = np.full(at.size, 1)
        return pd.DataFrame(
            {
                "unit": pd.Series(np.tile(unit, repeat), dtype=object),
                self.measure.size: np.tile(at, repeat),
                "kind": pd.Series(np.repeat([x.kind for x in lines], at.size), dtype=object),
                "level": np.concatenate([each * x.level for x in lines]),
                "lower": np.concatenate([x.lower for x in lines]),
                "upper": np.concatenate([x.upper for x in lines]),
            }
        )

    def drawn_limits(self, size: Floats) -> pd.DataFrame:
        """Tabulate the limits as they are drawn: those for the eye, without the steps of counts.

        Parameters
        ----------
        size : ndarray of float, shape (sizes,)

        Returns
        -------
        DataFrame
            As `limits` does, where those are exact without their steps: a unit is flagged if
            and only if it lies strictly outside these as well.
        """
        return replace(self, band=self.band.for_the_eye()).limits(size)

    def drawn_sizes(self, points: int = 200) -> Floats:
        """Sizes at which the limits are drawn, evenly spaced in ratio over the units' sizes.

        Whole numbers where the size is a count; fewer points where fewer numbers lie between.
        """
        low, high = float(self.units.size.min()), float(self.units.size.max())
        sizes = np.geomspace(low / 1.1, high * 1.1, points)
        if self.measure.bounded:
            sizes = np.unique(np.maximum(np.round(sizes), 1.0))
        return sizes

    def summary(self) -> str:
        """Say in plain English what was found."""
        level = max(self.levels)
        flagged, units = self.flagged(level), self.units.unit.size
        noun = "unit" if units == 1 else "units"
        lie = "lies" if 1 in (flagged, units) else "lie"
        sides = [
            f"{n:,} {side}{self._quality(side)}"
            for side in ("high", "low")
            if (n := int(np.sum((self.units.flag == side) & (self.units.flag_level >= level))))
        ]
        which = f" ({'; '.join(sides)})" if sides else ""
        expected = self.expected_false_flags[level]
        if np.isnan(expected):
            return f"No limits can be drawn for these {units:,} {noun}.{self._spread_text()}"
        false = expected_number(expected)
        return (
            f"{first_count(flagged)} of {units:,} {noun} {lie} outside the {percent(level)} "
            f"limits around {self._target_text()}{which}; {false} would if all were at the target "
            f"and varied by no more than {'the limits allow for' if self._allows() else 'chance'}."
            f"{self._spread_text()}"
        )

    def _quality(self, side: str) -> str:
        if self.direction == "neither":
            return ""
        return ", better" if (side == "high") == (self.direction[0] == "h") else ", worse"

    def _allows(self) -> bool:
        return self.dispersion != "none" and (self.phi > 1 or self.tau > 0)

    def _target_text(self) -> str:
        name, _, value = self.target_rule.partition(":")
        rate = self.measure.text(self.target)
        match name:
            case "rate":
                return rate
            case "best":
                return f"{rate}, which the best {percent(float(value))} reach"
            case "leave-one-out":
                return f"the {self.measure.rate} of all others (together {rate})"
        return f"the {name} {self.measure.rate} of {rate}"

    def _spread_text(self) -> str:
        if not np.isfinite(self.phi):
            return " How much units vary beyond chance can't be learned from these data."
        allowed = "the limits allow for it." if self._allows() else "the limits don't."
        if self.method != "varstat":
            return f" The recipe's phi is {_times(self.phi)}; {allowed}"
        if not self.exact:
            return " The limits allow for as much variation as there is between units."
        bracket = self._tau_text()
        if self.phi < 1.005 or (self.dispersion != "multiplicative" and self.tau == 0):
            return (
                " About their own centre the variance of the units is no larger than chance would "
                f"give{bracket}.{self._homogeneity_text()}"
            )
        text = f" The variance of the units is {_times(self.phi)} times what chance would give"
        return f"{text}{bracket}; {allowed}{self._homogeneity_text()}"

    def _tau_text(self) -> str:
        if not np.isfinite(self.tau_lower):
            return ""
        scale = f" (tau {self.tau:.3g} on the {self.tau_scale} scale"
        if self.tau_upper == 0.0:
            return f"{scale}, and no tau fits)"
        return f"{scale}, 95% interval {interval(self.tau_lower, self.tau_upper)})"

    def _homogeneity_text(self) -> str:
        said = say_homogeneity(self.homogeneity, what="Their rates")
        return f" {said}" if said else ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Funnels(Results[Funnel]):
    """All funnels of one call, one `Funnel` for each group of units."""

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units of all funnels, in the columns of `Funnel.to_frame`."""
        return _units_frame(self.groups)

    def summary(self) -> str:
        """Say in plain English what was found."""
        if len(self) == 1:
            return self[0].summary()
        level = max(max(funnel.levels) for funnel in self)
        flagged = sum(funnel.flagged(level) for funnel in self)
        units = sum(funnel.units.unit.size for funnel in self)
        false = expected_number(float(np.nansum([f.expected_false_flags[level] for f in self])))
        lie = "lies" if flagged == 1 else "lie"
        return (
            f"In {len(self):,} funnels {flagged:,} of {units:,} units {lie} outside their "
            f"{percent(level)} limits; {false} would if all were at their target and varied "
            "by no more than the limits allow for."
        )


def _units_frame(funnels: Sequence[Funnel]) -> pd.DataFrame:
    """Tabulate the units of funnels of the same measure and groups, one after another."""
    measure, by = funnels[0].measure, funnels[0].by
    units = [funnel.units for funnel in funnels]
    number = [each.unit.size for each in units]
    columns: dict[str, Strings | Floats] = {
        name: np.repeat(np.array([funnel.by[name] for funnel in funnels], dtype=object), number)
        for name in by
    }
    named = {"event": measure.event, "size": measure.size, "rate": measure.rate}
    if all(np.array_equal(each.event_lower, each.event_upper) for each in units):
        named |= {"event_lower": "", "event_upper": ""}
    if measure.event == measure.rate:
        named["rate"] = ""
    named |= {x: "" for x in BESIDE if all(np.isnan(getattr(u, x)).all() for u in units)}
    for column in fields(FunnelUnits):
        name = named.get(column.name, column.name)
        if name and name not in by:
            columns[name] = np.concatenate([getattr(each, column.name) for each in units])
    return pd.DataFrame(
        {name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()}
    )


def _times(ratio: float) -> str:
    """A ratio, for a sentence."""
    return f"{ratio:,.0f}" if ratio >= 1000 else f"{ratio:.3g}"


def has_limits(funnel: Funnel) -> bool:
    """Tell whether limits are drawn: not about a target that under five units set themselves."""
    units = funnel.units
    fixed = funnel.target_rule.startswith("rate:")
    return fixed or int(np.sum(has_point(units) | has_bar(units))) >= FEWEST


def has_point(units: FunnelUnits) -> NDArray[np.bool_]:
    """Mark the units drawn as a point."""
    return np.isfinite(units.rate) & (units.size > 0)


def has_bar(units: FunnelUnits) -> NDArray[np.bool_]:
    """Mark the units whose event was withheld, drawn as the range in which their rate lies."""
    known = np.isfinite(units.event_lower) & np.isfinite(units.event_upper)
    return ~np.isfinite(units.rate) & (units.size > 0) & known


def bars(funnel: Funnel) -> tuple[Floats, Floats]:
    """Compute the lowest and highest rate that each unit may have, shape (units,) each."""
    units = funnel.units
    rates = funnel.measure.rates
    return rates(units.event_lower, units.size), rates(units.event_upper, units.size)
