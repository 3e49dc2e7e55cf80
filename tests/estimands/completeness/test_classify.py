"""Classes and what is certain."""

import numpy as np
import pytest

from varstat.estimands.completeness.classify import classify_passing, classify_succession
from varstat.estimands.completeness.gaps import find_certain

NONE = np.array([])


@pytest.mark.parametrize(
    ("effect", "parts", "others", "expected"),
    [
        (-0.3, [-0.3, -0.28], [-0.29, -0.25], "incomplete"),
        (-0.3, [-0.3, -0.28], [0.0, 0.02], "service interruption"),
        (-0.3, [-0.5, -0.1], [0.0, 0.02], "selective loss"),
        (-0.3, [-0.3, -0.28], [], "incomplete or service interruption"),
        (-0.3, [-0.3], [-0.31], "incomplete"),
        (0.3, [0.3, 0.3], [0.3], "spike"),
    ],
)
def test_an_event_is_classed_by_how_the_columns_changed(effect, parts, others, expected):
    assert classify_passing(effect, np.array(parts), np.array(others)) == expected


def test_a_rise_after_a_loss_of_like_size_is_a_catch_up():
    assert classify_passing(0.3, NONE, NONE, lost=0.9) == "late catch-up"
    assert classify_passing(0.3, NONE, NONE, lost=3.0) == "spike"


@pytest.mark.parametrize(
    ("shares", "new", "expected"),
    [
        ({1: 1}, True, "renamed"),
        ({1: 1}, False, "merger"),
        ({1: 1, 2: 1}, True, "merger"),
        ({1: 2}, False, "split"),
    ],
)
def test_a_succession_is_classed_by_who_goes_where(shares, new, expected):
    assert classify_succession(shares, new=new) == expected


def test_a_zero_in_one_column_alone_is_no_gap():
    counts = np.full((2, 1, 5), 3.0)
    counts[0, 0, 2] = 0.0
    assert find_certain(counts) == ()
    counts[1, 0, 2] = np.nan
    assert [(each.kind, each.start, each.end) for each in find_certain(counts)] == [("gap", 2, 2)]
