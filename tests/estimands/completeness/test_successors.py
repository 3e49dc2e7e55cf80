"""Successors proposed from volumes."""

import numpy as np
import pytest

from varstat.estimands.completeness.gaps import find_certain
from varstat.estimands.completeness.level import Scales
from varstat.estimands.completeness.predict import predict_window
from varstat.estimands.completeness.successors import find_successors

PROFILES = np.array([[900, 300, 600], [300, 900, 100], [200, 250, 900], [500, 500, 500]])


def make_counts(periods=36):
    rng = np.random.default_rng(2)
    sizes = np.vstack([PROFILES, PROFILES[::-1] * 3])
    noise = 1 + 0.01 * rng.standard_normal((3, len(sizes), periods))
    return sizes.T[:, :, None] * noise


def proposals(counts):
    found = find_successors(counts, find_certain(counts), months=1, least=100)
    return {(each.old, each.new): each for each in found}


def test_a_unit_that_takes_over_another_is_proposed_whole():
    counts = make_counts()
    counts[:, 5, 20:] += counts[:, 0, 20:]
    counts[:, 0, 20:] = np.nan
    ((pair, found),) = proposals(counts).items()
    assert pair == (0, 5)
    assert found.share == pytest.approx(1.0, abs=0.1)
    assert found.since == 20


def test_two_codes_that_end_together_are_told_apart():
    counts = make_counts()
    for old, new in ((0, 5), (1, 6)):
        counts[:, new, 20:] += counts[:, old, 20:]
        counts[:, old, 20:] = np.nan
    assert set(proposals(counts)) == {(0, 5), (1, 6)}


def test_a_split_has_the_shares_of_the_split():
    counts = make_counts()
    for new, share in ((5, 0.6), (6, 0.4)):
        counts[:, new, 20:] += share * counts[:, 0, 20:]
    counts[:, 0, 20:] = np.nan
    found = proposals(counts)
    assert found[0, 5].share == pytest.approx(0.6, abs=0.1)
    assert found[0, 6].share == pytest.approx(0.4, abs=0.1)


def test_a_code_that_ends_and_nobody_grows_has_no_successor():
    counts = make_counts()
    counts[:, 0, 20:] = np.nan
    assert proposals(counts) == {}


def test_a_new_code_that_takes_over_two_is_found():
    counts = make_counts()
    counts[:, 7, :20] = np.nan
    counts[:, 7, 20:] = counts[:, 0, 20:] + counts[:, 1, 20:]
    counts[:, :2, 20:] = np.nan
    assert set(proposals(counts)) == {(0, 7), (1, 7)}


def test_one_column_proposes_nothing():
    counts = make_counts()[:1]
    counts[:, 0, 20:] = np.nan
    assert proposals(counts) == {}


def test_a_window_is_predicted_from_the_periods_around_it():
    values = np.full((1, 30), 2.0)
    values[0, 15:] = 3.0
    scales = Scales(step=np.array([0.01]), noise=np.array([0.0001]))
    mean, covariance = predict_window(values, scales, 0, (13, 16))
    assert np.all(np.diff(mean) > 0)
    assert np.all((mean > 2) & (mean < 3))
    sd = np.sqrt(np.diag(covariance))
    assert sd[1] > sd[0]


def test_another_event_of_the_unit_does_not_pull_the_prediction():
    values = np.full((1, 30), 2.0)
    values[0, 12] = 1.0
    scales = Scales(step=np.array([0.01]), noise=np.array([0.0001]))
    pulled, _ = predict_window(values, scales, 0, (13, 14))
    apart, _ = predict_window(values, scales, 0, (13, 14), others=[(12, 12)])
    assert apart == pytest.approx(2.0, abs=0.05)
    assert pulled[0] < 1.9
