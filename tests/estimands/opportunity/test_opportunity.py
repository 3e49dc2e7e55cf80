"""Opportunities: what is counted, for whom, and what it is made of."""

import numpy as np
import pytest
from designs import all_effects, fits_of, half_normal, make_design, make_posterior
from scipy.special import expit

import varstat
from varstat.errors import CardError, ModelError, UsageError
from varstat.estimands import combine_opportunities, compute_opportunity
from varstat.estimands.opportunity.shapley import share_out

RNG = np.random.default_rng(8)
UNITS = 24
SIZE = RNG.integers(80, 900, UNITS)
EVENT = RNG.binomial(SIZE, expit(-0.4 + 0.5 * RNG.normal(size=UNITS)))
PEERS = ["big" if size > 400 else "small" for size in SIZE]


def posterior_of(event=EVENT, size=SIZE, **said):
    said = {"direction": "lower-is-better"} | said
    draws = said.pop("draws", 600)
    return make_posterior(make_design(event, size, **said), draws=draws)


def find(posterior, **said):
    return compute_opportunity(fits_of(posterior), **said)[0]


def in_order(found, name):
    """A column of the units in the order of their codes."""
    order = np.argsort(found.units.unit.astype(str))
    return getattr(found.units, name)[order]


def test_the_floor_and_the_target_are_taken_in_every_draw():
    posterior = posterior_of()
    rate = expit(posterior.beta[:, [0]] + all_effects(posterior))
    gap = np.maximum(rate - np.quantile(rate, 0.25, axis=1)[:, None], 0.0) * SIZE
    found = find(posterior, level=0.9)
    np.testing.assert_allclose(in_order(found, "estimate"), gap.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(found.draws, gap.sum(axis=1), atol=1e-7)
    ends = np.quantile(gap.sum(axis=1), [0.05, 0.95])
    np.testing.assert_allclose([found.total.lower, found.total.upper], ends, atol=1e-7)


@pytest.mark.parametrize("target", ["pooled", "median", "best:0.4", "rate:0.3"])
@pytest.mark.parametrize("direction", ["lower-is-better", "higher-is-better"])
def test_every_target_within_peer_groups_is_that_of_the_groups_own_rates(target, direction):
    posterior = posterior_of(peer_group=PEERS, direction=direction)
    design = posterior.design
    rate = expit(posterior.beta @ design.reference.T + all_effects(posterior))
    expected = np.zeros(len(rate))
    sign = 1 if direction == "lower-is-better" else -1
    for group in ("big", "small"):
        inside = design.peer_group == group
        some, weight = rate[:, inside], design.size[inside]
        match target.partition(":")[0]:
            case "pooled":
                goal = some @ (weight / weight.sum())
            case "median":
                goal = np.median(some, axis=1)
            case "best":
                goal = np.quantile(some, 0.4 if sign == 1 else 0.6, axis=1)
            case _:
                goal = np.full(len(some), 0.3)
        expected += (np.maximum(sign * (some - goal[:, None]), 0.0) * weight).sum(axis=1)
    found = find(posterior, target=target)
    np.testing.assert_allclose(found.draws, expected, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"peer_group": PEERS},
        {"covariates": {"age": RNG.normal(size=UNITS)}},
        {"peer_group": PEERS, "covariates": {"age": RNG.normal(size=UNITS)}},
    ],
    ids=["chance", "peer groups", "case-mix", "both"],
)
def test_the_parts_of_the_waterfall_add_up(said):
    found = find(posterior_of(**said), subtotals={"three": ["u000", "u001", "u002"]})
    fall = found.waterfall
    for whole in (fall.estimate, fall.unit_estimate, fall.subtotal_estimate):
        np.testing.assert_allclose(whole[0], whole[1:].sum(axis=0), atol=1e-9, rtol=1e-12)
    np.testing.assert_allclose(fall.estimate[0], found.total.published)
    np.testing.assert_allclose(fall.estimate[-1], found.total.estimate)
    np.testing.assert_allclose(fall.unit_estimate[0], found.units.published, atol=1e-9)
    parts = {"covariates": "casemix", "peer_group": "peer_group"}
    assert fall.component[1:-1] == ("chance", *(parts[key] for key in sorted(said)))


