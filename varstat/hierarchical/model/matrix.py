"""The columns of a design's matrix: peer groups, covariates, strata and periods."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from varstat.adjust.cells import Cells
from varstat.card.field import OWN_SIZE
from varstat.measure import Floats
from varstat.prose.number import listed
from varstat.prose.text import clean

# A rank correlation with size that is worth a note, and units with which it means something.
_GOES_WITH_SIZE, _LEAST_UNITS = 0.7, 12

Strings = NDArray[np.object_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """What the columns of a design's matrix are made from.

    Attributes
    ----------
    frame : DataFrame
        Holds the covariates.
    row_unit, row_period : ndarray of int, shape (rows,)
    groups : list of str
        The peer groups.
    peers : ndarray of object, shape (units,)
    periods : tuple of str
        Those that have effects.
    covariates, inform : tuple of str
        Columns of the frame that excuse units, and that don't; `size` of `inform` is no column.
    unit_size : ndarray of float, shape (units,)
    mundlak : bool
    cells : Cells
    """

    frame: pd.DataFrame
    row_unit: Integers
    row_period: Integers
    groups: list[str]
    peers: Strings
    periods: tuple[str, ...]
    covariates: tuple[str, ...]
    inform: tuple[str, ...]
    unit_size: Floats
    mundlak: bool
    cells: Cells

    def matrix(self, problems: list[str]) -> tuple[Floats, tuple[str, ...]]:
        """Put the columns together, of shape (rows, columns); say what is constant or doubled."""
        columns: dict[str, Floats] = {}
        if self.groups:
            of_row = np.array([str(p) for p in self.peers], dtype=object)[self.row_unit]
            for group in self.groups:
                columns[f"peer_mean[{group}]"] = (of_row == group).astype(float)
        else:
            columns["intercept"] = np.ones(len(self.row_unit))
        factors = [("coefficient", *each) for each in self._factors().items()]
        factors += [("inform", *each) for each in self._informing().items()]
        for kind, name, values in factors:
            sd = float(np.std(values))
            if not sd > 1e-9 * max(float(np.max(np.abs(values))), 1e-300):
                what = "covariate" if kind == "coefficient" else "inform:"
                problems.append(f"{what} {name!r} is the same for all. Leave it out.")
                continue
            columns[f"{kind}[{name}]"] = (values - np.mean(values)) / sd
        columns |= {
            name: values[self.cells.row] for name, values in cell_columns(self.cells).items()
        }
        columns |= self._periods()
        matrix = np.column_stack(list(columns.values()))
        if not problems:
            problems += _collinear(matrix, list(columns))
        return matrix, tuple(columns)

    def _factors(self) -> dict[str, Floats]:
        factors: dict[str, Floats] = {}
        for name in self.covariates:
            values = self.frame[name].to_numpy(float)
            factors[name] = values
            count = np.bincount(self.row_unit)
            mean = (np.bincount(self.row_unit, weights=values) / count)[self.row_unit]
            if self.mundlak and np.any(np.abs(values - mean) > 1e-12 * np.abs(values).max()):
                factors[f"{name}, unit mean"] = mean
        return factors

    def _informing(self) -> dict[str, Floats]:
        return {
            name: (
                np.log(self.unit_size)[self.row_unit]
                if name == OWN_SIZE
                else self.frame[name].to_numpy(float)
            )
            for name in self.inform
        }

    def say_columns(self) -> list[str]:
        """Say what informs, and which covariates excuse units for their size."""
        notes = []
        if self.inform:
            what = listed(["own size" if n == OWN_SIZE else clean(n) for n in self.inform])
            notes.append(
                f"Each unit is estimated with the help of its {what}, which "
                f"{'excuse' if len(self.inform) > 1 else 'excuses'} nothing: rates, ranks, targets "
                "and opportunities are at the unit's own."
            )
        for name in self.covariates if len(self.unit_size) >= _LEAST_UNITS else ():
            number = np.bincount(self.row_unit)
            values = self.frame[name].to_numpy(float)
            mean = np.bincount(self.row_unit, weights=values) / number
            if not (np.ptp(mean) and np.ptp(self.unit_size)):
                continue
            together = float(np.corrcoef(_ranks(mean), _ranks(self.unit_size))[0, 1])
            if abs(together) > _GOES_WITH_SIZE:
                notes.append(
                    f"The covariate {clean(name)} goes with size (rank correlation "
                    f"{together:.2f}), so that units are excused for their size as well. "
                    "Where it helps to estimate a unit but is no excuse, name it with --inform "
                    "instead."
                )
        return notes

    def _periods(self) -> dict[str, Floats]:
        if not self.periods:
            return {}
        rows = _contrasts(len(self.periods))[self.row_period]
        return {f"period[{j + 1}]": column for j, column in enumerate(rows.T)}


def _ranks(values: Floats) -> Floats:
    return np.asarray(rankdata(values), dtype=float)


def cell_columns(cells: Cells) -> dict[str, Floats]:
    """Contrasts of each factor's levels: columns of shape (cells,), by name."""
    columns: dict[str, Floats] = {}
    for at, factor in enumerate(cells.strata):
        levels, level = np.unique(cells.levels[:, at], return_inverse=True)
        for j, column in enumerate(_contrasts(len(levels))[level].T):
            columns[f"stratum[{factor}: {j + 1}]"] = column
    return columns


def _contrasts(number: int) -> Floats:
    """Orthonormal contrasts, whose independent priors are those of effects that add to 0."""
    square = np.column_stack([np.ones(number), np.eye(number)[:, :-1]])
    return np.asarray(np.linalg.qr(square)[0][:, 1:])


def place_cells(cells: Cells, locations: tuple[str, ...]) -> Floats:
    """Give what each cell adds to the linear predictor: shape (cells, locations)."""
    placed = np.zeros((len(cells.levels), len(locations)))
    for name, values in cell_columns(cells).items():
        placed[:, locations.index(name)] = values
    return placed


def report_places(
    matrix: Floats, locations: tuple[str, ...], row_unit: Integers, weight: Floats
) -> tuple[Floats, Floats]:
    """Where each unit's rate is reported: at its own covariates, and at the average ones.

    What informs is at the unit's own in both. Periods and strata are at zero: the average period,
    and cells are added by their weights.
    """
    kind = np.array([name.partition("[")[0] for name in locations])
    total = np.bincount(row_unit, weights=weight)
    own = np.stack(
        [np.bincount(row_unit, weights=weight * column) / total for column in matrix.T], axis=1
    )
    own[:, (kind == "period") | (kind == "stratum")] = 0.0
    reference = own.copy()
    reference[:, kind == "coefficient"] = 0.0
    return own, reference


def _collinear(matrix: Floats, names: list[str]) -> list[str]:
    """Name the columns that are combinations of those before them."""
    q = np.zeros((len(matrix), 0))
    doubled = []
    for name, column in zip(names, matrix.T, strict=True):
        left = column - q @ (q.T @ column)
        left = left - q @ (q.T @ left)
        if np.linalg.norm(left) < 1e-8 * np.linalg.norm(column):
            # A stratum's contrasts are numbered; only the factor means anything to a reader.
            inside = name.partition("[")[2][:-1]
            kind = name.partition("[")[0]
            doubled.append(inside.rpartition(": ")[0] if kind == "stratum" else inside)
        else:
            q = np.column_stack([q, left / np.linalg.norm(left)])
    return [
        f"{name!r} is determined by the peer groups, periods, strata and covariates before it, so "
        "that their parts can't be told apart. Leave one of them out."
        for name in dict.fromkeys(doubled)
    ]
