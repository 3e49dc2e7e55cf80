"""Codes of units: what they look like, which in many systems says of what kind a unit is."""

import re


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
    return re.sub(r"9+", "9", re.sub(r"A+", "A", re.sub(r"\d", "9", _letters(code))))


def _letters(code: str) -> str:
    return "".join("A" if each.isalpha() else each for each in code)


def beginning_of(code: str) -> str:
    """Give what stands before the digits of a code."""
    return re.split(r"\d", code, maxsplit=1)[0]
