"""What a kind says of a chart: how it is drawn, of what, on what, and what can be pointed at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats
from varstat.present.canvas import Canvas
from varstat.present.column import R
from varstat.present.highlight import Bools

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Order = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where the units of a chart stand, for a pointer.

    Attributes
    ----------
    at : ndarray of float, shape (units, 2)
        In data; not a number where a unit isn't drawn.
    order : ndarray of int
        The units that can be pointed at, in the order of the arrow keys.
    """

    at: Floats
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Generic[R]):
    """A chart of a kind of result.

    Attributes
    ----------
    draw : callable
        Draws some groups on a canvas, and marks units of each.
    alt : callable
        Says in words what the chart of some groups shows.
    title : callable
        Titles the chart of one group.
    check : callable
        Refuses groups of which there is no such chart; told whether units are to be marked.
    shows : callable
        Tells whether the page of a group has it.
    places : callable
        Where the units stand; without it none can be pointed at.
    order : str
        By what the arrow keys move among units.
    rows : bool
        Whether units are rows, so that a pointer anywhere on one is at the unit.
    several : bool
        Whether it can show several groups.
    """

    draw: "Callable[[Sequence[R], Sequence[Bools], Canvas], Figure]"
    alt: Callable[[Sequence[R]], str]
    title: Callable[[R], str]
    check: Callable[[Sequence[R], bool], None] = lambda _groups, _marked: None
    shows: Callable[[R], bool] = lambda _result: True
    places: Callable[[R, Bools], Places] | None = None
    order: str = "size"
    rows: bool = True
    several: bool = True
