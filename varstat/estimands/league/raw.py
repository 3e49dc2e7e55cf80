"""What units' own numbers say, before any model."""

from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats


def raw_rates(posterior: Posterior) -> tuple[Floats, Floats, Floats]:
    """What the units' own numbers say: event, size and rate over all rows of a unit.

    Means over several rows are weighted by the inverse of their squared standard errors, on the
    scale that those are of.
    """
    design = posterior.design
    if design.measure.counts:
        event, size = design.gather(design.event[None])[0], design.gather(design.size[None])[0]
        return event, size, event / size
    weight = design.size[None] ** -2.0
    total = design.gather(weight)[0]
    own = design.measure.own_scale(design.event)
    value = design.measure.from_own(design.gather(weight * own)[0] / total)
    return value, total**-0.5, value
