"""Quarters of a ranking, and whether they are found again."""

import numpy as np
import pandas as pd
import pytest

from varstat.review.quarter import (
    BEST,
    WORST,
    cross_quarters,
    found_again,
    number_quarters,
    places,
    rank_correlation,
)


@pytest.mark.parametrize("units", [4, 5, 7, 12, 101])
def test_best_and_worst_quarter_are_alike_in_size(units):
    rng = np.random.default_rng(1)
    quarter = number_quarters(rng.standard_normal((3, units)), rng)
    for one in quarter:
        sizes = np.bincount(one, minlength=4)
        assert sizes[BEST] == sizes[WORST] == max(units // 4, 1)
        assert sizes.sum() == units


def test_ties_are_broken_by_lot():
    rng = np.random.default_rng(2)
    place = places(np.zeros((4000, 5)), rng)
    assert np.abs(place.mean(axis=0) - 2.0).max() < 4 * np.sqrt(2.0 / 4000)


def test_a_ranking_finds_itself_again_and_its_opposite_does_not():
    rng = np.random.default_rng(3)
    score = rng.standard_normal((1, 40))
    same, opposite = number_quarters(score, rng), number_quarters(-score, rng)
    assert found_again(same, same)[0] == 1.0
    assert found_again(same, opposite)[0] == 0.0
    assert rank_correlation(score, score, rng)[0] == pytest.approx(1.0)
    assert rank_correlation(score, -score, rng)[0] == pytest.approx(-1.0)
    crossed = cross_quarters(same, opposite).set_index("quarter")
    assert crossed.loc["best", "worst"] == 1.0
    assert crossed.sum(axis=1).tolist() == pytest.approx([1.0] * 4)


# REVIEW C2.4 of the reference: labels of the day-case rate of 2015-16 in 2016-17.
@pytest.mark.parametrize(("acute", "units", "again"), [(False, 311, 0.909), (True, 147, 0.917)])
def test_labels_of_day_cases_are_found_again_as_in_the_reference(shared, acute, units, again):
    months = pd.read_csv(
        shared / "data" / "mar_hospital_activity_2012_2017.csv", parse_dates=["period_date"]
    )
    year = months["period_date"].dt.year - (months["period_date"].dt.month < 4)
    columns = ["elective_ga_daycase_admissions_ffces", "elective_ga_total_admissions_ffces"]
    summed = months.groupby([months["provider_org_code"], year.rename("year")])[columns].sum()
    if acute:
        types = pd.read_csv(shared / "data" / "nhs_trust_types.csv")
        code = next(name for name in types if "code" in name.lower())
        kind = next(name for name in types if "type" in name.lower())
        kinds = types.drop_duplicates(code).set_index(code)[kind]
        of = kinds.reindex(summed.index.get_level_values(0)).fillna("")
        summed = summed[of.str.startswith("ACUTE").to_numpy()]
    large = summed[summed[columns[1]] >= 500]
    rate = (large[columns[0]] / large[columns[1]]).unstack("year")[[2015, 2016]].dropna()
    rng = np.random.default_rng(1)
    before, after = (rate[each].to_numpy()[None] for each in (2015, 2016))
    assert len(rate) == units
    found = found_again(number_quarters(before, rng), number_quarters(after, rng))[0]
    assert found == pytest.approx(again, abs=5e-4)
    assert rank_correlation(before, after, rng)[0] == pytest.approx(0.97, abs=0.01)
