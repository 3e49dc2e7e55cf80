"""Whether the labels of one release are found again in the next."""

import pandas as pd
import pytest
from reviews import proportions

from varstat.data import read_table
from varstat.review.releases import compare_releases
from varstat.review.reviewed import Reviewed, make_reviewed, split_groups


def _releases(frame: pd.DataFrame, *, draws: int = 400, **reading) -> list[Reviewed]:
    table = read_table(frame, period="period", by="period", **reading)
    return [
        make_reviewed(one, by=by, target=None, level=0.9, draws=draws, seed=1)
        for by, one in split_groups(table)
    ]


def _years(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([first.assign(period="2015"), second.assign(period="2016")])


def test_the_same_table_again_has_the_same_labels():
    frame = proportions(30, tau=0.6)
    before, after = _releases(_years(frame, frame), direction="higher-is-better")
    part = compare_releases(before, after)
    assert part.values["found_again"] == 1.0
    assert part.values["spearman"] == pytest.approx(1.0)
    assert part.status == "holds"
    assert "2015" in part.sentence
    assert "2016" in part.sentence


def test_another_nation_has_other_labels():
    first, second = (proportions(60, tau=0.6, seed=seed) for seed in (1, 2))
    before, after = _releases(_years(first, second), direction="higher-is-better")
    part = compare_releases(before, after)
    assert part.status == "fails"
    assert part.values["found_again"] < 0.5


def test_releases_without_common_units_are_left_out():
    first = proportions(20, tau=0.6)
    second = first.assign(unit=[f"v{i}" for i in range(20)])
    before, after = _releases(_years(first, second), direction="higher-is-better")
    assert compare_releases(before, after).status == "left out"


def test_labels_of_mortality_are_mostly_found_in_the_next_release(shared):
    frame = pd.read_csv(shared / "data" / "shmi_2011_2012.csv")
    frame = frame.rename(columns={"PROVIDER": "unit", "DATE": "period"})
    frame = frame.rename(columns={"OBSERVED": "observed", "EXPECTED": "expected"})
    last = sorted(frame["period"].unique())[-2:]
    frame = frame.loc[frame["period"].isin(last), ["unit", "period", "observed", "expected"]]
    before, after = _releases(frame, direction="lower-is-better")
    part = compare_releases(before, after)
    assert 0.7 < part.values["found_again"] <= 1.0
    assert part.values["spearman"] > 0.9
    assert any("share cases" in note for note in part.notes)
