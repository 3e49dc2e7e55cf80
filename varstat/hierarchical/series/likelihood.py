"""The likelihood of a panel's cells in their link-scale values, with four derivatives."""

from dataclasses import dataclass

import numpy as np

from varstat.measure import Floats, Measure

# Beyond this a rate can't be told from its end, and exponentials overflow.
_FARTHEST = 600.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Units' events in periods, in the units of the model.

    Attributes
    ----------
    measure : Measure
    event, size : ndarray of float, shape (periods, 1, units)
        Where there is no row both are 0. Of a mean the size is its precision, 1/se².
    """

    measure: Measure
    event: Floats
    size: Floats

    def part(self, units: slice) -> "Cells":
        """Keep some neighbouring units."""
        return Cells(measure=self.measure, event=self.event[..., units], size=self.size[..., units])

    def value(self, theta: Floats) -> Floats:
        """Log-likelihood up to a constant, of the shape of `theta`."""
        return np.asarray(self.event * self.worth * theta - self.size * self._cumulant(theta))

    @property
    def worth(self) -> Floats | float:
        """By what an event is multiplied in the score: its precision for a mean."""
        return 1.0 if self.measure.counts else self.size

    def slopes(self, theta: Floats) -> tuple[Floats, Floats]:
        """First derivative, and minus the second: the score and the weight."""
        rate = self._rate(theta)
        score = self.event * self.worth - self.size * rate
        return np.asarray(score), np.asarray(self._variance(rate))

    def higher(self, theta: Floats) -> tuple[Floats, Floats]:
        """Third and fourth derivatives."""
        if not self.measure.counts:
            return np.zeros_like(theta), np.zeros_like(theta)
        rate = self._rate(theta)
        weight = self._variance(rate)
        if self.measure.link == "log":
            return -weight, -weight
        return -weight * (1.0 - 2.0 * rate), -weight * (1.0 - 6.0 * rate * (1.0 - rate))

    def _rate(self, theta: Floats) -> Floats:
        if not self.measure.counts:
            return theta
        inside = np.clip(theta, -_FARTHEST, _FARTHEST)
        if self.measure.link == "logit":
            # As `expit`, of functions that go through several numbers at once.
            return np.asarray(1.0 / (1.0 + np.exp(-inside)))
        return self.measure.from_link(inside)

    def _cumulant(self, theta: Floats) -> Floats:
        if not self.measure.counts:
            return 0.5 * theta**2
        inside = np.clip(theta, -_FARTHEST, _FARTHEST)
        if self.measure.link == "logit":
            return np.asarray(np.maximum(inside, 0.0) + np.log1p(np.exp(-np.abs(inside))))
        return self.measure.cumulant(inside)

    def _variance(self, rate: Floats) -> Floats:
        if not self.measure.counts:
            return np.broadcast_to(self.size, rate.shape)
        return self.measure.information(self.size, rate)
