"""What holds of any opportunity."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from designs import fits_of, half_normal, make_design, make_posterior, normal
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.estimands import Opportunity, compute_opportunity

# Many tables are sought.
pytestmark = pytest.mark.slow
OPTIONS = settings(max_examples=6)
DIRECTIONS = st.sampled_from(["higher-is-better", "lower-is-better"])
RULES = st.sampled_from(["best:0.25", "best:0.6", "median", "pooled", "rate:0.3"])
SEEDS = st.integers(0, 2**16)
DRAWS = 100
# A few units say little of tau: a prior that does keeps the posterior, and the test, short.
PRIORS = {
    "intercept": normal(-0.5, 1.0),
    "peer_mean": normal(-0.5, 1.0),
    "coefficient": normal(0.0, 0.4),
    "tau": half_normal(0.4),
}
FIGURES = (
    *("estimate", "lower", "upper", "published", "plug_in", "signed"),
    *("chance_expected", "chance_lower", "chance_upper"),
)


@dataclass(frozen=True, kw_only=True)
class Nation:
    """Rows of units, as `make_design` takes them, and what it is told beside them."""

    rows: dict[str, Any]
    said: dict[str, Any]

    def find(self, target: str = "best:0.25", **said: Any) -> Opportunity:
        """Compute the opportunity, of the same posterior for the same rows."""
        return compute_opportunity(fits_of(self.posterior()), target=target, **said)[0]

    def posterior(self) -> Any:
        design = make_design(**self.rows, **self.said)
        return make_posterior(design, draws=DRAWS)


@st.composite
def nations(draw, *, plain: bool = False, strata: bool = False, measure: str = "proportion"):
    """A nation of some units; with strata every unit has some of them and all share one."""
    rng = np.random.default_rng(draw(SEEDS))
    units = draw(st.integers(3, 9))
    cells = draw(st.integers(2, 3)) if strata else 1 if plain else draw(st.integers(1, 3))
    unit, cell = (each.ravel() for each in np.indices((units, cells)))
    keep = (cell == 0) | (rng.random(unit.size) < 0.8)
    unit, cell = unit[keep], cell[keep]
    size = rng.integers(5, 400, unit.size)
    theta = -0.5 + 0.6 * cell + draw(st.sampled_from([0.0, 0.5])) * rng.normal(size=units)[unit]
    rows: dict[str, Any] = {"unit": np.array([f"u{at}" for at in unit], dtype=object)}
    said: dict[str, Any] = {"measure": measure, "direction": draw(DIRECTIONS), "priors": PRIORS}
    if measure == "mean":
        rows |= {
            "event": theta + rng.normal(size=unit.size),
            "size": rng.uniform(0.1, 2, unit.size),
        }
        rows["count"] = size
    else:
        rows |= {"event": rng.binomial(size, 1 / (1 + np.exp(-theta))), "size": size}
    if cells > 1:
        rows["strata"] = {"kind": np.array([f"k{at}" for at in cell], dtype=object)}
    if not plain and draw(st.booleans()):
        rows["peer_group"] = np.array([f"g{at % 2}" for at in unit], dtype=object)
    if not plain and draw(st.booleans()):
        rows["covariates"] = {"age": rng.normal(size=units)[unit]}
    return Nation(rows=rows, said=said)


def taken(column: Any, order: Any) -> Any:
    """A column's elements in another order; of several columns by name, each one's."""
    if isinstance(column, dict):
        return {name: each[order] for name, each in column.items()}
    return column[order]


def assert_same(one: Opportunity, two: Opportunity, *, times: float = 1.0) -> None:
    """Check that the second has the figures of the first, so many times."""
    assert one.units.unit.tolist() == two.units.unit.tolist()
    for name in FIGURES:
        for a, b in ((one.total, two.total), (one.units, two.units)):
            np.testing.assert_allclose(
                getattr(b, name), times * np.asarray(getattr(a, name)), rtol=1e-6, atol=1e-7
            )
    np.testing.assert_allclose(two.draws, times * one.draws, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        two.waterfall.unit_estimate, times * one.waterfall.unit_estimate, rtol=1e-6, atol=1e-7
    )


def in_order(found: Opportunity, name: str) -> np.ndarray:
    """A column of the units in the order of their codes."""
    return getattr(found.units, name)[np.argsort(found.units.unit.astype(str))]


@OPTIONS
@given(nation=nations(), shares=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)))
def test_a_stricter_target_never_shrinks_the_opportunity(nation, shares):
    low, high = sorted(shares)
    strict, loose = f"best:{low:.4f}", f"best:{high:.4f}"
    if nation.said["direction"] == "lower-is-better":
        rates = (f"rate:{low:.4f}", f"rate:{high:.4f}")
    else:
        rates = (f"rate:{high:.4f}", f"rate:{low:.4f}")
    fits = fits_of(nation.posterior())
    for pair in ((strict, loose), rates):
        one, two = (compute_opportunity(fits, target=target)[0] for target in pair)
        assert np.all(one.draws >= two.draws - 1e-7)
        for name in ("estimate", "lower", "upper", "published", "plug_in", "signed"):
            assert getattr(one.total, name) >= getattr(two.total, name) - 1e-6
            more = in_order(one, name) - in_order(two, name)
            assert np.all((more >= -1e-6) | np.isnan(more)), name


@OPTIONS
@given(nation=nations(), seed=SEEDS, target=RULES)
def test_the_order_of_rows_never_matters(nation, seed, target):
    order = np.random.default_rng(seed).permutation(len(nation.rows["event"]))
    moved = {name: taken(column, order) for name, column in nation.rows.items()}
    one, two = nation.find(target), replace(nation, rows=moved).find(target)
    assert repr(one.total) == repr(two.total)
    for name in (*FIGURES, "comparability", "reliability"):
        np.testing.assert_array_equal(getattr(one.units, name), getattr(two.units, name))
    np.testing.assert_array_equal(one.waterfall.unit_lower, two.waterfall.unit_lower)


@OPTIONS
@given(nation=nations(), seed=SEEDS, target=RULES)
def test_the_names_of_units_never_matter_to_what_was_reported(nation, seed, target):
    names = np.unique(nation.rows["unit"])
    other = dict(zip(names, np.random.default_rng(seed).permutation(names), strict=True))
    rows = nation.rows | {"unit": np.array([other[name] for name in nation.rows["unit"]], object)}
    one, two = nation.find(target), replace(nation, rows=rows).find(target)
    for name in ("published", "comparability", "effective_comparators", "leverage"):
        told = [dict(zip(each.units.unit, getattr(each.units, name), strict=True))
                for each in (one, two)]  # fmt: skip
        a, b = ([told[0][name] for name in names], [told[1][other[name]] for name in names])
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
    # Draws are of other numbers.
    error = np.hypot(one.total.estimate_mcse, two.total.estimate_mcse)
    assert abs(one.total.estimate - two.total.estimate) <= 6 * error + 1e-9


@OPTIONS
@given(nation=nations(), target=RULES, incomparable=st.sampled_from(["include", "exclude"]))
def test_the_waterfall_adds_up(nation, target, incomparable):
    found = nation.find(target, incomparable=incomparable, subtotals={"two": ["u0", "u1"]})
    fall = found.waterfall
    # What is published of strata is standardised; the fall starts from what isn't.
    assert fall.component[0] == ("crude" if nation.rows.get("strata") else "published")
    if fall.component[0] == "published":
        np.testing.assert_allclose(fall.estimate[0], found.total.published, rtol=1e-9, atol=1e-9)
    assert fall.component[-1] == "remaining"
    for whole in (fall.estimate, fall.unit_estimate, fall.subtotal_estimate):
        np.testing.assert_allclose(whole[0], whole[1:].sum(axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(fall.unit_estimate.sum(axis=1), fall.estimate, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(fall.estimate[-1], found.total.estimate, rtol=1e-9, atol=1e-9)
    carried = np.nan_to_num(found.units.estimate)
    np.testing.assert_allclose(fall.unit_estimate[-1], carried, rtol=1e-9, atol=1e-9)
    assert np.all(fall.unit_estimate[[0, -1]] >= 0)
    two = np.isin(found.units.unit, ["u0", "u1"])
    at = fall.subtotal.index("two")
    np.testing.assert_allclose(
        fall.subtotal_estimate[:, at], fall.unit_estimate[:, two].sum(axis=1), atol=1e-9
    )


@OPTIONS
@given(nation=nations(measure="mean"), times=st.floats(2, 50), target=RULES)
def test_the_opportunity_of_means_scales_with_their_number(nation, times, target):
    # Of many, or a cell that others have few cases of would be more comparable with more of them.
    rows = nation.rows | {"count": 10 + nation.rows["count"]}
    one = replace(nation, rows=rows).find(target)
    two = replace(nation, rows=rows | {"count": times * rows["count"]}).find(target)
    assert_same(one, two, times=times)
    np.testing.assert_allclose(one.units.comparability, two.units.comparability)


@OPTIONS
@given(nation=nations(), times=st.sampled_from([2.0, 4.0, 365.0]))
def test_a_multiplier_multiplies_every_event(nation, times):
    assert_same(nation.find(), nation.find(multiplier=times), times=times)


@OPTIONS
@given(nation=nations(strata=True), target=RULES)
def test_other_names_for_strata_change_nothing(nation, target):
    one = nation.find(target)
    kind = nation.rows["strata"]["kind"]
    doubled = nation.rows | {"strata": {"kind": kind + kind}}
    two = replace(nation, rows=doubled).find(target)
    assert repr(one.total) == repr(two.total)
    for name in (*FIGURES, "comparability", "comparable"):
        np.testing.assert_array_equal(getattr(one.units, name), getattr(two.units, name))
    # A second name for the factor, of a third that is the same for all.
    also = nation.rows | {"strata": {"sort": kind, "unsaid": np.full(kind.size, "x", object)}}
    assert_same(one, replace(nation, rows=also).find(target))


@OPTIONS
@given(nation=nations(strata=True), target=RULES)
def test_the_order_of_strata_never_matters_to_what_was_reported(nation, target):
    one = nation.find(target)
    turned = {"k0": "z", "k1": "y", "k2": "x"}
    kind = np.array([turned[each] for each in nation.rows["strata"]["kind"]], dtype=object)
    two = replace(nation, rows=nation.rows | {"strata": {"kind": kind}}).find(target)
    for name in ("published", "comparability"):
        np.testing.assert_allclose(in_order(one, name), in_order(two, name), atol=1e-9)
    # The same posterior, drawn in other coordinates.
    error = np.hypot(one.total.estimate_mcse, two.total.estimate_mcse)
    assert abs(one.total.estimate - two.total.estimate) <= 6 * error + 1e-9


@OPTIONS
@given(nation=nations(), target=RULES)
def test_the_point_method_is_never_negative(nation, target):
    found = nation.find(target)
    for name in ("published", "plug_in", "chance_expected", "chance_lower", "chance_upper"):
        assert getattr(found.total, name) >= 0
        column = getattr(found.units, name)
        assert np.all((column >= 0) | np.isnan(column))
    assert np.all(found.draws >= 0)
    assert found.total.signed <= found.total.estimate + 1e-9


@OPTIONS
@given(nation=nations(plain=True), target=RULES)
def test_one_stratum_is_as_none(nation, target):
    one = nation.find(target)
    kind = np.full(nation.rows["event"].size, "hip", dtype=object)
    two = replace(nation, rows=nation.rows | {"strata": {"kind": kind}}).find(target)
    assert_same(one, two)


@OPTIONS
@given(nation=nations(plain=True), target=st.sampled_from(["best:0.25", "median", "pooled"]))
def test_what_didnt_happen_counted_the_other_way_is_published_alike(nation, target):
    other = {"higher-is-better": "lower-is-better", "lower-is-better": "higher-is-better"}
    turned = Nation(
        rows=nation.rows | {"event": nation.rows["size"] - nation.rows["event"]},
        said=nation.said | {"direction": other[nation.said["direction"]]},
    )
    one, two = nation.find(target), turned.find(target)
    np.testing.assert_allclose(
        in_order(one, "published"), in_order(two, "published"), rtol=1e-9, atol=1e-9
    )


@OPTIONS
@given(nation=nations(), level=st.floats(0.1, 0.9))
def test_intervals_nest_and_materiality_falls(nation, level):
    fits = fits_of(nation.posterior())
    one, two = (
        compute_opportunity(fits, level=each, materiality=most)[0]
        for each, most in ((level, 2.0), (0.5 * (1 + level), 5.0))
    )
    for inner, outer in ((one.total, two.total), (one.units, two.units)):
        for low, high in ((outer.lower, inner.lower), (inner.upper, outer.upper),
                          (outer.p_material, inner.p_material)):  # fmt: skip
            assert np.all((np.asarray(low) <= high) | np.isnan(low))
        np.testing.assert_array_equal(inner.estimate, outer.estimate)
