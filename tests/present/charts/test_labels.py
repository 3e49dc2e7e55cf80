"""The search for room for labels, on boxes alone."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.present.charts.labels import count_crowd, place_labels

FRAME = np.array([0.0, 0.0, 400.0, 300.0])


def place(anchors: np.ndarray, sizes: np.ndarray, required: np.ndarray, limit: int) -> list:
    crowd = count_crowd(anchors, np.ones(len(anchors)), FRAME)
    return place_labels(
        anchors,
        sizes,
        outward=np.ones(len(anchors)),
        frame=FRAME,
        crowd=crowd,
        required=required,
        limit=limit,
        taken=np.empty((0, 4)),
    )


points = st.tuples(st.floats(0, 400), st.floats(0, 300))


@settings(max_examples=60)
@given(st.lists(points, min_size=1, max_size=25), st.integers(0, 20))
def test_labels_are_apart_inside_and_no_more_than_asked(anchors: list, limit: int) -> None:
    at = np.array(anchors)
    sizes = np.tile([60.0, 9.0], (len(at), 1))
    boxes = place(at, sizes, np.zeros(len(at), dtype=bool), limit)
    placed = [box for box in boxes if box is not None]
    assert len(placed) <= limit
    for box in placed:
        assert np.all(box[:2] >= FRAME[:2] - 1e-6)
        assert np.all(box[2:] <= FRAME[2:] + 1e-6)
    for a, b in combinations(placed, 2):
        assert np.any(a[:2] >= b[2:]) or np.any(b[:2] >= a[2:])


def test_a_required_label_stands_however_crowded() -> None:
    at = np.full((30, 2), 100.0)
    boxes = place(at, np.tile([300.0, 200.0], (30, 1)), np.arange(30) == 29, 20)
    assert boxes[29] is not None


def test_a_label_wider_than_the_frame_is_left_out_unless_required() -> None:
    at, size = np.array([[10.0, 10.0]]), np.array([[900.0, 9.0]])
    assert place(at, size, np.array([False]), 5) == [None]
    assert place(at, size, np.array([True]), 5)[0] is not None


def test_the_crowd_within_a_box_is_counted() -> None:
    at = np.array([[50.0, 50.0], [52.0, 52.0], [300.0, 200.0]])
    crowd = count_crowd(at, np.array([1.0, 2.0, 4.0]), FRAME)
    boxes = np.array([[40.0, 40.0, 60.0, 60.0], [100.0, 100.0, 120.0, 120.0], FRAME])
    np.testing.assert_allclose(crowd.within(boxes), [3.0, 0.0, 7.0])
