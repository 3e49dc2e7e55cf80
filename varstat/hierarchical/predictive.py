r"""Posterior predictive checks: whether the data look like what the model would give.

New units of the same sizes are drawn, each with an effect of its own from the fitted distribution
(a *mixed* replication, which checks that distribution as well [2]_), and two statistics of the
data are placed among the replications [1]_: how spread out the units' rates are, and how extreme
the most extreme one is, both measured on the link scale in SDs of what the model expects. A count
that was withheld stands in the middle of its range, and so does one that is replicated and would
have been withheld.

References
----------
.. [1] Gelman, Meng & Stern (1996). Posterior predictive assessment of model fitness via realized
   discrepancies. Statistica Sinica 6(4), 733-807.
.. [2] Marshall & Spiegelhalter (2003). Approximate cross-validatory predictive checks in disease
   mapping models. Stat Med 22(10), 1649-1660. doi:10.1002/sim.1403
"""

import numpy as np
from scipy.special import bdtr, bdtrc, betainc, expit, ndtr, pdtr, pdtrc

from varstat.hierarchical.model.censored import Censored
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.mixed import BetaBinomial
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats

# Replications to start with, and to add where the data look unusual among those.
_FIRST, _MORE = 100, 400
_UNUSUAL = 0.05
# Replications as extreme as the data that are too few for the model to be right.
PREDICTIVE_LIMIT = 0.005


def replicate(design: Design, h: Floats, *, seed: int) -> tuple[Floats, Floats]:
    """Draw effects of new units and what their rows would report.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)
    seed : int

    Returns
    -------
    theta : ndarray of float, shape (draws, rows)
        What persists, on the link scale.
    event : ndarray of float, shape (draws, rows)
        In the units of the model.
    """
    rng = np.random.default_rng([seed, 3])
    hyper = unpack(design, h)
    if design.effects.learnt:
        u = _draw_new_learnt(design, h, rng)
    else:
        u = draw_new_effects(design, hyper.tau, hyper.log_share, rng)
    theta = hyper.eta + design.expand(u)
    return theta, draw_rows(design, theta, hyper.spread[:, None], rng)


def draw_new_effects(
    design: Design, tau: Floats, log_share: Floats, rng: np.random.Generator
) -> Floats:
    """Draw effects from their distribution: (draws, units)."""
    z = rng.standard_normal(tau.shape)
    if design.effects.parts == 1:
        return tau * z
    if not design.effects.contaminated:
        nu = design.effects.degrees_of_freedom
        return tau * z / np.sqrt(rng.chisquare(nu, tau.shape) / nu)
    outlying = rng.random(tau.shape) < np.exp(log_share[:, [1]])
    return tau * z * np.where(outlying, design.effects.scale[1], 1.0)


def _draw_new_learnt(design: Design, h: Floats, rng: np.random.Generator) -> Floats:
    """Draw effects from learnt densities: (draws, units)."""
    effects = design.effects
    masses = effects.masses(h[:, design.dimension - effects.shapes :])
    share = rng.random((len(h), design.units))
    at = np.stack([np.searchsorted(np.cumsum(g), u) for g, u in zip(masses, share, strict=True)])
    v = effects.grid[np.minimum(at, len(effects.grid) - 1)]
    v = v + effects.cell * (rng.random(v.shape) - 0.5)
    return np.asarray(v - (masses @ effects.grid)[:, None])


def draw_rows(design: Design, theta: Floats, spread: Floats, rng: np.random.Generator) -> Floats:
    """Draw what rows of given link-scale rates would report: (draws, rows)."""
    if isinstance(design.family, Smeared):
        theta = theta + spread * rng.standard_normal(theta.shape)
    size = np.broadcast_to(design.size / design.spread, theta.shape)
    # Beyond this a rate could not be stored; a count is cut off long before.
    rate = design.measure.from_link(np.minimum(theta, 600.0)) if design.measure.counts else theta
    match design.likelihood:
        case "normal":
            size = np.sqrt(size**2 + spread**2)
        case "negative-binomial":
            size = size * rate
            rate = rng.gamma(1.0 / spread**2 + np.zeros_like(theta)) * spread**2
        case "beta-binomial":
            total = _concentration(design, spread)
            rate = rng.beta(np.maximum(total * rate, 1e-12), np.maximum(total * (1 - rate), 1e-12))
    return design.measure.draw(rate, size, rng)


