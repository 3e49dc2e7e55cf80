"""Everything inside one pair of axes: ticks, lines, marks, rings and labels."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from varstat.funnel.result import Funnel
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.frame import View, set_view
from varstat.present.charts.funnel_labels import Labelled, draw_labels
from varstat.present.charts.funnel_marks import draw_beyond, draw_rings, draw_units, mark_area
from varstat.present.charts.limit_lines import Lines, draw_lines
from varstat.present.charts.names import figure_text


def title_axes(ax: Axes, caption: Caption, view: View) -> None:
    """Title both axes, where they are part of a reader's own figure."""
    ax.set_xlabel(figure_text(caption.sizes[view.scale]), parse_math=False)
    ax.set_ylabel(figure_text(caption.axis), parse_math=False)


def plain_axes(ax: Axes, *, small: bool) -> None:
    """Give axes two quiet spines and small ticks."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set(color=style.RULE, linewidth=0.8)
    size = style.SMALL - 1 if small else style.SMALL + 0.5
    ax.tick_params(colors=style.RULE, labelcolor=style.QUIET, labelsize=size, length=3, width=0.8)


def draw_panel(
    ax: Axes,
    funnel: Funnel,
    view: View,
    lines: list[Lines],
    chosen: NDArray[np.bool_],
    *,
    label: str,
    most: int,
    raster: bool | None = None,
    small: bool = False,
) -> Labelled:
    """Draw everything inside one pair of axes, and say which units were named."""
    set_view(ax, view, small=small)
    plain_axes(ax, small=small)
    count = len(funnel.units.unit)
    area = mark_area(count, small=small)
    draw_lines(ax, funnel, lines, thin=0.75 if small else 1.0)
    if raster is None:
        raster = count > style.MAX_VECTOR_MARKS
    draw_units(ax, funnel, view, area=area, raster=raster)
    draw_beyond(ax, funnel, view)
    draw_rings(ax, funnel, view, chosen, area=area)
    return draw_labels(ax, funnel, view, lines, chosen, label=label, most=most, small=small)


def title_panel(ax: Axes, name: str, note: str, *, alarming: bool = False) -> None:
    """Name a small panel by its group, and say what it found."""
    width = ax.get_window_extent().width * 72 / ax.figure.dpi
    for text, size, colour, up in (
        (name, style.SMALL, style.INK, 12.5),
        (note, style.SMALL - 1.2, style.WORSE if alarming else style.QUIET, 3.0),
    ):
        ax.annotate(
            style.fit(figure_text(text), size, width),
            (0.0, 1.0),
            xycoords="axes fraction",
            xytext=(0, up),
            textcoords="offset points",
            fontsize=size,
            color=colour,
            fontweight="bold" if alarming and text == note else "normal",
            parse_math=False,
            annotation_clip=False,
            gid="panel-title",
        )
