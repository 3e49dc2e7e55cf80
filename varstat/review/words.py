"""What is said of a review as a whole: the worst first, then how many claims hold."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from varstat.prose.number import listed
from varstat.review.claim import VERDICTS, Claim
from varstat.review.part import Part

if TYPE_CHECKING:
    from varstat.review.result import Review

_SAID = {
    "believed": "can be believed",
    "with care": "can be taken with care",
    "not": "can't be believed",
    "can't be judged": "can't be judged",
}
_WHOLE = {
    "believed": "To be believed",
    "with care": "To be taken with care",
    "not": "Not to be believed",
    "can't be judged": "Not to be judged from these data",
}
_MOST_GROUPS = 10


def say_review(claims: Sequence[Claim], parts: Sequence[Part]) -> str:
    """Say in a few sentences what a review found, the claims about all units first.

    Parameters
    ----------
    claims : sequence of Claim
    parts : sequence of Part

    Returns
    -------
    str
        Of at most six short sentences.
    """
    whole = [each for each in claims if not each.units]
    failed = [each.name for each in parts if each.status == "fails"]
    said = [f"What failed: {listed(failed)}."] if failed else []
    for verdict in VERDICTS:
        some = [_inner(each.claim) for each in whole if each.verdict == verdict]
        if some:
            said.append(f"{_WHOLE[verdict]}: {'; '.join(some)}.")
    rest = [each for each in claims if each.units]
    if rest:
        said.append(_say_counts(rest))
    return " ".join(said)


def _inner(claim: str) -> str:
    """A sentence as a part of another."""
    text = claim.removesuffix(".")
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def say_in_short(claims: Sequence[Claim]) -> str:
    """Say in a few words how many claims have which verdict.

    Parameters
    ----------
    claims : sequence of Claim

    Returns
    -------
    str
    """
    found = Counter(each.verdict for each in claims)
    return ", ".join(f"{found[each]:,} {each}" for each in VERDICTS if found[each])


def _say_counts(claims: Sequence[Claim]) -> str:
    found = Counter(each.verdict for each in claims)
    parts = [f"{found[each]:,} {_SAID[each]}" for each in VERDICTS if found[each]]
    one = len(claims) == 1
    if len(parts) == 1 and not one:
        ((verdict, number),) = found.items()
        return f"All {number:,} claims about single units {_SAID[verdict]}."
    return f"Of {len(claims):,} claim{'' if one else 's'} about single units {listed(parts)}."


def say_reviews(reviews: Sequence["Review"]) -> str:
    """Say what several reviews found: of one all, of more how many claims hold in each.

    Parameters
    ----------
    reviews : sequence of Review

    Returns
    -------
    str
    """
    if len(reviews) == 1:
        return reviews[0].findings
    each = [f"{', '.join(one.by.values())}: {say_in_short(one.claims)}." for one in reviews]
    return " ".join(each[:_MOST_GROUPS])
