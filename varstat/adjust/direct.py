r"""Direct standardisation: what everybody's case-mix would have at a unit's rates.

.. math:: \text{rate}_i = \frac{\sum_c w_c\, x_{ic}/n_{ic}}{\sum_c w_c}

over the cells that unit i has, with x events, n sizes, and w the standard population's cells as
shares of the whole.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.adjust.cells import Integers, add_up, pair_up
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Direct:
    """Directly standardised rates, one element a unit.

    Attributes
    ----------
    rate : ndarray of float, shape (..., units)
        Over the cells that the unit has; NaN where an event of the unit isn't known, or the unit
        has no cell that weighs.
    absent : ndarray of float, shape (units,)
        Share of the standard population in cells of which the unit has no cases. Where it isn't
        0, the rate is of another population than that of other units.
    weight : ndarray of float, shape (cells,)
        The standard population. Adds to one.
    observed : ndarray of float, shape (..., units)
    size : ndarray of float, shape (units,)
    """

    rate: Floats
    absent: Floats
    weight: Floats
    observed: Floats
    size: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def partial(self) -> NDArray[np.bool_]:
        """Units that lack cells of the standard population."""
        return np.asarray(self.absent > 0)


def standardise_directly(
    unit: Integers,
    cell: Integers,
    event: Floats,
    size: Floats,
    *,
    units: int,
    cells: int,
    weight: Floats | None = None,
) -> Direct:
    """Compute the rates that a standard population would have at the units' own rates.

    Parameters
    ----------
    unit, cell : ndarray of int, shape (rows,)
        The unit and the case-mix cell of each row, from 0.
    event : ndarray of float, shape (..., rows)
        Events; leading axes hold replicated data sets.
    size : ndarray of float, shape (rows,)
    units, cells : int
        How many there are.
    weight : ndarray of float, shape (cells,), optional
        The standard population; by default all units together.

    Returns
    -------
    Direct

    Notes
    -----
    Directly standardised rates of units with every cell share one case-mix, and can be compared
    with each other; the price is that a handful of cases in a cell that weighs much make them
    uncertain. Nothing is made up for a cell that a unit hasn't got: its rate is of the others, and
    `absent` says how much of the population that leaves out.

    Examples
    --------
    Two units with the same rates, 0.1 and 0.4, and different cases; and one without the second
    cell, in which there are a third of all.

    >>> unit, cell = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 0])
    >>> size = np.array([90.0, 10.0, 10.0, 90.0, 100.0])
    >>> event = np.array([9.0, 4.0, 1.0, 36.0, 10.0])
    >>> found = standardise_directly(unit, cell, event, size, units=3, cells=2)
    >>> found.rate.round(3), found.absent.round(3)
    (array([0.2, 0.2, 0.1]), array([0.   , 0.   , 0.333]))
    """
    population = add_up(size, cell, cells) if weight is None else np.asarray(weight, dtype=float)
    share = population / population.sum()
    pairs = pair_up(unit, cell, cells=cells)
    held = add_up(size, pairs.row, pairs.number)
    events = add_up(event, pairs.row, pairs.number)
    present = np.where(held > 0, share[pairs.cell], 0.0)
    rates = present * events / np.where(held > 0, held, 1.0)
    covered = add_up(present, pairs.unit, units)
    # What is left by rounding of a population that is all there is nothing.
    absent = np.where(covered > 1.0 - 1e-12, 0.0, 1.0 - covered)
    return Direct(
        rate=add_up(rates, pairs.unit, units) / np.where(covered > 0, covered, np.nan),
        absent=absent,
        weight=share,
        observed=add_up(event, unit, units),
        size=add_up(size, unit, units),
    )
