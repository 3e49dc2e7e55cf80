"""varstat example: data to try things on, real or said to be synthetic."""

import shutil
import sys
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from varstat.prose.text import clean

app = typer.Typer(
    help="Example data, usable wherever a file is, as example:NAME.", no_args_is_help=True
)


@app.command("list")
def list_() -> None:
    """List the examples."""
    # Where it isn't a terminal, one line an example.
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for text in _list_examples(room):
        typer.echo(text)


def _list_examples(room: int | None) -> list[str]:
    """Set names beside what they are of, which goes on below itself where there is no room."""
    from varstat.data import EXAMPLES

    width = max(len(name) for name in EXAMPLES)
    lines = [f"{name:<{width}}  {each.description}" for name, each in EXAMPLES.items()]
    if room is None:
        return lines
    below = " " * (width + 2)
    return [
        line
        for each in lines
        for line in textwrap.wrap(
            each, max(room, 2 * len(below)), subsequent_indent=below, break_on_hyphens=False
        )
    ]


@app.command()
def write(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of an example.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else stdout.")
    ] = None,
) -> None:
    """Write an example as CSV."""
    from varstat.data import load_example
    from varstat.errors import OutputError
    from varstat.files import replace_file
    from varstat.present.formats.csv import csv_bytes

    if output is not None and output.suffix.lower() != ".csv":
        raise OutputError(str(output), "an example is written as CSV: name a file in .csv.")
    content = csv_bytes(load_example(name))
    if output is None:
        typer.echo(content.decode(), nl=False)
    else:
        replace_file(output, content)
        typer.echo(f"Wrote {clean(str(output))}.", err=True)
