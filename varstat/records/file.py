"""Files of records in DuckDB's SQL: how to read them, and text in them as numbers and dates."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from varstat.data.source.database import quote_text
from varstat.data.source.delimited import DELIMITERS
from varstat.data.source.numbers import MISSING
from varstat.errors import TableError

_HEAD_BYTES = 1_000_000
# What stands for text that should be a number or a date and is none: never in range.
_NO_NUMBER, _NO_DATE = "'nan'::DOUBLE", "DATE '0001-01-01'"


def spell_path(path: Path) -> str:
    """Spell a path so that DuckDB takes no letter of it for a wildcard.

    Examples
    --------
    >>> spell_path(Path("a[1]*.csv"))
    'a[[]1][*].csv'
    """
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def lay_file(path: Path, *, typed: bool, wanted: Sequence[str]) -> str:
    """Say in SQL how to read a file of Parquet or delimited text.

    Parameters
    ----------
    path : Path
    typed : bool
        Whether the types of delimited text are to be found out; else all of it is text.
    wanted : sequence of str
        Columns that may stand only once.

    Returns
    -------
    str
        What can follow FROM.

    Raises
    ------
    TableError
        If the file is empty or of another format, or a column stands twice.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise TableError(path.name, "the file is empty. Give a file with a header and rows.")
    literal = quote_text(spell_path(path))
    if head.startswith(b"PAR1"):
        return f"read_parquet({literal})"
    if b"\0" in head or head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF")):
        raise TableError(
            path.name,
            "records are read from Parquet, CSV in UTF-8 or a DuckDB file, and this is none of "
            "them. Save it as one.",
        )
    text = head.decode("utf-8-sig", errors="replace")
    headers = [next(csv.reader(io.StringIO(text, newline=""), delimiter=d), []) for d in DELIMITERS]
    header = max(headers, key=len)
    problems = [
        f"the column {name!r} stands more than once. Rename all but one."
        for name in wanted
        if header.count(name) > 1
    ]
    if problems:
        raise TableError(path.name, problems)
    delimiter = quote_text(DELIMITERS[headers.index(header)])
    given = f"{literal}, header = true, delim = {delimiter}, quote = '\"', escape = '\"'"
    if typed:
        return f"read_csv({given})"
    # Told everything, DuckDB guesses nothing: no row is taken for a title or a comment.
    columns = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in _distinct(header))
    return f"read_csv({given}, auto_detect = false, columns = {{{columns}}})"


def _distinct(header: Sequence[str]) -> list[str]:
    """Make names distinct, in small letters too, as DuckDB wants them; the first keeps its own."""
    names: dict[str, str] = {}
    for at, name in enumerate(header):
        taken = not name or name.casefold() in names
        names[f"{name.casefold()}\n{at}" if taken else name.casefold()] = (
            f"{name}\n{at}" if taken else name
        )
    return list(names.values())


def number_sql(column: str) -> str:
    """Read text as a number: null where it is blank or a mark for a missing value."""
    blank = ", ".join(quote_text(mark) for mark in ("", "nan", *MISSING))
    return (
        f"CASE WHEN {column} IS NULL OR lower(trim({column})) IN ({blank}) THEN NULL "
        f"WHEN lower(trim({column})) = 'true' THEN 1 WHEN lower(trim({column})) = 'false' THEN 0 "
        f"ELSE coalesce(TRY_CAST({column} AS DOUBLE), {_NO_NUMBER}) END"
    )


def date_sql(column: str) -> str:
    """Read text as a date: null where it is blank."""
    return (
        f"CASE WHEN {column} IS NULL OR trim({column}) = '' THEN NULL ELSE coalesce("
        f"CAST(TRY_CAST({column} AS TIMESTAMP) AS DATE), "
        f"CAST(TRY_STRPTIME({column}, '%d/%m/%Y') AS DATE), {_NO_DATE}) END"
    )
