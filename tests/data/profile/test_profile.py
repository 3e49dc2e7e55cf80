"""What a file seems to hold: kinds of columns, units, periods, and which two are measured."""

import numpy as np
import pandas as pd
import pytest

from varstat.data.profile.profile import profile_source
from varstat.data.profile.sheet import MOST_COLUMNS, Sheet
from varstat.data.source.open import open_source


def profiled(**columns: object) -> Sheet:
    return profile_source(open_source(pd.DataFrame(columns))).best


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("Org code", ["R0A", "R0B", "RXH", "5QT"], "code"),
        ("LAD", ["00123", "00456", "01234", "99999"], "code"),
        ("Trust", ["St Mary's Hospital", "Guy's Hospital", "Barts Trust", "Royal Free"], "name"),
        ("Sex", ["F", "M", "F", "M"] * 3, "category"),
        ("Month", ["2023-01", "2023-02", "2023-03", "2023-04"], "period"),
        ("year", ["2018", "2019", "2018", "2019"], "period"),
        ("Attendances", ["12", "2019", "7", "*"], "count"),
        ("Days lost", ["12.5", "3.25", "7", "9"], "measure"),
        ("Percent late", ["12.5", "30", "44.1", "9"], "percent"),
        ("Result", ["12.5%", "30%", "44.1%", "9%"], "percent"),
        ("Rate", ["1.25", "0.3", "0.44", "0.9"], "rate"),
        ("Country", ["England"] * 4, "constant"),
        ("Blank", [None] * 4, "empty"),
        ("", ["0", "1", "2", "3"], "row number"),
    ],
)
def test_a_column_is_of_a_kind(heading: str, cells: list[str], kind: str) -> None:
    sheet = profiled(**{"x": ["a b c"] * len(cells), heading: cells})
    found = {each.heading: each.kind for each in sheet.columns}
    assert found.get(heading, "empty") == kind


def test_the_finest_column_is_the_unit_and_changing_names_are_names() -> None:
    rng = np.random.default_rng(1)
    codes = [f"R{at:02}" for at in range(20)] * 2
    names = [f"Trust {code}" for code in codes]
    names[25] = "Trust renamed"
    sheet = profiled(
        **{"Region": ["North", "South"] * 20, "Provider": codes, "Provider name": names},
        Deaths=rng.integers(1, 50, 40),
        Admissions=rng.integers(100, 900, 40),
        Year=np.repeat(["2021/22", "2022/23"], 20),
    )
    assert sheet.unit is not None
    assert sheet.unit.code.heading == "Provider"
    assert sheet.unit.name is not None
    assert sheet.unit.name.heading == "Provider name"
    assert sheet.period is not None
    assert sheet.apart == ()
    assert sheet.repeated == 0


def test_a_column_that_is_two_others_divided_tells_what_is_measured() -> None:
    rng = np.random.default_rng(2)
    size = rng.integers(100, 900, 30)
    event = rng.binomial(size, 0.3)
    sheet = profiled(
        unit=[f"A{at}" for at in range(30)],
        b=rng.integers(100, 900, 30),
        c=size,
        d=event,
        e=np.round(1000 * event / size, 2),
    )
    (quotient,) = sheet.quotients
    assert (quotient.event.heading, quotient.size.heading) == ("d", "c")
    assert quotient.scale == 1000
    assert (sheet.pairs[0].event.heading, sheet.pairs[0].size.heading) == ("d", "c")


def test_what_is_suspicious_is_said_without_values() -> None:
    sheet = profiled(
        Org=["A1", "A2", "A3", "England"],
        Late=["3", "*", "-99", "7"],
        Seen=["30", "41", "52", "abc"],
    )
    told = "; ".join(sheet.suspicious)
    assert "'Org' names a total in 1 row" in told
    assert "'Late' has '*' instead of a number in 1 cell" in told
    assert "'Late' has 1 cell below zero, perhaps codes for what is not known" in told
    assert "abc" not in told


def test_dates_of_records_and_rare_levels_are_not_told() -> None:
    sheet = profiled(
        date=["2001-03-07", "2002-04-09", "1946-03-12"] * 4,
        kind=["plain"] * 11 + ["rare"],
        patient_type=["one", "two"] * 6,
    )
    told = str(sheet.to_dict())
    assert "1946" not in told
    assert "rare" not in told


def test_columns_beyond_two_thousand_are_counted_only() -> None:
    frame = pd.DataFrame(np.ones((2, MOST_COLUMNS + 10)))
    frame.columns = [f"c{at}" for at in range(frame.shape[1])]
    sheet = profile_source(open_source(frame)).best
    assert len(sheet.columns) == MOST_COLUMNS
    assert sheet.width == MOST_COLUMNS + 10
