"""Name units on a funnel: which to label, in which order, and how each label looks."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray

from varstat.funnel.result import Funnel, bars, has_bar, has_point
from varstat.measure import Floats
from varstat.present.charts import style
from varstat.present.charts.funnel_marks import Lines, centre
from varstat.present.charts.labels import Crowd, count_crowd, nearest_point, place_labels
from varstat.present.charts.names import LONGEST, figure_name

Label = Literal["flagged", "highlighted", "none"]
NOTE_SIZE = style.SMALL - 0.5
FAR = 9.0
AMBIGUOUS = 2.0
BAR_STEPS = 15
LINE_WEIGHT = 0.7
FLAG_WEIGHT = 12.0
LONGEST_IN_PANEL = 18


def draw_labels(
    ax: Axes,
    funnel: Funnel,
    lines: list[Lines],
    chosen: NDArray[np.bool_],
    *,
    label: Label,
    most: int,
    small: bool,
) -> None:
    """Label highlighted and flagged units, and say how many were left out."""
    order = _label_order(funnel, chosen, label=label)
    if not order.size:
        return
    wanted = order[: 3 * most + int(chosen.sum())]
    figure = ax.figure.figure  # of a subfigure, the whole
    scale = 72 / figure.dpi
    to_points = ax.transData + Affine2D().scale(scale)
    at = np.column_stack([funnel.units.size, centre(funnel)])
    points = _in_points(to_points, at)
    corners = ax.get_window_extent().get_points() * scale
    frame = np.array([*(corners[0] + 2), *(corners[1] - 1)])
    note = label == "flagged" and not small
    flagged = (funnel.units.flag == "high") | (funnel.units.flag == "low")
    weights = np.where(flagged | chosen, FLAG_WEIGHT, 1.0)
    font = style.SMALL - 1.2 if small else style.SMALL
    longest = LONGEST_IN_PANEL if small else LONGEST
    names = [figure_name(funnel.units, int(i), longest) for i in wanted]
    bold = chosen[wanted]
    sizes = [style.text_size(n, font, bold=bool(b)) for n, b in zip(names, bold, strict=True)]
    boxes = place_labels(
        points[wanted],
        np.array(sizes) + 1.0,
        outward=np.where(funnel.units.flag[wanted] == "low", -1.0, 1.0),
        frame=frame,
        crowd=_crowd(funnel, points, weights, lines, to_points, frame),
        required=bold,
        limit=most,
        taken=_note_box(frame, most, int(flagged.sum())) if note else np.empty((0, 4)),
    )
    for i, name, box in zip(wanted, names, boxes, strict=True):
        if box is not None:
            leader = _needs_leader(box, points[i], points[flagged])
            _draw_label(ax, name, at[i], points[i], box, font=font, bold=chosen[i], leader=leader)
    if note:
        placed = sum(box is not None and f for box, f in zip(boxes, flagged[wanted], strict=True))
        _note_omitted(ax, placed, int(flagged.sum()))


def _in_points(to_points: Transform, at: Floats) -> Floats:
    """Find where data stand on the page; far outside it where they aren't drawn."""
    points = np.full(at.shape, -1e9)
    seen = np.isfinite(at).all(axis=1)
    points[seen] = to_points.transform(at[seen])
    return points


def _crowd(
    funnel: Funnel,
    points: Floats,
    weights: Floats,
    lines: list[Lines],
    to_points: Transform,
    frame: Floats,
) -> Crowd:
    """Weigh what labels should not hide: marks, and to a lesser degree lines."""
    sides = [(line.size, side) for line in lines for side in (line.lower, line.upper)]
    at = has_bar(funnel.units)
    lower, upper = (end[at] for end in bars(funnel))
    steps = (lower + share * (upper - lower) for share in np.linspace(0, 1, BAR_STEPS))
    sides += [(funnel.units.size[at], step) for step in steps]
    drawn = [_in_points(to_points, np.column_stack(side)) for side in sides]
    ink = np.vstack([points, *drawn])
    light = np.full(len(ink) - len(points), LINE_WEIGHT)
    return count_crowd(ink, np.concatenate([weights, light]), frame)


def _label_order(funnel: Funnel, chosen: NDArray[np.bool_], *, label: Label) -> NDArray[np.intp]:
    """Order the units to label: highlighted first, then by level, p-value and distance."""
    units = funnel.units
    drawn = has_point(units) | has_bar(units)
    flagged = (units.flag == "high") | (units.flag == "low")
    wanted = chosen | flagged if label == "flagged" else chosen
    if label == "none":
        wanted = np.zeros_like(chosen)
    level = np.nan_to_num(units.flag_level, nan=0.0)
    p_value = np.nan_to_num(units.p_value, nan=1.0)
    distance = np.nan_to_num(np.abs(units.z), nan=0.0)
    codes = np.array([str(unit) for unit in units.unit], dtype=object)
    index = np.flatnonzero(wanted & drawn)
    keys = (codes[index], -distance[index], p_value[index], -level[index], ~chosen[index])
    return index[np.lexsort(keys)]


def _needs_leader(box: Floats, point: Floats, others: Floats) -> bool:
    """Tell whether a label had to move away, or stands as near to another flagged mark."""
    own = float(np.hypot(*(nearest_point(box[None], point)[0] - point)))
    gaps = others - np.clip(others, box[:2], box[2:])
    near = np.hypot(gaps[:, 0], gaps[:, 1]) < own + AMBIGUOUS
    return own > FAR or bool(np.sum(near & np.any(others != point, axis=1)))


def _draw_label(
    ax: Axes,
    name: str,
    at: Floats,
    point: Floats,
    box: Floats,
    *,
    font: float,
    bold: bool,
    leader: bool,
) -> None:
    """Draw one label in its box, with a leader where it had to move away."""
    (nearest,) = nearest_point(box[None], point)
    share = (nearest - box[:2]) / (box[2:] - box[:2])
    ax.annotate(
        name,
        (float(at[0]), float(at[1])),
        xytext=tuple((box[:2] + box[2:]) / 2 - point),
        textcoords="offset points",
        horizontalalignment="center",
        verticalalignment="center",
        fontsize=font,
        fontweight="bold" if bold else "normal",
        color=style.INK,
        parse_math=False,
        annotation_clip=False,
        gid="label",
        zorder=8,
        bbox={"facecolor": style.PAPER, "alpha": 0.6, "edgecolor": "none", "pad": 0.4},
        arrowprops=None
        if not leader
        else {
            "arrowstyle": "-",
            "linewidth": 0.5,
            "color": style.QUIET,
            "shrinkA": 0,
            "shrinkB": 3,
            "relpos": tuple(share),
        },
    )


def _note_text(labelled: int, flagged: int) -> str:
    return f"{labelled:,} of {flagged:,} flagged units labelled"


def _note_box(frame: Floats, most: int, flagged: int) -> Floats:
    """Keep the upper right corner for the note, as wide as it may get."""
    width, height = style.text_size(_note_text(most, flagged), NOTE_SIZE)
    return np.array([[frame[2] - width, frame[3] - height - 3, frame[2], frame[3]]])


def _note_omitted(ax: Axes, labelled: int, flagged: int) -> None:
    if labelled == flagged:
        return
    ax.annotate(
        _note_text(labelled, flagged),
        (1.0, 1.0),
        xycoords="axes fraction",
        horizontalalignment="right",
        verticalalignment="top",
        fontsize=NOTE_SIZE,
        color=style.QUIET,
        gid="labels-note",
        zorder=8,
    )