def check_predictive(design: Design, h: Floats, *, seed: int) -> dict[str, float]:
    """Posterior predictive p-values of `spread` and `extreme`, one-sided above.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)
        Draws of the hyper-parameters.
    seed : int

    Returns
    -------
    dict of str to float
        The share of replications that are as spread out, or have as extreme a unit, as the data;
        empty for fewer than three units.
    """
    if design.units < 3:
        return {}
    tally = np.zeros(3)
    for number in (_FIRST, _MORE):
        chosen = h[:: max(len(h) // number, 1)][:number]
        step = max(2_000_000 // design.rows, 1)
        for first in range(0, len(chosen), step):
            some = chosen[first : first + step]
            tally += _compare(design, some, seed=seed + number + first)
        if min(tally[:2]) > _UNUSUAL * tally[2]:
            break
    return {"spread": float(tally[0] / tally[2]), "extreme": float(tally[1] / tally[2])}


def _compare(design: Design, h: Floats, *, seed: int) -> Floats:
    """Count replications as spread out as the data, with as extreme a unit, and all."""
    event = replicate(design, h, seed=seed)[1]
    if design.measure.counts:
        event = withhold(design, event)
        own = 0.5 * (design.event_lower + design.event_upper)
    else:
        own = (design.measure.own_scale(design.event) - design.centre) / design.spread
    observed = distance(design, h, np.broadcast_to(own, event.shape))
    replicated = distance(design, h, event)
    spread = (replicated**2).mean(axis=1) >= (observed**2).mean(axis=1)
    extreme = np.abs(replicated).max(axis=1) >= np.abs(observed).max(axis=1)
    return np.array([spread.sum(), extreme.sum(), len(h)], dtype=float)


def withhold(design: Design, event: Floats) -> Floats:
    """Put replicated counts that would be withheld in the middle of their range.

    A row whose count was withheld has a range of its own. That of the others is the range of all
    that were withheld, unless some count in it was reported all the same.

    Parameters
    ----------
    design : Design
        Of counts.
    event : ndarray of float, shape (draws, rows)

    Returns
    -------
    ndarray of float, shape (draws, rows)
    """
    low, high = _ranges(design)
    return np.where(hidden(design, event), 0.5 * (low + high), event)


def hidden(design: Design, event: Floats) -> np.ndarray:
    """Say which replicated counts (draws, rows) would be withheld: see `withhold`."""
    low, high = _ranges(design)
    return np.asarray((event >= low) & (event <= high))


def _ranges(design: Design) -> tuple[Floats, Floats]:
    """Give the counts of each row that would be withheld; the second below the first for none."""
    lower, upper = design.event_lower, design.event_upper
    withheld = upper > lower
    least, most = 1.0, 0.0
    if withheld.any():
        reported = lower[~withheld]
        low, high = lower[withheld].min(), upper[withheld].max()
        if not np.any((reported >= low) & (reported <= high)):
            least, most = low, high
    low, high = np.where(withheld, lower, least), np.where(withheld, upper, most)
    return low, np.minimum(high, design.measure.most_events(design.size))


def distance(design: Design, h: Floats, event: Floats) -> Floats:
    """Say how far each unit lies from what the model expects of it, in SDs on the link scale.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)
    event : ndarray of float, shape (draws, rows)
        In the units of the model.

    Returns
    -------
    ndarray of float, shape (draws, units)
    """
    hyper = unpack(design, h)
    value, variance = design.measure.smoothed(event, design.size / design.spread)
    weight = 1.0 / (variance + hyper.spread[:, None] ** 2)
    total = design.gather(weight)
    mean = design.gather(weight * (value - hyper.eta)) / total
    return np.asarray(mean / np.sqrt(1.0 / total + hyper.tau**2))


def tail_of_rows(design: Design, theta: Floats, spread: Floats) -> Floats:
    r"""Probability of more than was reported plus half that of as much, :math:`P_>+\frac12P_=`.

    Parameters
    ----------
    design : Design
        With one row a unit; a withheld count is taken in the middle of its range.
    theta : ndarray of float, shape (..., rows)
        Link-scale rates.
    spread : ndarray of float, broadcast against `theta`
        Transient SD. A normal transient effect of a binomial or Poisson has to be in `theta`.

    Returns
    -------
    ndarray of float, shape (..., rows)
    """
    y = np.floor(0.5 * (design.event_lower + design.event_upper))
    n = design.size
    match design.likelihood:
        case "normal":
            sd = np.sqrt((n / design.spread) ** 2 + spread**2)
            own = (design.measure.own_scale(design.event) - design.centre) / design.spread
            return np.asarray(ndtr((theta - own) / sd))
        case "poisson":
            mean = n * np.exp(np.minimum(theta, 600.0))
            below = np.where(y > 0, pdtr(np.maximum(y - 1.0, 0.0), mean), 0.0)
            return np.asarray(0.5 * (pdtrc(y, mean) + 1.0 - below))
        case "negative-binomial":
            k = 1.0 / spread**2
            p = 1.0 / (1.0 + n * np.exp(np.minimum(theta, 600.0)) / k)
            below = np.where(y > 0, betainc(k, np.maximum(y, 1.0), p), 0.0)
            return np.asarray(0.5 * (1.0 - betainc(k, y + 1.0, p) + 1.0 - below))
        case "beta-binomial":
            return _beta_binomial_tail(y, n, theta, _concentration(design, spread))
        case _:
            p = expit(theta)
            below = np.where(y > 0, bdtr(np.maximum(y - 1.0, 0.0), n.astype(np.int64), p), 0.0)
            return np.asarray(0.5 * (bdtrc(y, n.astype(np.int64), p) + 1.0 - below))


def _concentration(design: Design, spread: Floats) -> Floats:
    """M of a beta-binomial, given the transient SD."""
    family = design.family.inner if isinstance(design.family, Censored) else design.family
    assert isinstance(family, BetaBinomial)
    return family.concentration(spread)


def _beta_binomial_tail(y: Floats, n: Floats, theta: Floats, total: Floats) -> Floats:
    from scipy.stats import betabinom

    p = expit(theta)
    a, b = np.maximum(total * p, 1e-12), np.maximum(total * (1.0 - p), 1e-12)
    return np.asarray(betabinom.sf(y, n, a, b) + 0.5 * betabinom.pmf(y, n, a, b))
