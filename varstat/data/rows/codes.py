"""Codes of units: what they look like, which in many systems says of what kind a unit is."""

import re

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")


def first_letter(code: str) -> str:
    """Give the first letter of a code."""
    return code[:1]


def first_three(code: str) -> str:
    """Give the beginning of a code, which in many systems says of what kind it is."""
    return code[:3]


def shape_of(code: str) -> str:
    """Say of what a code is made: "E06000001" is A9, "R0A" A9A.

    Examples
    --------
    >>> shape_of("E06000001"), shape_of("Region 12")
    ('A9', 'A 9')
    """
    return _LETTERS.sub("A", _DIGITS.sub("9", code))


def beginning_of(code: str) -> str:
    """Give what stands before the digits of a code."""
    return re.split(r"\d", code, maxsplit=1)[0]
