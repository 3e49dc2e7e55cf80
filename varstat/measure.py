"""The three measures, stated once: their columns, likelihood, variance and transforms.

A *measure* says what a unit's numbers are. Every unit has something measured (`event`: a
numerator, an observed count, a value) and something that says how much there was to measure
(`size`: a denominator, an expected count or an exposure, a standard error).

=============  ======================  ===============  =====================================
measure        event, size             rate             chance variance of the rate at target t
=============  ======================  ===============  =====================================
`proportion`   numerator, denominator  event / size     t (1 - t) / denominator   (binomial)
`ratio`        observed, expected      event / size     t / expected              (Poisson)
`mean`         value, se               event            se^2                      (normal)
=============  ======================  ===============  =====================================

A rate with an exposure is a `ratio` whose size is the exposure (`EXPOSURE_RATIO`).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MeasureName = Literal["proportion", "ratio", "mean"]
Direction = Literal["higher-is-better", "lower-is-better", "neither"]
ScaleName = Literal["log", "sqrt", "arcsine", "logit", "identity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a unit's numbers are, and how they vary by chance.

    Attributes
    ----------
    name : {"proportion", "ratio", "mean"}
    event : str
        Canonical column of what is measured.
    size : str
        Canonical column of how much there was to measure.
    rate : str
        Column name of what a unit's numbers say.
    counts : bool
        Whether the event is a count of things that happen, so that exact tails exist.
    scales : tuple of str
        Scales on which tau may be stated; the first is the model's link.
    """

    name: MeasureName
    event: str
    size: str
    rate: str
    counts: bool
    scales: tuple[ScaleName, ...]

    @property
    def link(self) -> ScaleName:
        """The scale on which units' effects add."""
        return self.scales[0]

    def rates(self, event: Floats, size: Floats) -> Floats:
        """Divide events by sizes; a mean's value is its own rate."""
        return event / size if self.counts else event

    def chance_variance(self, size: Floats, target: Floats) -> Floats:
        """Variance of a unit's rate by chance alone, were its underlying rate the target.

        Parameters
        ----------
        size, target : ndarray of float, shape (units,) or broadcastable

        Returns
        -------
        ndarray of float
            In squared units of the rate.
        """
        match self.name:
            case "proportion":
                return np.asarray(target * (1.0 - target) / size)
            case "ratio":
                return np.asarray(target / size)
            case "mean":
                return np.asarray(np.square(size) + 0.0 * target)

    def shown(self, size: Floats) -> Floats:
        r"""Share of the variance of the underlying rate that a unit's rate shows.

        :math:`1 - 1/n` for a proportion, whose sampling adds less the nearer its underlying rate
        is to an end: one out of one shows nothing of it. One for the others.
        """
        if self.name == "proportion":
            return np.maximum(1.0 - 1.0 / size, 0.0)
        return np.ones_like(size)


PROPORTION = Measure(
    name="proportion",
    event="numerator",
    size="denominator",
    rate="rate",
    counts=True,
    scales=("logit", "arcsine", "log"),
)
RATIO = Measure(
    name="ratio",
    event="observed",
    size="expected",
    rate="ratio",
    counts=True,
    scales=("log", "sqrt"),
)
EXPOSURE_RATIO = Measure(
    name="ratio",
    event="observed",
    size="exposure",
    rate="rate",
    counts=True,
    scales=("log", "sqrt"),
)
MEAN = Measure(
    name="mean", event="value", size="se", rate="value", counts=False, scales=("identity",)
)
MEASURES: dict[MeasureName, Measure] = {m.name: m for m in (PROPORTION, RATIO, MEAN)}


def scale_slope(scale: ScaleName, rate: Floats) -> Floats:
    r"""Derivative of a scale's transform, :math:`g'(r)`, so that a small SD on the rate's own
    scale, :math:`\sigma`, is :math:`\tau = g'(r)\,\sigma` on the other.

    ========  ===================  ==========================
    scale     g(r)                 g'(r)
    ========  ===================  ==========================
    log       ln r                 1 / r
    sqrt      sqrt r               1 / (2 sqrt r)
    arcsine   arcsin sqrt r        1 / (2 sqrt(r (1 - r)))
    logit     ln(r / (1 - r))      1 / (r (1 - r))
    identity  r                    1
    ========  ===================  ==========================

    Examples
    --------
    >>> float(scale_slope("logit", np.array(0.5)))
    4.0
    """
    with np.errstate(divide="ignore"):
        match scale:
            case "log":
                return 1.0 / rate
            case "sqrt":
                return 0.5 / np.sqrt(rate)
            case "arcsine":
                return 0.5 / np.sqrt(rate * (1.0 - rate))
            case "logit":
                return 1.0 / (rate * (1.0 - rate))
            case "identity":
                return np.ones_like(rate)
