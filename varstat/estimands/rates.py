r"""Rates of units from their posterior: shrunken, with intervals and reliability.

A unit's rate is :math:`\theta_i = E_w\,g^{-1}(x_i'\beta + \gamma_{g(i)} + u_i + w)`, what persists
with what passes integrated out. Where the hyper-posterior is summed on a lattice,

.. math:: E[\theta_i \mid y] = \sum_g \pi_g \int g^{-1}(\eta_{ig} + u)\,
          p(u \mid h_g, y_i)\, du

and likewise its square and its distribution function, so that nothing here is drawn
(Rao-Blackwell); else they are averages over draws, with their Monte Carlo error.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from varstat.errors import ModelError
from varstat.estimands.monte_carlo import effective_draws, quantile_places
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared, hermite
from varstat.hierarchical.posterior import Posterior, transient_of
from varstat.hierarchical.quadrature.fit import nodes_for
from varstat.hierarchical.quadrature.hyper import Lattice
from varstat.hierarchical.quadrature.marginal import condition, unpack
from varstat.hierarchical.quadrature.quantile import Tables, join_tables, table_points, tabulate
from varstat.measure import Floats

# Lattice points with less than this share of the heaviest add nothing that shows.
_NEGLIGIBLE = 1e-9
# For intervals of many units points below this are left out: 1e-4 in probability at the most.
_SLIGHT = 1e-5
_MANY = 1000
# An SD this many times what an interval would say of a normal is that of a tail beyond it.
_HEAVY = 4.0
# Numbers held at a time where rates come from draws.
_HELD = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    r"""Rates of the units, one element each.

    Attributes
    ----------
    estimate, sd : ndarray of float, shape (units,)
        Posterior mean and SD at the average case-mix; see `find_heavy_tails` for where they say
        nothing.
    estimate_own : ndarray of float, shape (units,)
        Posterior mean at the unit's own case-mix.
    lower, upper : ndarray of float, shape (units,)
        Interval at the average case-mix.
    estimate_mcse, lower_mcse, upper_mcse : ndarray of float, shape (units,)
        0 where summed.
    effect, effect_sd : ndarray of float, shape (units,)
        Posterior mean and SD of the effect on the model's link scale.
    reliability : ndarray of float, shape (units,)
        :math:`1 - Var(u_i \mid y) / E(\tau^2 \mid y)`, with the variance of the effects'
        distribution for :math:`\tau^2` where that isn't normal. An extreme unit with few
        events can be less well known than one without data; its reliability is 0.
    outlying : ndarray of float, shape (units,)
        P(outlying part) for contaminated normal effects, E[w] for Student-t, else NaN.
    """

    estimate: Floats
    estimate_mcse: Floats
    sd: Floats
    estimate_own: Floats
    lower: Floats
    lower_mcse: Floats
    upper: Floats
    upper_mcse: Floats
    effect: Floats
    effect_sd: Floats
    reliability: Floats
    outlying: Floats


def to_rate(design: Design, theta: Floats, transient: Floats) -> Floats:
    r"""Give the rates of link-scale values, with normal transient effects integrated out.

    Parameters
    ----------
    design : Design
    theta : ndarray of float, shape (batch, ...)
    transient : ndarray of float, shape (batch,)
        SD of the transient effects.

    Returns
    -------
    ndarray of float, shape (batch, ...)
        In the units of the measure.
    """
    smeared = isinstance(design.family, Smeared)
    spread = transient.reshape(-1, *[1] * (theta.ndim - 1))
    match design.measure.name:
        case "mean":
            return design.centre + design.spread * theta
        case "ratio":
            return np.exp(theta + 0.5 * spread**2) if smeared else np.exp(theta)
        case "proportion":
            if not smeared:
                return np.asarray(expit(theta))
            # Nine nodes give a rate to six digits up to an SD of 1; 41 to three up to an SD of 5.
            x, log_weights = hermite(9 if np.max(spread, initial=0.0) <= 1.0 else 41)
            weight = np.exp(log_weights - 0.5 * x**2) / np.sqrt(2.0 * np.pi)
            rate = np.zeros(np.broadcast_shapes(theta.shape, spread.shape))
            for at, w in zip(x, weight, strict=True):
                rate += w * expit(theta + spread * at)
            return rate


def reference_rate(design: Design, beta: Floats, theta: Floats, transient: Floats) -> Floats:
    r"""Give rates at the reference case-mix, :math:`\sum_c W_c\,g^{-1}(\theta_i + \alpha_c)`.

    Parameters
    ----------
    design : Design
    beta : ndarray of float, shape (batch, locations)
    theta : ndarray of float, shape (batch, ...)
        Link-scale rates of units, but for the cells' effects.
    transient : ndarray of float, shape (batch,)

    Returns
    -------
    ndarray of float, shape (batch, ...)
    """
    if not design.strata:
        return to_rate(design, theta, transient)
    rate = np.zeros_like(theta)
    for cell, weight in zip(design.cells, design.cell_weight, strict=True):
        shift = (beta @ cell).reshape(-1, *[1] * (theta.ndim - 1))
        rate += weight * to_rate(design, theta + shift, transient)
    return rate


def own_rate(design: Design, beta: Floats, effect: Floats, transient: Floats) -> Floats:
    """Give rates at the units' own case-mix, in the average period: shape (batch, units).

    Parameters
    ----------
    design : Design
    beta : ndarray of float, shape (batch, locations)
    effect : ndarray of float, shape (batch, units)
    transient : ndarray of float, shape (batch,)
    """
    theta = beta @ design.own.T + effect
    if not design.strata:
        return to_rate(design, theta, transient)
    known = bool(np.all(design.volume > 0))
    weight = design.volume if known else design.size**-2.0
    shift = (beta @ design.cells.T)[:, design.row_cell]
    rate = to_rate(design, design.expand(theta) + shift, transient)
    return design.gather(weight * rate) / design.gather(weight[None])


def estimate_rates(posterior: Posterior, *, level: float) -> Rates:
    """Estimate the rates of all units: summed where there is a lattice and one case-mix cell.

    Else they are averages over draws.

    Parameters
    ----------
    posterior : Posterior
    level : float
        Of the interval, in (0, 1).

    Returns
    -------
    Rates
    """
    if posterior.lattice is None or posterior.design.strata:
        return drawn_rates(posterior, level=level)
    summed = summed_moments(posterior.design, prune(posterior.lattice))
    lower, upper = summed_interval(posterior, level=level)
    return replace(summed, lower=lower, upper=upper)


def summed_lattice(posterior: Posterior) -> Lattice:
    """Give the lattice that sums a posterior.

    Raises
    ------
    ModelError
        If it is known by draws alone.
    """
    if posterior.lattice is None:
        raise ModelError(
            "posterior",
            "this takes a posterior that is summed: by quadrature, with up to three "
            "hyper-parameters.",
        )
    return posterior.lattice


def prune(lattice: Lattice, negligible: float = _NEGLIGIBLE) -> Lattice:
    """Leave out lattice points that weigh next to nothing."""
    kept = lattice.weight > negligible * lattice.weight.max()
    weight = lattice.weight[kept]
    return replace(
        lattice,
        z=lattice.z[kept],
        h=lattice.h[kept],
        log_density=lattice.log_density[kept],
        weight=weight / weight.sum(),
    )


def prior_variance(design: Design, h: Floats) -> Floats:
    """Variance of the distribution of each unit's effect: shape (batch, units)."""
    at = len(design.locations)
    tau = np.exp(h[:, at : at + len(design.taus)])[:, design.tau_of]
    inflation = np.full(len(h), design.effects.variance)
    if design.effects.contaminated:
        inflation = 1.0 + expit(h[:, -1]) * (design.effects.scale[1] ** 2 - 1.0)
    return np.asarray(tau**2 * inflation[:, None])


