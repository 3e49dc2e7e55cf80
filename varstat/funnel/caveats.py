"""What a reader of a funnel must know, in sentences."""

from collections.abc import Iterator

import numpy as np

from varstat.funnel.recipes import recipe_for
from varstat.funnel.result import Funnel
from varstat.measure import Floats
from varstat.prose.number import figure, listed, share
from varstat.prose.text import clean
from varstat.target.of_rates import pooled_rate

# Totals this far apart, or in standard errors, are worth a word.
_APART = 0.01
_ERRORS = 3.0
_FEW = 12
_MANY = 100
# Units with which the form of dispersion can be told, and how many SDs a rank correlation must lie
# from none: by chance in one funnel of a thousand.
_ENOUGH, _SCORE = 30, 3.1
# Half a standard deviation off, the 95% limits are crossed by 8% of units.
_PULLED = 0.5
# None of so many to be expected is rarer than 1 in 20,000; and units that are named for it.
_MANY_EXPECTED, _NAMED = 10.0, 3


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
    yield from _doubted(funnel)
    yield from _withheld(funnel)
    yield from _none_reported(funnel)
    if funnel.pull > _PULLED:
        yield (
            "The pooled target lies apart from where most units lie: a few large or extreme units "
            "pull it, and others may be flagged for it. Compare with --target median."
        )
    if not funnel.exact and funnel.dispersion != "multiplicative":
        yield (
            "Additive limits of amounts take each day, or pound, for a separate event: they are "
            "right only if amounts are stated in units far smaller than what varies."
        )
    number = units.unit.size
    if number < 2:
        yield "With one unit there is nothing to compare and no dispersion to learn."
    elif not np.isfinite(funnel.phi):
        yield "How much units differ beyond chance can't be learned from these data."
    elif funnel.robust != "none" and funnel.sparse:
        yield (
            "Most units expect fewer than 5 events, or 5 of the others: their rates are too far "
            "from normal for extremes to be trimmed or winsorised, and none were."
        )
    if 2 <= number < _FEW and funnel.dispersion != "none":
        yield (
            f"With fewer than {_FEW} units a unit sets the limits it is judged by, and hardly any "
            "can be flagged."
        )
    elif _FEW <= number < _MANY and funnel.dispersion != "none" and funnel.method == "varstat":
        yield (
            f"With fewer than {_MANY} units the dispersion is uncertain, and the number of flags "
            "to expect is known only roughly."
        )
    if funnel.tau_lower > funnel.tau or funnel.tau > funnel.tau_upper:
        yield (
            "Tau lies outside its interval, which is that of Paule-Mandel: DerSimonian-Laird "
            "weighs units by their size, and their sizes differ too much for it."
        )
    yield from _form(funnel)
    if funnel.measure.bounded and _is_two_pointed(funnel):
        yield (
            "Rates lie so far apart that the limits are as wide as they can be: there is more than "
            "one kind of unit here."
        )
    if funnel.dispersion == "none" and funnel.phi > 1.5:
        yield (
            f"The limits are those of chance alone, but the variance of the units is "
            f"{funnel.phi:,.3g} times that: most flags say that units differ, not that they stand "
            "out."
        )


def _form(funnel: Funnel) -> Iterator[str]:
    """Say where what varies beyond chance falls with size otherwise than the limits have it.

    Distances in the SDs of the limits' own form should have nothing to do with size; that they
    don't is tested by their rank correlation.
    """
    units, measure = funnel.units, funnel.measure
    # Of cases that are all in a sample nothing is left to chance.
    known = np.isfinite(units.event) & (units.size > 0) & (units.size < units.basis.population)
    multiplicative = funnel.dispersion == "multiplicative"
    if funnel.sparse or not funnel.exact or funnel.method != "varstat":
        return
    if funnel.dispersion == "none" or known.sum() < _ENOUGH or not funnel.phi > 1.0:
        return
    size = units.size[known]
    centre = pooled_rate(units.event[known], size, measure=measure)
    basis = units.basis.take(known)
    chance = basis.chance(measure, size, np.full_like(size, centre))
    if multiplicative:
        variance = chance
    else:
        sigma = funnel.tau / measure.slope_on(funnel.tau_scale, np.asarray(centre))
        variance = chance + np.square(sigma) * basis.shown(measure, size)
    rate = measure.straight(units.rate[known], np.asarray(centre))
    distance = np.abs(rate - centre) / np.sqrt(variance)
    falls = _rank_correlation(distance, -size if measure.size_is_error else size)
    score = falls * np.sqrt(size.size - 1.0)
    if not multiplicative and score < -_SCORE:
        yield (
            "What varies beyond chance falls with size, as where events come in clusters (a few "
            "patients with many admissions): additive limits flag small units too often and large "
            "ones too rarely. Take --dispersion multiplicative."
        )
    elif multiplicative and score > _SCORE:
        yield (
            "What varies beyond chance doesn't fall with size, as where units themselves differ: "
            "multiplicative limits flag large units too often and small ones too rarely. Take "
            "--dispersion reml."
        )


