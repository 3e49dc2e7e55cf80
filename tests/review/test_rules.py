"""Rules of verdict: a claim is never better believed than the worst of its reasons."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from varstat.review.claim import VERDICTS, Claim, Verdict
from varstat.review.rules import Reason, at_least, at_most, judge, worst

NUMBERS = st.floats(0.0, 1.0)
SOME = st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=6)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_more_is_never_worse_of_what_must_reach(a: float, b: float, believed: float) -> None:
    pair = (believed, believed / 2)
    low, high = sorted((a, b))
    assert VERDICTS.index(at_least(high, pair)) <= VERDICTS.index(at_least(low, pair))


@given(NUMBERS, NUMBERS)
def test_a_threshold_itself_is_reached_from_both_sides(believed: float, careful: float) -> None:
    least, most = sorted((believed, careful))
    assert at_least(most, (most, least)) == "believed"
    assert at_most(least, (least, most)) == "believed"


def test_what_is_not_known_is_not_judged() -> None:
    assert at_least(np.nan, (0.9, 0.5)) == at_most(np.nan, (0.1, 0.5)) == "can't be judged"


@given(SOME)
def test_one_reason_more_never_makes_a_claim_better_believed(verdicts: list[Verdict]) -> None:
    reasons = [Reason(verdict=each, text=f"{each}.") for each in verdicts]
    places = [
        VERDICTS.index(judge("ranks", "All.", reasons[: n + 1]).verdict)
        for n in range(len(reasons))
    ]
    assert places == sorted(places)
    assert VERDICTS[places[-1]] == worst(verdicts)


def test_the_sentence_is_of_the_first_reason_that_decides() -> None:
    reasons = [
        Reason(verdict="with care", text="First.", value=0.6),
        Reason(verdict="not", text="Second.", value=0.1),
        Reason(verdict="not", text="Third."),
    ]
    found = judge("ranks", "All.", reasons)
    assert (found.verdict, found.sentence, found.value) == ("not", "Second.", 0.1)
    assert found.because == ("First.", "Second.", "Third.")


def _claim(verdict: Verdict, *units: str) -> Claim:
    return Claim(kind="quarter", claim="It is.", verdict=verdict, sentence="So.", units=units)
