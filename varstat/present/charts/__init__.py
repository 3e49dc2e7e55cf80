"""Charts: drawing is a function of a result. The only room that imports matplotlib."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from varstat.funnel.result import Funnels
from varstat.present.charts import style
from varstat.present.charts.funnel import draw_funnel, draw_funnels
from varstat.present.charts.funnel_page import render_funnels
from varstat.present.charts.render import render
from varstat.present.funnel_table import state_provenance

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdicts
    from varstat.present.charts.caterpillar import draw_league
    from varstat.present.charts.comparison import draw_comparison
    from varstat.present.charts.league_panels import draw_leagues
    from varstat.present.charts.opportunity import (
        draw_comparability,
        draw_opportunities,
        draw_opportunity,
    )
    from varstat.present.charts.ranks import draw_ranks
    from varstat.present.charts.waterfall import draw_waterfall

__all__ = [
    "chart_bytes",
    "draw_comparability",
    "draw_comparison",
    "draw_funnel",
    "draw_funnels",
    "draw_league",
    "draw_leagues",
    "draw_opportunities",
    "draw_opportunity",
    "draw_ranks",
    "draw_waterfall",
    "page_bytes",
    "render",
]


def chart_bytes(funnels: Funnels, *, suffix: str, highlight: Sequence[str] = ()) -> bytes:
    """Draw a funnel, or small multiples of many, as a file of the suffix's format.

    Parameters
    ----------
    funnels : Funnels
    suffix : {".png", ".svg", ".pdf"}
    highlight : sequence of str
        Units to mark, by code or name.

    Returns
    -------
    bytes
    """
    from varstat.present.captions.funnel import alt_text, alt_text_of_many

    if len(funnels) == 1:
        figure = draw_funnel(funnels[0], highlight=highlight)
        alt = alt_text(funnels[0])
    else:
        figure = draw_funnels(funnels, highlight=highlight)
        alt = alt_text_of_many(funnels, drawn=min(len(funnels), style.MAX_PANELS))
    return render(figure, suffix=suffix, alt=alt, provenance=funnels.provenance.to_dict())


def page_bytes(
    funnels: Funnels, *, highlight: Sequence[str] = (), verdicts: "Verdicts | None" = None
) -> bytes:
    """Make a page with the chart and table of each funnel, for any browser.

    Parameters
    ----------
    funnels : Funnels
    highlight : sequence of str
        Units to mark, by code or name.
    verdicts : Verdicts, optional
        Of these funnels.

    Returns
    -------
    bytes
    """
    return render_funnels(
        funnels,
        highlight=highlight,
        verdicts=verdicts,
        provenance=state_provenance(funnels, verdicts),
        account_text=funnels.account.summary(),
    )


def __getattr__(name: str) -> object:
    # Posteriors take longer to import than a funnel to draw.
    homes = {
        "draw_comparability": "opportunity",
        "draw_comparison": "comparison",
        "draw_league": "caterpillar",
        "draw_leagues": "league_panels",
        "draw_opportunities": "opportunity",
        "draw_opportunity": "opportunity",
        "draw_ranks": "ranks",
        "draw_waterfall": "waterfall",
    }
    if name not in homes:
        raise AttributeError(f"module 'varstat.present.charts' has no attribute '{name}'")
    return getattr(import_module(f"varstat.present.charts.{homes[name]}"), name)
