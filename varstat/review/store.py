"""The store of a review's refits: what was computed before an interruption, line by line."""

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from varstat.provenance import content_hash
from varstat.version import __version__

# Days after which what nobody took up again is removed.
_KEPT = 30
_ARRAY = "array of float64"


def open_store(*, data_hash: str, specification: Mapping[str, Any], seed: int) -> "Store | None":
    """Open the store of a review, with what an earlier run of it left there.

    Parameters
    ----------
    data_hash : str
        Of the data.
    specification : mapping
        Everything besides that changes a refit; what JSON can say.
    seed : int

    Returns
    -------
    Store or None
        None where the user's cache can't be written.
    """
    digest = content_hash(
        {"data": data_hash, "asked": dict(specification), "seed": seed, "version": __version__}
    )
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_old(folder)
        return Store(folder / f"{digest}.jsonl")
    except OSError:
        return None


def cache_folder() -> Path:
    """Name the folder of the stores, in the user's cache."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    # The standard says that a path that isn't absolute is to be ignored.
    cache = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return cache / "varstat" / "review"


def _remove_old(folder: Path) -> None:
    for path in folder.glob("*.jsonl"):
        if time.time() - path.stat().st_mtime > _KEPT * 86_400:
            path.unlink(missing_ok=True)


class Store:
    """Outcomes of jobs by their keys, kept in a file that only grows.

    Parameters
    ----------
    path : Path
        Need not exist. Lines that this class didn't write, or wrote in part, are ignored.

    Raises
    ------
    OSError
        If it can't be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writes = True
        self._found: dict[str, Any] = {}
        os.close(self._open())
        for line in path.read_bytes().split(b"\n"):
            entry = _read_line(line)
            if entry is not None:
                self._found[entry[0]] = entry[1]

    def __len__(self) -> int:
        return len(self._found)

    def find(self, key: str) -> dict[str, Any] | None:
        """Give what was kept under a key, or None."""
        packed = self._found.get(key)
        return None if packed is None else unpack(packed)

    def keep(self, key: str, entry: Mapping[str, Any]) -> None:
        """Keep numbers, text, lists, mappings and arrays of float under a key.

        Where the disk has no room nothing more is kept, which is no error.
        """
        packed = pack(entry)
        self._found[key] = packed
        if not self._writes:
            return
        text = json.dumps([key, packed], ensure_ascii=True)
        # A line that was cut off ends here; one write, so that no other process's comes between.
        line = f"\n{_sum_of(text)} {text}\n".encode()
        try:
            descriptor = self._open()
            try:
                self._writes = os.write(descriptor, line) == len(line)
            finally:
                os.close(descriptor)
        except OSError:
            self._writes = False

    def remove(self) -> None:
        """Remove the file: the review is complete."""
        self._path.unlink(missing_ok=True)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _sum_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read_line(line: bytes) -> tuple[str, Any] | None:
    """Read a line that is whole; None of any other."""
    try:
        mark, text = line.decode("ascii").split(" ", 1)
        if mark != _sum_of(text):
            return None
        key, packed = json.loads(text)
    except ValueError:
        return None
    return str(key), packed


def pack(value: Any) -> Any:
    """Put arrays of numbers, to the bit, into what JSON can say.

    Examples
    --------
    >>> unpack(pack({"a": np.array([1.5, 2.0])}))["a"].tolist()
    [1.5, 2.0]
    """
    match value:
        case np.ndarray():
            data = np.ascontiguousarray(value, dtype="<f8")
            return {_ARRAY: base64.b64encode(data.tobytes()).decode(), "shape": list(data.shape)}
        case np.generic():
            return value.item()
        case Mapping():
            return {str(key): pack(each) for key, each in value.items()}
        case list() | tuple():
            return [pack(each) for each in value]
    return value


def unpack(value: Any) -> Any:
    """Undo `pack`."""
    match value:
        case {"shape": shape, **rest} if _ARRAY in rest:
            raw = base64.b64decode(str(rest[_ARRAY]))
            return np.frombuffer(raw, dtype="<f8").reshape(shape)
        case dict():
            return {key: unpack(each) for key, each in value.items()}
        case list():
            return [unpack(each) for each in value]
    return value
