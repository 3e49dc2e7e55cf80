"""What every verb says of a real file is read in one breath: five short sentences at most."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import varstat
from varstat.present.kind import findings_of
from varstat.prose.text import MOST_SENTENCES, sentences

# Words of a sentence, numbers and brackets among them.
SHORT = 42

MORTALITY = {
    "unit": "PROVIDER",
    "unit_name": "PROVIDER NAME",
    "observed": "OBSERVED",
    "expected": "EXPECTED",
    "direction": "lower-is-better",
    "only": {"DATE": "2011-10-01"},
}
HEARTS = {
    "unit": "Hospital Name",
    "numerator": "Observed Deaths",
    "denominator": "Total Procedures",
    "direction": "lower-is-better",
    "only": {"Procedure Type": "Overall"},
}
SICKNESS = {"card": "sickness"}
DAY_CASES = {
    "card": "daycase",
    "peer_group": None,
    "roll_up": "calendar-year",
    "only": {"year": "2016"},
}
FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "mortality": ("shmi_2011_2012.csv", MORTALITY),
    "hearts": ("sts_congenital_heart_2015_2018.csv", HEARTS),
    "sickness": ("nhs_sickness_absence_2024-04.csv", SICKNESS),
    "day cases": ("mar_hospital_activity_2012_2017.csv", DAY_CASES),
}
ASKED = {
    "funnel, mortality": ("funnel", "mortality", {}),
    "funnel, hearts": ("funnel", "hearts", {}),
    "funnel, sickness": ("funnel", "sickness", {}),
    "funnel, day cases": ("funnel", "day cases", {}),
    "funnels, sickness": ("funnel", "sickness", {"by": "ORG_TYPE"}),
    "league, mortality": ("league", "mortality", {}),
    "league, hearts": ("league", "hearts", {"unmeasured": True}),
    "opportunity, mortality": ("opportunity", "mortality", {}),
    "opportunity, hearts": ("opportunity", "hearts", {"unmeasured": True, "materiality": 5}),
    "compare, mortality": ("compare", "mortality", {"units": ("RXL", "RNJ")}),
    "fit, hearts": ("fit", "hearts", {}),
}


def assert_short(said: str) -> None:
    found = sentences(said)
    assert 1 <= len(found) <= MOST_SENTENCES, said
    for each in found:
        assert len(each.split()) <= SHORT, each
        assert "nan" not in each.split()


@pytest.mark.parametrize("name", ASKED)
def test_five_short_sentences_say_what_was_found(name: str, shared: Path) -> None:
    verb, file, more = ASKED[name]
    source, options = FILES[file]
    options = {key: value for key, value in options.items() if key != "direction" or verb != "fit"}
    results = getattr(varstat, verb)(shared / "data" / source, **options, **more)
    assert_short(findings_of(results))
    for each in results:
        assert_short(findings_of(each))


def test_a_history_is_said_in_five(tmp_path: Path, shared: Path) -> None:
    data = pd.read_csv(shared / "data" / "mar_hospital_activity_2012_2017.csv")
    data = data[data["provider_org_code"].str.fullmatch("R[A-D].")]
    path = tmp_path / "some.csv"
    data.to_csv(path, index=False)
    history = varstat.completeness(
        path,
        unit="provider_org_code",
        period="period_date",
        numerator="elective_ga_daycase_admissions_ffces",
        denominator="elective_ga_total_admissions_ffces",
    )
    assert_short(findings_of(history))
