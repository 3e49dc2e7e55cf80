r"""What the other units lead to expect of a unit's total, where it has several rows.

Of a unit with several rows, cells of its case-mix or periods, what was reported is summed up by its
total: of events, or of means weighted by their precision. Given the unit's effect u, the total has
mean :math:`M(u) = \sum_r E[y_r]` and variance :math:`V(u) = \sum_r V[y_r]`, with what passes of
each row integrated out. Its tail is that of the distribution of Katz's family that has both [1]_: a
binomial of :math:`p = 1 - V/M` where V is below M, a negative binomial of
:math:`k = M^2/(V - M)` where it is above, a Poisson in between. Where all rows have one rate and
nothing passes, that is the distribution itself.

References
----------
.. [1] Johnson, Kemp & Kotz (2005). Univariate discrete distributions, 3rd ed. Wiley, section 2.3.1.
   doi:10.1002/0471715816
"""

import numpy as np
from scipy.special import betainc, gammaincc, ndtr

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.mixed import BetaBinomial
from varstat.hierarchical.model.smeared import Smeared, hermite
from varstat.hierarchical.quadrature.marginal import Hyper
from varstat.measure import Floats

# Nodes for what passes, and for a unit's effect where the tail is wider than its SD by so much.
_NODES, _WIDE_NODES, _WIDER = 9, 15, 2.0
# How far the tail given an effect is followed, in SDs of a unit's likelihood, in how many cells.
_REACH, _CELLS = 9.0, 48
# A variance nearer to the mean than this, in proportion, is a Poisson's.
_POISSON = 1e-6


def predict_totals(design: Design, hyper: Hyper, share: Floats) -> Floats:
    """Give each unit's mid-p among what a new unit would report in all.

    Parameters
    ----------
    design : Design
    hyper : Hyper
    share : ndarray of float, shape (points, parts, units)
        Of points and parts of the effects' distribution; add to one for each unit.

    Returns
    -------
    ndarray of float, shape (units,)
        Near 0 for a unit that is too high, near 1 for one too low; NaN where a row was withheld.
    """
    predictive = np.zeros(design.units)
    for point in range(len(hyper.eta)):
        scale = hyper.tau[point] * design.effects.scale[:, None]
        predictive += np.sum(share[point] * _tail_of_new(design, hyper, point, scale), axis=0)
    withheld = np.add.reduceat(np.isnan(design.event).astype(float), design.row_start) > 0
    return np.where(withheld, np.nan, predictive)


def _tail_of_new(design: Design, hyper: Hyper, point: int, sd: Floats) -> Floats:
    """Tail of what new units with effects of given SDs (parts, units) report in all."""
    eta, spread = hyper.eta[point], float(hyper.spread[point])
    weight = 1.0 / (design.link_variance + spread**2)
    information = design.gather(weight[None])[0]
    centre = design.gather((weight * (design.link_rate - eta))[None])[0] / information
    width = information**-0.5
    edge = centre + width * np.linspace(-_REACH, _REACH, _CELLS + 1)[:, None]
    tail = _tail_of_totals(design, eta, spread, edge)
    # By parts, as with one row a unit: see `varstat.hierarchical.left_out`.
    found = tail[0] + np.zeros(sd.shape)
    for u, rise in zip(0.5 * (edge[1:] + edge[:-1]), np.diff(tail, axis=0), strict=True):
        found += rise * ndtr(-u / sd)
    narrow = _WIDER * sd < width
    if not narrow.any():
        return np.asarray(found)
    x, log_w = hermite(_WIDE_NODES)
    share = np.exp(log_w - 0.5 * x**2) / np.sqrt(2.0 * np.pi)
    smooth = [np.tensordot(share, _tail_of_totals(design, eta, spread, each * x[:, None]), 1)
              for each in sd]  # fmt: skip
    return np.where(narrow, np.stack(smooth), found)


def _tail_of_totals(design: Design, eta: Floats, spread: float, u: Floats) -> Floats:
    r"""Probability of more than the reported total plus half that of as much: (points, units).

    Parameters
    ----------
    design : Design
    eta : ndarray of float, shape (rows,)
    spread : float
        Transient SD.
    u : ndarray of float, shape (points, units)
    """
    out = np.empty(u.shape)
    for units, part in design.blocks(float(len(u) * _NODES)):
        start = int(design.row_start[units.start])
        theta = eta[start : start + part.rows] + part.expand(u[:, units])
        out[:, units] = _tail_of_part(part, theta, spread)
    return out


def _tail_of_part(design: Design, theta: Floats, spread: float) -> Floats:
    if not design.measure.counts:
        own = (design.measure.own_scale(design.event) - design.centre) / design.spread
        precision = 1.0 / ((design.size / design.spread) ** 2 + spread**2)
        apart = design.gather(precision * (theta - own))
        return np.asarray(ndtr(apart / np.sqrt(design.gather(precision[None]))))
    mean, variance = (design.gather(each) for each in _moments(design, theta, spread))
    y = design.gather(np.floor(0.5 * (design.event_lower + design.event_upper))[None])
    return 1.0 - 0.5 * (_below(y, mean, variance) + _below(y - 1.0, mean, variance))


def _moments(design: Design, theta: Floats, spread: float) -> tuple[Floats, Floats]:
    """Mean and variance of each row's events, what passes integrated out: (points, rows)."""
    n = design.size
    if not isinstance(design.family, Smeared):
        rate = design.measure.from_link(np.minimum(theta, 600.0))
        mean = n * rate
        if design.likelihood == "negative-binomial":
            return mean, mean + mean**2 * spread**2
        if isinstance(design.family, BetaBinomial):
            total = design.family.concentration(np.asarray(spread))
            return mean, mean * (1.0 - rate) * (1.0 + (n - 1.0) / (total + 1.0))
        return mean, mean * (1.0 - rate) if design.measure.bounded else mean
    x, log_w = hermite(_NODES)
    share = np.exp(log_w - 0.5 * x**2) / np.sqrt(2.0 * np.pi)
    first, second = np.zeros_like(theta), np.zeros_like(theta)
    for at, weight in zip(x, share, strict=True):
        rate = design.measure.from_link(np.minimum(theta + spread * at, 300.0))
        first += weight * rate
        second += weight * rate**2
    between = n**2 * np.maximum(second - first**2, 0.0)
    return n * first, between + n * (first - second if design.measure.bounded else first)


def _below(y: Floats, mean: Floats, variance: Floats) -> Floats:
    """Probability of y or fewer, of the distribution of Katz's family with these moments."""
    mean, count = np.maximum(mean, 1e-300), np.broadcast_to(np.maximum(y, 0.0), mean.shape)
    apart = variance / mean - 1.0
    found = np.empty(mean.shape)
    plain = np.abs(apart) < _POISSON
    found[plain] = gammaincc(count[plain] + 1.0, mean[plain])
    less = (apart < 0.0) & ~plain
    p = np.minimum(-apart[less], 1.0 - 1e-12)
    rest = np.maximum(mean[less] / p - count[less], 1e-9)
    found[less] = betainc(rest, count[less] + 1.0, 1.0 - p)
    more = ~(less | plain)
    k = mean[more] / apart[more]
    found[more] = betainc(k, count[more] + 1.0, 1.0 / (1.0 + apart[more]))
    return np.where(y < 0.0, 0.0, found)
