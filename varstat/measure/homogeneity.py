r"""Whether units differ by more than chance: an exact test, given the total.

If units are alike, how a total of events fell among them is known without any parameter: events
of a proportion are multivariate hypergeometric, counts with an expected number multinomial
(`Measure.redraw`). With strata that holds within each, and

.. math:: X^2 = \sum_i \frac{\{\sum_{r \in i} (y_r - e_r)\}^2}{\sum_{r \in i} v_r}

with :math:`e_r` and :math:`v_r` the mean and the chance variance of row r at the rate of its
stratum, is placed among its values in data drawn so. Expected numbers that are estimates are drawn
about what was given, and their error is part of :math:`v_r`; samples are drawn from as many cases
as there are. Of means :math:`X^2` is Cochran's Q. Where it is known of how many cases each mean is,
standard errors of fewer than 30 are drawn towards one SD (`varstat.measure.moderate`), and Q is
placed among its values where each mean is a t about one value, with the degrees of freedom that
its standard error has.

The tail beyond the draws is that of a gamma with their mean and variance. Where there is one
stratum and each unit expects 10 events and 10 of the others, or where these are means of unknown
or many cases, the distribution is chi-square with N - 1 degrees of freedom, and nothing is drawn.

References
----------
.. [1] Cochran (1954). Some methods for strengthening the common chi-square tests. Biometrics
   10(4), 417-451. doi:10.2307/3001616
.. [2] Higgins & Thompson (2002). Quantifying heterogeneity in a meta-analysis. Stat Med 21(11),
   1539-1558. doi:10.1002/sim.1186
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.measure.basis import Basis
from varstat.measure.measure import Measure
from varstat.measure.moderate import find_moderation
from varstat.measure.scale import Floats

Integers = NDArray[np.integer]

# A spread on the link scale that is worth finding: one unit in six has 1.28 times the odds.
WORTH_FINDING = 0.25
# Below this p-value units differ. From the second on differences are unremarkable, which says
# something where a spread worth finding would have been remarked with the third's probability.
DIFFERENT, UNREMARKABLE, POWERFUL = 0.05, 0.1, 0.8
# Below this probability of rates as alike as they are, they are more alike than chance leaves any.
TOO_ALIKE = 0.005
# Data sets to draw, and numbers to draw for all of them.
_MOST, _LEAST, _NUMBERS = 2000, 200, 2_000_000
# Events, and others, that each unit must expect for a chi-square.
_MANY = 10.0
# From so many cases a mean's standard error is as good as known.
_CASES = 300.0
# Fewer draws than these beyond the data, and a gamma takes over.
_FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Homogeneity:
    """Whether units differ by more than chance.

    Attributes
    ----------
    statistic : float
    df : int
        Units less one; 0 where there is nothing to test.
    p_value : float
        Probability of a statistic as large if units are alike; NaN where there is nothing to test.
    p_alike : float
        Probability of a statistic as small; NaN where there is nothing to test.
    draws : int
        How many data sets were drawn; 0 where the distribution is chi-square.
    spread : float
        The SD between units that `power` is of: 0.25 on the logit or log scale; of means, the
        median standard error.
    power : float
        Probability of p < 0.1 if units differed by `spread`.
    """

    statistic: float
    df: int
    p_value: float
    draws: int
    spread: float
    power: float
    p_alike: float = np.nan

    @property
    def differs(self) -> bool:
        """Whether units differ by more than chance gives."""
        return self.p_value < DIFFERENT

    @property
    def too_alike(self) -> bool:
        """Whether units differ by less than chance gives."""
        return self.p_alike < TOO_ALIKE

    @property
    def alike(self) -> bool:
        """Whether units look alike where a test would have shown that they aren't."""
        return self.p_value >= UNREMARKABLE and self.power >= POWERFUL and not self.too_alike


UNTESTED = Homogeneity(statistic=np.nan, df=0, p_value=np.nan, draws=0, spread=np.nan, power=np.nan)


