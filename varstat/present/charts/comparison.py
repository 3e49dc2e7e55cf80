"""Draw what the difference between two units is made of."""

from functools import partial

from matplotlib.figure import Figure

from varstat.estimands.comparison.result import Comparison
from varstat.estimands.comparison.rounded import write_difference
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts.waterfall import draw_fall


def draw_comparison(
    comparison: Comparison, caption: Caption, *, canvas: Canvas | None = None
) -> Figure:
    """Draw how the raw difference of two units falls to what remains, a bar for each part.

    Parameters
    ----------
    comparison : Comparison
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    return draw_fall(
        comparison.component,
        (comparison.part, comparison.part_lower, comparison.part_upper),
        caption,
        write=partial(write_difference, comparison),
        percent=comparison.measure.percent,
        per=comparison.measure.per,
        # The finding takes several lines.
        above=30.0,
        lines=2,
        canvas=canvas,
    )
