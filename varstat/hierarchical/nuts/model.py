r"""The hierarchical model in PyMC, each effect written in the form that samples well.

An effect u of scale :math:`\tau` about a linear predictor :math:`c'\beta` can be sampled as
itself plus what it stands on, :math:`a = c'\beta + u` (*centred*), or as :math:`z = u/\tau` (*not
centred*). Where the data fix a, the centred form leaves nothing to be correlated; where they say
little, its prior makes a funnel that the other form lacks [1]_, [2]_. An effect whose information
on the link scale exceeds :math:`1/\tau_0^2`, with :math:`\tau_0` a moment estimate, is centred. The
choice is made unit by unit, and both kinds stand in one model. What passes is integrated out.

References
----------
.. [1] Papaspiliopoulos, Roberts & Sköld (2007). A general framework for the parametrization of
   hierarchical models. Statistical Science 22(1), 59-73. doi:10.1214/088342307000000014
.. [2] Betancourt & Girolami (2015). Hamiltonian Monte Carlo for hierarchical models. In Current
   Trends in Bayesian Methodology with Applications. arXiv:1312.0906
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.prior import BY_SIZE_SD, ScalePrior
from varstat.hierarchical.nuts.likelihood import row_log_likelihood
from varstat.hierarchical.quadrature.start import start_values
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

with warnings.catch_warnings():
    # ArviZ 0.23 announces at import that ArviZ 1 will differ.
    warnings.simplefilter("ignore")
    import pymc as pm
    import pytensor.tensor as pt

# SDs of a chi-squared, by which units must be apart for tau to be surely above zero.
_SURE = 8.0

Tensor = Any
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Which effects are centred, on what, and where sampling starts.

    Attributes
    ----------
    unit_centred : ndarray of bool, shape (units,)
    unit_matrix : ndarray of float, shape (units, locations)
        Rows of the design's matrix averaged over each unit, weighted by their information: what a
        unit's centred effect stands on.
    start : ndarray of float, shape (dimension,)
        Unconstrained hyper-parameters to start from.
    """

    unit_centred: Mask
    unit_matrix: Floats
    start: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)


def plan_sampling(design: Design) -> Plan:
    """Choose each effect's form by what the data say of it.

    Examples
    --------
    >>> import varstat
    >>> from varstat.hierarchical.model.build import build_design
    >>> table = varstat.read_table("example:star98")
    >>> design = build_design(
    ...     table.frame, measure=table.measure, card=table.card, covariates=(), where="star98"
    ... )
    >>> plan = plan_sampling(design)
    >>> int(plan.unit_centred.sum()), design.units
    (303, 303)
    """
    start, _ = start_values(design)
    k, taus = len(design.locations), len(design.taus)
    tau = np.exp(start[k : k + taus])[design.tau_of]
    spread = np.exp(start[k + taus]) if design.transient is None else design.transient
    information = 1.0 / (design.link_variance + spread**2)
    total = np.bincount(design.row_unit, weights=information)
    average = [
        np.bincount(design.row_unit, weights=information * column) / total
        for column in design.matrix.T
    ]
    apart = information * (design.link_rate - design.matrix @ start[:k])
    square = np.bincount(design.row_unit, weights=apart) ** 2 / total
    # Where units may well be all alike, none is centred: tau may come near zero.
    differ = square.sum() - design.units > _SURE * np.sqrt(2.0 * design.units)
    return Plan(
        unit_centred=(total > 1.0 / tau**2) & differ,
        unit_matrix=np.stack(average, axis=1),
        start=start,
    )


def build_model(design: Design, plan: Plan) -> pm.Model:
    """Build the model of a design.

    Parameters
    ----------
    design : Design
    plan : Plan

    Returns
    -------
    pymc.Model
        Its variables are `location`; `tau`, or `tau_precision` where the prior is on that;
        `transient` likewise and `contamination` where they are uncertain; `sd_by_size` where
        effects go with size; `unit_centred` and `unit_scaled`, the units' effects in their two
        forms, of which one may be absent.
    """
    k, taus = len(design.locations), len(design.taus)
    with pm.Model() as model:
        location = pm.Normal(
            "location",
            mu=design.location_mean,
            sigma=design.location_sd,
            shape=k,
            initval=plan.start[:k],
        )
        tau = _scale("tau", design.tau_prior, plan.start[k : k + taus])
        spread: Tensor = design.transient
        about = design.transient or 0.0
        if design.transient is None:
            spread = _scale("transient", design.transient_prior, plan.start[k + taus])
            about = float(np.exp(plan.start[k + taus]))
        contamination: Tensor = None
        if design.effects.contaminated:
            prior = design.contamination_prior
            contamination = pm.Beta("contamination", alpha=prior.a, beta=prior.b)
        of_units = tau[design.tau_of]
        if design.effects.by_size:
            slope = pm.Normal("sd_by_size", mu=0.0, sigma=BY_SIZE_SD, initval=0.0)
            of_units = of_units * pt.exp(slope * design.log_size)
        u = _effects(
            "unit",
            plan.unit_centred,
            pt.dot(plan.unit_matrix, location),
            of_units,
            start=plan.unit_matrix @ plan.start[:k],
            density=lambda x: _effect_density(design, x, contamination),
        )
        theta = pt.dot(design.matrix, location) + u[design.row_unit]
        pm.Potential("likelihood", row_log_likelihood(design.family, theta, spread, about=about))
    return model