def summed_moments(design: Design, lattice: Lattice) -> Rates:
    """Sum the moments of rates and effects over a lattice; intervals are left unknown."""
    units = design.units
    totals = np.zeros((6, units))
    anchor = 0.0 if design.measure.counts else design.centre
    nodes = nodes_for(design)
    step = max(int(100_000 / (design.rows * nodes * design.effects.parts)), 1)
    for first in range(0, len(lattice.weight), step):
        some = slice(first, first + step)
        h, weight = lattice.h[some], lattice.weight[some]
        beta, transient = h[:, : len(design.locations)], transient_of(design, h)
        for columns, part in design.blocks(float(len(h) * nodes * design.effects.parts)):
            at = condition(part, unpack(part, h), nodes=nodes)
            base = (beta @ part.reference.T)[:, None, :, None]
            rate = to_rate(design, base + at.effect, transient)
            same = part.own is part.reference or np.array_equal(part.own, part.reference)
            own = rate
            if not same:
                base = (beta @ part.own.T)[:, None, :, None]
                own = to_rate(design, base + at.effect, transient)
            # A mean's square, taken from zero, could hide its variance altogether.
            away = rate - anchor
            for row, values in enumerate((away, away**2, own, at.effect, at.effect**2)):
                totals[row, columns] += weight @ at.mean(values)
            if design.effects.parts > 1:
                share = at.share.sum(axis=-1)
                totals[5, columns] += weight @ (share * _oddity(design)[:, None]).sum(axis=1)
    away, square, own, effect, effect_square, odd = totals
    nothing, unknown = np.zeros(units), np.full(units, np.nan)
    variance = np.maximum(effect_square - effect**2, 0.0)
    return Rates(
        estimate=anchor + away,
        estimate_mcse=nothing,
        sd=np.sqrt(np.maximum(square - away**2, 0.0)),
        estimate_own=own,
        lower=unknown,
        lower_mcse=nothing,
        upper=unknown,
        upper_mcse=nothing,
        effect=effect,
        effect_sd=np.sqrt(variance),
        reliability=reliability_of(variance, lattice.weight @ prior_variance(design, lattice.h)),
        outlying=odd if design.effects.parts > 1 else unknown,
    )


