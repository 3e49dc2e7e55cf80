"""A league of one of several periods: of where units stand then, and not of their average."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import rankdata

import varstat
from varstat.analysis.run import run

QUARTERS = [f"{year}-{year % 100 + 1} Q{q}" for year in (2013, 2014) for q in (1, 2, 3, 4)]


def drifting(seed=1, units=60):
    """A nation whose levels walk, some with a break, and its true rates in the last quarter."""
    rng = np.random.default_rng(seed)
    length = len(QUARTERS)
    steps = np.column_stack(
        [0.5 * rng.standard_normal(units), 0.08 * rng.standard_normal((units, length - 1))]
    )
    broken = (rng.random(units) < 0.2)[:, None]
    since = np.arange(length) >= rng.integers(1, length, units)[:, None]
    jump = np.where(broken & since, 0.3 * rng.standard_normal((units, 1)), 0.0)
    level = -1.0 + np.cumsum(steps, axis=1) + jump
    size = rng.integers(300, 1500, (units, length))
    event = rng.binomial(size, expit(level + 0.03 * rng.standard_normal((units, length))))
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02}" for i in range(units)], length),
            "quarter": np.tile(QUARTERS, units),
            "numerator": event.ravel(),
            "denominator": size.ravel(),
        }
    )
    return frame, expit(level[:, -1])


def league(frame, **said):
    return varstat.league(frame, period="quarter", direction="higher-is-better", draws=600, **said)[
        0
    ]


def true_ranks(found, truth):
    place = [int(unit[1:]) for unit in found.units.unit]
    return rankdata(-truth)[place], truth[place]


@pytest.fixture(scope="module")
def nation():
    return drifting()


@pytest.fixture(scope="module")
def last(nation):
    return league(nation[0], at="last")


def test_ranks_of_the_last_period_are_nearer_to_it_than_those_of_all_counts_or_the_last(
    nation, last
):
    frame, truth = nation
    ranks, _ = true_ranks(last, truth)
    assert last.at == "2014-15 Q4"
    off = np.mean(np.abs(last.units.expected_rank - ranks))
    # A league of the average is about that of all counts added up.
    whole = frame.groupby("unit")[["numerator", "denominator"]].sum()
    average = rankdata(-whole.numerator / whole.denominator)
    assert off < 0.7 * np.mean(np.abs(average - rankdata(-truth)))
    # And one of the last counts alone has their noise.
    alone = rankdata(-last.units.raw)
    assert off < np.mean(np.abs(alone - ranks))


def test_intervals_hold_the_true_level_of_then(nation, last):
    ranks, rates = true_ranks(last, nation[1])
    units = last.units
    assert np.mean((units.lower <= rates) & (rates <= units.upper)) >= 0.85
    assert np.mean((units.rank_lower <= ranks) & (ranks <= units.rank_upper)) >= 0.85


def test_ranks_are_those_that_a_change_ends_with(nation, last):
    options = {"period": "quarter", "direction": "higher-is-better", "draws": 600}
    (found,) = varstat.change(nation[0], (QUARTERS[0], QUARTERS[-1]), **options)
    ends = dict(zip(found.units.unit, found.units.rank_to, strict=True))
    np.testing.assert_allclose([ends[unit] for unit in last.units.unit], last.units.expected_rank)


def test_it_says_of_which_time_it_is(last):
    assert last.notes[0].startswith("Estimates and ranks are of where units stand in 2014-15 Q4")
    assert "a series of 8 periods, 2013-14 Q1 to 2014-15 Q4" in last.notes[0]
    assert "Ranks are of underlying rates in 2014-15 Q4" in last.summary()
    assert last.model["series"]["periods"] == QUARTERS
    assert {"tau", "step", "passing", "share", "jump"} <= set(last.hyperparameters.name)


def test_what_was_asked_can_be_asked_again(nation):
    frame = nation[0][nation[0].quarter < "2014"]
    asked = {"period": "quarter", "direction": "higher-is-better", "draws": 100}
    made = varstat.league(frame, at="2013-14Q3", **asked)
    again = varstat.Specification.from_dict(made.provenance.to_dict())
    assert (again.asking.at, made[0].at) == ("2013-14Q3", "2013-14 Q3")
    found = run(again, sources={"data frame": frame})
    pd.testing.assert_frame_equal(found.to_frame(), made.to_frame())


def test_of_one_period_there_is_no_time_to_name(nation):
    frame = nation[0]
    one = league(frame[frame.quarter == QUARTERS[0]])
    assert one.at is None
    assert not any("where units stand" in note for note in one.notes)


@pytest.mark.slow
def test_over_nations_intervals_hold_as_often_as_they_say():
    held, ranked = [], []
    for seed in range(8):
        frame, truth = drifting(seed + 100)
        found = league(frame, at="last")
        ranks, rates = true_ranks(found, truth)
        units = found.units
        held.append(np.mean((units.lower <= rates) & (rates <= units.upper)))
        ranked.append(np.mean((units.rank_lower <= ranks) & (ranks <= units.rank_upper)))
    # Of 480 units 95% is known to a point; units of a nation share its path and its SDs.
    assert 0.91 <= np.mean(held) <= 0.98
    assert 0.91 <= np.mean(ranked) <= 0.99
