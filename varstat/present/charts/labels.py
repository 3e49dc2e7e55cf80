"""Place labels beside marks so that none overlaps another or leaves the frame.

A greedy search over a fixed set of positions around each mark: the same marks always give the
same labels, in time that doesn't depend on how many marks there are once they are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats

RADII = (6.5, 8.5, 12.0, 17.0, 23.0, 30.0, 38.0, 48.0)
INWARD = 1.0
WORST = 5.0
# For the labels that matter most.
WORST_FIRST = 40.0
MARK = 2.0
BLACK = 12.0
ANGLES = 16
CELL = 3.0
GAP = 2.0
RING = 5.0
ALONG = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
CLEAR = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How much ink lies to the lower left of each corner of a grid: a summed-area table.

    Attributes
    ----------
    sums : ndarray of float, shape (columns + 1, rows + 1)
    origin : tuple of float
        Lower left corner of the frame, in points.
    """

    sums: Floats
    origin: tuple[float, float]

    def within(self, boxes: Floats) -> Floats:
        """Sum the weight of the marks that each box (x0, y0, x1, y1) touches, shape (boxes,)."""
        grown = boxes + np.array([-MARK, -MARK, MARK, MARK])
        cells = (grown - np.tile(self.origin, 2)) / CELL
        most = np.array(self.sums.shape * 2) - 1
        low = np.floor(cells[:, :2])
        high = np.ceil(cells[:, 2:])
        x0, y0, x1, y1 = np.clip(np.hstack([low, high]), 0, most).astype(int).T
        s = self.sums
        return np.asarray(np.maximum(s[x1, y1] - s[x0, y1] - s[x1, y0] + s[x0, y0], 0.0))


def count_crowd(points: Floats, weights: Floats, frame: Floats) -> Crowd:
    """Count the marks in each cell of a frame.

    Parameters
    ----------
    points : ndarray of float, shape (points, 2)
    weights : ndarray of float, shape (points,)
        How bad it is to hide each.
    frame : ndarray of float, shape (4,)
        x0, y0, x1, y1 in points.
    """
    shape = np.maximum(np.ceil((frame[2:] - frame[:2]) / CELL), 1).astype(int)
    cells = np.floor((points - frame[:2]) / CELL)
    inside = np.all((cells >= 0) & (cells < shape), axis=1)
    x, y = cells[inside].astype(int).T
    counts = np.bincount(x * shape[1] + y, weights[inside], int(np.prod(shape)))
    sums = np.zeros(tuple(shape + 1))
    # A cell that is black already gets no blacker.
    sums[1:, 1:] = np.minimum(counts, BLACK).reshape(shape).cumsum(axis=0).cumsum(axis=1)
    return Crowd(sums=sums, origin=(float(frame[0]), float(frame[1])))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wanted:
    """A label that is wanted.

    Attributes
    ----------
    anchor : ndarray of float, shape (2,)
        Where its mark is, in points.
    sizes : ndarray of float, shape (texts, 2)
        Width and height of the texts it may have, the best first.
    outward : float
        1 where there is more room above the mark than below it, -1 where there is less.
    required : bool
        Whether it must stand, in the least bad position if there is no good one.
    tier : int
        No label of a higher tier is placed once one of a lower tier has found no room.
    """

    anchor: Floats
    sizes: Floats
    outward: float
    required: bool
    tier: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """Where a label stands.

    Attributes
    ----------
    box : ndarray of float, shape (4,)
        x0, y0, x1, y1 in points.
    which : int
        Which of its texts.
    """

    box: Floats
    which: int


def place_labels(
    wanted: Sequence[Wanted],
    *,
    frame: Floats,
    crowd: Crowd,
    others: Floats,
    limit: int,
) -> list[Placed | None]:
    """Find a box for each label, the first ones first.

    A box is never nearer to another mark than to its own, but for a required one that has no
    such place.

    Parameters
    ----------
    wanted : sequence of Wanted
    frame : ndarray of float, shape (4,)
        x0, y0, x1, y1: no label leaves it.
    crowd : Crowd
        What labels should not hide.
    others : ndarray of float, shape (marks, 2)
        All marks, their own among them.
    limit : int
        How many labels to place at most; required ones count but are never left out.

    Returns
    -------
    list of Placed or None
        None where there is no room.
    """
    boxes, leaders = np.empty((0, 4)), np.empty((0, 4))
    found: list[Placed | None] = []
    failed = np.inf
    first = min((each.tier for each in wanted), default=0)
    for each in wanted:
        best: Placed | None = None
        if each.required or (len(boxes) < limit and each.tier <= failed):
            most = WORST_FIRST if each.tier <= max(first, 1) else WORST
            best = _place(each, boxes, leaders, frame, crowd, others, most)
            if best is None:
                failed = min(failed, each.tier)
        found.append(best)
        if best is not None:
            (end,) = nearest_point(best.box[None], each.anchor)
            boxes = np.vstack([boxes, best.box])
            leaders = np.vstack([leaders, np.concatenate([each.anchor, end])])
    return found


