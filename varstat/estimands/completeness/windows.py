"""Windows: where in a unit's life something may have happened, and the evidence that it did."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats

Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Prior variance of the log of an event's factor.
EFFECT = 1.0
# A window that starts or ends a life, no longer than this, can't be told from a shift.
EDGE = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """Candidates for events, the same for all units.

    Attributes
    ----------
    start, end : ndarray of int, shape (windows,)
        First and last period.
    kind : ndarray of str, shape (windows,)
        "dip" (or spike: back afterwards), "shift" (lasting) or "edge" (at an end of the life).
    """

    start: Whole
    end: Whole
    kind: NDArray[np.str_]

    def possible(self, known: Bools) -> Bools:
        """Tell which windows each unit can have, of shape (units, windows).

        Parameters
        ----------
        known : ndarray of bool, shape (units, periods)
        """
        so_far = np.pad(np.cumsum(known, axis=1), ((0, 0), (1, 0)))
        before = so_far[:, self.start]
        inside: Whole = so_far[:, self.end + 1] - before
        after: Whole = so_far[:, -1:] - before - inside
        dip = (self.kind == "dip") & (inside > 0) & (before > 0) & (after > 0)
        shift = (self.kind == "shift") & (before >= EDGE) & (inside > EDGE)
        edge = (self.kind == "edge") & (inside > 0)
        # At the start, one of three periods is the shift that follows it.
        first = (before == 0) & known[:, self.end] & (after > 0) & (inside < EDGE)
        last = (after == 0) & known[:, self.start] & (before > 0) & (inside <= EDGE)
        found: Bools = dip | shift | (edge & (first | last))
        return found


def list_windows(periods: int, *, longest: int) -> Windows:
    """List the candidates of a span of periods.

    Parameters
    ----------
    periods : int
    longest : int
        Periods of a year: the longest window after which a unit is back.

    Returns
    -------
    Windows
    """
    lengths = range(1, longest + 1)
    found = [
        (a, a + length - 1, "dip")
        for a in range(1, periods)
        for length in lengths
        if a + length < periods
    ]
    found += [(a, periods - 1, "shift") for a in range(1, periods)]
    found += [(0, b, "edge") for b in range(periods - 1)]
    found += [(a, periods - 1, "edge") for a in range(1, periods)]
    start, end, kind = zip(*found, strict=True)
    return Windows(start=np.array(start), end=np.array(end), kind=np.array(kind))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What is known of the effect in each window.

    Attributes
    ----------
    log_bayes_factor : ndarray of float, shape (units, windows)
        Of an event of unknown size there against none; minus infinity where there can't be one.
    effect, variance : ndarray of float, shape (units, windows)
        Posterior mean and variance of the log of its factor.
    """

    log_bayes_factor: Floats
    effect: Floats
    variance: Floats


def weigh_windows(values: Floats, precision: Floats, windows: Windows, possible: Bools) -> Evidence:
    r"""Weigh all windows of some units exactly.

    With :math:`c` the indicator of a window, :math:`C` the covariance, :math:`q = c'C^{-1}c` and
    :math:`a = c'C^{-1}x`, and an effect :math:`d \sim N(0, k^2)`,

    .. math:: \log B = -\tfrac12 \log(1 + k^2 q) + \tfrac12 k^2 a^2 / (1 + k^2 q) .

    Sums over windows are differences of cumulated sums.

    Parameters
    ----------
    values : ndarray of float, shape (units, periods)
        Centred log volumes, zero where unknown.
    precision : ndarray of float, shape (units, periods, periods)
        Inverse covariances, zero where unknown.
    windows : Windows
    possible : ndarray of bool, shape (units, windows)

    Returns
    -------
    Evidence
    """
    scores = np.pad(np.cumsum(np.einsum("nij,nj->ni", precision, values), axis=1), ((0, 0), (1, 0)))
    summed = np.pad(np.cumsum(np.cumsum(precision, axis=1), axis=2), ((0, 0), (1, 0), (1, 0)))
    a, b = windows.start, windows.end + 1
    score = scores[:, b] - scores[:, a]
    size = np.maximum(summed[:, b, b] - 2 * summed[:, a, b] + summed[:, a, a], 0.0)
    variance = EFFECT / (1 + EFFECT * size)
    factor = -0.5 * np.log1p(EFFECT * size) + 0.5 * variance * score**2
    return Evidence(
        log_bayes_factor=np.where(possible, factor, -np.inf),
        effect=variance * score,
        variance=variance,
    )


def integrate_out(precision: Floats, start: Whole, end: Whole) -> Floats:
    """Integrate an event of unknown size out of inverse covariances: one a unit.

    Parameters
    ----------
    precision : ndarray of float, shape (units, periods, periods)
    start, end : ndarray of int, shape (units,)

    Returns
    -------
    ndarray of float, shape (units, periods, periods)
    """
    time = np.arange(precision.shape[1])
    inside = ((time >= start[:, None]) & (time <= end[:, None])).astype(np.float64)
    column = np.einsum("nij,nj->ni", precision, inside)
    size = np.einsum("ni,ni->n", column, inside)
    outer = column[:, :, None] * column[:, None, :]
    found: Floats = precision - outer / (size + 1 / EFFECT)[:, None, None]
    return found
