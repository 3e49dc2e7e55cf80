"""Are ranks, or p-values, uniform? Tests of it for calibration by simulation."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
_BINS = 16


def place(truth: Floats, draws: Floats, rng: np.random.Generator) -> Floats:
    """Place truths (...,) among their draws (draws, ...), evenly in (0, 1) if they belong there.

    The rank r among L draws is uniform on 0 ... L; (r + U) / (L + 1) is so on (0, 1).
    """
    rank = np.sum(draws < truth, axis=0) + rng.random(np.shape(truth))
    return np.asarray(rank / (len(draws) + 1.0))


def misfits(places: Floats) -> dict[str, float]:
    """P-values of places being uniform: against a shift, a wrong width, and any other shape.

    On the scale of normal scores, a wrong centre shifts the mean and a wrong width the variance;
    the even bins of a chi-square see the rest.
    """
    score, number = stats.norm.ppf(np.clip(places, 1e-6, 1.0 - 1e-6)), len(places)
    shift = score.sum() / np.sqrt(number)
    total = float(np.sum(score**2))
    count = np.histogram(places, _BINS, (0.0, 1.0))[0]
    width = 2.0 * min(stats.chi2.cdf(total, number), stats.chi2.sf(total, number))
    return {
        "centre": float(2.0 * stats.norm.sf(abs(shift))),
        "width": float(min(width, 1.0)),
        "shape": float(stats.chisquare(count).pvalue),
    }


def least(places: Mapping[str, Floats]) -> tuple[float, str]:
    """Find the smallest p-value of several quantities, and whose it is."""
    found = {
        f"{name} {kind}": p
        for name, values in places.items()
        for kind, p in misfits(np.asarray(values)).items()
    }
    worst = min(found, key=lambda key: found[key])
    return found[worst], worst


def off_target(values: Floats, target: float | Floats) -> float:
    """P-value of independent values, one a simulated nation, having a target for their mean."""
    left = np.asarray(values) - target
    error = left.std(ddof=1) / np.sqrt(len(left))
    return float(2.0 * stats.t.sf(abs(left.mean() / error), len(left) - 1))
