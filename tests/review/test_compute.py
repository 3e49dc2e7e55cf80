"""Reviews as a whole: every group, every measure, and what can't be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import varstat
from varstat.analysis.run import run
from varstat.analysis.specification import Specification
from varstat.errors import UsageError
from varstat.present.write import encode
from varstat.review import examine
from varstat.review.result import Review

ONLY = {"over": "target=best:0.25,median", "refits": 0, "draws": 200}


def make_frame(units: int = 16, *, size: int = 300, seed: int = 3) -> pd.DataFrame:
    """Proportions that differ."""
    rng = np.random.default_rng(seed)
    rate = 1 / (1 + np.exp(-rng.normal(0.0, 0.5, units)))
    return pd.DataFrame(
        {
            "unit": [f"u{at:02d}" for at in range(units)],
            "numerator": rng.binomial(size, rate),
            "denominator": size,
        }
    )


@pytest.fixture(scope="module")
def review() -> Review:
    (found,) = varstat.review(make_frame(), direction="lower-is-better", **ONLY)
    return found


def test_claims_about_all_units_stand_first(review: Review) -> None:
    about = [bool(each.units) for each in review.claims]
    assert about == sorted(about)
    assert review.about.unit[0] == "all"
    assert len(review.about.unit) == len(review.claims) == len(review.to_frame())


def test_every_part_has_its_own_name_and_says_something(review: Review) -> None:
    names = [part.name for part in review.parts]
    assert len(set(names)) == len(names)
    assert all(part.sentence.endswith((".", "?")) for part in review.parts)
    assert all(set(part.mcse) <= set(part.values) for part in review.parts)


def test_the_units_of_all_parts_stand_in_one_table(review: Review) -> None:
    assert len(review.by_unit) == 16
    assert {"unit", "reliability", "rank_min", "share_of_specs"} <= set(review.by_unit.columns)


def test_the_same_seed_gives_the_same_review(review: Review) -> None:
    (again,) = varstat.review(make_frame(), direction="lower-is-better", **ONLY)
    assert again.summary() == review.summary()
    pd.testing.assert_frame_equal(again.to_frame(), review.to_frame())
    pd.testing.assert_frame_equal(again.values_frame(), review.values_frame())
    pd.testing.assert_frame_equal(again.by_unit, review.by_unit)


def test_each_group_has_a_review_of_its_own() -> None:
    frame = pd.concat([make_frame(8).assign(region="a"), make_frame(9, seed=4).assign(region="b")])
    found = varstat.review(frame, by="region", direction="lower-is-better", **ONLY)
    assert [each.by for each in found] == [{"region": "a"}, {"region": "b"}]
    assert [len(each.by_unit) for each in found] == [8, 9]
    data = found[0].part("data")
    assert data is not None
    assert data.sentence.startswith("8 units, of a file of 17 rows in several groups; ")


def test_without_a_direction_nothing_is_claimed_of_ranks_or_totals() -> None:
    (found,) = varstat.review(make_frame(), draws=200, refits=0)
    assert {each.kind for each in found.claims} <= {"differ", "outlier"}
    assert {part.name: part.status for part in found.parts}["multiverse"] == "left out"


@pytest.mark.slow
def test_simulated_nations_are_counted_and_the_same_in_one_process_and_two() -> None:
    table = varstat.read_table(make_frame(8), direction="lower-is-better")
    asked = {"over": "target=best:0.25,median", "refits": 20, "draws": 200}
    (one,) = varstat.compute_review(table, workers=1, **asked)
    (two,) = varstat.compute_review(table, workers=2, **asked)
    assert one.refits == 20
    assert {"coverage", "computation", "departures"} <= {part.name for part in one.parts}
    pd.testing.assert_frame_equal(one.values_frame(), two.values_frame())


def test_too_few_refits_are_refused_and_none_is_none() -> None:
    with pytest.raises(UsageError, match="20 or more, or 0"):
        varstat.review(make_frame(), refits=5, draws=200)


def test_refits_that_take_too_long_wait_until_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examine, "estimate_cost", lambda _posterior: 30.0)
    asked = {"over": "target=best:0.25,median", "draws": 200}
    (found,) = varstat.review(make_frame(8), direction="lower-is-better", **asked)
    part = found.part("coverage")
    assert part is not None
    assert part.status == "left out"
    assert "30 seconds" in part.sentence
    assert found.refits == 0


def test_units_that_hardly_differ_are_claimed_to_be_nothing() -> None:
    frame = make_frame().assign(numerator=150)
    (found,) = varstat.review(frame, direction="lower-is-better", **ONLY)
    assert all(each.verdict != "believed" for each in found.claims)


@pytest.mark.parametrize("units", [1, 2, 3])
def test_few_units_are_reviewed_or_refused_in_words(units: int) -> None:
    (found,) = varstat.review(make_frame(units), direction="lower-is-better", draws=200, refits=0)
    assert len(found.by_unit) == units
    if units == 1:
        assert all(each.verdict != "believed" for each in found.claims)


def test_an_axis_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="targte"):
        varstat.review(make_frame(), direction="lower-is-better", over="targte=median", draws=200)


def test_a_published_table_takes_the_place_of_what_the_run_would_claim() -> None:
    frame = make_frame()
    order = (frame["numerator"] / frame["denominator"]).rank(method="first").astype(int)
    frame["rank"] = order
    (found,) = varstat.review(frame, direction="lower-is-better", published="rank=rank", **ONLY)
    ranks = [each for each in found.claims if each.kind == "ranks"]
    assert [each.published for each in ranks] == [True]
    assert found.parts[0].name == "published"
    assert found.parts[0].status != "fails"
    about = [bool(each.units) for each in found.claims]
    assert about == sorted(about)


def test_a_column_of_which_nothing_can_be_read_is_named_by_mistake() -> None:
    frame = make_frame().assign(rank="x")
    with pytest.raises(UsageError, match="can be read as a rank"):
        varstat.review(frame, direction="lower-is-better", published="rank=rank", **ONLY)


def test_a_published_table_is_of_one_group() -> None:
    frame = pd.concat([make_frame(8).assign(region="a"), make_frame(9, seed=4).assign(region="b")])
    with pytest.raises(UsageError, match="--by"):
        varstat.review(
            frame.assign(rank=1),
            by="region",
            direction="lower-is-better",
            published="rank=rank",
            **ONLY,
        )


def test_a_method_is_said_of_what_is_printed() -> None:
    with pytest.raises(UsageError, match="--published"):
        varstat.review(make_frame(), says="rank=raw", draws=200)


def test_a_budget_gives_all_groups_as_many_refits_and_its_provenance_the_same_bytes(
    tmp_path: Path,
) -> None:
    frame = pd.concat([make_frame(6).assign(region="a"), make_frame(9, seed=4).assign(region="b")])
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = varstat.review(
        tmp_path / "t.csv", by="region", direction="lower-is-better", over=ONLY["over"],
        draws=200, budget="1s",
    )  # fmt: skip
    assert [each.refits for each in found] == [20, 20]
    assert any("a budget of 1s" in note for note in found[0].notes)
    asked = Specification.from_dict(found.provenance.to_dict())
    assert encode(run(asked, folder=tmp_path), ".json") == encode(found, ".json")


def test_means_of_nobody_knows_how_many_cases_have_a_review_without_a_total() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "unit": [f"u{at:02d}" for at in range(12)],
            "value": rng.normal(50.0, 5.0, 12),
            "se": rng.uniform(0.5, 1.5, 12),
        }
    )
    (found,) = varstat.review(frame, direction="lower-is-better", draws=200, refits=0)
    part = found.part("multiverse")
    assert part is not None
    assert "--count" in part.sentence
    assert not {each.kind for each in found.claims} & {"total", "unit"}


def test_each_release_is_held_against_the_one_before() -> None:
    rng = np.random.default_rng(8)
    first = make_frame()
    second = first.assign(numerator=rng.binomial(300, first["numerator"] / 300))
    frame = pd.concat([first.assign(year="2020"), second.assign(year="2021")])
    before, after = varstat.review(
        frame, period="year", by="year", direction="lower-is-better", **ONLY
    )
    left, found = before.part("replication"), after.part("replication")
    assert left is not None
    assert left.status == "left out"
    assert found is not None
    assert "2020" in found.sentence
    assert 0.0 <= found.values["found_again"] <= 1.0
