"""Sensitivity: how far what is published hangs on priors, and how far on the data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.estimands.league.caveats import find_comparable
from varstat.estimands.opportunity.gaps import unit_blocks
from varstat.estimands.rates.rate import own_rate, reference_rate
from varstat.estimands.slices import draw_slices
from varstat.estimands.target import make_target, pooling_weights
from varstat.hierarchical.model.prior import scale_prior
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats
from varstat.prose.number import listed
from varstat.review.components import PRIORS, has_simple_rows, log_likelihood, prior_components
from varstat.review.part import Part
from varstat.review.reviewed import Reviewed
from varstat.review.scaling import effective_share, power_sensitivity, power_weights
from varstat.review.sensitivity_words import CONFLICT, FLAGGED, LEANS, decide, say_sensitivity
from varstat.review.standings import stand_units
from varstat.review.tau_prior import TAU_PRIORS, parse_tau_prior
from varstat.target.rule import TargetRule, parse_target

# Powers that halve a prior's weight and double it.
POWERS = (0.5, 2.0)
# Weighted draws that are worth fewer than this share of all tell nothing.
_LEAST_SHARE = 0.1
# Numbers worked through: rows times draws; a row with an integral inside counts for so many.
_MOST, _DEAR, _LEAST_DRAWS = 8_000_000, 20, 400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scaled:
    """Draws of a posterior and of the components of its log density.

    Attributes
    ----------
    kept : slice
        Which of the draws.
    names : tuple of str
        Of the components: priors, all of them as "prior", and "likelihood".
    component : ndarray of float, shape (kept draws, components)
    quantity : dict of str to ndarray, shape (kept draws,)
    """

    kept: slice
    names: tuple[str, ...]
    component: Floats
    quantity: dict[str, Floats]


def review_sensitivity(reviewed: Reviewed) -> Part:
    """Say how far hyper-parameters, target, total, rates and ranks hang on the priors.

    Priors and likelihood are raised to powers near 1, and priors to a half and 2 as well, by
    weighing the draws; so is the prior on tau changed for others.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Part
        Named "sensitivity". Its tables are `sensitivity` (`quantity`, a column `prior_*` for each
        prior, `prior` for all at once, `likelihood`, `finding`), `scaled` (`component, power,
        effective_share, reliable, tau, target, total, p_best_change, unit`) and `alternatives`
        (`prior, effective_share, reliable, tau, total, total_lower, total_upper, p_best_change`);
        its columns of units `sensitivity_prior`, `sensitivity_likelihood` and `p_best_change`.
    """
    posterior = reviewed.posterior
    scaled = _scale(reviewed)
    units = _of_units(posterior, scaled)
    table = _tabulate(scaled, units)
    finite, change = _scale_far(posterior, scaled)
    alternatives = _change_prior(reviewed, scaled)
    code = [str(unit) for unit in posterior.design.unit]
    columns = {
        "sensitivity_prior": pd.Series(units[:, scaled.names.index("prior")], index=code),
        "sensitivity_likelihood": pd.Series(units[:, scaled.names.index("likelihood")], index=code),
    }
    if change is not None:
        columns["p_best_change"] = pd.Series(change, index=code)
    flagged = table[table["finding"] != ""]
    usable = finite["reliable"].to_numpy(bool)
    return Part(
        name="sensitivity",
        status="can't tell" if not usable.any() else "with care" if len(flagged) else "holds",
        sentence=say_sensitivity(reviewed, table, finite),
        values=decide(table, finite, units[:, scaled.names.index("prior")]),
        tables={"sensitivity": table, "scaled": finite, "alternatives": alternatives},
        units=columns,
        notes=_notes(posterior, scaled, alternatives),
    )


def _scale(reviewed: Reviewed) -> _Scaled:
    """Take the draws that are enough, their components and what they say of the whole."""
    posterior = reviewed.posterior
    design = posterior.design
    dear = design.rows * (1 if has_simple_rows(design) else _DEAR)
    every = min(posterior.draws * dear // _MOST + 1, max(posterior.draws // _LEAST_DRAWS, 1))
    kept = slice(None, None, every)
    priors = prior_components(design, posterior.hyper[kept])
    component = priors | {
        "prior": np.sum(list(priors.values()), axis=0),
        "likelihood": log_likelihood(posterior, kept),
    }
    natural = posterior.natural()
    quantity = {name: natural[name][kept] for name in design.reported}
    quantity["target"] = _draw_target(posterior, rule_of(reviewed))[kept]
    if reviewed.opportunity is not None:
        quantity["total"] = reviewed.opportunity.draws[kept]
    return _Scaled(
        kept=kept,
        names=tuple(component),
        component=np.stack(list(component.values()), axis=1),
        quantity=quantity,
    )


def rule_of(reviewed: Reviewed) -> TargetRule:
    """Give the rule by which targets are set: the one asked for, or the card's."""
    return parse_target(reviewed.target or reviewed.posterior.card.target.rule)


