"""Name units on a funnel: which to label, in which order, and how each label looks."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray

from varstat.funnel.result import Funnel, bars, has_bar, has_point
from varstat.measure import Floats
from varstat.present.charts import style
from varstat.present.charts.frame import View
from varstat.present.charts.funnel_marks import centre
from varstat.present.charts.labels import Crowd, Wanted, count_crowd, nearest_point, place_labels
from varstat.present.charts.limit_lines import Lines
from varstat.present.charts.names import LONGEST, figure_code, figure_name
from varstat.prose.shared_words import find_shared_words

FAR = 9.0
AMBIGUOUS = 2.0
BAR_STEPS = 15
LINE_WEIGHT = 0.7
FLAG_WEIGHT = 12.0
LONGEST_IN_PANEL = 18
# Strictest units without a label whose codes are listed.
_MOST_LISTED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Which units of a funnel were named.

    Attributes
    ----------
    labelled, flagged : int
        Flagged units with a label, and all.
    left : tuple of str
        Codes of units flagged at the strictest level for whose label there was no room.
    shortened : bool
        Whether names are without what most share.
    """

    labelled: int
    flagged: int
    left: tuple[str, ...]
    shortened: bool

    def text(self) -> str:
        """Say who is not named; empty where all are."""
        parts = []
        if self.labelled < self.flagged:
            parts.append(f"{self.labelled:,} of {self.flagged:,} flagged units labelled.")
        if self.left:
            listed = ", ".join(self.left[:_MOST_LISTED])
            more = len(self.left) - _MOST_LISTED
            more_text = f" and {more:,} more" if more > 0 else ""
            parts.append(f"No room for labels of {listed}{more_text}.")
        if self.shortened:
            parts.append("Names are without the words that most share.")
        return " ".join(parts)


def draw_labels(
    ax: Axes,
    funnel: Funnel,
    view: View,
    lines: list[Lines],
    chosen: NDArray[np.bool_],
    *,
    label: str,
    most: int,
    small: bool,
) -> Labelled:
    """Label highlighted and flagged units, the strictest flags first.

    Parameters
    ----------
    ax : Axes
    funnel : Funnel
    view : View
    lines : list of Lines
    chosen : ndarray of bool, shape (units,)
    label : {"all", "flagged", "none"}
        Who is labelled besides the chosen.
    most : int
        Labels at most, besides those of the chosen.
    small : bool
        Whether this is a small panel.

    Returns
    -------
    Labelled
    """
    units = funnel.units
    flagged = (units.flag == "high") | (units.flag == "low")
    order = _label_order(funnel, chosen, label=label)
    wanted = order[: 3 * most + int(chosen.sum())]
    scale = 72 / ax.figure.figure.dpi
    to_points = ax.transData + Affine2D().scale(scale)
    at = np.column_stack([units.size, centre(funnel, view)])
    points = _in_points(to_points, at)
    corners = ax.get_window_extent().get_points() * scale
    frame = np.array([*(corners[0] + 2), *(corners[1] - 1)])
    font = style.SMALL - 1.2 if small else style.SMALL
    longest = LONGEST_IN_PANEL if small else LONGEST
    shared = find_shared_words(list(units.unit_name))
    codes = [figure_code(units, int(i)) for i in wanted]
    names = [figure_name(units, int(i), longest, shared=shared) for i in wanted]
    whole = [figure_name(units, int(i), longest) for i in wanted]
    texts = [list(dict.fromkeys(pair)) for pair in zip(names, codes, strict=True)]
    drawn = np.isfinite(points).all(axis=1)
    boxes = place_labels(
        [
            Wanted(
                anchor=points[i],
                sizes=np.array([style.text_size(t, font, bold=bool(chosen[i])) for t in each]) + 1,
                outward=-1.0 if units.flag[i] == "low" else 1.0,
                required=bool(chosen[i]),
                # Who asks for all is given as many as there is room for.
                tier=1 if label == "all" else _tier(funnel, chosen, int(i)),
            )
            for i, each in zip(wanted, texts, strict=True)
        ],
        frame=frame,
        crowd=_crowd(funnel, points, np.where(flagged | chosen, FLAG_WEIGHT, 1.0), lines,
                     to_points, frame),
        others=points[drawn],
        limit=most,
    )  # fmt: skip
    done = [(i, each, place) for i, each, place in zip(wanted, texts, boxes, strict=True) if place]
    for i, each, place in done:
        leader = _needs_leader(place.box, points[i], points[drawn])
        _draw_label(ax, each[place.which], at[i], points[i], place.box, font=font, bold=chosen[i],
                    leader=leader)  # fmt: skip
    has_label = np.zeros(flagged.size, dtype=np.bool_)
    has_label[[i for i, _, _ in done]] = True
    return Labelled(
        labelled=int(np.sum(has_label & flagged)),
        flagged=int(np.sum(flagged)),
        left=_left_out(funnel, wanted, has_label, codes, most) if label != "none" else (),
        shortened=any(each[0] != name for (i, each), name in zip(
            zip(wanted, texts, strict=True), whole, strict=True) if has_label[i]),
    )  # fmt: skip


