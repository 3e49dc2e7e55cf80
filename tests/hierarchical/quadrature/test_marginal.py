"""Integrals over effects against adaptive integration, and their slopes against differences."""

import numpy as np
import pytest
from designs import half_normal, make_design, normal
from scipy.integrate import quad
from scipy.special import expit, gammaln

from varstat.hierarchical.quadrature.marginal import (
    condition,
    log_posterior,
    log_posterior_slope,
    log_prior,
    unpack,
)

FAMILIES = {
    "binomial": "proportion",
    "beta-binomial": "proportion",
    "poisson": "ratio",
    "negative-binomial": "ratio",
    "normal": "mean",
}
EFFECTS = ("normal", "normal-by-size", "student-t", "contaminated-normal")
PRIORS = {"intercept": normal(0, 2), "tau": half_normal(1), "transient": half_normal(1)}


def panel(likelihood, effects, *, seed=1, units=5, periods=3):
    rng = np.random.default_rng(seed)
    unit = np.repeat([f"u{i}" for i in range(units)], periods)
    period = np.tile([f"p{i}" for i in range(periods)], units)
    rows = units * periods
    match FAMILIES[likelihood]:
        case "proportion":
            size = rng.integers(5, 300, rows)
            event = rng.binomial(size, rng.beta(2, 5, rows))
        case "ratio":
            size = rng.uniform(0.5, 80, rows)
            event = rng.poisson(size * rng.gamma(4, 0.25, rows))
        case "mean":
            size, event = rng.uniform(0.2, 2, rows), rng.normal(0, 2, rows)
    return make_design(
        event,
        size,
        measure=FAMILIES[likelihood],
        likelihood=likelihood,
        effects=effects,
        unit=unit,
        period=period,
        covariates={"x": rng.normal(size=rows)},
        priors=PRIORS,
        scaled=False,
    )


def points(design, number=4, seed=2):
    rng = np.random.default_rng(seed)
    h = 0.3 * rng.standard_normal((number, design.dimension))
    h[:, list(design.names).index("intercept")] -= 0.5
    h[:, [name.startswith("tau") for name in design.names]] -= 1.0
    return h


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("likelihood", FAMILIES)
def test_the_slope_is_that_of_the_value(likelihood, effects):
    design = panel(likelihood, effects)
    h = points(design)
    # With this many nodes the error of the rule itself has no slope to speak of.
    slope = log_posterior_slope(design, h, nodes=41)[1]
    step = 1e-4
    for j in range(design.dimension):
        move = np.zeros(design.dimension)
        move[j] = step
        ends = [log_posterior(design, h + side * move, nodes=41) for side in (1, -1)]
        np.testing.assert_allclose(slope[:, j], (ends[0] - ends[1]) / (2 * step), atol=2e-4)


@pytest.mark.parametrize("likelihood", ["binomial", "normal"])
@pytest.mark.parametrize("log_scale", [-20.0, -8.5, 11.5, 12.5])
def test_beyond_the_ends_of_a_scale_the_slope_is_still_that_of_the_value(likelihood, log_scale):
    design = panel(likelihood, "normal")
    h = np.tile(points(design, number=1), (2, 1))
    h[:, [design.names.index("tau"), design.names.index("tau_transient")]] = -1.0
    for b, name in enumerate(("tau", "tau_transient")):
        h[b, design.names.index(name)] = log_scale
    slope = log_posterior_slope(design, h, nodes=41)[1] - log_prior(design, h)[1]
    step = 1e-3
    for b, name in enumerate(("tau", "tau_transient")):
        move = np.zeros(design.dimension)
        move[design.names.index(name)] = step
        ends = [
            log_posterior(design, at, nodes=41) - log_prior(design, at)[0]
            for at in (h + move, h - move)
        ]
        found = slope[b, design.names.index(name)]
        assert found == pytest.approx((ends[0] - ends[1])[b] / (2 * step), abs=0.02)


def rate_density(design, row, theta, spread):
    """Log-likelihood of a row with a normal transient effect, by brute force."""
    y, n = design.event[row], design.size[row]
    w = np.linspace(-60, 60, 60_001)
    at = theta + spread * w
    if design.likelihood == "binomial":
        value = y * at - n * np.logaddexp(0, at)
    else:
        value = y * at - n * np.exp(at)
    return np.log(
        np.trapezoid(np.exp(value - value.max() - 0.5 * w**2), w) / np.sqrt(2 * np.pi)
    ) + (value.max())


