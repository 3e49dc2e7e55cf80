"""Publishers' files as they come, defects and all."""

import numpy as np
import pandas as pd
import pytest
from cards import make_card

from varstat import compute_funnel
from varstat.data import load_example, read_table
from varstat.data.complete import keep_complete
from varstat.errors import TableError
from varstat.period.period import overlaps

MAR = make_card(
    columns={
        "unit": "provider_org_code",
        "unit_name": "provider_org_name",
        "numerator": "elective_ga_daycase_admissions_ffces",
        "denominator": "elective_ga_total_admissions_ffces",
        "period": "period_date",
    }
)


def test_the_monthly_return_rolls_up_to_years_by_type_of_trust(shared):
    data = shared / "data"
    table = read_table(
        data / "mar_hospital_activity_2012_2017.csv",
        card=MAR,
        roll_up="year",
        lookup=f"{data / 'nhs_trust_types.csv'}:code",
        by=("year", "eric_type_2018_19"),
    )
    assert table.by == ("year", "eric_type_2018_19")
    assert set(table.frame["year"]) == {f"20{y}-{y + 1}" for y in range(12, 17)}
    account = table.account
    assert account.rows_read == 22_655
    reasons = [exclusion.reason for exclusion in account.exclusions]
    assert "no eric_type_2018_19 for this unit in nhs_trust_types.csv" in reasons
    read, kept, excluded = account.totals["numerator"]
    assert read == kept + excluded
    assert kept == table.frame["numerator"].sum()
    christie = table.frame.query("unit == 'RBV' and year == '2016-17'")
    rate = float((christie["numerator"] / christie["denominator"]).iloc[0])
    assert 0.6 < rate < 0.75


def test_months_that_were_not_submitted_are_missing_not_zero(shared):
    table = read_table(shared / "data" / "mar_hospital_activity_2012_2017.csv", card=MAR)
    months = table.frame.loc[table.frame["unit"] == "RR1", "period"]
    absent = [f"{month:%Y-%m-%d}" for month in pd.date_range("2014-07-01", "2015-03-01", freq="MS")]
    assert not set(absent) & set(months)
    assert {"2014-06-01", "2015-04-01"} <= set(months)
    assert table.account.exclusions[0].reason.startswith("zero in every count column")
    assert table.by == ()
    assert table.periods.in_time


def test_the_published_workbook_is_read_as_it_comes(shared):
    card = make_card(
        columns={
            "unit": "Org Code",
            "unit_name": "Org Name",
            "numerator": "Elective G&A Daycase Admissions (FFCEs)",
            "denominator": "Elective G&A Total Admissions (FFCEs)",
        }
    )
    table = read_table(shared / "data" / "MAR_Prov-Web-file-March-17-4896.xls", card=card)
    assert table.frame["numerator"].sum() == 645_441
    assert "the total in row 15 equals the sum of the units" in table.account.notes
    assert "sheet 'Provider' was used" in table.account.notes
    assert "the header was found on row 14" in table.account.notes
    reasons = {e.reason: e.first_rows for e in table.account.exclusions}
    assert reasons["a total row"] == (15,)
    assert reasons["no counts: a note or an empty row"] == (394,)


def test_every_practice_is_read(shared):
    card = make_card(
        columns={"unit": "practice", "numerator": "low_med_dose_items", "denominator": "items"}
    )
    table = read_table(shared / "data" / "statins_practice_2018.csv", card=card)
    assert table.account.units == table.account.rows_kept == 7_210


def test_shmi_has_one_group_a_release(shared):
    card = make_card(
        "ratio",
        columns={
            "unit": "PROVIDER",
            "unit_name": "PROVIDER NAME",
            "observed": "OBSERVED",
            "expected": "EXPECTED",
            "period": "DATE",
        },
    )
    table = read_table(shared / "data" / "shmi_2011_2012.csv", card=card)
    assert table.frame["period"].nunique() == 5
    assert compute_funnel(table).provenance.options["by"] == ["period"]
    assert table.frame["expected"].iloc[0] == 768.4005


def test_sickness_days_are_fractions(shared):
    columns = {
        "unit": "ORG_CODE",
        "numerator": "FTE_DAYS_LOST",
        "denominator": "FTE_DAYS_AVAILABLE",
        "period": "DATE",
        "peer_group": "ORG_TYPE",
    }
    path = shared / "data" / "nhs_sickness_absence_2024-04.csv"
    card = make_card(columns=columns, counts="continuous")
    table = read_table(path, card=card, by="peer_group", roll_up="quarter")
    assert set(table.frame["period"]) == {"2024-25 Q1"}
    assert table.account.rows_kept == table.account.rows_read
    with pytest.raises(TableError, match="continuous"):
        read_table(path, card=make_card(columns=columns))


