from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nation_rows import nation, review_of

from varstat.data import read_table
from varstat.review.calibration.coverage import coverage_jobs, review_coverage
from varstat.review.calibration.departures import review_departures
from varstat.review.calibration.sbc import review_sbc
from varstat.review.calibration.simulate import make_origin
from varstat.review.refits import run_refits
from varstat.review.reviewed import make_reviewed
from varstat.review.store import Store

REVIEWS = (review_coverage, review_sbc, review_departures)
MEANS = {
    "unit": [f"u{i:02d}" for i in range(12)],
    "value": np.random.default_rng(3).normal(5.0, 1.0, 12),
    "se": np.random.default_rng(4).uniform(0.2, 0.9, 12),
    "n": 9,
}
NO_EVENTS = nation().assign(numerator=0)
LAYOUTS: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "no direction": (nation(), {}),
    "periods": (
        nation(units=6, periods=3).rename(
            columns={"numerator": "observed", "denominator": "expected"}
        ),
        {
            "period": "period",
            "likelihood": "negative-binomial",
            "direction": "lower-is-better",
        },
    ),
    "peers": (
        nation().assign(kind=lambda f: np.where(f["unit"] < "u06", "a", "b")),
        {"peer_group": "kind", "direction": "higher-is-better"},
    ),
    "covariate": (
        nation().assign(x=np.sin(np.arange(12.0))),
        {"covariates": "x", "direction": "higher-is-better"},
    ),
    "mean": (pd.DataFrame(MEANS), {"count": "n", "direction": "lower-is-better"}),
    "ratio": (
        nation().rename(columns={"numerator": "observed", "denominator": "expected"}),
        {"direction": "lower-is-better"},
    ),
    "no events": (NO_EVENTS, {"direction": "lower-is-better"}),
    "three units": (nation(units=3), {"direction": "higher-is-better"}),
}

# Of two hyper-parameters, each refit a tenth of a second.
QUICK = ("no direction", "mean", "ratio", "no events", "three units")


@pytest.mark.parametrize("layout", QUICK)
def test_every_layout_has_an_answer(layout: str) -> None:
    check_layout(layout)


@pytest.mark.slow
@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - set(QUICK)))
def test_every_layout_of_more_parameters_has_an_answer(layout: str) -> None:
    check_layout(layout)


def check_layout(layout: str) -> None:
    frame, options = LAYOUTS[layout]
    reviewed = review_of(frame, **options)
    part = review_coverage(reviewed, refits=10)
    assert part.status in ("holds", "with care", "fails", "can't tell")
    assert part.values["refits"] == 10
    assert "nan" not in part.sentence
    assert ("published_to_true" in part.values) is (reviewed.opportunity is not None)
    assert ("cover_rank" in part.values) is (reviewed.league.direction != "neither")
    assert set(part.mcse) <= set(part.values)


@pytest.mark.parametrize("review", REVIEWS)
def test_what_can_not_be_simulated_is_left_out(review: Any) -> None:
    part = review(review_of(nation(units=2), direction="higher-is-better"), refits=20)
    assert part.status == "left out"


@pytest.mark.parametrize("review", REVIEWS)
def test_the_same_seed_gives_the_same_part(review: Any, tmp_path: Path) -> None:
    reviewed = review_of(nation(), direction="higher-is-better")
    store = Store(tmp_path / "s.jsonl")
    first = review(reviewed, refits=20, store=store)
    again = review(reviewed, refits=20, store=store)
    assert first.sentence == again.sentence
    assert dict(first.values) == pytest.approx(dict(again.values), nan_ok=True)
    assert all(first.tables[name].equals(again.tables[name]) for name in first.tables)


def test_a_nation_does_not_depend_on_how_many_there_are() -> None:
    reviewed = review_of(nation(), direction="higher-is-better")
    origin = make_origin(reviewed)
    few, many = (coverage_jobs(reviewed, refits=number) for number in (2, 5))
    assert [job.key for job in few] == [job.key for job in many[:2]]
    one, two = run_refits(few, shared=origin), run_refits(many[:2], shared=origin)
    assert repr(one) == repr(two)


def test_too_few_refits_say_nothing() -> None:
    part = review_coverage(review_of(nation(), direction="higher-is-better"), refits=5)
    assert part.status == "can't tell"


def test_places_are_uniform_and_a_quantity_is_named() -> None:
    part = review_sbc(review_of(nation(), direction="higher-is-better"), refits=20)
    table = part.tables["computation"]
    assert part.status == "holds", part.sentence
    assert {"intercept", "tau", "total opportunity"} <= set(table["quantity"])
    bands = part.tables["computation bands"]
    assert set(bands["quantity"]) == set(table["quantity"])
    assert np.all(bands["lower"] < bands["upper"])


@pytest.mark.slow
def test_periods_are_checked_too() -> None:
    frame, options = LAYOUTS["periods"]
    part = review_sbc(review_of(frame, **options), refits=20)
    assert "tau_transient" in set(part.tables["computation"]["quantity"])
    assert part.status != "fails", part.sentence


def test_a_factor_that_nobody_recorded_breaks_intervals() -> None:
    part = review_departures(review_of(nation(units=40), direction="higher-is-better"), refits=50)
    assert part.values["cover_rate[unreported factor]"] < part.values["cover_rate[heavy tails]"]
    assert part.status in ("with care", "can't tell")
    assert {"departure", "meaning", "coverage", "refused"} <= set(part.tables["departures"])


def reference(shared: Path, name: str) -> pd.DataFrame:
    frame = pd.read_csv(shared / "reference" / f"{name}.csv")
    names = {frame.columns[0]: "unit", "y": "numerator", "n": "denominator"}
    return frame.rename(columns=names)[["unit", "numerator", "denominator"]]


@pytest.mark.slow
def test_sim200_computes_as_the_prototype_did(shared: Path) -> None:
    # Of 100 refits: covers .91, .87 and .91 of mu, tau and the opportunity; KS p .88, .60, .81.
    table = read_table(reference(shared, "sim200"), direction="higher-is-better")
    reviewed = make_reviewed(table, by={}, target=None, level=0.9, draws=1000, seed=7)
    part = review_sbc(reviewed, refits=100)
    assert part.status == "holds", part.sentence
    found = part.tables["computation"].set_index("quantity")["cover_90"]
    for name, value in (("intercept", 0.91), ("tau", 0.87), ("total opportunity", 0.91)):
        assert abs(found[name] - value) < 4 * np.sqrt(2 * 0.9 * 0.1 / 100)


@pytest.mark.slow
def test_star98_covers_as_the_prototype_did(shared: Path) -> None:
    # Of 30 refits: covers .891, .908 and .83; posterior over true 1.000, published over true 1.009.
    table = read_table(reference(shared, "star98"), direction="higher-is-better")
    reviewed = make_reviewed(table, by={}, target=None, level=0.9, draws=2000, seed=1)
    part = review_coverage(reviewed, refits=60)
    values = part.values
    assert part.status == "holds", part.sentence
    assert values["cover_rate"] == pytest.approx(0.891, abs=0.02)
    assert values["cover_rank"] == pytest.approx(0.908, abs=0.02)
    assert abs(values["cover_total"] - 0.83) < 3 * np.hypot(0.07, part.mcse["cover_total"])
    assert values["posterior_to_true"] == pytest.approx(1.0, abs=0.01)
    assert values["published_to_true"] == pytest.approx(1.009, abs=0.008)