def _draw_target(posterior: Posterior, rule: TargetRule) -> Floats:
    """Draw the target, on average over the units that have one of their own: (draws,)."""
    design = posterior.design
    compared = find_comparable(design)
    aim, _ = make_target(design, rule, members=compared if compared.any() else None)
    weight = pooling_weights(posterior)
    out = np.empty(posterior.draws)
    for some, effect in draw_slices(posterior, per_draw=design.rows):
        beta, transient = posterior.beta[some], posterior.transient[some]
        if rule.kind == "pooled":
            rate = own_rate(design, beta, effect, transient)
        else:
            theta = beta @ design.reference.T + effect
            rate = reference_rate(design, beta, theta, transient)
        out[some] = np.nanmean(aim.of_units(aim.of_rates(rate, weight)), axis=1)
    return out


def _of_units(posterior: Posterior, scaled: _Scaled) -> Floats:
    """Sensitivity of each unit's rate on the link scale: (units, components)."""
    found = np.empty((posterior.design.units, len(scaled.names)))
    beta = posterior.beta[scaled.kept]
    for block in unit_blocks(posterior):
        theta = beta @ block.part.reference.T + block.effect[scaled.kept]
        found[block.units] = power_sensitivity(theta, scaled.component)
    return found


def _tabulate(scaled: _Scaled, units: Floats) -> pd.DataFrame:
    """Tabulate sensitivities, a row a quantity; of units, the largest of any."""
    value = np.stack(list(scaled.quantity.values()), axis=1)
    found = np.vstack([power_sensitivity(value, scaled.component), units.max(axis=0)])
    frame = pd.DataFrame({"quantity": [*scaled.quantity, "rate of a unit"]})
    for prior in PRIORS:
        has = prior in scaled.names
        frame[f"prior_{prior}"] = found[:, scaled.names.index(prior)] if has else np.nan
    for name in ("prior", "likelihood"):
        frame[name] = found[:, scaled.names.index(name)]
    each = frame[[f"prior_{prior}" for prior in PRIORS] + ["prior"]].max(axis=1)
    finding = np.where(frame["likelihood"] > FLAGGED, CONFLICT, LEANS)
    frame["finding"] = np.where(each > FLAGGED, finding, "")
    return frame


