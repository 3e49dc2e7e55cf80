"""What is found of all units and groups at once, by varstat's method or a published recipe."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.data.table import Table
from varstat.funnel.band import Band, PredictiveBand, PublishedBand, extra_variance
from varstat.funnel.degrees import Known
from varstat.funnel.dispersion import Spread, estimate_spread
from varstat.funnel.groups import Groups
from varstat.funnel.information import cases_of, know_variances
from varstat.funnel.limits import attained_size, first_event, tail_area
from varstat.funnel.options import Options
from varstat.funnel.recipes import Recipe, RecipeBand, recipe_size, recipe_spread
from varstat.funnel.tails import Predictive, Tails
from varstat.measure import Floats, Measure
from varstat.measure.basis import Usual

# The number of false flags is summed over all units, or so many spread evenly over the sizes of
# each group.
_SAMPLED = 1000
_SAMPLED_EACH = 25
# Standard errors by which a pooled rate must miss the units' centre to be said to.
_SURE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """All units' results, and all groups' dispersion, before they are cut apart.

    Attributes
    ----------
    z, detectable, reliability : ndarray of float, shape (units,)
    tails : Tails
    pull, phi, tau, tau_lower, tau_upper : ndarray of float, shape (groups,)
    sparse : ndarray of bool, shape (groups,)
    false_flags : dict of float to ndarray of float, shape (groups,)
    bands : list of Band
        All as `Funnel` and `FunnelUnits` define them.
    """

    z: Floats
    tails: Tails
    detectable: Floats
    reliability: Floats
    pull: Floats
    sparse: NDArray[np.bool_]
    phi: Floats
    tau: Floats
    tau_lower: Floats
    tau_upper: Floats
    false_flags: dict[float, Floats]
    bands: list[Band]


def find(table: Table, groups: Groups, options: Options) -> Findings:
    """Results by varstat's own method, for all groups at once."""
    measure, group = table.measure, groups.group
    rate = measure.rates(groups.event, groups.size)
    sparse = groups.sparse(measure) & options.exact
    spread = _spread(groups, measure, options, cuttable=~sparse)
    link = np.square(measure.slope(groups.centres))
    tau2, inflation = _applied(spread, link, options)
    predictive, known = _predict(groups, measure, options, spread, tau2, inflation)
    chance = groups.basis.chance(measure, groups.size, groups.centres[group])
    with np.errstate(invalid="ignore", divide="ignore"):
        if options.dispersion == "multiplicative":
            reliability = np.maximum(1.0 - 1.0 / spread.phi, 0.0)[group]
            tau = [np.full_like(spread.phi, np.nan)] * 3
        else:
            shown = spread.between[group] * groups.basis.shown(measure, groups.size)
            reliability = np.minimum(spread.between[group] / (shown + chance), 1.0)
            tau = [
                np.sqrt(v) * measure.slope_on(options.tau_scale, groups.centres)
                for v in (spread.between, spread.between_lower, spread.between_upper)
            ]
    error = np.sqrt(groups.basis.chance(measure, groups.size, groups.target))
    if not options.exact:
        # What is chance in amounts isn't known, only how they vary in all.
        error, reliability = np.sqrt(predictive.variance), np.full_like(rate, np.nan)
    return Findings(
        z=_distance(measure.straight(rate, groups.target), groups.target, error),
        tails=_tails(predictive, groups),
        detectable=_detectable(predictive, options),
        reliability=reliability,
        pull=_pull(spread, chance, groups),
        sparse=sparse,
        phi=spread.phi,
        tau=tau[0],
        tau_lower=tau[1],
        tau_upper=tau[2],
        false_flags=_false_flags(
            groups,
            options,
            lambda rows, level: attained_size(predictive.take(rows), level, sides=options.sides),
        ),
        bands=[
            _band(groups, measure, options, known, g, applied=(tau2, inflation))
            for g in range(groups.number)
        ],
    )


def _predict(
    groups: Groups,
    measure: Measure,
    options: Options,
    spread: Spread,
    tau2: Floats,
    inflation: Floats,
) -> tuple[Predictive, Known]:
    """What units would report at their targets, and how well its variance is known."""
    known = know_variances(groups, measure, options, spread)
    predictive = Predictive(
        measure=measure,
        size=groups.size,
        target=groups.target,
        extra=extra_variance(
            measure,
            groups.size,
            groups.target,
            tau2=tau2[groups.group],
            inflation=inflation[groups.group],
            exact=options.exact,
            basis=groups.basis,
        ),
        exact=options.exact,
        basis=groups.basis,
    )
    degrees = known.degrees(
        groups.basis.chance(measure, groups.size, groups.target),
        predictive.variance,
        cases_of(groups, measure),
        group=groups.group,
    )
    return replace(predictive, degrees=degrees), known


def _band(
    groups: Groups,
    measure: Measure,
    options: Options,
    known: Known,
    g: int,
    *,
    applied: tuple[Floats, Floats],
) -> PredictiveBand:
    tau2, inflation = applied
    rows = groups.rows(g)
    return PredictiveBand(
        measure=measure,
        exact=options.exact,
        method=options.limits,
        sides=options.sides,
        tau2=float(tau2[g]),
        inflation=float(inflation[g]),
        information=float(known.information[g]),
        freedom=float(known.inflation[g]),
        cases=float(known.cases[g]),
        usual=Usual.of(groups.basis.take(rows), groups.size[rows]),
    )


def _spread(
    groups: Groups, measure: Measure, options: Options, *, cuttable: NDArray[np.bool_]
) -> Spread:
    """Dispersion of each group about its own pooled rate, wherever the target lies."""
    centre = groups.centres[groups.group]
    return estimate_spread(
        measure.straight(measure.rates(groups.expected.event, groups.size), centre),
        groups.basis.chance(measure, groups.size, centre),
        centre,
        groups.group,
        estimator=options.estimator,
        robust=options.robust,
        shown=groups.basis.shown(measure, groups.size) if options.exact else None,
        hidden=groups.expected.variance / np.square(groups.size) if options.exact else None,
        cuttable=cuttable,
    )


