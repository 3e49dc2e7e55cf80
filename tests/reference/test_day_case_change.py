"""Day cases in English trusts, 2013 to 2016: the figures of an independent computation.

A dense Gaussian engine of the same model (800 draws on 150 points of its hyper-parameters), with
intervals of 90%: tolerances allow for its Monte Carlo error and ours.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from varstat.card import load_card
from varstat.data.organisations.frame import Frame
from varstat.estimands.change.bridge import Bridge, build_bridge
from varstat.estimands.change.fitted import fit_panel
from varstat.estimands.change.frames import Standard
from varstat.hierarchical.series.panel import make_panel
from varstat.period.choose import choose_pair
from varstat.period.period import read_periods
from varstat.target.rule import parse_target

pytestmark = pytest.mark.slow
SUCCESSORS = {
    "RCC": "RCB",
    "RVL": "RAL",
    "RC3": "R1K",
    "RV8": "R1K",
    "RD7": "RDU",
    "RFW": "RQM",
    "RLU": "RQ3",
    "RBB": "RD1",
    "RYQ": "RYQ+",
    "RJZ": "RYQ+",
    "RJ2": "RYQ+",
    "RN7": "RYQ+",
    "RJD": "RJD+",
    "RJE": "RJD+",
    "RL4": "RJD+",
}


def panel_of(data: pd.DataFrame, unit: pd.Series):
    """Units by quarters, of 900 admissions a quarter or more in eight quarters or more."""
    sums = data.groupby([unit, "quarter"])[["y", "n"]].sum()
    event, size = (sums[name].unstack("quarter").fillna(0.0) for name in ("y", "n"))
    keep = (size[size > 0].median(axis=1) >= 900) & ((size > 0).sum(axis=1) >= 8)
    event, size = event[keep], size[keep]
    there = size.to_numpy() > 0
    return make_panel(
        np.where(there, event, np.nan),
        np.where(there, size, np.nan),
        periods=[str(label) for label in size.columns],
        unit=list(size.index),
        months=3.0,
    )


@pytest.fixture(scope="module")
def bridge(shared: Path) -> Bridge:
    path = shared / "data" / "mar_hospital_activity_2012_2017.csv"
    data = pd.read_csv(path, parse_dates=["period_date"])
    code = data.provider_org_code
    data = data[code.str.fullmatch("R..")].assign(
        y=data.elective_ga_daycase_admissions_ffces,
        n=data.elective_ga_total_admissions_ffces,
        quarter=data.period_date.dt.to_period("Q-MAR").map(
            lambda q: f"{q.qyear - 1}-{q.qyear % 100:02d} Q{q.quarter}"
        ),
    )
    old = panel_of(data, data.provider_org_code.rename("unit"))
    new = panel_of(data, data.provider_org_code.replace(SUCCESSORS).rename("unit"))
    spans = choose_pair(read_periods(new.periods), "2013", "2016", where="mar.csv")
    card = load_card("daycase")
    fits = [fit_panel(each, spans, card, passing=None, draws=2000, seed=1) for each in (old, new)]
    family = [SUCCESSORS.get(str(each), str(each)) for each in old.unit]
    share = np.array([[code == each for each in family] for code in new.unit], dtype=float)
    # Families of the old frame too small for the new one go nowhere.
    lost = share.sum(axis=0) == 0
    assert not lost.any()
    frame = Frame(old=tuple(old.unit), new=tuple(new.unit), share=share)
    standard = Standard(rule=parse_target("best:0.25"), direction="higher-is-better")
    sides = [each.sides(spans) for each in fits]
    return build_bridge(sides[1], standard, level=0.9, old=sides[0], share=frame.share)


@pytest.mark.parametrize(
    ("name", "expected", "off"),
    [
        ("structure", (-13_624.0, -22_648.0, -6_327.0), 1_500.0),
        ("common_from", (354_200.0, None, None), 1_200.0),
        ("common_to", (387_231.0, None, None), 1_200.0),
        ("volume", (31_943.0, 31_513.0, 32_371.0), 120.0),
        ("rate", (-162_046.0, None, None), 600.0),
        ("target", (163_134.0, None, None), 1_500.0),
        ("performance", (1_088.0, -10_367.0, 13_391.0), 1_500.0),
    ],
)
def test_the_parts_are_those_found_independently(bridge, name, expected, off) -> None:
    for value, wanted in zip(bridge.of(name), expected, strict=True):
        if wanted is not None:
            assert value == pytest.approx(wanted, abs=off)


def test_the_whole_rise_of_those_that_have_both_is_volume(bridge) -> None:
    rise = bridge.of("common_to")[0] - bridge.of("common_from")[0]
    volume, low, high = bridge.of("volume")
    assert abs(rise - volume) < 2_000
    assert low > 0.8 * rise
    assert bridge.of("performance")[1] < 0 < bridge.of("performance")[2]
    assert high < 1.2 * rise
