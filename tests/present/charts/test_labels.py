"""The search for room for labels, on boxes alone."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.present.charts.labels import Wanted, count_crowd, place_labels

FRAME = np.array([0.0, 0.0, 400.0, 300.0])


def place(anchors: np.ndarray, sizes: np.ndarray, required: np.ndarray, limit: int) -> list:
    """Boxes of labels with one text each."""
    found = place_labels(
        [
            Wanted(anchor=anchor, sizes=size[None], outward=1.0, required=bool(must), tier=1)
            for anchor, size, must in zip(anchors, sizes, required, strict=True)
        ],
        frame=FRAME,
        crowd=count_crowd(anchors, np.ones(len(anchors)), FRAME),
        others=anchors,
        limit=limit,
    )
    return [None if each is None else each.box for each in found]


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


def gaps(box: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points - np.clip(points, box[:2], box[2:])).T)


@settings(max_examples=60)
@given(st.lists(points, min_size=2, max_size=40))
def test_no_label_is_nearer_to_another_mark_than_to_its_own(anchors: list) -> None:
    at = np.array(anchors)
    boxes = place(at, np.tile([60.0, 9.0], (len(at), 1)), np.zeros(len(at), dtype=bool), 20)
    for own, box in zip(at, boxes, strict=True):
        if box is not None:
            assert gaps(box, own[None])[0] <= gaps(box, at).min() + 1e-6


def test_the_shorter_text_is_taken_where_the_longer_has_no_room() -> None:
    anchor = np.array([200.0, 150.0])
    texts = np.array([[500.0, 9.0], [30.0, 9.0]])
    wanted = Wanted(anchor=anchor, sizes=texts, outward=1.0, required=False, tier=1)
    crowd = count_crowd(anchor[None], np.ones(1), FRAME)
    (found,) = place_labels([wanted], frame=FRAME, crowd=crowd, others=anchor[None], limit=5)
    assert found is not None
    assert found.which == 1


def test_no_label_stands_while_one_that_matters_more_has_no_room() -> None:
    at = np.array([[200.0, 150.0], [50.0, 50.0], [350.0, 250.0]])
    sizes = np.array([[900.0, 9.0], [30.0, 9.0], [30.0, 9.0]])
    wanted = [
        Wanted(anchor=a, sizes=s[None], outward=1.0, required=False, tier=tier)
        for a, s, tier in zip(at, sizes, (1, 1, 2), strict=True)
    ]
    crowd = count_crowd(at, np.ones(3), FRAME)
    found = place_labels(wanted, frame=FRAME, crowd=crowd, others=at, limit=5)
    assert [each is not None for each in found] == [False, True, False]
