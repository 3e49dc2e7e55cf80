"""The filter and smoother against dense algebra, and against numbers computed by another script."""

import numpy as np
import pytest
from scipy.stats import norm

from varstat.hierarchical.series.breaks import find_breaks
from varstat.hierarchical.series.chain import chain_at
from varstat.hierarchical.series.kalman import (
    find_gains,
    find_information,
    innovate,
    invert_rows,
    smooth,
    sum_inverse,
    sum_pairs,
)
from varstat.hierarchical.series.model import SeriesModel

# a_golden_gaussian.py of the design's material: five periods of one unit, dense algebra.
RESPONSE = np.array([0.4, 0.5, 0.3, 0.1, 0.2])
WEIGHT = 1.0 / np.array([0.01, 0.02, 0.01, 0.015, 0.01])
GOLDEN = np.array([[np.log(0.5), np.log(0.1), np.log(0.05), np.log(0.2 / 0.8), np.log(0.3)]])


def _golden():
    chain = chain_at(SeriesModel(), GOLDEN, np.arange(5.0))
    gains = find_gains(chain, WEIGHT[:, None, None])
    innovation = innovate(chain, gains, RESPONSE[:, None, None])
    return chain, gains, innovation, smooth(chain, gains, innovation)


def _levels(chain, r):
    """Mean levels of one unit with one state, from the smoother."""
    return np.cumsum(np.append(chain.start[0, 0, 0], chain.step[1:, 0, 0, 0]) * r[:, 0, 0, 0])


def _level_covariance(chain, weight):
    """Posterior covariance of one unit's levels, from the smoother of one response at a time."""
    gains = find_gains(chain, weight[:, None, None])
    prior, mean = [], []
    for t in range(len(weight)):
        there = np.eye(len(weight))[t][:, None, None]
        _, r = smooth(chain, gains, innovate(chain, gains, there))
        mean.append(_levels(chain, r))
        step = np.append(chain.start[0, 0, 0], chain.step[1:, 0, 0, 0])
        prior.append(np.cumsum(np.where(np.arange(len(weight)) <= t, step, 0.0)))
    # K - K C^-1 K, with K C^-1 in the columns of the mean.
    return np.array(prior) - np.array(mean).T @ np.array(prior)


def test_the_log_marginal_of_five_periods_is_the_published_one():
    _, gains, innovation, _ = _golden()
    square = (innovation**2 * gains.precision).sum()
    log_det = gains.log_det.sum() - np.log(WEIGHT).sum() + 5 * np.log(2.0 * np.pi)
    assert -0.5 * (square + log_det) == pytest.approx(1.0681907566, abs=1e-10)


def test_level_means_of_five_periods_are_the_published_ones():
    chain, _, _, (_, r) = _golden()
    level = _levels(chain, r)
    assert level == pytest.approx([0.370919, 0.362491, 0.292947, 0.217761, 0.209867], abs=1e-6)
    assert level[4] - level[0] == pytest.approx(-0.161051, abs=1.1e-6)


def test_sds_of_levels_and_of_the_lasting_change_are_the_published_ones():
    chain, _, _, _ = _golden()
    covariance = _level_covariance(chain, WEIGHT)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(
        [0.086304, 0.082565, 0.074998, 0.079654, 0.086682], abs=1e-6
    )
    change = np.array([-1.0, 0.0, 0.0, 0.0, 1.0])
    assert np.sqrt(change @ covariance @ change) == pytest.approx(0.118641, abs=1e-6)


@pytest.mark.parametrize(
    ("response", "published"), [([1.0, 0.8], -0.054545), ([1.0, 1.0], 0.012987)]
)
def test_lasting_change_over_two_periods_is_the_closed_form(response, published):
    tau2, step2, variance = 0.25, 0.01, 0.01
    h = np.log([[np.sqrt(tau2), np.sqrt(step2)]])
    # What passes is part of each period's own variance.
    chain = chain_at(SeriesModel(breaks=False, passing=0.0), h, np.arange(2.0))
    gains = find_gains(chain, np.full((2, 1, 1), 1.0 / variance))
    _, r = smooth(chain, gains, innovate(chain, gains, np.array(response)[:, None, None]))
    level = _levels(chain, r)
    det = (tau2 + variance) * (tau2 + step2 + variance) - tau2**2
    closed = step2 * ((tau2 + variance) * response[1] - tau2 * response[0]) / det
    assert level[1] - level[0] == pytest.approx(closed)
    # To stay at an extreme is evidence of a rise.
    assert closed == pytest.approx(published, abs=1e-6)


