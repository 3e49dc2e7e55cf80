r"""Things that a model takes for granted, and that the data can speak to.

A unit's mid-p among what the others lead to expect (`varstat.estimands.verdict.misfit`), turned
into a normal score :math:`z_i`, is about standard normal where the model holds. Then

* *size* tells nothing of the rate: the score of a slope in log size,
  :math:`\sum_i \sqrt{\rho_i}\,(x_i - \bar x)\,z_i` with :math:`\rho_i` the reliability, is normal
  about zero;
* effects have the *shape* that the model says: the :math:`z_i` pass Anderson and Darling's test of
  a normal, mean and variance estimated [1]_. Units with fewer than five events to expect, or five
  of the others, are left out: their scores have steps.

References
----------
.. [1] D'Agostino & Stephens (1986). Goodness-of-fit techniques. Marcel Dekker, section 4.8.5.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from varstat.card.field import OWN_SIZE
from varstat.estimands.suppression import UNMARKED, Marks, check_marks, say_marks
from varstat.estimands.verdict.misfit import leave_out, predict_left_out
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.storage.layout import members
from varstat.measure import Floats
from varstat.prose.number import listed, p_text
from varstat.prose.text import clean

# Hyper-parameters that stand for their posterior, and units with which a test is worth it.
_POINTS, _LEAST = 24, 12
# Events, and others, for a score without steps.
_SMOOTH = 5.0
# P-values below these are worth a note: both together in fewer than two of 100 good models.
DOUBTFUL, MISSHAPEN = 0.01, 0.005
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the data say of what the model assumes; NaN where it can't be tested.

    Attributes
    ----------
    size_p : float
        That log size tells nothing of the rate.
    size_slope : float
        By how much the link-scale rate rises with one unit of log size.
    shape_p : float
        That effects have the shape that the model says.
    furthest : tuple of str
        The units that lie furthest out, at most three.
    marks : Marks
        Whether withheld counts can lie in the range that was stated.
    informed : bool
        Whether units are estimated with the help of their size.
    """

    size_p: float
    size_slope: float
    shape_p: float
    furthest: tuple[str, ...]
    marks: Marks = UNMARKED
    informed: bool = False


UNTESTED = Assumptions(size_p=np.nan, size_slope=np.nan, shape_p=np.nan, furthest=())


def check_assumptions(posterior: Posterior, reliability: Floats) -> Assumptions:
    """Test what a model assumes, where units have one row each.

    Parameters
    ----------
    posterior : Posterior
    reliability : ndarray of float, shape (units,)

    Returns
    -------
    Assumptions
    """
    design = posterior.design
    if not design.single or design.units < _LEAST:
        return UNTESTED
    chosen = np.linspace(0, posterior.draws - 1, min(_POINTS, posterior.draws)).astype(int)
    hyper, share = leave_out(design, posterior.hyper[chosen], np.zeros(len(chosen)))
    p = predict_left_out(design, hyper, share)
    z = -ndtri(np.clip(p, 1e-12, 1.0 - 1e-12))
    known = np.isfinite(z) & np.isfinite(reliability)
    smooth = known & _is_smooth(design)
    size_p, slope = _slope(design, z, reliability, known)
    order = np.argsort(-np.where(known, np.abs(z), -1.0), kind="stable")[:_NAMED]
    return Assumptions(
        size_p=size_p,
        size_slope=slope,
        shape_p=_anderson_darling(z[smooth]),
        furthest=tuple(str(unit) for unit in design.unit[order]),
        marks=check_marks(posterior),
        informed=OWN_SIZE in members(design.locations, "inform"),
    )


def _is_smooth(design: Design) -> np.ndarray:
    """Units whose counts are large enough for a score without steps."""
    if not design.measure.counts:
        return np.ones(design.units, dtype=np.bool_)
    known = np.isfinite(design.event)
    expected = design.size * design.event[known].sum() / design.size[known].sum()
    most = design.measure.most_events(design.size)
    return np.asarray(np.minimum(expected, most - expected) >= _SMOOTH)


def _slope(
    design: Design, z: Floats, reliability: Floats, known: np.ndarray
) -> tuple[float, float]:
    size = design.volume if np.all(design.volume > 0) else design.measure.weight(design.size)
    x, root = np.log(size)[known], np.sqrt(np.maximum(reliability[known], 0.0))
    if known.sum() < _LEAST or not np.ptp(x) > 0 or not root.sum() > 0:
        return float("nan"), float("nan")
    # Centred where the peer group's mean is, which takes up what its units have in common.
    group = design.peer[known]
    weight = np.bincount(group, weights=root**2)
    mean = np.bincount(group, weights=root**2 * x) / np.where(weight > 0, weight, 1.0)
    apart = root * (x - mean[group])
    square = float(apart @ apart)
    if not square > 0:
        return float("nan"), float("nan")
    score = float(apart @ z[known]) / np.sqrt(square * max(float(np.mean(z[known] ** 2)), 1e-300))
    variance = design.link_variance[known]
    tau2 = variance * reliability[known] / np.maximum(1.0 - reliability[known], 1e-9)
    between = float(np.median(tau2))
    # The deviation of a unit is z times its predictive SD.
    w = 1.0 / (variance + between)
    centre = np.average(x, weights=w)
    deviation = z[known] * np.sqrt(variance + between) * design.spread
    slope = float((w * (x - centre)) @ deviation / (w @ (x - centre) ** 2))
    return float(2.0 * ndtr(-abs(score))), slope


def _anderson_darling(z: Floats) -> float:
    """P-value of a normal with unknown mean and variance."""
    n = z.size
    if n < _LEAST or not np.std(z) > 0:
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


def say_assumptions(found: Assumptions) -> tuple[str, ...]:
    """Say what the data speak against, a sentence each; nothing where they speak against nothing.

    Parameters
    ----------
    found : Assumptions

    Returns
    -------
    tuple of str
    """
    notes = []
    if found.size_p < DOUBTFUL:
        remedy = (
            "It isn't straight in log size, which informs the estimates already: make size a peer "
            "group, so that units are compared with others like them."
            if found.informed
            else "Add --inform size: units are then estimated by their size, not excused for it."
        )
        way = "larger" if found.size_slope > 0 else "smaller"
        notes.append(
            f"The model takes size to tell nothing of a unit's rate, but {way} units have higher "
            f"rates ({p_text(found.size_p)}; {found.size_slope:+.2g} on the link scale for one "
            "unit of log size): small units are drawn to a mean that isn't theirs, and totals "
            f"and best quarters may be wrong. {remedy}"
        )
    if found.shape_p < MISSHAPEN:
        units = listed([clean(each) for each in found.furthest])
        notes.append(
            "The units' effects don't have the shape that the model says "
            f"({p_text(found.shape_p)}; furthest out: {units}): a few units far off, or several "
            "kinds of unit. Totals and intervals may be wrong. Try --effects contaminated-normal, "
            "or a peer group for each kind."
        )
    notes += say_marks(found.marks)
    return tuple(notes)
