"""Draw results of any kind, on a figure of their own or on axes of a reader's."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from varstat.present.canvas import make_canvas
from varstat.present.captions.source import say_source
from varstat.present.kind import choose_chart, open_results
from varstat.results import Result, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    results: "Result | Results[Any] | Sequence[Result]",
    *,
    chart: str | None = None,
    ax: "Axes | None" = None,
    highlight: Sequence[str] = (),
    width: float | None = None,
    height: float | None = None,
    size: str | None = None,
    label: str | None = None,
    scales: str | None = None,
) -> "Figure":
    """Draw a result of one group, or small multiples of several.

    Parameters
    ----------
    results : Result, Results or sequence of Result
        A funnel, league table, opportunity or comparison, or those of several groups.
    chart : str, optional
        Of a league table "caterpillar" or "ranks"; of an opportunity "opportunity", "waterfall" or
        "comparability". The first by default.
    ax : Axes, optional
        Draw one group here, without title, legend and footer, instead of on a new figure. Names
        are placed for the size that the axes have now.
    highlight : sequence of str
        Codes or names of units to mark and always name.
    width, height : float, optional
        Of the figure, in inches.
    size : {"slide", "page", "square"}, optional
        Both at once.
    label : {"all", "flagged", "none"}, optional
        Which other units to name, as far as there is room: the flagged by default, and none in
        small multiples. Of rows "flagged" means all, or of many those at both ends.
    scales : {"shared", "free"}, optional
        Whether small multiples share their axes, as they do by default.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If there is no such chart, no unit has a highlighted code or name, several groups are to
        be drawn on one pair of axes, or the figure can't be of that size.
    ModelError
        If the results lack what the chart shows.
    """
    canvas = make_canvas(ax=ax, width=width, height=height, size=size, label=label, scales=scales)
    opened = open_results(results, highlight=highlight)
    found = choose_chart(opened, chart, marked=bool(highlight), one=ax is not None)
    source = say_source(opened.results, chart=opened.kind.unusual(chart))
    return found.draw(opened.groups, opened.marks, replace(canvas, source=source))
