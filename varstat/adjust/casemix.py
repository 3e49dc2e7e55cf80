"""What a regression on case-mix says: coefficients, expected events, and whether to believe it."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from varstat.adjust.cells import Strings
from varstat.adjust.interaction import Interaction, say_interaction
from varstat.data.account import Account
from varstat.measure import Floats, Measure, ScaleName
from varstat.measure.lock import lock_arrays
from varstat.prose.number import count_units
from varstat.provenance import Provenance

_EFFECT: dict[ScaleName, str] = {"logit": "odds ratio", "log": "rate ratio"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coefficients:
    """Coefficients of a regression on case-mix, one element each; every array is locked.

    Attributes
    ----------
    factor : ndarray of object, shape (columns,)
        "intercept", or the name of a stratum or a covariate.
    level : ndarray of object, shape (columns,)
        The level of a stratum, against the most common one; None for others. A covariate's
        coefficient is of one standard deviation.
    estimate : ndarray of float, shape (columns,)
        On the link scale. Infinite where no event, or nothing else, was seen.
    se, lower, upper, p_value : ndarray of float, shape (columns,)
        With standard errors by unit; NaN where they aren't known.
    """

    factor: Strings
    level: Strings
    estimate: Floats
    se: Floats
    lower: Floats
    upper: Floats
    p_value: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Casemix:
    """A regression of events on case-mix.

    Attributes
    ----------
    indicator : str
    measure : Measure
    level : float
        Of the intervals.
    strata, covariates : tuple of str
    references : dict of str to str
        The level that others of a stratum are compared with.
    coefficients : Coefficients
    unit : ndarray of object, shape (units,)
    observed, expected, size : ndarray of float, shape (units,)
        Events seen and expected, and what they are out of, over the rows whose events are known.
    row_expected : ndarray of float, shape (rows,)
        Expected events of each row of the table, in its order.
    concordance : float
        C-statistic of a proportion: 0.5 tells nothing, 1 everything. NaN for other measures.
    explained, explained_units : float
        Share of the deviance of the units' cells, and of the units, that case-mix accounts for.
    interactions : tuple of Interaction
        Whether the effects are the same in all units; none if that was not asked for.
    notes : tuple of str
        What a reader must know, one sentence each.
    account : Account
    provenance : Provenance
    """

    indicator: str
    measure: Measure
    level: float
    strata: tuple[str, ...]
    covariates: tuple[str, ...]
    references: dict[str, str]
    coefficients: Coefficients
    unit: Strings
    observed: Floats
    expected: Floats
    size: Floats
    row_expected: Floats
    concordance: float
    explained: float
    explained_units: float
    interactions: tuple[Interaction, ...]
    notes: tuple[str, ...]
    account: Account
    provenance: Provenance

    def __post_init__(self) -> None:
        lock_arrays(self)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the coefficients, one row each.

        Returns
        -------
        DataFrame
            `factor, level, estimate, se, lower, upper, p_value` on the link scale, and `effect,
            effect_lower, effect_upper`: odds ratios, rate ratios, or the differences themselves.
        """
        columns = {f.name: getattr(self.coefficients, f.name) for f in fields(self.coefficients)}
        frame = pd.DataFrame({n: pd.Series(v, dtype=v.dtype) for n, v in columns.items()})
        for name, column in (("", "estimate"), ("_lower", "lower"), ("_upper", "upper")):
            values = frame[column].to_numpy()
            frame[f"effect{name}"] = values if self.measure.link == "identity" else np.exp(values)
        return frame

    def unit_frame(self) -> pd.DataFrame:
        """Tabulate the units: `unit, observed, expected, size, ratio`.

        Returns
        -------
        DataFrame
        """
        positive = np.where(self.expected > 0, self.expected, np.nan)
        return pd.DataFrame(
            {
                "unit": pd.Series(self.unit, dtype=object),
                "observed": self.observed,
                "expected": self.expected,
                "size": self.size,
                "ratio": self.observed / positive,
            }
        )

    def interaction_frame(self) -> pd.DataFrame:
        """Tabulate the tests of whether effects are the same in all units.

        Returns
        -------
        DataFrame
            `factor, statistic, df, p_value, sd, link, draws`.
        """
        names = [column.name for column in fields(Interaction)]
        rows = [[getattr(each, name) for name in names] for each in self.interactions]
        return pd.DataFrame(rows, columns=names)

    def summary(self) -> str:
        """Say in plain English what case-mix explains, and whether adjusting for it is safe."""
        parts = [self._accounted()]
        if np.isfinite(self.concordance):
            parts.append(f"The c-statistic is {self.concordance:.2f}.")
        if widest := self._widest():
            parts.append(widest)
        parts += [say_interaction(each) for each in self.interactions]
        return " ".join((*parts, *self.notes))

    def _accounted(self) -> str:
        """How much of the variation case-mix accounts for."""
        between = self.explained_units
        text = (
            f"Case-mix accounts for {_share(self.explained)} of the variation between the cells of "
            f"{count_units(len(self.unit))}, chance included"
        )
        if between < 0:
            return (
                f"{text}. Units lie farther from their expected events than from one common rate: "
                "adjusting makes them differ more, not less."
            )
        return f"{text}, and for {_share(between)} of that between the units."

    def _widest(self) -> str:
        """The largest effect that is known."""
        found = self.coefficients
        size = np.where(np.isfinite(found.estimate), np.abs(found.estimate), -1.0)
        size[found.factor == "intercept"] = -1.0
        if not np.any(size >= 0):
            return ""
        at = int(np.argmax(size))
        frame = self.to_frame().iloc[at]
        what = _EFFECT.get(self.measure.link, "difference")
        where = f"'{found.factor[at]}'"
        if found.level[at] is None:
            where += ", for one standard deviation,"
        else:
            where = f"'{found.level[at]}' of {where} against '{self.references[found.factor[at]]}'"
        limits = ""
        if np.isfinite(found.se[at]):
            limits = (
                f" ({100 * self.level:.15g}% interval {frame['effect_lower']:.3g} to "
                f"{frame['effect_upper']:.3g})"
            )
        return f"The largest {what} is that of {where}: {frame['effect']:.3g}{limits}."


def _share(share: float) -> str:
    return "an unknown share" if np.isnan(share) else f"{100 * share:.0f}%"
