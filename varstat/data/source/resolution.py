"""Resolution: to how many decimals a column of numbers is printed."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.source.decimal_mark import Mark, find_mark, with_point
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Kind, Numbers
from varstat.measure import Floats

# More are what is left of a division.
_PRINTED_MOST = 9
_MOST = 12


def resolve(numbers: Numbers, texts: Texts, *, mark: Mark | None = None) -> Numbers:
    r"""Give each number half a unit in the last digit that its column is printed with.

    A number whose last digits are zeros is often printed without them: so the column's longest
    decimals count for all. Of numbers printed to as many figures each, rather than decimals, more
    than the tenth that chance leaves without a last digit are shorter: each has its own then.

    Parameters
    ----------
    numbers : Numbers
    texts : ndarray of object, shape (rows,)
        The same cells as text.
    mark : {".", ","}, optional
        The decimal mark.

    Returns
    -------
    Numbers
        With `half_unit`, which is zero where there is no number.

    Examples
    --------
    >>> from varstat.data.source.numbers import parse_numbers
    >>> texts = np.array(["13.4", "14", "*"], dtype=object)
    >>> resolve(parse_numbers(texts), texts).half_unit
    array([0.05, 0.05, 0.  ])
    """
    known = numbers.is_kind(Kind.NUMBER, Kind.PERCENT)
    if not known.any():
        return numbers
    decimals = _decimals(numbers.values, texts, mark)
    longest = int(decimals[known].max())
    shorter, of = int((decimals[known] < longest).sum()), int(known.sum())
    if shorter <= 0.1 * of + 3.0 * np.sqrt(0.09 * of):
        decimals = np.full(len(decimals), longest)
    half = 0.5 * 10.0 ** -decimals.astype(np.float64)
    return replace(numbers, half_unit=np.where(known, half, 0.0))


def _decimals(values: Floats, texts: Texts, mark: Mark | None) -> NDArray[np.int64]:
    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    settled = mark or find_mark(distinct) or "."
    counted = [_count(str(text), settled) for text in distinct] + [0]
    decimals = np.array(counted, dtype=np.int64)[codes]
    for row in np.flatnonzero(decimals > _PRINTED_MOST):
        value = values[row]
        near = 1e-9 * max(1.0, abs(value))
        close = (d for d in range(_MOST) if abs(value - round(value, d)) <= near)
        decimals[row] = next(close, _MOST) if np.isfinite(value) else 0
    return decimals


def _count(text: str, mark: Mark) -> int:
    """Count the decimals of a text.

    Examples
    --------
    >>> _count("12,50 %", ","), _count("1e-3", ".")
    (2, 3)
    """
    body, _, exponent = with_point(text.rstrip(" %"), mark).lower().partition("e")
    shift = int(exponent) if exponent.lstrip("+-").isdigit() and len(exponent) < 5 else 0
    return max(0, sum(map(str.isdigit, body.partition(".")[2])) - shift)