def _tier(funnel: Funnel, chosen: NDArray[np.bool_], i: int) -> int:
    """Rank the reasons for a label: a reader's wish, then levels from the strictest on."""
    level = funnel.units.flag_level[i]
    if chosen[i] or not np.isfinite(level):
        return 0 if chosen[i] else len(funnel.levels) + 1
    return 1 + int(np.sum(np.array(funnel.levels) > level + 1e-12))


def _left_out(
    funnel: Funnel,
    wanted: NDArray[np.intp],
    has_label: NDArray[np.bool_],
    codes: list[str],
    most: int,
) -> tuple[str, ...]:
    """List who, of the first so many, is flagged at the strictest level but has no label."""
    strict = np.nan_to_num(funnel.units.flag_level, nan=-1.0) >= max(funnel.levels)
    return tuple(
        code
        for i, code in zip(wanted[:most], codes, strict=False)
        if strict[i] and not has_label[i]
    )


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


def _label_order(funnel: Funnel, chosen: NDArray[np.bool_], *, label: str) -> NDArray[np.intp]:
    """Order the units to label: highlighted first, then by level, p-value and distance."""
    units = funnel.units
    drawn = has_point(units) | has_bar(units)
    flagged = (units.flag == "high") | (units.flag == "low")
    wanted = {"all": drawn, "flagged": chosen | flagged, "none": chosen}[label]
    level = np.nan_to_num(units.flag_level, nan=0.0)
    p_value = np.nan_to_num(units.p_value, nan=1.0)
    distance = np.nan_to_num(np.abs(units.z), nan=0.0)
    codes = np.array([str(unit) for unit in units.unit], dtype=object)
    index = np.flatnonzero(wanted & drawn)
    keys = (codes[index], -distance[index], p_value[index], -level[index], ~chosen[index])
    return index[np.lexsort(keys)]


def _needs_leader(box: Floats, point: Floats, others: Floats) -> bool:
    """Tell whether a label had to move away, or stands nearly as near to another mark."""
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


def note_inside(ax: Axes, done: Labelled) -> None:
    """Say in the upper right corner of a reader's own axes who is not named.

    Parameters
    ----------
    ax : Axes
    done : Labelled
    """
    if done.labelled == done.flagged:
        return
    ax.annotate(
        f"{done.labelled:,} of {done.flagged:,} flagged units labelled",
        (1.0, 1.0),
        xycoords="axes fraction",
        xytext=(0, 2),
        textcoords="offset points",
        horizontalalignment="right",
        verticalalignment="bottom",
        fontsize=style.SMALL - 0.5,
        color=style.QUIET,
        gid="labels-note",
        zorder=8,
    )
