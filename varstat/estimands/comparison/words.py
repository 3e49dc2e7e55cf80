"""What a comparison of two units says in plain English."""

import numpy as np

from varstat.estimands.comparison.result import Comparison
from varstat.estimands.comparison.rounded import write_difference

_PARTS = {"chance": "chance", "casemix": "case-mix", "peer_group": "their peer groups"}


def say_comparison(comparison: Comparison) -> str:
    """Say in plain English which of two units is better, by how much, and why.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    return " ".join([say_difference(comparison), _made_of(comparison), *_extrapolated(comparison)])


def say_difference(comparison: Comparison) -> str:
    """Say which is better, the likelier claim of the two, and by how much."""
    a, b = comparison.unit
    better = "better" if comparison.direction != "neither" else "higher"
    first, second, p = (a, b, comparison.p_better)
    if p < 0.5:
        first, second, p = b, a, 1.0 - p
    low, middle, high = (
        write_difference(comparison, value)
        for value in (
            comparison.difference_lower,
            comparison.difference,
            comparison.difference_upper,
        )
    )
    level, unit = f"{100 * comparison.level:.15g}%", comparison.measure.unit
    middle = f"{middle} {unit}" if unit else middle
    unsure = ", which is not enough to say which of them is" if p < 0.95 else ""
    return (
        f"{first} is {better} than {second} with a probability of {_probability(p)}{unsure}. "
        f"Their rates differ by {middle} ({level} interval {low} to {high}), {a} less {b}."
    )


def _extrapolated(comparison: Comparison) -> list[str]:
    if min(comparison.shared) >= 0.5:
        return []
    (a, b), (here, there) = comparison.unit, comparison.shared
    text = (
        f"They hardly treat the same: {100 * here:.0f}% of {a}'s case-mix is of cells that {b} has "
        f"as well, and {100 * there:.0f}% the other way; what is said of them at one case-mix is "
        "the model's extrapolation."
    )
    return [text]


def _made_of(comparison: Comparison) -> str:
    raw = comparison.part[0]
    if not np.isfinite(raw) or not np.isfinite(comparison.raw).all():
        who = [
            unit
            for unit, known in zip(comparison.unit, np.isfinite(comparison.raw), strict=True)
            if not known
        ]
        return f"What {' and '.join(who)} reported was withheld: the raw difference isn't known."
    listed = [
        f"{write_difference(comparison, value)} is {_PARTS[name]}"
        for name, value in zip(comparison.component[1:-1], comparison.part[1:-1], strict=True)
    ]
    return (
        f"Of the raw difference of {write_difference(comparison, raw)}, {', '.join(listed)} and "
        f"{write_difference(comparison, comparison.part[-1])} remains."
    )


def _probability(p: float) -> str:
    return "over 0.99" if p > 0.99 else f"{p:.2f}"
