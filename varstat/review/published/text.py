"""What a published table prints, read: ranks, quarters, flags and numbers in the usual ways."""

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from varstat.data.source.decimal_mark import find_mark
from varstat.data.source.numbers import parse_numbers
from varstat.data.source.resolution import resolve
from varstat.measure import Floats

Texts = Sequence[str | None]
# A flag's side, as printed; `any` where a flag has none.
Flag = Literal["high", "low", "better", "worse", "any", "none"]
# Which way quarters are counted: by words for good and bad, for high and low, or by number alone.
Counted = Literal["merit", "value", "number"]

_RANK = re.compile(r"[=#]?\s*(\d+(?:\.\d+)?)\s*(?:=|st|nd|rd|th)?(?:\s*(?:/|of|out of)\s*\d+)?")
_QUARTER = re.compile(
    r"(?:q|quarter|quartile)?\s*([1-4])(?:st|nd|rd|th)?(?:\s*(?:quarter|quartile))?"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_FIRST = {"best": "merit", "top": "merit", "lowest": "value", "low": "value"}
_LAST = {"worst": "merit", "bottom": "merit", "highest": "value", "high": "value"}
_MIDDLE = ("middle", "mid", "average", "as expected", "interquartile", "other", "neither")
_AMOUNT = re.compile(r"([^\d.]*?)\s*([+-]?[\d.,'’\s]+%?)\s*(k|m|bn|million|billion|thousand)?")
_TIMES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_FLAGS: dict[Flag, tuple[str, ...]] = {
    "none": (
        *("", "-", "–", "none", "no", "n", "false", "0", "as expected", "within", "expected"),
        *("within expected range", "within limits", "no different", "average", "similar", "normal"),
        *("no outlier", "not an outlier", "in control", "amber", "not significant", "not flagged"),
    ),
    "high": (
        *("high", "higher", "h", "+", "above", "+1", "upper", "high outlier", "above limits"),
        *("higher than expected", "above expected", "above upper limit", "significantly higher"),
        "significantly high",
    ),
    "low": (
        *("low", "lower", "l", "below", "-1", "low outlier", "below limits", "below lower limit"),
        *("lower than expected", "below expected", "significantly lower", "significantly low"),
    ),
    "better": ("better", "good", "green", "positive", "better than expected", "positive outlier"),
    "worse": (
        *("worse", "poor", "bad", "red", "negative", "alert", "alarm", "worse than expected"),
        "negative outlier",
    ),
    "any": ("yes", "y", "true", "1", "x", "*", "outlier", "flag", "flagged", "significant"),
}


def read_ranks(texts: Texts) -> Floats:
    """Read ranks such as "3", "=3", "3rd" or "3 of 120"; NaN where there is none.

    Examples
    --------
    >>> read_ranks(["1st", "=2", "3 of 120", "4.5", "n/a"]).tolist()
    [1.0, 2.0, 3.0, 4.5, nan]
    """
    found = (_RANK.fullmatch(_folded(text)) for text in texts)
    return np.array([float(match[1]) if match else np.nan for match in found])


def read_quarters(texts: Texts) -> tuple[Floats, Counted]:
    """Read quarters such as "Q1", "1st", "Best", "Lowest quartile" or "bottom".

    Returns
    -------
    quarter : ndarray of float
        1 to 4 as printed: "best", "top", "lowest" and "low" are 1. 2.5 is either of the middle, and
        NaN no quarter.
    counted : {"merit", "value", "number"}
        Whether 1 is the best, the lowest, or whichever the publisher counts from.

    Examples
    --------
    >>> read_quarters(["Best", "2", "Middle", "worst quartile"])
    (array([1. , 2. , 2.5, 4. ]), 'merit')
    >>> read_quarters(["Q1", "4th", "High"])
    (array([1., 4., 4.]), 'value')
    """
    found, ways = np.full(len(texts), np.nan), set()
    for at, text in enumerate(texts):
        folded = _folded(text)
        word = re.sub(r"\s*\b(quarter|quartile|25%)(?!\w)", "", folded).strip() or folded
        if match := _QUARTER.fullmatch(folded):
            found[at] = float(match[1])
        elif word in _ORDINALS:
            found[at] = _ORDINALS[word]
        elif word in _FIRST or word in _LAST:
            found[at] = 1.0 if word in _FIRST else 4.0
            ways.add(_FIRST.get(word) or _LAST[word])
        elif word in _MIDDLE:
            found[at] = 2.5
    return found, "merit" if "merit" in ways else "value" if "value" in ways else "number"


def read_flags(texts: Texts) -> list[Flag | None]:
    """Read flags such as "High", "Lower than expected", "Red", "Yes", 1 or -1; None if it is none.

    A column of 1, 2 and 3 is banded as for hospital mortality: 1 is higher than expected, 3 lower.

    Examples
    --------
    >>> read_flags(["Higher than expected", "", None, "worse", "1"])
    ['high', 'none', 'none', 'worse', 'any']
    >>> read_flags(["1", "2", "3"]), read_flags(["1", "0", "-1"])
    (['high', 'none', 'low'], ['high', 'none', 'low'])
    """
    folded = [_folded(text) for text in texts]
    printed = set(folded) - {""}
    words = {word: flag for flag, several in _FLAGS.items() for word in several}
    if printed <= {"1", "2", "3"} and printed & {"2", "3"}:
        words |= {"1": "high", "2": "none", "3": "low"}
    elif "-1" in printed:
        words |= {"1": "high"}
    return [words.get(text) for text in folded]


def read_amounts(texts: Texts) -> tuple[Floats, Floats]:
    """Read numbers such as "12.3%", "1,234" or "£1.2m", and the unit of their last digit.

    Returns
    -------
    value, step : ndarray of float
        NaN where there is no number. A percentage is the number before its sign.

    Examples
    --------
    >>> value, step = read_amounts(["12.3", "1,234.5", "£1.2m", "?"])
    >>> value.tolist(), step.tolist()
    ([12.3, 1234.5, 1200000.0, nan], [0.1, 0.1, 100000.0, nan])
    """
    bare, times = np.full(len(texts), None, dtype=object), np.ones(len(texts))
    for at, text in enumerate(texts):
        match = _AMOUNT.fullmatch(_folded(text).replace("\u2212", "-"))
        if match:
            bare[at] = match[2].strip()
            times[at] = _TIMES.get(match[3] or "", 1.0)
    value, step = np.full((2, len(texts)), np.nan)
    for each in np.unique(times):
        # Thousands are printed to other digits than millions.
        here = np.flatnonzero(times == each)
        # A comma or a point that may mark either is taken as in English.
        mark = find_mark(text for text in bare[here] if text is not None) or "."
        numbers = resolve(parse_numbers(bare[here], mark=mark), bare[here], mark=mark)
        known = here[np.isfinite(numbers.values)]
        value[here] = each * numbers.values
        step[known] = 2.0 * each * numbers.half_unit[np.isfinite(numbers.values)]
    return value, step


def _folded(text: str | None) -> str:
    return "" if text is None else " ".join(str(text).casefold().split())
