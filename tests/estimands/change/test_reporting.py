"""What wasn't reported in a change: its own factor, and no other."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import ModelError, TableError, UsageError
from varstat.estimands.change.bridge import Sides, build_bridge
from varstat.estimands.change.compute import compute_change
from varstat.estimands.change.frames import Standard
from varstat.estimands.change.unreported import carry_missing
from varstat.estimands.completeness.missing import Missing
from varstat.estimands.completeness.overrule import read_event_file
from varstat.measure import PROPORTION
from varstat.target.rule import parse_target

PERIODS = [f"{year}-{year % 100 + 1} Q{q}" for year in (2012, 2013, 2014) for q in (1, 2, 3, 4)]
UNITS = 24
LOST = {"unit": "u03", "from": PERIODS[5], "to": PERIODS[5], "class": "incomplete"}


def nation(lost=1.0, *, unit="u03", period=PERIODS[5], seed=1):
    """A row a unit and quarter; one unit reports a part of one of them."""
    rng = np.random.default_rng(seed)
    level = 0.4 * rng.standard_normal(UNITS)
    rows = []
    for i in range(UNITS):
        for when in PERIODS:
            n = int(3000 * (1 + 0.3 * (i % 4)) * np.exp(0.01 * rng.standard_normal()))
            if (f"u{i:02d}", when) == (unit, period):
                n = round(n * lost)
            rows.append((f"u{i:02d}", when, round(n / (1 + np.exp(-level[i]))), n))
    return pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator"])


def change(rows, events=None, *, before=PERIODS[1], after=PERIODS[5], **options):
    table = read_table(rows, period="period", direction="higher-is-better")
    file = None if events is None else read_event_file(pd.DataFrame(events))
    options = {"draws": 200, "target": "rate:0.6"} | options
    return compute_change(table, before=before, after=after, events=file, **options)[0]


@pytest.mark.parametrize("target", ["pooled", "best:0.25", "median", "leave-one-out"])
@pytest.mark.parametrize("selective", [False, True])
def test_where_only_reporting_changes_all_of_the_change_is_completeness(target, selective):
    rng = np.random.default_rng(3)
    draws, units = 50, 12
    rate = 1 / (1 + np.exp(-rng.normal(0, 0.5, (draws, units))))
    whole = rng.uniform(100, 900, units)
    part = np.where(np.arange(units) < 4, 0.7, 1.0)
    missing = Missing(
        unit=np.arange(4),
        period=np.ones(4, dtype=np.int64),
        volume=np.tile((whole * (1 - part))[:4], (draws, 1)),
        selective=np.full(4, selective),
    )
    lost = carry_missing(
        missing, np.eye(units), ((0,), (1,)), PROPORTION, spread=np.full(draws, 0.6), seed=1
    )
    # What was reported has the rates of all activity, moved by what was left out.
    seen = rate.copy()
    if selective:
        own = np.linspace(0.01, 0.99, 40_001)
        for at in range(4):
            for s in range(draws):
                given = np.log(own / (1 - own)) + lost.deviation[1][s, at]
                all_of = own + 0.3 * (1 / (1 + np.exp(-given)) - own)
                seen[s, at] = np.interp(rate[s, at], all_of, own)
    sides = Sides(
        rate=(rate, seen),
        volume=(whole, whole * part),
        group=(np.full(units, None, dtype=object),) * 2,
        unreported=lost,
    )
    standard = Standard(rule=parse_target(target), direction="lower-is-better")
    bridge = build_bridge(sides, standard, level=0.9)
    whole_change = bridge.of("change")[0]
    assert abs(whole_change) > 1.0
    assert bridge.of("completeness") == pytest.approx(bridge.of("change"), abs=1e-3)
    for name in ("volume", "rate", "target", "performance"):
        assert bridge.of(name) == pytest.approx((0, 0, 0), abs=1e-3)
    assert bridge.of("complete_change") == pytest.approx((0, 0, 0), abs=1e-3)


def test_a_stated_share_is_taken_as_it_is_and_the_parts_add_up():
    found = change(nation(0.6), [LOST | {"share": 0.6}])
    bridge = found.bridge
    assert bridge.effect == ("from", "completeness", "volume", "rate", "target", "to")
    assert np.sum(bridge.estimate[1:-1]) == pytest.approx(np.diff(bridge.estimate[[0, -1]])[0])
    (row,) = found.reporting.rows
    assert (row.unit, row.period, row.estimate) == ("u03", PERIODS[5], pytest.approx(0.6))
    plain = change(nation(0.6)).bridge
    # The totals are those of what was reported, whoever looks.
    for name in ("from", "to", "change"):
        assert bridge.of(name) == pytest.approx(plain.of(name))
    assert "completeness" not in plain.effect
    assert bridge.of("volume")[0] - plain.of("volume")[0] == pytest.approx(
        -bridge.of("completeness")[0], rel=0.05
    )


def test_without_a_share_it_is_found_from_the_unit_s_own_volumes():
    found = change(nation(0.6), [LOST])
    (row,) = found.reporting.rows
    assert row.lower < 0.6 < row.upper
    assert row.upper - row.lower < 0.15
    low, high = found.bridge.of("completeness")[1:]
    assert low < high


def test_where_no_quarter_was_sent_its_volume_is_found_and_no_unit_leaves():
    rows = nation(0.0)
    rows = rows[rows["denominator"] > 0]
    sent = LOST | {"class": "not submitted"}
    with pytest.raises(UsageError, match="data in"):
        change(rows)
    found = change(rows, [sent])
    (row,) = found.reporting.rows
    assert (row.estimate, row.reported) == (0.0, 0.0)
    assert found.bridge.units["exit"] == 0
    assert len(found.units.unit) == UNITS - 1
    full = change(nation(1.0)).bridge
    assert found.bridge.of("complete_to")[0] == pytest.approx(full.of("to")[0], rel=0.05)


def test_an_event_in_months_is_placed_among_quarters():
    month = {"unit": "u03", "from": "2013-08", "to": "2013-08", "class": "not submitted"}
    found = change(nation(2 / 3), [month])
    (row,) = found.reporting.rows
    assert row.estimate == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("class_", "share", "part"), [("not submitted", np.nan, 1 / 3), ("incomplete", 0.4, 0.6)]
)
def test_losses_of_two_months_of_a_quarter_add_up(class_, share, part):
    months = [
        LOST | {"from": month, "to": month, "class": class_, "share": share}
        for month in ("2013-07", "2013-09")
    ]
    (row,) = change(nation(part), months).reporting.rows
    assert row.estimate == pytest.approx(part)


def test_a_year_with_one_short_quarter_has_the_part_that_was_reported():
    found = change(nation(0.6), [LOST | {"share": 0.6}], before="2012-13", after="2013-14")
    (row,) = found.reporting.rows
    assert row.estimate == pytest.approx(0.9, abs=0.01)


def test_a_year_keeps_its_total_though_the_short_quarter_s_rate_is_another():
    rows = nation(0.2)
    rows.loc[rows["period"] == PERIODS[5], "numerator"] //= 3
    found, plain = (
        change(rows, events, before="2012-13", after="2013-14")
        for events in ([LOST | {"share": 0.2}], None)
    )
    for name in ("from", "to", "change"):
        assert found.bridge.of(name) == pytest.approx(plain.bridge.of(name))
    assert found.to_frame().equals(plain.to_frame())
    assert found.bridge.estimate[1:-1].sum() == pytest.approx(found.bridge.of("change")[0])


def test_a_selective_loss_has_a_spread_and_bounds():
    chosen = LOST | {"class": "selective loss", "share": 0.6}
    found = change(nation(0.6), [chosen])
    tau = found.reporting.selective_sd
    assert 0.2 < tau < 0.8
    assert set(found.bridge.bounds) == {"completeness", "rate", "target", "performance"}
    none, everyone = found.bridge.bounds["rate"]
    assert everyone < none
    exact = change(nation(0.6), [chosen], selective_sd=0.0)
    like = change(nation(0.6), [LOST | {"share": 0.6}])
    assert exact.bridge.of("rate") == pytest.approx(like.bridge.of("rate"))
    low, high = found.bridge.of("rate")[1:]
    assert high - low > np.diff(like.bridge.of("rate")[1:])[0]


def test_a_unit_that_reported_a_selection_is_not_called_improved():
    rows = nation(0.6)
    chosen = (rows["unit"] == "u03") & rows["period"].isin(PERIODS[5:])
    rows.loc[chosen, "numerator"] = rows.loc[chosen, "denominator"] * 9 // 10
    verdicts = [
        dict(zip(found.units.unit, found.units.verdict, strict=True))["u03"]
        for found in (change(rows), change(rows, [LOST | {"class": "selective loss"}]))
    ]
    assert verdicts == ["improved", "reporting"]


def test_events_that_are_no_losses_move_nothing_and_are_counted():
    others = [LOST | {"class": "spike"}, LOST | {"from": "2019-20 Q1", "to": "2019-20 Q1"}]
    found = change(nation(), others)
    assert found.bridge.of("completeness") == (0.0, 0.0, 0.0)
    assert "1 of its events is no loss and 1 of its losses is of other" in found.notes[-2]


def test_what_was_reported_is_said_to_be_taken_for_all_without_events():
    assert any("As if all had been reported" in note for note in change(nation()).notes)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([LOST | {"unit": "u99"}], "none of its losses"),
        ([LOST | {"from": "autumn"}], "no period that the table's tell"),
        ([LOST | {"from": PERIODS[6]}], "ends before it starts"),
        ([LOST | {"share": 1.5}], "above 0 and up to 1"),
        ([LOST | {"unit": None}], "is missing"),
        ([LOST | {"class": "lost"}], "isn't one of"),
    ],
)
def test_events_that_cannot_be_are_refused(events, words):
    with pytest.raises(TableError, match=words):
        change(nation(), events)


def test_a_share_that_volumes_cannot_tell_must_be_stated():
    rows = nation(0.6)
    short = rows[rows["period"].isin(PERIODS[3:8])]
    with pytest.raises(ModelError, match="State the share"):
        change(short, [LOST], before=PERIODS[4])
    only = rows[(rows["unit"] != "u03") | rows["period"].isin(PERIODS[1:6])]
    with pytest.raises(ModelError, match="u03: losses without a share"):
        change(only, [LOST])
    yearly = rows.replace({"period": {PERIODS[1]: "2001", PERIODS[5]: "2002"}})
    yearly = yearly[yearly["period"].str.len() == 4]
    with pytest.raises(ModelError, match="no months or quarters"):
        change(yearly, [LOST | {"from": "2002", "to": "2002"}], before="2001", after="2002")