@pytest.mark.parametrize("likelihood", ["binomial", "poisson"])
def test_a_transient_effect_is_integrated_out_of_each_row(likelihood):
    design = panel(likelihood, "normal")
    for spread in (0.05, 0.4, 1.5):
        for theta in (-3.0, -0.5, 1.0):
            found = design.family.value(
                np.full((1, design.rows, 1), theta), np.array([[[spread]]])
            )[0, :, 0]
            brute = [rate_density(design, row, theta, spread) for row in range(design.rows)]
            np.testing.assert_allclose(found, brute, atol=1e-4)


def integrated(likelihood, y, n, theta, spread):
    """Log-likelihood of a row with a normal transient effect, by SciPy's adaptive integration."""

    def log_f(z):
        at = theta + spread * z
        return y * at - (n * np.logaddexp(0, at) if likelihood == "binomial" else n * np.exp(at))

    grid = np.linspace(-60, 60, 24_001)
    value = log_f(grid) - 0.5 * grid**2
    peak, at = value.max(), grid[value.argmax()]
    ends = grid[value > peak - 40][[0, -1]]
    area = sum(
        quad(lambda z: np.exp(log_f(z) - 0.5 * z * z - peak), *sorted((at, end)), epsabs=1e-12)[0]
        for end in ends
    )
    return peak + np.log(area) - 0.5 * np.log(2 * np.pi)


CLIFFS = {
    "binomial": ([0, 0, 7, 400, 200], [7, 400, 7, 400, 400]),
    "poisson": ([0, 0, 0, 2, 60], [0.01, 1.0, 300.0, 30.0, 30.0]),
}


@pytest.mark.parametrize("likelihood", CLIFFS)
@pytest.mark.parametrize("spread", [0.3, 1.0, 1.01, 2.0, 3.0, 5.0])
def test_a_large_transient_effect_is_integrated_out_of_rows_without_events(likelihood, spread):
    # Nine nodes about the mode are off by 0.008 at an SD of 3, and by 0.03 at 5.
    event, size = CLIFFS[likelihood]
    design = make_design(
        event, size, measure=FAMILIES[likelihood], likelihood=likelihood, transient=spread
    )
    theta = np.array([-8.0, -4.0, -2.0, 0.0, 3.0])
    found = design.family.value(np.tile(theta, (1, 5, 1)), np.array([[[spread]]]))[0]
    exact = [
        [integrated(likelihood, y, n, at, spread) for at in theta]
        for y, n in zip(event, size, strict=True)
    ]
    np.testing.assert_allclose(found, exact, atol=3e-5 if spread <= 1 else 2e-6)


