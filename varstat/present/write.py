"""Write results to files: atomically, in the format that the suffix says."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from varstat.errors import OutputError, choose, did_you_mean, one_of
from varstat.funnel.result import Funnels
from varstat.present.tables import beside_csv, csv_bytes, json_bytes, parquet_bytes, xlsx_bytes

if TYPE_CHECKING:
    from varstat.estimands.league import Leagues

LeagueChart = Literal["caterpillar", "ranks"]
LEAGUE_CHARTS: tuple[LeagueChart, ...] = ("caterpillar", "ranks")
_TABLES: dict[str, Callable[["Funnels | Leagues"], bytes]] = {
    ".csv": lambda results: csv_bytes(results.to_frame()),
    ".parquet": parquet_bytes,
    ".json": json_bytes,
    ".xlsx": xlsx_bytes,
}
_CHARTS = (".png", ".svg", ".pdf")
SUFFIXES = (*_TABLES, *_CHARTS, ".html")


def write_funnels(
    funnels: Funnels, path: str | os.PathLike[str], *, highlight: Sequence[str] = ()
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

    Raises
    ------
    OutputError
        If the suffix isn't known or the file can't be written.
    """

    def draw(suffix: str) -> bytes:
        # Imported here: matplotlib takes longer to import than a funnel to compute.
        from varstat.present import charts

        if suffix in _CHARTS:
            return charts.chart_bytes(funnels, suffix=suffix, highlight=highlight)
        return charts.page_bytes(funnels, highlight=highlight)

    _write(funnels, path, draw)


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

        if suffix in _CHARTS:
            return league_chart_bytes(leagues, suffix=suffix, highlight=highlight, chart=chart)
        return league_page_bytes(leagues, highlight=highlight)

    choose("chart", chart, LEAGUE_CHARTS)
    _write(leagues, path, draw)


def _write(
    results: "Funnels | Leagues", path: str | os.PathLike[str], draw: Callable[[str], bytes]
) -> None:
    """Write results of any kind: a table, or what `draw` makes for the suffix."""
    path = check_output(path)
    suffix = path.suffix.lower()
    files = {path: _TABLES[suffix](results) if suffix in _TABLES else draw(suffix)}
    if suffix == ".csv":
        # First in place, so that a CSV never stands without it.
        files = {path.with_name(f"{path.name}.provenance.json"): beside_csv(results)} | files
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
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        found = f"ends in '{suffix}'" if suffix else "has no suffix"
        raise OutputError(
            str(path),
            f"its name {found}, which says no format; expected {one_of(SUFFIXES)}."
            + did_you_mean(suffix, SUFFIXES),
        )
    try:
        if path.is_dir():
            raise OutputError(str(path), "this is a folder. Name a file in it.")
        if not path.parent.is_dir():
            raise OutputError(str(path), f"there is no folder '{path.parent}'. Make it first.")
        if path.exists() and any(os.path.exists(i) and path.samefile(i) for i in inputs):
            raise OutputError(str(path), "this is a file that is read. Name another.")
    except OSError as error:
        raise OutputError(path.name, _unwritable(error)) from None
    return path


def replace_file(path: Path, content: bytes) -> None:
    """Put a whole file in the place of another, or of none.

    Raises
    ------
    OutputError
        If it can't be written; what was there before stays.
    """
    replace_files({path: content})


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Put whole files in the place of others, none of them before all are written.

    Raises
    ------
    OutputError
        If one can't be written.
    """
    written: dict[Path, str] = {}
    path = next(iter(files))
    try:
        for path, content in files.items():
            descriptor, written[path] = tempfile.mkstemp(dir=path.parent, prefix=".varstat-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.chmod(written[path], 0o666 & ~_mask())
        for path in files:
            os.replace(written[path], path)
            del written[path]
    except OSError as error:
        raise OutputError(str(path), _unwritable(error)) from None
    finally:
        for temporary in written.values():
            Path(temporary).unlink(missing_ok=True)


def _mask() -> int:
    """The permissions that new files don't get, which can only be read by setting them."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(error: OSError) -> str:
    return f"this can't be written ({(error.strerror or 'no reason given').lower()})."
