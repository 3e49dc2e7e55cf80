"""Case-mix cells: records counted by unit, period and stratum, every one of them accounted for."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from varstat.data.account import Account
from varstat.data.source.database import quote_text
from varstat.errors import OutputError
from varstat.files import check_path, written_beside
from varstat.records.plan import plan_cells
from varstat.records.source import explained, open_records
from varstat.records.tally import count_groups, ordered_cells, state_provenance

if TYPE_CHECKING:
    import duckdb
    import ibis  # type: ignore[import-untyped]

_SUFFIX = ".parquet"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Case-mix cells, and what became of every record.

    Attributes
    ----------
    frame : DataFrame
        One row a cell, in order of its keys: `unit`; `period`, if there is one; the strata under
        their own names, all as text; then `denominator` and `numerator`, or of a value `count`,
        `total` and `sum_of_squares`.
    account : Account
        Records read, counted, and left out by reason. Records have no numbers that a database
        would keep, so that `first_rows` are empty.
    provenance : dict
        What ran: the verb, the source and the SHA-256 of a file's bytes, every option, and the
        version of varstat.
    """

    frame: pd.DataFrame
    account: Account
    provenance: dict[str, Any]

    def to_frame(self) -> pd.DataFrame:
        """Give the cells as a data frame of one's own."""
        return self.frame.copy()

    def summary(self) -> str:
        """Say what became of the records, in plain English."""
        return self.account.summary()


