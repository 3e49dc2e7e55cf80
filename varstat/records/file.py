"""Files of records in DuckDB's SQL: how to read them, and text in them as numbers and dates."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from varstat.data.source.content import name_of
from varstat.data.source.database import quote_text
from varstat.data.source.delimited import DELIMITERS
from varstat.data.source.heading import tell_headings
from varstat.data.source.vocabulary import MISSING
from varstat.errors import TableError, one_of

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
    name = name_of(path)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise TableError(name, "the file is empty. Give a file with a header and rows.")
    literal = quote_text(spell_path(path))
    # A folder called unit=A is no column, though DuckDB would make it one in place of the file's.
    if head.startswith(b"PAR1"):
        return f"read_parquet({literal}, hive_partitioning = false)"
    if b"\0" in head or head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF")):
        raise TableError(
            name,
            "records are read from Parquet, CSV in UTF-8 or a DuckDB file, and this is none of "
            "them. Save it as one.",
        )
    text = head.decode("utf-8-sig", errors="replace")
    rows = [_first_rows(text, delimiter, name=name) for delimiter in DELIMITERS]
    header, second = max(rows, key=lambda two: len(two[0]))
    _check_header(header, second, wanted, name=name)
    delimiter = quote_text(DELIMITERS[rows.index((header, second))])
    given = (
        f"{literal}, header = true, delim = {delimiter}, quote = '\"', escape = '\"', "
        "hive_partitioning = false"
    )
    if typed:
        return f"read_csv({given})"
    # Told everything, DuckDB guesses nothing: no row is taken for a title or a comment.
    columns = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in _distinct(header))
    return f"read_csv({given}, auto_detect = false, columns = {{{columns}}})"


def _first_rows(text: str, delimiter: str, *, name: str) -> tuple[list[str], list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return next(reader, []), next(reader, [])
    except csv.Error:
        raise TableError(
            name,
            "the first rows cannot be split into cells: one is longer than any column's name. Look "
            "for a quotation mark that is never closed.",
        ) from None


def _check_header(
    header: Sequence[str], second: Sequence[str], wanted: Sequence[str], *, name: str
) -> None:
    """Check that columns stand once, and that a first row without any of them names columns."""
    problems = [
        f"the column {column!r} stands more than once. Rename all but one."
        for column in wanted
        if header.count(column) > 1
    ]
    if problems:
        raise TableError(name, problems)
    if wanted and not set(wanted) & set(header) and not tell_headings(header, second):
        listed = one_of([repr(column) for column in wanted])
        raise TableError(
            name,
            f"the first row names no column {listed}, and looks like a record. Give the file a "
            "header that names its columns.",
        )


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
