"""Detection: what is found of what was put in, and what is found of nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.estimands.completeness.detect import detect, estimate_effects
from varstat.estimands.completeness.level import START, Scales, precision
from varstat.estimands.completeness.relative import national_path, relate
from varstat.estimands.completeness.windows import (
    EFFECT,
    integrate_out,
    list_windows,
    weigh_windows,
)

# Of the median trust in England's monthly activity.
STEP, NOISE = 0.0154, 0.0205


def clean_series(units, periods=60, seed=5):
    rng = np.random.default_rng(seed)
    heavy = np.sqrt(3 / 5)
    walk = np.cumsum(STEP * heavy * rng.standard_t(5, (units, periods)), axis=1)
    return walk + NOISE * heavy * rng.standard_t(5, (units, periods))


def scales_of(units):
    return Scales(step=np.full(units, STEP**2), noise=np.full(units, NOISE**2))


def test_the_bayes_factor_is_the_ratio_of_the_normal_densities():
    values = clean_series(1, periods=20)
    windows = list_windows(20, longest=12)
    known = np.isfinite(values)
    inverse = precision(values, scales_of(1))
    found = weigh_windows(values, inverse, windows, windows.possible(known))
    time = np.arange(20)
    covariance = np.minimum(time[:, None], time) * STEP**2 + START + np.eye(20) * NOISE**2
    at = int(np.flatnonzero((windows.start == 7) & (windows.end == 9))[0])
    inside = ((time >= 7) & (time <= 9)).astype(float)
    with_event = covariance + EFFECT * np.outer(inside, inside)

    def log_density(matrix):
        _, size = np.linalg.slogdet(matrix)
        return -0.5 * (size + values[0] @ np.linalg.solve(matrix, values[0]))

    expected = log_density(with_event) - log_density(covariance)
    assert found.log_bayes_factor[0, at] == pytest.approx(expected, abs=1e-7)


def test_integrating_an_event_out_is_inverting_the_larger_covariance():
    values = clean_series(1, periods=15)
    inverse = precision(values, scales_of(1))
    inside = np.zeros(15)
    inside[4:8] = 1
    expected = np.linalg.inv(np.linalg.inv(inverse[0]) + EFFECT * np.outer(inside, inside))
    found = integrate_out(inverse, np.array([4]), np.array([7]))
    assert found[0] == pytest.approx(expected, rel=1e-6)


def test_a_loss_is_found_where_it_was_put():
    values = clean_series(3)
    values[1, 20:23] += np.log(0.7)
    (found,) = detect(values, scales_of(3), longest=12)
    assert (found.unit, found.start, found.end, found.kind) == (1, 20, 22, "dip")
    assert found.effect == pytest.approx(np.log(0.7), abs=0.1)


def test_a_merger_followed_by_a_short_month_is_a_shift_and_a_dip():
    # Greedily it would be a spike and a later shift.
    values = clean_series(1)
    values[0, 40:] += np.log(1.5)
    values[0, 49] += np.log(0.69)
    found = detect(values, scales_of(1), longest=12)
    assert [(each.kind, each.start, each.end) for each in found] == [
        ("shift", 40, 59),
        ("dip", 49, 49),
    ]


def test_a_change_in_the_last_periods_is_an_edge():
    values = clean_series(1)
    values[0, 58:] += np.log(0.6)
    (found,) = detect(values, scales_of(1), longest=12)
    assert (found.kind, found.start) == ("edge", 58)


def test_clean_series_give_hardly_any_false_alarm():
    values = clean_series(240)
    found = detect(values, scales_of(240), longest=12)
    assert len(found) <= 0.5 * values.size / 1000


@pytest.mark.parametrize(
    ("kept", "length", "least"),
    [(0.7, 1, 0.98), (0.7, 3, 0.98), (0.7, 6, 0.98), (0.5, 1, 1.0)],
)
def test_losses_are_found_as_often_as_they_should(kept, length, least):
    values = clean_series(120, seed=8)
    starts = np.random.default_rng(3).integers(13, 60 - 13 - length, 120)
    for unit, start in enumerate(starts):
        values[unit, start : start + length] += np.log(kept)
    found = {
        each.unit
        for each in detect(values, scales_of(120), longest=12)
        if each.kind == "dip"
        and each.effect < 0
        and abs(each.start - starts[each.unit]) <= 1
        and abs(each.end - starts[each.unit] - length + 1) <= 1
    }
    # Two standard errors of the share found in so many.
    assert len(found) / 120 >= least - 2 * np.sqrt(max(least * (1 - least), 0.01) / 120)


@given(st.permutations(range(6)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_units_does_not_matter(order):
    values = clean_series(6)
    values[2, 30:33] -= 0.5
    values[4, 20:] += 0.4
    scales = scales_of(6)

    def events(rows):
        return {
            (rows[each.unit], each.start, each.end, round(each.effect, 9))
            for each in detect(values[list(rows)], scales, longest=12)
        }

    assert events(tuple(order)) == events(tuple(range(6)))


def test_a_unit_with_unknown_periods_is_judged_by_the_others():
    values = clean_series(2)
    values[0, 10:19] = np.nan
    values[0, 30] += np.log(0.6)
    (found,) = detect(values, scales_of(2), longest=12)
    assert (found.unit, found.start, found.end) == (0, 30, 30)


def test_known_events_get_their_effects_together():
    values = clean_series(1)
    values[0, 30:] += 0.4
    values[0, 35] -= 0.3
    shift, dip = estimate_effects(values, scales_of(1), [(0, 30, 59), (0, 35, 35)])
    assert shift.effect == pytest.approx(0.4, abs=0.1)
    assert dip.effect == pytest.approx(-0.3, abs=0.1)


def test_what_all_units_share_is_in_the_path():
    volume = np.exp(clean_series(9) + 7)
    shared = volume.copy()
    shared[:, 25] *= 0.7
    changed = national_path(shared) - national_path(volume)
    assert changed[25] == pytest.approx(np.log(0.7), abs=0.02)
    values = relate(shared, national_path(shared), seasons=12).values
    assert detect(values, scales_of(9), longest=12) == ()
