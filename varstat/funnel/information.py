"""How well a group's variances are known: from how many units, and how many cases of a mean."""

import numpy as np

from varstat.funnel.degrees import Known
from varstat.funnel.dispersion import Spread, cut
from varstat.funnel.groups import Groups
from varstat.funnel.options import Options
from varstat.measure import Floats, Measure

# From so many units on, how much they vary is known well enough.
ENOUGH_UNITS = 60


def know_variances(groups: Groups, measure: Measure, options: Options, spread: Spread) -> Known:
    """Say how well the variances of all groups are known.

    Parameters
    ----------
    groups : Groups
    measure : Measure
    options : Options
    spread : Spread
        About the groups' own centres.

    Returns
    -------
    Known
    """
    endless = np.full(groups.number, np.inf)
    information, inflation, cases = endless.copy(), endless.copy(), endless.copy()
    count = cases_of(groups, measure)
    chance = groups.basis.chance(measure, groups.size, groups.centres[groups.group])
    shown = groups.basis.shown(measure, groups.size)
    shown = shown if options.exact else np.ones_like(groups.size)
    for g in range(groups.number):
        rows = groups.rows(g)
        if np.isfinite(count[rows]).any():
            cases[g] = np.nanmedian(
                np.where(np.isfinite(count[rows]), count[rows], np.nan) * groups.size[rows] ** 2
            )
        used = np.isfinite(groups.event[rows]) & (chance[rows] > 0)
        units = int(used.sum())
        if options.dispersion == "none" or not 1 < units < ENOUGH_UNITS:
            continue
        if options.dispersion == "multiplicative":
            inflation[g] = units - 1.0
            continue
        weight = shown[rows][used] / (chance[rows] + shown[rows] * spread.between[g])[used]
        noise = float(cut(options.robust, np.array([float(units)])).noise[0])
        information[g] = (units - 1.0) / units * 2.0 / noise * float(np.sum(weight**2))
    return Known(information=information, inflation=inflation, cases=cases)


def cases_of(groups: Groups, measure: Measure) -> Floats:
    """How many cases each mean is of; infinite for counts, and where it isn't known."""
    if measure.counts or "count" not in groups.frame:
        return np.full_like(groups.size, np.inf)
    count = groups.frame["count"].to_numpy(dtype=float)
    return np.where(np.isfinite(count), count, np.inf)
