"""Effects that are normal where the units' shape is, and else learnt: `effects = "auto"`.

Where small units differ more than large ones, or less, normal effects have an SD that goes with
size. Where normal effects are in doubt, effects of two kinds or with long tails are fitted, and
where these don't have the units' shape either, or there are thousands, a density of splines.
"""

from dataclasses import replace

import numpy as np

from varstat.card.schema import Card
from varstat.hierarchical.furthest import find_furthest, share_of_furthest
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.effects import contaminated_effects, sized_effects
from varstat.hierarchical.model.learnt import learnt_effects, refuse_unlearnt
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.predictive import PREDICTIVE_LIMIT
from varstat.hierarchical.shape import MISSHAPEN, UNEVEN, Shape, check_shape
from varstat.prose.number import listed, p_text
from varstat.prose.text import clean

# How each note of effects that were chosen begins.
NOT_NORMAL = "Effects may not be normal"
# Below this a mixture, which costs little, is fitted: in one of seven nations with normal effects.
# Of Student-t effects of two degrees of freedom 60 units show no more in one nation of five. Where
# units are few their prior would say most of a mixture's shape, and more is asked.
DOUBTED, DOUBTED_OF_FEW, FEW = 0.15, 0.05, 30
# From so many units on splines have enough to learn from, and a mixture costs more than they do.
_THOUSANDS = 2_000
# Units so far out that they are set apart, rather than the model be refused: at most, or a share.
_FEW, _SHARE = 5, 0.01
# Where effects are stated, these units must not widen tau for all others: tau squared by so much.
_WIDER = 0.1


def propose_effects(posterior: Posterior) -> Design | None:
    """Propose a design with effects of more shapes; None where those that it has will do.

    Parameters
    ----------
    posterior : Posterior
        With normal effects, or those proposed for these.

    Returns
    -------
    Design or None
        After normal effects those whose SD goes with size, where the units' does, or a mixture, of
        two kinds or with long tails, and after that a density of splines; where these aren't
        defined, contaminated normal effects.
    """
    design = posterior.design
    if design.effects.name not in ("normal", "normal-by-size", "normal-mixture"):
        return None
    shape = check_shape(design, posterior.hyper)
    predictive = posterior.diagnostics.predictive
    if shape is not None and design.effects.name == "normal" and shape.spread_p < UNEVEN:
        return _propose_by_size(design, shape)
    doubted = DOUBTED if design.units >= FEW else DOUBTED_OF_FEW
    # Of several rows a unit there are contaminated normal effects alone, which cost more.
    if design.effects.name != "normal" or not design.single:
        doubted = MISSHAPEN
    if shape is not None and shape.p_value < doubted:
        named = listed([clean(unit) for unit in shape.furthest(design)])
        why = f"{p_text(shape.p_value)}; furthest out: {named}"
    elif min(predictive.values(), default=1.0) < PREDICTIVE_LIMIT:
        named = listed([far.text for far in find_furthest(design, posterior.hyper)])
        why = f"further out than the model gives any unit: {named}"
    else:
        return None
    own_tau = len(design.taus) > 1
    if design.transient is None or refuse_unlearnt(
        single=design.single and not design.strata, own_tau=own_tau
    ):
        effects = contaminated_effects(posterior.card.model.contamination_scale)
        used = "a few units are taken to differ more than others (contaminated normal)"
    else:
        mixture = not design.effects.mixture and design.units < _THOUSANDS
        effects = learnt_effects(
            design.link_rate, design.link_variance, design.matrix, mixture=mixture
        )
        two = "are taken to be of two kinds, or to have long tails"
        used = two if mixture else "are learnt as they come"
        used = f"units {used} (--effects {effects.name})"
    note = f"{NOT_NORMAL} ({why}): {used}."
    return replace(design, effects=effects, notes=(*drop_choice(design.notes), note))


def _propose_by_size(design: Design, shape: Shape) -> Design:
    """Propose effects whose SD goes with size, and say why."""
    which = "large" if shape.spread_slope > 0 else "small"
    note = (
        f"{NOT_NORMAL} of one spread ({p_text(shape.spread_p)}): {which} units differ more than "
        "others beyond chance. Their SD is taken to go with size (--effects normal-by-size)."
    )
    return replace(design, effects=sized_effects(), notes=(*drop_choice(design.notes), note))


def drop_choice(notes: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the note of effects that were chosen."""
    return tuple(each for each in notes if not each.startswith(NOT_NORMAL))


def set_apart(posterior: Posterior, *, stated: bool = False) -> Posterior:
    """Name the few units that no distribution of effects reaches, and keep the rest.

    Parameters
    ----------
    posterior : Posterior
    stated : bool
        Whether its effects are what was stated, rather than chosen for what units show. They
        give way to units far out, so that these must be few in 100 and hardly widen tau.

    Returns
    -------
    Posterior
        With a note in place of the failed check where it is of a few units alone.
    """
    found, design = posterior.diagnostics, posterior.design
    only = len(found.problems) == 1 and found.predictive.get("spread", 1.0) >= PREDICTIVE_LIMIT
    if not (only and found.predictive.get("extreme", 1.0) < PREDICTIVE_LIMIT):
        return posterior
    units = find_furthest(design, posterior.hyper, most=design.units)
    share = int(np.floor(_SHARE * design.units))
    if len(units) > (share if stated else max(_FEW, share)):
        return posterior
    if stated and share_of_furthest(design, posterior.hyper) > _WIDER:
        return posterior
    named = listed([far.text for far in units[:_FEW]])
    note = (
        f"{len(units)} of {design.units:,} units {'lies' if len(units) == 1 else 'lie'} further "
        f"out than the model gives any unit: {named}"
        f"{' among others' if len(units) > _FEW else ''}. "
        f"Is {'it' if len(units) == 1 else 'each'} comparable, and reported right? "
        "What is said of the other units holds."
    )
    return replace(
        posterior,
        design=replace(design, notes=(*design.notes, note)),
        diagnostics=replace(found, problems=()),
    )


def state_effects(card: Card, effects: str) -> Card:
    """Give a card that states effects, in place of what it leaves to the units."""
    model = card.model.model_copy(update={"effects": effects})
    return card.model_copy(update={"model": model})


def was_chosen(posterior: Posterior) -> bool:
    """Whether effects other than normal were chosen for the units' sake."""
    return posterior.card.model.effects == "auto" and posterior.design.effects.name != "normal"