def test_small_and_large_transient_effects_in_one_batch_are_as_if_alone(monkeypatch):
    design = panel("poisson", "normal", units=40)
    rng = np.random.default_rng(3)
    theta = rng.normal(-1, 1, (6, design.rows, 4))
    spread = np.array([0.1, 3.0, 0.9, 1.1, 5.0, 0.4])[:, None, None]
    alone = [design.family.value_and_slope(theta[[b]], spread[[b]]) for b in range(6)]
    together = design.family.value_and_slope(theta, spread)
    # As well with so little to be held that even the nodes of one draw come a few at a time.
    monkeypatch.setattr("varstat.hierarchical.model.smeared._HELD", 2 * 41 * design.rows)
    in_pieces = design.family.value_and_slope(theta, spread)
    for j in range(2):
        expected = np.concatenate([each[j] for each in alone])
        np.testing.assert_allclose(together[j], expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(in_pieces[j], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("likelihood", CLIFFS)
def test_a_large_transient_effect_has_the_slopes_of_its_value(likelihood):
    event, size = CLIFFS[likelihood]
    design = make_design(
        event, size, measure=FAMILIES[likelihood], likelihood=likelihood, transient=2.5
    )
    theta, step = np.tile([-5.0, -1.0, 2.0], (1, 5, 1)), 1e-3
    at = np.array([[[2.5]]])
    ends = [design.family.value(theta + side * step, at) for side in (1, -1)]
    first, second = design.family.slopes(theta, at)
    np.testing.assert_allclose(first, (ends[0] - ends[1]) / (2 * step), rtol=1e-4, atol=1e-4)
    ends = [design.family.slopes(theta + side * step, at)[0] for side in (1, -1)]
    np.testing.assert_allclose(second, (ends[0] - ends[1]) / (2 * step), rtol=1e-3, atol=1e-4)
    ends = [design.family.value(theta, at * np.exp(side * step)) for side in (1, -1)]
    found = design.family.gradient(theta, at)[1]
    np.testing.assert_allclose(found, (ends[0] - ends[1]) / (2 * step), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("effects", EFFECTS)
def test_a_units_marginal_likelihood_is_the_integral_over_its_effect(effects):
    event, size = [0, 3, 40, 39, 500], [47, 20, 40, 40, 1000]
    design = make_design(event, size, effects=effects)
    grid = np.linspace(-40, 40, 80_001)
    h = points(design, number=3)
    hyper = unpack(design, h)
    found = condition(design, hyper, nodes=25).log_marginal
    for b in range(3):
        for i, (y, n) in enumerate(zip(event, size, strict=True)):
            eta, tau = hyper.eta[b, i], hyper.tau[b, i]
            share = np.exp(hyper.log_share[b])
            peak = y * np.log((y + 0.5) / (n + 1)) + (n - y) * np.log((n - y + 0.5) / (n + 1))

            scale = tau * design.effects.scale[:, None]
            density = np.sum(share[:, None] * np.exp(-0.5 * (grid / scale) ** 2) / scale, axis=0)
            value = y * (eta + grid) - n * np.logaddexp(0, eta + grid) - peak
            value = np.trapezoid(density * np.exp(value), grid) / np.sqrt(2 * np.pi)
            assert found[b, i] == pytest.approx(np.log(value) + peak, abs=3e-4)


def test_suppressed_counts_have_the_probability_of_their_range():
    design = make_design(
        [np.nan, 20],
        [60, 80],
        bounds=([1, 20], [7, 20]),
        likelihood="binomial",
    )
    theta = np.linspace(-4, 1, 7)
    found = design.family.value(np.broadcast_to(theta, (1, 2, 7)), np.zeros((1, 1, 1)))[0, 0]
    p = expit(theta)
    brute = sum(
        np.exp(gammaln(61) - gammaln(y + 1) - gammaln(61 - y)) * p**y * (1 - p) ** (60 - y)
        for y in range(1, 8)
    )
    np.testing.assert_allclose(np.exp(found), brute, rtol=1e-10)


def test_a_range_of_one_value_is_that_count():
    exact = make_design([3, 20], [60, 80])
    ranged = make_design([np.nan, 20], [60, 80], bounds=([3, 20], [3, 20]))
    h = points(exact)
    np.testing.assert_allclose(
        np.diff(log_posterior(exact, h, nodes=25)),
        np.diff(log_posterior(ranged, h, nodes=25)),
        atol=1e-9,
    )


@pytest.mark.parametrize("likelihood", ["beta-binomial", "negative-binomial"])
def test_without_a_transient_part_what_remains_is_the_plain_family(likelihood):
    design = panel(likelihood, "normal")
    plain = panel({"beta-binomial": "binomial"}.get(likelihood, "poisson"), "normal")
    theta = np.linspace(-2, 1, 5)[None, None, :] + np.zeros((1, design.rows, 1))
    for spread, tolerance in ((1e-2, 5e-2), (1e-4, 1e-4)):
        found = design.family.value(theta, np.array([[[spread]]]))
        expected = plain.family.inner.value(theta, np.array([[[0.0]]]))
        shift = (found - expected).mean(axis=2, keepdims=True)
        np.testing.assert_allclose(found - expected - shift, 0, atol=tolerance * 50)


@pytest.mark.parametrize(
    ("prior", "density"),
    [
        (half_normal(0.7), lambda t: np.exp(-0.5 * (t / 0.7) ** 2)),
        (
            {"distribution": "exponential", "rate": 2.0, "because": "Tested."},
            lambda t: np.exp(-2.0 * t),
        ),
        (
            {"distribution": "half-cauchy", "scale": 0.5, "because": "Tested."},
            lambda t: 1 / (1 + (t / 0.5) ** 2),
        ),
        (
            {"distribution": "gamma-precision", "shape": 2.0, "rate": 0.3, "because": "Tested."},
            lambda t: (t**-2) ** 1.0 * np.exp(-0.3 * t**-2) * t**-3,
        ),
    ],
)
def test_priors_on_tau_are_what_they_are_called(prior, density):
    design = make_design([3, 5, 8], [20, 20, 20], priors={"tau": prior})
    tau = np.array([0.2, 0.5, 1.0, 2.0])
    h = np.column_stack([np.zeros(4), np.log(tau)])
    found = log_prior(design, h)[0]
    # The density of log tau is that of tau times tau.
    expected = np.log(density(tau) * tau)
    np.testing.assert_allclose(np.diff(found), np.diff(expected), atol=1e-10)
