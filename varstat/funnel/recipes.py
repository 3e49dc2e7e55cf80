"""Two published recipes, reproduced to the digit, faults and all.

=======  ==========  =====================  ==================  ========================
recipe   measure     y, on scale            s                   before phi
=======  ==========  =====================  ==================  ========================
`shmi`   ratio       ln(O / E), log         1 / sqrt(E)         trim 10% each end
`cqc`    ratio       sqrt(O / E), sqrt      1 / (2 sqrt(E))     winsorise 10% each end
`cqc`    proportion  arcsin sqrt r          1 / (2 sqrt(n))     winsorise 10% each end
=======  ==========  =====================  ==================  ========================

Neither corrects phi for the trimming or winsorising, so that both find too little dispersion;
`bias` says what that does.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from varstat.card.schema import Sides
from varstat.errors import ModelError
from varstat.funnel.limits import tail_area
from varstat.funnel.tails import Predictive, Tails
from varstat.measure import Floats, Measure, ScaleName, from_scale, scale_slope, to_scale

RecipeName = Literal["shmi", "cqc"]
_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A transform that makes the chance variance of a rate nearly constant for its size.

    Attributes
    ----------
    name : {"shmi", "cqc"}
    scale : {"log", "sqrt", "arcsine"}
    bias : str
        What is known to be wrong with it, in a sentence.
    """

    name: RecipeName
    scale: ScaleName
    bias: str

    def transform(self, rate: Floats) -> Floats:
        """Put a rate on the recipe's scale."""
        return to_scale(self.scale, rate)

    def back(self, y: Floats) -> Floats:
        """Bring a value back to a rate; what lies beyond the scale's end is its end."""
        match self.scale:
            case "sqrt":
                y = np.maximum(y, 0.0)
            case "arcsine":
                y = np.clip(y, 0.0, np.pi / 2.0)
        return from_scale(self.scale, y)

    def error(self, size: Floats) -> Floats:
        """Standard error by chance on the recipe's scale."""
        return (1.0 if self.scale == "log" else 0.5) / np.sqrt(size)


_TOO_SMALL = (
    "it does not correct phi for the extremes it {cut}: on average it finds {found} of the true "
    "phi, so that too many units lie outside its limits"
)
_SHMI_BIAS = (
    "The SHMI recipe is reproduced as published: "
    + _TOO_SMALL.format(cut="trims", found="44%")
    + "; on its log scale, any unit without events is flagged low, whatever its size."
)
_CQC_BIAS = (
    "The CQC recipe is reproduced as published: "
    + _TOO_SMALL.format(cut="winsorises", found="68%")
    + "."
)


def recipe_for(name: str, measure: Measure) -> Recipe:
    """Look up a recipe for a measure.

    Raises
    ------
    ModelError
        If the recipe isn't defined for the measure.
    """
    scale = dict(measure.recipes).get(name)
    if scale is not None and name == "shmi":
        return Recipe(name="shmi", scale=scale, bias=_SHMI_BIAS)
    if scale is not None and name == "cqc":
        return Recipe(name="cqc", scale=scale, bias=_CQC_BIAS)
    where = "observed and expected counts" if name == "shmi" else "proportions and ratios"
    raise ModelError(
        f"method {name}",
        f"the {name.upper()} recipe is defined for {where}, not for the measure "
        f"'{measure.name}'. Leave out --method to use varstat's own limits.",
    )


