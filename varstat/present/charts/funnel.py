"""Draw a funnel, or small multiples of funnels, from results."""

from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.errors import choose
from varstat.funnel.result import Funnel
from varstat.present.caption import MAX_PANELS, Caption
from varstat.present.charts import style
from varstat.present.charts.frame import View, XScale, rate_ticks, view_of
from varstat.present.charts.funnel_labels import Label
from varstat.present.charts.funnel_marks import limit_lines
from varstat.present.charts.funnel_panel import draw_panel, title_axes, title_panel
from varstat.present.charts.layout import Layout
from varstat.present.charts.row_sheet import title_across, write_head
from varstat.present.charts.sheet import MARGIN, Sheet, legend_keys
from varstat.present.highlight import Bools

LABELS = ("flagged", "highlighted", "none")
WIDTH, HEIGHT = 8.4 * 72, 6.0 * 72


def draw_funnel(
    funnel: Funnel,
    caption: Caption,
    chosen: Bools,
    *,
    label: Label = "flagged",
    x_scale: XScale = "auto",
    ax: Axes | None = None,
) -> Figure:
    """Draw one funnel: units by size and rate, the target, and the limits of chance.

    Shape says whether a unit is high or low, darkness how strict the level is at which it is
    flagged, colour whether that is better or worse. Every unit is in the frame; limits that
    leave it run out of it.

    Parameters
    ----------
    funnel : Funnel
    caption : Caption
    chosen : ndarray of bool, shape (units,)
        Units to ring and always label.
    label : {"flagged", "highlighted", "none"}
        Units to label, the strictest flags first, as far as there is room.
    x_scale : {"auto", "linear", "sqrt", "log"}
        Scale of sizes; auto chooses by how far they span.
    ax : Axes, optional
        Draw here, without title, legend and footer, instead of on a new figure. Labels are
        placed for the size that the axes have now.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If an option is unknown.
    """
    choose("label", label, LABELS)
    view = view_of([funnel], x_scale=x_scale)
    lines, _ = limit_lines(funnel, view)
    with matplotlib.rc_context(dict(style.RC)):
        if ax is not None:
            draw_panel(ax, funnel, view, lines, chosen, label=label, most=style.MAX_LABELS)
            title_axes(ax, caption, view)
            return ax.figure.figure  # of a subfigure, the whole
        sheet = Sheet(WIDTH, HEIGHT)
        write_head(sheet, caption)
        sheet.draw_legend(legend_keys([funnel], lines, highlighted=bool(chosen.any())))
        sheet.write_below(caption.footer)
        axes = _add_axes(sheet, funnel, caption, view)
        draw_panel(axes, funnel, view, lines, chosen, label=label, most=style.MAX_LABELS)
        return sheet.figure


def _add_axes(sheet: Sheet, funnel: Funnel, caption: Caption, view: View) -> Axes:
    """Axes in the room that is left, with titles where no line of text is turned."""
    sheet.write(caption.axis, size=style.SMALL + 0.5, lines=1, gid="rate-title")
    texts = rate_ticks(view, 6)[1]
    left = MARGIN + 6 + max((style.text_size(t, style.SMALL + 0.5)[0] for t in texts), default=0)
    name, _, value = caption.target.partition(" ")
    right = MARGIN + max(style.text_size(text, style.SMALL + 0.5)[0] for text in (name, value))
    box = sheet.rectangle(left, sheet.bottom + 40, sheet.width - right - 5, sheet.top - 6)
    ax = sheet.figure.add_axes(box)
    title_across(ax, caption.sizes[view.scale])
    ax.annotate(
        f"{name}\n{value}",
        (1.0, funnel.target),
        xycoords=("axes fraction", "data"),
        xytext=(5, 0),
        textcoords="offset points",
        verticalalignment="center",
        fontsize=style.SMALL + 0.5,
        color=style.TARGET,
        gid="target-label",
        annotation_clip=False,
    )
    return ax


def draw_funnels(
    funnels: Sequence[Funnel],
    captions: Sequence[Caption],
    whole: Caption,
    chosen: Sequence[Bools],
    *,
    label: Label = "highlighted",
    x_scale: XScale = "auto",
) -> Figure:
    """Draw one small funnel a group, all on the same scales where they share an indicator.

    Parameters
    ----------
    funnels : sequence of Funnel
        Drawn in this order, up to 60; the figure says how many more there are.
    captions : sequence of Caption
        One each.
    whole : Caption
        Of the figure.
    chosen : sequence of ndarray of bool
        Units to ring and label, of each.
    label : {"flagged", "highlighted", "none"}
        Units to label; at most three flagged ones a panel.
    x_scale : {"auto", "linear", "sqrt", "log"}

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If an option is unknown.
    """
    choose("label", label, LABELS)
    drawn = list(funnels[:MAX_PANELS])
    same = len({(f.indicator, f.measure, f.direction) for f in drawn}) == 1
    views = (
        [view_of(drawn, x_scale=x_scale)] * len(drawn)
        if same
        else [view_of([f], x_scale=x_scale) for f in drawn]
    )
    limits = [limit_lines(f, view) for f, view in zip(drawn, views, strict=True)]
    with matplotlib.rc_context(dict(style.RC)):
        layout = Layout.of(len(drawn))
        sheet = Sheet(layout.width, layout.height)
        write_head(sheet, whole)
        lines = [line for some, _ in limits for line in some]
        rings = any(mark.any() for mark in chosen)
        sheet.draw_legend(legend_keys(drawn, lines, highlighted=rings))
        sheet.write_below(whole.footer)
        left = len(funnels) - len(drawn)
        if left:
            sheet.write_below(f"The first {len(drawn)} groups are drawn; {left:,} more not drawn.")
        if same:
            across = whole.sizes[views[0].scale]
            text = f"Up: {whole.axis}. Across: {across[:1].lower()}{across[1:]}."
            sheet.write(text, size=style.SMALL + 0.5, gid="axes")
        marks = sum(len(f.units.unit) for f in drawn)
        for i, (funnel, view) in enumerate(zip(drawn, views, strict=True)):
            ax = sheet.figure.add_axes(layout.box(i, sheet, labelled=not same))
            draw_panel(
                ax,
                funnel,
                view,
                limits[i][0],
                chosen[i],
                label=label,
                most=3,
                raster=marks > style.MAX_VECTOR_MARKS,
                small=True,
            )
            name = captions[i].group if same and captions[i].group else captions[i].title
            title_panel(ax, name, captions[i].short)
            if same:
                ax.tick_params(labelleft=layout.is_left(i), labelbottom=layout.is_lowest(i))
        return sheet.figure
