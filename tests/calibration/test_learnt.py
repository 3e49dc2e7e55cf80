"""Under the default, totals are right in nations whose effects aren't normal."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import varstat

UNITS = 60
NATIONS = {"rarebad": 40, "bimodal": 40, "t2": 40, "onesided": 40, "normal": 120}
# The least share of nations whose total the 90% interval may hold: three standard errors below
# 0.84, which is the least that the table of docs/methods/when-wrong.md may say.
LEAST = dict.fromkeys(NATIONS, 0.66) | {"normal": 0.84}


def effects_of(kind, rng):
    match kind:
        case "rarebad":
            u = np.where(rng.random(UNITS) < 0.15, 0.9, 0.0) + 0.1 * rng.normal(size=UNITS)
        case "bimodal":
            u = 0.4 * rng.choice([-1, 1], UNITS) + 0.05 * rng.normal(size=UNITS)
        case "t2":
            u = 0.2 * rng.standard_t(2, UNITS)
        case "onesided":
            u = 0.4 * rng.exponential(size=UNITS) - 0.3
        case _:
            u = 0.3 * rng.normal(size=UNITS)
    return -1.5 + u


def run(kind):
    held, ratio, used, failed = 0, np.zeros(2), 0, 0
    for nation in range(NATIONS[kind]):
        rng = np.random.default_rng([78, nation])
        size = np.maximum(np.round(np.exp(rng.normal(np.log(300), 0.8, UNITS))), 3).astype(int)
        rate = expit(effects_of(kind, rng))
        frame = pd.DataFrame(
            {
                "unit": [f"u{i:02}" for i in range(UNITS)],
                "numerator": rng.binomial(size, rate),
                "denominator": size,
            }
        )
        table = varstat.read_table(frame, direction="lower-is-better")
        fits = varstat.fit_model(table, draws=1000)
        found = varstat.compute_opportunity(fits, level=0.9)[0]
        true = float(size @ np.maximum(rate - np.quantile(rate, 0.25), 0.0))
        held += found.total.lower <= true <= found.total.upper
        ratio += found.total.estimate, true
        used += fits[0].design.effects.name != "normal"
        failed += not found.diagnostics.passed
    nations = NATIONS[kind]
    return held / nations, ratio[0] / ratio[1], used / nations, failed / nations


@pytest.mark.slow
@pytest.mark.parametrize("kind", LEAST)
def test_the_interval_of_the_total_holds_the_truth(kind):
    held, ratio, used, failed = run(kind)
    assert held >= LEAST[kind]
    assert ratio == pytest.approx(1.0, abs=0.15)
    assert failed <= 0.12
    if kind == "normal":
        # Of one in six the shape or the spread is in doubt by chance.
        assert used <= 0.16 + 3.0 * np.sqrt(0.16 * 0.84 / NATIONS[kind])
