"""What a fitted series says, and what it refuses to say."""

import numpy as np
import pytest
from scipy.special import expit

from varstat.errors import ModelError
from varstat.hierarchical.series.fit import fit_series
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import make_panel
from varstat.measure import MEAN, RATIO


def _nation(seed, units, length, *, size=400, step=0.05, passing=0.03, jump=0.0):
    rng = np.random.default_rng(seed)
    steps = np.column_stack(
        [0.5 * rng.standard_normal(units), step * rng.standard_normal((units, length - 1))]
    )
    level = np.cumsum(steps, axis=1)
    level[0, length // 2 :] += jump
    theta = -1.0 + level + passing * rng.standard_normal((units, length))
    number = np.full((units, length), float(size))
    return rng, level, theta, number


def _panel(seed, units, length, **more):
    rng, _, theta, size = _nation(seed, units, length, **more)
    event = rng.binomial(size.astype(int), expit(theta)).astype(float)
    return make_panel(event, size)


@pytest.fixture(scope="module")
def posterior():
    panel = _panel(3, 40, 8, size=1000, jump=0.9)
    event = panel.event.copy()
    event[5, 3] = np.nan
    return fit_series(make_panel(event, panel.size), SeriesModel(), draws=400)


def test_parts_are_joint_whatever_periods_and_units_are_asked_for(posterior):
    whole, some = posterior.draw((0, 3, 7)), posterior.draw((3,), slice(4, 9))
    for name in ("lasting", "passing"):
        assert np.array_equal(getattr(some, name)[..., 0], getattr(whole, name)[:, 4:9, 1])
    assert np.array_equal(some.national[:, 0], whole.national[:, 1])
    assert np.array_equal(some.break_at, whole.break_at[:, 4:9])
    blocks = np.concatenate([drawn.lasting for _, drawn in posterior.blocks((0, 3, 7))], axis=1)
    assert np.array_equal(blocks, whole.lasting)


def test_another_seed_gives_other_draws_of_the_same_posterior(posterior):
    other = fit_series(posterior.panel, SeriesModel(), draws=400, seed=2).draw((7,))
    one = posterior.draw((7,))
    assert not np.array_equal(one.lasting, other.lasting)
    apart = np.abs(one.theta.mean(axis=0) - other.theta.mean(axis=0)) / one.theta.std(axis=0)
    assert apart.max() < 0.35


def test_a_large_jump_is_found_where_it_is(posterior):
    assert posterior.diagnostics.passed
    assert posterior.p_break[0] > 0.9
    assert posterior.break_probability[0].argmax() == 4
    drawn = posterior.draw((3, 4))
    assert np.median(drawn.jump[:, 0][drawn.break_at[:, 0] == 4]) == pytest.approx(0.9, abs=0.25)


def test_a_missing_row_widens_what_is_known_of_its_period(posterior):
    drawn = posterior.draw((2, 3))
    assert drawn.theta[:, 5, 1].std() > 1.2 * drawn.theta[:, 5, 0].std()
    assert np.isnan(posterior.innovations[5, 3])


def test_innovations_are_standard_normal(posterior):
    later = posterior.innovations[1:, 1:]
    assert np.nanmean(later) == pytest.approx(0.0, abs=0.15)
    assert np.nanstd(later) == pytest.approx(1.0, abs=0.15)


def test_means_and_ratios_are_fitted_on_their_own_links():
    rng, _, theta, _ = _nation(5, 40, 8)
    value = 50.0 + 10.0 * (theta + 0.1 * rng.standard_normal(theta.shape))
    means = fit_series(
        make_panel(value, np.full(theta.shape, 1.0), measure=MEAN), SeriesModel(), draws=200
    )
    rate = means.from_link(means.draw((7,)).theta[..., 0]).mean(axis=0)
    assert np.corrcoef(rate, 50.0 + 10.0 * theta[:, 7])[0, 1] > 0.98
    expected = np.full(theta.shape, 200.0)
    observed = rng.poisson(expected * np.exp(theta)).astype(float)
    ratios = fit_series(make_panel(observed, expected, measure=RATIO), SeriesModel(), draws=200)
    ratio = ratios.from_link(ratios.draw((7,)).theta[..., 0]).mean(axis=0)
    assert np.corrcoef(np.log(ratio), theta[:, 7])[0, 1] > 0.95


@pytest.mark.parametrize(
    ("units", "length", "kind", "words"),
    [
        (40, 1, "walk", "one period says nothing of change"),
        (40, 2, "walk", "can't be told from one that passes"),
        (12, 6, "walk", "12 units are too few"),
        (40, 26, "walk", "mean-reverting"),
        (40, 8, "mean-reverting", "need 12 periods"),
    ],
)
def test_what_is_not_identified_is_refused_in_words(units, length, kind, words):
    panel = _panel(1, units, length)
    with pytest.raises(ModelError, match=words):
        fit_series(panel, SeriesModel(kind=kind, breaks=length > 2))


def test_two_periods_with_a_stated_sd_of_what_passes_are_fitted():
    panel = _panel(2, 60, 2, size=2000)
    found = fit_series(panel, SeriesModel(breaks=False, passing=0.03), draws=200)
    assert found.diagnostics.passed
    assert list(found.hyper) == ["tau", "step"]


def test_a_long_series_may_return_to_its_level():
    found = fit_series(_panel(4, 30, 12), SeriesModel(kind="mean-reverting"), draws=200)
    assert found.diagnostics.passed
    assert "return to their own" in found.summary()
