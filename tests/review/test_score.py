"""Scores of units, quickly and for many data sets."""

import numpy as np
import pytest
from designs import all_effects, make_design, make_posterior

from varstat.review.score import mean_hyper, reported_events, score_units, some_draws


def test_estimates_are_about_posterior_means():
    rng = np.random.default_rng(1)
    size = rng.integers(200, 2000, 60)
    event = rng.binomial(size, 1 / (1 + np.exp(1 - 0.5 * rng.standard_normal(60))))
    design = make_design(event, size)
    posterior = make_posterior(design)
    found = score_units(design, mean_hyper(posterior), reported_events(design)[None])
    effect = all_effects(posterior)
    assert np.abs(found.estimate[0] - effect.mean(axis=0)).max() < 0.03
    # Given the hyper-parameters, and so of the rate rather than of its distance from their mean.
    rate = posterior.beta + effect
    assert found.sd[0] == pytest.approx(rate.std(axis=0), rel=0.1)


def test_own_rates_rank_units_as_reported():
    event, size = np.array([10.0, 30.0, 20.0, 60.0]), np.full(4, 100.0)
    design = make_design(event, size)
    own = score_units(design, np.array([[-1.0, -1.0]]), event[None]).own[0]
    assert np.array_equal(np.argsort(own), np.argsort(event))


def test_units_without_an_event_are_tied_whatever_their_size():
    event, size = np.array([0.0, 0.0, 20.0, 100.0]), np.array([10.0, 1000.0, 100.0, 100.0])
    found = score_units(make_design(event, size), np.array([[-1.0, -1.0]]), event[None])
    assert found.own[0, :2].tolist() == [-np.inf, -np.inf]
    assert found.own[0, 3] == np.inf
    assert np.isfinite(found.away).all()


def test_rows_that_are_left_out_say_nothing():
    event = np.array([10.0, 90.0, 30.0, 40.0])
    design = make_design(
        event, np.full(4, 100.0), unit=["a", "a", "b", "b"], period=["2015", "2016"] * 2
    )
    h = np.zeros((1, design.dimension))
    first = design.row_period == 0
    changed = np.where(first, event, 1.0)
    one, other = (score_units(design, h, each[None], rows=first) for each in (event, changed))
    assert np.array_equal(one.own, other.own)
    none = score_units(design, h, event[None], rows=np.array([True, True, False, False]))
    assert np.isnan(none.own[0, 1])


def test_some_draws_are_those_of_the_posterior():
    posterior = make_posterior(make_design([10.0, 20.0, 30.0], [100.0] * 3), draws=400)
    at, effect = some_draws(posterior, 50)
    assert len(at) == 50
    assert np.array_equal(effect, all_effects(posterior)[at])