def recipe_spread(recipe: Recipe, z: Floats, error: Floats) -> tuple[float, float]:
    r"""Compute phi and tau^2 as the recipe says.

    With the z that remain (or all, winsorised),

    .. math::

       \hat\phi = \frac1I \sum z_i^2, \qquad
       \hat\tau^2 = \max\left(0,\ \frac{I\hat\phi - (I - 1)}
                    {\sum w_i - \sum w_i^2 / \sum w_i}\right), \qquad w_i = 1/s_i^2 .

    Parameters
    ----------
    recipe : Recipe
    z : ndarray of float, shape (units,)
        Distances from the target in standard errors, not infinite once cut.
    error : ndarray of float, shape (units,)
        Standard errors by chance, on the recipe's scale.

    Returns
    -------
    phi, tau2 : float
        NaN and zero for fewer than two units.

    Raises
    ------
    ModelError
        If so many units have no events that the log scale is lost.
    """
    if recipe.name == "shmi":
        out = int(np.floor(_SHARE * z.size))
        order = np.argsort(z, kind="stable")[out : z.size - out]
        z, error = z[order], error[order]
    elif z.size:
        z = np.clip(z, *np.quantile(z, [_SHARE, 1.0 - _SHARE]))
    if z.size < 2:
        return float("nan"), 0.0
    if not np.all(np.isfinite(z)):
        raise ModelError(
            "method shmi",
            "a tenth of the units or more have no events, and the SHMI recipe takes their "
            "logarithm. Leave out --method, or use --method cqc.",
        )
    weight = 1.0 / np.square(error)
    squares = float(np.sum(np.square(z)))
    spare = float(weight.sum() - np.square(weight).sum() / weight.sum())
    return squares / z.size, max(0.0, (squares - (z.size - 1)) / spare)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecipeBand:
    """What each unit would report at the target, were the recipe's normal approximation true.

    Attributes
    ----------
    recipe : Recipe
    measure : Measure
    size, target : ndarray of float, shape (units,)
    tau2 : ndarray of float, shape (units,)
        Between-unit variance on the recipe's scale.
    """

    recipe: Recipe
    measure: Measure
    size: Floats
    target: Floats
    tau2: Floats

    def take(self, rows: NDArray[np.intp]) -> "RecipeBand":
        """Keep the units at `rows`."""
        return replace(self, size=self.size[rows], target=self.target[rows], tau2=self.tau2[rows])

    def sd(self) -> Floats:
        """Standard deviation on the recipe's scale, chance and all."""
        return np.sqrt(np.square(self.recipe.error(self.size)) + self.tau2)

    def tails(self, event: Floats) -> Tails:
        """Normal tail probabilities of each unit's event."""
        y = self.recipe.transform(self.measure.rates(event, self.size))
        z = (y - self.recipe.transform(self.target)) / self.sd()
        lower, upper = special.ndtr(z), special.ndtr(-z)
        return Tails(at_most=lower, below=lower, at_least=upper, above=upper)

    def limits(self, level: float, *, sides: Sides) -> tuple[Floats, Floats]:
        """Limits of the rate at a level, brought back from the recipe's scale."""
        centre, sd = self.recipe.transform(self.target), self.sd()
        low, high = tail_area(level, "low", sides), tail_area(level, "high", sides)
        return (
            self.recipe.back(centre + special.ndtri(low) * sd) if low else np.nan * sd,
            self.recipe.back(centre - special.ndtri(high) * sd) if high else np.nan * sd,
        )


def recipe_size(band: RecipeBand, level: float, *, sides: Sides, exact: bool) -> Floats:
    """Probability that the recipe flags a unit at the target that varies as its own tau says.

    The unit's event is beta-binomial or negative binomial, not normal on the recipe's scale, so
    that this is what the recipe does and not what it claims.

    Parameters
    ----------
    band : RecipeBand
    level : float
    sides : {"both", "high", "low"}
    exact : bool
        Whether events are whole counts.

    Returns
    -------
    ndarray of float, shape (units,)
    """
    lower, upper = band.limits(level, sides=sides)
    truth = Predictive(
        measure=band.measure,
        size=band.size,
        target=band.target,
        extra=band.tau2 / np.square(scale_slope(band.recipe.scale, band.target)),
        exact=exact,
    )
    few, many = lower * band.size, upper * band.size
    if exact:
        few, many = np.ceil(few) - 1.0, np.floor(many) + 1.0
    below = np.where(np.isnan(lower), 0.0, truth.at_most(np.nan_to_num(few, nan=-1.0)))
    above = np.where(np.isnan(upper), 0.0, truth.at_least(np.nan_to_num(many, nan=1.0)))
    return below + above


def garwood_limits(expected: Floats, level: float, *, sides: Sides) -> tuple[Floats, Floats]:
    r"""Limits published as "Poisson" with the SHMI: a Garwood interval around the expected.

    .. math:: \left[\,F^{-1}_{\Gamma(E)}(p) / E,\ F^{-1}_{\Gamma(E + 1)}(1 - p) / E\,\right]

    This is a confidence interval for a mean of which E events were seen; a unit with no events
    lies below it whatever its size. It is drawn to match the publisher and flags nothing.

    Parameters
    ----------
    expected : ndarray of float, shape (units,)
    level : float
    sides : {"both", "high", "low"}

    Returns
    -------
    lower, upper : ndarray of float, shape (units,)
        As ratios to the expected.
    """
    low, high = tail_area(level, "low", sides), tail_area(level, "high", sides)
    return (
        special.gammaincinv(expected, low) / expected if low else np.nan * expected,
        special.gammainccinv(expected + 1.0, high) / expected if high else np.nan * expected,
    )
