"""The command line: one file a command, which parses, calls and writes.

Nothing but Typer and the standard library is imported until a command runs.
"""

import os
import signal
import sys
import threading


def main() -> None:
    """Run the command line; a user's mistake ends with its message and its exit code."""
    clean_up_when_ended()
    # Imported only now, so that whoever interrupts the import sees no traceback either.
    from varstat.cli.program import run

    run()


def clean_up_when_ended() -> None:
    """End by a signal as by an error, so that no temporary file is left."""

    def end(number: int, frame: object) -> None:
        if number == signal.SIGINT:
            os.write(2, b"\nInterrupted.\n")
        sys.exit(128 + number)

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            # Windows has no SIGHUP; whoever ignores one goes on ignoring it.
            number = getattr(signal, name, None)
            plain = (signal.SIG_DFL, signal.default_int_handler)
            if number is not None and signal.getsignal(number) in plain:
                signal.signal(number, end)
