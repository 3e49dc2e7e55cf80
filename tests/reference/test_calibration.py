"""Intervals, coverage and posterior SBC of ten units beside PyMC's (`pymc_nations.py`)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from varstat.data import read_table
from varstat.review.calibration.answers import Answers, answer
from varstat.review.calibration.bounds import cover
from varstat.review.calibration.coverage import review_coverage
from varstat.review.calibration.sbc import review_sbc
from varstat.review.calibration.simulate import Origin, make_origin
from varstat.review.reviewed import Reviewed, make_reviewed

Y = [100, 24, 21, 10, 20, 45, 26, 62, 130, 32]


@pytest.fixture(scope="module")
def found(references: Path) -> dict[str, Any]:
    return dict(json.loads((references / "pymc_nations.json").read_text()))


@pytest.fixture(scope="module")
def reviewed(found: dict[str, Any]) -> Reviewed:
    units = [f"u{i}" for i in range(10)]
    frame = pd.DataFrame({"unit": units, "numerator": Y, "denominator": found["n"]})
    table = read_table(frame, direction="higher-is-better")
    return make_reviewed(table, by={}, target=None, level=0.9, draws=1000, seed=1)


def answers(origin: Origin, nations: list[dict[str, Any]]) -> list[Answers]:
    out = []
    for at, nation in enumerate(nations):
        y = np.array(nation["y"], float)
        frame = origin.frame.assign(numerator=y, event_lower=y, event_upper=y)
        out.append(answer(origin.fit(origin.build(frame), seed=at), origin.rule, level=0.9))
    return out


@pytest.mark.slow
def test_intervals_of_simulated_nations_are_those_of_pymc(
    reviewed: Reviewed, found: dict[str, Any]
) -> None:
    nations = found["nations"]
    own = answers(make_origin(reviewed), nations)
    lower = np.array([each["rate"][0] for each in nations])
    upper = np.array([each["rate"][1] for each in nations])
    width = (upper - lower).mean()
    for values, theirs in (("rate_lower", lower), ("rate_upper", upper)):
        apart = np.array([getattr(each, values) for each in own]) - theirs
        # Ends of 400 draws and of 1,000 dependent ones are some 6% of the width apart.
        assert abs(apart.mean()) < 0.015 * width
        assert apart.std() < 0.12 * width
    ranks = np.array([each["rank"][1] for each in nations])
    assert np.mean(np.abs(np.array([each.rank_upper for each in own]) - ranks) <= 1) > 0.97
    true = np.array([each["true"] for each in nations])
    held = cover(((lower <= true) & (true <= upper)).astype(float), level=0.9)
    own_held = np.array(
        [(each.rate_lower <= t) & (t <= each.rate_upper) for each, t in zip(own, true, strict=True)]
    )
    assert own_held.mean() == pytest.approx(held.share, abs=0.02)


@pytest.mark.slow
def test_coverage_is_that_of_direct_simulation_by_pymc(
    reviewed: Reviewed, found: dict[str, Any]
) -> None:
    nations = found["nations"]
    part = review_coverage(reviewed, refits=100)
    true = np.array([each["true"] for each in nations])
    place = rankdata(-true, axis=1)
    sums = np.array([total(p, np.array(found["n"])) for p in true])
    theirs = {
        "cover_rate": held(true, *ends(nations, "rate")),
        "cover_rank": held(place, *ends(nations, "rank")),
        "cover_total": held(sums, *ends(nations, "total")),
    }
    for name, each in theirs.items():
        direct = cover(each, level=0.9)
        error = np.hypot(direct.mcse, part.mcse[name])
        assert abs(part.values[name] - direct.share) < 3.5 * error, name


@pytest.mark.slow
def test_places_are_spread_as_those_of_pymc(reviewed: Reviewed, found: dict[str, Any]) -> None:
    part = review_sbc(reviewed, refits=100)
    own = part.tables["computation"].set_index("quantity")
    assert part.status == "holds"
    for name in ("intercept", "tau", "total opportunity"):
        places = np.array([each["place"][name] for each in found["nations"]])
        inside = np.mean((places > 0.05) & (places < 0.95))
        error = np.sqrt(0.9 * 0.1 * (1 / 100 + 1 / len(places)))
        assert abs(own.loc[name, "cover_90"] - inside) < 3.5 * error, name


def ends(nations: list[dict[str, Any]], name: str) -> tuple[np.ndarray, np.ndarray]:
    values = [each[name] for each in nations]
    return np.array([each[0] for each in values]), np.array([each[1] for each in values])


def held(true: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    return ((lower <= true) & (true <= upper)).astype(float)


def total(p: np.ndarray, n: np.ndarray) -> float:
    return float((n * np.maximum(np.quantile(p, 0.75) - p, 0.0)).sum())
