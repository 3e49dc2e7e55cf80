"""What every command of an analysis does: check, run, write, show, and gate."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from varstat.analysis.inputs import FIT_SUFFIX, split_lookup
from varstat.analysis.specification import Reading, Specification
from varstat.cli.output import Format, Output
from varstat.cli.progress import Shown
from varstat.cli.saved import refuse_options
from varstat.errors import TableError
from varstat.prose.text import clean

if TYPE_CHECKING:
    from varstat.analysis.run import Analysis
    from varstat.present.canvas import Canvas


def carry_out(
    context: typer.Context, specification: Specification, output: Output, *, fits: bool = False
) -> None:
    """Run a specification; write and show what it gives, then refuse what failed its checks.

    Parameters
    ----------
    context : typer.Context
        Of the command as it was called.
    specification : Specification
    output : Output
    fits : bool
        Whether the fit can be written as well.

    Raises
    ------
    VarstatError
        If anything can't be what is asked; a file that can't be written is refused before
        anything is computed.
    """
    watched = sys.stderr.isatty() and not output.quiet
    # NUTS shows by itself how far it has come.
    nuts = specification.modelling.engine == "nuts"
    with Shown(on=watched and not nuts) as shown:
        # Told before anything is imported, which by itself can take a second or two.
        for source in specification.reading.source[:1]:
            shown.tell(f"Reading {clean(Path(source).name)}", 0, 0)
        analysis, wrote = _work(
            context, specification, output, shown, fits=fits, progress=watched and nuts
        )
    _show(analysis, output, wrote=[path.name for path in wrote])
    from varstat.analysis.run import refuse_failed

    refuse_failed(analysis.checked, accepted=output.accept_failed, asked=specification)


def _work(
    context: typer.Context,
    specification: Specification,
    output: Output,
    shown: Shown,
    *,
    fits: bool,
    progress: bool,
) -> "tuple[Analysis, list[Path]]":
    """Run a specification, and write what it gives to files."""
    from varstat.analysis.run import analyse
    from varstat.files import check_path, refuse_foreign
    from varstat.present.highlight import find_units
    from varstat.present.kind import check_chart
    from varstat.present.write import CHARTS

    canvas = _canvas(output)
    inputs = [*read_inputs(specification.reading), *_also_read(specification)]
    suffixes = _suffixes(specification.verb, fits=fits)
    paths = [check_path(path, suffixes=suffixes, inputs=inputs) for path in output.output]
    for path in () if output.force else paths:
        refuse_foreign(path)
    refuse_options(context, specification.reading.source)
    wrote: list[Path] = []
    try:
        analysis = analyse(
            specification,
            stored_as=[path.name for path in paths],
            progress=progress,
            tell=shown.tell,
        )
        # Said before any file is written.
        if any(path.suffix.lower() in CHARTS for path in paths):
            check_chart(analysis.results, output.chart, highlight=output.highlight)
        elif output.highlight:
            find_units(analysis.results.groups, output.highlight)
        for path in paths:
            shown.tell(f"Writing {clean(path.name)}", 0, 0)
            _write(analysis, path, output, canvas)
            wrote.append(path)
    except SystemExit:
        shown.stop()
        _say_interrupted(paths, wrote)
        raise
    except TableError as error:
        raise _point_to_check(error, specification.reading) from None
    return analysis, wrote


def _point_to_check(error: TableError, reading: Reading) -> TableError:
    """Say what to type next where a file is read otherwise than its columns have it."""
    from varstat.analysis.suggest import look_first

    command = "" if error.further else look_first(reading)
    further = (f"Type next: {command}",) if command else error.further
    return TableError(error.where, error.problems, further=further)


def _say_interrupted(paths: list[Path], wrote: list[Path]) -> None:
    """Say which files are there: a file that isn't whole is none."""
    done = [f"Wrote {clean(path.name)}." for path in wrote]
    left = [clean(path.name) for path in paths if path not in wrote]
    lost = [f"Not written: {', '.join(left)}."] if left else []
    typer.echo(" ".join([*done, *lost]) or "Nothing was written.", err=True)


def read_inputs(reading: Reading) -> list[str]:
    """Name the files that a command reads, and so must not write over.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    list of str
    """
    return [*reading.source, *(split_lookup(each)[0] for each in reading.lookup)]


def _also_read(specification: Specification) -> list[str]:
    """Name the files that are read besides, to answer what is asked."""
    successors = getattr(specification.asking, "successors", None)
    printed = getattr(specification.asking, "printed", None)
    return [
        *([] if successors is None else [successors]),
        *([] if printed is None else [split_lookup(printed)[0]]),
    ]


def _suffixes(verb: str, *, fits: bool) -> tuple[str, ...]:
    """What files of a verb's results may end in."""
    from varstat.present.write import STATEMENT, SUFFIXES

    if verb == "fit":
        return (FIT_SUFFIX, ".json", ".csv")
    if verb == "review":
        return (*SUFFIXES, STATEMENT)
    return (*SUFFIXES, FIT_SUFFIX) if fits else SUFFIXES


def _canvas(output: Output) -> "Canvas":
    """On what charts are drawn: refused before anything is computed."""
    from varstat.present.canvas import make_canvas

    return make_canvas(
        width=output.width,
        height=output.height,
        dpi=output.dpi,
        size=output.size,
        label=output.label,
        scales=output.scales,
    )


def _write(analysis: "Analysis", path: Path, output: Output, canvas: "Canvas") -> None:
    from varstat.hierarchical import write_fit
    from varstat.present.write import write

    if path.suffix.lower() == FIT_SUFFIX and analysis.fits is not None:
        write_fit(analysis.fits, path)
        return
    write(
        analysis.results,
        path,
        highlight=output.highlight,
        chart=output.chart,
        verdicts=analysis.verdicts,
        canvas=canvas,
    )


def _show(analysis: "Analysis", output: Output, *, wrote: list[str]) -> None:
    """Print the results, unless they went to files, and on stderr what to mind."""
    from rich.console import Console

    from varstat.present.show import show
    from varstat.present.terminal.notes import print_notes
    from varstat.present.write import encode
    from varstat.prose.text import clean_lines

    results, verdicts = analysis.results, analysis.verdicts
    messages = Console(stderr=True, highlight=False, quiet=output.quiet)
    if output.format_ is not Format.TABLE:
        sys.stdout.buffer.write(encode(results, f".{output.format_.value}", verdicts=verdicts))
    elif not wrote:
        show(results, highlight=output.highlight, verdicts=verdicts)
    else:
        summaries = [each.summary() for each in (results, verdicts) if each is not None]
        messages.print(clean_lines("\n".join(summaries)), markup=False)
    sys.stdout.flush()
    print_notes(results, messages, verdicts=verdicts)
    for name in wrote:
        messages.print(f"Wrote {clean(name)}.", markup=False)
