"""Seventeen models against the same models written once more, on plain grids (`plain`).

One row a unit: two or three hyper-parameters, summed over a lattice, so that nothing is drawn but
totals. Several rows, covariates or strata: weighted points, compared within their errors.
"""

import numpy as np
import pandas as pd
import pytest
from reference import plain
from scipy.linalg import helmert
from scipy.special import expit

import varstat

SUMMED = (
    *("normal", "student-t", "contaminated-normal", "passing", "withheld"),
    *("beta-binomial", "poisson", "negative-binomial", "mean"),
)
WEIGHED = (
    *("covariate and peers", "peers with taus of their own", "strata", "mean in periods"),
    *("binomial in periods", "poisson in periods", "beta-binomial in periods"),
    "negative-binomial in periods",
)
UNITS = [f"u{i:02}" for i in range(14)]


def logit(y, n):
    return float(np.log((y.sum() + 0.5) / (n.sum() - y.sum() + 0.5)))


def one_row(kind):
    """A table, how varstat reads it, the model written out, and its inverse link."""
    rng = np.random.default_rng(5)
    n = np.round(np.exp(rng.normal(5.2, 0.8, 14)))
    y = rng.binomial(n.astype(int), expit(-1.5 + 0.35 * rng.standard_t(4, 14))).astype(float)
    of = {"unit": np.arange(14), "matrix": np.ones((14, 1)), "scale": np.array([2.5])}
    frame = pd.DataFrame({"unit": UNITS, "numerator": y.astype(int), "denominator": n.astype(int)})
    of["place"] = np.array([logit(y, n)])
    if kind in ("normal", "student-t", "contaminated-normal"):
        model = plain.Plain(likelihood=plain.binomial(y, n), effects=kind, **of)
        return frame, {"effects": kind}, model, expit
    if kind == "passing":
        model = plain.Plain(likelihood=plain.binomial(y, n), passing=0.3, **of)
        return frame, {"transient": 0.3}, model, expit
    if kind == "withheld":
        n = np.round(np.exp(rng.normal(4.0, 0.7, 14))) + 8
        y = rng.binomial(n.astype(int), expit(-2.0 + 0.6 * rng.normal(size=14))).astype(float)
        hidden = (y >= 1) & (y <= 7)
        assert 3 <= hidden.sum() <= 11
        frame["numerator"] = np.where(hidden, "*", y.astype(int).astype(str))
        frame["denominator"] = n.astype(int)
        # Centred where the middles of the ranges are; of 2.5 SDs it moves nothing.
        of["place"] = np.array([logit(np.where(hidden, 4.0, y), n)])
        model = plain.Plain(likelihood=plain.withheld(y, n, hidden, 7), reach=8.0, **of)
        return frame, {"suppressed": (1, 7)}, model, expit
    if kind == "beta-binomial":
        model = plain.Plain(likelihood=plain.beta_binomial(y, n), passing=0.25, inside=True, **of)
        return frame, {"likelihood": kind, "transient": 0.25}, model, expit
    if kind == "mean":
        count = np.round(np.exp(rng.normal(4.0, 0.7, 14)))
        se = 3.0 / np.sqrt(count)
        value = rng.normal(6.0, 0.8, 14) + se * rng.normal(size=14)
        centre, sd = value.mean(), value.std(ddof=1)
        of["place"] = np.zeros(1)
        model = plain.Plain(
            likelihood=plain.normal((value - centre) / sd, se / sd), reach=8.0, **of
        )
        frame = pd.DataFrame({"unit": UNITS, "value": value, "se": se, "count": count})
        return frame, {}, model, lambda x: centre + sd * x
    e = np.exp(rng.normal(2.8, 0.7, 14))
    y = rng.poisson(e * np.exp(0.4 * rng.normal(size=14))).astype(float)
    of["place"] = np.array([np.log((y.sum() + 0.5) / e.sum())])
    frame = pd.DataFrame({"unit": UNITS, "observed": y.astype(int), "expected": e})
    if kind == "poisson":
        return frame, {}, plain.Plain(likelihood=plain.poisson(y, e), **of), np.exp
    model = plain.Plain(likelihood=plain.negative_binomial(y, e), passing=0.3, inside=True, **of)
    return frame, {"likelihood": kind, "transient": 0.3}, model, np.exp


def fit(frame, said):
    said = {"direction": "lower-is-better", "effects": "normal"} | said
    return varstat.fit_model(varstat.read_table(frame, **said), engine="quadrature")


def through(link, passing):
    """Rates with what passes averaged over, where the likelihood doesn't hold it."""
    if not passing:
        return link
    return lambda x: link(x[..., None] + passing * plain.NODES) @ plain.WEIGHTS


