"""Draw a funnel, or small multiples of funnels, from results."""

from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from varstat.errors import UsageError, did_you_mean, one_of
from varstat.funnel.result import Funnel
from varstat.present.captions import funnel as words
from varstat.present.charts import style
from varstat.present.charts.frame import View, XScale, rate_ticks, view_of
from varstat.present.charts.funnel_labels import Label
from varstat.present.charts.funnel_marks import Lines, limit_lines
from varstat.present.charts.funnel_panel import draw_panel, title_axes, title_panel
from varstat.present.charts.layout import Layout
from varstat.present.charts.names import figure_text
from varstat.present.charts.sheet import MARGIN, Sheet, legend_keys
from varstat.present.highlight import find_units

LABELS = ("flagged", "highlighted", "none")
WIDTH, HEIGHT = 8.4 * 72, 6.0 * 72


def draw_funnel(
    funnel: Funnel,
    *,
    highlight: Sequence[str] = (),
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
    highlight : sequence of str
        Codes or names of units to ring and always label.
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
        If no unit has a highlighted code or name, or an option is unknown.
    """
    _check_label(label)
    (chosen,) = find_units([funnel], highlight)
    view = view_of([funnel], x_scale=x_scale)
    lines, kinds = limit_lines(funnel, view)
    with matplotlib.rc_context(dict(style.RC)):
        if ax is not None:
            draw_panel(ax, funnel, view, lines, chosen, label=label, most=style.MAX_LABELS)
            title_axes(ax, funnel, view)
            return ax.figure.figure  # of a subfigure, the whole
        sheet = Sheet(WIDTH, HEIGHT)
        sheet.write(words.heading(funnel), size=style.TITLE, bold=True, gid="title")
        sheet.write(words.finding(funnel), colour=style.QUIET, gid="finding")
        shown = bool(chosen.any())
        sheet.draw_legend(legend_keys([funnel], lines, highlighted=shown))
        sheet.write_below(words.footer(funnel, kinds))
        axes = _add_axes(sheet, funnel, view)
        draw_panel(axes, funnel, view, lines, chosen, label=label, most=style.MAX_LABELS)
        return sheet.figure


def _check_label(label: str) -> None:
    if label not in LABELS:
        message = f"{label!r} cannot be labelled; expected {one_of(LABELS)}."
        raise UsageError("label", message + did_you_mean(label, LABELS))


def _add_axes(sheet: Sheet, funnel: Funnel, view: View) -> Axes:
    """Axes in the room that is left, with titles where no line of text is turned."""
    sheet.write(words.rate_title(funnel), size=style.SMALL + 0.5, lines=1, gid="rate-title")
    texts = rate_ticks(view, 6)[1]
    left = MARGIN + 6 + max((style.text_size(t, style.SMALL + 0.5)[0] for t in texts), default=0)
    name, _, value = words.target_text(funnel, percent=view.percent).partition(" ")
    right = MARGIN + max(style.text_size(text, style.SMALL + 0.5)[0] for text in (name, value))
    box = sheet.rectangle(left, sheet.bottom + 40, sheet.width - right - 5, sheet.top - 6)
    ax = sheet.figure.add_axes(box)
    ax.set_xlabel(
        figure_text(words.size_title(funnel, view.scale)),
        fontsize=style.SMALL + 0.5,
        color=style.QUIET,
        parse_math=False,
        labelpad=5,
    )
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
    *,
    highlight: Sequence[str] = (),
    label: Label = "highlighted",
    x_scale: XScale = "auto",
) -> Figure:
    """Draw one small funnel a group, all on the same scales where they share an indicator.

    Parameters
    ----------
    funnels : sequence of Funnel
        Drawn in this order, up to 60; the figure says how many more there are.
    highlight : sequence of str
        Codes or names of units to ring and label in every group that has them.
    label : {"flagged", "highlighted", "none"}
        Units to label; at most three flagged ones a panel.
    x_scale : {"auto", "linear", "sqrt", "log"}

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If there is no funnel, if no group has a highlighted unit, or an option is unknown.
    """
    _check_label(label)
    if not funnels:
        raise UsageError("draw_funnels", "there is no funnel to draw; expected one or more.")
    chosen = find_units(funnels, highlight)
    if len(funnels) == 1:
        return draw_funnel(funnels[0], highlight=highlight, label=label, x_scale=x_scale)
    drawn = list(funnels[: style.MAX_PANELS])
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
        rings = any(mark.any() for mark in chosen)
        shared = views[0] if same else None
        _write_shared(sheet, funnels, drawn, limits, same=shared, rings=rings)
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
            group = words.group_text(funnel)
            name = group if same and group else words.heading(funnel)
            title_panel(ax, name, words.short_finding(funnel))
            if same:
                ax.tick_params(labelleft=layout.is_left(i), labelbottom=layout.is_lowest(i))
        return sheet.figure


def _write_shared(
    sheet: Sheet,
    funnels: Sequence[Funnel],
    drawn: Sequence[Funnel],
    limits: Sequence[tuple[list[Lines], list[str]]],
    *,
    same: View | None,
    rings: bool,
) -> None:
    """Title, finding, legend and footer that all panels share."""
    titles = list(dict.fromkeys(f.indicator for f in funnels))
    title = titles[0] if len(titles) == 1 else f"{len(titles)} indicators"
    sheet.write(title, size=style.TITLE, bold=True, gid="title")
    sheet.write(words.finding_of_many(funnels), colour=style.QUIET, gid="finding")
    lines = [line for some, _ in limits for line in some]
    sheet.draw_legend(legend_keys(drawn, lines, highlighted=rings))
    kinds = [kind for _, some in limits for kind in some]
    sheet.write_below(words.footer(drawn[0], kinds))
    left = len(funnels) - len(drawn)
    if left:
        sheet.write_below(f"The first {len(drawn)} groups are drawn; {left:,} more not drawn.")
    if same is not None:
        up, across = words.rate_title(drawn[0]), words.size_title(drawn[0], same.scale)
        text = f"Up: {up}. Across: {across[:1].lower()}{across[1:]}."
        sheet.write(text, size=style.SMALL + 0.5, gid="axes")
