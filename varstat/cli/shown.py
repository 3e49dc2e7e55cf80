"""Results of each kind as they are written and shown: one way for all of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from varstat.analysis.inputs import FIT_SUFFIX
from varstat.funnel.result import Funnels
from varstat.present.terminal import notes
from varstat.present.write import CHARTS, SUFFIXES

if TYPE_CHECKING:
    from rich.console import Console

    from varstat.estimands.verdict.result import Verdicts
    from varstat.results import Results

__all__ = ["CHARTS", "check_chart", "encode", "output_suffixes", "print_notes", "show", "write"]


def output_suffixes(verb: str, *, fits: bool) -> tuple[str, ...]:
    """Say what files of a verb's results may end in.

    Parameters
    ----------
    verb : str
    fits : bool
        Whether the fit can be written as well.

    Returns
    -------
    tuple of str
    """
    if verb == "fit":
        return (FIT_SUFFIX, ".json", ".csv")
    return (*SUFFIXES, FIT_SUFFIX) if fits else SUFFIXES


def check_chart(
    results: "Results[Any]", chart: str | None, *, highlight: Sequence[str], drawn: bool
) -> None:
    """Check that units to mark are there, and a chart can be drawn.

    Parameters
    ----------
    results : Results
    chart : str or None
    highlight : sequence of str
    drawn : bool
        Whether a chart will be.

    Raises
    ------
    UsageError, ModelError
    """
    from varstat.present.highlight import find_units

    if highlight:
        find_units(results.groups, highlight)
    if drawn and results.provenance.verb == "opportunity":
        from varstat.present import opportunity_chart

        opportunity_chart.check_chart(_any(results), chart or "", highlight=highlight)


def write(
    results: "Results[Any]",
    path: Path,
    *,
    highlight: Sequence[str] = (),
    chart: str | None = None,
    verdicts: "Verdicts | None" = None,
) -> None:
    """Write results to a file: the suffix decides what is written.

    Parameters
    ----------
    results : Results
    path : Path
    highlight : sequence of str
        Units to mark in a chart.
    chart : str, optional
    verdicts : Verdicts, optional
        Of these funnels.
    """
    from varstat.files import replace_file
    from varstat.present import write as writers

    match results.provenance.verb:
        case "funnel":
            writers.write_funnels(_any(results), path, highlight=highlight, verdicts=verdicts)
        case "league":
            writers.write_leagues(_any(results), path, highlight=highlight, chart=_any(chart))
        case "opportunity":
            writers.write_opportunities(_any(results), path, highlight=highlight, chart=_any(chart))
        case "compare":
            writers.write_comparisons(_any(results), path)
        case _:
            replace_file(path, encode(results, path.suffix.lower()))


def encode(results: "Results[Any]", suffix: str, *, verdicts: "Verdicts | None" = None) -> bytes:
    """Make a table for machines.

    Parameters
    ----------
    results : Results
    suffix : {".csv", ".json"}
    verdicts : Verdicts, optional

    Returns
    -------
    bytes
    """
    from varstat.present.tables import csv_bytes, json_bytes, lay_out

    if results.provenance.verb == "fit":
        from varstat.present.fits import fits_frame, fits_json

        fits = _any(results)
        return csv_bytes(fits_frame(fits)) if suffix == ".csv" else fits_json(fits)
    content = lay_out(_any(results), verdicts=verdicts)
    if suffix == ".json":
        return json_bytes(content)
    return csv_bytes(content.units if isinstance(results, Funnels) else results.to_frame())


def show(
    results: "Results[Any]",
    console: "Console",
    *,
    highlight: Sequence[str] = (),
    verdicts: "Verdicts | None" = None,
) -> None:
    """Print results for a reader.

    Parameters
    ----------
    results : Results
    console : rich.console.Console
    highlight : sequence of str
    verdicts : Verdicts, optional
    """
    match results.provenance.verb:
        case "funnel":
            from varstat.present.terminal.funnel import print_funnels

            print_funnels(_any(results), console, highlight=highlight, verdicts=verdicts)
        case "league":
            from varstat.present.terminal.league import print_leagues

            print_leagues(_any(results), console, highlight=highlight)
        case "opportunity":
            from varstat.present.terminal.opportunity import print_opportunities

            print_opportunities(_any(results), console, highlight=highlight)
        case "compare":
            from varstat.present.terminal.comparison import print_comparisons

            print_comparisons(_any(results), console)
        case _:
            from varstat.present.fits import print_fits

            print_fits(_any(results), console)


def summarise(results: "Results[Any]", *, verdicts: "Verdicts | None" = None) -> str:
    """Say in plain English what results show.

    Parameters
    ----------
    results : Results
    verdicts : Verdicts, optional

    Returns
    -------
    str
    """
    from varstat.prose.text import clean_lines

    if results.provenance.verb == "fit":
        from varstat.present.fits import say_fits

        return say_fits(_any(results))
    said = [results.summary(), *([verdicts.summary()] if verdicts is not None else [])]
    return clean_lines("\n".join(said))


def print_notes(
    results: "Results[Any]", console: "Console", *, verdicts: "Verdicts | None" = None
) -> None:
    """Print what a reader must know, and what became of the rows.

    Parameters
    ----------
    results : Results
    console : rich.console.Console
    verdicts : Verdicts, optional
    """
    if results.provenance.verb == "fit":
        from varstat.present.fits import print_fit_notes

        print_fit_notes(_any(results), console)
        return
    notes.print_notes(_any(results), console, verdicts=verdicts)


def _any(value: object) -> Any:
    return value
