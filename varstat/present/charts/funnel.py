"""Draw a funnel, or small multiples of funnels, from results."""

from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.funnel.result import Funnel, has_limits
from varstat.present.canvas import Canvas
from varstat.present.caption import MAX_PANELS, Caption
from varstat.present.charts import style
from varstat.present.charts.frame import View, XScale, view_of
from varstat.present.charts.funnel_labels import note_inside
from varstat.present.charts.funnel_marks import beyond_text
from varstat.present.charts.funnel_panel import draw_panel, title_axes, title_panel
from varstat.present.charts.layout import Layout
from varstat.present.charts.limit_lines import Lines, disagreeing, limit_lines, silence_text
from varstat.present.charts.row_sheet import title_across, write_head
from varstat.present.charts.sheet import MARGIN, Sheet, legend_keys
from varstat.present.highlight import Bools

WIDTH, HEIGHT = 8.4 * 72, 6.0 * 72
_MOST_IN_PANEL = 3
# Units flagged at the strictest level, of which some may find no room for a label.
_MANY = 8


def draw_funnel(
    funnel: Funnel,
    caption: Caption,
    chosen: Bools,
    *,
    x_scale: XScale = "auto",
    canvas: Canvas | None = None,
) -> Figure:
    """Draw one funnel: units by size and rate, the target, and the limits of chance.

    Shape says whether a unit is high or low, darkness how strict the level is at which it is
    flagged, colour whether that is better or worse. Every unit is in the frame, those far beyond
    all others on its edge; limits that leave it run out of it.

    Parameters
    ----------
    funnel : Funnel
    caption : Caption
    chosen : ndarray of bool, shape (units,)
        Units to ring and always label.
    x_scale : {"auto", "linear", "sqrt", "log"}
        Scale of sizes; auto chooses by how far they span.
    canvas : Canvas, optional
        A reader's own axes get no title, legend and footer; labels are placed for the size that
        they have now. The strictest flags are labelled first, as far as there is room.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If an option is unknown.
    """
    canvas = canvas or Canvas()
    label = canvas.label or "flagged"
    most = funnel.units.unit.size if label == "all" else style.MAX_LABELS
    view = view_of([funnel], x_scale=x_scale)
    lines = _lines(funnel, view)
    with matplotlib.rc_context(dict(style.RC)):
        if canvas.ax is not None:
            done = draw_panel(canvas.ax, funnel, view, lines, chosen, label=label, most=most)
            title_axes(canvas.ax, caption, view)
            if label != "none":
                note_inside(canvas.ax, done)
            return canvas.ax.figure.figure  # of a subfigure, the whole
        sheet = Sheet.on(canvas, WIDTH, HEIGHT)
        write_head(sheet, caption)
        sheet.draw_legend(legend_keys([funnel], lines, highlighted=bool(chosen.any())))
        sheet.write_source(canvas.source)
        sheet.write_below(" ".join(filter(None, [caption.footer, *_notes(funnel, lines, view)])),
                          lines=3)  # fmt: skip
        named = _keep_note(sheet, funnel) if label != "none" else None
        axes = _add_axes(sheet, funnel, caption, view)
        done = draw_panel(axes, funnel, view, lines, chosen, label=label, most=most)
        if named is not None:
            sheet.write_kept(named, done.text(), gid="labels-note")
        return sheet.figure


def _keep_note(sheet: Sheet, funnel: Funnel) -> float | None:
    """Keep room to say who isn't named, which is known once labels are placed."""
    flagged = funnel.flagged()
    if not flagged:
        return None
    return sheet.keep_below(lines=1 if funnel.flagged(max(funnel.levels)) <= _MANY else 2)


def _lines(funnel: Funnel, view: View) -> list[Lines]:
    return limit_lines(funnel, view) if has_limits(funnel) else []


