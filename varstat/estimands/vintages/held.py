"""The growth of the latest vintage, held against what the earlier ones expect."""

import numpy as np
from scipy.stats import norm

from varstat.data.volumes.vintages import Vintages
from varstat.estimands.vintages.follow import Standing, collect
from varstat.estimands.vintages.jumps import find_jumps
from varstat.estimands.vintages.result import Held
from varstat.measure import Floats

_ODD = 0.99
# Of what was expected, what rounding may do where growth doesn't vary at all.
_ROUNDED = 1e-9


def hold(vintages: Vintages, counts: Floats, before: Standing, *, level: float) -> Held | None:
    """Hold the growth from the vintage before the last to the last against what was expected.

    Delays that change, as when a system of returns does, show here first.

    Parameters
    ----------
    vintages : Vintages
    counts : ndarray of float, shape (units, periods, vintages)
    before : Standing
        Of the vintage before the last.
    level : float

    Returns
    -------
    Held or None
        None where no count grew by a step that was known before, or all steps had been known of
        one count, which doesn't say how far growth varies.
    """
    growth, latest = before.growth, counts.shape[2] - 1
    steps = vintages.steps(latest)
    known = len(growth.factor)
    new = steps[(steps[:, 2] == latest) & (steps[:, 3] < known)]
    ratios = collect(counts, new)
    ratios = ratios.take(~find_jumps(ratios, steps=known))
    if not len(ratios.unit) or growth.ratios.max() < 2:
        return None
    at, step, size = ratios.unit, ratios.step, ratios.before
    drawn = growth.drawn[at, step]
    expected = float(np.sum(size * growth.own[at, step]))
    # Each unit's own factor counts once a step, however many periods grow by it.
    cell = at * known + step
    sums = np.bincount(cell, weights=size, minlength=counts.shape[0] * known)
    sums = sums.reshape(counts.shape[0], known)
    variance = np.sum(sums**2 * growth.between * growth.drawn)
    variance += np.sum(size * growth.size_noise[step] + size**2 * growth.noise[step])
    pulled = np.bincount(step, weights=size * drawn, minlength=known)
    variance += np.sum(pulled**2 * growth.variance)
    found, spread = float(ratios.after.sum()), float(np.sqrt(variance))
    beyond = float(norm.ppf((1 + _ODD) / 2)) * spread + _ROUNDED * expected
    half = float(norm.ppf((1 + level) / 2)) * spread
    total = float(size.sum())
    return Held(
        found=found / total,
        expected=expected / total,
        lower=(expected - half) / total,
        upper=(expected + half) / total,
        odd=abs(found - expected) > beyond,
    )
