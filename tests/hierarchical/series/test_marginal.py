"""The log marginal likelihood of each unit against importance sampling, at a count a cell."""

import numpy as np
from scipy.special import expit, logsumexp

from varstat.hierarchical.series.chain import chain_at
from varstat.hierarchical.series.likelihood import Cells
from varstat.hierarchical.series.marginal import integrate
from varstat.hierarchical.series.mode import Locations, find_mode
from varstat.hierarchical.series.model import SeriesModel
from varstat.measure import PROPORTION


def test_terms_of_second_order_leave_little_of_laplaces_error():
    rng = np.random.default_rng(2)
    units, length, level = 12, 4, -3.0
    h = np.log([[0.5, 0.06, 0.03]])
    covariance = 0.25 + 0.06**2 * np.minimum.outer(np.arange(4.0), np.arange(4.0))
    covariance += 0.03**2 * np.eye(length)
    theta = level + rng.multivariate_normal(np.zeros(length), covariance, units)
    event = rng.binomial(20, expit(theta)).astype(float)
    cells = Cells(
        measure=PROPORTION,
        event=np.ascontiguousarray(event.T)[:, None],
        size=np.full((length, 1, units), 20.0),
    )
    # Locations that are as good as known.
    locations = Locations(
        covariates=np.zeros((0, length, 1, units)),
        mean=np.full(length, level),
        precision=1e12 * np.eye(length),
    )
    chain = chain_at(SeriesModel(breaks=False), h, np.arange(4.0))
    mode = find_mode(
        chain,
        cells,
        locations,
        theta=np.full((length, 1, units), level),
        location=locations.mean,
        tolerance=1e-12,
    )
    found = integrate(chain, cells, locations, mode).unit[0]
    noise = rng.standard_normal((100_000, length))
    for i in range(units):
        centre = mode.linear.theta[:, 0, i]
        weight = mode.linear.weight[:, 0, i]
        root = np.linalg.cholesky(np.linalg.inv(np.linalg.inv(covariance) + np.diag(weight)))
        drawn = centre + noise @ root.T
        away = drawn - level
        log_p = event[i] @ drawn.T - 20.0 * np.logaddexp(0.0, drawn).sum(axis=1)
        log_p -= 0.5 * np.sum(away @ np.linalg.inv(covariance) * away, axis=1)
        log_p -= 0.5 * np.linalg.slogdet(covariance)[1]
        log_q = -0.5 * (noise**2).sum(axis=1) - np.log(np.diag(root)).sum()
        exact = logsumexp(log_p - log_q) - np.log(len(noise))
        assert abs(found[i] - exact) < 0.002