@pytest.mark.slow
@pytest.mark.parametrize("kind", SUMMED)
def test_a_model_of_one_row_a_unit_is_that_of_a_plain_grid(kind):
    frame, said, model, link = one_row(kind)
    fits = fit(frame, said)
    start = [model.place[0], np.log(0.4)] + [-2.0] * (kind == "contaminated-normal")
    solved = plain.solve(model, np.array(start))
    hyper = solved.weight @ solved.h
    tau = solved.weight @ np.exp(solved.h[:, 1])
    league = varstat.compute_league(fits)[0]
    found = dict(zip(league.hyperparameters.name, league.hyperparameters.mean, strict=True))
    scale = (link(1.0) - link(0.0)) if kind == "mean" else 1.0
    # A finer or wider lattice moves it by half as much.
    assert found["tau"] == pytest.approx(scale * tau, rel=5e-4)
    intercept = link(hyper[0]) if kind == "mean" else hyper[0]
    assert found["intercept"] == pytest.approx(intercept, rel=1e-4, abs=1e-4)
    rate = through(link, 0.0 if model.inside else model.passing)
    estimate = solved.mean(lambda h: rate(h[0] + model.u))
    ours = league.to_frame().set_index("unit")["estimate"].loc[UNITS].to_numpy()
    assert ours == pytest.approx(estimate, rel=5e-4)
    if model.passing:
        # Its opportunity counts the rows' own rates: what passes would have to be drawn as well.
        return
    at, effect = solved.draw(8000, 1)
    theta = link(solved.h[at, :1] + effect)
    best = np.quantile(theta, 0.25, axis=1, keepdims=True)
    size = frame[next(c for c in ("denominator", "expected", "count") if c in frame)].to_numpy()
    total = np.maximum(theta - best, 0.0) @ size
    opportunity = varstat.compute_opportunity(fits)[0].total
    error = total.std() * np.sqrt(1 / 8000 + 1 / 4000)
    assert opportunity.estimate == pytest.approx(total.mean(), abs=4.0 * error)


def panel(kind):
    """Tables whose units have several rows, or rates that columns explain."""
    rng = np.random.default_rng(9)
    if kind.endswith("in periods"):
        return in_periods(kind.removesuffix(" in periods"), rng)
    if kind == "strata":
        return in_strata(rng)
    units = 24
    n = np.round(np.exp(rng.normal(5.5, 0.5, units)))
    group = np.arange(units) % 2
    x = rng.normal(size=units)
    z = (x - x.mean()) / x.std()
    sd = np.array([0.25, 0.5])[group] if "own" in kind else 0.35
    theta = -1.2 + 0.5 * group + 0.3 * z + sd * rng.normal(size=units)
    y = rng.binomial(n.astype(int), expit(theta)).astype(float)
    names = [f"u{i:02}" for i in range(units)]
    frame = pd.DataFrame(
        {
            "unit": names,
            "kind": np.where(group, "b", "a"),
            "age": x,
            "numerator": y.astype(int),
            "denominator": n.astype(int),
        }
    )
    said = {"peer_group": "kind", "covariates": "age"}
    own = "own" in kind
    model = plain.Plain(
        likelihood=plain.binomial(y, n),
        unit=np.arange(units),
        matrix=np.column_stack([group == 0, group == 1, z]).astype(float),
        place=np.array([logit(y, n)] * 2 + [0.0]),
        scale=np.full(3, 2.5),
        tau_of=group if own else None,
    )
    reference = np.column_stack([group == 0, group == 1, np.zeros(units)])
    taus = [np.log(0.4)] * (2 if own else 1)
    start = np.array([-1.2, -0.7, 0.3, *taus])
    return frame, said | ({"peer_tau": "own"} if own else {}), model, start, [(1.0, reference)]