def test_under_a_named_rule_the_published_figure_stays_within_its_peers(shared):
    table = varstat.read_table(
        shared / "cases" / "peer-median-published.csv",
        direction="lower-is-better",
        peer_group="quintile",
    )
    fits = varstat.fit_model(table, draws=300)
    for target, published, start in (
        ("hrrp", 228.50, "crude"),
        ("model-hospital-median", 228.50, "crude"),
        ("median", 533.94, "published"),
    ):
        found = compute_opportunity(fits, target=target)[0]
        assert found.total.published == pytest.approx(published, abs=0.005)
        assert found.waterfall.component[0] == start
        assert found.waterfall.estimate[0] == pytest.approx(533.94, abs=0.005)
        assert f"{start} rates" in found.summary() or start == "published"


def test_the_waterfall_starts_from_the_published_figure_if_it_goes_by_that_name():
    found = find(strata_posterior())
    assert found.waterfall.component[0] == "crude"
    assert found.waterfall.estimate[0] != pytest.approx(found.total.published)


def test_with_one_stratum_all_is_as_without():
    plain = find(posterior_of())
    one = posterior_of(strata={"procedure": ["hip"] * UNITS})
    found = find(one)
    np.testing.assert_allclose(found.draws, plain.draws, rtol=1e-9)
    assert found.total.published == pytest.approx(plain.total.published)


