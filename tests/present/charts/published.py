"""Funnels of published files, tall and tiny, wide and skewed."""

from pathlib import Path

import numpy as np
import pandas as pd

import varstat
from varstat.funnel.result import Funnels

DAY_CASES = {
    "card": "daycase",
    "peer_group": None,
    "roll_up": "calendar-year",
    "only": {"year": "2016"},
}
NAMES = (
    *("day cases", "day cases, left out", "day cases by type", "one month", "mortality"),
    *("mortality as published", "mortality by release", "statins", "statins, winsorised"),
    *("sickness", "heart operations", "simple heart operations", "districts", "stays"),
)


def published_funnels(name: str, shared: Path) -> Funnels:
    """Compute the funnels of a published file."""
    data = shared / "data"
    monthly = data / "mar_hospital_activity_2012_2017.csv"
    mortality = data / "shmi_2011_2012.csv"
    named = {"unit": "PROVIDER", "unit_name": "PROVIDER NAME"}
    ratio = {"observed": "OBSERVED", "expected": "EXPECTED", "direction": "lower-is-better"}
    match name:
        case "day cases":
            return varstat.funnel(monthly, **DAY_CASES)
        case "day cases, left out":
            return varstat.funnel(monthly, target="leave-one-out", dispersion="none", **DAY_CASES)
        case "day cases by type":
            lookup = f"{data / 'nhs_trust_types.csv'}:code"
            return varstat.funnel(monthly, lookup=lookup, by="eric_type_2018_19", **DAY_CASES)
        case "one month":
            return varstat.funnel(
                data / "MAR_Prov-Web-file-March-17-4896.xls",
                unit="Org Code",
                unit_name="Org Name",
                numerator="Elective G&A Daycase Admissions (FFCEs)",
                denominator="Elective G&A Total Admissions (FFCEs)",
                dispersion="none",
            )
        case "mortality":
            last = {"DATE": "2011-10-01"}
            return varstat.funnel(mortality, only=last, dispersion="none", **named, **ratio)
        case "mortality as published":
            return varstat.funnel(mortality, card="shmi", method="shmi")
        case "mortality by release":
            return varstat.funnel(mortality, period="DATE", **named, **ratio)
        case "statins" | "statins, winsorised":
            options = {} if name == "statins" else {"dispersion": "dl", "robust": "winsorise"}
            return varstat.funnel(
                data / "statins_practice_2018.csv",
                unit="practice",
                numerator="low_med_dose_items",
                denominator="items",
                **options,
            )
        case "sickness":
            return varstat.funnel(data / "nhs_sickness_absence_2024-04.csv", card="sickness")
        case "heart operations" | "simple heart operations":
            kind = "Overall" if name == "heart operations" else "STAT Mortality Category 1"
            return varstat.funnel(heart_operations(data, kind), unit="id", unit_name="name",
                                  observed="deaths", expected="expected",
                                  direction="lower-is-better")  # fmt: skip
        case "districts":
            return varstat.funnel("example:star98")
    return varstat.funnel(stays(data), unit="unit", observed="stays", exposure="days")


def heart_operations(data: Path, kind: str) -> pd.DataFrame:
    """Deaths and expected deaths of one kind of operation: of the simple kind next to none."""
    frame = pd.read_csv(data / "sts_congenital_heart_2015_2018.csv")
    frame = frame[frame["Procedure Type"] == kind].dropna()
    frame["expected"] = frame["Total Procedures"] * frame["Expected Mortality Rate"]
    frame = frame[frame["expected"] > 0].drop_duplicates("id")
    columns = {"Hospital Name": "name", "Observed Deaths": "deaths"}
    return frame.rename(columns=columns)[["id", "name", "deaths", "expected"]].astype({"id": str})


def stays(data: Path) -> pd.DataFrame:
    """Stays and bed days of hospitals in Scotland in one quarter."""
    frame = pd.read_csv(data / "phs_inpatient_daycase_simd.csv")
    frame = frame[(frame["Quarter"] == frame["Quarter"].max()) & (frame["Location"] != frame["HB"])]
    sums = frame.groupby("Location")[["Stays", "LengthOfStay"]].sum(min_count=1)
    sums = sums[np.isfinite(sums).all(axis=1) & (sums["LengthOfStay"] > 0)].reset_index()
    return sums.set_axis(["unit", "stays", "days"], axis=1)