def check_homogeneity(
    measure: Measure,
    event: Floats,
    size: Floats,
    *,
    unit: Integers | None = None,
    stratum: Integers | None = None,
    basis: Basis | None = None,
    count: Floats | None = None,
    degrees: float | None = None,
    seed: int = 0,
    numbers: int = _NUMBERS,
) -> Homogeneity:
    """Test whether units differ by more than chance.

    Parameters
    ----------
    measure : Measure
    event, size : ndarray of float, shape (rows,)
        Rows whose event isn't known, or which have no size, take no part.
    unit : ndarray of int, shape (rows,), optional
        From 0; each row is a unit of its own unless given.
    stratum : ndarray of int, shape (rows,), optional
        From 0. Rates differ between strata as they may; one stratum unless given.
    basis : Basis, optional
        What the sizes rest on; they are known unless it is given.
    count : ndarray of float, shape (rows,), optional
        Of how many cases each mean is; NaN where that isn't known.
    degrees : float, optional
        Degrees of freedom that standard errors have beyond those of their own cases, where they
        have been drawn towards one SD already.
    seed : int
    numbers : int
        Numbers to draw: 200 to 2,000 data sets.

    Returns
    -------
    Homogeneity

    Examples
    --------
    >>> import numpy as np
    >>> from varstat.measure import PROPORTION
    >>> found = check_homogeneity(PROPORTION, np.array([30.0, 50.0]), np.array([100.0, 100.0]))
    >>> round(found.statistic, 3), found.df, round(found.p_value, 4)
    (8.333, 1, 0.0039)
    """
    event, measure = measure.own_scale(event), measure.own
    known = np.isfinite(event) & np.isfinite(size) & (size > 0)
    rows = np.arange(event.size) if unit is None else unit
    strata = np.zeros(event.size, np.intp) if stratum is None else stratum
    basis = (Basis.of(size) if basis is None else basis).take(known)
    cases = None if count is None or measure.counts else count[known]
    event, size = event[known], size[known]
    units, rows = np.unique(rows[known], return_inverse=True)
    _, strata = np.unique(strata[known], return_inverse=True)
    if units.size < 2:
        return UNTESTED
    question = _Question(
        measure=measure,
        event=event,
        size=size,
        unit=rows.ravel(),
        stratum=strata.ravel(),
        basis=basis,
        count=cases,
    )
    if question.few:
        question = question.moderate() if degrees is None else replace(question, degrees=degrees)
    statistic = float(question.statistic(event[None])[0])
    df = int(units.size) - 1
    null = _Null(mean=df, variance=2.0 * df, drawn=np.empty(0))
    if not question.is_chi_square:
        drawn = np.concatenate(list(question.draw(numbers, np.random.default_rng([seed, 11]))))
        null = _Null(mean=float(drawn.mean()), variance=float(drawn.var()), drawn=drawn)
    spread = WORTH_FINDING if measure.counts else float(np.median(question.size))
    return Homogeneity(
        statistic=statistic,
        df=df,
        p_value=null.tail(statistic),
        draws=null.drawn.size,
        spread=spread,
        power=question.power(spread, null),
        p_alike=null.head(statistic),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Null:
    """How the statistic is distributed if units are alike."""

    mean: float
    variance: float
    drawn: Floats

    def tail(self, statistic: float) -> float:
        """Probability of a statistic as large."""
        if not self.variance > 0:
            return 1.0
        # What differs by rounding alone is as large.
        beyond = int(np.sum(self.drawn >= statistic * (1.0 - 1e-9)))
        if beyond >= _FEW:
            return (1.0 + beyond) / (1.0 + self.drawn.size)
        found = _gamma_tail(statistic, self.mean, self.variance)
        return min(found, (1.0 + beyond) / (1.0 + self.drawn.size)) if self.drawn.size else found

    def head(self, statistic: float) -> float:
        """Probability of a statistic as small."""
        if not self.variance > 0:
            return 1.0
        below = int(np.sum(self.drawn <= statistic * (1.0 + 1e-9)))
        if below >= _FEW:
            return (1.0 + below) / (1.0 + self.drawn.size)
        from scipy.special import gammainc

        scale = self.mean / self.variance
        found = float(gammainc(self.mean * scale, max(statistic, 0.0) * scale))
        # Counts have steps: what is as small in few draws is no smaller than they say.
        return max(found, below / self.drawn.size) if self.drawn.size else found

    def upper(self, share: float) -> float:
        """Value that is exceeded with a probability of `share`."""
        if self.drawn.size:
            return float(np.quantile(self.drawn, 1.0 - share))
        from scipy.special import gammainccinv

        shape = self.mean**2 / self.variance
        return float(gammainccinv(shape, share) * self.variance / self.mean)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Question:
    """Rows, their units and strata; units and strata are numbered without gaps."""

    measure: Measure
    event: Floats
    size: Floats
    unit: Integers
    stratum: Integers
    basis: Basis
    count: Floats | None = None
    degrees: float = 0.0

    @property
    def few(self) -> bool:
        """Whether these are means, one a unit, of which some are of few cases."""
        plain = int(self.stratum.max()) == 0 and np.unique(self.unit).size == self.unit.size
        if self.count is None or not plain:
            return False
        return bool(np.all(self.count > 1) and np.min(self.count) < _CASES)

    @property
    def _precision(self) -> Floats:
        """By what a deviation of a rate is multiplied to be one of events."""
        return self.size if self.measure.counts else self.size**-2.0

    @property
    def _rate(self) -> Floats:
        """The rate of each row's stratum."""
        weight = self._precision
        total = np.bincount(
            self.stratum, weights=weight * self.measure.rates(self.event, self.size)
        )
        return np.asarray((total / np.bincount(self.stratum, weights=weight))[self.stratum])

    @property
    def _variance(self) -> Floats:
        """Chance variance of the units' events."""
        chance = self.basis.chance(self.measure, self.size, self._rate) * self._precision**2
        return np.asarray(np.bincount(self.unit, weights=chance), dtype=float)

    @property
    def is_chi_square(self) -> bool:
        """Whether the statistic is chi-square with N - 1 degrees of freedom for every purpose."""
        if int(self.stratum.max()) or not self.basis.known:
            return False
        if not self.measure.counts:
            return not self.few
        expected = np.bincount(self.unit, weights=self.size * self._rate)
        most = np.bincount(self.unit, weights=self.measure.most_events(self.size))
        return bool(np.all(np.minimum(expected, most - expected) >= _MANY))

    def statistic(self, event: Floats) -> Floats:
        """The statistic of data sets with the same totals: (draws, rows) to (draws,)."""
        off = (self.measure.rates(event, self.size) - self._rate) * self._precision
        order = np.argsort(self.unit, kind="stable")
        start = np.flatnonzero(np.diff(self.unit[order], prepend=-1))
        apart = np.add.reduceat(off[:, order], start, axis=1) if start.size < order.size else off
        variance = self._variance if start.size < order.size else self._variance[self.unit]
        safe = np.where(variance > 0, variance, np.inf)
        return np.asarray(np.sum(apart**2 / safe, axis=1))

    def draw(self, numbers: int, rng: np.random.Generator) -> Iterator[Floats]:
        """Draw the statistic of data sets in which units are alike, some at a time."""
        draws = int(np.clip(numbers // self.event.size, _LEAST, _MOST))
        if self.few:
            yield self._draw_means(draws, rng)
            return
        step = max(_NUMBERS // self.event.size, 1)
        inside = [np.flatnonzero(self.stratum == s) for s in range(int(self.stratum.max()) + 1)]
        for first in range(0, draws, step):
            some = min(step, draws - first)
            event = np.empty((some, self.event.size))
            for rows in inside:
                event[:, rows] = self.basis.take(rows).redraw(
                    self.measure, self.event[rows], self.size[rows], some, rng
                )
            yield self.statistic(event)

    def moderate(self) -> "_Question":
        """Draw standard errors of few cases towards one SD."""
        assert self.count is not None
        found = find_moderation(self.size, self.count)
        if found is None:
            return self
        size = found.moderate(self.size, self.count)
        return replace(self, size=size, basis=Basis.of(size), degrees=found.degrees)

    def _draw_means(self, draws: int, rng: np.random.Generator) -> Floats:
        """Draw Q of means that are alike: each is a t about one value, in its standard errors."""
        assert self.count is not None
        # Of so many degrees of freedom a t is a normal.
        free = np.minimum(self.count - 1.0 + self.degrees, 1e9)
        mean = self.size * rng.standard_t(free, (draws, free.size))
        weight = self.size**-2.0
        centre = mean @ weight / weight.sum()
        return np.asarray((mean - centre[:, None]) ** 2 @ weight)

    def power(self, spread: float, null: _Null) -> float:
        """Probability of an unremarkable statistic's opposite, if units differed by `spread`."""
        variance = self._variance
        total = float(variance.sum())
        if not (total > 0 and null.variance > 0):
            return 0.0
        # The centre is found from the units themselves.
        more = spread**2 * variance * (1.0 - variance / total)
        mean = null.mean + float(more.sum())
        wider = null.variance + 2.0 * float(np.sum(more**2 + 2.0 * more))
        return _gamma_tail(null.upper(UNREMARKABLE), mean, wider)


def _gamma_tail(value: float, mean: float, variance: float) -> float:
    from scipy.special import gammaincc

    return float(gammaincc(mean**2 / variance, max(value, 0.0) * mean / variance))
