"""Writing netCDF: files that appear whole, arrays and text in them, and draws cut into chains."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from varstat.files import written_beside
from varstat.hierarchical.storage.text import escape


class PatientFile(io.FileIO):
    """A file that keeps a failure to write to itself, because HDF5 crashes of one.

    Attributes
    ----------
    failure : OSError or None
        The first; nothing was written after it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w+")
        self.failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Write all of some bytes, or remember why not."""
        left = memoryview(data).cast("B")
        size = left.nbytes
        while left.nbytes and self.failure is None:
            try:
                left = left[super().write(left) :]
            except OSError as error:
                self.failure = error
        return size

    def truncate(self, size: int | None = None, /) -> int:
        """Change the file's length, or remember why not."""
        try:
            return super().truncate(size)
        except OSError as error:
            self.failure = self.failure or error
            return size or 0


@contextmanager
def written_netcdf(path: Path) -> Iterator[Any]:
    """Open a netCDF file that appears in its place when it is whole.

    Parameters
    ----------
    path : Path

    Yields
    ------
    h5netcdf.File

    Raises
    ------
    OutputError
        If it can't be written; what was there before stays.
    """
    # Imported here: h5py takes longer to import than many a model to fit.
    import h5netcdf  # type: ignore[import-untyped]
    import h5py  # type: ignore[import-untyped]

    with written_beside(path) as place, PatientFile(place) as under:
        try:
            # h5netcdf wants to find attributes in the order in which they were made.
            with h5py.File(under, "w", track_order=True) as raw, h5netcdf.File(raw, "w") as file:
                yield file
        except (OSError, RuntimeError) as error:
            # What HDF5 then can't read back is only what couldn't be written.
            raise under.failure or error from None
        if under.failure is not None:
            raise under.failure


def put_numbers(group: Any, name: str, dimensions: tuple[str, ...], values: Any) -> None:
    """Write an array, and make the dimensions that aren't there yet."""
    for dimension, size in zip(dimensions, np.shape(values), strict=True):
        if dimension not in group.dimensions:
            group.dimensions[dimension] = size
    group.create_variable(name, dimensions, data=values)


def put_text(group: Any, name: str, dimension: str, values: Iterable[object]) -> None:
    """Write text, escaped, along a dimension that is made if it isn't there yet."""
    from h5py import string_dtype

    stored = np.array([escape(value) for value in values], dtype=object)
    if dimension not in group.dimensions:
        group.dimensions[dimension] = len(stored)
    variable = group.create_variable(name, (dimension,), dtype=string_dtype())
    variable[...] = stored


def chain_parts(some: slice, length: int) -> Iterator[tuple[int, slice, slice]]:
    """Cut a block of draws where chains of a length end: chain, draws in it, part of the block.

    Examples
    --------
    >>> list(chain_parts(slice(3, 7), 5))
    [(0, slice(3, 5, None), slice(0, 2, None)), (1, slice(0, 2, None), slice(2, 4, None))]
    """
    first = some.start
    while first < some.stop:
        chain, at = divmod(first, length)
        last = min(some.stop, first + length - at)
        yield chain, slice(at, at + last - first), slice(first - some.start, last - some.start)
        first = last
