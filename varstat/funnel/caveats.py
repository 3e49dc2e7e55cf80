"""What a reader of a funnel must know, in sentences."""

from collections.abc import Iterator

import numpy as np

from varstat.funnel.recipes import recipe_for
from varstat.funnel.result import Funnel
from varstat.measure import scale_slope

# Totals this far apart, or in standard errors, are worth a word.
_APART = 0.01
_ERRORS = 3.0
_FEW = 10


def caveats(funnel: Funnel) -> Iterator[str]:
    """Say what limits the use of a funnel, each in a sentence.

    Parameters
    ----------
    funnel : Funnel

    Yields
    ------
    str
    """
    units = funnel.units
    if funnel.method != "varstat":
        yield recipe_for(funnel.method, funnel.measure).bias
    yield from _calibration(funnel)
    withheld = int(np.isnan(units.event).sum())
    if withheld:
        yield (
            f"Of {withheld:,} suppressed {'count' if withheld == 1 else 'counts'} only a range is "
            "known: they take no part in the target and are flagged only if both ends would be."
        )
    if funnel.units.unit.size < 2:
        yield "With one unit there is nothing to compare and no dispersion to learn."
    elif not np.isfinite(funnel.phi):
        yield "How much units differ beyond chance can't be learned from these data."
    elif funnel.robust != "none" and funnel.sparse:
        yield (
            "Most units expect fewer than 5 events, or 5 of the others: their rates are too far "
            "from normal for extremes to be trimmed or winsorised, and none were."
        )
    elif units.unit.size < _FEW and funnel.dispersion != "none" and funnel.method == "varstat":
        yield (
            f"With fewer than {_FEW} units the dispersion is hardly known, and the limits with it."
        )
    if funnel.tau_lower > funnel.tau or funnel.tau > funnel.tau_upper:
        yield (
            "Tau lies outside its interval, which is that of Paule-Mandel: DerSimonian-Laird "
            "weighs units by their size, and their sizes differ too much for it."
        )
    if funnel.measure.name == "proportion" and _is_two_pointed(funnel):
        yield (
            "Rates lie at both ends, near 0% and 100%: this is more than one kind of unit, and "
            "the limits are as wide as they can be. Compare within peer groups."
        )
    if funnel.dispersion == "none" and funnel.phi > 1.5:
        yield (
            f"The limits are those of chance alone, but units vary {funnel.phi:,.3g} times as "
            "much: most flags say that units differ, not that they stand out."
        )


def _is_two_pointed(funnel: Funnel) -> bool:
    """Whether no beta distribution is as wide as the units' rates are."""
    slope = scale_slope(funnel.tau_scale, np.asarray(funnel.target))
    return bool(np.square(funnel.tau / slope) >= funnel.target * (1.0 - funnel.target))


def _calibration(funnel: Funnel) -> Iterator[str]:
    """Observed and expected totals that differ move every ratio."""
    if funnel.measure.size != "expected":
        return
    known = np.isfinite(funnel.units.event)
    observed = float(funnel.units.event[known].sum())
    expected = float(funnel.units.size[known].sum())
    apart = abs(observed - expected)
    if apart > _APART * expected and apart > _ERRORS * np.sqrt(expected):
        centre = (
            "the target allows for it"
            if funnel.target_rule == "pooled"
            else "ratios are all off by this much"
        )
        yield (
            f"Observed and expected totals differ: {observed:,.0f} against {expected:,.0f}, a "
            f"ratio of {observed / expected:.3f}; {centre}."
        )
