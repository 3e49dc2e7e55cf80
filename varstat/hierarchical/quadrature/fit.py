r"""The quadrature engine: a posterior without a Markov chain.

Given the hyper-parameters the units are independent, so each unit's effect is integrated by
adaptive Gauss-Hermite quadrature (`marginal`) and only the few hyper-parameters remain: up to three
are summed on a lattice, more are drawn by importance sampling (`hyper`). Effects are then drawn by
their own quantile functions (`sampler`). Draws are independent of each other, and the same for the
same data, card and seed.
"""

from dataclasses import dataclass

from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Stored
from varstat.hierarchical.quadrature.hyper import whiten
from varstat.hierarchical.quadrature.hyper_draws import (
    MOST_DIMENSION,
    HyperDraws,
    draw_by_importance,
    draw_from_lattice,
)
from varstat.hierarchical.quadrature.lattice import LATTICE_DIMENSION, Lattice, fill_lattice
from varstat.hierarchical.quadrature.learnt.fit import draw_shapes
from varstat.hierarchical.quadrature.learnt.sampler import LearntSampler, draw_learnt
from varstat.hierarchical.quadrature.learnt.tempered import draw_mixtures
from varstat.hierarchical.quadrature.memory import keep_freed_memory
from varstat.hierarchical.quadrature.sampler import Sampler, draw_effects
from varstat.hierarchical.quadrature.threads import one_thread

# Importance ratios with a heavier tail than this can't be mended by more draws.
PARETO_LIMIT = 0.7
# Effective draws of the points below this say too little of a 95% interval's ends.
LEAST_EFFECTIVE = 400
_SURROGATE_LIMIT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quadrature:
    """What the quadrature engine finds.

    Attributes
    ----------
    hyper : HyperDraws
    effects : Sampler, LearntSampler or Stored
    lattice : Lattice or None
        None above three hyper-parameters.
    diagnostics : Diagnostics
    """

    hyper: HyperDraws
    effects: Sampler | LearntSampler | Stored
    lattice: Lattice | None
    diagnostics: Diagnostics


def refusal(design: Design) -> str | None:
    """Say why the quadrature engine doesn't apply to a design; None if it does."""
    if design.effects.learnt:
        return None
    if design.dimension > MOST_DIMENSION:
        return (
            f"{design.dimension} hyper-parameters are more than the {MOST_DIMENSION} that "
            "quadrature can draw by importance"
        )
    return None


def nodes_for(design: Design) -> int:
    """How many Gauss-Hermite nodes to integrate effects with: more where skewness matters."""
    return 25 if is_delicate(design) else 15


def is_delicate(design: Design) -> bool:
    """Whether few units make a skewed posterior, and cheap enough to follow to the last digit."""
    return design.units <= 60 and design.effects.parts == 1


def fit_quadrature(design: Design, *, draws: int, seed: int) -> Quadrature:
    """Fit a model by quadrature.

    Parameters
    ----------
    design : Design
    draws : int
        Joint draws of hyper-parameters and effects.
    seed : int

    Returns
    -------
    Quadrature

    Raises
    ------
    ModelError
        If the posterior has no mode or no end within reach.
    """
    keep_freed_memory()
    with one_thread():
        if design.effects.learnt:
            return _fit_learnt(design, draws=draws, seed=seed)
        return _fit(design, draws=draws, seed=seed)


def _fit(design: Design, *, draws: int, seed: int) -> Quadrature:
    nodes = nodes_for(design)
    white = whiten(design, nodes=nodes)
    lattice: Lattice | None = None
    if design.dimension <= LATTICE_DIMENSION:
        delicate = is_delicate(design)
        step = 0.8 if delicate else 1.0 if design.units <= 1000 else 1.15
        filled = fill_lattice(design, white, step=step, nodes=nodes, smooth=not delicate)
        hyper = draw_from_lattice(white, filled, draws=draws, seed=seed)
        lattice = filled.lattice
    else:
        hyper = draw_by_importance(design, white, draws=draws, nodes=nodes, seed=seed)
    return Quadrature(
        hyper=hyper,
        effects=draw_effects(design, hyper, seed=seed),
        lattice=lattice,
        diagnostics=_diagnose(hyper),
    )


def _fit_learnt(design: Design, *, draws: int, seed: int) -> Quadrature:
    draw = draw_mixtures if design.effects.mixture else draw_shapes
    hyper = draw(design, draws=draws, seed=seed)
    return Quadrature(
        hyper=hyper,
        effects=draw_learnt(design, hyper, seed=seed),
        lattice=None,
        diagnostics=_diagnose(hyper),
    )


def _diagnose(hyper: HyperDraws) -> Diagnostics:
    problems = []
    if hyper.pareto_k > PARETO_LIMIT:
        problems.append(
            f"The importance ratios' tail has shape k = {hyper.pareto_k:.2f}, above "
            f"{PARETO_LIMIT}: the posterior of the hyper-parameters is not covered by what it was "
            "drawn from."
        )
    if hyper.worth < LEAST_EFFECTIVE:
        problems.append(
            f"The draws of the hyper-parameters are worth {hyper.worth:.0f} independent ones, "
            f"less than {LEAST_EFFECTIVE}."
        )
    if hyper.surrogate_error > _SURROGATE_LIMIT:
        problems.append(
            f"The log density that hyper-parameters were drawn from is off by "
            f"{hyper.surrogate_error:.2f} (root mean square), more than {_SURROGATE_LIMIT}."
        )
    return Diagnostics(
        ess_bulk=hyper.effective,
        ess_tail=hyper.effective,
        pareto_k=hyper.pareto_k,
        surrogate_error=hyper.surrogate_error,
        passes=hyper.passes,
        predictive={},
        problems=tuple(problems),
    )
