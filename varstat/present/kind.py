"""A kind of result: what tables, pages, files and charts say of it, declared in one place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pandas as pd

from varstat import disclose
from varstat.errors import UsageError, choose
from varstat.present.chart import Chart, Order
from varstat.present.column import Column, R, Table
from varstat.present.content import records
from varstat.present.highlight import Bools, Named, find_units
from varstat.prose.rate import RateStyle
from varstat.results import Result, Results

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdicts

T = TypeVar("T", bound=Results[Any])
# Units in a terminal, and in the table of a page.
MOST_SHOWN, MOST_ROWS = 20, 2_000
_MOST_GROUPS, _MOST_ALONE = 60, 20
# Which file has the kind of a class, by the class's home and name.
_HOMES = {
    "varstat.estimands.change.result": "change",
    "varstat.estimands.comparison.result": "comparison",
    "varstat.estimands.completeness.result": "history",
    "varstat.estimands.league.result": "league",
    "varstat.estimands.opportunity.result": "opportunity",
    "varstat.estimands.verdict.beside": "judged",
    "varstat.estimands.vintages.result": "nowcast",
    "varstat.funnel.result": "funnel",
    "varstat.hierarchical.posterior": "fit",
    "varstat.review.result": "review",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A small table beside that of the units, in a terminal or on a page.

    Attributes
    ----------
    texts, numbers : mapping of str to list of str
        Columns whose cells may go on in the next line, and whose cells may not, by heading.
    title : str
    expendable : tuple of str
        Columns that give way, in this order.
    last : bool
        Whether a page has it below the table of the units.
    """

    texts: Mapping[str, list[str]]
    numbers: Mapping[str, list[str]]
    title: str = ""
    expendable: tuple[str, ...] = ()
    last: bool = False


def _objects(results: Results[Any]) -> list[dict[str, Any]]:
    return [
        {
            "indicator": each.indicator,
            "by": each.by,
            "summary": each.summary(),
            "units": records(each.to_frame()),
        }
        for each in results
    ]


def _first(result: Any, mark: Bools) -> list[int | None]:
    return [*range(min(len(mark), MOST_SHOWN)), *np.flatnonzero(mark[MOST_SHOWN:]) + MOST_SHOWN]


def _left(result: Any, mark: Bools) -> str:
    left = int(np.sum(~mark[MOST_SHOWN:]))
    return f"… and {left:,} more" if left else ""


def _listed(result: Any, mark: Bools) -> Order:
    return np.union1d(np.arange(min(len(mark), MOST_ROWS)), np.flatnonzero(mark))


