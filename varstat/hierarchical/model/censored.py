"""Likelihood of counts of which only a range is known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from varstat.errors import ModelError
from varstat.hierarchical.model.likelihood import Family
from varstat.measure import Floats

# The longest range of a suppressed count whose values are summed one by one.
_LONGEST_RANGE = 20_000


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

    def gradient(self, theta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """See `Family`."""
        wide, share, _ = self._shares(theta, spread)
        first, by_spread = self.inner.gradient(wide, spread)
        return (
            np.add.reduceat(share * first, self.start, axis=1),
            np.add.reduceat(share * by_spread, self.start, axis=1),
        )

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


def censor(
    make: Callable[..., Family], lower: Floats, upper: Floats, size: Floats, likelihood: str
) -> Censored:
    """Make the likelihood of counts of which the ends are known.

    Parameters
    ----------
    make : callable
        Gives the family of single counts, by `event` and `size`.
    lower, upper, size : ndarray of float, shape (rows,)
    likelihood : {"binomial", "beta-binomial", "poisson", "negative-binomial"}

    Returns
    -------
    Censored
        Of which the value is the log of the probability of the whole range.

    Raises
    ------
    ModelError
        If a range is too wide to say anything.
    """
    number = (upper - lower).astype(np.int64) + 1
    if number.max() > _LONGEST_RANGE:
        raise ModelError(
            "suppressed",
            f"a count is only known to lie within a range of {number.max():,} values, which says "
            "next to nothing. Leave such rows out, or state a narrower range.",
        )
    row = np.repeat(np.arange(len(number)), number)
    start = np.cumsum(number) - number
    y = lower[row] + (np.arange(len(row)) - start[row])
    n = size[row]
    base = -gammaln(y + 1.0)
    if likelihood in ("binomial", "beta-binomial"):
        base = base + gammaln(n + 1.0) - gammaln(n - y + 1.0)
    else:
        base = base + y * np.log(n)
    return Censored(
        inner=make(event=y[:, None], size=n[:, None]), base=base[:, None], row=row, start=start
    )
