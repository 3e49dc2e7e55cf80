r"""A unit's own part of its effect, where some of that is case-mix that nobody recorded.

A share :math:`\rho` of the variance of effects is taken to be case-mix,

.. math:: u_i = q_i + c_i, \qquad q_i \sim N(0, (1-\rho)\tau^2), \quad c_i \sim N(0, \rho\tau^2)

independently, so that in a joint draw

.. math:: q_i \mid u_i, \tau \sim N\big((1-\rho)\,u_i,\ \rho(1-\rho)\,\tau^2\big).

The counts bear on :math:`u_i` alone: they can't tell :math:`\rho`, no model is fitted again, and
what is drawn is exact. Of effects that are a scale mixture of normals both parts have the scale of
the unit's part of the mixture, which is drawn given :math:`u_i`, so that this holds for them too.

References
----------
.. [1] Xia, He, Li & Kalbfleisch (2022). Accounting for total variation and robustness in profiling
   health care providers. Biostatistics 23(1), 257-273. doi:10.1093/biostatistics/kxaa024
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError
from varstat.estimands.slices import draw_slices
from varstat.hierarchical.automatic import NOT_NORMAL, was_chosen
from varstat.hierarchical.fit import with_effects
from varstat.hierarchical.model.effects import contaminated_effects
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# The shares of which files have columns.
SHOWN = (0.25, 0.5, 0.75)
# Of which the conditional distribution is known.
_MIXTURES = ("normal", "normal-by-size", "student-t", "contaminated-normal")
# Numbers in the draws that are gone through for each share: of more units fewer draws.
_MOST = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Some joint draws, of which the own part can be had at any share.

    Attributes
    ----------
    draws : ndarray of int, shape (draws,)
        Which of the posterior's these are.
    effect : ndarray of float, shape (draws, units)
    scale : ndarray of float, shape (draws, units)
        SD of the unit's part of the effects' distribution.
    noise : ndarray of float, shape (draws, units)
        Standard normal, the same at every share, so that what is shown along shares is smooth.
    """

    draws: Ints
    effect: Floats
    scale: Floats
    noise: Floats

    def of_units(self, units: Bools, *, sign: float) -> "Split":
        """Keep some units, their effects turned so that higher is better."""
        return Split(
            draws=self.draws,
            effect=sign * self.effect[:, units],
            scale=self.scale[:, units],
            noise=self.noise[:, units],
        )

    def mean(self, share: float) -> Floats:
        """Mean of the own part given the effect: (draws, units)."""
        return (1.0 - share) * self.effect

    def sd(self, share: float) -> Floats:
        """SD of the own part given the effect: (draws, units)."""
        return np.asarray(np.sqrt(share * (1.0 - share)) * self.scale)

    def own(self, share: float) -> Floats:
        """Draw the own part: (draws, units)."""
        return self.mean(share) + self.sd(share) * self.noise


def part_effects(posterior: Posterior) -> Posterior:
    """Give a posterior whose effects can be parted: scale mixtures of normals.

    Effects of another shape that were chosen for the units' sake are fitted again as contaminated
    normal, and a note says so.

    Raises
    ------
    ModelError
        If others were stated.
    """
    name = posterior.design.effects.name
    if name in _MIXTURES:
        return posterior
    if not was_chosen(posterior):
        raise ModelError(
            "unmeasured",
            f"how {name} effects part into a unit's own and case-mix isn't known: leave it out, "
            "or take --effects normal, student-t or contaminated-normal.",
        )
    effects = contaminated_effects(posterior.card.model.contamination_scale)
    found = with_effects(
        posterior,
        effects,
        f"{NOT_NORMAL}: a few units are taken to differ more than others (contaminated normal), as "
        "effects of other shapes can't be parted into a unit's own and unmeasured case-mix.",
    )
    return replace(found, card=posterior.card)


def split_draws(posterior: Posterior, *, per_draw: int) -> Iterator[Split]:
    """Go through draws of all units, a few at a time.

    Parameters
    ----------
    posterior : Posterior
        Of effects that `check_effects` lets pass.
    per_draw : int
        Numbers that are worked on in each draw.

    Yields
    ------
    Split
        Every draw, or every second, third … where there are many units.
    """
    design = posterior.design
    every = -(-posterior.draws * design.units // _MOST)
    noise = np.random.default_rng([posterior.seed, 13])
    parts = np.random.default_rng([posterior.seed, 17])
    for some, effect in draw_slices(posterior, per_draw=per_draw):
        chosen = np.arange(some.start, some.stop)
        kept = chosen % every == 0
        if not kept.any():
            continue
        chosen, effect = chosen[kept], effect[kept]
        yield Split(
            draws=chosen,
            effect=effect,
            scale=_scales(posterior, chosen, effect, parts),
            noise=noise.standard_normal(effect.shape),
        )


def _scales(posterior: Posterior, draws: Ints, effect: Floats, rng: np.random.Generator) -> Floats:
    """SD of each unit's part of the mixture, drawn given its effect: (draws, units)."""
    design = posterior.design
    h = posterior.hyper[draws]
    tau = np.exp(design.log_taus(h))
    if design.effects.parts == 1:
        return np.asarray(tau * design.effects.scale[0])
    log_share = unpack(design.part(0, 1), h).log_share
    weight = np.empty((design.effects.parts, *effect.shape))
    for part, scale in enumerate(design.effects.scale):
        wide = tau * scale
        weight[part] = np.exp(log_share[:, [part]] - 0.5 * (effect / wide) ** 2) / wide
    below = np.cumsum(weight, axis=0)
    at_random = rng.random(effect.shape) * below[-1]
    part_of = np.minimum((below < at_random).sum(axis=0), design.effects.parts - 1)
    return np.asarray(tau * design.effects.scale[part_of])
