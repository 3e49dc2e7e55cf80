"""What is said of a review as a whole: the worst first, then how many claims hold."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from varstat.prose.number import listed
from varstat.review.claim import VERDICTS, Claim
from varstat.review.part import Part

if TYPE_CHECKING:
    from varstat.review.result import Review

# Claims about all units, which are said one by one.
_WHOLE = ("ranks", "total", "differ")
_SAID = {
    "believed": "can be believed",
    "with care": "can be taken with care",
    "not": "can't be believed",
    "can't be judged": "can't be judged",
}
_MOST, _MOST_GROUPS = 5, 10


def say_review(claims: Sequence[Claim], parts: Sequence[Part]) -> str:
    """Say in a few sentences what a review found, the claims about all units first.

    Parameters
    ----------
    claims : sequence of Claim
    parts : sequence of Part

    Returns
    -------
    str
        Of at most five sentences.
    """
    whole = [each for kind in _WHOLE for each in claims if each.kind == kind]
    said = [each.sentence for each in whole[: _MOST - 2]]
    rest = [each for each in claims if each.kind not in _WHOLE]
    if rest:
        said.append(_say_counts(rest))
    failed = [each.name for each in parts if each.status == "fails"]
    if failed:
        said.append(f"What failed: {listed(failed)}.")
    return " ".join(said)


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
