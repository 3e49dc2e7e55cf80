"""What a file holds: its bytes, read once, and of which format they are."""

import os
import stat
import sys
from difflib import get_close_matches
from pathlib import Path

from varstat.data.source.encoding import NO_TEXT, check_controls, decode, is_text
from varstat.errors import TableError
from varstat.prose.text import clean

EXCEL, LEGACY, PARQUET, TEXT = "an Excel workbook", "an old Excel workbook", "Parquet", "text"
DATABASE = "a DuckDB database"
FORMAT_OF_SUFFIX = {
    ".csv": TEXT,
    ".tsv": TEXT,
    ".txt": TEXT,
    ".tab": TEXT,
    ".xlsx": EXCEL,
    ".xlsm": EXCEL,
    ".xls": LEGACY,
    ".parquet": PARQUET,
    ".duckdb": DATABASE,
    ".ddb": DATABASE,
    ".db": DATABASE,
}
SUFFIX_OF_FORMAT = {
    EXCEL: ".xlsx",
    LEGACY: ".xls",
    PARQUET: ".parquet",
    DATABASE: ".duckdb",
    TEXT: ".csv",
}
STANDARD_INPUT = "-"
# More than this can't come through a pipe, as it would stand in memory whole.
MOST_BYTES = 2_000_000_000
_STARTS = {b"PAR1": PARQUET, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": LEGACY}
_OTHERS = (
    b"%PDF",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
)
_MAGIC = slice(8, 12)


def name_of(path: Path) -> str:
    r"""Call a file by its name without its folder, as one that can be printed.

    Examples
    --------
    >>> name_of(Path("folder/a\x1b[31m.csv")), name_of(Path("/dev/fd/63")), name_of(Path("-"))
    ('a[31m.csv', 'standard input', 'standard input')
    """
    if str(path) == STANDARD_INPUT or path.parts[:2] == ("/", "dev"):
        return "standard input"
    return clean(path.name) or clean(str(path)) or "file"


def is_duckdb(path: Path) -> bool:
    """Tell by its first bytes whether a file is a DuckDB database; a pipe is never one."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(_MAGIC.stop)[_MAGIC] == b"DUCK"
    except (OSError, ValueError):
        return False


def read_content(path: Path) -> tuple[bytes, str]:
    """Read a file or a pipe, and say what it is.

    Parameters
    ----------
    path : Path
        "-" is standard input.

    Returns
    -------
    data : bytes
    kind : str
        One of the formats above.

    Raises
    ------
    TableError
        If there is no such file, or it is of no format that can be read, or of another than its
        name says.
    """
    data = _read_bytes(path)
    return data, _check_format(path, data)


def read_text(data: bytes, *, name: str) -> tuple[str, tuple[str, ...]]:
    """Turn bytes into text, with notes on what isn't plain about it."""
    text, note = decode(data)
    notes = (note, check_controls(text, name=name))
    if not text.strip("\r\n\t ,;|"):
        raise _empty(name)
    return text, tuple(each for each in notes if each)


def _read_bytes(path: Path) -> bytes:
    where = name_of(path)
    try:
        data = sys.stdin.buffer.read() if str(path) == STANDARD_INPUT else _read_whole(path)
    except FileNotFoundError:
        raise TableError(where, missing_file(path)) from None
    except IsADirectoryError:
        raise TableError(where, "this is a folder. Give one file in it.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name cannot be a path"
        raise TableError(where, f"this file cannot be opened: {why}.") from None
    if not data.strip():
        raise _empty(where)
    return data


def _read_whole(path: Path) -> bytes:
    """Read a file, of whatever kind, once and from its beginning; a pipe gives its bytes once."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISREG(mode):
            return file.read()
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            raise TableError(name_of(path), "this is a device. Give a file.")
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TableError(name_of(path), "this is too long for a pipe. Save it as a file.")
    return data


def missing_file(path: Path) -> str:
    """Say that there is no such file, and which one might be meant."""
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {clean(str(folder))!r}. Check the path."
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError:
        names = []
    nearest = get_close_matches(path.name, names, n=1, cutoff=0.6)
    hint = f"Did you mean {clean(nearest[0])!r}?" if nearest else "Check the path."
    return f"there is no such file in {clean(str(folder.resolve()))!r}. {hint}"


def _check_format(path: Path, data: bytes) -> str:
    """Say what the content is; refuse what cannot be read or is not what the suffix says."""
    kind = _sniff(data)
    suffix = path.suffix.lower()
    expected = FORMAT_OF_SUFFIX.get(suffix)
    if kind == TEXT and data.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise TableError(
            name_of(path),
            "this is a web page or XML, not a table. Open it in a spreadsheet and save as CSV.",
        )
    if kind is None and expected not in (None, TEXT):
        raise TableError(
            name_of(path),
            f"the name ends in {suffix}, but the content is not {expected}: the file is damaged "
            "or is something else. Download or save it again.",
        )
    if kind is None:
        raise TableError(name_of(path), NO_TEXT)
    check_suffix(path, kind)
    return kind


def check_suffix(path: Path, kind: str) -> None:
    """Refuse a file whose name says another format than it has."""
    suffix = path.suffix.lower()
    if FORMAT_OF_SUFFIX.get(suffix, kind) != kind:
        raise TableError(
            name_of(path),
            f"the name ends in {suffix}, but the content is {kind}. Rename the file to end in "
            f"{SUFFIX_OF_FORMAT[kind]}, or save it again as {suffix}.",
        )


def _sniff(data: bytes) -> str | None:
    if data.startswith(b"PK\x03\x04"):
        return EXCEL if b"xl/" in data else None
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    if data[_MAGIC] == b"DUCK":
        return DATABASE
    return None if data.startswith(_OTHERS) or not is_text(data) else TEXT


def _empty(name: str) -> TableError:
    return TableError(name, "the file is empty. Give a file with a header and rows.")
