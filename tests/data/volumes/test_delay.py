"""Delays of vintages that come at even times, late, or not at all."""

import numpy as np

from varstat.data.volumes.delay import number_delays


def delays_of(end, published, youngest=0.0):
    """Number the delays where each vintage has every period of some age or more."""
    end, published = np.asarray(end, dtype=float), np.asarray(published, dtype=float)
    return number_delays(end, published, published[None, :] - end[:, None] >= youngest)


def test_each_vintage_is_one_delay_after_the_last():
    found = delays_of([3, 6, 9], [5, 8, 11])
    assert found.number.tolist() == [[0, 1, 2], [-1, 0, 1], [-1, -1, 0]]
    assert found.step == 3
    assert found.months.tolist() == [2, 5, 8]


def test_a_vintage_that_is_a_month_late_keeps_its_place():
    found = delays_of([3, 6, 9], [5, 9, 11], youngest=2.0)
    assert found.number.tolist() == [[0, 1, 2], [-1, 0, 1], [-1, -1, 0]]


def test_a_vintage_that_is_missing_leaves_a_hole():
    assert delays_of([3, 6], [5, 8, 14, 17]).number.tolist() == [[0, 1, 3, 4], [-1, 0, 2, 3]]


def test_months_that_are_published_by_the_quarter_share_delays():
    found = delays_of([1, 2, 3, 4, 5, 6], [3, 6, 9])
    assert found.number[:, -1].tolist() == [2, 2, 2, 1, 1, 1]


def test_dates_about_the_end_of_a_month_are_one_delay():
    found = delays_of([1, 2, 3], [2.97, 4.03, 5.0])
    assert found.number.tolist() == [[1, 2, 3], [0, 1, 2], [-1, 0, 1]]
