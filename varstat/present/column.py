"""A column is declared once: tables, pages, workbooks and the reference are made from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from varstat.measure import Measure
from varstat.prose.number import percent
from varstat.prose.rate import RateStyle
from varstat.prose.text import clean
from varstat.results import Result

R = TypeVar("R", bound=Result)
# Of a column that never gives way, and of names, which give way after all numbers that may.
ALWAYS, NAMES = 99, 90


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table(Generic[R]):
    """A result as a table that people read: what its cells are made from.

    Attributes
    ----------
    result : Result
    style : RateStyle
        How its rates are written.
    frame : DataFrame
        What its cells are sorted by, under the names of its columns.
    """

    result: R
    style: RateStyle
    frame: pd.DataFrame

    @property
    def measure(self) -> Measure:
        """What is measured."""
        found: Measure = getattr(self.result, "measure")  # noqa: B009, not every result has it
        return found

    @property
    def sign(self) -> str:
        """The unit of rates, for a heading."""
        return f" {self.style.sign}" if self.style.percent else self.per

    @property
    def per(self) -> str:
        """For how much of the size rates are shown, for a heading: on a line of its own."""
        measure: Measure | None = getattr(self.result, "measure", None)
        return f"\nper {measure.per:,.15g}" if measure is not None and measure.unit else ""

    @property
    def level(self) -> str:
        """The level of its intervals."""
        return percent(getattr(self.result, "level"))  # noqa: B009

    @property
    def strictest(self) -> str:
        """The strictest level of its limits."""
        return percent(max(getattr(self.result, "levels")))  # noqa: B009

    def sort_value(self, name: str, row: int) -> str:
        """Write what a cell is sorted by: a number in full, empty where it isn't known."""
        name = self.fill(name)
        value = self.frame[name].to_numpy()[row] if name in self.frame else ""
        if isinstance(value, float | np.floating):
            return f"{value:.12g}" if np.isfinite(value) else ""
        return str(value)

    def fill(self, template: str) -> str:
        """Fill in what a name or a heading says of the result, as "raw{t.sign}" does."""
        return template.format(t=self)


def everywhere(_result: Result) -> bool:
    """Tell that a column is shown of every result."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[R]):
    """One column of a table with a row for each unit.

    Attributes
    ----------
    name : str
        In files and data frames. What differs between measures stands in braces, as
        "{t.measure.size}" does.
    means : str
        What stands in it: for the reference, and the notes of a workbook.
    type : str
        What its values are, for the reference.
    error : bool
        Whether its Monte Carlo error stands beside it, under the same name and `_mcse`.
    heading : str
        Above it where people read it, with line breaks for a terminal; empty where they don't.
    text : callable
        Writes the cell of a row.
    beside : callable or None
        Writes the cell where the row's name and code stand before it, as on a page; `text` by
        default.
    keep : int
        When it gives way in a terminal that is too narrow for all: 1 first. A column of 0 isn't
        shown there at all, one of `NAMES` gives way last, one of `ALWAYS` never. So the least
        useful numbers go first, and codes and verdicts stay.
    number : bool
        Whether it is sorted as numbers are; text stands to the left.
    cut : bool
        Whether its cells may be cut short in a terminal: names may, numbers never.
    wraps : bool
        Whether its cells go on in a terminal's next line rather than being cut: sentences do.
    names : bool
        Whether it names the row, as a code does.
    tip : bool
        Whether a chart's tooltip tells it.
    reveals : frozenset of str
        Withheld counts that it would give away.
    where : callable
        Tells whether it is shown of a result.
    """

    name: str
    means: str
    type: str = "number"
    error: bool = False
    heading: str = ""
    text: Callable[[Table[R], int], str] | None = None
    beside: Callable[[Table[R], int], str] | None = None
    keep: int = 0
    number: bool = True
    cut: bool = False
    wraps: bool = False
    names: bool = False
    tip: bool = False
    reveals: frozenset[str] = frozenset()
    where: Callable[[R], bool] = everywhere

    def cell(self, table: Table[R], row: int, *, named: bool = False) -> str:
        """Write the cell of a row, safe to show; empty where the column isn't for reading.

        Parameters
        ----------
        table : Table
        row : int
        named : bool
            Whether the row's name and code stand before it.
        """
        text = self.beside if named and self.beside else self.text
        return clean(text(table, row)) if text else ""

    def title(self, table: Table[R]) -> str:
        r"""Write the heading on one line, as a page does.

        Examples
        --------
        >>> Column(name="x", means="", heading="reli-\nability").title(None)
        'Reliability'
        """
        heading = self.heading.replace("-\n", "").replace("\n", " ")
        heading = table.fill(heading) if "{" in heading else heading
        return heading[:1].upper() + heading[1:]


_MEASURES = {
    "{t.measure.event}": "`numerator`, `observed` or `value`",
    "{t.measure.size}": "`denominator`, `expected`, `exposure` or `se`",
    "{t.measure.rate}": "`rate` or `ratio`",
}


def describe(columns: tuple[Column[Any], ...]) -> str:
    """Write columns as a table of Markdown: name, type, meaning.

    Before those of a whole table stand the columns of its groups.
    """
    rows = ["| column | type | meaning |", "|---|---|---|"]
    if columns[0].type == "text":
        rows.append("| the `by` columns | text | what the group has in common |")
    for column in columns:
        error = f", `{column.name}_mcse`" if column.error else ""
        rows.append(f"| {_named(column)}{error} | {column.type} | {column.means} |")
    return "\n".join(rows)


def explain(tables: Mapping[str, tuple[Column[Any], ...]]) -> str:
    """Write what each column means, once for all tables that mean the same by it, as Markdown.

    Parameters
    ----------
    tables : mapping of str to tuple of Column
        By name.

    Returns
    -------
    str
        A table with a row for each name and meaning, in the order of names.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for table, columns in tables.items():
        for column in columns:
            found.setdefault((_named(column), column.means), []).append(table)
    rows = ["| column | meaning | of |", "|---|---|---|"]
    for (name, means), of in sorted(found.items(), key=lambda item: item[0][0].strip("`")):
        rows.append(f"| {name} | {means} | {', '.join(of)} |")
    return "\n".join(rows)


def _named(column: Column[Any]) -> str:
    return _MEASURES.get(column.name, f"`{column.name}`")