def test_the_worst_quarter_falls_back_as_published_where_nothing_changes():
    tau, se = 0.3, 0.25
    model = SeriesModel(kind="none", breaks=False, passing=0.0)
    gains = find_gains(chain_at(model, np.log([[tau]]), np.zeros(1)), np.full((1, 1, 1), se**-2))
    kept = gains.gain[0, 0, 0, 0]
    assert kept == pytest.approx(0.590164, abs=1e-6)
    worst = norm.pdf(norm.ppf(0.75)) / 0.25 * np.hypot(tau, se)
    assert (1.0 - kept) * worst == pytest.approx(0.203436, abs=1e-6)


def test_evidence_of_breaks_in_five_periods_is_the_published_one():
    chain, gains, _, (_, r) = _golden()
    information = find_information(chain, gains)
    assert r[1:, 0, 0, 0] == pytest.approx([-0.842822, -6.954353, -7.518591, -0.789383], abs=1e-6)
    assert information.step[1:, 0, 0] == pytest.approx(
        [31.444775, 34.760510, 36.109764, 31.911634], abs=1e-6
    )
    breaks = find_breaks(chain, r[:, 0], information.step)
    assert breaks.log_factor[1:, 0, 0] == pytest.approx(
        [-0.663090, -0.181794, -0.124884, -0.669650], abs=1e-6
    )
    assert 1.0 - breaks.probability.sum() == pytest.approx(0.853628, abs=1e-6)
    assert 1.0681907566 + breaks.log_evidence[0, 0] == pytest.approx(1.003306, abs=1e-6)


def _covariance(model, h, at):
    value = dict(zip(model.names, h, strict=True))
    apart = np.abs(at[:, None] - at)
    level = np.full((len(at), len(at)), np.exp(2.0 * value["tau"]))
    if model.kind == "walk":
        level = level + np.exp(2.0 * value["step"]) * np.minimum.outer(at, at)
    if model.kind == "mean-reverting":
        phi = 1.0 / (1.0 + np.exp(-value["reversion"]))
        level = level + np.exp(2.0 * value["step"]) / (1.0 - phi**2) * phi**apart
    return level + np.exp(2.0 * value["passing"]) * np.eye(len(at))


@pytest.mark.parametrize("kind", ["walk", "mean-reverting", "none"])
def test_the_filter_agrees_with_dense_algebra_across_gaps_and_missing_rows(kind):
    rng = np.random.default_rng(1)
    model, at = SeriesModel(kind=kind), np.array([0.0, 1.0, 2.0, 4.0, 5.0, 6.0])
    h = rng.normal(-1.0, 0.4, (3, len(model.names)))
    weight, residual = rng.exponential(20.0, (6, 3, 4)), rng.normal(size=(6, 3, 4))
    weight[2, :, 1] = 0.0
    chain = chain_at(model, h, at)
    gains = find_gains(chain, weight)
    u, r = smooth(chain, gains, innovate(chain, gains, residual))
    information = find_information(chain, gains)
    rows = invert_rows(chain, gains, information)
    first, third = sum_pairs(chain, gains, information, residual, weight)
    total = np.zeros((3, 6, 6))
    since = np.tril(np.ones((6, 6)))
    for k, i in np.ndindex(3, 4):
        there = weight[:, k, i] > 0.0
        inside = np.ix_(there, there)
        dense = (_covariance(model, h[k], at))[inside] + np.diag(1.0 / weight[there, k, i])
        inverse = np.zeros((6, 6))
        inverse[inside] = np.linalg.inv(dense)
        assert u[:, k, i] == pytest.approx(inverse @ residual[:, k, i])
        assert r[:, 0, k, i] == pytest.approx(since.T @ inverse @ residual[:, k, i])
        assert information.diagonal[:, k, i] == pytest.approx(np.diag(inverse))
        assert information.step[:, k, i] == pytest.approx(np.diag(since.T @ inverse @ since))
        log_det = np.linalg.slogdet(dense)[1] + np.log(weight[there, k, i]).sum()
        assert gains.log_det[k, i] == pytest.approx(log_det)
        for s, row in enumerate(rows):
            assert row[:, k, i] == pytest.approx(inverse[s, s + 1 :])
        total[k] += inverse
        above = np.triu(inverse, 1)
        assert first[k, i] == pytest.approx(residual[:, k, i] @ above @ residual[:, k, i])
        assert third[k, i] == pytest.approx(weight[:, k, i] @ above**3 @ weight[:, k, i])
    assert sum_inverse(chain, gains, information) == pytest.approx(total)
