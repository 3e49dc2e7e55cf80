r"""Units that lie further out than a model expects: who they are, and how far out.

A unit's distance is :math:`z_i`, by how many SDs of what is expected of a new unit of its size it
lies from the mean on the link scale; its p-value is :math:`2\,\Phi(-|z_i|)`, averaged over draws.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.predictive import distance
from varstat.measure import Floats
from varstat.prose.number import count, p_text
from varstat.prose.rate import measured_text
from varstat.prose.text import clean, is_blank, shorten

# SDs of what is expected beyond which a unit is far out, and draws that stand for all.
_FAR, _SOME = 4.5, 20
# Letters of a name in a message, and units in one.
_LONGEST, _NAMED = 32, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """A unit that lies far out.

    Attributes
    ----------
    unit, name : str
        Its code, and its name where it has one.
    rate, size : float
        As reported; NaN where they aren't known, or a mean has no size.
    p : float
        Probability that a new unit of its size lies as far out.
    text : str
        All of it in words.
    """

    unit: str
    name: str
    rate: float
    size: float
    p: float
    text: str


def find_furthest(design: Design, h: Floats, *, most: int = _NAMED) -> tuple[Far, ...]:
    """Find the units that lie far out of what the model expects, the furthest first.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)
    most : int
        How many to find; the furthest is always among them.

    Returns
    -------
    tuple of Far
    """
    away = _distances(design, h)
    mean = np.abs(away).mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    number = int(np.clip(np.sum(mean > _FAR), 1, most))
    return tuple(_describe(design, int(i), away[:, i]) for i in order[:number])


def share_of_furthest(design: Design, h: Floats) -> float:
    r"""Give the share of :math:`\sum_i z_i^2` that is of units far out.

    About so much wider is :math:`\tau^2` for their sake, where effects are normal.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)

    Returns
    -------
    float
        From 0 to 1.
    """
    square = (_distances(design, h) ** 2).mean(axis=0)
    total = float(square.sum())
    return float(square[square > _FAR**2].sum()) / total if total > 0 else 0.0


def _distances(design: Design, h: Floats) -> Floats:
    """Distances of all units, at draws that stand for all: (draws, units)."""
    some = h[:: max(len(h) // _SOME, 1)][:_SOME]
    own = 0.5 * (design.event_lower + design.event_upper)
    if not design.measure.counts:
        own = (design.event - design.centre) / design.spread
    return distance(design, some, np.broadcast_to(own, (len(some), design.rows)))


def _describe(design: Design, i: int, away: Floats) -> Far:
    counts = design.measure.counts
    rows = np.flatnonzero(design.row_unit == i)
    size = float(design.size[rows].sum()) if counts else float("nan")
    event = design.event[rows]
    rate = float(event.sum()) / size if counts else float(event.mean())
    unit = clean(str(design.unit[i]))
    name = "" if is_blank(design.unit_name[i]) else clean(str(design.unit_name[i]))
    p = float(np.mean(2.0 * ndtr(-np.abs(away))))
    parts = [shorten(name, _LONGEST)] if name and name != unit else []
    if np.isfinite(rate):
        of = f" of {count(round(size))}" if size >= 1 and design.measure.percent else ""
        parts.append(f"{measured_text(rate, measure=design.measure)}{of}")
    told = ", ".join([*parts, p_text(p)])
    return Far(unit=unit, name=name, rate=rate, size=size, p=p, text=f"{unit} ({told})")
