"""Fields of a card: what a text, a name, a rule or an amount of money may be."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from varstat.errors import UsageError, one_of
from varstat.measure import MEASURES
from varstat.target.rule import parse_target


def _target(text: str) -> str:
    try:
        parse_target(text)
    except UsageError as error:
        raise ValueError(error.problems[0]) from None
    return text


def _measure(name: str) -> str:
    if name not in MEASURES:
        raise ValueError(f"'{name}' is no measure; expected {one_of(MEASURES)}.")
    return name


def _transient(stated: object) -> object:
    if stated in ("auto", "none"):
        return stated
    # To Python, true is a number.
    number = (
        float(stated) if isinstance(stated, int | float) and not isinstance(stated, bool) else -1.0
    )
    if isfinite(number) and number >= 0:
        return number
    raise ValueError("expected auto, none or an SD, a number of zero or more.")


def _money(value: float) -> float:
    if not isfinite(value):
        raise ValueError("expected an amount of money, a finite number.")
    if value < 0:
        raise ValueError(
            "a negative unit cost would make every event that is avoided a loss; give zero or "
            "more, and let the direction say which way is good."
        )
    return value


# What all marks for suppressed counts are called together.
ANY = "any"
_PARTS = {
    "numerator": "numerator",
    "observed": "numerator",
    "denominator": "denominator",
    "exposure": "denominator",
    "expected": "denominator",
}


def _pairs(stated: object) -> dict[str, Any] | None:
    """Take a table, or its keys and values in pairs, for a dictionary; None if it is neither."""
    if isinstance(stated, Mapping):
        return {str(key): value for key, value in stated.items()}
    if not isinstance(stated, tuple | list) or not stated:
        return None
    if all(isinstance(each, tuple | list) and len(each) == 2 for each in stated):
        return {str(key): value for key, value in stated}
    return None


def _ranges(stated: object) -> object:
    found = _pairs(stated)
    if found is None:
        found = {ANY: stated}
    for mark, ends in found.items():
        named = "" if mark == ANY else f"of {mark!r} "
        whole = isinstance(ends, tuple | list) and all(
            isinstance(end, int) and not isinstance(end, bool) for end in ends
        )
        if not whole or len(ends) != 2 or not 0 <= ends[0] <= ends[1]:
            raise ValueError(
                f"the range {named}must be two counts, the smaller first, as in [1, 7]; several "
                'marks are a table, as in {"*" = [1, 7], "<5" = [0, 4]}.'
            )
        if not mark.strip():
            raise ValueError("a mark is blank; a blank cell can't say that a count is suppressed.")
    return {mark: tuple(ends) for mark, ends in found.items()}


def _bases(stated: object) -> object:
    found = _pairs(stated)
    if found is None:
        found = {"numerator": stated}
    if unknown := [part for part in found if part not in _PARTS]:
        raise ValueError(f"{unknown[0]!r} is not rounded; expected {one_of(_PARTS)}.")
    for base in found.values():
        if not isinstance(base, int) or isinstance(base, bool) or base < 2:
            raise ValueError("counts are rounded to a whole number of 2 or more, as in 5.")
    return {_PARTS[part]: base for part, base in found.items()}


def _marks(stated: object) -> object:
    several = stated if isinstance(stated, tuple | list) else (stated,)
    named = tuple(
        str(each) if isinstance(each, int | float) and not isinstance(each, bool) else each
        for each in several
    )
    if any(isinstance(each, str) and not each.strip() for each in named):
        raise ValueError("a mark is blank; a blank cell holds no number as it is.")
    return named


def _pair(stated: object) -> object:
    several = tuple(stated) if isinstance(stated, tuple | list) else (stated,)
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in several)
    if len(several) != 2 or not numbers or not all(0 <= each <= 1 for each in several):
        raise ValueError(
            "expected two numbers between 0 and 1: from which a claim is believed, and from "
            "which with care, as in [0.9, 0.5]."
        )
    return several


MeasureName = Annotated[str, AfterValidator(_measure)]
Level = Annotated[float, Field(gt=0, lt=1)]
Text = Annotated[str, Field(min_length=1)]
Rule = Annotated[str, AfterValidator(_target)]
Names = Annotated[
    tuple[Text, ...],
    BeforeValidator(lambda names: (names,) if isinstance(names, str) else names),
    Field(min_length=1),
]

# What informs is then no column, but the log of each unit's own size.
OWN_SIZE = "size"


def columns_of(inform: Iterable[str]) -> tuple[str, ...]:
    """List the columns among what informs: all but the unit's own size.

    Examples
    --------
    >>> columns_of(("size", "deprivation"))
    ('deprivation',)
    """
    return tuple(name for name in inform if name != OWN_SIZE)


Covariates = Annotated[
    tuple[Text, ...],
    BeforeValidator(lambda names: (names,) if isinstance(names, str) else names),
]
Money = Annotated[float, AfterValidator(_money)]
Transient = Annotated[Literal["auto", "none"] | float, BeforeValidator(_transient)]
Ranges = Annotated[dict[str, tuple[int, int]], BeforeValidator(_ranges), Field(min_length=1)]
Bases = Annotated[dict[str, int], BeforeValidator(_bases), Field(min_length=1)]
Marks = Annotated[tuple[Text, ...], BeforeValidator(_marks), Field(min_length=1)]
# From which a claim is believed, and from which it is believed with care.
Pair = Annotated[tuple[float, float], BeforeValidator(_pair)]
