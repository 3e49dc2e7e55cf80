r"""Scores: where each unit stands by what was reported, quickly and for many data sets at once.

On the link scale, with row r's own rate :math:`z_r`, its variance by chance and by what passes
:math:`1/w_r`, and the predictor :math:`\eta_r` without the unit's effect,

.. math:: \bar u_i = \frac{\sum_r w_r (z_r - \eta_r)}{\sum_r w_r}, \qquad
          \hat u_i = \frac{\sum_r w_r (z_r - \eta_r)}{\sum_r w_r + 1/\tau^2}

so that :math:`\bar u` ranks units by their own rates, allowing for case-mix and peers as the model
does, and :math:`\hat u` by what the model makes of these: about its posterior mean, given the
hyper-parameters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """Where units stand in each of some data sets; NaN of units without a row.

    Attributes
    ----------
    own : ndarray of float, shape (sets, units)
        By their own rates; infinite of units without an event, or with nothing else, so that
        these are tied whatever their size.
    away : ndarray of float, shape (sets, units)
        How far their own rates lie from the mean; finite.
    estimate : ndarray of float, shape (sets, units)
        Drawn towards the mean, as the model does.
    sd : ndarray of float, shape (sets, units)
        Of the effect about that.
    """

    own: Floats
    away: Floats
    estimate: Floats
    sd: Floats


def reported_events(design: Design) -> Floats:
    """Give what rows reported, in the units of the model; a withheld count's range's middle.

    Parameters
    ----------
    design : Design

    Returns
    -------
    ndarray of float, shape (rows,)
    """
    if design.measure.counts:
        return 0.5 * (design.event_lower + design.event_upper)
    return np.asarray((design.measure.own_scale(design.event) - design.centre) / design.spread)


def score_units(
    design: Design,
    h: Floats,
    event: Floats,
    *,
    size: Floats | None = None,
    rows: NDArray[np.bool_] | None = None,
) -> Scores:
    """Score the units of some data sets.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (sets, dimension) or (1, dimension)
        Hyper-parameters.
    event : ndarray of float, shape (sets, rows) or (1, rows)
        In the units of the model.
    size : ndarray of float, shape (rows,), optional
        In the units of the model; the design's unless given.
    rows : ndarray of bool, shape (rows,), optional
        Which rows count; all unless given.

    Returns
    -------
    Scores
        What informs is added to effects, as ranks have it.
    """
    hyper = unpack(design, h)
    beta = h[:, : len(design.locations)]
    informed = design.informed(beta)
    size = design.size / design.spread if size is None else size
    counted = np.ones(design.rows, np.bool_) if rows is None else rows
    safe = np.where(counted, size, 1.0)
    value, variance = design.measure.smoothed(np.where(counted, event, 0.0), safe)
    weight = np.where(counted, 1.0 / (variance + hyper.spread[:, None] ** 2), 0.0)
    # What informs is part of the predictor, but not of what excuses a unit.
    away = value - hyper.eta + design.expand(np.broadcast_to(informed, (len(h), design.units)))
    total = design.gather(weight)
    summed = design.gather(weight * np.where(counted, away, 0.0))
    precision = total + hyper.tau**-2.0
    with np.errstate(invalid="ignore", divide="ignore"):
        own = summed / total
        shrunk = informed + (total * (own - informed)) / precision
    known = total > 0
    return Scores(
        own=np.where(known, own + _at_end(design, event, size, counted), np.nan),
        away=np.where(known, own, np.nan),
        estimate=np.where(known, shrunk, np.nan),
        sd=np.broadcast_to(precision**-0.5, own.shape),
    )


def _at_end(design: Design, event: Floats, size: Floats, counted: NDArray[np.bool_]) -> Floats:
    """Infinity, or minus that, where a unit's rate is at an end of what is possible; else 0."""
    if not design.measure.counts:
        return np.zeros((len(event), design.units))
    events = design.gather(np.where(counted, event, 0.0))
    most = design.gather(np.where(counted, design.measure.most_events(size), 0.0)[None])
    return np.where(events <= 0, -np.inf, np.where(events >= most, np.inf, 0.0))


def mean_hyper(posterior: Posterior) -> Floats:
    """Give the posterior mean of the hyper-parameters, as one set: shape (1, dimension)."""
    return np.asarray(posterior.hyper.mean(axis=0, keepdims=True))


def some_draws(posterior: Posterior, number: int) -> tuple[NDArray[np.intp], Floats]:
    """Choose draws that stand for all.

    Parameters
    ----------
    posterior : Posterior
    number : int

    Returns
    -------
    at : ndarray of int, shape (number,)
        Which they are; all where there are fewer.
    effect : ndarray of float, shape (number, units)
        Of these draws, on the model's link scale.
    """
    at = np.unique(np.linspace(0, posterior.draws - 1, min(number, posterior.draws)).astype(int))
    effect = np.empty((at.size, posterior.design.units))
    for some, block in posterior.effects.blocks():
        inside = np.flatnonzero((at >= some.start) & (at < some.start + len(block)))
        effect[inside] = block[at[inside] - some.start]
    return at, effect
