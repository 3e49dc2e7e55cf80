r"""Indirect standardisation: what a unit has, over what it would have at everybody's rates.

.. math:: r_c = \frac{\sum_i x_{ic}}{\sum_i n_{ic}}, \qquad E_i = \sum_c n_{ic}\, r_c, \qquad
          \text{ratio}_i = \frac{x_i}{E_i}, \qquad \text{rate}_i = \text{ratio}_i\, r

with x events, n sizes, c case-mix cells, and r the rate of all units together.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from varstat.adjust.cells import Integers, add_up
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indirect:
    """Observed and expected events, one element a unit; the first axes are those of the events.

    Attributes
    ----------
    observed : ndarray of float, shape (..., units)
        NaN where an event of the unit isn't known.
    expected : ndarray of float, shape (..., units)
        Events at the standard's rates; NaN where the unit has a cell of which the standard knows
        nothing.
    size : ndarray of float, shape (units,)
    standard : ndarray of float, shape (..., cells)
        The standard's rates.
    crude : ndarray of float, shape (...,)
        The rate of all units together.
    """

    observed: Floats
    expected: Floats
    size: Floats
    standard: Floats
    crude: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def ratio(self) -> Floats:
        """Observed over expected; NaN where nothing is expected."""
        positive = np.where(self.expected > 0, self.expected, np.nan)
        return self.observed / positive

    @property
    def rate(self) -> Floats:
        """The ratio times the rate of all units together."""
        return self.ratio * self.crude[..., None]


def standardise_indirectly(
    unit: Integers,
    cell: Integers,
    event: Floats,
    size: Floats,
    *,
    units: int,
    cells: int,
    standard: Floats | None = None,
) -> Indirect:
    r"""Compute the events that units would have at a standard's rates.

    Parameters
    ----------
    unit, cell : ndarray of int, shape (rows,)
        The unit and the case-mix cell of each row, from 0.
    event : ndarray of float, shape (..., rows)
        Events; leading axes hold replicated data sets. A row that isn't known (NaN), in any of
        them, takes no part in the standard.
    size : ndarray of float, shape (rows,)
        Cases, or exposure, or expected events by another's reckoning.
    units, cells : int
        How many there are.
    standard : ndarray of float, shape (cells,), optional
        Rates of a standard; by default those of these data, so that :math:`\sum O = \sum E`.

    Returns
    -------
    Indirect

    Notes
    -----
    Each unit's own case-mix is its own standard's weight, so that ratios of two units with
    different case-mix can't be compared, not even where adjustment is perfect [1]_ [2]_: two units
    whose rates are the same in every cell have different ratios as soon as they differ from the
    standard by more in one cell than in another.

    References
    ----------
    .. [1] Manktelow, Evans & Draper (2014). Differences in case-mix can influence the comparison
       of standardised mortality ratios even with optimal risk adjustment: an analysis of data from
       paediatric intensive care. BMJ Qual Saf 23(9), 782-788.
    .. [2] Evans, Seaton & Manktelow (2013). Quantifying the potential bias when directly comparing
       standardised mortality ratios for in-unit neonatal mortality. PLoS ONE 8(4), e61237.
       doi:10.1371/journal.pone.0061237

    Examples
    --------
    The first two units have the same rates, 0.1 and 0.4, and different cases. The third, by far the
    largest, has 0.1 and 0.2.

    >>> unit, cell = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1])
    >>> size = np.array([90.0, 10.0, 10.0, 90.0, 5000.0, 5000.0])
    >>> event = np.array([9.0, 4.0, 1.0, 36.0, 500.0, 1000.0])
    >>> found = standardise_indirectly(unit, cell, event, size, units=3, cells=2)
    >>> found.ratio.round(2)
    array([1.18, 1.91, 0.99])
    >>> bool(np.isclose(found.observed.sum(), found.expected.sum()))
    True
    """
    known = np.all(np.isfinite(event).reshape(-1, event.shape[-1]), axis=0)
    weight = np.where(known, size, 0.0)
    volume = add_up(weight, cell, cells)
    events = add_up(np.where(known, event, 0.0), cell, cells)
    crude = np.asarray(events.sum(axis=-1) / (volume.sum() or np.nan))
    if standard is None:
        rates = events / np.where(volume > 0, volume, np.nan)
    else:
        rates = np.broadcast_to(np.asarray(standard, dtype=float), (*event.shape[:-1], cells))
    # A rate that isn't known is multiplied by nothing for most units.
    expected = _weigh(unit, cell, size, np.nan_to_num(rates), units=units)
    unheard = np.any(np.isnan(rates.reshape(-1, cells)), axis=0)
    lost = np.bincount(unit[unheard[cell] & (size > 0)], minlength=units) > 0
    hidden = np.bincount(unit[~known], minlength=units) > 0
    observed = add_up(np.where(known, event, 0.0), unit, units)
    return Indirect(
        observed=np.where(hidden, np.nan, observed),
        expected=np.where(lost, np.nan, expected),
        size=add_up(size, unit, units),
        standard=np.array(rates),
        crude=crude,
    )


def _weigh(unit: Integers, cell: Integers, size: Floats, rates: Floats, *, units: int) -> Floats:
    """Add up the cells' rates by what each unit has of them: shape (..., units)."""
    cells = rates.shape[-1]
    held = sparse.csr_array((size, (unit, cell)), shape=(units, cells))
    held.sum_duplicates()
    flat = rates.reshape(-1, cells)
    return np.asarray((held @ flat.T).T).reshape(*rates.shape[:-1], units)
