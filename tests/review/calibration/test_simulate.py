import numpy as np
import pandas as pd
import pytest
from nation_rows import nation, review_of

from varstat.review.calibration.answers import true_rates
from varstat.review.calibration.sbc import are_sums_enough, pair_rows
from varstat.review.calibration.simulate import choose_draws, make_origin, report, simulate
from varstat.review.reviewed import Reviewed


def test_rows_stand_in_the_order_of_the_design() -> None:
    reviewed = review_of(
        nation(periods=3), period="period", direction="higher-is-better", transient="none"
    )
    origin = make_origin(reviewed)
    design = origin.design
    assert list(origin.frame["unit"]) == [str(design.unit[u]) for u in design.row_unit]
    assert list(origin.frame["period"]) == [design.period[p] for p in design.row_period]
    assert np.array_equal(origin.frame["numerator"], design.event)
    again = origin.build(origin.frame)
    assert np.array_equal(again.matrix, design.matrix)
    assert np.array_equal(again.event, design.event)


def test_rows_with_strata_stand_in_the_order_of_the_design() -> None:
    frame = pd.concat(
        [nation(seed=seed).assign(age=age) for seed, age in ((1, "old"), (2, "young"))]
    )
    reviewed = review_of(frame, stratum="age", direction="higher-is-better")
    origin = make_origin(reviewed)
    levels = [str(origin.design.cell_levels[c][0]) for c in origin.design.row_cell]
    assert list(origin.frame["age"]) == levels
    assert np.array_equal(origin.frame["numerator"], origin.design.event)


def test_the_same_seed_gives_the_same_nation_and_its_mean_is_the_truth() -> None:
    reviewed = review_of(nation(), direction="higher-is-better")
    origin = make_origin(reviewed)
    h, effect = choose_draws(reviewed.posterior, 2, seed=3)
    one = simulate(origin.design, h[0], effect[0], np.random.default_rng(1))
    assert np.array_equal(one, simulate(origin.design, h[0], effect[0], np.random.default_rng(1)))
    rng = np.random.default_rng(2)
    many = np.mean([simulate(origin.design, h[0], effect[0], rng) for _ in range(2000)], axis=0)
    rate = true_rates(origin.known(origin.design, h[0], effect[0]))
    error = np.sqrt(rate * (1 - rate) / origin.design.size / 2000)
    assert np.all(np.abs(many / origin.design.size - rate) < 4.5 * error)


def test_the_first_of_more_draws_are_the_same() -> None:
    posterior = review_of(nation(), direction="higher-is-better").posterior
    h, effect = choose_draws(posterior, 5, seed=3)
    more_h, more_effect = choose_draws(posterior, 9, seed=3)
    assert np.array_equal(h, more_h[:5])
    assert np.array_equal(effect, more_effect[:5])
    # Joint draws: each effect is of the draw of its hyper-parameters.
    at = [int(np.flatnonzero(posterior.hyper[:, 0] == row[0])[0]) for row in h]
    assert np.array_equal(effect, posterior.effects.of_units(0, 12)[at])


def withheld() -> Reviewed:
    """Review a nation of which two units withhold their counts."""
    frame = nation()
    frame["numerator"] = frame["numerator"].astype(object)
    frame.loc[[0, 1], "numerator"] = "*"
    return review_of(frame, direction="higher-is-better", suppressed=[1, 7])


def test_small_counts_are_withheld_as_they_were() -> None:
    origin = make_origin(withheld())
    hidden = np.isnan(origin.design.event)
    assert hidden.sum() == 2
    event = np.where(np.arange(12) % 2 == 0, 5.0, 30.0)
    rows = report(origin.frame, origin.design, event)
    assert np.array_equal(np.isnan(rows["numerator"]), event == 5.0)
    assert set(rows.loc[event == 5.0, "event_lower"]) == {1.0}
    assert set(rows.loc[event == 5.0, "event_upper"]) == {7.0}
    assert np.array_equal(rows.loc[event == 30.0, "event_lower"], event[event == 30.0])


def test_two_reports_are_a_sum_where_that_says_all_and_rows_where_not() -> None:
    reviewed = review_of(nation(), direction="higher-is-better")
    origin = make_origin(reviewed)
    again = np.full(12, 7.0)
    rows = pair_rows(origin, again)
    assert are_sums_enough(origin)
    assert np.array_equal(rows["numerator"], origin.design.event + 7.0)
    assert np.array_equal(rows["denominator"], 2.0 * origin.design.size)
    # A count that is withheld can't be added to another.
    hidden = make_origin(withheld())
    assert not are_sums_enough(hidden)
    both = hidden.build(pair_rows(hidden, np.full(12, 30.0)))
    assert both.rows == 2 * hidden.design.rows
    assert (both.locations, both.transient) == (hidden.design.locations, hidden.design.transient)


@pytest.mark.parametrize("measure", ["count", "mean"])
def test_sums_and_rows_give_the_same_posterior(measure: str) -> None:
    frame = nation()
    if measure == "mean":
        rng = np.random.default_rng(3)
        mean = {"value": rng.normal(5.0, 1.0, 12), "se": rng.uniform(0.2, 0.9, 12)}
        frame = pd.DataFrame({"unit": frame["unit"], "n": 9.0} | mean)
    options = {"count": "n"} if measure == "mean" else {}
    reviewed = review_of(frame, direction="higher-is-better", **options)
    origin = make_origin(reviewed)
    h, effect = choose_draws(reviewed.posterior, 1, seed=3)
    again = simulate(origin.design, h[0], effect[0], np.random.default_rng(1))
    summed = origin.build(pair_rows(origin, again))
    rows = pd.concat([origin.frame, report(origin.frame, origin.design, again)])
    apart = origin.build(rows)
    one, two = origin.fit(summed, seed=1), origin.fit(apart, seed=1)
    for name, values in one.natural().items():
        # Of 400 draws each; means are scaled by the SD of other numbers of rows.
        error = values.std() * np.sqrt(2 / 400)
        assert abs(values.mean() - two.natural()[name].mean()) < 4 * error + 0.02