def cells(seed=3, units=16):
    """Rows of units by two strata, whose mix differs between units."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), 2)
    kind = np.tile(["hard", "easy"], units)
    size = rng.integers(30, 600, 2 * units)
    logit = np.where(kind == "hard", 0.6, -0.8) + 0.4 * rng.normal(size=units)[unit]
    return unit, kind, size, rng.binomial(size, expit(logit))


def strata_posterior(**said):
    unit, kind, size, event = cells()
    names = [f"u{at:02d}" for at in unit]
    return posterior_of(event, size, unit=names, strata={"kind": kind}, **said)


def test_with_strata_units_are_held_against_the_target_at_their_own_case_mix():
    posterior = strata_posterior()
    design = posterior.design
    assert design.locations == ("intercept", "stratum[kind: 1]")
    effect, beta = all_effects(posterior), posterior.beta
    shift = beta @ design.cells.T
    reference = sum(
        weight * expit(beta[:, [0]] + effect + shift[:, [cell]])
        for cell, weight in enumerate(design.cell_weight)
    )
    goal = np.quantile(reference, 0.25, axis=1)
    # The level at which the reference population has that rate, by bisection.
    low, high = np.full(len(goal), -20.0), np.full(len(goal), 20.0)
    for _ in range(80):
        middle = 0.5 * (low + high)
        rate = sum(
            weight * expit(middle + shift[:, cell])
            for cell, weight in enumerate(design.cell_weight)
        )
        low, high = np.where(rate < goal, middle, low), np.where(rate < goal, high, middle)
    expected = np.zeros(len(goal))
    for row in range(design.rows):
        move = shift[:, design.row_cell[row]]
        own = expit(beta[:, 0] + effect[:, design.row_unit[row]] + move)
        gap = design.size[row] * (own - expit(low + move))
        expected += np.where(beta[:, 0] + effect[:, design.row_unit[row]] > low, gap, 0.0)
    found = find(posterior)
    np.testing.assert_allclose(found.draws, expected, rtol=1e-8, atol=1e-6)


def test_with_strata_the_published_figure_is_of_ratios_to_the_expected():
    unit, kind, size, event = cells()
    rate = {each: event[kind == each].sum() / size[kind == each].sum() for each in set(kind)}
    expected = np.bincount(unit, weights=size * np.array([rate[each] for each in kind]))
    observed = np.bincount(unit, weights=event)
    goal = np.quantile(observed / expected, 0.25)
    found = find(strata_posterior())
    published = np.maximum(observed - goal * expected, 0.0)
    np.testing.assert_allclose(in_order(found, "published"), published)
    assert any("kind" in note for note in found.notes)
    assert found.interactions[0].factor == "kind"


def test_who_treats_what_nobody_else_does_carries_nothing_and_sets_no_target():
    unit, kind, size, event = cells()
    names = [f"u{at:02d}" for at in unit]
    kind = np.where(unit == 0, np.where(kind == "hard", "rare", "rarer"), kind)
    event = np.where(unit == 0, size - 1, event)
    posterior = posterior_of(event, size, unit=names, strata={"kind": kind})
    found = find(posterior)
    alone = in_order(found, "comparable")
    assert not alone[0]
    assert alone[1:].all()
    assert np.isnan(in_order(found, "estimate")[0])
    assert in_order(found, "published")[0] >= 0
    assert found.units.unit[-1] == "u00"
    assert "not comparable" in " ".join(found.notes)
    kept = find(posterior, incomparable="include")
    assert np.isfinite(in_order(kept, "estimate")).all()
    assert not in_order(kept, "comparable")[0]


def test_the_only_unit_of_its_peer_group_is_compared_with_nobody():
    found = find(posterior_of(peer_group=["alone", *["others"] * (UNITS - 1)]))
    assert np.isnan(in_order(found, "estimate")[0])
    np.testing.assert_allclose(
        found.waterfall.estimate[0], found.waterfall.estimate[1:].sum(), atol=1e-9
    )


def test_one_unit_alone_has_no_opportunity_to_speak_of():
    found = find(posterior_of([12], [40]))
    assert found.total.estimate == 0
    assert "No unit can be compared" in found.summary()


def test_identical_units_have_what_chance_gives_and_are_told_so():
    found = find(posterior_of([40] * 30, [100] * 30))
    assert found.total.published == 0
    assert found.total.estimate < found.total.chance_expected
    assert "chance" in found.summary()


def test_two_far_better_units_among_equals_differ_though_their_total_does_not_show_it():
    event = [6, 6, *([30] * 9), *([32] * 9)]
    found = find(posterior_of(event, [300] * 20, direction="lower-is-better"))
    assert found.total.published <= found.total.chance_upper
    assert found.homogeneity.p_value < 0.001
    assert "differ by more than chance (p = 0.001)" in found.summary()
    assert "is what chance gives" not in found.summary()


def test_what_chance_gives_has_the_total_that_was_reported():
    rng = np.random.default_rng(4)
    size = np.round(np.exp(rng.normal(6.0, 0.8, 120))).astype(int)
    event = rng.binomial(size, expit(-4.5 + rng.normal(size=120)))
    posterior = posterior_of(event, size, direction="lower-is-better")
    found = find(posterior, target="rate:0.02")
    drawn = rng.binomial(size, event.sum() / size.sum(), (4000, 120))
    expected = np.maximum(drawn - 0.02 * size, 0.0).sum(axis=1).mean()
    assert found.total.chance_expected == pytest.approx(expected, rel=0.06)


def test_raw_rates_give_too_much_only_of_the_same_parts():
    rng = np.random.default_rng(2)
    kind = ["small", "large"] * 30
    size = np.full(60, 120)
    event = rng.binomial(size, expit(-1.0 + 0.3 * rng.normal(size=60)))
    for peers, said in ((None, True), (kind, False)):
        found = find(posterior_of(event, size, peer_group=peers))
        assert found.total.plug_in < found.total.estimate < found.total.published
        assert ("raw rates give too much" in found.summary()) == said


def test_a_mean_counts_its_cases():
    value, se = RNG.normal(6.0, 1.0, 12), RNG.uniform(0.1, 0.5, 12)
    count = RNG.integers(50, 500, 12)
    posterior = posterior_of(value, se, measure="mean", count=count)
    design = posterior.design
    rate = design.centre + design.spread * (posterior.beta[:, [0]] + all_effects(posterior))
    gap = np.maximum(rate - np.quantile(rate, 0.25, axis=1)[:, None], 0.0) * count
    np.testing.assert_allclose(find(posterior).draws, gap.sum(axis=1), rtol=1e-9)


def test_a_mean_without_its_count_is_refused():
    posterior = posterior_of([1.0, 2.0, 3.0], [0.1, 0.1, 0.2], measure="mean")
    with pytest.raises(ModelError, match="--count"):
        find(posterior)


def test_an_indicator_without_a_direction_has_no_opportunity():
    with pytest.raises(ModelError, match="direction"):
        find(posterior_of(direction="neither"))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"target": "rate:1.5"}, "between 0 and 1"),
        ({"target": "leave-one-out"}, "for funnels"),
        ({"target": "bcvb"}, "Did you mean 'bcbv'"),
        ({"materiality": 0.0}, "above zero"),
        ({"materiality": float("nan")}, "above zero"),
        ({"incomparable": "drop"}, "exclude or include"),
        ({"least_comparability": 0.0}, "share"),
        ({"level": 95}, "level"),
        ({"subtotals": {"x": ["u999"]}}, "not among those"),
    ],
)
def test_what_cant_be_is_refused_with_a_reason(said, fault):
    with pytest.raises(UsageError, match=fault):
        find(posterior_of(), **said)


def test_a_target_that_everybody_reaches_leaves_nothing():
    found = find(posterior_of(), target="rate:1")
    assert found.total.estimate == 0
    assert found.total.published == 0


def test_an_impossible_best_rate_of_zero_is_all_events():
    found = find(posterior_of(), target="rate:0")
    assert found.total.published == pytest.approx(EVENT.sum())
    assert found.total.estimate == pytest.approx(EVENT.sum(), rel=0.02)


def test_materiality_is_a_probability_of_reaching_it():
    posterior = posterior_of()
    found = find(posterior, materiality=20.0)
    assert found.total.p_material == pytest.approx(np.mean(found.draws >= 20))
    assert np.all((found.units.p_material >= 0) & (found.units.p_material <= 1))
    assert np.isnan(find(posterior).total.p_material)


def test_a_multiplier_multiplies_every_event():
    posterior = posterior_of()
    one, four = find(posterior, materiality=10.0), find(posterior, materiality=40.0, multiplier=4.0)
    np.testing.assert_allclose(four.draws, 4 * one.draws)
    np.testing.assert_allclose(four.units.published, 4 * one.units.published)
    np.testing.assert_allclose(four.waterfall.unit_upper, 4 * one.waterfall.unit_upper)
    np.testing.assert_allclose(four.units.p_material, one.units.p_material)


@pytest.fixture(name="quarters", scope="module")
def _quarters():
    """Twelve units in four quarters, whose rates all fall."""
    rng = np.random.default_rng(4)
    unit, period = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    size = rng.integers(200, 900, 48)
    rate = expit(-0.5 - 0.1 * period + 0.4 * rng.normal(size=12)[unit])
    return posterior_of(
        rng.binomial(size, rate),
        size,
        unit=[f"u{at:02d}" for at in unit],
        period=[f"2016-17 Q{at + 1}" for at in period],
        transient="none",
    )


def test_periods_add_up_to_the_total(quarters):
    found = find(quarters)
    assert found.periods.period == tuple(f"2016-17 Q{at}" for at in range(1, 5))
    assert found.periods.estimate.sum() == pytest.approx(found.total.estimate, rel=1e-9)
    assert np.all(found.periods.lower <= found.periods.upper)


def test_activity_adjustment_counts_every_period_at_the_first_ones_volumes(quarters):
    found = find(quarters, target="bcbv-activity-adjusted")
    plain = find(quarters, target="bcbv")
    design = quarters.design
    first = design.size[design.row_period == 0]
    np.testing.assert_allclose(in_order(found, "rate"), in_order(plain, "rate"), atol=0.02)
    assert found.periods.estimate[0] == pytest.approx(plain.periods.estimate[0], rel=1e-9)
    assert first.sum() * 4 == pytest.approx(np.sum(np.repeat(first, 4)), rel=1e-12)
    assert "2016-17 Q1" in " ".join(found.notes)


@pytest.mark.parametrize(
    "periods",
    [
        ["01/09/2015", "01/12/2015", "01/03/2016", "01/06/2016"],
        ["Apr-16", "Aug-16", "Dec-16", "Feb-17"],
        ["8", "9", "10", "11"],
    ],
)
def test_activity_adjustment_takes_the_first_period_in_time(periods):
    rng = np.random.default_rng(4)
    size = rng.integers(100, 900, 24)
    posterior = posterior_of(
        rng.binomial(size, 0.3),
        size,
        unit=[f"u{at}" for at in range(6)] * 4,
        period=np.repeat(periods[::-1], 6).tolist(),
        transient="none",
    )
    found = find(posterior, target="bcbv-activity-adjusted")
    assert found.periods.period == tuple(periods)
    assert f"Volumes are those of {periods[0]} in every period." in " ".join(found.notes)


def test_a_unit_cost_may_be_another_than_the_cards():
    fits = fits_of(posterior_of())
    assert compute_opportunity(fits)[0].money is None
    told = compute_opportunity(fits, unit_cost=30.0, price_year="2020-21", cost_source="a study")
    assert told[0].money.unit_cost == 30.0
    assert told.provenance.card_hash != fits.provenance.card_hash
    plain = compute_opportunity(fits)
    assert told[0].total.estimate == plain[0].total.estimate
    with pytest.raises(CardError, match="price_year"):
        compute_opportunity(fits, unit_cost=30.0)


def test_activity_adjustment_needs_periods():
    with pytest.raises(ModelError, match="period"):
        find(posterior_of(), target="bcbv-activity-adjusted")


def test_rightcare_takes_the_best_five_of_the_ten_most_similar():
    age = np.arange(UNITS, dtype=float)
    posterior = posterior_of(covariates={"age": age})
    design = posterior.design
    rate = expit(posterior.beta @ design.own.T + all_effects(posterior))
    expected = np.zeros(len(rate))
    for i in range(UNITS):
        away = np.abs(age - age[i])
        away[i] = np.inf
        ten = np.argsort(away, kind="stable")[:10]
        if away[np.argsort(away)[9]] == away[np.argsort(away)[10]]:
            continue
        goal = np.sort(rate[:, ten], axis=1)[:, :5].mean(axis=1)
        found_gap = SIZE[i] * np.maximum(rate[:, i] - goal, 0.0)
        expected = (
            np.column_stack([expected, found_gap]) if expected.ndim > 1 else found_gap[:, None]
        )
        break
    found = find(posterior, target="rightcare")
    i = next(
        i
        for i in range(UNITS)
        if sorted(np.abs(age - age[i]))[10] != sorted(np.abs(age - age[i]))[11]
    )
    assert in_order(found, "estimate")[i] == pytest.approx(expected[:, 0].mean(), rel=1e-9)
    assert "0.74" in found.target_bias


def test_rightcare_needs_to_know_what_is_similar():
    with pytest.raises(ModelError, match="--covariate"):
        find(posterior_of(), target="rightcare")


def test_hrrp_leaves_out_units_with_under_25_cases():
    size = SIZE.copy()
    size[:3] = 20
    found = find(posterior_of(np.minimum(EVENT, size), size), target="hrrp")
    assert in_order(found, "published")[:3].tolist() == [0, 0, 0]
    assert "25" in " ".join(found.notes)


def test_withheld_counts_have_an_estimate_and_no_published_figure():
    event = EVENT.astype(float)
    lower, upper = event.copy(), event.copy()
    event[0], lower[0], upper[0] = np.nan, 1, 7
    found = find(posterior_of(event, SIZE, bounds=(lower, upper)))
    assert np.isnan(in_order(found, "published")[0])
    assert np.isfinite(in_order(found, "estimate")).all()
    assert np.isfinite(found.total.published)


def test_what_passes_makes_chance_larger():
    event, size = np.full(30, 300), np.full(30, 1000)
    none = find(posterior_of(event, size, priors={"tau": half_normal(0.2)}))
    some = find(posterior_of(event, size, transient=0.2, priors={"tau": half_normal(0.2)}))
    assert some.total.chance_expected > 2 * none.total.chance_expected


def test_shares_add_up_and_a_part_that_does_nothing_gets_none():
    value = {
        "": 10.0, "a": 7.0, "b": 9.0, "c": 10.0, "ab": 4.0, "ac": 7.0, "bc": 9.0, "abc": 4.0,
    }  # fmt: skip
    shares, before, after = share_out("abc", lambda some: np.array(value["".join(sorted(some))]))
    assert before - after == pytest.approx(sum(map(float, shares)))
    assert float(shares[2]) == 0
    assert float(shares[0]) == pytest.approx(0.5 * (3 + 5))


def test_the_waterfalls_shapley_matches_its_golden_example():
    # Coverage, unit cost and rate of four units between two periods, as computed by hand.
    rate = {False: np.array([0.1, 0.2, 0.3, 0.4]), True: np.array([0.1, 0.2, 0.3, 0.36])}

    def value(some):
        r = rate["rate" in some]
        volume = 90.0 if "coverage" in some else 100.0
        cost = 1020.0 if "cost" in some else 1000.0
        return np.array(cost * volume * np.maximum(r - np.quantile(r, 0.25), 0.0).sum())

    shares, before, after = share_out(("coverage", "cost", "rate"), value)
    assert (before, after) == (pytest.approx(37_500), pytest.approx(30_753))
    assert [-float(share) for share in shares] == pytest.approx(
        [-3584.83, 675.17, -3837.33], abs=0.01
    )


def money(posterior, name, *, cost=2.0, year="2020-21", overlaps=(), period=None):
    from dataclasses import replace

    from varstat.card.schema import Cost, Links

    card = posterior.card.model_copy(
        update={
            "name": name,
            "cost": Cost(
                per="event",
                basis="test",
                value=cost,
                price_year=year,
                source="test",
                period=period,
            ),
            "links": Links(overlaps=overlaps, balancing=()),
        }
    )
    return compute_opportunity(fits_of(replace(posterior, card=card, indicator=name)))


def test_indicators_are_added_up_in_money_as_independent():
    posterior = posterior_of(draws=4000)
    one, two = money(posterior, "one"), money(posterior, "two", cost=3.0)
    both = combine_opportunities([one, two])
    (sum_,) = both.combined
    assert sum_.estimate == pytest.approx(5.0 * one[0].total.estimate)
    # The variances add, though both were drawn with one seed.
    spread = np.std(2.0 * one[0].draws) ** 2 + np.std(3.0 * two[0].draws) ** 2
    width = sum_.upper - sum_.lower
    assert width == pytest.approx(2 * 1.96 * np.sqrt(spread), rel=0.06)
    assert "independent" in both.summary()
    assert len(both) == 2


def test_indicators_that_overlap_are_added_up_only_for_a_reason():
    posterior = posterior_of()
    several = [money(posterior, "los", overlaps=("preop",)), money(posterior, "preop")]
    with pytest.raises(UsageError, match="overlap"):
        combine_opportunities(several)
    both = combine_opportunities(several, allow_overlap="preop is taken out of los")
    assert "preop is taken out of los" in both.summary()


def test_prices_of_different_years_are_not_added_up():
    posterior = posterior_of()
    with pytest.raises(ModelError, match="different years"):
        combine_opportunities([money(posterior, "a"), money(posterior, "b", year="2021-22")])


def test_a_quarter_taken_four_times_is_not_added_to_a_year():
    posterior = posterior_of()
    clinical, drugs = (money(posterior, name, period=name) for name in ("quarter", "year"))
    with pytest.raises(ModelError, match="of a quarter's events, taken four times"):
        combine_opportunities([clinical, drugs])
    for other in (money(posterior, "same", period="quarter"), money(posterior, "unsaid")):
        assert combine_opportunities([clinical, other]).combined


def test_the_same_seed_gives_the_same_answer_and_the_order_of_units_none():
    turned = slice(None, None, -1)
    posterior = posterior_of()
    other = posterior_of(
        EVENT[turned], SIZE[turned], unit=[f"u{at:03d}" for at in range(UNITS)][turned]
    )
    one, two = find(posterior), find(other)
    # A materiality that wasn't stated is no number, and equals nothing.
    assert repr(one.total) == repr(two.total)
    np.testing.assert_array_equal(one.units.lower, two.units.lower)
