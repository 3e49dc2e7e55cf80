r"""Whether effects have the shape that a model says: Anderson and Darling's test.

Units' leave-one-out mid-p (`varstat.hierarchical.left_out`), as normal scores, are about standard
normal where the model holds. The test is of a normal whose mean and variance are estimated [1]_.
Units with fewer than five events to expect, or five of the others, are left out: their scores have
steps.

Nor do the sizes of these scores go with the units' own size, if effects are as wide for all. With
:math:`r_i` the ranks of :math:`|z_i|` and :math:`\rho_i` the reliability,

.. math:: T = \sum_i \rho_i\,(x_i - \bar x_\rho)\,(r_i - \bar r)

is about normal, with the variance of permutations: ranks keep a few units far out from deciding.

References
----------
.. [1] D'Agostino & Stephens (1986). Goodness-of-fit techniques. Marcel Dekker, section 4.8.5.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from varstat.hierarchical.left_out import predict_each
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats

# Hyper-parameters that stand for their posterior, where it is wide, and where many units of several
# rows make it narrow and each point dear; units with which a test is worth it.
_POINTS, _POINTS_OF_MANY, _MANY, LEAST = 24, 8, 500, 12
# Events, and others, for a score without steps.
_SMOOTH = 5.0
# Below this a shape isn't the model's: in one of 200 good models.
MISSHAPEN = 0.005
# Below this effects don't go with size as the model says.
UNEVEN = 0.01
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """What the data say of the shape of effects.

    Attributes
    ----------
    score : ndarray of float, shape (units,)
        Each unit's normal score among what the others lead to expect.
    p_value : float
        That effects have the shape that the model says; NaN where that can't be tested.
    spread_p : float
        That effects are as wide for large units as for small ones, or as the model says.
    spread_slope : float
        Above zero where large units are more apart than the model says.
    """

    score: Floats
    p_value: float
    spread_p: float
    spread_slope: float

    def furthest(self, design: Design, known: np.ndarray | None = None) -> tuple[str, ...]:
        """Name the units that lie furthest out."""
        known = np.isfinite(self.score) if known is None else known
        order = np.argsort(-np.where(known, np.abs(self.score), -1.0), kind="stable")[:_NAMED]
        return tuple(str(unit) for unit in design.unit[order])


def check_shape(design: Design, h: Floats) -> Shape | None:
    """Test the shape of effects; None where units are few.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)
        Draws of the hyper-parameters.
    """
    if design.units < LEAST:
        return None
    points = _POINTS if design.single or design.units < _MANY else _POINTS_OF_MANY
    chosen = np.linspace(0, len(h) - 1, min(points, len(h))).astype(int)
    p = predict_each(design, h[chosen])
    z = -ndtri(np.clip(p, 1e-12, 1.0 - 1e-12))
    smooth = np.isfinite(z) & is_smooth(design)
    spread_p, slope = _test_spread(design, h[chosen], z, smooth)
    return Shape(
        score=z, p_value=anderson_darling(z[smooth]), spread_p=spread_p, spread_slope=slope
    )


def _test_spread(design: Design, h: Floats, z: Floats, known: np.ndarray) -> tuple[float, float]:
    """Test that distances from the mean don't go with size: p-value, and the statistic's sign."""
    x = design.log_size[known]
    if known.sum() < LEAST or not np.ptp(x) > 0:
        return float("nan"), float("nan")
    tau2 = np.exp(2.0 * design.log_taus(h)).mean(axis=0)[known]
    weight = tau2 / (tau2 + variance_of_units(design, h)[known])
    apart = weight * (x - np.average(x, weights=weight))
    rank = rankdata(np.abs(z[known]))
    rank -= rank.mean()
    # Ranks add to zero, so that this changes the variance alone.
    apart -= apart.mean()
    variance = float(apart @ apart) * float(rank @ rank) / (len(x) - 1)
    if not variance > 0:
        return float("nan"), float("nan")
    statistic = float(apart @ rank) / np.sqrt(variance)
    return float(2.0 * ndtr(-abs(statistic))), statistic


def variance_of_units(design: Design, h: Floats) -> Floats:
    """Variance of each unit's rate on the link scale, by chance and by what passes.

    That of counts is at the rate that the model gives a row, not at what the row reported: weights
    that go with the counts would themselves look like an effect of size.
    """
    hyper = unpack(design, h)
    stated = design.transient
    passing = stated**2 if stated is not None else float(np.mean(hyper.spread**2))
    chance = design.link_variance
    if design.measure.counts:
        rate = design.from_link(hyper.eta.mean(axis=0))
        chance = 1.0 / np.maximum(design.measure.information(design.size, rate), 1e-300)
    return np.asarray(1.0 / design.gather(1.0 / (chance[None] + passing))[0])


def is_smooth(design: Design) -> np.ndarray:
    """Units whose counts are large enough for a score without steps."""
    if not design.measure.counts:
        return np.ones(design.units, dtype=np.bool_)
    known = np.isfinite(design.event)
    size = design.gather(design.size[None])[0]
    expected = size * design.event[known].sum() / design.size[known].sum()
    most = design.measure.most_events(size)
    return np.asarray(np.minimum(expected, most - expected) >= _SMOOTH)


def anderson_darling(z: Floats) -> float:
    """P-value of a normal with unknown mean and variance."""
    n = z.size
    if n < LEAST or not np.std(z) > 0:
        return float("nan")
    u = ndtr((np.sort(z) - z.mean()) / z.std(ddof=1))
    u = np.clip(u, 1e-15, 1.0 - 1e-15)
    i = np.arange(1, n + 1)
    a2 = -n - np.sum((2 * i - 1) * (np.log(u) + np.log1p(-u[::-1]))) / n
    a = a2 * (1.0 + 0.75 / n + 2.25 / n**2)
    if a >= 0.6:
        return float(np.exp(1.2937 - 5.709 * min(a, 13.0) + 0.0186 * min(a, 13.0) ** 2))
    if a > 0.34:
        return float(np.exp(0.9177 - 4.279 * a - 1.38 * a**2))
    if a > 0.2:
        return float(1.0 - np.exp(-8.318 + 42.796 * a - 59.938 * a**2))
    return float(1.0 - np.exp(-13.436 + 101.14 * a - 223.73 * a**2))