def _place(
    wanted: Wanted,
    boxes: Floats,
    leaders: Floats,
    frame: Floats,
    crowd: Crowd,
    others: Floats,
    most: float,
) -> Placed | None:
    """Find the best box for one label, with the first of its texts that has one."""
    rescue: tuple[float, Placed] | None = None
    for which, size in enumerate(wanted.sizes):
        anchor = wanted.anchor
        tries, radii = _candidates(anchor, size, frame, gap=RING if wanted.required else GAP)
        ends = nearest_point(tries, anchor)
        lines = np.hstack([np.broadcast_to(anchor, ends.shape), ends])
        clash = _overlap(tries, boxes).sum(axis=1) + _strikes(lines, boxes).sum(axis=1)
        clash += _strikes(leaders, tries).sum(axis=0) + _crossings(lines, leaders).sum(axis=1)
        inward = wanted.outward * (tries[:, 1] + tries[:, 3] - 2 * anchor[1]) < -size[1]
        cost = np.sqrt(crowd.within(tries)) + 0.055 * radii + INWARD * inward
        cost += np.sqrt(_under(lines, crowd))
        cost += 1e3 * clash + 1e3 * _nearer(tries, anchor, others) + 1e6 * _outside(tries, frame)
        at = int(np.argmin(cost))
        place = Placed(box=tries[at], which=which)
        if cost[at] <= most:
            return place
        if wanted.required and (rescue is None or cost[at] < rescue[0]):
            rescue = float(cost[at]), place
    return None if rescue is None else rescue[1]


def _nearer(boxes: Floats, anchor: Floats, others: Floats) -> NDArray[np.bool_]:
    """Tell which boxes are nearer to another mark than to their own, shape (boxes,)."""
    own = np.hypot(*(nearest_point(boxes, anchor) - anchor).T)
    reach = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
    reach += float(own.max()) * np.array([-1, -1, 1, 1])
    near = others[np.all((others > reach[:2]) & (others < reach[2:]), axis=1)]
    if not near.size:
        return np.zeros(len(boxes), dtype=np.bool_)
    gap = near[None] - np.clip(near[None], boxes[:, None, :2], boxes[:, None, 2:])
    nearest = np.hypot(gap[..., 0], gap[..., 1]).min(axis=1)
    return np.asarray(nearest < own - 1e-9)


def nearest_point(boxes: Floats, anchor: Floats) -> Floats:
    """Find the point of each box nearest to an anchor, shape (boxes, 2)."""
    return np.asarray(np.clip(anchor, boxes[:, :2], boxes[:, 2:]))


def _candidates(
    anchor: Floats, size: Floats, frame: Floats, *, gap: float
) -> tuple[Floats, Floats]:
    """Boxes around a mark: nearest first, to the right and the left before above and below."""
    angles = np.arange(ANGLES) * 2 * np.pi / ANGLES
    angles = angles[np.argsort(np.abs(np.sin(angles)), kind="stable")]
    way = np.column_stack([np.cos(angles), np.sin(angles)])
    radii = np.repeat(RADII, ANGLES)
    centres = anchor + np.tile(way, (len(RADII), 1)) * (radii[:, None] + size / 2)
    # A label that would leave the frame slides along its edge.
    half = size / 2
    low, high = frame[:2] + half, np.maximum(frame[2:] - half, frame[:2] + half)
    centres = np.clip(centres, low, high)
    boxes = np.hstack([centres - half, centres + half])
    hides = np.all((anchor > boxes[:, :2] - gap) & (anchor < boxes[:, 2:] + gap), axis=1)
    return boxes, np.where(hides, 1e3, radii)


def _under(lines: Floats, crowd: Crowd) -> Floats:
    """Weigh the marks under each line, away from the mark where it starts, shape (lines,)."""
    weight = np.zeros(len(lines))
    step = lines[:, 2:] - lines[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    for share in ALONG:
        at = lines[:, :2] + share * step
        away = share * length > CLEAR
        weight += away * crowd.within(np.hstack([at - MARK, at + MARK]))
    return weight


def _outside(boxes: Floats, frame: Floats) -> NDArray[np.bool_]:
    slack = 1e-6
    low = np.any(boxes[:, :2] < frame[:2] - slack, axis=1)
    return np.asarray(low | np.any(boxes[:, 2:] > frame[2:] + slack, axis=1))


def _overlap(boxes: Floats, placed: Floats) -> NDArray[np.int64]:
    """Which boxes overlap which placed ones, shape (boxes, placed)."""
    a, b = boxes[:, None], placed[None]
    apart = np.any(a[..., :2] >= b[..., 2:] + GAP, axis=-1)
    apart |= np.any(a[..., 2:] <= b[..., :2] - GAP, axis=-1)
    return np.asarray(~apart, dtype=np.int64)


def _strikes(lines: Floats, boxes: Floats) -> NDArray[np.int64]:
    """Which lines run through which boxes, shape (lines, boxes)."""
    along = np.linspace(0.0, 1.0, 9)[:, None]
    points = lines[:, None, :2] + along * (lines[:, None, 2:] - lines[:, None, :2])
    p = points[:, None]
    low, high = boxes[None, :, None, :2], boxes[None, :, None, 2:]
    inside = np.all((p > low) & (p < high), axis=-1)
    return np.asarray(inside.any(axis=-1), dtype=np.int64)


def _crossings(lines: Floats, leaders: Floats) -> NDArray[np.int64]:
    """Which lines cross which leaders, shape (lines, leaders)."""
    a, b = lines[:, None, :2], lines[:, None, 2:]
    c, d = leaders[None, :, :2], leaders[None, :, 2:]
    astride = (_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)
    return astride.astype(np.int64)


def _side(a: Floats, b: Floats, c: Floats) -> Floats:
    turn = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1])
    return np.asarray(turn - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0]))
