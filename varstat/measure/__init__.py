"""What a unit's numbers are, one class a measure: columns, transforms, chance and words.

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

A value whose limits aren't symmetric is `SKEWED`: a mean whose error is normal on a log or logit.

A rate with an exposure is a `ratio` whose size is the exposure (`EXPOSURE_RATIO`).
"""

from varstat.measure.mean import MEAN, Mean
from varstat.measure.measure import Measure
from varstat.measure.proportion import PROPORTION
from varstat.measure.ratio import EXPOSURE_RATIO, RATIO
from varstat.measure.scale import (
    Direction,
    Floats,
    MeasureName,
    ScaleName,
    from_scale,
    scale_slope,
    to_scale,
)
from varstat.measure.skewed import SKEWED, Skewed, SkewedName

__all__ = [
    "EXPOSURE_RATIO",
    "MEAN",
    "MEASURES",
    "PROPORTION",
    "RATIO",
    "SKEWED",
    "Direction",
    "Floats",
    "Mean",
    "Measure",
    "MeasureName",
    "ScaleName",
    "Skewed",
    "SkewedName",
    "from_scale",
    "scale_slope",
    "to_scale",
]

MEASURES: dict[MeasureName, Measure] = {each.name: each for each in (PROPORTION, RATIO, MEAN)}
