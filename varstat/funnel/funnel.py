"""Compute funnels: one call for every period, peer group and indicator of a table."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from varstat.data.table import Table
from varstat.funnel.band import Band, PredictiveBand, PublishedBand, extra_variance
from varstat.funnel.caveats import caveats
from varstat.funnel.dispersion import Spread, estimate_spread
from varstat.funnel.flags import q_values, raise_flags, two_sided
from varstat.funnel.groups import Groups
from varstat.funnel.limits import attained_size, first_event, tail_area
from varstat.funnel.options import Options, resolve_options
from varstat.funnel.recipes import Recipe, RecipeBand, recipe_size, recipe_spread
from varstat.funnel.result import Funnel, Funnels, FunnelUnits
from varstat.funnel.tails import Predictive, Tails
from varstat.measure import Floats, Measure, scale_slope
from varstat.provenance import Provenance, content_hash

# The number of false flags is summed over all units, or so many spread evenly over the sizes of
# each group.
_SAMPLED = 1000
_SAMPLED_EACH = 25
# Standard errors by which a pooled rate must miss the units' centre to be said to.
_SURE = 3.0


def compute_funnel(
    table: Table,
    *,
    method: str = "varstat",
    target: str | None = None,
    levels: tuple[float, ...] | None = None,
    sides: str | None = None,
    limits: str | None = None,
    dispersion: str | None = None,
    robust: str | None = None,
    tau_scale: str | None = None,
) -> Funnels:
    r"""Compute a funnel for each group of a table.

    A unit is flagged at a level when the exact tail probability of its event, were it to
    perform at the target, is below :math:`(1 - level)/2`. With over-dispersion the event is
    beta-binomial or negative binomial, of which the mean is the target and the variance of the
    rate is :math:`s_i^2 + \sigma^2` (or :math:`\phi s_i^2`; for proportions
    :math:`s_i^2 + \sigma^2(1 - 1/n_i)`, as sampling adds less at the ends); see `Predictive`,
    `estimate_spread` and `limit_rates`.

    Parameters
    ----------
    table : Table
    method : {"varstat", "shmi", "cqc"}
        A published recipe fixes target (for ratios 1), dispersion and scale.
    target : str, optional
        "pooled", "median", "best:0.25", "rate:0.75" or "leave-one-out". This and the following
        are the card's unless given.
    levels : tuple of float, optional
        Each in (0, 1).
    sides : {"both", "high", "low"}, optional
    limits : {"exact", "normal", "interpolated"}, optional
        How limits are stated and drawn; flags don't depend on it.
    dispersion : {"none", "multiplicative", "dl", "pm", "reml", "auto"}, optional
        "auto" is REML for counts and means, multiplicative for continuous amounts,
        whose unit of measurement is arbitrary.
    robust : {"none", "trim", "winsorise"}, optional
    tau_scale : {"logit", "arcsine", "log", "sqrt", "identity"}, optional

    Returns
    -------
    Funnels

    Raises
    ------
    UsageError
        If an option is not one of those listed.
    ModelError
        If the options and the data don't go together.

    References
    ----------
    .. [1] Spiegelhalter (2005). Funnel plots for comparing institutional performance. Stat Med
       24(8), 1185-1202. doi:10.1002/sim.1970
    .. [2] Spiegelhalter (2005). Handling over-dispersion of performance indicators. Qual Saf
       Health Care 14(5), 347-351. doi:10.1136/qshc.2005.013755

    Examples
    --------
    >>> import varstat
    >>> funnels = varstat.compute_funnel(varstat.read_table("example:star98"))
    >>> funnels[0].units.unit.size, round(funnels[0].target, 4)
    (303, 0.4051)
    """
    options = resolve_options(
        table.card,
        method=method,
        target=target,
        levels=levels,
        sides=sides,
        limits=limits,
        dispersion=dispersion,
        robust=robust,
        tau_scale=tau_scale,
    )
    groups = Groups.split(table, options.target)
    if options.recipe is None:
        found = _compute(table, groups, options)
    else:
        found = _compute_recipe(table, groups, options, options.recipe)
    return Funnels(
        funnels=tuple(_one_funnel(table, groups, options, found, g) for g in range(groups.number)),
        account=table.account,
        provenance=Provenance(
            verb="funnel",
            source=table.account.source,
            data_hash=table.data_hash,
            card=table.card.name,
            card_hash=content_hash(table.card.model_dump(mode="json")),
            options=options.to_dict() | {"by": list(table.by)},
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """All units' results, and all groups' dispersion."""

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


def _compute(table: Table, groups: Groups, options: Options) -> _Found:
    """Results by varstat's own method, for all groups at once."""
    measure, group = table.measure, groups.group
    rate = measure.rates(groups.event, groups.size)
    sparse = groups.sparse(measure) & options.exact
    spread = _spread(groups, measure, options, cuttable=~sparse)
    link = np.square(scale_slope(measure.link, groups.centres))
    tau2, inflation = _applied(spread, link, options)
    extra = extra_variance(
        measure,
        groups.size,
        groups.target,
        tau2=tau2[group],
        inflation=inflation[group],
        exact=options.exact,
    )
    predictive = Predictive(
        measure=measure, size=groups.size, target=groups.target, extra=extra, exact=options.exact
    )
    chance = measure.chance_variance(groups.size, groups.centres[group])
    with np.errstate(invalid="ignore", divide="ignore"):
        if options.dispersion == "multiplicative":
            reliability = np.maximum(1.0 - 1.0 / spread.phi, 0.0)[group]
            tau = [np.full_like(spread.phi, np.nan)] * 3
        else:
            shown = spread.between[group] * measure.shown(groups.size)
            reliability = np.minimum(spread.between[group] / (shown + chance), 1.0)
            tau = [
                np.sqrt(v) * scale_slope(options.tau_scale, groups.centres)
                for v in (spread.between, spread.between_lower, spread.between_upper)
            ]
    error = np.sqrt(measure.chance_variance(groups.size, groups.target))
    if not options.exact:
        # What is chance in amounts isn't known, only how they vary in all.
        error, reliability = np.sqrt(predictive.variance), np.full_like(rate, np.nan)
    return _Found(
        z=_distance(rate, groups.target, error),
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
            PredictiveBand(
                measure=measure,
                exact=options.exact,
                method=options.limits,
                sides=options.sides,
                tau2=float(tau2[g]),
                inflation=float(inflation[g]),
            )
            for g in range(groups.number)
        ],
    )


