"""Rates and opportunities as a publisher may have made them."""

from collections.abc import Mapping

import numpy as np

from varstat.measure import Floats
from varstat.prose.number import figure
from varstat.review.published.match import Candidate, texts

# By what a rate is multiplied to be printed.
_SCALES = (1.0, 100.0, 1e3, 1e4, 1e5, 1e6)
# Units by which a factor is found: those with the largest numbers have the most digits.
_LARGEST = 15


def rate_candidates(
    printed: Floats, step: Floats, rates: Mapping[tuple[str, str], Floats], *, per: float
) -> list[Candidate]:
    """Give the methods by which rates may have been made, at each scale.

    Parameters
    ----------
    printed, step : ndarray of float, shape (units,)
        What is printed, and the unit of its last digit.
    rates : mapping of (str, str) to ndarray of float, shape (units,)
        By name and words.
    per : float
        For how much of the size the card shows rates.

    Returns
    -------
    list of Candidate
        Each at the scale that suits it best.
    """
    found = []
    for (name, words), rate in rates.items():
        every = [
            _candidate(printed, step, rate, name, f"{words}{_times(scale)}", factor=scale)
            for scale in dict.fromkeys((*_SCALES, per))
        ]
        found.append(min(every, key=lambda each: int(each.wrong.sum())))
    return found


def amount_candidates(
    printed: Floats,
    step: Floats,
    amounts: Mapping[tuple[str, str], Floats],
    *,
    unit_cost: float,
    per: str,
) -> list[Candidate]:
    """Give the methods by which opportunities may have been made, in events or money.

    Parameters
    ----------
    printed, step : ndarray of float, shape (units,)
    amounts : mapping of (str, str) to ndarray of float, shape (units,)
        In events, by name and words.
    unit_cost : float
        Of the card; NaN where it has none.
    per : str
        What an event is called.

    Returns
    -------
    list of Candidate
        Each with the factor that suits it best: 1, the unit cost, or what the numbers tell.
    """
    found = []
    for (name, words), amount in amounts.items():
        factors = [1.0, *([unit_cost] if np.isfinite(unit_cost) else [])]
        every = [
            _candidate(
                printed, step, amount, name,
                words if factor == 1.0 else f"{words}, at the card's unit cost", factor=factor,
            )
            for factor in factors
        ]  # fmt: skip
        told, loose = _factor(printed, step, amount)
        if np.isfinite(told):
            each = f"{words}, times {figure(told)} for each of the {per}"
            every.append(_candidate(printed, step, amount, name, each, factor=told, loose=loose))
        found.append(min(every, key=lambda each: int(each.wrong.sum())))
    return found


def _factor(printed: Floats, step: Floats, amount: Floats) -> tuple[float, float]:
    """What an event is worth by the largest of the numbers, and how loosely they say so."""
    both = np.flatnonzero(np.isfinite(printed) & (printed > 0) & (amount > 0))
    largest = both[np.argsort(-printed[both])][:_LARGEST]
    if largest.size < 3:
        return float("nan"), 0.0
    told = float(np.median(printed[largest] / amount[largest]))
    return told, float(np.median(step[largest] / printed[largest]))


def _candidate(
    printed: Floats,
    step: Floats,
    value: Floats,
    name: str,
    words: str,
    *,
    factor: float,
    loose: float = 0.0,
) -> Candidate:
    given = factor * value
    # A number that was cut off is a whole unit of its last digit away, not half of it.
    allowed = np.maximum(step, 0.0) * (1.0 + 1e-6) + (1e-7 + loose) * np.abs(given)

    def fits(i: int, j: int) -> bool:
        return bool(abs(printed[i] - given[j]) <= allowed[i])

    return Candidate(
        name=name,
        words=words,
        wrong=(np.abs(printed - given) > allowed) & np.isfinite(given) & np.isfinite(printed),
        fits=fits,
        given=texts([_shown(value, unit) for value, unit in zip(given, step, strict=True)]),
        factor=factor,
    )


def _shown(value: float, step: float) -> str:
    """Write a number with the digits that were printed."""
    if not np.isfinite(value):
        return "none"
    if not np.isfinite(step) or step <= 0:
        return f"{value:.4g}"
    decimals = int(np.clip(np.ceil(-np.log10(step) - 1e-9), 0, 6))
    return f"{value:,.{decimals}f}"


def _times(scale: float) -> str:
    return "" if scale == 1.0 else " in percent" if scale == 100.0 else f" per {scale:,.0f}"
