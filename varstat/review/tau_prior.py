"""Other priors on tau that are as defensible as a card's, by names such as "half-normal:1"."""

from math import isfinite

from varstat.card.schema import Exponential, HalfCauchy, HalfNormal, TauPrior
from varstat.errors import UsageError, did_you_mean, one_of

_KINDS = ("half-normal", "half-cauchy", "exponential")
# Taken in place of a card's, unless others are named: weak, with a heavy tail, and small.
TAU_PRIORS = ("half-normal:1", "half-cauchy:0.5", "exponential:3.33")
_BECAUSE = "Asked for in a review."


def parse_tau_prior(text: str) -> TauPrior:
    """Read a prior on tau: a distribution, a colon, and its SD, scale or rate.

    Raises
    ------
    UsageError
        If there is no such distribution, or its number is none above zero.

    Examples
    --------
    >>> parse_tau_prior("half-normal:0.5").distribution
    'half-normal'
    """
    kind, _, number = text.strip().partition(":")
    if kind not in _KINDS:
        raise UsageError(
            "tau-prior",
            f"there is no prior '{text}'. Expected {one_of(_KINDS)}, a colon and its SD, scale or "
            f"rate, as in half-normal:1.{did_you_mean(kind, _KINDS)}",
        )
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not (isfinite(value) and value > 0):
        raise UsageError(
            "tau-prior", f"'{text}' has no number above zero, as in {kind}:1, which is its size."
        )
    match kind:
        case "half-normal":
            return HalfNormal(distribution="half-normal", sd=value, because=_BECAUSE)
        case "half-cauchy":
            return HalfCauchy(distribution="half-cauchy", scale=value, because=_BECAUSE)
        case _:
            return Exponential(distribution="exponential", rate=value, because=_BECAUSE)
