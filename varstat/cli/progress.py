"""How far a command is, on a terminal: its stage, the time, and the time left where it is known."""

import threading
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

# Seconds before anything is shown, and columns that a line takes at most.
_PATIENCE, _WIDTH = 0.5, 80


class Shown:
    """A line on stderr that says what is going on; gone when all is done.

    Parameters
    ----------
    on : bool
        Whether there is anyone to see it.
    """

    def __init__(self, *, on: bool) -> None:
        self._bar: Progress | None = _make_bar() if on else None
        self._timer = threading.Timer(_PATIENCE, self._start)
        self._timer.daemon = True

    def __enter__(self) -> "Shown":
        if self._bar is not None:
            self._bar.add_task("starting", total=None)
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def tell(self, stage: str, done: int, of: int) -> None:
        """Say what is being done.

        Parameters
        ----------
        stage : str
        done, of : int
            How many of its parts are done; 0 and 0 where it has none.
        """
        if self._bar is None:
            return
        (task,) = self._bar.tasks
        counted = f" {done + 1:,} of {of:,}" if of > 1 else ""
        if task.fields.get("stage") != stage:
            self._bar.reset(task.id, total=of if of > 1 else None, stage=stage)
        self._bar.update(task.id, description=f"{stage}{counted}", completed=done)

    def stop(self) -> None:
        """Take the line away."""
        if self._bar is not None:
            self._timer.cancel()
            if self._timer.is_alive():
                self._timer.join()
            self._bar.stop()

    def _start(self) -> None:
        if self._bar is not None:
            self._bar.start()


def _make_bar() -> "Progress":
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    console.width = min(console.width, _WIDTH)
    return Progress(
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        # Empty where a stage has no parts by which to tell.
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
