"""How a card or an option names what units are compared with."""

from dataclasses import dataclass
from math import isfinite, isnan
from typing import Literal, get_args

from varstat.errors import UsageError, did_you_mean

TargetKind = Literal["pooled", "median", "best", "rate", "leave-one-out"]
_BY_NAME: dict[str, TargetKind] = {kind: kind for kind in get_args(TargetKind)}
_KINDS = ("pooled", "median", "best:0.25", "rate:0.75", "leave-one-out")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule:
    """A way to set a target.

    Attributes
    ----------
    kind : {"pooled", "median", "best", "rate", "leave-one-out"}
    value : float
        The share of `best`, the rate of `rate`; NaN for the others.
    """

    kind: TargetKind
    value: float

    @property
    def text(self) -> str:
        """The rule as it is written in a card."""
        return self.kind if isnan(self.value) else f"{self.kind}:{self.value!r}"


def parse_target(text: str) -> TargetRule:
    """Read a rule such as "pooled" or "best:0.25".

    Raises
    ------
    UsageError
        If there is no such rule, or its number is not one.

    Examples
    --------
    >>> parse_target("best:0.25")
    TargetRule(kind='best', value=0.25)
    """
    name, _, number = text.strip().partition(":")
    kind = _BY_NAME.get(name)
    expected = "Expected pooled, median, best:SHARE, rate:RATE or leave-one-out."
    if kind is None:
        raise UsageError(
            "target", f"there is no target '{text}'. {expected}{did_you_mean(text, _KINDS)}"
        )
    if kind not in ("best", "rate"):
        if number:
            raise UsageError("target", f"'{kind}' takes no number. {expected}")
        return TargetRule(kind=kind, value=float("nan"))
    try:
        value = float(number)
    except ValueError:
        example = "best:0.25" if kind == "best" else "rate:0.75"
        raise UsageError("target", f"'{text}' has no number, as in {example}.") from None
    if not isfinite(value) or (kind == "best" and not 0 < value < 1):
        allowed = "between 0 and 1" if kind == "best" else "finite"
        raise UsageError("target", f"'{text}': the number must be {allowed}.")
    return TargetRule(kind=kind, value=value)
