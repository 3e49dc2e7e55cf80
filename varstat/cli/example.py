"""varstat example: data to try things on, real or said to be synthetic."""

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
    from varstat.data import EXAMPLES

    width = max(len(name) for name in EXAMPLES)
    for name, example in EXAMPLES.items():
        typer.echo(f"{name:<{width}}  {example.description}")


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