def _caption(result: Any, listed: int) -> str:
    return f"{listed:,} rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[R, T]):
    """What is said of one kind of result, wherever it is said.

    Attributes
    ----------
    name : str
        Under which JSON lists the groups: "leagues".
    noun : str
        What several groups are called.
    title : str
        What one is called.
    columns : tuple of Column
        Of the units' table.
    files : tuple of Column
        Of the first table in files, where that isn't the units'.
    groups : tuple of Column
        Of the table with a row for each of several groups; without it each is shown by itself.
    together : str
        Title of that table; the indicator's by default.
    style : callable
        Chooses how rates of a result are written.
    named : callable
        Gives the codes and names of the rows.
    notes : callable
        Gives what a reader must know of a result.
    sheets : callable
        Makes the tables of a workbook, that of the units first.
    meanings : mapping of str to (mapping of str to str)
        What stands in the columns of the other tables, by table and column; under "" what a table
        holds. A name that ends in `*` is of all columns that begin so.
    apart : tuple of str
        Of these tables, those that a file of one table holds where it has their name: "map" as
        map.csv.
    objects : callable
        Makes JSON's objects, one a group.
    also : callable
        Makes what stands beside account and provenance.
    remarks : callable
        Says what a page has below all groups.
    shown : callable
        Chooses the rows of a terminal; None where some are left out.
    left : callable
        Says below a terminal's table what was left out of it.
    blocks : callable
        Makes the small tables below it.
    beside : callable
        Makes the small tables of a page.
    statement : callable or None
        Writes all groups as a text in Markdown that can be pasted into a report.
    listed : callable
        Chooses the rows of a page's table.
    caption : callable
        Titles that table, of so many rows.
    strong : callable
        Marks the rows that stand out on a page.
    foremost : callable
        Marks the rows that a terminal shows below the table of several groups.
    finding : callable
        Says what was found in a few words, for a list of groups.
    charts : mapping of str to Chart
        By name; the first unless another is asked for.
    """

    name: str
    noun: str
    title: str
    columns: tuple[Column[R], ...]
    files: tuple[Column[R], ...] = ()
    groups: tuple[Column[R], ...] = ()
    together: str = ""
    style: Callable[[R], RateStyle] = lambda _result: RateStyle(percent=False, decimals=2, dash="–")
    named: Callable[[R], Named] = lambda result: result.units  # type: ignore[attr-defined]
    notes: Callable[[R], Sequence[str]] = lambda result: getattr(result, "notes", ())
    sheets: Callable[[T], dict[str, pd.DataFrame]] = lambda results: {"units": results.to_frame()}
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    apart: tuple[str, ...] = ()
    objects: Callable[[T], list[dict[str, Any]]] = _objects
    also: Callable[[T], dict[str, Any]] = lambda _results: {}
    remarks: Callable[[T], Sequence[str]] = lambda _results: ()
    shown: Callable[[R, Bools], list[int | None]] = _first
    left: Callable[[R, Bools], str] = _left
    blocks: Callable[[R], list[Block]] = lambda _result: []
    beside: Callable[[R], list[Block]] = lambda _result: []
    statement: Callable[[T], str] | None = None
    listed: Callable[[R, Bools], Order] = _listed
    caption: Callable[[R, int], str] = _caption
    strong: Callable[[R, Bools], Bools] = lambda _result, mark: mark
    foremost: Callable[[R, Bools], Bools] = lambda _result, mark: np.zeros_like(mark)
    finding: Callable[[R], str] = lambda result: result.summary()
    charts: Mapping[str, Chart[R]] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """How many groups a terminal shows: fewer where each is shown by itself."""
        return _MOST_GROUPS if self.groups else _MOST_ALONE

    def unusual(self, chart: str | None) -> str | None:
        """Give the name of a chart that isn't drawn unless it is asked for; else None."""
        return None if chart == next(iter(self.charts), None) else chart

    def table(self, result: R) -> Table[R]:
        """Make of a result what cells are made from."""
        return Table(result=result, style=self.style(result), frame=result.to_frame())


def load_kind(name: str) -> Kind[Any, Any]:
    """Import a kind.

    Parameters
    ----------
    name : str
        As its file is called.

    Returns
    -------
    Kind
    """
    kind: Kind[Any, Any] = import_module(f"varstat.present.kinds.{name}").KIND
    return kind


def find_kind(results: object) -> Kind[Any, Any]:
    """Find the kind of results: that which their class names as `kind`, or one of varstat's own.

    Parameters
    ----------
    results : Result or Results

    Returns
    -------
    Kind

    Raises
    ------
    UsageError
        If they are of no kind.
    """
    own: Kind[Any, Any] | None = getattr(type(results), "kind", None)
    if own is not None:
        return own
    for each in type(results).__mro__:
        if each.__module__ in _HOMES:
            return load_kind(_HOMES[each.__module__])
    raise UsageError(
        "results",
        f"a {type(results).__name__} can't be shown; expected what varstat.funnel, league, "
        "opportunity, compare or fit gives.",
    )


