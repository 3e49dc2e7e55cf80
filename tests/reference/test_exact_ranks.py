"""Exact ranks of twelve hospitals, BUGS volume I, "Surgical: institutional ranking".

Source: surgical_exp1.json, deterministic quadrature over the hyper-parameters, confirmed by brute
force and by four million JAGS iterations. Rank 1 has the lowest rate. The prior is Normal(0, 2.5)
for mu and Exponential(1) for tau. Here a coarser grid than theirs.
"""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import special

from varstat.estimands.ranks.pmf import rank_pmf, summarise_pmf


def posterior_rank_pmf(events, size):
    rate = events / size
    at_best = special.xlogy(events, rate) + special.xlog1py(size - events, -rate)
    pieces = []
    for log_tau in np.linspace(-6.0, 1.4, 50):
        tau = np.exp(log_tau)
        for mu in np.linspace(-4.4, -1.1, 56):
            theta = np.linspace(max(mu - 6 * tau, -8.0), min(mu + 6 * tau, 1.0), 161)
            log_likelihood = events[:, None] * theta - size[:, None] * np.log1p(np.exp(theta))
            log_effect = -0.5 * ((theta - mu) / tau) ** 2 - log_tau
            mass = np.exp(log_likelihood - at_best[:, None] + log_effect) * np.ptp(theta)
            log_prior = -0.5 * (mu / 2.5) ** 2 - tau + log_tau
            pieces.append((np.log(mass.sum(axis=1)).sum() + log_prior, mass))
    log_weight = np.array([piece[0] for piece in pieces])
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    pmf = np.zeros((events.size, events.size))
    for share, (_, mass) in zip(weight, pieces, strict=True):
        if share > 1e-8:
            mass = mass / mass.sum(axis=1, keepdims=True)
            below = np.cumsum(mass, axis=1) - 0.5 * mass
            beats = np.broadcast_to(below.T, (events.size, *below.T.shape))
            pmf += share * rank_pmf(beats, mass)
    return pmf / pmf.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def pmf():
    events = np.array([0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24], dtype=float)
    size = np.array([47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360], dtype=float)
    return posterior_rank_pmf(events, size)


@pytest.fixture
def reference(references):
    found = json.loads((references / "surgical_exp1.json").read_text())
    return pd.DataFrame(found["units"])


def test_the_distribution_of_every_rank_is_as_computed_elsewhere(pmf, reference):
    np.testing.assert_allclose(pmf, np.stack(reference["rank_pmf"]), atol=5e-4)


def test_what_is_said_of_the_ranks_is_as_computed_elsewhere(pmf, reference):
    summary = summarise_pmf(pmf, level=0.95)
    np.testing.assert_allclose(summary.expected, reference["rank_mean"], atol=1e-3)
    np.testing.assert_allclose(summary.p_top, reference["pr_lowest_quartile"], atol=1e-3)
    np.testing.assert_allclose(summary.p_bottom, reference["pr_highest_quartile"], atol=1e-3)
    assert summary.lower.tolist() == reference["rank_q2_5"].tolist()
    assert summary.upper.tolist() == reference["rank_q97_5"].tolist()


@pytest.mark.parametrize("name", ["surgical_exp1", "surgical_bugs"])
def test_their_distribution_is_summarised_as_they_summarise_it(references, name):
    found = json.loads((references / f"{name}.json").read_text())
    units = pd.DataFrame(found["units"])
    summary = summarise_pmf(np.stack(units["rank_pmf"]), level=0.95)
    np.testing.assert_allclose(summary.expected, units["rank_mean"], atol=1e-6)
    np.testing.assert_allclose(summary.p_bottom, units["pr_highest_quartile"], atol=1e-6)
    assert summary.lower.tolist() == units["rank_q2_5"].tolist()
    assert summary.upper.tolist() == units["rank_q97_5"].tolist()
