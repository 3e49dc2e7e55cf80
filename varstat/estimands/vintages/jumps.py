"""Returns that came late or were withdrawn, which no factor describes."""

import numpy as np
from numpy.typing import NDArray

from varstat.estimands.vintages.growth import Ratios

# Fewer units have no usual growth to be held against.
_LEAST_UNITS = 10
_FOLD, _SDS = 2.0, 6.0


def find_jumps(ratios: Ratios, *, steps: int) -> NDArray[np.bool_]:
    """Find counts that grew or fell far from what others did at the same step.

    A return that came late multiplies its unit's count; as a ratio among others it would make
    every other unit's interval wide. It is one if it lies more than twofold from the median ratio
    of its step, and six standard deviations of a Poisson count from what that makes of it. With
    fewer than ten units at a step none is.

    Parameters
    ----------
    ratios : Ratios
    steps : int

    Returns
    -------
    ndarray of bool, shape (ratios,)
    """
    found = np.zeros(len(ratios.unit), dtype=np.bool_)
    for step in range(steps):
        here = ratios.step == step
        if len(np.unique(ratios.unit[here])) < _LEAST_UNITS:
            continue
        ratio = ratios.after[here] / ratios.before[here]
        usual = np.median(ratio)
        expected = usual * ratios.before[here]
        far = (ratio > _FOLD * usual) | (ratio < usual / _FOLD)
        noise = np.sqrt(np.maximum(expected, ratios.after[here]))
        found[here] = far & (np.abs(ratios.after[here] - expected) > _SDS * noise)
    return found