def findings_of(result: Result | Results[Any]) -> str:
    """Say what a result shows, whether or not it can be trusted."""
    return result.summary().removeprefix(result.distrust).lstrip("\n")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Open:
    """Results that may be shown, with all that is needed to show them.

    Attributes
    ----------
    kind : Kind
    results : Result or Results
    groups : sequence of Result
        One a group.
    marks : list of ndarray of bool
        Units to mark in each.
    """

    kind: Kind[Any, Any]
    results: Any
    groups: Sequence[Any]
    marks: list[Bools]


def open_results(
    results: "Result | Results[Any] | Sequence[Result]",
    *,
    highlight: Sequence[str] = (),
    verdicts: "Verdicts | None" = None,
) -> Open:
    """Find out how results are shown, and withhold what must be: every output starts here.

    Parameters
    ----------
    results : Result, Results or sequence of Result
    highlight : sequence of str
        Units to mark, by code or name.
    verdicts : Verdicts, optional
        Of these funnels, to stand beside them.

    Returns
    -------
    Open

    Raises
    ------
    UsageError
        If there is none, it is of no kind that can be shown, no unit has a highlighted code or
        name, or the verdicts are of other funnels.
    """
    if verdicts is not None:
        from varstat.estimands.verdict.beside import JudgedFunnels

        results = JudgedFunnels.of(results, verdicts)
    if isinstance(results, Result | Results):
        results = disclose.disclose(results)
        groups = results.groups if isinstance(results, Results) else (results,)
    else:
        several: Sequence[Any] = results if isinstance(results, list | tuple) else [results]
        groups = results = tuple(disclose.disclose(each) for each in several)
    if not groups:
        raise UsageError("results", "there is none to show; expected one or more.")
    kind: Kind[Any, Any] = find_kind(groups[0] if isinstance(results, tuple) else results)
    marks = find_units([kind.named(each) for each in groups], highlight)
    return Open(kind=kind, results=results, groups=groups, marks=marks)


def choose_chart(
    opened: Open,
    chart: str | None,
    *,
    marked: bool,
    drawn: bool = True,
    one: bool = False,
) -> Chart[Any]:
    """Find a chart of results, and check that it can be drawn of them.

    Parameters
    ----------
    opened : Open
    chart : str or None
        Its name; None for the first.
    marked : bool
        Whether units are to be marked.
    drawn : bool
        Whether it is to be drawn, rather than named.
    one : bool
        Whether it is to be drawn on one pair of axes.

    Returns
    -------
    Chart

    Raises
    ------
    UsageError
        If there is no such chart, or it is of one group and there are several.
    ModelError
        If the results lack what it shows.
    """
    kind, groups = opened.kind, opened.groups
    if not kind.charts:
        raise UsageError("chart", f"there is no chart of {kind.noun}. Write a table of them.")
    name = choose("chart", next(iter(kind.charts)) if chart is None else chart, list(kind.charts))
    found = kind.charts[name]
    if not drawn:
        return found
    if len(groups) > 1 and (one or not found.several):
        raise UsageError(
            "chart",
            f"a {name} is of one group, and there are {len(groups):,}. Leave out --by, or "
            "write a page (.html), which has one for each.",
        )
    found.check(groups, marked)
    return found


def check_chart(
    results: "Result | Results[Any]", chart: str | None = None, *, highlight: Sequence[str] = ()
) -> None:
    """Check, before any file is written, that a chart of results can be drawn.

    Parameters
    ----------
    results : Result or Results
    chart : str, optional
        The kind's first by default.
    highlight : sequence of str
        Units to mark, by code or name.

    Raises
    ------
    UsageError
        If there is no such chart, it is of one group and there are several, or there is no unit
        to mark.
    ModelError
        If the results lack what it shows.
    """
    choose_chart(open_results(results, highlight=highlight), chart, marked=bool(highlight))


def chart_names(kind_name: str) -> tuple[str, ...]:
    """Name the charts of a kind of result, the usual one first.

    Parameters
    ----------
    kind_name : str
        As its file is called: "league", "opportunity", "funnel", "comparison" or "fit".

    Returns
    -------
    tuple of str
    """
    return tuple(load_kind(kind_name).charts)
