"""Columns that tables of units have in common, and how their cells are written."""

from collections.abc import Callable
from typing import Any

import numpy as np

from varstat.present.column import ALWAYS, NAMES, Column, Table, everywhere
from varstat.prose.number import figure, probability_text
from varstat.prose.text import is_blank

Text = Callable[[Table[Any], int], str]


def units_of(table: Table[Any]) -> Any:
    """The units of a table, or what stands for them."""
    return getattr(table.result, "units", table.result)


def unit() -> Column[Any]:
    """Make the column of codes."""
    return Column(
        name="unit",
        heading="unit",
        type="text",
        means="code of the unit",
        text=lambda t, i: _text(units_of(t).unit[i]),
        keep=ALWAYS,
        number=False,
        cut=True,
        names=True,
    )


def unit_name() -> Column[Any]:
    """Make the column of names, which give way last in a terminal."""
    return Column(
        name="unit_name",
        heading="name",
        type="text or missing",
        means="its name, where the table has one",
        text=lambda t, i: _text(units_of(t).unit_name[i]),
        keep=NAMES,
        number=False,
        cut=True,
        names=True,
    )


def peer_group(*, keep: int = 0) -> Column[Any]:
    """Make the column of peer groups, shown where there are any."""
    return Column(
        name="peer_group",
        heading="peer group",
        type="text or missing",
        means="its peer group, where the table has one",
        text=lambda t, i: _text(units_of(t).peer_group[i]),
        keep=keep,
        number=False,
        cut=True,
        where=lambda result: any(
            not is_blank(group) for group in getattr(result, "units", result).peer_group
        ),
    )


def event(means: str, *, heading: str = "", text: Text | None = None, keep: int = 0) -> Column[Any]:
    """Make the column of events."""
    return Column(
        name="{t.measure.event}",
        heading=heading,
        type="number or missing",
        means=means,
        text=text,
        keep=keep,
        reveals=frozenset({"event"}),
    )


def size(
    means: str,
    *,
    heading: str = "",
    text: Text | None = None,
    keep: int = 0,
    tip: bool = False,
) -> Column[Any]:
    """Make the column of sizes."""
    name = "{t.measure.size}"
    return Column(name=name, heading=heading, means=means, text=text, keep=keep, tip=tip)


def raw(means: str, *, keep: int) -> Column[Any]:
    """Make the column of raw rates."""
    return Column(
        name="raw",
        heading="raw{t.sign}",
        type="number or missing",
        means=means,
        text=lambda t, i: rate_text(t, units_of(t).raw[i]),
        keep=keep,
        tip=True,
        reveals=frozenset({"event"}),
    )


def cell(
    name: str, heading: str, means: str, text: Text, *, keep: int = ALWAYS, tip: bool = False
) -> Column[Any]:
    """Make a column of numbers that people read, and files have as well."""
    return Column(name=name, heading=heading, means=means, text=text, keep=keep, tip=tip)


def ends(of: str, *, error: bool = False, type: str = "number") -> tuple[Column[Any], ...]:  # noqa: A002
    """Make the columns of an interval's ends and of its level."""
    return (
        Column(name="lower", error=error, type=type, means=f"lower end of the interval of {of}"),
        Column(name="upper", error=error, type=type, means=f"upper end of the interval of {of}"),
        Column(name="level", means="level of the interval"),
    )


def probability(
    name: str,
    heading: str,
    means: str,
    *,
    keep: int = 0,
    error: bool = False,
    where: Callable[[Any], bool] = everywhere,
) -> Column[Any]:
    """Make a column of probabilities."""
    return Column(
        name=name,
        heading=heading,
        type="number from 0 to 1, or missing",
        error=error,
        means=means,
        text=lambda t, i: probability_text(getattr(units_of(t), name)[i]) or "–",
        keep=keep,
        tip=True,
        where=where,
    )


def amount(
    name: str,
    heading: str,
    means: str,
    *,
    keep: int,
    reveals: frozenset[str] = frozenset(),
    of: Callable[[Table[Any]], Any] = units_of,
) -> Column[Any]:
    """Make a column of events, of units or of what else a table has."""
    return Column(
        name=name,
        heading=heading,
        type="number or missing",
        means=means,
        text=lambda t, i: figure(np.ravel(getattr(of(t), name))[i]),
        keep=keep,
        tip=True,
        reveals=reveals,
    )


def reliability(means: str, *, keep: int = 0) -> Column[Any]:
    """Make the column of reliabilities."""
    return Column(
        name="reliability",
        heading="reli-\nability",
        type="number from 0 to 1",
        means=means,
        text=lambda t, i: (
            "" if np.isnan(units_of(t).reliability[i]) else f"{units_of(t).reliability[i]:.2f}"
        ),
        keep=keep,
    )


def units_count(*, keep: int = ALWAYS) -> Column[Any]:
    """Make the column of how many units a group has."""
    return Column(
        name="units",
        heading="units",
        means="how many there are",
        text=lambda t, _: f"{t.result.units.unit.size:,}",
        keep=keep,
    )


def checks() -> Column[Any]:
    """Make the column that says whether a group's posterior passed its checks."""
    return Column(
        name="passed",
        heading="checks",
        means="whether the posterior passed its checks",
        text=lambda t, _: "passed" if t.result.diagnostics.passed else "FAILED",
        keep=ALWAYS,
        number=False,
    )


def rate_text(table: Table[Any], rate: float) -> str:
    """Write a rate; a dash where it isn't known."""
    return table.style.text(rate) or "–"


def interval_text(table: Table[Any], estimate: float, lower: float, upper: float) -> str:
    """Write a rate and its interval."""
    return f"{table.style.text(estimate)} ({table.style.interval(lower, upper)})"


def _text(text: object) -> str:
    return "" if is_blank(text) else str(text)
