"""The plan of case-mix cells: which columns make them, how each is cut, what is added up."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from varstat.errors import UsageError, choose

Span = Literal["month", "quarter", "year", "calendar-year"]
SPANS: tuple[Span, ...] = get_args(Span)
EVENTS = ("denominator", "numerator")
VALUES = ("count", "total", "sum_of_squares")
ROLES = ("unit", "period")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One of the columns whose combinations are the cells.

    Attributes
    ----------
    name : str
        What the result calls it: `unit`, `period`, or a stratum's own name.
    column : str
        What the records call it.
    edges : tuple of float
        Where numbers are cut into bands; empty where they aren't.
    span : {"month", "quarter", "year", "calendar-year"} or None
        What dates are taken together in.
    """

    name: str
    column: str
    edges: tuple[float, ...] = ()
    span: Span | None = None

    @property
    def fallible(self) -> bool:
        """Whether a record can have a value here from which no label can be made."""
        return bool(self.edges) or self.span is not None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the bands, lowest first."""
        return label_bands(self.edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why records are left out.

    Attributes
    ----------
    name : str
        Its column where records are tallied.
    text : str
        In words that can be published.
    mend : str or None
        What to do about it where such a value cannot be; None where it is only missing.
    """

    name: str
    text: str
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPlan:
    """What is to be counted, and by what.

    Attributes
    ----------
    keys : tuple of Key
        Unit, period if any, strata.
    measured : str
        The column of events or of values.
    mean : bool
        Whether it holds values, not events.
    """

    keys: tuple[Key, ...]
    measured: str
    mean: bool

    @property
    def amounts(self) -> tuple[str, ...]:
        """The columns of numbers in the result, the size first."""
        return VALUES if self.mean else EVENTS

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the records that are needed, each once."""
        return tuple(dict.fromkeys([*(key.column for key in self.keys), self.measured]))

    def describe(self) -> dict[str, Any]:
        """Give the plan as plain values, ready for JSON, under the names of the options."""
        return {
            "unit": self.keys[0].column,
            "value" if self.mean else "event": self.measured,
            "strata": [key.name for key in self.keys if key.name not in ROLES],
            "bands": {key.name: list(key.edges) for key in self.keys if key.edges},
            "period": next((key.column for key in self.keys if key.name == "period"), None),
            "roll_up": next((key.span for key in self.keys if key.span), None),
        }

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why records may be left out, in the order in which it is asked."""
        missing = [Reason(name=f"missing_{key.name}", text=_missing(key)) for key in self.keys]
        measured = Reason(
            name=f"missing_{self.amounts[1]}", text=f"no value in column {self.measured!r}"
        )
        impossible = [
            Reason(
                name=f"impossible_{key.name}",
                text=f"no number that can be put in a band, in column {key.column!r}"
                if key.edges
                else f"no date from 1900 to 2099 in column {key.column!r}",
                mend="Numbers may hold no text, and must be finite."
                if key.edges
                else "Write dates as 2016-04-30 or 30/04/2016, or leave out the roll-up.",
            )
            for key in self.keys
            if key.fallible
        ]
        wrong = Reason(
            name=f"impossible_{self.amounts[1]}",
            text=f"no finite number in column {self.measured!r}, or one too large to add up"
            if self.mean
            else f"a value in column {self.measured!r} that is neither 0 nor 1",
            mend="Ask the publisher, or correct the records."
            if self.mean
            else "An event is 0 or 1, or false or true. Sums and means of numbers are made with "
            "value, not event.",
        )
        return (*missing, measured, *impossible, wrong)


def plan_cells(
    *,
    unit: str,
    event: str | None,
    value: str | None,
    strata: Sequence[str] | str,
    bands: Mapping[str, Sequence[float]] | None,
    period: str | None,
    roll_up: str | None,
) -> CellPlan:
    """Check what was asked for, before anything is opened.

    Returns
    -------
    CellPlan

    Raises
    ------
    UsageError
        If options contradict one another; all problems at once.
    """
    edges = {name: _check_edges(name, cuts) for name, cuts in (bands or {}).items()}
    named = [strata] if isinstance(strata, str) else list(strata)
    named += [name for name in edges if name not in named]
    span = None if roll_up is None else choose("roll-up", roll_up, SPANS)
    problems = []
    if (event is None) == (value is None):
        problems.append(
            "name one column to add up: an event (0 or 1), or a value whose mean is wanted."
        )
    if span is not None and period is None:
        problems.append(f"taking dates together by {roll_up} needs their column: give period.")
    mean = event is None
    keys = [Key(name="unit", column=unit)]
    if period is not None:
        keys.append(Key(name="period", column=period, span=span))
    keys += [Key(name=name, column=name, edges=edges.get(name, ())) for name in named]
    taken = {name.casefold() for name in (*(VALUES if mean else EVENTS), *ROLES)}
    for name in named:
        if name.casefold() in taken:
            problems.append(
                f"a stratum can't be called {name!r}, as the result has another column of that "
                "name, or it is named twice. Rename the column."
            )
        taken.add(name.casefold())
    roles = [unit, *([] if period is None else [period]), *filter(None, [event, value])]
    problems += [
        f"column {name!r} can't be a stratum and something else too."
        for name in named
        if name in roles
    ]
    problems += [
        f"column {name!r} is given two parts to play."
        for name in dict.fromkeys(roles)
        if roles.count(name) > 1
    ]
    if problems:
        raise UsageError("cells", problems)
    return CellPlan(keys=tuple(keys), measured=str(event if value is None else value), mean=mean)


def label_bands(edges: Sequence[float]) -> tuple[str, ...]:
    """Name the bands between edges; each begins at its lower edge and ends before the next.

    Examples
    --------
    >>> label_bands([18, 45, 65])
    ('under 18', '18 to 44', '45 to 64', '65 and over')
    >>> label_bands([0.5, 1])
    ('under 0.5', '0.5 to under 1', '1 and over')
    """
    whole = all(float(edge).is_integer() for edge in edges)
    inner = []
    for low, high in pairwise(edges):
        last = f"{high - 1:.15g}"
        if not whole:
            inner.append(f"{low:.15g} to under {high:.15g}")
        else:
            inner.append(last if high - low == 1 else f"{low:.15g} to {last}")
    return (f"under {edges[0]:.15g}", *inner, f"{edges[-1]:.15g} and over") if edges else ()


def _missing(key: Key) -> str:
    return f"no {key.name} in column {key.column!r}" if key.name in ROLES else f"no {key.column}"


def _check_edges(name: str, cuts: Sequence[float]) -> tuple[float, ...]:
    edges = tuple(float(cut) for cut in cuts)
    rising = all(low < high for low, high in pairwise(edges))
    if not edges or not rising or not all(math.isfinite(edge) for edge in edges):
        raise UsageError(
            "bands",
            f"the edges of {name!r} must be numbers from lowest to highest, as in 18, 45, 65.",
        )
    return edges
