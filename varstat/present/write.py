"""Write results of any kind to files: atomically, in the format that the suffix says."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any

from varstat.errors import UsageError
from varstat.files import beside, check_path, replace_files
from varstat.present import formats
from varstat.present.canvas import Canvas
from varstat.present.captions.source import say_source
from varstat.present.content import TRUSTED, Content, mark_trusted, note_columns, trust
from varstat.present.kind import Open, choose_chart, open_results
from varstat.results import Result, Results

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdicts


def table_suffixes() -> tuple[str, ...]:
    """List the suffixes of tables: a format is a file in `formats`."""
    return tuple(f".{each.name}" for each in iter_modules(formats.__path__))


TABLES = table_suffixes()
CHARTS = (".png", ".svg", ".pdf")
SUFFIXES = (*TABLES, *CHARTS, ".html")
# A text in Markdown, of the kinds that have one.
STATEMENT = ".md"
# Of a table, what holds one alone.
_ONE_TABLE = (".csv", ".parquet")


def write(
    results: "Result | Results[Any]",
    path: str | os.PathLike[str],
    *,
    highlight: Sequence[str] = (),
    chart: str | None = None,
    verdicts: "Verdicts | None" = None,
    canvas: Canvas | None = None,
) -> None:
    """Write results to a file: the suffix decides what is written.

    ===========================  =====================================================
    `.csv .parquet`              the table of units
    `.json .xlsx`                that, and all that it rests on
    `.png .svg .pdf`             a chart
    `.html`                      a page with the charts and the table, for any browser
    `.md`                        of reviews: a statement to be pasted into a report
    ===========================  =====================================================

    Of results that have further tables, such as the map of successors, a CSV or Parquet file of
    that name (`map.csv`) holds that one.

    The file appears whole or not at all. Every format carries its provenance and says if a
    posterior failed its checks; beside a CSV both stand in a file of the same name and
    `.provenance.json`.

    Parameters
    ----------
    results : Funnels, Leagues, Opportunities, Comparisons or Fits
        Of all groups.
    path : path
    highlight : sequence of str
        Units to mark in a chart, by code or name.
    chart : str, optional
        Of league tables "caterpillar" or "ranks"; of opportunities "opportunity", "waterfall" or
        "comparability". The first by default.
    verdicts : Verdicts, optional
        Of these funnels, to stand beside their flags in tables and on a page.
    canvas : Canvas, optional
        Of a chart: its size, and which units it names. `varstat.present.canvas.make_canvas` makes
        one.

    Raises
    ------
    OutputError
        If the suffix isn't known or the file can't be written.
    UsageError
        If no unit has a highlighted code or name, or there is no such chart of these results.
    ModelError
        If the results lack what the chart shows.
    """
    opened = _open(results, highlight=highlight, verdicts=verdicts)
    stated = (STATEMENT,) if opened.kind.statement else ()
    path = check_output(path, suffixes=(*SUFFIXES, *stated))
    suffix = path.suffix.lower()
    sheet = path.stem if path.stem in opened.kind.apart and suffix in _ONE_TABLE else None
    if sheet is not None:
        files = {path: _format(suffix).encode(_lay_out(opened).alone(sheet))}
    else:
        files = {path: _encode(opened, suffix, chart=chart, marked=bool(highlight), canvas=canvas)}
    about = getattr(_format(suffix), "beside", None) if suffix in TABLES else None
    if about is not None:
        # First in place, so that a file never stands without it.
        files = {beside(path): about(_lay_out(opened))} | files
    replace_files(files)


def encode(
    results: "Result | Results[Any]",
    suffix: str,
    *,
    highlight: Sequence[str] = (),
    chart: str | None = None,
    verdicts: "Verdicts | None" = None,
) -> bytes:
    """Make the bytes of a file of results.

    Parameters
    ----------
    results : Funnels, Leagues, Opportunities, Comparisons or Fits
    suffix : str
        One of `SUFFIXES`.
    highlight, chart, verdicts
        As of `write`.

    Returns
    -------
    bytes
    """
    opened = _open(results, highlight=highlight, verdicts=verdicts)
    return _encode(opened, suffix, chart=chart, marked=bool(highlight))


def lay_out(results: "Result | Results[Any]", *, verdicts: "Verdicts | None" = None) -> Content:
    """Say what files say of results, before it takes the form of one format.

    Parameters
    ----------
    results : Funnels, Leagues, Opportunities, Comparisons or Fits
    verdicts : Verdicts, optional
        Of these funnels.

    Returns
    -------
    Content
    """
    return _lay_out(_open(results, verdicts=verdicts))


def check_output(
    path: str | os.PathLike[str],
    *,
    inputs: Sequence[str] = (),
    suffixes: Iterable[str] = SUFFIXES,
) -> Path:
    """Check, before anything is computed, that a file of this name could be written.

    Parameters
    ----------
    path : path
    inputs : sequence of str
        Files that are read, and so must not be written over.
    suffixes : iterable of str
        What its name may end in.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If not, saying why.
    """
    return check_path(path, suffixes=suffixes, inputs=inputs)


def _format(suffix: str) -> ModuleType:
    return import_module(f"varstat.present.formats.{suffix[1:]}")


def _open(
    results: "Result | Results[Any]",
    *,
    highlight: Sequence[str] = (),
    verdicts: "Verdicts | None" = None,
) -> Open:
    opened = open_results(results, highlight=highlight, verdicts=verdicts)
    if not isinstance(opened.results, Results):
        raise UsageError(
            "results", "one group has no account of its rows. Write the results of all groups."
        )
    return opened


def _encode(
    opened: Open,
    suffix: str,
    *,
    chart: str | None,
    marked: bool,
    canvas: Canvas | None = None,
) -> bytes:
    drawn = suffix in CHARTS
    found = choose_chart(opened, chart, marked=marked, drawn=drawn) if chart or drawn else None
    if found and drawn:
        # Imported here: matplotlib takes longer to import than a funnel to compute.
        from varstat.present.charts.render import render

        canvas = canvas or Canvas()
        source = say_source(opened.results, chart=opened.kind.unusual(chart))
        on = replace(canvas, source=source)
        return render(
            found.draw(opened.groups, opened.marks, on),
            suffix=suffix,
            alt=found.alt(opened.groups),
            provenance=opened.results.provenance.to_dict(),
            dpi=canvas.dpi,
        )
    if suffix == ".html":
        from varstat.present.page.build import page_bytes

        return page_bytes(opened)
    if suffix == STATEMENT and opened.kind.statement is not None:
        return opened.kind.statement(opened.results).encode()
    encoded: bytes = _format(suffix).encode(_lay_out(opened))
    return encoded


def _lay_out(opened: Open) -> Content:
    kind, results = opened.kind, opened.results
    first = kind.table(results.groups[0])
    sheets = kind.sheets(results)
    main = next(iter(sheets))
    means = {first.fill(column.name): column.means for column in kind.files or kind.columns}
    means["trusted"] = TRUSTED
    sheets[main] = mark_trusted(sheets[main], results.groups)
    known = {**kind.meanings, main: {**means, **kind.meanings.get(main, {})}}
    return Content(
        kind=kind.name,
        title=results[0].indicator,
        sheets=sheets,
        objects=kind.objects(results),
        about=trust(results)
        | {"account": results.account.to_dict(), "provenance": results.provenance.to_dict()}
        | kind.also(results),
        means=means,
        notes={
            name: note_columns(map(str, frame.columns), known.get(name, {}), results[0].by)
            for name, frame in sheets.items()
        },
        summary=results.summary(),
    )
