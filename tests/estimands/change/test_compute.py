"""A change of simulated nations: it adds up, and says what can be said."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.data.organisations.successors import Successor, SuccessorMap
from varstat.errors import CardError, ModelError, TableError, UsageError
from varstat.estimands.change.compute import compute_change
from varstat.prose.text import MOST_SENTENCES, sentences

PERIODS = [f"{year}-{year % 100 + 1} Q{q}" for year in (2012, 2013) for q in (1, 2, 3, 4)]


def nation(*, units=24, periods=PERIODS, seed=1, size=400, moves=True):
    """A row a unit and period; levels differ, and some move for good."""
    rng = np.random.default_rng(seed)
    level = 0.4 * rng.standard_normal(units)
    shift = np.where(np.arange(units) < 4, 0.8, 0.0) * moves
    rows = []
    for i in range(units):
        for t, period in enumerate(periods):
            theta = level[i] + shift[i] * (t >= len(periods) / 2) + 0.03 * rng.standard_normal()
            n = int(size * (1 + 0.3 * (i % 4)))
            rows.append((f"u{i:02d}", period, rng.binomial(n, 1 / (1 + np.exp(-theta))), n))
    return pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator"])


def change(rows, before=PERIODS[0], after=PERIODS[4], *, direction="higher-is-better", **options):
    table = read_table(rows, period="period", direction=direction)
    return compute_change(table, before=before, after=after, draws=200, **options)[0]


def parts_of(found):
    bridge = found.bridge
    return float(np.sum(bridge.estimate[1:-1])), float(bridge.estimate[-1] - bridge.estimate[0])


@pytest.fixture(scope="module")
def found():
    return change(nation())


def test_the_parts_add_up_to_the_change_of_the_total(found):
    total, whole = parts_of(found)
    assert total == pytest.approx(whole, abs=1e-6)
    assert found.bridge.effect == ("from", "volume", "rate", "target", "to")


def test_each_unit_s_change_is_what_lasts_what_passes_and_chance(found):
    units = found.units
    assert np.allclose(units.lasting + units.passing + units.chance, units.raw_change, atol=1e-12)


def test_who_moved_for_good_is_on_the_list_and_the_break_is_dated(found):
    units = found.units
    assert {"u00", "u01", "u02", "u03"} <= set(units.unit[units.verdict == "improved"])
    at = list(units.unit).index("u01")
    assert units.p_improved[at] > 0.95
    assert units.lasting[at] > 0.05
    if units.p_break[at] >= 0.5:
        assert units.break_at[at] == PERIODS[4]
        assert units.level_after[at] > units.level_before[at]


def test_where_nothing_changed_nobody_is_on_the_list():
    found = change(nation(moves=False, seed=5))
    assert not np.any(found.units.verdict == "improved")


def test_the_worst_fall_back_without_having_changed():
    found = change(nation(units=60, moves=False, seed=2, size=40))
    lasts, raw = found.fallback
    assert raw > 2 * abs(lasts)
    assert "Regression to the mean" in found.summary()
    assert len(sentences(found.summary())) <= MOST_SENTENCES


def test_the_series_has_every_period_with_an_interval(found):
    series = found.series
    assert series.period == tuple(PERIODS)
    assert np.all(series.rate_lower < series.rate)
    assert np.all(series.opportunity < series.opportunity_upper)


def test_a_year_is_compared_with_a_year():
    found = change(nation(), before="2012-13", after="2013-14")
    assert found.spans == ((0, 1, 2, 3), (4, 5, 6, 7))
    (note,) = found.notes
    assert "As if all had been reported" in note


def test_two_quarters_of_different_seasons_are_noted():
    found = change(nation(), before=PERIODS[0], after=PERIODS[5])
    assert any("different seasons" in note for note in found.notes)


def test_of_two_periods_what_lasts_is_refused_and_the_rest_is_said():
    found = change(nation(periods=PERIODS[:2]), after=PERIODS[1])
    assert not found.lasting
    assert np.isnan(found.units.lasting).all()
    assert np.isfinite(found.units.p_changed_in_period).all()
    assert "can't be told" in found.summary()
    total, whole = parts_of(found)
    assert total == pytest.approx(whole, abs=1e-6)
    assert np.allclose(found.units.passing + found.units.chance, found.units.raw_change)


def test_with_what_passes_stated_two_periods_say_what_lasts():
    found = change(nation(periods=PERIODS[:2]), after=PERIODS[1], passing=0.03)
    assert found.lasting
    assert np.isfinite(found.units.lasting).all()


def test_few_units_have_no_lasting_change():
    found = change(nation(units=8))
    assert not found.lasting
    assert any("too few" in note for note in found.notes)


def merged(frame, pairs, since):
    """The same care, with the rows of some units under others' codes from a period on."""
    later = frame["period"].isin(PERIODS[PERIODS.index(since) :])
    codes = frame["unit"].where(~later, frame["unit"].replace(pairs))
    return (
        frame.assign(unit=codes)
        .groupby(["unit", "period"], as_index=False)[["numerator", "denominator"]]
        .sum()
    )


