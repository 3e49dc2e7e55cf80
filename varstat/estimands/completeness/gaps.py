"""What is certain without a model: gaps in a unit's life, and codes that start or end."""

import itertools
from dataclasses import dataclass

import numpy as np

from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Certain:
    """Something that is seen as it is.

    Attributes
    ----------
    unit : int
    kind : {"gap", "start", "end"}
    start, end : int
        First and last period: of a gap; of the life's start, its first; of an end, the first
        period without anything to the last of all.
    """

    unit: int
    kind: str
    start: int
    end: int


def find_certain(counts: Floats) -> tuple[Certain, ...]:
    """Find periods in which a unit has nothing in any column.

    A zero in one column alone may be a true zero, and is no gap.

    Parameters
    ----------
    counts : ndarray of float, shape (columns, units, periods)

    Returns
    -------
    tuple of Certain

    Examples
    --------
    >>> one = np.array([[5.0, 0.0, 4.0, 0.0], [np.nan, 3.0, 0.0, 4.0]])
    >>> [(each.unit, each.kind, each.start) for each in find_certain(np.stack([one, 2 * one]))]
    [(0, 'gap', 1), (0, 'end', 3), (1, 'start', 1), (1, 'gap', 2)]
    """
    there = np.nansum(counts, axis=0) > 0
    last = there.shape[1] - 1
    found: list[Certain] = []
    for unit in np.flatnonzero(there.any(axis=1)):
        on = np.flatnonzero(there[unit])
        if on[0] > 0:
            found.append(Certain(unit=int(unit), kind="start", start=int(on[0]), end=last))
        for before, after in itertools.pairwise(on):
            if after > before + 1:
                gap = Certain(unit=int(unit), kind="gap", start=int(before) + 1, end=int(after) - 1)
                found.append(gap)
        if on[-1] < last:
            found.append(Certain(unit=int(unit), kind="end", start=int(on[-1]) + 1, end=last))
    return tuple(found)
