"""Draw results of any kind, on a figure of their own or on axes of a reader's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        If there is no such chart, no unit has a highlighted code or name, or several groups are to
        be drawn on one pair of axes.
    ModelError
        If the results lack what the chart shows.
    """
    opened = open_results(results, highlight=highlight)
    found = choose_chart(opened, chart, marked=bool(highlight), one=ax is not None)
    return found.draw(opened.groups, opened.marks, ax)
