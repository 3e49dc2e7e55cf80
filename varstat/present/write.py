"""Write results to files: atomically, in the format that the suffix says."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from varstat.errors import choose
from varstat.files import beside, check_path, replace_files
from varstat.funnel.result import Funnels
from varstat.present.content import Content
from varstat.present.tables import (
    beside_csv,
    csv_bytes,
    json_bytes,
    lay_out,
    parquet_bytes,
    xlsx_bytes,
)

if TYPE_CHECKING:
    from varstat.estimands.comparison.result import Comparisons
    from varstat.estimands.league.result import Leagues
    from varstat.estimands.opportunity.result import Opportunities
    from varstat.estimands.verdict.result import Verdicts

OpportunityChart = Literal["opportunity", "waterfall", "comparability"]
OPPORTUNITY_CHARTS: tuple[OpportunityChart, ...] = ("opportunity", "waterfall", "comparability")
LeagueChart = Literal["caterpillar", "ranks"]
LEAGUE_CHARTS: tuple[LeagueChart, ...] = ("caterpillar", "ranks")
_TABLES: dict[str, Callable[[Content], bytes]] = {
    ".csv": lambda content: csv_bytes(content.units),
    ".parquet": parquet_bytes,
    ".json": json_bytes,
    ".xlsx": xlsx_bytes,
}
CHARTS = (".png", ".svg", ".pdf")
SUFFIXES = (*_TABLES, *CHARTS, ".html")


def write_funnels(
    funnels: Funnels,
    path: str | os.PathLike[str],
    *,
    highlight: Sequence[str] = (),
    verdicts: "Verdicts | None" = None,
) -> None:
    """Write funnels to a file: the suffix decides what is written.

    ===========================  =====================================================
    `.csv .parquet .json .xlsx`  the table of units (JSON: limits and account as well)
    `.png .svg .pdf`             the chart
    `.html`                      a page with the chart and the table, for any browser
    ===========================  =====================================================

    The file appears whole or not at all. Every format carries its provenance, save CSV, beside
    which it stands in a file of the same name and `.provenance.json`.

    Parameters
    ----------
    funnels : Funnels
    path : path
    highlight : sequence of str
        Units to mark in a chart, by code or name.
    verdicts : Verdicts, optional
        Of these funnels: each unit's posterior, to stand beside its flag in tables and on a page.
        A chart shows none of it.

    Raises
    ------
    OutputError
        If the suffix isn't known or the file can't be written.
    UsageError
        If no unit has a highlighted code or name.
    """

    def draw(suffix: str) -> bytes:
        # Imported here: matplotlib takes longer to import than a funnel to compute.
        from varstat.present import charts

        if suffix in CHARTS:
            return charts.chart_bytes(funnels, suffix=suffix, highlight=highlight)
        return charts.page_bytes(funnels, highlight=highlight, verdicts=verdicts)

    _write(path, lambda: lay_out(funnels, verdicts=verdicts), draw)


def write_leagues(
    leagues: "Leagues",
    path: str | os.PathLike[str],
    *,
    highlight: Sequence[str] = (),
    chart: LeagueChart = "caterpillar",
) -> None:
    """Write league tables to a file: the suffix decides what is written.

    ===========================  =====================================================
    `.csv .parquet .json .xlsx`  the table of units, best first (JSON, XLSX: what it
                                 rests on as well)
    `.png .svg .pdf`             a chart
    `.html`                      a page with both charts and the table, for any browser
    ===========================  =====================================================

    The file appears whole or not at all. Every format carries its provenance and says if a
    posterior failed its checks; beside a CSV both stand in a file of the same name and
    `.provenance.json`.

    Parameters
    ----------
    leagues : Leagues
    path : path
    highlight : sequence of str
        Units to mark in a chart, by code or name.
    chart : {"caterpillar", "ranks"}
        Whether a chart shows estimates with their intervals, or ranks with theirs.

    Raises
    ------
    OutputError
        If the suffix isn't known or the file can't be written.
    UsageError
        If no unit has a highlighted code or name, or the chart is unknown.
    ModelError
        If ranks are to be drawn where no direction is good.
    """

    def draw(suffix: str) -> bytes:
        from varstat.present.charts.league import league_chart_bytes, league_page_bytes

        if suffix in CHARTS:
            return league_chart_bytes(leagues, suffix=suffix, highlight=highlight, chart=chart)
        return league_page_bytes(leagues, highlight=highlight)

    choose("chart", chart, LEAGUE_CHARTS)
    _write(path, lambda: lay_out(leagues), draw)


def write_opportunities(
    opportunities: "Opportunities",
    path: str | os.PathLike[str],
    *,
    highlight: Sequence[str] = (),
    chart: OpportunityChart = "opportunity",
) -> None:
    """Write opportunities to a file: the suffix decides what is written.

    ===========================  =====================================================
    `.csv .parquet .json .xlsx`  the table of units, the largest first (JSON, XLSX:
                                 totals, waterfall and periods as well)
    `.png .svg .pdf`             a chart
    `.html`                      a page with the charts and the table, for any browser
    ===========================  =====================================================

    The file appears whole or not at all. Every format carries its provenance and says if a
    posterior failed its checks; beside a CSV both stand in a file of the same name and
    `.provenance.json`.

    Parameters
    ----------
    opportunities : Opportunities
    path : path
    highlight : sequence of str
        Units to mark in a chart, by code or name.
    chart : {"opportunity", "waterfall", "comparability"}
        Units' opportunities (of several groups, totals), what the published total is made of, or
        how much of units' case-mix others treat.

    Raises
    ------
    OutputError
        If the suffix isn't known or the file can't be written.
    UsageError
        If no unit has a highlighted code or name, the chart is unknown, or one of several groups.
    ModelError
        If comparability is to be drawn and there are no strata.
    """

    def draw(suffix: str) -> bytes:
        from varstat.present.charts.opportunity_page import (
            opportunity_chart_bytes,
            opportunity_page_bytes,
        )

        if suffix in CHARTS:
            return opportunity_chart_bytes(
                opportunities, suffix=suffix, highlight=highlight, chart=chart
            )
        return opportunity_page_bytes(opportunities, highlight=highlight)

    choose("chart", chart, OPPORTUNITY_CHARTS)
    _write(path, lambda: lay_out(opportunities), draw)


def write_comparisons(comparisons: "Comparisons", path: str | os.PathLike[str]) -> None:
    """Write comparisons of two units to a file: the suffix decides what is written.

    ===========================  =====================================================
    `.csv .parquet .json .xlsx`  the parts of the difference
    `.png .svg .pdf`             a chart of them, of one group
    `.html`                      a page with the chart of each group
    ===========================  =====================================================

    Parameters
    ----------
    comparisons : Comparisons
    path : path

    Raises
    ------
    OutputError
        If the suffix isn't known or the file can't be written.
    UsageError
        If a chart is to be of several groups.
    """

    def draw(suffix: str) -> bytes:
        from varstat.present.charts.comparison import (
            comparison_chart_bytes,
            comparison_page_bytes,
        )

        if suffix in CHARTS:
            return comparison_chart_bytes(comparisons, suffix=suffix)
        return comparison_page_bytes(comparisons)

    _write(path, lambda: lay_out(comparisons), draw)


def _write(
    path: str | os.PathLike[str], tabulate: Callable[[], Content], draw: Callable[[str], bytes]
) -> None:
    """Write results of any kind: a table, or what `draw` makes for the suffix."""
    path = check_output(path)
    suffix = path.suffix.lower()
    if suffix not in _TABLES:
        replace_files({path: draw(suffix)})
        return
    content = tabulate()
    files = {path: _TABLES[suffix](content)}
    if suffix == ".csv":
        # First in place, so that a CSV never stands without it.
        files = {beside(path): beside_csv(content)} | files
    replace_files(files)


def check_output(path: str | os.PathLike[str], *, inputs: Sequence[str] = ()) -> Path:
    """Check, before anything is computed, that a file of this name could be written.

    Parameters
    ----------
    path : path
    inputs : sequence of str
        Files that are read, and so must not be written over.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If not, saying why.
    """
    return check_path(path, suffixes=SUFFIXES, inputs=inputs)
