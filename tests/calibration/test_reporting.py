"""Intervals of the parts of a change with losses, in nations whose reporting is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from varstat.data import read_table
from varstat.estimands.change.compute import compute_change
from varstat.estimands.change.decompose import State, decompose
from varstat.estimands.completeness.overrule import read_event_file
from varstat.estimands.completeness.posterior import Prior

NATIONS, UNITS, SUSPECTS = 24, 40, 6
PRIOR = Prior(incomplete=0.5)
PERIODS = [f"{year}-{year % 100 + 1} Q{q}" for year in (2012, 2013, 2014) for q in (1, 2, 3, 4)]
BEFORE, AFTER = 5, 9
PARTS = ("completeness", "volume", "rate", "target", "performance", "complete_change")


def simulate(seed):
    """Rates and volumes that walk; of one quarter, suspect returns are incomplete by the prior."""
    rng = np.random.default_rng(seed)
    shape = (UNITS, len(PERIODS))
    level = 0.4 * rng.standard_normal((UNITS, 1)) + np.cumsum(
        0.05 * rng.standard_normal(shape), axis=1
    )
    rate = 1 / (1 + np.exp(-level - 0.03 * rng.standard_normal(shape)))
    size = np.log(rng.uniform(800, 4000, (UNITS, 1)))
    size = size + np.cumsum(0.02 * rng.standard_normal(shape), axis=1)
    whole = np.exp(size + 0.03 * rng.standard_normal(shape)).round()
    part = np.ones(shape)
    suspect = 1 / (1 + np.exp(-PRIOR.centre - PRIOR.spread * rng.standard_normal(SUSPECTS)))
    lost = rng.random(SUSPECTS) < PRIOR.incomplete
    part[:SUSPECTS, AFTER] = np.where(lost, suspect, 1.0)
    reported = rng.binomial(whole.astype(int), part)
    return rate, whole, reported, rng.binomial(reported, rate)


def true_parts(rate, whole, reported):
    """What the parts are with everything known."""

    def state(t):
        target = np.quantile(rate[:, t], 0.75)
        return State(
            completeness=reported[:, t] / whole[:, t],
            volume=whole[:, t],
            mix=np.ones((UNITS, 1)),
            unit_cost=1.0,
            rate=rate[None, :, t, None],
            target=np.array([[[target]]]),
        )

    found = decompose(state(BEFORE), state(AFTER), direction=1.0)
    effects = {name: float(values[0]) for name, values in found.effects.items()}
    effects["performance"] = float(found.performance[0])
    effects["complete_change"] = float(found.complete_after[0] - found.complete_before[0])
    return effects


def find_parts(reported, events):
    """What is found of what was reported, told which returns are suspect."""
    rows = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02d}" for i in range(UNITS)], len(PERIODS)),
            "period": np.tile(PERIODS, UNITS),
            "numerator": events.ravel(),
            "denominator": reported.ravel(),
        }
    )
    lost = pd.DataFrame(
        {
            "unit": [f"u{i:02d}" for i in range(SUSPECTS)],
            "from": PERIODS[AFTER],
            "to": PERIODS[AFTER],
            "class": "incomplete",
        }
    )
    return compute_change(
        read_table(rows, period="period", direction="higher-is-better"),
        before=PERIODS[BEFORE],
        after=PERIODS[AFTER],
        events=read_event_file(lost),
        prior=PRIOR,
        level=0.9,
        draws=500,
    )[0].bridge


@pytest.mark.slow
def test_90_percent_intervals_of_the_parts_hold_the_truth_nine_times_in_ten():
    held = dict.fromkeys(PARTS, 0)
    for seed in range(NATIONS):
        rate, whole, reported, events = simulate(seed)
        truth, bridge = true_parts(rate, whole, reported), find_parts(reported, events)
        for name in PARTS:
            _, lower, upper = bridge.of(name)
            held[name] += lower <= truth[name] <= upper
    least = binom.ppf(0.002, NATIONS, 0.9)
    assert min(held.values()) >= least, held
