"""The opportunity had all been reported, beside that of what was."""

import numpy as np
import pandas as pd
import pytest

import varstat
from varstat.errors import ModelError, TableError, UsageError
from varstat.present.kind import find_kind

UNITS = 20
QUARTERS = ("2013-14 Q1", "2013-14 Q2")
LOST = {"unit": "u00", "from": QUARTERS[0], "to": QUARTERS[0], "class": "incomplete", "share": 0.5}


def table(quarters=QUARTERS[:1]):
    rng = np.random.default_rng(2)
    rate = 1 / (1 + np.exp(-np.linspace(-0.8, 0.8, UNITS)))
    rows = [
        (f"u{i:02d}", when, rng.binomial(500, rate[i]), 500)
        for i in range(UNITS)
        for when in quarters
    ]
    return pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator"])


def ask(events=None, frame=None, **options):
    given = None if events is None else pd.DataFrame(events)
    options = {"draws": 400, "period": "period", "direction": "higher-is-better"} | options
    return varstat.opportunity(table() if frame is None else frame, events=given, **options)[0]


def test_half_reported_is_twice_the_opportunity_of_the_unit_and_the_rest_stays():
    found, plain = ask([LOST]), ask()
    complete = found.complete
    (unit,) = complete.units
    assert unit.estimate == pytest.approx(2 * unit.reported)
    assert complete.estimate - complete.reported == pytest.approx(unit.reported)
    # What was reported stays as it is.
    assert found.to_frame().equals(plain.to_frame())
    assert plain.complete is None
    assert "Had all been reported it would be" in found.summary()
    (shown,) = find_kind(found).beside(found)
    assert shown.title == "The opportunity had all been reported"
    assert any("A loss that all units share" in note for note in found.notes)


def test_in_one_of_two_quarters_half_reported_is_three_quarters_of_both():
    found = ask([LOST], table(QUARTERS))
    (unit,) = found.complete.units
    # 500 and 500 reported are 1,000 of 1,500.
    assert unit.part == pytest.approx(2 / 3)


def test_a_group_for_each_quarter_takes_the_events_of_its_own():
    found = varstat.opportunity(
        table(QUARTERS),
        period="period",
        by="period",
        direction="higher-is-better",
        draws=100,
        events=pd.DataFrame([LOST]),
    )
    assert [len(each.complete.units) for each in found] == [1, 0]
    assert found[1].complete.estimate == found[1].complete.reported


def test_a_selective_loss_widens_the_total_and_is_bounded():
    chosen = LOST | {"class": "selective loss"}
    found, like = ask([chosen]).complete, ask([LOST]).complete
    assert found.upper - found.lower > like.upper - like.lower
    least, most = found.bounds
    assert least < found.estimate < most
    assert like.bounds is None
    none = ask([chosen], selective_sd=0.0).complete
    assert none.estimate == pytest.approx(like.estimate)


def test_a_share_of_one_is_no_loss():
    complete = ask([LOST | {"share": 1.0}]).complete
    assert complete.units == ()
    assert complete.estimate == complete.reported


def test_what_cannot_be_is_refused():
    with pytest.raises(TableError, match="none of its losses"):
        ask([LOST | {"unit": "elsewhere"}])
    with pytest.raises(ModelError, match="State the share"):
        ask([LOST | {"share": np.nan}])
    with pytest.raises(ModelError, match="of which period"):
        ask([LOST], table().drop(columns="period"), period=None)
    with pytest.raises(UsageError, match=r"up to 0\.5"):
        ask([LOST], prior_incomplete=0.8)
    with pytest.raises(UsageError, match="zero or more"):
        ask([LOST], selective_sd=-1.0)
    with pytest.raises(UsageError, match="one table and indicator"):
        varstat.opportunity([table(), table()], events=pd.DataFrame([LOST]))