def test_a_merger_is_structure_and_its_break_no_improvement():
    pairs = {"u05": "u06", "u07": "u08"}
    lines = [Successor(predecessor=old, successor=new) for old, new in pairs.items()]
    frame = merged(nation(moves=False), pairs, PERIODS[3])
    with pytest.raises(UsageError, match="2 have data in 2012-13 Q1 alone: u05 and u07"):
        change(frame)
    found = change(frame, successors=SuccessorMap(lines=tuple(lines)))
    assert found.bridge.effect == ("from", "structure", "refit", "volume", "rate", "target", "to")
    assert found.bridge.units == {"from": 24, "to": 22, "common": 22, "exit": 0, "entry": 0}
    total, whole = parts_of(found)
    assert total == pytest.approx(whole, abs=1e-6)
    structure, low, high = found.bridge.of("structure")
    assert low < structure < high
    assert abs(found.bridge.of("refit")[0]) < 0.1 * found.bridge.of("from")[0]
    # No volume was lost on the way.
    assert found.units.size_from.sum() == frame[frame.period == PERIODS[0]].denominator.sum()


def test_a_common_frame_shows_who_left_and_who_came():
    frame = nation(moves=False)
    gone = (frame.unit == "u05") & frame.period.isin(PERIODS[2:])
    come = (frame.unit == "u09") & frame.period.isin(PERIODS[:2])
    found = change(frame[~gone & ~come], frame="common")
    assert found.bridge.units == {"from": 23, "to": 23, "common": 22, "exit": 1, "entry": 1}
    assert {"exit", "entry"} <= set(found.bridge.effect)
    assert not {"u05", "u09"} & set(found.units.unit)
    total, whole = parts_of(found)
    assert total == pytest.approx(whole, abs=1e-6)


def test_lower_may_be_better():
    found = change(nation(), direction="lower-is-better")
    assert {"u00", "u01"} <= set(found.units.unit[found.units.verdict == "worsened"])


def test_every_group_has_its_own(found):
    frame = pd.concat([nation().assign(area="A"), nation(seed=3).assign(area="B")])
    frame["unit"] = frame["area"] + frame["unit"]
    table = read_table(frame, period="period", by="area", direction="higher-is-better")
    both = compute_change(table, before=PERIODS[0], after=PERIODS[4], draws=200)
    assert [each.by for each in both] == [{"area": "A"}, {"area": "B"}]
    assert both[0].bridge.of("to")[0] == pytest.approx(found.bridge.of("to")[0])


def test_a_unit_with_one_period_and_one_with_a_hole_are_taken_as_they_are():
    frame = nation(moves=False)
    once = (frame.unit == "u05") & (frame.period != PERIODS[1])
    hole = (frame.unit == "u06") & (frame.period == PERIODS[2])
    found = change(frame[~once & ~hole])
    assert "u05" not in set(found.units.unit)
    assert "u06" in set(found.units.unit)
    assert any("one period only" in note for note in found.notes)


