"""Files put in place whole: written beside their place, then moved there at once."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from varstat.errors import OutputError, did_you_mean, one_of


def check_path(
    path: str | os.PathLike[str], *, suffixes: Iterable[str], inputs: Sequence[str] = ()
) -> Path:
    """Check, before anything is computed, that a file of this name could be written.

    Parameters
    ----------
    path : path
    suffixes : iterable of str
        What its name may end in, in small letters and with the dot.
    inputs : sequence of str
        Files that are read, and so must not be written over.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If not, saying why.
    """
    path, known = Path(path), list(suffixes)
    suffix = path.suffix.lower()
    if suffix not in known:
        found = f"ends in '{suffix}'" if suffix else "has no suffix"
        raise OutputError(
            str(path),
            f"its name {found}, which says no format; expected {one_of(known)}."
            + did_you_mean(suffix, known),
        )
    try:
        if path.is_dir():
            raise OutputError(str(path), "this is a folder. Name a file in it.")
        if not path.parent.is_dir():
            raise OutputError(str(path), f"there is no folder '{path.parent}'. Make it first.")
        if path.exists() and any(os.path.exists(i) and path.samefile(i) for i in inputs):
            raise OutputError(str(path), "this is a file that is read. Name another.")
    except OSError as error:
        raise OutputError(path.name, _unwritable(error)) from None
    return path


def replace_file(path: Path, content: bytes) -> None:
    """Put a whole file in the place of another, or of none.

    Raises
    ------
    OutputError
        If it can't be written; what was there before stays.
    """
    replace_files({path: content})


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Put whole files in the place of others, none of them before all are written.

    Raises
    ------
    OutputError
        If one can't be written.
    """
    written: dict[Path, str] = {}
    path = next(iter(files))
    try:
        for path, content in files.items():
            descriptor, written[path] = tempfile.mkstemp(dir=path.parent, prefix=".varstat-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.chmod(written[path], 0o666 & ~_mask())
        for path in files:
            os.replace(written[path], path)
            del written[path]
    except OSError as error:
        raise OutputError(str(path), _unwritable(error)) from None
    finally:
        for temporary in written.values():
            Path(temporary).unlink(missing_ok=True)


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Give the name of a temporary file, to be written a piece at a time and moved when whole.

    Parameters
    ----------
    path : Path
        Where it is to stand.

    Yields
    ------
    Path
        Of an empty file in the same folder.

    Raises
    ------
    OutputError
        If it can't be written; what was there before stays, whatever went wrong.
    """
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".varstat-")
        os.close(descriptor)
        yield Path(temporary)
        os.chmod(temporary, 0o666 & ~_mask())
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise OutputError(str(path), _unwritable(error)) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _mask() -> int:
    """The permissions that new files don't get, which can only be read by setting them."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(error: OSError) -> str:
    # HDF5 says at length what the system says in a few words.
    why = os.strerror(error.errno) if error.errno else error.strerror or "no reason given"
    return f"this can't be written ({why.lower()})."