def _applied(spread: Spread, link: Floats, options: Options) -> tuple[Floats, Floats]:
    """Between-unit variance on the link scale, and inflation, that the limits allow for."""
    nothing, one = np.zeros_like(spread.phi), np.ones_like(spread.phi)
    if options.dispersion == "none":
        return nothing, one
    if options.dispersion == "multiplicative":
        # Counts can't vary less than chance for a reason; amounts have no chance to speak of,
        # and nothing can be said of them where they don't vary.
        if options.exact:
            return nothing, np.where(spread.phi > 1.0, spread.phi, 1.0)
        return nothing, np.where(spread.phi > 0.0, spread.phi, np.nan)
    with np.errstate(invalid="ignore"):
        tau2 = spread.between * link
    return np.where(np.isfinite(tau2), tau2, 0.0) if options.exact else tau2, one


def find_published(table: Table, groups: Groups, options: Options, recipe: Recipe) -> Findings:
    """Results by a published recipe, one group after another."""
    measure = table.measure
    y = recipe.transform(measure.rates(groups.event, groups.size))
    error = recipe.error(groups.size)
    z = (y - recipe.transform(groups.target)) / error
    phi, tau2 = np.empty(groups.number), np.empty(groups.number)
    for g in range(groups.number):
        known = np.isfinite(groups.event[groups.rows(g)])
        phi[g], tau2[g] = recipe_spread(
            recipe, z[groups.rows(g)][known], error[groups.rows(g)][known]
        )
    band = RecipeBand(
        recipe=recipe,
        measure=measure,
        size=groups.size,
        target=groups.target,
        tau2=tau2[groups.group],
    )
    _, upper = band.limits(options.levels[0], sides=options.sides)
    none = np.full_like(phi, np.nan)
    return Findings(
        z=z,
        tails=_tails(band, groups),
        detectable=_ratio_to(groups.target, _within(upper, measure)),
        reliability=band.tau2 / (band.tau2 + np.square(error)),
        pull=none,
        sparse=np.zeros(groups.number, dtype=np.bool_),
        phi=phi,
        tau=np.sqrt(tau2),
        tau_lower=none,
        tau_upper=none,
        false_flags=_false_flags(
            groups,
            options,
            lambda rows, level: recipe_size(
                band.take(rows), level, sides=options.sides, exact=options.exact
            ),
        ),
        bands=[
            PublishedBand(
                measure=measure,
                recipe=recipe,
                sides=options.sides,
                tau2=float(t),
            )
            for t in tau2
        ],
    )


def _tails(distribution: Predictive | RecipeBand, groups: Groups) -> Tails:
    """Tails of each event; of a range, the end nearer the target on either side."""
    if np.array_equal(groups.lower, groups.upper):
        return distribution.tails(groups.lower)
    few, many = distribution.tails(groups.lower), distribution.tails(groups.upper)
    return Tails(at_most=many.at_most, below=many.below, at_least=few.at_least, above=few.above)


def _distance(rate: Floats, target: Floats, error: Floats) -> Floats:
    """Distance from the target in standard errors; nothing, where there is none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(rate == target, 0.0, (rate - target) / error)


def _detectable(predictive: Predictive, options: Options) -> Floats:
    """Smallest ratio to the target that would be flagged high at the first level."""
    level = options.levels[0]
    area = tail_area(level, "high", options.sides)
    if area == 0:
        return np.full_like(predictive.size, np.nan)
    if predictive.counts:
        high = first_event(predictive, area, side="high") / predictive.size
    else:
        reach = -predictive.deviates(area) * np.sqrt(predictive.variance)
        high = predictive.measure.away(predictive.target, reach)
        high = _within(high, predictive.measure)
    return _ratio_to(predictive.target, high)


def _pull(spread: Spread, chance: Floats, groups: Groups) -> Floats:
    """Distance of the pooled rate from the units' own centre, in SDs of a middling unit."""
    typical = np.array([np.median(chance[groups.rows(g)]) for g in range(groups.number)])
    offset = np.abs(spread.offset)
    with np.errstate(invalid="ignore", divide="ignore"):
        pull = offset / np.sqrt(spread.between + typical)
    return np.where(offset > _SURE * spread.offset_error, pull, 0.0)


def _within(upper: Floats, measure: Measure) -> Floats:
    """Limits that a rate can pass; NaN for one at the end of what a rate can be."""
    return np.where(upper < measure.ends[1], upper, np.nan)


def _ratio_to(target: Floats, rate: Floats) -> Floats:
    """Ratio of a rate to the target; NaN for a target that isn't positive."""
    return np.divide(rate, target, out=np.full_like(rate, np.nan), where=target > 0)


def _false_flags(
    groups: Groups,
    options: Options,
    attained: Callable[[NDArray[np.intp], float], Floats],
) -> dict[float, Floats]:
    """Expected number of flags in each group, were every unit at its target."""
    samples = [
        groups.sample(g, max(_SAMPLED // groups.number, _SAMPLED_EACH))
        for g in range(groups.number)
    ]
    rows = np.concatenate(samples)
    of = np.repeat(np.arange(groups.number), [sample.size for sample in samples])
    units = np.add.reduceat(np.isfinite(groups.event).astype(float), groups.start[:-1])
    counted = np.maximum(np.bincount(of, minlength=groups.number), 1)
    return {
        level: np.bincount(of, weights=attained(rows, level), minlength=groups.number)
        * units
        / counted
        for level in options.levels
    }
