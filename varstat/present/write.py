"""Write results to files: atomically, in the format that the suffix says."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from varstat.errors import OutputError, did_you_mean, one_of
from varstat.funnel.result import Funnels
from varstat.present.tables import csv_bytes, json_bytes, parquet_bytes, xlsx_bytes

Render = Callable[[Funnels, Sequence[str]], bytes]


def _chart(suffix: str) -> Render:
    def render(funnels: Funnels, highlight: Sequence[str]) -> bytes:
        # Imported here: matplotlib takes longer to import than a funnel to compute.
        from varstat.present.charts import chart_bytes

        return chart_bytes(funnels, suffix=suffix, highlight=highlight)

    return render


def _page(funnels: Funnels, highlight: Sequence[str]) -> bytes:
    from varstat.present.charts import page_bytes

    return page_bytes(funnels, highlight=highlight)


_RENDERERS: dict[str, Render] = {
    ".csv": lambda funnels, _: csv_bytes(funnels.to_frame()),
    ".parquet": lambda funnels, _: parquet_bytes(funnels),
    ".json": lambda funnels, _: json_bytes(funnels),
    ".xlsx": lambda funnels, _: xlsx_bytes(funnels),
    ".png": _chart(".png"),
    ".svg": _chart(".svg"),
    ".pdf": _chart(".pdf"),
    ".html": _page,
}


def write_funnels(
    funnels: Funnels, path: str | os.PathLike[str], *, highlight: Sequence[str] = ()
) -> None:
    """Write funnels to a file: the suffix decides what is written.

    ===========================  =====================================================
    `.csv .parquet .json .xlsx`  the table of units (JSON: limits and account as well)
    `.png .svg .pdf`             the chart
    `.html`                      a page with the chart and the table, for any browser
    ===========================  =====================================================

    The file appears whole or not at all. Every format carries its provenance, save CSV, beside
    which it stands in a file of the same name and `.provenance.json`.

    Parameters
    ----------
    funnels : Funnels
    path : path
    highlight : sequence of str
        Units to mark in a chart, by code or name.

    Raises
    ------
    OutputError
        If the suffix isn't known or the file can't be written.
    """
    path = check_output(path)
    files = {path: _RENDERERS[path.suffix.lower()](funnels, highlight)}
    if path.suffix.lower() == ".csv":
        beside = {"provenance": funnels.provenance.to_dict(), "account": funnels.account.to_dict()}
        text = json.dumps(beside, indent=2, ensure_ascii=False) + "\n"
        # First in place, so that a CSV never stands without it.
        files = {path.with_name(f"{path.name}.provenance.json"): text.encode()} | files
    replace_files(files)


def check_output(path: str | os.PathLike[str], *, inputs: Sequence[str] = ()) -> Path:
    """Check, before anything is computed, that a file of this name could be written.

    Parameters
    ----------
    path : path
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
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _RENDERERS:
        found = f"ends in '{suffix}'" if suffix else "has no suffix"
        raise OutputError(
            str(path),
            f"its name {found}, which says no format; expected {one_of(_RENDERERS)}."
            + did_you_mean(suffix, _RENDERERS),
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


def _mask() -> int:
    """The permissions that new files don't get, which can only be read by setting them."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(error: OSError) -> str:
    return f"this can't be written ({(error.strerror or 'no reason given').lower()})."