def _rank_correlation(a: Floats, b: Floats) -> float:
    """Spearman's, ties in the order of the file."""
    ranks = [np.argsort(np.argsort(each, kind="stable")) for each in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _is_two_pointed(funnel: Funnel) -> bool:
    """Whether no beta distribution is as wide as the units' rates are."""
    known = np.isfinite(funnel.units.event)
    centre = pooled_rate(
        funnel.units.event[known], funnel.units.size[known], measure=funnel.measure
    )
    slope = funnel.measure.slope_on(funnel.tau_scale, np.asarray(centre))
    return bool(np.square(funnel.tau / slope) >= centre * (1.0 - centre) > 0)


def _doubted(funnel: Funnel) -> Iterator[str]:
    """Say what is allowed for where expected events are estimates, or cases a sample."""
    yield from _sampled(funnel)
    error = np.sqrt(funnel.units.basis.doubt)
    if not error.any():
        return
    yield (
        f"Expected events have a standard error, of {share(float(np.median(error)))} in the "
        "middle unit. Limits, flags, p and z allow for each unit's own, and lines are drawn for "
        "what is usual at a size. Errors are taken for independent: one that all units share moves "
        "the pooled target with them, and should be left out of it."
    )


def _sampled(funnel: Funnel) -> Iterator[str]:
    """Say of what the question is where denominators are samples."""
    units = funnel.units
    if not units.basis.sampled:
        return
    share_of = float(np.median(units.size / units.basis.population))
    yield (
        "Limits, flags and p ask about the cases themselves of which the denominators are samples "
        f"({share(share_of)} of them in the middle unit), not about the process behind them. Leave "
        "--sampled-from out to ask of the process."
    )
    whole = int(np.sum(units.size >= units.basis.population))
    if whole:
        has = "unit has" if whole == 1 else "units have"
        yield (
            f"{whole:,} {has} all cases in the sample, where nothing is left to chance: any "
            "distance from the target is what it is, and a flag says no more."
        )


def _withheld(funnel: Funnel) -> Iterator[str]:
    """Suppressed counts are the small ones, which a target that knew them might be lower by."""
    units = funnel.units
    withheld = int(np.isnan(units.event).sum())
    if not withheld:
        return
    low, high = (
        float(ends.sum() / units.size.sum()) for ends in (units.event_lower, units.event_upper)
    )
    yield (
        f"Of {withheld:,} suppressed {'count' if withheld == 1 else 'counts'} only a range is "
        "known. Units with one are flagged only if both ends would be, and enter the target and "
        "the dispersion with what is to be expected in the range; the pooled rate lies between "
        f"{low:.4g} and {high:.4g}."
    )


def _none_reported(funnel: Funnel) -> Iterator[str]:
    """Suspect none, where many were to be expected, of being a gap in the data."""
    units = funnel.units
    if not funnel.measure.counts:
        return
    with np.errstate(invalid="ignore"):
        expected = units.target * units.size
        suspect = np.flatnonzero((units.event == 0) & (expected >= _MANY_EXPECTED))
    if not suspect.size:
        return
    suspect = suspect[np.argsort(-expected[suspect], kind="stable")]
    named = [
        f"{clean(str(units.unit[i]))} (none of {figure(float(expected[i]))})"
        for i in suspect[:_NAMED].tolist()
    ]
    more = [f"{suspect.size - _NAMED:,} more"] if suspect.size > _NAMED else []
    yield (
        f"None is reported where {_MANY_EXPECTED:g} or more are to be expected by "
        f"{listed([*named, *more])}: suspect missing data, or other work, before it is taken for a "
        "rate."
    )


def _calibration(funnel: Funnel) -> Iterator[str]:
    """Observed and expected totals that differ move every ratio."""
    if funnel.measure.size != "expected":
        return
    known = np.isfinite(funnel.units.event)
    observed = float(funnel.units.event[known].sum())
    expected = float(funnel.units.size[known].sum())
    apart = abs(observed - expected)
    known_to = np.square(funnel.units.size[known]) @ funnel.units.basis.doubt[known]
    if apart > _APART * expected and apart > _ERRORS * np.sqrt(expected + known_to):
        fixed = funnel.target_rule.startswith("rate")
        centre = "the target does not allow for it" if fixed else "the target allows for it"
        yield (
            f"Observed and expected totals differ: {observed:,.0f} against {expected:,.0f}, a "
            f"ratio of {observed / expected:.3f}; {centre}."
        )