def test_scottish_quarters_are_refused_by_a_roll_up_but_pass_as_labels(shared):
    path = shared / "data" / "phs_inpatient_daycase_simd.csv"
    card = make_card(
        "ratio",
        columns={
            "unit": "Location",
            "observed": "LengthOfStay",
            "exposure": "Stays",
            "period": "Quarter",
        },
    )
    options = {"card": card, "by": ("AdmissionType", "SIMD"), "lenient": True}
    with pytest.raises(TableError, match="Jul to Sep 2017"):
        read_table(path, roll_up="year", **options)
    periods = read_table(path, **options).periods
    assert periods.in_time
    assert periods.labels == tuple(sorted(periods.labels, key=lambda label: label[-4:] + label))


def test_star98_equals_the_reference(references):
    reference = pd.read_csv(references / "star98.csv")
    example = load_example("star98")
    assert example["unit"].tolist() == reference["unit"].tolist()
    assert example["numerator"].tolist() == reference["y"].tolist()
    assert example["denominator"].tolist() == reference["n"].tolist()
    for name in example.columns[3:]:
        np.testing.assert_allclose(example[name], reference[name], rtol=1e-12)


def test_a_damaged_old_workbook_is_refused_even_when_its_reader_panics(shared, tmp_path):
    data = (shared / "data" / "MAR_Prov-Web-file-March-17-4896.xls").read_bytes()
    for share in (0.1, 0.5, 0.9):
        (tmp_path / "x.xls").write_bytes(data[: int(share * len(data))])
        with pytest.raises(TableError, match="damaged"):
            read_table(tmp_path / "x.xls", card=make_card())


def test_the_monthly_return_is_read_for_a_model_by_quarter(shared):
    path = shared / "data" / "mar_hospital_activity_2012_2017.csv"
    table = read_table(path, card=MAR, roll_up="quarter", covariates="gp_referrals_made_ga")
    assert table.by == ()
    assert table.frame["period"].nunique() == 20
    assert not table.frame.duplicated(["unit", "period"]).any()
    raw = pd.read_csv(path).query("provider_org_code == 'REM'").head(3)
    weights = raw["elective_ga_total_admissions_ffces"]
    first = table.frame.query("unit == 'REM' and period == '2012-13 Q1'").iloc[0]
    assert first["denominator"] == weights.sum()
    np.testing.assert_allclose(
        first["gp_referrals_made_ga"], np.average(raw["gp_referrals_made_ga"], weights=weights)
    )


def test_practices_without_a_covariate_are_excluded_and_counted(shared):
    covariates = ["Value_imd", "Value_over_65", "list_size"]
    path = shared / "data" / "practice_covariates_2019.csv"
    table = read_table(
        shared / "data" / "statins_practice_2018.csv",
        unit="practice",
        numerator="low_med_dose_items",
        denominator="items",
        lookup=f"{path}:practice",
        covariates=covariates,
    )
    assert table.account.rows_excluded == 0
    table = keep_complete(table, covariates=covariates)
    known = pd.read_csv(path).drop_duplicates("practice").set_index("practice")[covariates]
    read = pd.read_csv(shared / "data" / "statins_practice_2018.csv")
    complete = set(read["practice"]) & set(known.dropna().index)
    assert set(table.frame["unit"]) == complete
    assert table.account.rows_excluded == len(read) - len(complete)
    carried = table.frame.set_index("unit")[covariates]
    assert carried.equals(known.loc[carried.index].rename_axis("unit"))
    lacking = int((~read["practice"].isin(known["Value_imd"].dropna().index)).sum())
    assert f"{lacking} of 7,210 units have no 'Value_imd' in {path.name}" in table.account.notes


@pytest.mark.parametrize(("file", "covariate"), [("specialist", "casemix"), ("star98", "z_LOWINC")])
def test_reference_tables_are_read_with_their_covariates(references, file, covariate):
    path = references / f"{file}.csv"
    table = read_table(path, numerator="y", denominator="n", covariates=covariate)
    assert table.frame[covariate].tolist() == pd.read_csv(path)[covariate].tolist()
    assert table.account.rows_excluded == 0


def test_quarters_in_words_add_up_to_calendar_years(shared):
    path = shared / "cases" / "period-jan-mar.csv"
    table = read_table(path, period="quarter", roll_up="calendar-year")
    assert table.frame["period"].tolist() == ["2018", "2018"]
    assert table.frame["observed"].tolist() == [18, 18]
    apart = read_table(path, period="quarter")
    assert apart.periods.labels == ("Jan-Mar 2018", "Apr-Jun 2018")


def test_years_that_overlap_are_known_to(shared):
    table = read_table(shared / "cases" / "overlapping-periods.csv", period="period")
    first, second, _, last = table.periods
    assert (first.label, last.label) == ("2008-2010", "2011-2013")
    assert overlaps(first, second)
    assert not overlaps(first, last)


def test_years_with_gaps_stand_in_order(shared):
    table = read_table(shared / "cases" / "four-periods-1.csv", period="period")
    assert table.periods.labels == ("2008", "2009", "2010", "2011")