def count_cells(
    source: "str | os.PathLike[str] | pd.DataFrame | ibis.Table",
    *,
    unit: str,
    event: str | None = None,
    value: str | None = None,
    strata: Sequence[str] | str = (),
    bands: Mapping[str, Sequence[float]] | None = None,
    period: str | None = None,
    roll_up: str | None = None,
    table: str | None = None,
    lenient: bool = False,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> Cells:
    r"""Count records by unit, period and stratum: one row a case-mix cell.

    A cell :math:`c` has :math:`n_c = \sum_{j \in c} 1` records and
    :math:`O_c = \sum_{j \in c} y_j` events; of a value :math:`x` it has :math:`n_c`,
    :math:`\sum_{j \in c} x_j` and :math:`\sum_{j \in c} x_j^2`. These are sufficient: a model of
    cells has the same likelihood as one of their records.

    Parameters
    ----------
    source : path, DataFrame or ibis.Table
        A file of Parquet, CSV (in UTF-8) or DuckDB, a data frame, or a table of a live
        connection, where the records then are grouped.
    unit : str
        Column of the unit's code.
    event : str, optional
        Column of what happened (1 or true) or didn't (0 or false).
    value : str, optional
        Column of numbers whose mean is wanted, instead of an event.
    strata : str or sequence of str
        Columns whose combinations are the strata.
    bands : mapping of str to sequence of float, optional
        Columns of numbers to cut into bands, which are strata too: ``{"age": [18, 45, 65]}``
        makes "under 18", "18 to 44", "45 to 64" and "65 and over". A band begins at its lower
        edge and ends before the next.
    period : str, optional
        Column of the record's period.
    roll_up : {"month", "quarter", "year", "calendar-year"}, optional
        What to take dates together in; `quarter` and `year` are financial.
    table : str, optional
        The table of a DuckDB file, where it has several.
    lenient : bool
        Leave out records that say what is impossible and report them, where otherwise they are
        an error.
    threads : int, optional
        By default all that there are.
    memory_limit : str, optional
        Such as ``"4GB"``; by default four fifths of the machine's. What doesn't fit is put into
        the folder for temporary files.

    Returns
    -------
    Cells

    Raises
    ------
    TableError
        If the records cannot be read, lack a column, or say what is impossible: an event that is
        neither 0 nor 1, a number that is infinite. All problems at once, by column and number of
        records.
    UsageError
        If options contradict one another.

    Notes
    -----
    Records without a unit, period, stratum or event are left out, and the account says how many
    for each of these reasons. Blank text is missing. Text keeps its letters: `007` and `1E5` stay
    what they are, blanks around them go.

    Sums of values are made in double precision, in an order that depends on the threads: totals
    that aren't whole numbers can differ in their last digits from run to run.

    Examples
    --------
    >>> records = pd.DataFrame({"trust": ["R1", "R1", "R1", "R2", None],
    ...                         "age": [17, 44, 45, 90, 50],
    ...                         "died": [False, True, False, True, True]})
    >>> cells = count_cells(records, unit="trust", event="died", bands={"age": [45]})
    >>> print(cells.frame.to_string(index=False))
    unit         age  denominator  numerator
      R1    under 45            2          1
      R1 45 and over            1          0
      R2 45 and over            1          1
    >>> print(cells.summary())
    data frame: 5 rows read; 4 kept (2 units), added up to 3 rows; 1 excluded.
    Excluded:
      1  no unit in column 'trust'
    Sums:
      died: 3 read = 2 kept + 1 excluded
    Notes:
      - 3 of 3 cells are of fewer than 5 records, which may tell of persons: withhold
        or join such cells before they are published
    """
    plan = plan_cells(
        unit=unit,
        event=event,
        value=value,
        strata=strata,
        bands=bands,
        period=period,
        roll_up=roll_up,
    )
    with open_records(
        source, plan=plan, table=table, threads=threads, memory_limit=memory_limit
    ) as opened:
        account = count_groups(opened, plan, lenient=lenient)
        with explained(opened.name):
            frame = opened.connection.sql(ordered_cells(opened, plan)).to_arrow_table().to_pandas()
        provenance = state_provenance(opened, plan, lenient=lenient)
    return Cells(frame=frame, account=account, provenance=provenance)


def write_cells(
    source: "str | os.PathLike[str] | pd.DataFrame | ibis.Table",
    path: str | os.PathLike[str],
    *,
    unit: str,
    event: str | None = None,
    value: str | None = None,
    strata: Sequence[str] | str = (),
    bands: Mapping[str, Sequence[float]] | None = None,
    period: str | None = None,
    roll_up: str | None = None,
    table: str | None = None,
    lenient: bool = False,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> Account:
    """Count records as `count_cells` does, straight into a Parquet file.

    The cells never stand in memory as a whole, so there may be any number of them. The file
    appears whole or not at all, and carries its account and provenance in its metadata.

    Parameters
    ----------
    source : path, DataFrame or ibis.Table
    path : path
        Ends in `.parquet`.
    unit, event, value, strata, bands, period, roll_up, table, lenient, threads, memory_limit
        As in `count_cells`.

    Returns
    -------
    Account
        What became of every record.

    Raises
    ------
    TableError
        As `count_cells`.
    UsageError
        If options contradict one another.
    OutputError
        If the file can't be written.

    Examples
    --------
    >>> import tempfile
    >>> records = pd.DataFrame({"trust": ["R1", "R1", "R2"], "days": [2.5, 1.0, 4.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     account = write_cells(records, f"{folder}/cells.parquet", unit="trust", value="days")
    >>> account.rows_kept, account.units
    (3, 2)
    """
    inputs = [os.fspath(source)] if isinstance(source, str | os.PathLike) else []
    path = check_path(path, suffixes=[_SUFFIX], inputs=inputs)
    plan = plan_cells(
        unit=unit,
        event=event,
        value=value,
        strata=strata,
        bands=bands,
        period=period,
        roll_up=roll_up,
    )
    with (
        written_beside(path) as beside,
        open_records(
            source,
            plan=plan,
            table=table,
            threads=threads,
            memory_limit=memory_limit,
            writes=beside.absolute(),
        ) as opened,
    ):
        account = count_groups(opened, plan, lenient=lenient)
        provenance = state_provenance(opened, plan, lenient=lenient)
        about = {"account": account.to_dict(), "provenance": provenance}
        _copy(
            opened.connection,
            ordered_cells(opened, plan),
            beside.absolute(),
            about=about,
            where=path,
        )
    return account


def _copy(
    connection: "duckdb.DuckDBPyConnection",
    query: str,
    beside: Path,
    *,
    about: dict[str, Any],
    where: Path,
) -> None:
    """Write what a query gives into a file that is there already."""
    import duckdb

    metadata = quote_text(json.dumps(about))
    try:
        connection.execute(
            f"COPY ({query}) TO {quote_text(beside)} (FORMAT parquet, USE_TMP_FILE false, "
            f"KV_METADATA {{varstat: {metadata}}})"
        )
    except duckdb.IOException:
        raise OutputError(str(where), "this can't be written. Is there room on the disk?") from None
