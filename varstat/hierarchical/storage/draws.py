"""Draws that stay in their file, and what to say when it can't be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from varstat.errors import TableError, VarstatError
from varstat.hierarchical.storage.netcdf import chain_parts
from varstat.measure import Floats

DAMAGED = (
    "this can't be read as a fit: the file is damaged, or something else wrote it. Fit again with "
    "`varstat fit`."
)
# What a file that holds something else than it should can make the code below raise.
_FAULTS = (
    *(OSError, KeyError, IndexError, ValueError, TypeError, AttributeError),
    *(RuntimeError, MemoryError, OverflowError, ArithmeticError, RecursionError),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FileDraws:
    """Draws of effects that stay in their file, and are read a block at a time.

    Attributes
    ----------
    path : Path
    stamp : tuple of int
        Size and time of the file when it was opened: another in its place has other draws.
    draws, units, length : int
        Number of draws, of units, and of draws in a chain.
    """

    path: Path
    stamp: tuple[int, int]
    draws: int
    units: int
    length: int

    def blocks(self, numbers: int = 4_000_000) -> Iterator[tuple[slice, Floats]]:
        """Give blocks of draws: which, and the effects, of shape (draws, units).

        Raises
        ------
        TableError
            If the file is no longer what it was, or its draws can't be read.
        """
        step = max(numbers // self.units, 1)
        for first in range(0, self.draws, step):
            some = slice(first, min(first + step, self.draws))
            yield some, self._block(some)

    def of_units(self, first: int, last: int) -> Floats:
        """Give all draws of some neighbouring units: shape (draws, units).

        Raises
        ------
        TableError
            As `blocks`.
        """
        return self._block(slice(0, self.draws), slice(first, last))

    def _block(self, some: slice, units: slice | None = None) -> Floats:
        units = units or slice(0, self.units)
        block = np.empty((some.stop - some.start, units.stop - units.start))
        with reading(self.path):
            if stamp_of(self.path) != self.stamp:
                raise TableError(
                    self.path.name, "this file has changed since it was opened. Load it again."
                )
            import h5py  # type: ignore[import-untyped]

            with h5py.File(self.path, "r") as file:
                effect = file["posterior/effect"]
                for chain, within, part in chain_parts(some, self.length):
                    block[part] = effect[chain, within, units]
            if not np.isfinite(block).all():
                raise ValueError("an effect is not a number")
        return block


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes go wrong into one error."""
    try:
        yield
    except VarstatError:
        raise
    except PermissionError:
        raise TableError(path.name, "this file can't be opened: permission denied.") from None
    except _FAULTS:
        raise TableError(path.name, DAMAGED) from None


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of a file, by which to tell that it is another."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns
