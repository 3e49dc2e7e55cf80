"""Rules of verdict: what a number must reach for a claim to be believed, and what keeps it back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from varstat.prose.number import percent
from varstat.review.claim import VERDICTS, Claim, ClaimKind, Verdict

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule, and what it comes to.

    Attributes
    ----------
    verdict : {"believed", "with care", "not", "can't be judged"}
        No claim is better believed than the worst of its reasons.
    text : str
        A sentence, with the number that decides and what it is compared with.
    value : float
        That number; NaN where there is none.
    """

    verdict: Verdict
    text: str
    value: float = float("nan")


def at_least(value: float, pair: Pair) -> Verdict:
    """Judge a number that must reach a threshold.

    Parameters
    ----------
    value : float
        NaN can't be judged.
    pair : (float, float)
        From where it is believed, and from where with care.

    Returns
    -------
    {"believed", "with care", "not", "can't be judged"}

    Examples
    --------
    >>> at_least(0.9, (0.9, 0.5)), at_least(0.6, (0.9, 0.5)), at_least(0.1, (0.9, 0.5))
    ('believed', 'with care', 'not')
    """
    if not np.isfinite(value):
        return "can't be judged"
    return "believed" if value >= pair[0] else "with care" if value >= pair[1] else "not"


def at_most(value: float, pair: Pair) -> Verdict:
    """Judge a number that may not exceed a threshold; as `at_least`.

    Examples
    --------
    >>> at_most(0.001, (0.01, 0.05)), at_most(0.2, (0.01, 0.05))
    ('believed', 'not')
    """
    return at_least(-value, (-pair[0], -pair[1]))


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Give the worst of some verdicts; one that can't be judged is worse than any.

    Examples
    --------
    >>> worst(["believed", "not", "with care"]), worst(["not", "can't be judged"])
    ('not', "can't be judged")
    """
    return max(verdicts, key=VERDICTS.index)


def say_pair(pair: Pair) -> str:
    """Say what a number is compared with.

    Examples
    --------
    >>> say_pair((0.9, 0.5))
    'believed from 0.9, with care from 0.5'
    """
    return f"believed from {pair[0]:g}, with care from {pair[1]:g}"


def say_shares(pair: Pair) -> str:
    """Say what a share is compared with.

    Examples
    --------
    >>> say_shares((0.9, 0.5))
    'believed from 90%, with care from 50%'
    """
    return f"believed from {percent(pair[0])}, with care from {percent(pair[1])}"


def say_most(pair: Pair) -> str:
    """Say what a number may not exceed.

    Examples
    --------
    >>> say_most((0.01, 0.05))
    'believed up to 0.01, with care up to 0.05'
    """
    return f"believed up to {pair[0]:g}, with care up to {pair[1]:g}"


def judge(
    kind: ClaimKind,
    claim: str,
    reasons: Sequence[Reason],
    *,
    units: tuple[str, ...] = (),
    published: bool = False,
) -> Claim:
    """Give a claim the worst verdict of its reasons, and the sentence of the first that decides.

    Parameters
    ----------
    kind : {"differ", "quarter", "better", "total", "unit", "ranks", "outlier"}
    claim : str
        A sentence.
    reasons : sequence of Reason
        One at least, the claim's own first.
    units : tuple of str
        Codes of the units that it is about.
    published : bool
        Whether somebody else printed it.

    Returns
    -------
    Claim

    Examples
    --------
    >>> own = Reason(verdict="believed", text="Its probability is 0.97.", value=0.97)
    >>> doubt = Reason(verdict="with care", text="The intervals are too narrow.")
    >>> found = judge("quarter", "A is in the best quarter.", [own, doubt])
    >>> found.verdict, found.sentence
    ('with care', 'The intervals are too narrow.')
    """
    verdict = worst([each.verdict for each in reasons])
    deciding = next(each for each in reasons if each.verdict == verdict)
    return Claim(
        kind=kind,
        claim=claim,
        verdict=verdict,
        sentence=deciding.text,
        value=deciding.value if np.isfinite(deciding.value) else reasons[0].value,
        because=tuple(each.text for each in reasons),
        units=units,
        published=published,
    )