def test_a_quarter_with_everything_missing_is_a_gap_of_time():
    frame = nation(moves=False)
    frame.loc[frame.period == PERIODS[2], ["numerator", "denominator"]] = 0
    found = change(frame)
    assert PERIODS[2] not in found.series.period
    with pytest.raises(UsageError, match="nothing of it"):
        change(frame, after=PERIODS[2])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"direction": "neither"}, ModelError, "without a direction"),
        ({"level": 95}, UsageError, "Did you mean 0.95"),
        ({"fdr": 0.0}, UsageError, "between 0 and 1"),
        ({"minimal": -1.0}, UsageError, "zero or more"),
        ({"frame": "comon"}, UsageError, "Did you mean 'common'"),
        ({"target": "rightcare"}, ModelError, "a target of all units"),
        ({"after": "Q4 2006"}, TableError, "calendar or a financial quarter"),
        ({"after": PERIODS[0]}, UsageError, "share time"),
    ],
)
def test_what_can_not_be_is_refused_in_words(options, error, message):
    with pytest.raises(error, match=message):
        change(nation(), **options)


def test_one_period_is_no_change():
    with pytest.raises(UsageError, match="there is one, '2012-13 Q1'"):
        change(nation(periods=PERIODS[:1]))


def test_means_are_refused():
    frame = pd.DataFrame(
        {"unit": ["a", "a"], "period": ["2012", "2013"], "value": [1.0, 2.0], "se": [0.1, 0.1]}
    )
    table = read_table(frame, period="period", direction="higher-is-better")
    with pytest.raises(ModelError, match="not of means"):
        compute_change(table, before="2012", after="2013")


def test_a_unit_put_with_other_peers_is_structure_and_no_performance():
    rows = nation(moves=False)
    alike = rows[rows["period"] == PERIODS[0]].copy()
    rows = pd.concat([alike.assign(period=period) for period in PERIODS], ignore_index=True)
    number = rows["unit"].str[1:].astype(int)
    late = rows["period"] >= PERIODS[4]
    rows["kind"] = np.where((number < 12) ^ ((number < 3) & late), "x", "y")
    table = read_table(rows, period="period", direction="higher-is-better", peer_group="kind")
    found = compute_change(table, before=PERIODS[0], after=PERIODS[4], draws=200)[0]
    bridge = found.bridge
    assert bridge.effect[:2] == ("from", "structure")
    total, whole = parts_of(found)
    assert total == pytest.approx(whole, abs=1e-6)
    assert bridge.of("structure")[0] == pytest.approx(whole, rel=0.2)
    assert abs(bridge.of("structure")[0]) > 5 * abs(bridge.of("performance")[0])
    assert any("3 units changed peer group" in note for note in found.notes)
    assert "peer groups" in found.summary()


PRICES = {"unit_cost": 100.0, "price_year": "2016", "cost_source": "a tariff"}


@pytest.mark.parametrize("later", [None, 120.0])
def test_in_money_the_parts_add_up_and_a_new_price_is_one_of_them(later):
    frame = nation(moves=False)
    found = change(frame, unit_cost_to=later, **PRICES)
    events, money = found.bridge, found.money.bridge
    assert money.of("from")[0] == pytest.approx(100.0 * events.of("from")[0])
    assert money.of("to")[0] == pytest.approx((later or 100.0) * events.of("to")[0])
    between, whole = money.estimate[1:-1].sum(), money.of("to")[0] - money.of("from")[0]
    assert between == pytest.approx(whole, abs=1e-9 * money.of("to")[0])
    if later is None:
        np.testing.assert_allclose(money.estimate, 100.0 * events.estimate)
        return
    # A price alone is shared by what was and what is: 20 times the mean of both totals, about.
    share = 20.0 * 0.5 * (events.of("from")[0] + events.of("to")[0])
    assert money.of("unit_cost")[0] == pytest.approx(share, rel=0.1)
    assert "of which the unit cost made" in found.summary()


def test_a_merger_is_priced_as_events_were_then():
    line = Successor(predecessor="u05", successor="u06")
    found = change(
        merged(nation(moves=False), {"u05": "u06"}, PERIODS[3]),
        successors=SuccessorMap(lines=(line,)),
        unit_cost_to=120.0,
        **PRICES,
    )
    assert len(sentences(found.summary())) <= MOST_SENTENCES
    for name in ("structure", "refit"):
        assert found.money.bridge.of(name)[0] == pytest.approx(100.0 * found.bridge.of(name)[0])


def test_a_later_price_alone_is_none():
    with pytest.raises(UsageError, match="state --unit-cost as well"):
        change(nation(moves=False), unit_cost_to=120.0)
    with pytest.raises(CardError, match="price_year and source"):
        change(nation(moves=False), unit_cost=100.0)