def in_periods(likelihood, rng):
    units, periods = 8, 3
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    eta = 0.4 * rng.normal(size=units)[unit] + np.array([-0.2, 0.0, 0.2])[period]
    eta = eta + 0.25 * rng.normal(size=units * periods)
    columns, said = {"unit": [f"u{i:02}" for i in unit], "period": [f"201{t}" for t in period]}, {}
    match likelihood:
        case "mean":
            size = 3.0 / np.sqrt(np.round(np.exp(rng.normal(4.0, 0.5, len(unit)))))
            value = 6.0 + 2.0 * eta + size * rng.normal(size=len(unit))
            columns |= {"value": value, "se": size}
            centre, sd = value.mean(), value.std(ddof=1)
            log_l, place = plain.normal((value - centre) / sd, size / sd), 0.0
        case "binomial" | "beta-binomial":
            size = np.round(np.exp(rng.normal(5.5, 0.6, len(unit))))
            event = rng.binomial(size.astype(int), expit(-1.0 + eta)).astype(float)
            columns |= {"numerator": event.astype(int), "denominator": size.astype(int)}
            make = plain.binomial if likelihood == "binomial" else plain.beta_binomial
            log_l, place = make(event, size), logit(event, size)
        case _:
            size = np.exp(rng.normal(4.0, 0.6, len(unit)))
            event = rng.poisson(size * np.exp(eta)).astype(float)
            columns |= {"observed": event.astype(int), "expected": size}
            make = plain.poisson if likelihood == "poisson" else plain.negative_binomial
            log_l, place = make(event, size), float(np.log((event.sum() + 0.5) / size.sum()))
    if likelihood != "mean":
        said = {"likelihood": likelihood}
    contrast = helmert(periods).T
    model = plain.Plain(
        likelihood=log_l,
        unit=unit,
        matrix=np.column_stack([np.ones(len(unit)), contrast[period]]),
        place=np.array([place, 0.0, 0.0]),
        scale=np.array([2.5, 1.0, 1.0]),
        passing="auto",
        inside=likelihood not in ("binomial", "poisson"),
        reach=8.0 if likelihood == "mean" else 3.2,
    )
    start = np.array([place, 0.0, 0.0, np.log(0.4), np.log(0.25)])
    reference = np.column_stack([np.ones(units), np.zeros((units, 2))])
    return pd.DataFrame(columns), {"period": "period"} | said, model, start, [(1.0, reference)]


def in_strata(rng):
    units, ages, needs = 12, ("old", "young"), ("x", "y", "z")
    cells = [(age, need) for age in range(2) for need in range(3)]
    unit = np.repeat(np.arange(units), len(cells))
    age, need = (np.tile([cell[at] for cell in cells], units) for at in range(2))
    n = np.round(np.exp(rng.normal(4.0, 0.5, len(unit))))
    eta = -1.3 + np.array([0.3, -0.3])[age] + np.array([-0.2, 0.0, 0.2])[need]
    y = rng.binomial(n.astype(int), expit(eta + 0.4 * rng.normal(size=units)[unit])).astype(float)
    frame = pd.DataFrame(
        {
            "unit": [f"u{i:02}" for i in unit],
            "age": np.array(ages)[age],
            "need": np.array(needs)[need],
            "numerator": y.astype(int),
            "denominator": n.astype(int),
        }
    )
    of_age, of_need = helmert(2).T, helmert(3).T
    model = plain.Plain(
        likelihood=plain.binomial(y, n),
        unit=unit,
        matrix=np.column_stack([np.ones(len(unit)), of_age[age], of_need[need]]),
        place=np.array([logit(y, n), 0.0, 0.0, 0.0]),
        scale=np.full(4, 2.5),
    )
    places = [
        (
            n[(age == a) & (need == b)].sum() / n.sum(),
            np.tile([1.0, *of_age[a], *of_need[b]], (units, 1)),
        )
        for a, b in cells
    ]
    return frame, {"stratum": ["age", "need"]}, model, np.r_[-1.3, 0, 0, 0, np.log(0.4)], places


@pytest.mark.slow
@pytest.mark.parametrize("kind", WEIGHED)
def test_a_model_of_several_rows_or_columns_is_that_of_a_plain_grid(kind):
    frame, said, model, start, places = panel(kind)
    fits = fit(frame, said)
    solved = plain.solve(model, start, points=2048 if model.inside else 512)
    assert solved.effective > 200
    league = varstat.compute_league(fits)[0]
    k, taus = model.matrix.shape[1], model.taus
    mean = kind == "mean in periods"
    centre, sd = (frame["value"].mean(), frame["value"].std(ddof=1)) if mean else (0.0, 1.0)
    link = (lambda x: centre + sd * x) if mean else np.exp if "observed" in frame else expit
    scales = sd * np.exp(solved.h[:, k:])
    found = [
        value
        for name, value in zip(
            league.hyperparameters.name, league.hyperparameters.mean, strict=True
        )
        if name.startswith("tau")
    ]
    expected = solved.weight @ scales
    spread = np.sqrt(solved.weight @ (scales - expected) ** 2)
    error = spread * np.sqrt(1.0 / solved.effective + 1.0 / fits[0].diagnostics.ess_bulk)
    assert len(found) == taus + (model.passing == "auto")
    assert np.all(np.abs(np.array(found) - expected) < 4.0 * error)

    def rates(h):
        passing = model.split(h)[2]
        rate = through(link, 0.0 if model.inside else passing)
        return sum(weight * rate((place @ h[:k])[:, None] + model.u) for weight, place in places)

    estimate = solved.mean(rates)
    square = solved.mean(lambda h: (rates(h) - estimate[:, None]) ** 2)
    ours = league.to_frame().set_index("unit")["estimate"].sort_index().to_numpy()
    error = np.sqrt(square * (1.0 / solved.effective + 1.0 / fits[0].diagnostics.ess_bulk))
    assert np.all(np.abs(ours - estimate) < 4.0 * error)
