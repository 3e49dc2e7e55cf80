"""Draws of all units, a few at a time."""

from collections.abc import Iterator

from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats

# Numbers that are worked on at a time.
_AT_ONCE = 1_000_000


def draw_slices(posterior: Posterior, *, per_draw: int) -> Iterator[tuple[slice, Floats]]:
    """Give draws of all units a few at a time, so that what is made of them takes little memory."""
    step = max(_AT_ONCE // per_draw, 1)
    for some, effect in posterior.effects.blocks():
        for first in range(0, len(effect), step):
            here = effect[first : first + step]
            start = some.start + first
            yield slice(start, start + len(here)), here
