"""True claims are believed and false ones aren't, in nations whose truth is known."""

from collections.abc import Callable

import numpy as np
import pytest
from judged import review, simulate
from numpy.typing import NDArray

from varstat.review.evidence import gather_evidence
from varstat.review.pairs import judge_pair
from varstat.review.reviewed import Reviewed
from varstat.review.verdicts import judge_quarter, judge_quarters, judge_ranks, judge_total

UNITS, NATIONS = 60, 12
Floats = NDArray[np.float64]
Spread = Callable[[np.random.Generator, NDArray[np.int64]], Floats]


def _nations(spread: Spread, *, median: float = 300.0, level: float = 0.9) -> list[Reviewed]:
    found = []
    for seed in range(700, 700 + NATIONS):
        rng = np.random.default_rng([16, seed])
        size = np.maximum(np.round(np.exp(rng.normal(np.log(median), 0.8, UNITS))), 12)
        theta = -1.5 + spread(rng, size.astype(np.int64))
        found.append(review(simulate(theta, size.astype(np.int64), seed), level=level, draws=500))
    return found


@pytest.mark.slow
def test_a_reliable_ranking_and_a_planted_label_are_believed() -> None:
    def planted(rng: np.random.Generator, size: NDArray[np.int64]) -> Floats:
        theta = 0.6 * rng.normal(size=UNITS)
        theta[0] = theta.min() - 0.8
        return theta

    right = []
    for found in _nations(planted, median=1500.0):
        evidence = gather_evidence(found)
        claims = [
            judge_ranks(found, evidence),
            judge_quarter(evidence, evidence.place()["u000"], "best"),
        ]
        right.append([claim.verdict == "believed" for claim in claims])
    # 90% of nations, and what chance leaves of 12.
    assert np.all(np.sum(right, axis=0) >= NATIONS - 2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["alike", "size", "clusters"])
def test_what_is_false_by_construction_is_not_believed(kind: str) -> None:
    def spread(rng: np.random.Generator, size: NDArray[np.int64]) -> Floats:
        match kind:
            case "size":
                return 0.3 * np.log(size / 300) + 0.2 * rng.normal(size=UNITS)
            case "clusters":
                return np.repeat([-0.4, 0.4], UNITS // 2)
        return np.zeros(UNITS)

    wrong = 0
    for found in _nations(spread):
        evidence = gather_evidence(found)
        assert found.opportunity is not None
        claims = [judge_quarters(evidence, "best")]
        if kind != "clusters":
            # Of two clusters the total is right; of the others it is chance, or another model's.
            claims.append(judge_total(found, evidence, found.opportunity.total.estimate))
        if kind != "size":
            claims.append(judge_ranks(found, evidence))
        if kind == "clusters":
            raw = found.table.frame["numerator"] / found.table.frame["denominator"]
            pair = (f"u{int(raw[:30].argmin()):03}", f"u{int(raw[:30].argmax()):03}")
            claims.append(judge_pair(found, evidence, pair))
        wrong += any(claim.verdict == "believed" for claim in claims)
    # 5% of nations, and what chance adds in 12.
    assert wrong <= 2
