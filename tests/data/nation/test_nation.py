"""The synthetic nation: its totals are those published, and its truth is known."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.data.nation import Nation, make_nation
from varstat.data.nation.indicator import CHANGEOVER, INDICATORS, PUBLISHED, QUARTERS
from varstat.data.nation.organisations import LARGE, TWINS
from varstat.data.organisations.read import read_successors
from varstat.errors import UsageError


@pytest.fixture(scope="module")
def nation() -> Nation:
    return make_nation()


def total(nation: Nation, quarter: str) -> float:
    """Million pounds a year."""
    return sum(each.published(quarter) for each in nation.activity.values()) / 1e6


def test_the_totals_are_those_that_were_published(nation: Nation) -> None:
    assert total(nation, "2006-07 Q1") == pytest.approx(2287.0)
    assert total(nation, "2007-08 Q1") == pytest.approx(1941.0, rel=0.02)
    assert total(nation, "2007-08 Q2") == pytest.approx(1953.0, rel=0.02)


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda each: each.name)
def test_so_is_each_line_of_the_first_quarter(nation: Nation, indicator) -> None:
    found = nation.of(indicator.name).published("2006-07 Q1") / 1e6
    assert found == pytest.approx(indicator.money[0])


def test_the_published_figures_are_what_the_settings_add_up_to() -> None:
    sums = np.sum([each.money for each in INDICATORS], axis=0)
    assert sums.tolist() == [2287.0, 1941.0, 1953.0]


def test_the_same_seed_makes_the_same_nation() -> None:
    one, again, other = (make_nation(seed).to_frame() for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_every_row_says_that_it_is_synthetic(nation: Nation) -> None:
    for frame in (
        nation.to_frame(),
        nation.history_frame(),
        nation.truth_frame(),
        nation.successors_frame(),
    ):
        assert set(frame["data"]) == {"synthetic"}
    assert nation.to_frame()["unit_name"].str.endswith("(synthetic)").all()


def test_303_primary_care_trusts_become_152_and_the_map_says_which(nation: Nation) -> None:
    frame = nation.to_frame()
    statin = frame[frame.indicator == "statin"]
    counts = statin.groupby("quarter").unit.nunique().reindex(PUBLISHED)
    assert counts.tolist() == [303, 303, 152, 152, 152, 152]
    known = read_successors(nation.successors_frame())
    before, after = (set(statin[statin.quarter == q].unit) for q in (PUBLISHED[0], PUBLISHED[-1]))
    assert {new for code in before for new in known.resolve(code)} == after


def test_no_patient_is_lost_by_the_reorganisation(nation: Nation) -> None:
    for each in nation.activity.values():
        share = each.organisations.now.share
        np.testing.assert_array_equal(share.sum(axis=0), 1.0)


def test_hospitals_lose_part_of_their_returns_in_the_changeover_alone(nation: Nation) -> None:
    part = nation.of("preop").completeness
    quiet = [at for at in range(len(QUARTERS)) if at not in CHANGEOVER]
    assert (part[:, quiet] == 1).all()
    lost = (part < 1).any(axis=1)
    assert lost.sum() == 22
    assert part[lost].min() > 0.3
    reported, whole = nation.of("preop").reported, nation.of("preop").whole
    np.testing.assert_array_equal(reported[~lost], whole[~lost])
    assert (nation.of("statin").completeness == 1).all()


def test_a_common_loss_is_of_every_hospital(nation: Nation) -> None:
    common = make_nation(common_loss=0.04).of("daycase").completeness
    np.testing.assert_allclose(common[:, CHANGEOVER[0]].max(), 0.96)
    with pytest.raises(UsageError, match="common_loss"):
        make_nation(common_loss=1.0)


def test_the_large_trust_s_volume_swings_and_its_twins_are_alike(nation: Nation) -> None:
    volume = nation.of("preop").whole
    steps = np.abs(np.diff(np.log(volume), axis=1)).mean(axis=1)
    assert steps[LARGE] > 3 * np.median(steps)
    one, other = (nation.of("acs").rate[at] for at in TWINS)
    np.testing.assert_array_equal(one, other)


def test_the_large_trust_is_worth_some_thirty_million(nation: Nation) -> None:
    money = 0.0
    for each in nation.activity.values():
        if each.indicator.level == "acute":
            size, sign = each.reported[:, 4], each.indicator.sign
            rate = each.event[:, 4] / size
            target = sign * np.quantile(sign * rate, 0.75)
            money += 4 * each.cost * size[LARGE] * max(0.0, sign * (target - rate[LARGE]))
    assert money / 1e6 == pytest.approx(30.0, rel=0.2)


def test_specialist_hospitals_do_other_work(nation: Nation) -> None:
    kind = nation.acute.kind
    rate = nation.of("daycase").rate[:, 4]
    assert rate[kind == "cancer"].mean() < 0.5 < rate[kind == "acute"].mean()


def test_its_tables_are_read_by_their_cards(nation: Nation) -> None:
    for name, units in (("daycase", 168), ("acs", 303)):
        table = read_table(
            nation.to_frame(),
            card=name,
            only={"indicator": name, "quarter": "2006-07 Q1"},
        )
        assert table.account.units == units
    note = read_table(
        "example:bcbv-2007", card="acs", only={"indicator": "acs", "quarter": "2006-07 Q1"}
    ).account.notes
    assert any("synthetic" in each for each in note)


def test_an_indicator_it_has_not_is_refused_with_those_it_has(nation: Nation) -> None:
    with pytest.raises(UsageError, match="Did you mean 'statin'"):
        nation.of("statins")
