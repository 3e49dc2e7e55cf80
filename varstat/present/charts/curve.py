"""Draw what unmeasured case-mix would do, along its share."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.funnel_marks import Key
from varstat.present.charts.funnel_panel import plain_axes
from varstat.present.charts.row_sheet import (
    SOURCE_ROOM,
    WARNING,
    set_amounts,
    stamp,
    title_across,
    write_head,
)
from varstat.present.charts.sheet import MARGIN, Sheet

WIDTH, HEIGHT, LEFT = 8.4 * 72, 330.0, 50.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """A line along shares.

    Attributes
    ----------
    key : Key
    share, value : ndarray of float, shape (shares,)
    lower, upper : ndarray of float, shape (shares,), optional
        Ends of its interval, for a band.
    """

    key: Key
    share: Floats
    value: Floats
    lower: Floats | None = None
    upper: Floats | None = None


def draw_curves(
    curves: Sequence[Curve], caption: Caption, *, canvas: Canvas | None = None
) -> Figure:
    """Draw lines along the share of the variance that is unmeasured case-mix.

    Parameters
    ----------
    curves : sequence of Curve
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    canvas = canvas or Canvas()
    height = HEIGHT + (WARNING if caption.distrust else 0.0)
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            _draw(canvas.ax, curves, caption)
            return canvas.ax.figure.figure  # of a subfigure, the whole
        room = SOURCE_ROOM if canvas.source else 0.0
        sheet = Sheet.on(canvas, WIDTH, height + room)
        write_head(sheet, caption)
        sheet.draw_legend([curve.key for curve in curves])
        sheet.write_source(canvas.source)
        sheet.write_below(caption.footer, lines=3)
        box = sheet.rectangle(
            MARGIN + LEFT, sheet.bottom + 34.0, sheet.width - MARGIN - 12.0, sheet.top - 8.0
        )
        _draw(sheet.figure.add_axes(box), curves, caption)
        return sheet.figure


def _draw(ax: Axes, curves: Sequence[Curve], caption: Caption) -> None:
    plain_axes(ax, small=False)
    for curve in curves:
        key = curve.key
        if curve.lower is not None and curve.upper is not None:
            shade = style.tint(key.edge, 0.2)
            ax.fill_between(curve.share, curve.lower, curve.upper, color=shade, linewidth=0,
                            gid=f"{key.gid}-interval")  # fmt: skip
        ax.plot(curve.share, curve.value, color=key.edge, linewidth=key.width,
                marker="o", markersize=3.5, gid=key.gid)  # fmt: skip
    ax.set_xlim(0.0, 1.0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.0f}%"))
    set_amounts(ax, 6)
    ax.grid(axis="y", color=style.BAND, linewidth=0.7)
    ax.set_axisbelow(True)
    title_across(ax, caption.axis)
    if caption.distrust:
        stamp(ax)
