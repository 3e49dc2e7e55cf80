r"""Data drawn as if effects of case-mix were the same in all units, whatever the units' own rates.

The units' effects are estimated from few events each, so that data drawn at the estimates would
not vary as the data did: a unit that saw no event would never see one. Given a unit's number of
events its effect no longer matters [1]_, and where it has few they are drawn so:

- Poisson counts of a unit are multinomial, given their sum;
- binomial counts are drawn until they have the sum, if its variance is small. Where it is large the
  unit's own rate is known well enough.

References
----------
.. [1] Cox & Hinkley (1974). Theoretical Statistics, section 2.3. Chapman and Hall.
"""

from collections.abc import Iterator

import numpy as np

from varstat.adjust.absorbed import Absorbed, Family
from varstat.adjust.cells import add_up
from varstat.measure import Floats

# Variance of a unit's number of events above which it need not be hit exactly.
_LARGE = 30.0
_TRIES = 2000


def redraw(
    family: Family, fit: Absorbed, event: Floats, *, draws: int, rng: np.random.Generator
) -> Iterator[Floats]:
    """Draw data sets in which the effects of case-mix don't differ between units.

    Parameters
    ----------
    family : Family
    fit : Absorbed
        Of the data, without interactions.
    event : ndarray of float, shape (rows,)
    draws : int
    rng : Generator

    Yields
    ------
    ndarray of float, shape (rows,)
    """
    yield from _WAYS[family.measure.likelihoods[0]](family, fit, event, draws=draws, rng=rng)


def _normal(
    family: Family, fit: Absorbed, event: Floats, *, draws: int, rng: np.random.Generator
) -> Iterator[Floats]:
    for _ in range(draws):
        yield fit.mean + np.sqrt(fit.information) * rng.standard_normal(len(event))


def _binomial(
    family: Family, fit: Absorbed, event: Floats, *, draws: int, rng: np.random.Generator
) -> Iterator[Floats]:
    size = family.size.astype(np.int64)
    rate = np.clip(fit.mean / family.size, 0.0, 1.0)
    wanted = family.total(event)
    small = family.total(fit.information) <= _LARGE
    for _ in range(draws):
        drawn = rng.binomial(size, rate).astype(float)
        left = np.flatnonzero(small & (family.total(drawn) != wanted))
        for _ in range(_TRIES):
            if not left.size:
                break
            place = np.full(family.units, -1)
            place[left] = np.arange(left.size)
            rows = np.flatnonzero(place[family.unit] >= 0)
            again = rng.binomial(size[rows], rate[rows]).astype(float)
            of = place[family.unit[rows]]
            hit = add_up(again, of, left.size) == wanted[left]
            drawn[rows[hit[of]]] = again[hit[of]]
            left = left[~hit]
        yield drawn


def _multinomial(
    family: Family, fit: Absorbed, event: Floats, *, draws: int, rng: np.random.Generator
) -> Iterator[Floats]:
    # Row after row of each unit, from what its earlier rows have left.
    first = np.flatnonzero(np.diff(family.unit, prepend=-1))
    count = np.diff(np.append(first, len(event)))
    ahead = np.cumsum(fit.mean[::-1])[::-1]
    beyond = np.append(ahead, 0.0)[first + count]
    rest = np.maximum(ahead - beyond[family.unit], fit.mean)
    share = np.clip(fit.mean / np.maximum(rest, 1e-300), 0.0, 1.0)
    wanted = family.total(event).round().astype(np.int64)
    for _ in range(draws):
        drawn, left = np.zeros(len(event)), wanted.copy()
        for place in range(int(count.max())):
            units = np.flatnonzero(count > place)
            rows = first[units] + place
            last = count[units] == place + 1
            taken = np.where(last, left[units], rng.binomial(left[units], share[rows]))
            drawn[rows] = taken
            left[units] -= taken
        yield drawn


# What is drawn, given a unit's events, is a matter of the likelihood.
_WAYS = {"binomial": _binomial, "poisson": _multinomial, "normal": _normal}
