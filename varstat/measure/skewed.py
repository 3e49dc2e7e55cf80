"""Values whose error is normal on the log or logit scale, as limits show that aren't symmetric."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from varstat.measure.mean import MEAN, Mean
from varstat.measure.scale import Floats, ScaleName, from_scale, scale_slope, to_scale

SkewedName = Literal["log", "logit", "logit-of-percent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skewed(Mean):
    r"""A value with a known standard error on its link scale.

    With the link :math:`g` and a value that can be at most :math:`m` (1 or 100 for a logit),

    .. math:: g(x / m) \sim N\!\left(g(\mu / m),\ \mathrm{se}^2\right)

    Rates, targets and effects are in the units of the value; chance and what units differ by are
    those of the link scale, taken to the value's by its slope at the target.

    Attributes
    ----------
    most : float
        What a value is at most where the link is a logit; 1 for a log, which has no most.
    """

    ends: tuple[float, float] = (0.0, np.inf)
    scales: tuple[ScaleName, ...] = ("log",)
    most: float = 1.0

    @property
    def bounded(self) -> bool:
        """See `Measure`: a value is no part of a size."""
        return False

    @property
    def percent(self) -> bool:
        """See `Measure`: values are written as they are given."""
        return False

    def to_link(self, rate: Floats) -> Floats:
        """See `Measure`."""
        return to_scale(self.link, rate / self.most)

    def from_link(self, theta: Floats) -> Floats:
        """See `Measure`."""
        return np.asarray(self.most * from_scale(self.link, theta))

    def slope(self, rate: Floats) -> Floats:
        """See `Measure`."""
        return np.asarray(scale_slope(self.link, rate / self.most) / self.most)

    def slope_on(self, scale: ScaleName, rate: Floats) -> Floats:
        """See `Measure`: of the one scale that there is."""
        return self.slope(rate)

    @property
    def own(self) -> Mean:
        """See `Measure`: a mean."""
        return MEAN

    def redraw(self, event: Floats, size: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See `Measure`: on the link scale."""
        return self.from_link(Mean.redraw(self, self.to_link(event), size, draws, rng))

    def own_scale(self, event: Floats) -> Floats:
        """See `Measure`: the link."""
        return self.to_link(event)

    def from_own(self, value: Floats) -> Floats:
        """See `Measure`: from the link."""
        return self.from_link(value)

    def straight(self, rate: Floats, at: Floats) -> Floats:
        """See `Measure`."""
        return np.asarray(at + (self.to_link(rate) - self.to_link(at)) / self.slope(at))

    def away(self, target: Floats, distance: Floats) -> Floats:
        """See `Measure`."""
        return self.from_link(self.to_link(target) + distance * self.slope(target))

    def deviate(self, event: Floats, size: Floats, target: Floats, variance: Floats) -> Floats:
        """See `Measure`: on the link scale."""
        return Mean.deviate(self, self.straight(event, target), size, target, variance)

    def chance_variance(self, size: Floats, target: Floats) -> Floats:
        """See `Measure`: that of the link scale, by the slope at the target."""
        return np.asarray(np.square(size / self.slope(target)))


SKEWED: dict[SkewedName, Skewed] = {
    "log": Skewed(),
    "logit": Skewed(scales=("logit",), ends=(0.0, 1.0)),
    "logit-of-percent": Skewed(scales=("logit",), ends=(0.0, 100.0), most=100.0),
}