def _spread(
    groups: Groups, measure: Measure, options: Options, *, cuttable: NDArray[np.bool_]
) -> Spread:
    """Dispersion of each group about its own pooled rate, wherever the target lies."""
    centre = groups.centres[groups.group]
    return estimate_spread(
        measure.rates(groups.event, groups.size),
        measure.chance_variance(groups.size, centre),
        centre,
        groups.group,
        estimator=options.estimator,
        robust=options.robust,
        shown=measure.shown(groups.size) if options.exact else None,
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


def _compute_recipe(table: Table, groups: Groups, options: Options, recipe: Recipe) -> _Found:
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
    return _Found(
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
        high = predictive.target - special.ndtri(area) * np.sqrt(predictive.variance)
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
    """Limits that a rate can pass; NaN for a proportion's limit of 1."""
    if measure.name == "proportion":
        return np.where(upper < 1.0, upper, np.nan)
    return upper


def _ratio_to(target: Floats, rate: Floats) -> Floats:
    """Ratio of a rate to the target; NaN for a target that isn't positive."""
    return np.divide(rate, target, out=np.full_like(rate, np.nan), where=target > 0)


def _one_funnel(table: Table, groups: Groups, options: Options, found: _Found, g: int) -> Funnel:
    """Cut one group out of the results of all."""
    rows = groups.rows(g)
    frame = groups.frame.iloc[rows]
    tails = found.tails.take(rows)
    flags = raise_flags(tails, found.z[rows], options.levels, sides=options.sides)
    p_value = two_sided(tails)
    units = FunnelUnits(
        unit=frame["unit"].to_numpy(dtype=object),
        unit_name=frame["unit_name"].to_numpy(dtype=object),
        peer_group=frame["peer_group"].to_numpy(dtype=object),
        period=frame["period"].to_numpy(dtype=object),
        event=groups.event[rows],
        event_lower=groups.lower[rows],
        event_upper=groups.upper[rows],
        size=groups.size[rows],
        rate=table.measure.rates(groups.event[rows], groups.size[rows]),
        target=groups.target[rows],
        z=found.z[rows],
        p_value=p_value,
        q_value=q_values(p_value),
        flag=flags.flag,
        flag_level=flags.level,
        reliability=found.reliability[rows],
        detectable_ratio=found.detectable[rows],
    )
    funnel = Funnel(
        indicator=table.card.indicator.title,
        measure=table.measure,
        event_label=table.card.indicator.numerator or table.measure.event,
        size_label=table.card.indicator.denominator or table.measure.size,
        direction=table.card.indicator.direction,
        method=options.method,
        by=groups.labels[g],
        target=float(groups.targets[g]),
        target_rule=options.target.text,
        dispersion=options.dispersion,
        robust=options.robust,
        exact=options.exact,
        pull=float(found.pull[g]) if options.target.kind == "pooled" else float("nan"),
        sparse=bool(found.sparse[g]),
        phi=float(found.phi[g]),
        tau=float(found.tau[g]),
        tau_lower=float(found.tau_lower[g]),
        tau_upper=float(found.tau_upper[g]),
        tau_scale=options.tau_scale,
        levels=options.levels,
        sides=options.sides,
        limits_method=options.limits,
        band=found.bands[g],
        expected_false_flags={
            level: float(number[g]) for level, number in found.false_flags.items()
        },
        units=units,
        warnings=(),
    )
    return replace(funnel, warnings=tuple(caveats(funnel)))


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
