"""Claims: what a league table or an opportunity says, and whether it can be believed."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["believed", "with care", "not", "can't be judged"]
ClaimKind = Literal["differ", "quarter", "better", "total", "unit", "ranks", "outlier"]
# From best to worst, but for what can't be judged.
VERDICTS: tuple[Verdict, ...] = ("believed", "with care", "not", "can't be judged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim and its verdict.

    Attributes
    ----------
    kind : {"differ", "quarter", "better", "total", "unit", "ranks", "outlier"}
    claim : str
        What is claimed, as a sentence.
    verdict : {"believed", "with care", "not", "can't be judged"}
    sentence : str
        Why, with the number that decided and what it was compared with.
    value : float
        That number; NaN where there is none.
    because : tuple of str
        Rules that decided, each with its number.
    units : tuple of str
        Codes of the units that it is about; none of a claim about all.
    published : bool
        Whether it was printed by someone else, and not made by the run itself.
    """

    kind: ClaimKind
    claim: str
    verdict: Verdict
    sentence: str
    value: float = float("nan")
    because: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    published: bool = False
