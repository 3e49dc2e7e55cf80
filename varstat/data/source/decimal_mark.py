"""Decimal marks: whether a comma or a point marks decimals, told by a column as a whole.

"12,5" and "1.234,5" can be read one way only, "12.5" and "1,234.5" the other. "12,125" and "15.391"
can be read both ways: another number must tell.
"""

import re
from collections.abc import Iterable
from typing import Literal

Mark = Literal[".", ","]
MARKS: tuple[Mark, ...] = (".", ",")

_SIGNED = r"[+-]?"
_ENDS = r"(e[+-]?\d+)?\s*%?"
# Groups of three after one to three digits of which the first isn't zero.
_COMMA = re.compile(
    rf"{_SIGNED}(\d{{1,3}}([.\s'’]\d{{3}})+,\d+|\d{{1,3}}(\.\d{{3}}){{2,}}|"
    rf"(?!\d{{1,3}},\d{{3}}(?!\d))\d*,\d+|0\d*,\d+){_ENDS}",
    re.IGNORECASE,
)
_POINT = re.compile(
    rf"{_SIGNED}(\d{{1,3}}([,\s'’]\d{{3}})+\.\d+|\d{{1,3}}(,\d{{3}}){{2,}}|"
    rf"\d{{1,2}}(,\d{{2}})+,\d{{3}}(\.\d+)?|"
    rf"(?!\d{{1,3}}\.\d{{3}}(?!\d))\d*\.\d+|0\d*\.\d+){_ENDS}",
    re.IGNORECASE,
)
_EITHER = re.compile(rf"{_SIGNED}[1-9]\d{{0,2}}[.,]\d{{3}}\s*%?")


def find_mark(texts: Iterable[str]) -> Mark | None:
    """Find the decimal mark that some number can't do without.

    Parameters
    ----------
    texts : iterable of str
        Of one column; whatever isn't a number says nothing.

    Returns
    -------
    {".", ","} or None
        None if no number tells. A point is taken where numbers of both kinds stand, as then the
        others can't be read.

    Examples
    --------
    >>> find_mark(["12,125", "9,5"]), find_mark(["12,125", "0.5"]), find_mark(["12,125", "15.391"])
    (',', '.', None)
    """
    found: Mark | None = None
    for text in texts:
        if _POINT.fullmatch(text):
            return "."
        if found is None and _COMMA.fullmatch(text):
            found = ","
    return found


def is_ambiguous(text: str) -> bool:
    """Say whether a number could be read with either mark.

    Examples
    --------
    >>> [is_ambiguous(text) for text in ("12,125", "15.391", "0,125", "1,234,567", "1250")]
    [True, True, False, False, False]
    """
    return _EITHER.fullmatch(text) is not None


def with_point(text: str, mark: Mark) -> str:
    """Write a number that has this decimal mark with a point, and a comma between thousands.

    Examples
    --------
    >>> with_point("1.234,5", ","), with_point("1,234.5", ".")
    ('1,234.5', '1,234.5')
    """
    return text.translate(_EXCHANGE) if mark == "," else text


_EXCHANGE = str.maketrans(",.", ".,")