def _scale_far(posterior: Posterior, scaled: _Scaled) -> tuple[pd.DataFrame, Floats | None]:
    """Halve and double the weight of priors; give also each unit's largest change of P(best)."""
    names = [name for name in scaled.names if name != "likelihood"]
    component = scaled.component[:, : len(names)]
    weight = np.concatenate([power_weights(component, power) for power in POWERS], axis=1)
    share = effective_share(weight)
    taus = [scaled.quantity[name] for name in posterior.design.taus]
    quantity = {
        "tau": np.mean(taus, axis=0),
        "target": scaled.quantity["target"],
        "total": scaled.quantity.get("total", np.full(len(weight), np.nan)),
    }
    frame = pd.DataFrame(
        {
            "component": names * len(POWERS),
            "power": np.repeat(POWERS, len(names)),
            "effective_share": share,
            "reliable": share >= _LEAST_SHARE,
            **{name: value @ weight for name, value in quantity.items()},
        }
    )
    if posterior.design.direction == "neither":
        return frame.assign(p_best_change=np.nan, unit=None), None
    whole = np.zeros((posterior.draws, weight.shape[1] + 1))
    whole[scaled.kept] = np.column_stack([np.full(len(weight), 1.0 / len(weight)), weight])
    standings = stand_units(posterior, whole)
    change = np.abs(standings.p_best[1:] - standings.p_best[0])
    known = np.where(np.isnan(change), -1.0, change)
    frame["p_best_change"] = np.maximum(known.max(axis=1), 0.0)
    frame["unit"] = [str(standings.unit[at]) for at in known.argmax(axis=1)]
    usable = change[frame["reliable"].to_numpy(bool)]
    return frame, usable.max(axis=0) if len(usable) else np.full(change.shape[1], np.nan)


def _change_prior(reviewed: Reviewed, scaled: _Scaled) -> pd.DataFrame:
    """Take other priors on tau, by weighing draws; a row for the model's own and for each."""
    posterior = reviewed.posterior
    design = posterior.design
    at = len(design.locations)
    log_tau = posterior.hyper[scaled.kept, at : at + len(design.taus)]
    own = design.tau_prior.log_density(log_tau).sum(axis=1)
    others = [scale_prior(parse_tau_prior(text)).log_density(log_tau) for text in TAU_PRIORS]
    log_weight = np.stack([own, *(each.sum(axis=1) for each in others)], axis=1) - own[:, None]
    weight = power_weights(log_weight, 2.0)
    change = np.full(weight.shape[1], np.nan)
    if design.direction != "neither":
        whole = np.zeros((posterior.draws, weight.shape[1]))
        whole[scaled.kept] = weight
        p_best = stand_units(posterior, whole).p_best
        change = np.nanmax(np.abs(p_best - p_best[0]), axis=1)
    total = scaled.quantity.get("total", np.full(len(weight), np.nan))
    ends = [0.5 * (1.0 - reviewed.level), 0.5 * (1.0 + reviewed.level)]
    lower, upper = np.stack([_weighted_quantile(total, each, ends) for each in weight.T], axis=1)
    share = effective_share(weight)
    return pd.DataFrame(
        {
            "prior": ["as stated", *TAU_PRIORS],
            "effective_share": share,
            "reliable": share >= _LEAST_SHARE,
            "tau": np.mean([scaled.quantity[name] for name in design.taus], axis=0) @ weight,
            "total": total @ weight,
            "total_lower": lower,
            "total_upper": upper,
            "p_best_change": change,
        }
    )


def _weighted_quantile(value: Floats, weight: Floats, shares: Sequence[float]) -> Floats:
    order = np.argsort(value)
    return np.interp(shares, np.cumsum(weight[order]) - 0.5 * weight[order], value[order])


def _notes(posterior: Posterior, scaled: _Scaled, alternatives: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if scaled.kept.step != 1:
        used = len(scaled.component)
        notes.append(f"Sensitivities are of {used:,} of the {posterior.draws:,} draws.")
    if posterior.design.effects.learnt:
        notes.append(
            "The distribution of effects is learnt: the priors of its mean and SD are scaled, and "
            "that of its shape isn't."
        )
    missing = alternatives.loc[~alternatives["reliable"], "prior"].tolist()
    if missing:
        notes.append(
            f"What {listed(missing)} on tau would give can't be had from these draws: too few of "
            "them count."
        )
    return tuple(notes)
