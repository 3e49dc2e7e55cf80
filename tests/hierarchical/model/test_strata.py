"""Case-mix strata: cells, contrasts, the order of rows, and what can't be told apart."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from designs import all_effects, fits_of, half_normal, make_design, make_posterior, normal
from hierarchical.density import Point, our_log_density
from scipy.integrate import quad
from scipy.special import expit, gammaln, logsumexp
from scipy.stats import binom, norm

import varstat
from varstat.errors import ModelError
from varstat.hierarchical import Fits, fit_model, load_fit, write_fit
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.marginal import condition, log_posterior, unpack

UNITS = 9
PRIORS = {"intercept": normal(0, 2), "coefficient": normal(0, 0.7), "tau": half_normal(1)}
HOSTILE = ["b]: 2", "\x1b[31m", "a\x00\u202e", "=1+1", "全"]


def rows_of(kinds: int = 3, ages: int = 2, seed: int = 1) -> dict[str, Any]:
    """Columns of units by two strata, of which some units lack some."""
    rng = np.random.default_rng(seed)
    grid = np.array(np.meshgrid(range(UNITS), range(kinds), range(ages), indexing="ij"))
    unit, kind, age = grid.reshape(3, -1)
    keep = rng.random(unit.size) < 0.8
    unit, kind, age = unit[keep], kind[keep], age[keep]
    size = rng.integers(20, 300, unit.size)
    theta = -0.5 + 0.4 * kind - 0.3 * age + 0.4 * rng.normal(size=UNITS)[unit]
    return {
        "unit": [f"u{at}" for at in unit],
        "kind": [f"k{at}" for at in kind],
        "age": [f"a{at}" for at in age],
        "event": rng.binomial(size, expit(theta)),
        "size": size,
    }


def design_of(rows: dict[str, Any], **said: Any) -> Design:
    strata = said.pop("strata", ("kind", "age"))
    said = {"priors": PRIORS, "transient": "none", "unit": rows["unit"]} | said
    event, size = said.pop("event", rows["event"]), said.pop("size", rows["size"])
    return make_design(event, size, strata={name: rows[name] for name in strata}, **said)


def same(one: Design, two: Design) -> None:
    """Check that two designs are alike to the last bit."""
    for each in fields(one):
        a, b = getattr(one, each.name), getattr(two, each.name)
        if isinstance(a, np.ndarray) and a.dtype != object:
            np.testing.assert_array_equal(a, b, each.name)
        elif isinstance(a, np.ndarray):
            assert a.tolist() == b.tolist(), each.name
        elif each.name not in ("family", "effects"):
            assert a == b, each.name
    theta = np.linspace(-2, 0.5, one.rows)[None, :, None]
    values = [each.family.value(theta, np.full((1, 1, 1), 0.3)) for each in (one, two)]
    np.testing.assert_array_equal(*values)


def test_cells_are_the_combinations_that_occur_in_the_order_of_their_names():
    rows = {"unit": list("abbbc"), "sex": list("MFFMM"), "age": ["65", "65", "70", "70", "65"]}
    rows |= {"event": [1, 2, 3, 4, 5], "size": [20] * 5}
    design = design_of(rows, strata=("sex", "age"))
    levels = [["F", "65"], ["F", "70"], ["M", "65"], ["M", "70"]]
    assert design.cell_levels.tolist() == levels
    assert design.row_cell.tolist() == [2, 0, 1, 3, 2]
    assert design.strata == ("sex", "age")
    turned = design_of(rows, strata=("age", "sex"))
    assert turned.cell_levels.tolist() == sorted(each[::-1] for each in levels)


def test_without_strata_there_is_one_cell_that_adds_nothing():
    design = make_design([1, 2, 3], [9, 9, 9])
    assert design.strata == ()
    assert design.cell_levels.shape == (1, 0)
    assert design.row_cell.tolist() == [0, 0, 0]
    assert design.cells.tolist() == [[0.0]]
    assert design.cell_weight.tolist() == [1.0]


@pytest.mark.parametrize("number", [1, 2, 3, 7, 12])
def test_contrasts_are_orthonormal_and_add_to_zero(number: int):
    rows = {
        "unit": np.repeat(["a", "b"], number),
        "kind": [f"level {at:02}" for at in range(number)] * 2,
        "event": [5] * 2 * number,
        "size": [20] * 2 * number,
    }
    design = design_of(rows, strata=("kind",))
    names = [f"stratum[kind: {at}]" for at in range(1, number)]
    assert design.locations == ("intercept", *names)
    square = design.cells[:, 1:]
    np.testing.assert_allclose(square.T @ square, np.eye(number - 1), atol=1e-12)
    np.testing.assert_allclose(square.sum(axis=0), 0.0, atol=1e-12)
    # Independent priors on contrasts treat all levels alike, whatever the order of their names.
    np.testing.assert_allclose(square @ square.T, np.eye(number) - 1.0 / number, atol=1e-12)


def test_a_row_is_its_unit_and_its_cell():
    design = design_of(rows_of(), covariates={"x": np.arange(len(rows_of()["unit"])) % 5})
    beta = np.random.default_rng(1).normal(size=len(design.locations))
    kinds = np.array([name.partition("[")[0] for name in design.locations])
    assert kinds.tolist() == ["intercept", "coefficient", "stratum", "stratum", "stratum"]
    stratum = np.where(kinds == "stratum", beta, 0.0)
    np.testing.assert_allclose(
        design.matrix @ stratum, (design.cells @ stratum)[design.row_cell], atol=1e-12
    )
    assert np.all(design.cells[:, kinds != "stratum"] == 0)
    # Cells come on top of where rates are reported.
    for place in (design.own, design.reference):
        assert np.all(place[:, kinds == "stratum"] == 0)
    assert np.all(design.matrix[:, 0] == 1)


def test_factors_add_up_in_a_cell():
    design = design_of(rows_of())
    levels = [tuple(each) for each in design.cell_levels]
    beta = np.random.default_rng(2).normal(size=len(design.locations))
    effect = dict(zip(levels, design.cells @ beta, strict=True))
    assert len(levels) == 6
    for kind in ("k1", "k2"):
        young, old = (effect[kind, age] - effect["k0", age] for age in ("a0", "a1"))
        assert young == pytest.approx(old)
    assert sum(effect.values()) == pytest.approx(0.0, abs=1e-12)


def test_rows_stand_by_unit_period_and_stratum_whatever_their_order():
    rows = rows_of()
    number = len(rows["unit"])
    twice = {name: [*column, *column] for name, column in rows.items()}
    period = ["2020"] * number + ["2019"] * number
    one = design_of(twice, period=period)
    order = np.random.default_rng(3).permutation(2 * number)
    moved = {name: [column[at] for at in order] for name, column in twice.items()}
    two = design_of(moved, period=[period[at] for at in order])
    same(one, two)
    keys = [
        (one.unit[one.row_unit[at]], one.row_period[at], *one.cell_levels[one.row_cell[at]])
        for at in range(one.rows)
    ]
    assert keys == sorted(keys)
    assert one.period == ("2019", "2020")


def test_the_reference_case_mix_is_that_of_all_cases():
    rows = rows_of()
    design = design_of(rows)
    volume = pd.DataFrame(rows).groupby(["kind", "age"])["size"].sum()
    expected = volume.reindex([tuple(each) for each in design.cell_levels]) / volume.sum()
    np.testing.assert_allclose(design.cell_weight, expected)
    said = {"measure": "mean", "event": np.linspace(4, 9, len(rows["unit"])), "priors": None}
    se = np.random.default_rng(4).uniform(0.1, 0.5, len(rows["unit"]))
    counted = design_of(rows, size=se, count=rows["size"], **said)
    np.testing.assert_allclose(counted.cell_weight, expected)
    # Where it isn't known of how many means are, by their precision.
    alone = design_of(rows, size=se, **said)
    weight = pd.DataFrame(rows).assign(w=se**-2.0).groupby(["kind", "age"])["w"].sum()
    np.testing.assert_allclose(alone.cell_weight, weight / weight.sum())


def test_some_units_are_a_design_of_the_same_cells():
    design = design_of(rows_of())
    part = design.part(3, 6)
    rows = slice(int(design.row_start[3]), int(design.row_start[6]))
    np.testing.assert_array_equal(part.row_cell, design.row_cell[rows])
    np.testing.assert_array_equal(part.cells, design.cells)
    np.testing.assert_array_equal(part.cell_weight, design.cell_weight)
    per_row = np.arange(part.rows, dtype=float)[None]
    sums = np.bincount(part.row_unit, weights=per_row[0])
    np.testing.assert_array_equal(part.gather(per_row)[0], sums)


def test_a_levels_prior_is_that_of_a_coefficient():
    design = design_of(rows_of())
    inside = [name.startswith("stratum[") for name in design.locations]
    assert set(design.location_sd[inside]) == {0.7}
    assert set(design.location_mean[inside]) == {0.0}


def test_one_level_changes_nothing():
    event, size = [12, 30, 22, 41], [60, 70, 80, 90]
    plain = make_design(event, size)
    one = make_design(event, size, strata={"kind": ["hip"] * 4})
    assert one.locations == plain.locations
    np.testing.assert_array_equal(one.matrix, plain.matrix)
    np.testing.assert_array_equal(one.cells, plain.cells)
    assert one.strata == ("kind",)


def test_a_units_integral_over_its_cells_is_that_of_brute_force():
    rows = rows_of()
    design = design_of(rows)
    h = np.array([-0.4, 0.2, -0.3, 0.5, -0.8])
    assert design.dimension == 5
    found = condition(design, unpack(design, h[None]), nodes=41).log_marginal[0]
    eta = design.matrix @ h[:4]
    for at in (0, 4):
        mine = np.flatnonzero(design.row_unit == at)
        y, n = design.event[mine], design.size[mine]

        def integrand(u: float, y: Any = y, n: Any = n, eta: Any = eta[mine]) -> float:
            rows = binom.pmf(y, n, expit(eta + u)).prod()
            return float(rows * norm.pdf(u, scale=np.exp(-0.8)))

        whole = quad(integrand, -4, 4, epsabs=0, epsrel=1e-9, limit=200)[0]
        # The binomial coefficients are left out.
        ways = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
        assert found[at] == pytest.approx(np.log(whole) - ways.sum(), abs=1e-7)


@pytest.mark.nuts
@pytest.mark.parametrize("likelihood", ["binomial", "poisson", "normal"])
@pytest.mark.parametrize("effects", ["normal", "student-t"])
def test_both_engines_have_the_same_density(likelihood: str, effects: str):
    from hierarchical.nuts.pymc_density import pymc_log_density, random_points

    rows = rows_of()
    said: dict[str, Any] = {"likelihood": likelihood, "effects": effects}
    said["measure"] = {"binomial": "proportion", "poisson": "ratio", "normal": "mean"}[likelihood]
    if likelihood == "normal":
        said |= {"event": np.linspace(4, 9, len(rows["unit"])), "scaled": False}
        said["size"] = 5.0 / np.sqrt(rows["size"])
    design = design_of(rows, **said)
    points = random_points(design, 3)
    ours = np.array([our_log_density(design, point) for point in points])
    theirs = pymc_log_density(design, points)
    assert np.ptp(ours) > 1.0
    np.testing.assert_allclose(np.diff(theirs), np.diff(ours), rtol=1e-9, atol=1e-7)


def test_the_integral_of_the_density_that_both_engines_have_is_quadratures():
    # One unit: its effect is integrated out on a grid.
    rows = {"unit": ["a"] * 3, "kind": list("xyz"), "event": [9, 20, 4], "size": [30, 40, 50]}
    design = design_of(rows, strata=("kind",))
    h = np.array([[-0.4, 0.2, -0.3, -0.8], [-0.7, 0.5, 0.1, 0.1], [0.2, -0.4, 0.3, -0.4]])
    grid = np.linspace(-9, 9, 901)
    by_grid = []
    for each in h:
        points = [Point(h=each, u=np.array([u])) for u in grid]
        density = np.array([our_log_density(design, point) for point in points])
        by_grid.append(logsumexp(density))
    ours = log_posterior(design, h, nodes=41)
    np.testing.assert_allclose(np.diff(by_grid), np.diff(ours), atol=1e-6)


def test_a_strong_stratum_is_found_and_units_are_freed_of_it():
    rng = np.random.default_rng(7)
    unit, kind = np.repeat(np.arange(40), 2), np.tile(["easy", "hard"], 40)
    share = np.repeat(rng.uniform(0.1, 0.9, 40), 2)
    size = np.round(600 * np.where(kind == "hard", share, 1 - share)).astype(int)
    effect = 0.3 * rng.normal(size=40)
    event = rng.binomial(size, expit(np.where(kind == "hard", 1.0, -1.0) + effect[unit]))
    design = make_design(
        event, size, unit=[f"u{at:02}" for at in unit], strata={"kind": kind}, transient="none"
    )
    posterior = make_posterior(design, draws=400)
    hard = posterior.beta @ (design.cells[1] - design.cells[0])
    assert hard.mean() == pytest.approx(2.0, abs=0.1)
    found = all_effects(posterior).mean(axis=0)
    assert np.corrcoef(found, effect)[0, 1] > 0.9
    assert abs(np.corrcoef(found - effect, share[::2])[0, 1]) < 0.4


KINDS: dict[str, Callable[[], tuple[pd.DataFrame, dict[str, Any]]]] = {}


def kind(make: Callable[[], tuple[pd.DataFrame, dict[str, Any]]]) -> object:
    KINDS[make.__name__.replace("_", " ")] = make
    return make


def frame_of(**more: Any) -> pd.DataFrame:
    rows = rows_of()
    names = {"event": "numerator", "size": "denominator"}
    return pd.DataFrame(rows).rename(columns=names).assign(**more)


@kind
def one_factor() -> tuple[pd.DataFrame, dict[str, Any]]:
    rows = frame_of().groupby(["unit", "kind"], as_index=False)[["numerator", "denominator"]].sum()
    return rows, {"stratum": "kind"}


@kind
def two_factors_and_periods() -> tuple[pd.DataFrame, dict[str, Any]]:
    years = [frame_of(year=year) for year in (2020, 2019)]
    said = {"stratum": ["kind", "age"], "period": "year", "transient": "none"}
    return pd.concat(years, ignore_index=True).iloc[1:], said


@kind
def hostile_levels() -> tuple[pd.DataFrame, dict[str, Any]]:
    frame = one_factor()[0]
    frame["kind"] = [HOSTILE[int(each[1:])] for each in frame["kind"]]
    return frame.rename(columns={"kind": "[b]: \u202e"}), {"stratum": "[b]: \u202e"}


@kind
def a_ratio_in_peer_groups_with_a_covariate() -> tuple[pd.DataFrame, dict[str, Any]]:
    frame = frame_of()
    frame["group"] = [f"g{int(each[1:]) % 2}" for each in frame["unit"]]
    frame["need"] = np.random.default_rng(8).normal(size=len(frame))
    names = {"numerator": "observed", "denominator": "exposure"}
    said = {"stratum": ["age", "kind"], "peer_group": "group", "covariates": ["need"]}
    return frame.rename(columns=names), said


@kind
def a_mean_of_a_known_number() -> tuple[pd.DataFrame, dict[str, Any]]:
    frame = frame_of()
    rng = np.random.default_rng(9)
    frame["value"], frame["se"] = rng.normal(900, 70, len(frame)), rng.uniform(5, 20, len(frame))
    names = {"denominator": "count"}
    return frame.drop(columns="numerator").rename(columns=names), {"stratum": ["kind", "age"]}


@kind
def suppressed_counts() -> tuple[pd.DataFrame, dict[str, Any]]:
    frame = frame_of().astype({"numerator": object})
    frame.loc[:2, "numerator"] = "*"
    return frame, {"stratum": ["kind", "age"], "suppressed": (1, 7)}


def fit_kind(name: str) -> Fits:
    frame, said = KINDS[name]()
    table = varstat.read_table(frame, direction="lower-is-better", **said)
    return fit_model(table, engine="quadrature", draws=200)


@pytest.mark.parametrize("name", KINDS)
def test_a_stored_fit_with_strata_is_the_same_to_the_last_bit(tmp_path: Path, name: str):
    fits = fit_kind(name)
    write_fit(fits, tmp_path / "fit.nc")
    again = load_fit(tmp_path / "fit.nc")
    one, two = fits[0], again[0]
    assert one.design.strata
    same(one.design, two.design)
    np.testing.assert_array_equal(one.hyper, two.hyper)
    np.testing.assert_array_equal(all_effects(one), all_effects(two))
    assert (again.account, again.provenance) == (fits.account, fits.provenance)
    for compute in (varstat.compute_opportunity, varstat.compute_league):
        frames = [compute(each).to_frame() for each in (fits, again)]
        pd.testing.assert_frame_equal(*frames, check_exact=True)
    write_fit(again, tmp_path / "again.nc")
    assert (tmp_path / "again.nc").read_bytes() == (tmp_path / "fit.nc").read_bytes()


def test_a_stored_rate_is_at_the_populations_case_mix(tmp_path: Path):
    import h5py

    fits = fit_kind("one factor")
    write_fit(fits, tmp_path / "fit.nc")
    posterior, design = fits[0], fits[0].design
    at = posterior.beta @ design.own.T + all_effects(posterior)
    shift = posterior.beta @ design.cells.T
    theta = sum(
        weight * expit(at + shift[:, [cell]]) for cell, weight in enumerate(design.cell_weight)
    )
    with h5py.File(tmp_path / "fit.nc") as file:
        stored = file["posterior/theta"][...].reshape(theta.shape)
        assert file["posterior/stratum"].shape[-1] == len(design.cells) - 1
    np.testing.assert_allclose(stored, theta, rtol=1e-6)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a beta-binomial": ({"likelihood": "beta-binomial"}, "Say binomial or poisson"),
    "a negative binomial": (
        {"likelihood": "negative-binomial", "measure": "ratio"},
        "Say binomial or poisson",
    ),
    "a transient SD": ({"transient": 0.2}, "Leave --transient out"),
    "an unsaid transient over periods": (
        {"transient": "auto", "period": ["2019", "2020"] * 4},
        "--transient none",
    ),
    "a stratum of its own for each peer group": (
        {"peer_group": list("xxxxyyyy"), "kind": list("ababcdcd")},
        "'kind' is determined by",
    ),
    "a stratum that says what a covariate says": (
        {"covariates": {"risk": [1, 2] * 4}},
        "'kind' is determined by",
    ),
    "a stratum that says what the period says": (
        {"transient": "none", "period": ["2019", "2020"] * 4},
        "Leave one of them out",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cant_be_told_apart_is_refused(name: str):
    said, words = REFUSED[name]
    said = dict(said)
    rows = {
        "unit": [f"u{at}" for at in np.repeat(range(4), 2)],
        "kind": said.pop("kind", ["a", "b"] * 4),
        "event": [3, 5, 9, 8, 2, 7, 6, 4],
        "size": [20] * 8,
    }
    with pytest.raises(ModelError) as caught:
        design_of(rows, strata=("kind",), **{"transient": "auto"} | said)
    assert words in str(caught.value)


def test_two_names_of_one_stratum_are_refused_by_the_name_of_the_second():
    rows = {
        "unit": [f"u{at}" for at in np.repeat(range(4), 3)],
        "kind": list("abc") * 4,
        "other": list("xyz") * 4,
        "event": list(range(1, 13)),
        "size": [20] * 12,
    }
    with pytest.raises(ModelError) as caught:
        design_of(rows, strata=("kind", "other"))
    assert str(caught.value).count("'other' is determined by") == 1
    assert "'kind' is determined" not in str(caught.value)


@pytest.mark.parametrize("units", [2, 5])
def test_units_without_a_stratum_in_common_are_refused(units: int):
    rows = {
        "unit": [f"u{at}" for at in np.repeat(range(units), 2)],
        "kind": [f"k{at}" for at in range(2 * units)],
        "event": [3] * 2 * units,
        "size": [20] * 2 * units,
    }
    with pytest.raises(ModelError, match="no two units have a stratum in common"):
        design_of(rows, strata=("kind",))
    # A cell that two share is enough to go on.
    rows["kind"][1] = rows["kind"][3] = "shared"
    assert design_of(rows, strata=("kind",)).units == units


def test_a_unit_alone_has_strata_all_the_same():
    rows = {"unit": ["a"] * 3, "kind": list("xyz"), "event": [3, 5, 9], "size": [20] * 3}
    assert design_of(rows, strata=("kind",)).units == 1


def test_all_problems_are_said_at_once():
    rows = {"unit": list("aabb"), "kind": list("wxyz"), "event": [3, 5, 9, 8], "size": [20] * 4}
    with pytest.raises(ModelError) as caught:
        design_of(rows, strata=("kind",), likelihood="beta-binomial", transient="auto")
    for words in ("no two units", "Say binomial"):
        assert words in str(caught.value)


def test_strata_that_are_numbers_are_names():
    frame = pd.DataFrame(
        {
            "unit": list("aabb"),
            "unit_name": None,
            "peer_group": None,
            "period": None,
            "band": [9, 10, 9, 10],
            "numerator": [3.0, 5, 9, 8],
            "denominator": [20.0] * 4,
            "event_lower": [3.0, 5, 9, 8],
            "event_upper": [3.0, 5, 9, 8],
        }
    )
    card = varstat.load_card("default-proportion")
    design = build_design(
        frame, measure=card.measure, card=card, covariates=(), strata=["band"], where="test"
    )
    assert design.cell_levels.tolist() == [["10"], ["9"]]
    assert design.row_cell.tolist() == [0, 1, 0, 1]


def test_a_league_with_strata_reports_rates_at_the_populations_case_mix():
    rows = rows_of()
    posterior = make_posterior(design_of(rows), draws=400)
    design = posterior.design
    at = posterior.beta[:, [0]] + all_effects(posterior)
    shift = posterior.beta @ design.cells.T
    rate = sum(w * expit(at + shift[:, [cell]]) for cell, w in enumerate(design.cell_weight))
    league = varstat.compute_league(fits_of(posterior))[0]
    order = np.argsort(league.units.unit.astype(str))
    # The league sums over the lattice, these are draws.
    error = 5 * rate.std(axis=0) / np.sqrt(len(rate))
    assert np.all(np.abs(league.units.estimate[order] - rate.mean(axis=0)) < error)
