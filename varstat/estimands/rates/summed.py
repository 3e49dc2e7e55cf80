"""Rates summed over the lattice of a hyper-posterior, so that nothing is drawn."""

from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from varstat.errors import ModelError
from varstat.estimands.rates.rate import to_rate
from varstat.estimands.rates.result import Rates, oddity, prior_variance, reliability_of
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.posterior import Posterior, transient_of
from varstat.hierarchical.quadrature.fit import nodes_for
from varstat.hierarchical.quadrature.lattice import Lattice
from varstat.hierarchical.quadrature.marginal import condition, unpack
from varstat.hierarchical.quadrature.quantile import Tables, join_tables, table_points, tabulate
from varstat.measure import Floats

# Lattice points with less than this share of the heaviest add nothing that shows.
_NEGLIGIBLE = 1e-9
# For intervals of many units points below this are left out: 1e-4 in probability at the most.
_SLIGHT = 1e-5
_MANY = 1000


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


def summed_moments(design: Design, lattice: Lattice) -> Rates:
    """Sum the moments of rates and effects over a lattice; intervals are left unknown."""
    units = design.units
    totals = np.zeros((6, units))
    measure = design.measure
    anchor = 0.0 if measure.counts else float(measure.from_own(np.array(design.centre)))
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
                totals[5, columns] += weight @ (share * oddity(design)[:, None]).sum(axis=1)
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
            if design.measure.shift(transient) is not None:
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
        shift = design.measure.shift(transient_of(design, lattice.h)[:, None])
        if shift is not None and isinstance(design.family, Smeared):
            self.base = self.base + shift

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
