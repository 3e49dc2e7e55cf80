"""Files put in place whole: written beside their place, then moved there at once."""

import mmap
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from varstat.errors import OutputError, did_you_mean, one_of

BESIDE = ".provenance.json"
# A key of every provenance, which each file that varstat writes carries.
_MARK = b"data_hash"


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
    if path.name.lower().endswith(BESIDE):
        raise OutputError(
            str(path), "names that end so are kept for what stands beside a CSV. Name it otherwise."
        )
    try:
        if not path.parent.is_dir():
            raise OutputError(str(path), f"there is no folder '{path.parent}'. Make it first.")
        _check_place(path)
        written = [path, beside(path)] if suffix == ".csv" else [path]
        for each in written:
            if each.exists() and any(os.path.exists(i) and each.samefile(i) for i in inputs):
                what = "this is" if each == path else f"'{each.name}' beside it is"
                raise OutputError(str(path), f"{what} a file that is read. Name another.")
    except (OSError, ValueError) as error:
        raise OutputError(path.name, _unwritable(error)) from None
    return path


def refuse_foreign(path: Path) -> None:
    """Refuse to replace a file that carries no provenance, and so isn't varstat's.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OutputError
        If there is such a file.
    """
    try:
        if not path.exists() or path.stat().st_size == 0 or _is_own(path):
            return
    except OSError as error:
        raise OutputError(path.name, _unwritable(error)) from None
    raise OutputError(
        path.name,
        "there is a file of this name that varstat didn't write. Name another, or use --force to "
        "replace it.",
    )


def _is_own(path: Path) -> bool:
    """Whether a file carries a provenance: in itself, in a workbook's parts, or beside a CSV."""
    if path.suffix.lower() == ".csv":
        return beside(path).exists()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            texts = [name for name in parts.namelist() if name.startswith("xl/")]
            return any(_MARK in parts.read(name) for name in texts)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_MARK) >= 0


def beside(path: Path) -> Path:
    """Name the file that says where the numbers of a CSV are from.

    Examples
    --------
    >>> beside(Path("units.csv")).name
    'units.csv.provenance.json'
    """
    return path.with_name(path.name + BESIDE)


def _check_place(path: Path) -> None:
    """Refuse to put a file in the place of what is none, or may not be written."""
    if path.is_dir():
        raise OutputError(str(path), "this is a folder. Name a file in it.")
    if not path.exists():
        return
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OutputError(str(path), "this is a pipe or a device. Name a file.")
    # Asked of the file itself, as a new one in its place needs no leave but the folder's.
    if not (mode & 0o222 and os.access(path, os.W_OK)):
        raise OutputError(str(path), "this file is read-only. Name another.")


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
            _check_place(path)
            target = _target(path)
            descriptor, written[path] = tempfile.mkstemp(dir=target.parent, prefix=".varstat-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.chmod(written[path], _mode(target))
        for path in files:
            os.replace(written[path], _target(path))
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
        _check_place(path)
        target = _target(path)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".varstat-")
        os.close(descriptor)
        yield Path(temporary)
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise OutputError(str(path), _unwritable(error)) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _target(path: Path) -> Path:
    """Where a link leads: the link stays, and what it names is replaced."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0o666 & ~_mask()


def _mask() -> int:
    """The permissions that new files don't get, which can only be read by setting them."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "its name cannot be a path."
    # HDF5 says at length what the system says in a few words.
    why = os.strerror(error.errno) if error.errno else error.strerror or "no reason given"
    return f"this can't be written ({why.lower()})."
