r"""What was reported, and the point method: the opportunity as programmes have published it.

.. math:: O_i = \max\{0,\ d\,(y_i - q\,s_i)\}

with :math:`y_i` the unit's events, :math:`s_i` its size or, with strata, the events that it would
have at the stratum-specific rates of all units (indirect standardisation), q the target among the
ratios :math:`y_i / s_i`, and d = 1 where lower is better, -1 where higher is. The floor is taken
after strata are added up.
"""

from dataclasses import dataclass

import numpy as np

from varstat.estimands.target import Target
from varstat.hierarchical.model.design import Design
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reported:
    """What units reported, in the volumes that opportunities are counted in.

    Attributes
    ----------
    row_event : ndarray of float, shape (rows,)
        Events; of a mean, its total. NaN where withheld.
    row_volume : ndarray of float, shape (rows,)
    event, volume : ndarray of float, shape (units,)
    """

    row_event: Floats
    row_volume: Floats
    event: Floats
    volume: Floats


def report(design: Design, row_volume: Floats) -> Reported:
    """Put together what was reported, at given volumes of the rows."""
    rate = design.event if not design.measure.counts else design.event / design.size
    row_event = rate * row_volume
    return Reported(
        row_event=row_event,
        row_volume=row_volume,
        event=design.gather(row_event[None])[0],
        volume=design.gather(row_volume[None])[0],
    )


def standard_of(design: Design, row_event: Floats, row_volume: Floats) -> Floats:
    """Give what units would have at the stratum-specific rates of all: their size without strata.

    Parameters
    ----------
    design : Design
    row_event : ndarray of float, shape (draws, rows)
    row_volume : ndarray of float, shape (rows,)

    Returns
    -------
    ndarray of float, shape (draws, units)
    """
    if not design.strata:
        return np.broadcast_to(design.gather(row_volume[None]), (len(row_event), design.units))
    cells = len(design.cells)
    known = np.isfinite(row_event[0])
    member = np.zeros((design.rows, cells))
    member[np.arange(design.rows), design.row_cell] = 1.0
    events = np.where(known, row_event, 0.0) @ member
    volume = np.where(known, row_volume, 0.0) @ member
    rate = events / np.where(volume > 0, volume, 1.0)
    return design.gather(row_volume * rate[:, design.row_cell])


def overall_rate(design: Design, row_event: Floats, row_volume: Floats) -> Floats:
    """Rate of all rows taken together where ratios are to what strata lead to expect; else 1.

    Returns
    -------
    ndarray of float, shape (draws, 1)
    """
    if not design.strata:
        return np.ones((len(row_event), 1))
    known = np.isfinite(row_event[0])
    events = np.where(known, row_event, 0.0).sum(axis=1, keepdims=True)
    return np.asarray(events / row_volume[known].sum())


def point_method(
    event: Floats, standard: Floats, target: Target, *, sign: float, overall: Floats
) -> Floats:
    """Compute the opportunity by the point method.

    Parameters
    ----------
    event, standard : ndarray of float, shape (draws, units)
        Draws of replicated data, or one of what was reported. A standard may be zero, and an
        event missing, throughout.
    target : Target
    sign : float
        1 where lower is better, -1 where higher is.
    overall : ndarray of float, shape (draws, 1)
        What a ratio of 1 is as a rate: a stated rate is held against ratios.

    Returns
    -------
    ndarray of float, shape (draws, units)
        NaN where nothing was reported.
    """
    ratio = event / np.where(standard > 0, standard, np.nan)
    goal = target.of_rates(ratio, standard[0])
    if target.rule.kind == "rate":
        goal = goal / overall
    return np.maximum(sign * (event - target.of_units(goal) * standard), 0.0)
