"""Numbers as sentences and tables say them."""

from collections.abc import Sequence

import numpy as np

MINUS = "\N{MINUS SIGN}"
# What sums of binary fractions leave is no noise.
_DUST = 1e-9


def percent(level: float) -> str:
    """Write a level as a percentage, without the noise of binary fractions.

    Examples
    --------
    >>> percent(0.998), percent(0.95)
    ('99.8%', '95%')
    """
    return f"{100 * level:.15g}%"


def share(value: float) -> str:
    """Write a share, never rounded to none or all.

    Examples
    --------
    >>> share(0.0004), share(0.125), share(1.0)
    ('under 0.1%', '12%', '100%')
    """
    if value < 0.001:
        return "under 0.1%" if value > 0 else "0%"
    if value > 0.999:
        return "over 99.9%" if value < 1 else "100%"
    return f"{100 * value:.2g}%" if value < 0.995 else f"{100 * value:.1f}%"


def count(number: int) -> str:
    """Write how many there are; "none" where there are none."""
    return f"{number:,}" if number else "none"


def first_count(number: int) -> str:
    """Write how many there are where a sentence begins: "None" where there are none."""
    return f"{number:,}" if number else "None"


def give_or_take(error: float, decimals: int = 2) -> str:
    """Write an error beside what it is of, in brackets; nothing where it isn't known or is none.

    Examples
    --------
    >>> give_or_take(0.034), give_or_take(0.0021), give_or_take(0.0)
    (' (±0.03)', ' (± less than 0.01)', '')
    """
    if not error > 0:
        return ""
    text = f"{error:.{decimals}f}"
    return f" (±{text})" if float(text) else f" (± less than {10.0**-decimals:.{decimals}f})"


def count_units(number: int) -> str:
    """Write a number of units with its noun.

    Examples
    --------
    >>> count_units(1), count_units(2500)
    ('1 unit', '2,500 units')
    """
    return f"{number:,} unit{'' if number == 1 else 's'}"


def expected_number(value: float) -> str:
    """Write an expected number of units.

    Examples
    --------
    >>> expected_number(0.0), expected_number(0.01), expected_number(2.34), expected_number(12.3)
    ('none', 'fewer than 0.1', 'about 2.3', 'about 12')
    """
    if value == 0:
        return "none"
    if value < 0.05:
        return "fewer than 0.1"
    return f"about {value:.1f}" if value < 9.95 else f"about {value:,.0f}"


def figure(value: float) -> str:
    """Write a number of events, or an amount.

    Examples
    --------
    >>> figure(10592.4), figure(3.14159), figure(0.0), figure(-0.02)
    ('10,592', '3.1', '0', '−0.02')
    """
    if not np.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 99.95:
        text = f"{value:,.0f}"
    elif size >= 0.95:
        text = f"{value:,.1f}"
    else:
        text = f"{value:.1g}" if size >= 0.005 else "0"
    return text.replace("-", MINUS)


def noise_step(noise: float) -> float:
    """Give the step to which figures are rounded so that two digits of their noise are left.

    Parameters
    ----------
    noise : float
        SD of what is written; 1 is the step where there is none.

    Examples
    --------
    >>> noise_step(7300.0), noise_step(12.0), noise_step(0.034)
    (100.0, 1.0, 0.001)
    """
    if not np.isfinite(noise) or noise <= _DUST:
        return 1.0
    return float(10.0 ** (np.floor(np.log10(noise)) - 1.0))


def stepped(value: float, step: float) -> str:
    """Write a figure that was rounded to a power of ten, with no digits beyond it.

    Examples
    --------
    >>> stepped(373700.0, 100.0), stepped(96.4, 0.1), stepped(-0.0, 1.0)
    ('373,700', '96.4', '0')
    """
    if not np.isfinite(value):
        return "–"
    decimals = max(0, round(-np.log10(step)))
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def interval(lower: float, upper: float) -> str:
    """Write the ends of an interval, with three significant figures.

    Examples
    --------
    >>> interval(1e-9, 0.5), interval(0.123456, 0.5)
    ('0 to 0.5', '0.123 to 0.5')
    """
    low = lower if abs(lower) > 1e-3 * abs(upper) else 0.0
    return f"{low:.3g} to {upper:.3g}"


def size_text(size: float) -> str:
    """Write a size for an axis: 950, 1k, 2.5M, 0.05.

    Examples
    --------
    >>> [size_text(s) for s in (0.05, 3, 950, 1000, 2500, 3e6)]
    ['0.05', '3', '950', '1k', '2.5k', '3M']
    """
    for unit, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(size) >= unit:
            return f"{size / unit:.4g}{letter}"
    return f"{size:.3g}"


def probability_text(p: float) -> str:
    """Write a probability, never rounded to none or to certainty.

    Examples
    --------
    >>> [probability_text(p) for p in (0.0, 0.004, 0.934, 0.996, 1.0)]
    ['<0.01', '<0.01', '0.93', '>0.99', '>0.99']
    """
    if not np.isfinite(p):
        return ""
    return "<0.01" if p < 0.01 else ">0.99" if p > 0.99 else f"{p:.2f}"


def p_text(p: float) -> str:
    """Write a p-value, never as zero.

    Examples
    --------
    >>> [p_text(p) for p in (1e-9, 0.00123, 0.034, 0.46)]
    ['p < 0.0005', 'p = 0.001', 'p = 0.03', 'p = 0.46']
    """
    if p < 0.0005:
        return "p < 0.0005"
    if p < 0.0095:
        return f"p = {p:.3f}"
    return f"p = {p:.2f}"


def listed(texts: Sequence[str]) -> str:
    """Join texts as a sentence lists them.

    Examples
    --------
    >>> listed(["age", "sex", "type"])
    'age, sex and type'
    """
    *rest, last = texts
    return f"{', '.join(rest)} and {last}" if rest else last