def reliability_of(variance: Floats, prior: Floats) -> Floats:
    """Share of the variance of effects that a unit's data resolve; none if they add to it."""
    return np.clip(1.0 - variance / prior, 0.0, 1.0)


def find_heavy_tails(rates: Rates, *, level: float) -> NDArray[np.bool_]:
    r"""Find the units whose mean and SD are those of rates too high to be believed.

    On a log link :math:`E(e^{\theta + s^2/2})`, with s the SD of what passes, is finite only if the
    prior on s has a tail that falls faster than :math:`e^{-s^2/2}`, and its SD only if faster than
    :math:`e^{-s^2}`; likewise for tau and a unit with next to no expected events. An exponential
    prior has no such tail. Where data are many the tail is out of sight; where they are few, mean
    and SD are whatever the last points of a sum make them, and only the interval says anything.
    A unit is found where its SD is over four times what its interval would say of a normal: as
    that of a log-normal of log SD 2 is of its 95% interval.

    Parameters
    ----------
    rates : Rates
    level : float
        Of its intervals, in (0, 1).

    Returns
    -------
    ndarray of bool, shape (units,)

    Notes
    -----
    Three units of two periods with five expected events each, and exponential priors of mean 1,
    have a mean of 1.6e8 and an interval to 2.2; ten units of three periods, of ten expected
    events, have 1.03 and 1.27. With a half-normal prior of SD 0.5 on s the three have 1.39.
    """
    normal = (rates.upper - rates.lower) / (2.0 * ndtri(0.5 * (1.0 + level)))
    return np.asarray(rates.sd > _HEAVY * normal)


def _oddity(design: Design) -> Floats:
    """What each part of the effects' distribution says of a unit in it."""
    if design.effects.contaminated:
        return np.array([0.0, 1.0])
    return design.effects.scale**-2.0


def summed_interval(posterior: Posterior, *, level: float) -> tuple[Floats, Floats]:
    """Sum the distribution of each unit's rate at the average case-mix for its interval."""
    design = posterior.design
    lattice = prune(summed_lattice(posterior), 1e-7 if design.units <= _MANY else _SLIGHT)
    shares = (0.5 * (1.0 - level), 0.5 * (1.0 + level))
    ends = np.empty((2, design.units))
    for columns, part in design.blocks(len(lattice.weight) * table_points(design)):
        mixture = _Mixture(part, lattice)
        for end, share in enumerate(shares):
            theta = mixture.quantile(share)
            # A proportion is taken with the transient SD's mean, which is near; what passes is a
            # shift of a log rate, and is in the mixture.
            transient = np.full(1, lattice.weight @ transient_of(design, lattice.h))
            if design.measure.name == "ratio":
                transient = np.zeros(1)
            ends[end, columns] = to_rate(design, theta[None], transient)[0]
    return ends[0], ends[1]


class _Mixture:
    """Distribution of units' link-scale rates at the average case-mix, over a lattice.

    A log rate is that of the rate with what passes integrated out.
    """

    def __init__(self, design: Design, lattice: Lattice) -> None:
        self.weight = lattice.weight
        self.tables = _tabulate(design, lattice.h)
        self.base = lattice.h[:, : len(design.locations)] @ design.reference.T
        if design.measure.name == "ratio" and isinstance(design.family, Smeared):
            self.base = self.base + 0.5 * transient_of(design, lattice.h)[:, None] ** 2

    def probability(self, theta: Floats) -> tuple[Floats, Floats]:
        """Probability below theta (units,), and density there."""
        below, density = self.tables.probability(theta - self.base)
        return self.weight @ below, self.weight @ density

    def quantile(self, share: float) -> Floats:
        """Solve for the quantile by Newton steps kept inside a shrinking bracket."""
        z = np.full(self.base.shape, ndtri(share))
        at = self.base + self.tables.quantile(z)
        low, high = at.min(axis=0), at.max(axis=0)
        theta = self.weight @ at
        for _ in range(60):
            below, density = self.probability(theta)
            low = np.where(below < share, theta, low)
            high = np.where(below < share, high, theta)
            new = theta - (below - share) / np.maximum(density, 1e-300)
            new = np.where((new > low) & (new < high), new, 0.5 * (low + high))
            done = np.abs(new - theta) <= 1e-9 * (1.0 + np.abs(theta))
            theta = new
            if done.all():
                break
        return theta


