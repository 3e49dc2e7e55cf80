"""Fields of a card: what a text, a name, a rule or an amount of money may be."""

from math import isfinite
from typing import Annotated, Literal

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


MeasureName = Annotated[str, AfterValidator(_measure)]
Level = Annotated[float, Field(gt=0, lt=1)]
Text = Annotated[str, Field(min_length=1)]
Rule = Annotated[str, AfterValidator(_target)]
Names = Annotated[
    tuple[Text, ...],
    BeforeValidator(lambda names: (names,) if isinstance(names, str) else names),
    Field(min_length=1),
]
Covariates = Annotated[
    tuple[Text, ...],
    BeforeValidator(lambda names: (names,) if isinstance(names, str) else names),
]
Money = Annotated[float, AfterValidator(_money)]
Transient = Annotated[Literal["auto", "none"] | float, BeforeValidator(_transient)]
