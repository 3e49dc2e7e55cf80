"""The band in which a unit's rate lies if it performs at the target, at any size."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from varstat.card.schema import Limits, Sides
from varstat.funnel.degrees import Known
from varstat.funnel.limits import limit_rates
from varstat.funnel.recipes import Recipe, RecipeBand, garwood_limits
from varstat.funnel.smooth import smooth_rates
from varstat.funnel.tails import Predictive
from varstat.measure import Floats, Measure
from varstat.measure.basis import KNOWN, Basis, Usual


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One pair of limits.

    Attributes
    ----------
    kind : str
        "exact", "normal", "interpolated" or "poisson" by chance alone; "overdispersed".
    level : float
    lower, upper : ndarray of float, shape (sizes,)
        In units of the rate.
    """

    kind: str
    level: float
    lower: Floats
    upper: Floats


class Band(Protocol):
    """Limits at any size."""

    def lines(
        self,
        size: Floats,
        target: Floats,
        levels: tuple[float, ...],
        basis: Basis | None = None,
    ) -> list[Line]:
        """Limits of the rate at the given sizes, which rest on what is usual unless said."""
        ...

    def for_the_eye(self) -> "Band":
        """The same limits, drawn without the steps of counts."""
        ...


def extra_variance(
    measure: Measure,
    size: Floats,
    target: Floats,
    *,
    tau2: Floats,
    inflation: Floats,
    exact: bool,
    basis: Basis,
) -> Floats:
    r"""Variance of the underlying rate that gives a rate its dispersion.

    Additive dispersion is :math:`\sigma^2 = \tau^2 / g'(t)^2`, with g the link: units differ by
    as much on the link scale about the target as about their own centre. Under multiplicative
    dispersion it is :math:`(\phi - 1)\,s^2`, for exact proportions times :math:`n / (n - 1)`,
    since a beta-binomial's variance is :math:`s^2 [1 + (n - 1)\rho]`. The error of an expected
    number of events adds what it is worth, which such dispersion inflates like the rest of chance.

    Parameters
    ----------
    measure : Measure
    size, target : ndarray of float, shape (units,)
    tau2 : ndarray of float, shape (units,)
        Between-unit variance on the link scale; zero under multiplicative dispersion.
    inflation : ndarray of float, shape (units,)
        :math:`\phi`; one under additive dispersion.
    exact : bool
        Whether events are whole counts.
    basis : Basis

    Returns
    -------
    ndarray of float, shape (units,)
        NaN where the dispersion of continuous amounts can't be learned.
    """
    if exact:
        extra = basis.inflated(measure, inflation, size, target)
    else:
        extra = (inflation - 1.0) * measure.chance_variance(size, target)
    return extra + tau2 / np.square(measure.slope(target))


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictiveBand:
    """Limits from the distribution of the event itself.

    Attributes
    ----------
    measure : Measure
    exact : bool
        Whether events are whole counts.
    method : {"exact", "normal", "interpolated"}
    sides : {"both", "high", "low"}
    tau2, inflation : float
        See `extra_variance`.
    information, freedom, cases : float
        How well the variances are known: see `Known`.
    smooth : bool
        Whether exact limits are given without the steps of counts.
    usual : Usual
        What sizes rest on where no unit is meant.
    """

    measure: Measure
    exact: bool
    method: Limits
    sides: Sides
    tau2: float
    inflation: float
    information: float = float("inf")
    freedom: float = float("inf")
    cases: float = float("inf")
    smooth: bool = False
    usual: Usual = KNOWN

    def predictive(
        self, size: Floats, target: Floats, basis: Basis, *, dispersed: bool = True
    ) -> Predictive:
        """Distribution of the event at the given sizes."""
        extra = extra_variance(
            self.measure,
            size,
            target,
            tau2=np.full_like(size, self.tau2),
            inflation=np.full_like(size, self.inflation),
            exact=self.exact,
            basis=basis,
        )
        found = Predictive(
            measure=self.measure,
            size=size,
            target=target,
            extra=extra if dispersed else basis.blur(target),
            exact=self.exact,
            basis=basis,
        )
        known = Known(
            information=np.array([self.information if dispersed else np.inf]),
            inflation=np.array([self.freedom if dispersed else np.inf]),
            cases=np.array([self.cases]),
        )
        return replace(
            found,
            degrees=known.degrees(
                basis.chance(self.measure, size, target),
                found.variance,
                known.cases_at(size, group=0),
                group=0,
            ),
        )

    def lines(
        self,
        size: Floats,
        target: Floats,
        levels: tuple[float, ...],
        basis: Basis | None = None,
    ) -> list[Line]:
        """Limits by chance alone and, where there is more, over-dispersed."""
        basis = self.usual.at(size) if basis is None else basis
        chance: str = "interpolated" if self.smooth else self.method
        chance = chance if self.exact and self.measure.counts else "normal"
        kinds = [(chance, False)] if self.exact else []
        # What can't be learned of continuous amounts is NaN, and so are their limits.
        if self.tau2 != 0 or self.inflation != 1 or not self.exact:
            kinds.append(("overdispersed", True))
        lines = []
        for kind, dispersed in kinds:
            predictive = self.predictive(size, target, basis, dispersed=dispersed)
            for level in levels:
                if self.smooth:
                    lower, upper = smooth_rates(predictive, level, sides=self.sides)
                else:
                    lower, upper = limit_rates(
                        predictive, level, sides=self.sides, method=self.method
                    )
                lines.append(Line(kind=kind, level=level, lower=lower, upper=upper))
        return lines

    def for_the_eye(self) -> "PredictiveBand":
        """Smooth limits in place of exact ones."""
        return replace(self, smooth=True) if self.method == "exact" else self


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedBand:
    """Limits of a published recipe.

    Attributes
    ----------
    measure : Measure
    recipe : Recipe
    sides : {"both", "high", "low"}
    tau2 : float
        Between-unit variance on the recipe's scale.
    """

    measure: Measure
    recipe: Recipe
    sides: Sides
    tau2: float

    def at(self, size: Floats, target: Floats, *, dispersed: bool = True) -> RecipeBand:
        """The recipe's normal approximation at the given sizes."""
        return RecipeBand(
            recipe=self.recipe,
            measure=self.measure,
            size=size,
            target=target,
            tau2=np.full_like(size, self.tau2 if dispersed else 0.0),
        )

    def lines(
        self,
        size: Floats,
        target: Floats,
        levels: tuple[float, ...],
        basis: Basis | None = None,
    ) -> list[Line]:
        """Limits as published: without and with over-dispersion."""
        lines = []
        for level in levels:
            if self.recipe.name == "shmi":
                lower, upper = garwood_limits(size * target, level, sides=self.sides)
                lines.append(
                    Line(kind="poisson", level=level, lower=lower * target, upper=upper * target)
                )
            else:
                lower, upper = self.at(size, target, dispersed=False).limits(
                    level, sides=self.sides
                )
                lines.append(Line(kind="normal", level=level, lower=lower, upper=upper))
        for level in levels:
            lower, upper = self.at(size, target).limits(level, sides=self.sides)
            lines.append(Line(kind="overdispersed", level=level, lower=lower, upper=upper))
        return lines

    def for_the_eye(self) -> "PublishedBand":
        """A recipe's limits have no steps."""
        return self