def _tabulate(design: Design, h: Floats) -> Tables:
    """Tabulate in batches that fit the cache, then put together."""
    # Tables of a mixture have as many points as the widest needs, and so come in one batch.
    step = len(h)
    if design.effects.parts == 1:
        step = max(int(300_000 / (design.rows * table_points(design))), 1)
    parts = [tabulate(design, unpack(design, h[i : i + step])) for i in range(0, len(h), step)]
    return join_tables(parts)


def exceedance_of(posterior: Posterior, threshold: Floats) -> Floats:
    """Sum the probability that link-scale rates at the average case-mix are above thresholds.

    Parameters
    ----------
    posterior : Posterior
        With a lattice.
    threshold : ndarray of float, shape (units,)

    Returns
    -------
    ndarray of float, shape (units,)
    """
    design, lattice = posterior.design, prune(summed_lattice(posterior), 1e-7)
    above = np.empty(design.units)
    for columns, part in design.blocks(len(lattice.weight) * table_points(design)):
        below = _Mixture(part, lattice).probability(threshold[columns])[0]
        above[columns] = 1.0 - np.clip(below, 0.0, 1.0)
    return above


def drawn_rates(posterior: Posterior, *, level: float) -> Rates:
    """Estimate rates from draws, with Monte Carlo errors; some units at a time."""
    design = posterior.design
    step = max(_HELD // posterior.draws, 1)
    parts = [
        _drawn_part(posterior, slice(first, min(first + step, design.units)), level)
        for first in range(0, design.units, step)
    ]
    return Rates(
        **{
            each.name: np.concatenate([getattr(p, each.name) for p in parts])
            for each in fields(Rates)
        }
    )


def _drawn_part(posterior: Posterior, columns: slice, level: float) -> Rates:
    part = posterior.design.part(columns.start, columns.stop)
    effect = posterior.effects.of_units(columns.start, columns.stop)
    beta, transient = posterior.beta, posterior.transient
    rate = reference_rate(part, beta, beta @ part.reference.T + effect, transient)
    own = own_rate(part, beta, effect, transient)
    effective = effective_of(posterior, rate)
    sd = rate.std(axis=0, ddof=1)
    ordered = np.sort(rate, axis=0)
    ends, errors = [], []
    for share in (0.5 * (1.0 - level), 0.5 * (1.0 + level)):
        end = np.quantile(ordered, share, axis=0)
        below = effective_of(posterior, (rate <= end).astype(float))
        low, high = quantile_places(share, draws=posterior.draws, effective=below)
        unit = np.arange(part.units)
        ends.append(end)
        errors.append(0.5 * (ordered[high, unit] - ordered[low, unit]))
    variance = effect.var(axis=0, ddof=1)
    return Rates(
        estimate=rate.mean(axis=0),
        estimate_mcse=sd / np.sqrt(effective),
        sd=sd,
        estimate_own=own.mean(axis=0),
        lower=ends[0],
        lower_mcse=errors[0],
        upper=ends[1],
        upper_mcse=errors[1],
        effect=effect.mean(axis=0),
        effect_sd=np.sqrt(variance),
        reliability=reliability_of(variance, prior_variance(part, posterior.hyper).mean(axis=0)),
        outlying=_drawn_oddity(part, posterior.hyper, effect),
    )


def effective_of(posterior: Posterior, series: Floats) -> Floats:
    """Independent draws that would tell each column's mean (draws, columns) as well."""
    if not posterior.independent:
        return effective_draws(series, chains=posterior.chains)
    # Importance resampling makes draws that are worth fewer.
    share = min(posterior.diagnostics.ess_bulk / posterior.draws, 1.0)
    return effective_draws(series, chains=None) * share


def _drawn_oddity(design: Design, h: Floats, effect: Floats) -> Floats:
    """`Rates.outlying` from draws: its expectation given effect and hyper-parameters."""
    parts = design.effects.parts
    if parts == 1:
        return np.full(design.units, np.nan)
    log_share = unpack(design.part(0, 1), h).log_share
    at = len(design.locations)
    tau = np.exp(h[:, at : at + len(design.taus)])[:, design.tau_of]
    weight = np.zeros_like(effect)
    odd = np.zeros_like(effect)
    for part, value in enumerate(_oddity(design)):
        scale = tau * design.effects.scale[part]
        density = np.exp(log_share[:, [part]] - 0.5 * (effect / scale) ** 2) / scale
        weight += density
        odd += value * density
    return np.asarray((odd / weight).mean(axis=0))
