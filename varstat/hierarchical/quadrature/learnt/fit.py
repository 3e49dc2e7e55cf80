"""Draw a learnt density from its posterior, and the units' effects given it."""

import numpy as np
from scipy.special import logsumexp

from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.hyper_draws import CHECKED, HyperDraws
from varstat.hierarchical.quadrature.learnt.density import (
    Density,
    log_prior_roughness,
    report,
    start_density,
)
from varstat.hierarchical.quadrature.learnt.mode import Component, find_component
from varstat.hierarchical.quadrature.learnt.move import move
from varstat.hierarchical.quadrature.student import draw_student, log_student, resample
from varstat.measure import Floats

# SDs of the splines' coefficients; evenly spaced logs, from next to a normal to spikes.
_ROUGHNESS = tuple(float(x) for x in np.exp(np.arange(-2.5, 2.1, 0.75)))
# Candidates, and the share of them that each roughness has at least; products that these may cost.
_MOST, _FEWEST, _LEAST_SHARE = 12_000, 2_000, 0.04
_PRODUCTS = 1.0e9
# Draws worth less than this share of their number are moved, in as many chains; states that are
# kept, and products that these may cost.
_ENOUGH = 0.5
_CHAINS, _FEWEST_STATES = 160, 800
_STATES_PRODUCTS = 6.0e7
# Draws that moved ones must be worth, else each chain goes on for as many states at most.
_WANTED, _MOST_KEPT = 600, 40


def draw_shapes(design: Design, *, draws: int, seed: int) -> HyperDraws:
    """Draw hyper-parameters of a learnt distribution.

    Parameters
    ----------
    design : Design
        With learnt effects.
    draws : int
    seed : int

    Returns
    -------
    HyperDraws
        Locations with the mean of g as intercept (or largest peer group's mean), the log of its
        SD, and the coefficients of the grid's basis.
    """
    rng = np.random.default_rng([seed, 4])
    density, start = start_density(design)
    components = []
    for roughness in _ROUGHNESS:
        component, density = find_component(density, start, roughness)
        components.append(component)
        start = component.mode
    density = density.moved(max(components, key=lambda c: c.log_evidence).mode[: density.free])
    cost = design.units * len(design.effects.grid)
    number = int(np.clip(_PRODUCTS / cost, _FEWEST, _MOST))
    p, which, log_ratio = _propose(density, components, rng, number)
    pareto_k, smooth = fit_tail(log_ratio)
    weight = np.exp(smooth - logsumexp(smooth))
    effective = float(min(1.0 / np.sum(weight**2), draws))
    if effective < _ENOUGH * draws:
        states = int(np.clip(_STATES_PRODUCTS / cost, _FEWEST_STATES, max(draws, _FEWEST_STATES)))
        chosen = resample(rng, weight, _CHAINS)
        kept = -(-states // _CHAINS)
        p, effective = move(density, components, p[chosen], which[chosen], kept=kept, rng=rng)
        if effective < _WANTED:
            more = int(np.clip(kept * (2.0 * _WANTED / effective - 1.0), kept, _MOST_KEPT))
            # From the last state of each chain; what is drawn of roughness, its splines say.
            again = move(density, components, p[-_CHAINS:], which[chosen], kept=more, rng=rng)
            p, effective = np.concatenate([p, again[0]]), effective + again[1]
        p = p[resample(rng, np.full(len(p), 1.0 / len(p)), draws)]
        # These leave the posterior as it is, whatever the tail of the ratios they began from.
        pareto_k = float("nan")
    else:
        p = p[resample(rng, weight, draws)]
    reported = report(density, p)
    return HyperDraws(
        z=p,
        h=reported,
        pareto_k=pareto_k,
        effective=min(effective, float(draws)),
        surrogate_error=0.0,
        passes=len(log_ratio),
        check=reported[np.linspace(0, draws - 1, CHECKED).astype(int)],
        worth=effective,
    )


def _propose(
    density: Density, components: list[Component], rng: np.random.Generator, number: int
) -> tuple[Floats, np.ndarray, Floats]:
    """Draw candidates about the modes: hyper-parameters, whose they are, log importance ratios."""
    evidence = np.array([each.log_evidence for each in components])
    share = np.exp(evidence - evidence.max())
    share = (1.0 - _LEAST_SHARE * len(share)) * share / share.sum() + _LEAST_SHARE
    candidates, ratios, which = [], [], []
    for at, (part, component) in enumerate(zip(share, components, strict=True)):
        n = max(int(number * part), 30)
        z = draw_student(rng, n, len(component.mode))
        p = component.mode + z @ component.scale.T
        log_q = log_student(z) - float(np.linalg.slogdet(component.scale)[1])
        log_p = density.log_likelihood(p) + density.log_prior(p, component.roughness)
        log_p += log_prior_roughness(component.roughness)
        candidates.append(p)
        which.append(np.full(n, at))
        ratios.append(log_p - log_q - np.log(n))
    return np.concatenate(candidates), np.concatenate(which), np.concatenate(ratios)
