"""Draw how far league tables and opportunities stand unmeasured case-mix."""

from matplotlib.figure import Figure

from varstat.estimands.unmeasured.result import UnmeasuredRanks, UnmeasuredTotal
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts import style
from varstat.present.charts.curve import Curve, draw_curves
from varstat.present.charts.funnel_marks import Key

_TOP = Key(gid="sure-top", text="surely in the best quarter", edge=style.BETTER, width=1.8)
_BOTTOM = Key(gid="sure-bottom", text="surely in the worst quarter", edge=style.WORSE, width=1.8)
_TOTAL = Key(gid="total", text="total opportunity and its interval", edge=style.WORSE, width=1.8)


def draw_unmeasured_ranks(
    found: UnmeasuredRanks, caption: Caption, *, canvas: Canvas | None = None
) -> Figure:
    """Draw how many units stay surely in the best and the worst quarter.

    Parameters
    ----------
    found : UnmeasuredRanks
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    lines = ((_TOP, found.sure_top), (_BOTTOM, found.sure_bottom))
    curves = [Curve(key=key, share=found.share, value=value.astype(float)) for key, value in lines]
    return draw_curves(curves, caption, canvas=canvas)


def draw_unmeasured_total(
    found: UnmeasuredTotal, caption: Caption, *, canvas: Canvas | None = None
) -> Figure:
    """Draw the total opportunity and its interval.

    Parameters
    ----------
    found : UnmeasuredTotal
    caption : Caption
    canvas : Canvas, optional

    Returns
    -------
    Figure
    """
    curve = Curve(
        key=_TOTAL,
        share=found.share,
        value=found.estimate,
        lower=found.lower,
        upper=found.upper,
    )
    return draw_curves([curve], caption, canvas=canvas)