def _scale(name: str, prior: ScalePrior, start: Floats) -> Tensor:
    """A standard deviation, or several, with a prior."""
    shape, scale = np.shape(start), np.exp(start)
    match prior.distribution:
        case "half-normal":
            return pm.HalfNormal(name, sigma=prior.a, shape=shape, initval=scale)
        case "half-cauchy":
            return pm.HalfCauchy(name, beta=prior.a, shape=shape, initval=scale)
        case "exponential":
            return pm.Exponential(name, lam=prior.a, shape=shape, initval=scale)
        case "gamma-precision":
            precision = pm.Gamma(
                f"{name}_precision", alpha=prior.a, beta=prior.b, shape=shape, initval=scale**-2.0
            )
            return precision**-0.5


def _effects(
    name: str,
    centred: Mask,
    base: Tensor,
    scale: Tensor,
    *,
    start: Floats,
    density: Any,
) -> Tensor:
    """Effects about `base`, some centred and some not; `density` is of effects in units of scale.

    The variables are flat and their densities potentials, so that one density serves both forms.
    """
    effect = pt.zeros(len(centred))
    at = np.flatnonzero(centred)
    if len(at):
        standing = pm.Flat(f"{name}_centred", shape=len(at), initval=start[at])
        u = standing - base[at]
        pm.Potential(f"{name}_centred_prior", density(u / scale[at]) - pt.log(scale[at]))
        effect = pt.set_subtensor(effect[at], u)
    at = np.flatnonzero(~centred)
    if len(at):
        scaled = pm.Flat(f"{name}_scaled", shape=len(at), initval=np.zeros(len(at)))
        pm.Potential(f"{name}_scaled_prior", density(scaled))
        effect = pt.set_subtensor(effect[at], scaled * scale[at])
    return effect


def _effect_density(design: Design, x: Tensor, contamination: Tensor) -> Tensor:
    """Log density of units' effects in units of tau, up to a constant."""
    effects = design.effects
    match effects.name:
        case "normal" | "normal-by-size":
            return -0.5 * x**2
        case "student-t":
            nu = effects.degrees_of_freedom
            return -0.5 * (nu + 1.0) * pt.log1p(x**2 / nu)
        case "contaminated-normal":
            wide = float(effects.scale[1])
            main = pt.log1p(-contamination) - 0.5 * x**2
            outlying = pt.log(contamination) - 0.5 * (x / wide) ** 2 - np.log(wide)
            return pt.logaddexp(main, outlying)


def hyper_draws(design: Design, draws: dict[str, Floats]) -> Floats:
    """Put draws of the model's variables into the unconstrained form and order of `design.names`.

    Parameters
    ----------
    design : Design
    draws : dict of str to ndarray of float, shape (draws, ...)

    Returns
    -------
    ndarray of float, shape (draws, dimension)
    """
    columns = [draws["location"], _log_scale(draws, "tau")]
    if design.transient is None:
        columns.append(_log_scale(draws, "transient")[:, None])
    if design.effects.contaminated:
        share = np.clip(draws["contamination"], 1e-300, 1.0 - 1e-16)
        columns.append((np.log(share) - np.log1p(-share))[:, None])
    if design.effects.by_size:
        columns.append(draws["sd_by_size"][:, None])
    return np.concatenate(columns, axis=1)


def _log_scale(draws: dict[str, Floats], name: str) -> Floats:
    if name in draws:
        return np.log(draws[name])
    return -0.5 * np.log(draws[f"{name}_precision"])


def effect_draws(design: Design, plan: Plan, draws: dict[str, Floats]) -> Floats:
    """Turn draws of both forms into the units' effects, of shape (draws, units)."""
    effect = np.empty((len(draws["location"]), design.units))
    if "unit_centred" in draws:
        base = draws["location"] @ plan.unit_matrix[plan.unit_centred].T
        effect[:, plan.unit_centred] = draws["unit_centred"] - base
    if "unit_scaled" in draws:
        tau = np.exp(design.log_taus(hyper_draws(design, draws)))
        effect[:, ~plan.unit_centred] = draws["unit_scaled"] * tau[:, ~plan.unit_centred]
    return effect
