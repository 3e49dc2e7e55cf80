"""Standard output, as wide as what reads it."""

import os
import sys

from rich.console import Console

# Of a file or a pipe: more than any line takes.
_UNCUT = 10_000


def open_console() -> Console:
    """Open standard output for tables and text.

    Returns
    -------
    Console
        As wide as the terminal, or as the environment's `COLUMNS` says; a file or a pipe, which
        has no width, gets every line whole.
    """
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return Console(highlight=False)
    return Console(highlight=False, width=_UNCUT)
