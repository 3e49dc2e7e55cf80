"""Verdicts of the claims that a run makes itself."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from judged import review, simulate

from varstat.data import read_table
from varstat.errors import UsageError
from varstat.review.claim import VERDICTS, Claim
from varstat.review.evidence import gather_evidence
from varstat.review.pairs import next_better
from varstat.review.part import Part
from varstat.review.reviewed import Reviewed, make_reviewed
from varstat.review.verdicts import judge_quarter, judge_quarters, judge_run

SIZE = np.full(40, 600)


@pytest.fixture(scope="module")
def spread() -> Reviewed:
    """A nation that spreads widely."""
    return review(simulate(np.linspace(-3.0, 0.0, 40), SIZE, 1))


@pytest.fixture(scope="module")
def alike() -> Reviewed:
    """A nation of like units."""
    return review(simulate(np.full(40, -1.5), SIZE, 2))


def _of(claims: list[Claim], kind: str, *units: str) -> Claim:
    return next(c for c in claims if c.kind == kind and c.units == units)


def _multiverse(reviewed: Reviewed, same: float, *, lower: float, upper: float) -> Part:
    codes = [str(u) for u in reviewed.league.units.unit]
    assert reviewed.opportunity is not None
    specifications = pd.DataFrame(
        {
            "target": [reviewed.opportunity.target_rule] * 4 + ["pooled"],
            "total": [0.5 * (lower + upper)] * 4 + [1e9],
            "lower": [lower] * 4 + [0.0],
            "upper": [upper] * 4 + [2e9],
        }
    )
    return Part(
        name="multiverse",
        status="holds",
        sentence="",
        tables={"specifications": specifications},
        units={"share_of_specs": pd.Series(same, index=codes)},
    )


def test_a_nation_that_spreads_widely_is_believed(spread: Reviewed) -> None:
    claims = judge_run(spread)
    for kind in ("differ", "ranks", "quarter", "total"):
        assert _of(claims, kind).verdict == "believed", kind
    assert _of(claims, "quarter", "u000").verdict == "believed"
    assert _of(claims, "quarter", "u039").claim == "u039 is in the worst quarter."
    assert _of(claims, "unit", "u039").verdict == "believed"


def test_of_like_units_nothing_is_believed(alike: Reviewed) -> None:
    claims = judge_run(alike, pairs=[("u003", "u004")])
    assert {each.verdict for each in claims} == {"not"}
    assert all(each.sentence and each.because for each in claims)


def test_every_unit_of_a_quarter_has_its_claim(spread: Reviewed) -> None:
    claims = [c for c in judge_run(spread) if c.kind == "quarter" and c.units]
    assert len(claims) == 20
    assert len({c.units for c in claims}) == 20


def test_a_pair_is_judged_as_it_is_claimed(spread: Reviewed) -> None:
    claims = judge_run(spread, pairs=[("u000", "u039"), ("u039", "u000")])
    assert _of(claims, "better", "u000", "u039").verdict == "believed"
    assert _of(claims, "better", "u039", "u000").verdict == "not"
    with pytest.raises(UsageError, match="no unit has the code"):
        judge_run(spread, pairs=[("u000", "x")])


def test_neighbours_are_judged_from_joint_draws(spread: Reviewed) -> None:
    p = next_better(spread)
    assert p.shape == (39,)
    # A table is sorted by expected rank.
    assert np.all(p > 0.4)
    assert _of(judge_run(spread), "better").verdict == "not"


@pytest.mark.parametrize(("same", "verdict"), [(1.0, "believed"), (0.9, "with care")])
def test_a_label_must_hold_in_other_specifications(
    spread: Reviewed, same: float, verdict: str
) -> None:
    part = _multiverse(spread, same, lower=0.0, upper=1e6)
    claim = _of(judge_run(spread, [part]), "quarter", "u000")
    assert claim.verdict == verdict
    assert "of specifications put it there" in claim.sentence


def test_a_label_that_no_specification_bears_out_is_kept_with_care(spread: Reviewed) -> None:
    part = _multiverse(spread, 0.0, lower=0.0, upper=1e6)
    assert _of(judge_run(spread, [part]), "quarter", "u000").verdict == "with care"
    assert _of(judge_run(spread, [part]), "quarter").verdict == "not"


def test_a_total_must_lie_in_the_intervals_of_specifications(spread: Reviewed) -> None:
    assert spread.opportunity is not None
    total = spread.opportunity.total.estimate
    wide = _multiverse(spread, 1.0, lower=0.5 * total, upper=2.0 * total)
    assert _of(judge_run(spread, [wide]), "total").verdict == "believed"
    apart = _multiverse(spread, 1.0, lower=2.0 * total, upper=3.0 * total)
    found = _of(judge_run(spread, [apart]), "total")
    assert found.verdict == "with care"
    assert "0% of 4 other specifications with this target" in found.sentence


def test_the_run_itself_is_no_other_specification(spread: Reviewed) -> None:
    assert spread.opportunity is not None
    total = spread.opportunity.total.estimate
    part = _multiverse(spread, 1.0, lower=0.5 * total, upper=2.0 * total)
    table = part.tables["specifications"].assign(own=[True, False, True, True, False])
    found = _of(judge_run(spread, [replace(part, tables={"specifications": table})]), "total")
    assert "100% of 1 other specification with this target" in found.sentence
    alone = replace(part, tables={"specifications": table[table["own"]]}, values={"models": 1.0})
    claims = judge_run(spread, [alone])
    assert "specification" not in " ".join(_of(claims, "total").because)
    assert "specification" not in " ".join(_of(claims, "quarter", "u000").because)


def test_a_share_that_is_a_bound_is_said_to_be_one(spread: Reviewed) -> None:
    evidence = gather_evidence(spread, [_multiverse(spread, 0.8, lower=0.0, upper=1e6)])
    middle = evidence.quarter.index("neither")
    assert "and 80% of specifications" in judge_quarter(evidence, 0, "best").sentence
    assert "and at most 20% of specifications" in judge_quarter(evidence, middle, "best").sentence
    both = judge_quarters(evidence, "best", inside=[0, middle])
    assert "at most 50% of them" in " ".join(both.because)


def test_the_number_of_a_claim_is_its_own_and_not_that_of_the_test(alike: Reviewed) -> None:
    claim = next(c for c in judge_run(alike) if c.kind == "quarter" and c.units)
    place = [str(unit) for unit in alike.league.units.unit].index(claim.units[0])
    assert "alike" in claim.because[1]
    assert claim.value == alike.league.units.p_top_quartile[place]


def test_parts_never_make_a_claim_better_believed(alike: Reviewed, spread: Reviewed) -> None:
    for reviewed in (alike, spread):
        alone = judge_run(reviewed)
        parts = [
            _multiverse(reviewed, 1.0, lower=0.0, upper=1e9),
            Part(name="coverage", status="fails", sentence="Intervals hold 70%."),
        ]
        for before, after in zip(alone, judge_run(reviewed, parts), strict=True):
            assert before.claim == after.claim
            if before.kind != "quarter" or before.verdict == "believed":
                assert VERDICTS.index(after.verdict) >= VERDICTS.index(before.verdict)
            assert after.kind == "differ" or after.verdict != "believed"


def test_a_model_that_fails_its_checks_judges_nothing_but_the_test(spread: Reviewed) -> None:
    posterior = spread.posterior
    checks = replace(posterior.diagnostics, problems=("It did not converge.",))
    failed = replace(posterior, diagnostics=checks)
    claims = judge_run(replace(spread, fits=replace(spread.fits, groups=(failed,))))
    assert {c.verdict for c in claims if c.kind != "differ"} == {"can't be judged"}
    assert _of(claims, "differ").verdict == "believed"


def test_rates_that_go_with_size_are_believed_with_care_at_most() -> None:
    size = np.round(np.exp(np.linspace(4.5, 7.0, 60))).astype(np.int64)
    found = review(simulate(-1.5 + 0.5 * np.log(size / 300), size, 5))
    claims = judge_run(found)
    assert {c.verdict for c in claims if c.kind not in ("differ",)} <= {"with care", "not"}


def test_a_table_of_two_kinds_of_unit_is_no_ranking() -> None:
    theta = np.repeat([-2.0, -1.0], 30)
    found = review(simulate(theta, np.full(60, 2000), 6))
    claim = _of(judge_run(found), "ranks")
    assert np.median(found.league.units.reliability) > 0.9
    assert claim.verdict != "believed"


def test_without_a_good_direction_only_difference_and_outliers_are_claimed() -> None:
    theta = np.append(np.full(39, -1.5), 1.0)
    found = review(simulate(theta, SIZE, 3), direction="neither")
    claims = judge_run(found)
    assert {c.kind for c in claims} == {"differ", "outlier"}
    assert _of(claims, "outlier", "u039").verdict == "believed"


def test_one_unit_and_two_are_judged_without_quarters_and_with() -> None:
    one = judge_run(review(simulate(np.array([-1.0]), SIZE[:1], 4)))
    assert [c.kind for c in one][:1] == ["differ"]
    assert "believed" not in {c.verdict for c in one}
    two = judge_run(review(simulate(np.array([-3.0, 0.0]), SIZE[:2], 4)))
    assert sum(c.kind == "quarter" and bool(c.units) for c in two) == 2


def test_several_periods_are_judged_but_for_outliers() -> None:
    frame = pd.concat(
        simulate(np.linspace(-3.0, 0.0, 12), SIZE[:12], seed).assign(period=f"201{seed}")
        for seed in (1, 2)
    )
    table = read_table(frame, period="period", transient="none", direction="lower-is-better")
    found = make_reviewed(table, by={}, target=None, level=0.9, draws=200, seed=1)
    claims = judge_run(found)
    assert _of(claims, "outlier").verdict == "can't be judged"
    assert _of(claims, "quarter").verdict == "believed"


def test_names_are_cleaned_in_claims() -> None:
    frame = simulate(np.linspace(-3.0, 0.0, 8), SIZE[:8], 1)
    frame["unit_name"] = [f"St\u202e {u}\nHospital" for u in frame["unit"]]
    table = read_table(frame, unit_name="unit_name", direction="lower-is-better")
    found = make_reviewed(table, by={}, target=None, level=0.9, draws=200, seed=1)
    texts = [c.claim for c in judge_run(found)]
    assert any(text.startswith("St u000 Hospital (u000) is") for text in texts)


def test_the_cards_thresholds_are_used(spread: Reviewed) -> None:
    card = spread.posterior.card
    rules = card.review.model_copy(update={"quarter": (1.0, 0.9999)})
    strict = replace(spread.posterior, card=card.model_copy(update={"review": rules}))
    claims = judge_run(replace(spread, fits=replace(spread.fits, groups=(strict,))))
    assert _of(claims, "quarter").verdict == "not"


def test_why_claims_are_kept_back_is_named_and_not_told_again_for_each(spread: Reviewed) -> None:
    failed = Part(name="fit", status="fails", sentence="The data look odd, told at length.")
    claims = judge_run(spread, [failed])
    kept = [each for each in claims if each.kind != "differ"]
    assert kept
    for each in kept:
        assert any("fit fails" in reason for reason in each.because)
        assert failed.sentence not in " ".join((each.sentence, *each.because))
