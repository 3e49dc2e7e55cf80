r"""Things that a model takes for granted, and that the data can speak to.

A unit's mid-p among what the others lead to expect (`varstat.estimands.verdict.misfit`), turned
into a normal score :math:`z_i`, is about standard normal where the model holds. Then

* *size* tells nothing of the rate: the score of a slope in log size,
  :math:`\sum_i (x_i - \bar x)\,z_i / \sqrt{v_i + \tau^2}` with :math:`v_i` the variance by chance
  at the rate that the model gives, is normal about zero. Where a unit expects fewer than five
  events, or counts are withheld, :math:`z_i` is how far its count lies from the mean of such counts
  as the model gives and shows, in their SDs;
* effects have the *shape* that the model says, and go with size as it says, if at all
  (`varstat.hierarchical.shape`).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from varstat.card.field import OWN_SIZE
from varstat.estimands.suppression import UNMARKED, Marks, check_marks, say_marks
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.predictive import hidden, replicate
from varstat.hierarchical.shape import LEAST as _LEAST
from varstat.hierarchical.shape import MISSHAPEN, UNEVEN, check_shape, is_smooth, variance_of_units
from varstat.hierarchical.storage.layout import members
from varstat.measure import Floats
from varstat.prose.number import listed, p_text
from varstat.prose.text import clean

# A p-value below this is worth a note: with that of shape in fewer than two of 100 good models.
DOUBTFUL = 0.01
# Draws for the mean and SD of what units with small counts report.
_DRAWS, _SEED = 400, 1


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
    spread_p : float
        That units differ as much whatever their size, or as the model says.
    spread_slope : float
        Above zero where large units differ more than the model says.
    furthest : tuple of str
        The units that lie furthest out, at most three.
    marks : Marks
        Whether withheld counts can lie in the range that was stated.
    informed : bool
        Whether units are estimated with the help of their size.
    normal : bool
        Whether effects are normal, so that another shape may do.
    """

    size_p: float
    size_slope: float
    shape_p: float
    furthest: tuple[str, ...]
    spread_p: float = float("nan")
    spread_slope: float = float("nan")
    marks: Marks = UNMARKED
    informed: bool = False
    normal: bool = True


UNTESTED = Assumptions(size_p=np.nan, size_slope=np.nan, shape_p=np.nan, furthest=())


def check_assumptions(posterior: Posterior, reliability: Floats) -> Assumptions:
    """Test what a model assumes, where units are twelve or more.

    Parameters
    ----------
    posterior : Posterior
    reliability : ndarray of float, shape (units,)

    Returns
    -------
    Assumptions
    """
    design = posterior.design
    shape = check_shape(design, posterior.hyper)
    if shape is None:
        return UNTESTED
    known = np.isfinite(shape.score) & np.isfinite(reliability)
    size_p, slope = _slope(design, posterior.hyper, shape.score, reliability, known)
    return Assumptions(
        size_p=size_p,
        size_slope=slope,
        shape_p=shape.p_value,
        spread_p=shape.spread_p,
        spread_slope=shape.spread_slope,
        furthest=shape.furthest(design, known),
        marks=check_marks(posterior),
        informed=OWN_SIZE in members(design.locations, "inform"),
        normal=design.effects.name == "normal",
    )


def _slope(
    design: Design, h: Floats, z: Floats, reliability: Floats, known: np.ndarray
) -> tuple[float, float]:
    x = design.log_size[known]
    if known.sum() < _LEAST or not np.ptp(x) > 0:
        return float("nan"), float("nan")
    variance = variance_of_units(design, h)[known]
    between = variance * reliability[known] / np.maximum(1.0 - reliability[known], 1e-9)
    total = variance + max(float(np.median(between)), 0.0)
    # Centred where the peer group's mean is, which takes up what its units have in common.
    group, w = design.peer[known], 1.0 / total
    weight = np.bincount(group, weights=w)
    mean = np.bincount(group, weights=w * x) / np.where(weight > 0, weight, 1.0)
    apart = x - mean[group]
    square = float(w @ apart**2)
    if not square > 0:
        return float("nan"), float("nan")
    # The deviation of a unit is z times its predictive SD.
    z = _deviates(design, h, z)[known]
    moved = float((w * apart) @ (z * np.sqrt(total)))
    score = moved / np.sqrt(square * max(float(np.mean(z**2)), 1e-300))
    return float(2.0 * ndtr(-abs(score))), moved / square * design.spread


def _deviates(design: Design, h: Floats, z: Floats) -> Floats:
    """Units' scores; of small counts, deviations from what the model gives, in SDs.

    The normal score of a mid-p isn't zero on average where counts have steps, and how far it is
    off goes with size. Nor is it where small counts are withheld, so that those left are large.
    """
    withheld = bool(np.any(design.event_upper > design.event_lower))
    stepped = ~is_smooth(design) | withheld
    if not stepped.any() or not design.measure.counts:
        return z
    event = replicate(design, h[:: max(len(h) // _DRAWS, 1)][:_DRAWS], seed=_SEED)[1]
    kept = ~hidden(design, event)
    shown = design.gather(kept.astype(float)) == design.gather(np.ones((1, design.rows)))
    total = np.ma.masked_array(design.gather(event), ~shown)
    sd = total.std(axis=0).filled(np.nan)
    own = design.gather(design.event[None])[0]
    apart = (own - total.mean(axis=0).filled(np.nan)) / np.where(sd > 0, sd, np.nan)
    return np.where(stepped & np.isfinite(apart), apart, z)


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
        remedy = (
            "Try --effects auto, or a peer group for each kind."
            if found.normal
            else "Look at these units first; a peer group for each kind may say why they differ."
        )
        notes.append(
            "The units' effects don't have the shape that the model says "
            f"({p_text(found.shape_p)}; furthest out: {units}): a few units far off, or several "
            f"kinds of unit. Totals and intervals may be wrong. {remedy}"
        )
    if found.spread_p < UNEVEN:
        which, others = ("large", "small") if found.spread_slope > 0 else ("small", "large")
        remedy = " Try --effects auto or normal-by-size." if found.normal else ""
        notes.append(
            f"Beyond chance {which} units differ more, beside {others} ones, than the model says "
            f"({p_text(found.spread_p)}): {which} units are drawn to the mean too far, and "
            f"{others} ones not far enough.{remedy}"
        )
    notes += say_marks(found.marks)
    return tuple(notes)
