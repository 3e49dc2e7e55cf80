"""Rates averaged over draws, with their Monte Carlo errors."""

from dataclasses import fields

import numpy as np

from varstat.estimands.monte_carlo import effective_draws, quantile_places
from varstat.estimands.rates.rate import own_rate, reference_rate
from varstat.estimands.rates.result import Rates, oddity, prior_variance, reliability_of
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats

# Numbers held at a time where rates come from draws.
_HELD = 20_000_000


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
    tau = np.exp(design.log_taus(h))
    weight = np.zeros_like(effect)
    odd = np.zeros_like(effect)
    for part, value in enumerate(oddity(design)):
        scale = tau * design.effects.scale[part]
        density = np.exp(log_share[:, [part]] - 0.5 * (effect / scale) ** 2) / scale
        weight += density
        odd += value * density
    return np.asarray((odd / weight).mean(axis=0))
