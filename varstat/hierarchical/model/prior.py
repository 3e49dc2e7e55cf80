r"""Priors of scales and of the contamination, as densities of their unconstrained forms.

A scale is :math:`e^x`, a contamination :math:`1/(1 + e^{-x})`; densities are of x, so each carries
its Jacobian.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import expit, log_expit

from varstat.measure import Floats

if TYPE_CHECKING:
    from varstat.card.schema import Beta, Normal, Place, Priors, TauPrior

# Normal SD of the slope of effects' log SD in log size. At two of these effects of a unit ten times
# as large have an SD a tenth or ten times as large.
BY_SIZE_SD = 0.5

ScaleName = Literal["half-normal", "half-cauchy", "exponential", "gamma-precision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalePrior:
    """A prior on a standard deviation.

    Attributes
    ----------
    distribution : {"half-normal", "half-cauchy", "exponential", "gamma-precision"}
    a : float
        SD, scale, rate, or shape.
    b : float
        The rate of a gamma on the precision; unused by the others.
    """

    distribution: ScaleName
    a: float
    b: float = 0.0

    def log_density(self, x: Floats) -> Floats:
        """Log density of the log of the scale, up to a constant."""
        scale = np.exp(x)
        match self.distribution:
            case "half-normal":
                return x - 0.5 * (scale / self.a) ** 2
            case "half-cauchy":
                return x - np.log1p((scale / self.a) ** 2)
            case "exponential":
                return x - self.a * scale
            case "gamma-precision":
                return -2.0 * self.a * x - self.b * np.exp(-2.0 * x)

    def slope(self, x: Floats) -> Floats:
        """Derivative of `log_density`."""
        scale = np.exp(x)
        match self.distribution:
            case "half-normal":
                return 1.0 - (scale / self.a) ** 2
            case "half-cauchy":
                ratio = (scale / self.a) ** 2
                return 1.0 - 2.0 * ratio / (1.0 + ratio)
            case "exponential":
                return 1.0 - self.a * scale
            case "gamma-precision":
                return -2.0 * self.a + 2.0 * self.b * np.exp(-2.0 * x)


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaPrior:
    """A beta prior on a share."""

    a: float
    b: float

    def log_density(self, x: Floats) -> Floats:
        """Log density of the logit of the share, up to a constant."""
        return self.a * log_expit(x) + self.b * log_expit(-x)

    def slope(self, x: Floats) -> Floats:
        """Derivative of `log_density`."""
        p = expit(x)
        return self.a * (1.0 - p) - self.b * p


def scale_prior(stated: "TauPrior") -> ScalePrior:
    """Take a scale's prior from a card."""
    match stated.distribution:
        case "half-normal":
            return ScalePrior(distribution="half-normal", a=stated.sd)
        case "half-cauchy":
            return ScalePrior(distribution="half-cauchy", a=stated.scale)
        case "exponential":
            return ScalePrior(distribution="exponential", a=stated.rate)
        case "gamma-precision":
            return ScalePrior(distribution="gamma-precision", a=stated.shape, b=stated.rate)


def beta_prior(stated: "Beta") -> BetaPrior:
    """Take a share's prior from a card."""
    return BetaPrior(a=stated.a, b=stated.b)


def location_priors(
    priors: "Priors", locations: Sequence[str], pooled: float
) -> tuple[Floats, Floats]:
    """Take the normal priors of intercept, peer means, coefficients and periods from a card.

    Parameters
    ----------
    priors : Priors
    locations : sequence of str
        As a `Design` names them.
    pooled : float
        The rate of all units together on the link scale: where "pooled" priors are centred.

    Returns
    -------
    mean, sd : ndarray of float, shape (locations,)
    """
    by_kind: dict[str, Place | Normal] = {
        "intercept": priors.intercept,
        "peer_mean": priors.peer_mean,
        "coefficient": priors.coefficient,
        "inform": priors.coefficient,
        "stratum": priors.coefficient,
        "period": priors.period,
    }
    normal = [by_kind[name.partition("[")[0]] for name in locations]
    mean = [pooled if each.mean == "pooled" else float(each.mean) for each in normal]
    return np.array(mean), np.array([each.sd for each in normal])