def _notes(funnel: Funnel, lines: Sequence[Lines], view: View) -> list[str]:
    """What must be said of this drawing."""
    notes = [silence_text(funnel, lines), beyond_text(funnel, view)]
    if not lines:
        notes.append("Too few units for limits about a target of their own.")
    count = int(disagreeing(funnel, lines, view).sum())
    if count:
        who = "1 unit's flag differs" if count == 1 else f"{count:,} units' flags differ"
        notes.append(f"{who} from these approximate lines.")
    return notes


def _add_axes(sheet: Sheet, funnel: Funnel, caption: Caption, view: View) -> Axes:
    """Axes in the room that is left, with titles where no line of text is turned."""
    sheet.write(caption.axis, size=style.SMALL + 0.5, lines=1, gid="rate-title")
    texts = view.rate_ticks()[1]
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
    x_scale: XScale = "auto",
    canvas: Canvas | None = None,
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
    x_scale : {"auto", "linear", "sqrt", "log"}
    canvas : Canvas, optional
        Flagged units have labels only if it asks for them, three a panel. With scales that are
        free each panel has a view of its own.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If an option is unknown.
    """
    canvas = canvas or Canvas()
    drawn = list(funnels[:MAX_PANELS])
    alike = len({(f.indicator, f.measure, f.direction) for f in drawn}) == 1
    same = alike and canvas.scales == "shared"
    views = (
        [view_of(drawn, x_scale=x_scale)] * len(drawn)
        if same
        else [view_of([f], x_scale=x_scale) for f in drawn]
    )
    limits = [_lines(f, view) for f, view in zip(drawn, views, strict=True)]
    with matplotlib.rc_context(dict(style.RC)):
        width, height = canvas.points
        layout = Layout.of(len(drawn), width=width, height=height)
        sheet = Sheet.on(canvas, layout.width, layout.height)
        write_head(sheet, whole)
        lines = [line for some in limits for line in some]
        rings = any(mark.any() for mark in chosen)
        sheet.draw_legend(legend_keys(drawn, lines, highlighted=rings))
        sheet.write_source(canvas.source)
        sheet.write_below(_footer(whole, drawn, limits, views), lines=3)
        left = len(funnels) - len(drawn)
        if left:
            sheet.write_below(f"The first {len(drawn)} groups are drawn; {left:,} more not drawn.")
        if alike:
            scales = {view.scale for view in views}
            across = whole.sizes[scales.pop() if len(scales) == 1 else "linear"]
            own = "" if same else " Each panel has scales of its own."
            text = f"Up: {whole.axis}. Across: {across[:1].lower()}{across[1:]}.{own}"
            sheet.write(text, size=style.SMALL + 0.5, gid="axes")
        marks = sum(len(f.units.unit) for f in drawn)
        for i, (funnel, view) in enumerate(zip(drawn, views, strict=True)):
            ax = sheet.figure.add_axes(layout.box(i, sheet, labelled=not same))
            draw_panel(
                ax,
                funnel,
                view,
                limits[i],
                chosen[i],
                label=canvas.label or "none",
                most=_MOST_IN_PANEL,
                raster=marks > style.MAX_VECTOR_MARKS,
                small=True,
            )
            name = captions[i].group if alike and captions[i].group else captions[i].title
            title_panel(ax, name, captions[i].short)
            if same:
                ax.tick_params(labelleft=layout.is_left(i), labelbottom=layout.is_lowest(i))
        return sheet.figure


def _footer(
    whole: Caption,
    drawn: Sequence[Funnel],
    limits: Sequence[Sequence[Lines]],
    views: Sequence[View],
) -> str:
    """Say how the panels were made, and what is left out of some."""
    parts = [whole.footer]
    few = sum(not lines for lines in limits)
    if few:
        who = "1 group has" if few == 1 else f"{few:,} groups have"
        parts.append(f"{who} too few units for limits about a target of their own.")
    beyond = sum(bool(beyond_text(funnel, view)) for funnel, view in zip(drawn, views, strict=True))
    if beyond:
        parts.append("Arrows point at units beyond the view.")
    return " ".join(filter(None, parts))
