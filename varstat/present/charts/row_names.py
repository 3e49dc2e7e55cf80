"""The names beside rows of units: all of them, or of many the highlighted and those at ends."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from varstat.measure import Floats
from varstat.present.charts import style
from varstat.present.charts.names import figure_code, figure_name
from varstat.present.charts.rows import Order, Rows
from varstat.present.highlight import Bools, Named
from varstat.prose.shared_words import find_shared_words

# Named at each end where there are too many units to name them all.
ENDS = 6
GAP = 10.5
LEADER = 16.0
WIDEST = 240.0
# Of a sheet, the share that names take at most.
SHARE = 0.42
# Letters of a name before it is fitted to the margin.
_ANY = 400


def named(rows: Rows, *, label: str = "flagged") -> Order:
    """Choose the units to name, from the top down: all, or the highlighted and those at ends.

    Parameters
    ----------
    rows : Rows
    label : {"all", "flagged", "none"}
        With "none" the highlighted alone are named.

    Returns
    -------
    ndarray of int
    """
    if label == "none":
        return rows.order[rows.chosen[rows.order]]
    if label == "all" or not rows.many:
        return rows.order
    ends = np.zeros(rows.order.size, dtype=np.bool_)
    ends[:ENDS] = ends[-ENDS:] = True
    return rows.order[ends | rows.chosen[rows.order]]


def widest_name(width: float) -> float:
    """Choose how wide names may be on a sheet of a width, in points."""
    return min(WIDEST, SHARE * width)


def margin_of(names: Sequence[str]) -> float:
    """Measure the room that names need to the left of an axis, in points."""
    return (
        max((style.text_size(name, style.SMALL, bold=True)[0] for name in names), default=0.0) + 6.0
    )


def names_width(
    rows: Rows, height: float, *, label: str = "flagged", widest: float = WIDEST
) -> float:
    """Measure the room that names need to the left, in points."""
    texts = _names(rows, _fitting(rows, height, label), widest)
    widths = [style.text_size(t, style.SMALL, bold=bool(rows.chosen[i]))[0] for i, t in texts]
    return max(widths, default=0.0) + (LEADER if rows.many else 0.0) + 4.0


def draw_names(
    ax: Axes, rows: Rows, height: float, *, label: str = "flagged", widest: float = WIDEST
) -> None:
    """Name units to the left of their rows, the highlighted first if there isn't room for all."""
    chosen = _fitting(rows, height, label)
    pitch = height / (rows.order.size + 0.2)
    wanted = (rows.place[chosen] + 0.6) * pitch
    at = spread(wanted, GAP, height) if rows.many else wanted
    away = LEADER if rows.many else 0.0
    for (i, text), y, row in zip(_names(rows, chosen, widest), at, wanted, strict=True):
        bold = bool(rows.chosen[i])
        ax.annotate(
            text,
            (0.0, 1.0),
            xycoords="axes fraction",
            xytext=(-away - 3.0, -y),
            textcoords="offset points",
            horizontalalignment="right",
            verticalalignment="center",
            fontsize=style.SMALL,
            fontweight="bold" if bold else "normal",
            color=style.INK if bold or not rows.many else style.QUIET,
            parse_math=False,
            annotation_clip=False,
            gid="label",
        )
        if rows.many:
            ax.annotate(
                "",
                (0.0, 1.0 - row / height),
                xycoords="axes fraction",
                xytext=(-away - 1.0, row - y),
                textcoords="offset points",
                arrowprops={
                    "arrowstyle": "-",
                    "linewidth": 0.5,
                    "color": style.INK if bold else style.RULE,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
                annotation_clip=False,
            )


def _names(rows: Rows, chosen: Order, widest: float) -> list[tuple[int, str]]:
    return fit_names(rows.units, chosen, rows.chosen, widest)


def fit_names(
    units: Named, chosen: Order | range, marked: Bools, widest: float
) -> list[tuple[int, str]]:
    """Fit names to the margin; behind one that is cut, or like another, stands its code.

    Parameters
    ----------
    units : Named
    chosen : sequence of int
        Units to name.
    marked : ndarray of bool, shape (units,)
        Those whose names are bold.
    widest : float
        In points.

    Returns
    -------
    list of (int, str)
    """
    shared = find_shared_words(list(units.unit_name))
    whole = {int(i): figure_name(units, int(i), _ANY) for i in chosen}
    short = {i: shared.cut(name) for i, name in whole.items()}
    often = Counter(style.fit(name, style.SMALL, widest) for name in short.values())
    texts = {}
    for i, name in whole.items():
        bold, code = bool(marked[i]), figure_code(units, i)
        texts[i] = style.fit(short[i], style.SMALL, widest, bold=bold)
        if code not in name and (texts[i] != name or often[texts[i]] > 1):
            beside = f" ({code})"
            room = widest - style.text_size(beside, style.SMALL, bold=bold)[0]
            texts[i] = style.fit(short[i], style.SMALL, room, bold=bold) + beside
        elif name == code:
            texts[i] = code
    return list(texts.items())


def _fitting(rows: Rows, height: float, label: str) -> Order:
    """Choose as many units to name as there is room for, the highlighted before those at ends."""
    wanted = named(rows, label=label)
    most = int(height / GAP)
    if not rows.many or wanted.size <= most:
        return wanted
    first = np.argsort(~rows.chosen[wanted], kind="stable")[:most]
    return wanted[np.sort(first)]


def spread(wanted: Floats, gap: float, height: float) -> Floats:
    """Move places apart, downwards and then up again from the end, keeping their order.

    Examples
    --------
    >>> spread(np.array([0.0, 1.0, 50.0]), 10.0, 52.0)
    array([ 5., 15., 47.])
    """
    at = np.array(wanted, dtype=float)
    low = gap / 2
    for i in range(at.size):
        at[i] = low = max(at[i], low)
        low += gap
    high = height - gap / 2
    for i in range(at.size - 1, -1, -1):
        at[i] = high = min(at[i], high)
        high -= gap
    return at
