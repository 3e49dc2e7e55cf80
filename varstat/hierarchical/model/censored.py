"""Likelihood of counts of which only a range is known."""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.model.likelihood import Family
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Censored:
    r"""Counts of which only a range is known: :math:`P(a \le y \le b)` is a sum over the range.

    Attributes
    ----------
    inner : Family
        Of all values in all ranges, one row each.
    base : ndarray of float, shape (values, 1)
        The part of each value's log-probability that doesn't depend on theta.
    row : ndarray of int, shape (values,)
        The row each value belongs to, ascending.
    start : ndarray of int, shape (rows,)
        Where each row's values begin.
    """

    inner: Family
    base: Floats
    row: np.ndarray
    start: np.ndarray

    def _shares(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
        wide = theta[:, self.row]
        log_p = self.inner.value(wide, spread) + self.base
        peak = np.maximum.reduceat(log_p, self.start, axis=1)
        p = np.exp(log_p - peak[:, self.row])
        total = np.add.reduceat(p, self.start, axis=1)
        return wide, p / total[:, self.row], peak + np.log(total)

    def value(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        return self._shares(theta, spread)[2]

    def slopes(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`: with shares over the range, E[s'] and E[s''] + Var[s']."""
        wide, share, _ = self._shares(theta, spread)
        first, second = self.inner.slopes(wide, spread)
        mean = np.add.reduceat(share * first, self.start, axis=1)
        square = np.add.reduceat(share * (second + first**2), self.start, axis=1)
        return mean, square - mean**2

    def value_and_slope(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        return self.value(theta, spread), self.slopes(theta, spread)[0]

    def spread_slope(self, theta: Floats, spread: Floats) -> Floats:
        """See `Family`."""
        wide, share, _ = self._shares(theta, spread)
        inner = self.inner.spread_slope(wide, spread)
        return np.add.reduceat(share * inner, self.start, axis=1)

    def take(self, rows: slice) -> "Censored":
        """See `Family`."""
        ends = np.append(self.start, len(self.row))
        first, last = ends[rows.start], ends[rows.stop]
        values = slice(first, last)
        return Censored(
            inner=self.inner.take(values),
            base=self.base[values],
            row=self.row[values] - rows.start,
            start=self.start[rows] - first,
        )
