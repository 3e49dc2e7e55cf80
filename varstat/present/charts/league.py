"""League tables as files: a chart of a format, or a page."""

from collections.abc import Sequence

from varstat.estimands.league.result import Leagues
from varstat.present.captions.league import alt_text, alt_text_of_many
from varstat.present.charts import style
from varstat.present.charts.league_page import render_leagues
from varstat.present.charts.league_panels import draw_leagues
from varstat.present.charts.render import render


def league_chart_bytes(
    leagues: Leagues, *, suffix: str, highlight: Sequence[str] = (), chart: str = "caterpillar"
) -> bytes:
    """Draw a league table, or small multiples of many, as a file of the suffix's format.

    Parameters
    ----------
    leagues : Leagues
    suffix : {".png", ".svg", ".pdf"}
    highlight : sequence of str
        Units to mark, by code or name.
    chart : {"caterpillar", "ranks"}

    Returns
    -------
    bytes
    """
    ranks = chart == "ranks"
    figure = draw_leagues(leagues.groups, highlight=highlight, chart=chart)
    if len(leagues) == 1:
        alt = alt_text(leagues[0], ranks=ranks)
    else:
        drawn = min(len(leagues), style.MAX_PANELS)
        alt = alt_text_of_many(leagues.groups, drawn=drawn, ranks=ranks)
    return render(figure, suffix=suffix, alt=alt, provenance=leagues.provenance.to_dict())


def league_page_bytes(leagues: Leagues, *, highlight: Sequence[str] = ()) -> bytes:
    """Make a page with both charts and the table of each league table, for any browser.

    Parameters
    ----------
    leagues : Leagues
    highlight : sequence of str
        Units to mark, by code or name.

    Returns
    -------
    bytes
    """
    return render_leagues(
        leagues.groups,
        highlight=highlight,
        provenance=leagues.provenance.to_dict(),
        account_text=leagues.account.summary(),
    )
