r"""Design: a table and its card as the arrays of a hierarchical model.

For unit i in period t and case-mix cell c,

.. math:: g(\theta_{itc}) = x_{it}'\beta + \gamma_{g(i)} + \alpha_c + \delta_t + u_i + w_{it}

where :math:`u_i` has scale :math:`\tau` and :math:`w_{it}`, if any, SD :math:`\tau_w`. The columns
of `matrix` hold the intercept or one column a peer group, the covariates and what informs as
z-scores, and the
levels of each stratum's factor and the periods as contrasts that add to zero, so that the
intercept is of the average period. Without strata there is one cell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.hierarchical.model.effects import Effects
from varstat.hierarchical.model.likelihood import Family
from varstat.hierarchical.model.prior import BetaPrior, ScalePrior
from varstat.measure import Direction, Floats, Measure
from varstat.measure.lock import lock_arrays

Strings = NDArray[np.object_]
Integers = NDArray[np.int64]

# Numbers in a working array: large enough to hide Python's overhead, small enough for the cache,
# and for memory that the operating system would else take back and hand out again for each.
BLOCK = 200_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """The arrays of a hierarchical model; units stand in the order of their keys.

    Attributes
    ----------
    measure : Measure
    direction : {"higher-is-better", "lower-is-better", "neither"}
    likelihood : {"binomial", "beta-binomial", "poisson", "negative-binomial", "normal"}
    unit, unit_name, peer_group : ndarray of object, shape (units,)
    period : tuple of str
        The periods, in order; empty where there is one row a unit and no period.
    row_unit : ndarray of int, shape (rows,)
        The unit of each row, ascending.
    row_period : ndarray of int, shape (rows,)
    row_start : ndarray of int, shape (units,)
        Where each unit's rows begin.
    event, event_lower, event_upper, size : ndarray of float, shape (rows,)
        As reported: event is NaN where only its range is known.
    volume : ndarray of float, shape (rows,)
        By what a gap in a rate is multiplied to give events: the size of a count, the number
        that a mean is of, NaN where that isn't known.
    error_degrees : float
        Degrees of freedom that standard errors of means have beyond those of their own cases, as
        they were drawn towards one SD; 0 where they are as given.
    family : Family
        The likelihood of the rows, in the units of the model.
    link_rate, link_variance : ndarray of float, shape (rows,)
        Each row's own rate on the link scale and its variance by chance, about: from where
        modes are looked for.
    matrix : ndarray of float, shape (rows, locations)
    own, reference : ndarray of float, shape (units, locations)
        Where rates are reported, in the average period: at the unit's own covariates (their
        mean over its rows, weighted by size) and at those of the average row; what informs is at
        the unit's own in both. Cells come on top.
    strata : tuple of str
        The factors whose combinations are the cells.
    row_cell : ndarray of int, shape (rows,)
    cell_levels : ndarray of object, shape (cells, factors)
    cells : ndarray of float, shape (cells, locations)
        What each cell adds to a row of `own` or `reference`.
    cell_weight : ndarray of float, shape (cells,)
        Shares of the cells in the volume of all units: the reference case-mix. Add to one.
    locations : tuple of str
        Names of the columns: `intercept`, `peer_mean[...]`, `coefficient[...]`, `inform[...]`,
        `stratum[...]`, `period[...]`.
    location_mean, location_sd : ndarray of float, shape (locations,)
        Normal priors.
    peer : ndarray of int, shape (units,)
        The column of `matrix` that holds each unit's intercept or peer mean.
    effects : Effects
        Distribution of the units' effects.
    tau_prior : ScalePrior
    taus : tuple of str
        Names of the scales: `tau`, or `tau[...]` for each peer group.
    tau_of : ndarray of int, shape (units,)
        Which of `taus` is each unit's.
    log_size : ndarray of float, shape (units,)
        Log of each unit's size in a period, less the mean of the logs.
    transient : float or None
        SD of what passes from period to period: 0 for none, None if it is estimated.
    transient_prior : ScalePrior
    contamination_prior : BetaPrior
    centre, spread : float
        A mean's model is of (value - centre) / spread; 0 and 1 for other measures.
    notes : tuple of str
        What a reader must know of how the model was built, one sentence each.
    """

    measure: Measure
    direction: Direction
    likelihood: str
    unit: Strings
    unit_name: Strings
    peer_group: Strings
    period: tuple[str, ...]
    row_unit: Integers
    row_period: Integers
    row_start: Integers
    event: Floats
    event_lower: Floats
    event_upper: Floats
    size: Floats
    volume: Floats
    family: Family
    link_rate: Floats
    link_variance: Floats
    matrix: Floats
    own: Floats
    reference: Floats
    strata: tuple[str, ...]
    row_cell: Integers
    cell_levels: Strings
    cells: Floats
    cell_weight: Floats
    locations: tuple[str, ...]
    location_mean: Floats
    location_sd: Floats
    peer: Integers
    effects: Effects
    tau_prior: ScalePrior
    taus: tuple[str, ...]
    tau_of: Integers
    log_size: Floats
    transient: float | None
    transient_prior: ScalePrior
    contamination_prior: BetaPrior
    centre: float
    spread: float
    error_degrees: float
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.unit)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_unit)

    @property
    def single(self) -> bool:
        """Whether every unit has one row."""
        return self.rows == self.units

    @property
    def names(self) -> tuple[str, ...]:
        """Names: locations, taus, transient SD, contamination, the SD's slope in size, shape."""
        more = ("tau_transient",) if self.transient is None else ()
        share = ("contamination",) if self.effects.contaminated else ()
        shape = tuple(f"shape[{j + 1}]" for j in range(self.effects.shapes))
        slope = ("sd_by_size",) if self.effects.by_size else ()
        return (*self.locations, *self.taus, *more, *share, *slope, *shape)

    @property
    def reported(self) -> tuple[str, ...]:
        """Names of the hyper-parameters that say something each: all but a density's shape."""
        return self.names[: len(self.names) - self.effects.shapes]

    @property
    def dimension(self) -> int:
        """Number of hyper-parameters."""
        return len(self.names)

    def log_taus(self, h: Floats) -> Floats:
        r"""Log SD of each unit's effect: shape (batch, units).

        .. math:: \log\tau_i = \log\tau + b\,(\log n_i - \overline{\log n})

        with b zero unless effects go with size.

        Parameters
        ----------
        h : ndarray of float, shape (batch, dimension)
            Unconstrained hyper-parameters.
        """
        first = len(self.locations)
        log_tau = h[:, first : first + len(self.taus)][:, self.tau_of]
        if self.effects.by_size:
            log_tau = log_tau + h[:, -1:] * self.log_size
        return np.asarray(log_tau)

    def to_link(self, rate: Floats) -> Floats:
        """Put rates on the link scale, in the units of the model."""
        return np.asarray((self.measure.to_link(rate) - self.centre) / self.spread)

    def from_link(self, theta: Floats) -> Floats:
        """Bring link-scale values, in the units of the model, back to rates."""
        if self.centre != 0.0 or self.spread != 1.0:
            theta = self.centre + self.spread * theta
        return self.measure.from_link(theta)

    def informed(self, beta: Floats) -> Floats:
        """What the columns that inform add to units' levels: (draws, units), or (draws, 1) of 0.

        Parameters
        ----------
        beta : ndarray of float, shape (draws, locations)
        """
        at = [i for i, name in enumerate(self.locations) if name.startswith("inform[")]
        return beta[:, at] @ self.own[:, at].T if at else np.zeros((len(beta), 1))

    def expand(self, per_unit: Floats) -> Floats:
        """Repeat what is one a unit (axis 1) for each of its rows."""
        return per_unit if self.single else per_unit[:, self.row_unit]

    def gather(self, per_row: Floats) -> Floats:
        """Add up what is one a row (axis 1) over each unit's rows."""
        return per_row if self.single else np.add.reduceat(per_row, self.row_start, axis=1)

    def part(self, first: int, last: int) -> "Design":
        """Keep some neighbouring units; the hyper-parameters stay the same."""
        if first == 0 and last == self.units:
            return self
        start = int(self.row_start[first])
        stop = int(self.row_start[last]) if last < self.units else self.rows
        units, rows = slice(first, last), slice(start, stop)
        return replace(
            self,
            unit=self.unit[units],
            unit_name=self.unit_name[units],
            peer_group=self.peer_group[units],
            row_unit=self.row_unit[rows] - first,
            row_period=self.row_period[rows],
            row_start=self.row_start[units] - start,
            event=self.event[rows],
            event_lower=self.event_lower[rows],
            event_upper=self.event_upper[rows],
            size=self.size[rows],
            volume=self.volume[rows],
            family=self.family.take(rows),
            link_rate=self.link_rate[rows],
            link_variance=self.link_variance[rows],
            matrix=self.matrix[rows],
            own=self.own[units],
            reference=self.reference[units],
            row_cell=self.row_cell[rows],
            peer=self.peer[units],
            tau_of=self.tau_of[units],
            log_size=self.log_size[units],
        )

    def blocks(self, numbers: float) -> Iterator[tuple[slice, "Design"]]:
        """Cut into blocks of units such that arrays stay within two megabytes or so.

        Parameters
        ----------
        numbers : float
            How many numbers an array holds for each row.
        """
        per_unit = numbers * self.rows / self.units
        step = max(int(BLOCK / max(per_unit, 1.0)), 1)
        for first in range(0, self.units, step):
            last = min(first + step, self.units)
            yield slice(first, last), self.part(first, last)
