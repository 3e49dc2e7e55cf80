"""Differences of two units rounded to what is known of them."""

from statistics import NormalDist

from varstat.estimands.comparison.result import Comparison
from varstat.prose.number import MINUS, noise_step, stepped


def write_difference(comparison: Comparison, value: float) -> str:
    """Write a difference of rates, or a part of it, to two digits of the difference's noise.

    Parameters
    ----------
    comparison : Comparison
    value : float
        On the scale of rates.

    Returns
    -------
    str
        In percentage points of a proportion, with its sign unless it is rounded to nothing.
    """
    percent = comparison.measure.percent
    scale = 100.0 if percent else comparison.measure.per
    width = comparison.difference_upper - comparison.difference_lower
    noise = scale * width / (2.0 * NormalDist().inv_cdf(0.5 + 0.5 * comparison.level))
    text = stepped(abs(value) * scale, noise_step(noise) if noise > 0 else 1e-3 * scale)
    sign = "" if not text.strip("0.,") else MINUS if value < 0 else "+"
    return f"{sign}{text} points" if percent else f"{sign}{text}"
