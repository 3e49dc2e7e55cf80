r"""What sizes rest on: expected events that are estimates, and cases that are a sample.

With E events expected, known with a standard error s, the count of a unit at the target t is

.. math:: X \sim \mathrm{Poisson}(t\,E^*), \qquad E^* \sim \mathrm{Gamma},\quad
          \mathrm{E}(E^*) = E,\quad \mathrm{sd}(E^*) = s,

so that the variance of its ratio is :math:`t/E + t^2 (s/E)^2`: a negative binomial of which the
squared coefficient of variation is the unit's own.

With n cases sampled of N, and the question of those N, the count is hypergeometric, and the
variance of its rate :math:`\frac{t(1 - t)}{n} \cdot \frac{N - n}{N - 1}`.
"""

from dataclasses import dataclass, fields

import numpy as np

from varstat.measure import hypergeometric
from varstat.measure.lock import lock_arrays
from varstat.measure.measure import Measure
from varstat.measure.scale import Floats

# What may be given beside the size of a unit.
BESIDE = ("expected_se", "sampled_from")
# NumPy draws from no more cases than these.
_MOST_CASES = 1e9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """What the sizes of units rest on; every array is locked.

    Attributes
    ----------
    doubt : ndarray of float, shape (units,)
        Squared coefficient of variation of the number of events expected; zero where sizes are
        known.
    population : ndarray of float, shape (units,)
        Number of cases of which the size is a sample; infinite where the question is of the process
        behind them.
    """

    doubt: Floats
    population: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    @classmethod
    def of(
        cls,
        size: Floats,
        *,
        expected_se: Floats | float = 0.0,
        sampled_from: Floats | float = np.inf,
    ) -> "Basis":
        """Say what sizes rest on; they are known, and no sample, unless it is said.

        Parameters
        ----------
        size : ndarray of float, shape (units,)
        expected_se : ndarray of float, shape (units,), optional
            Standard errors of the sizes; NaN where none was given.
        sampled_from : ndarray of float, shape (units,), optional
            Of how many cases the size is a sample; NaN where that wasn't given.

        Returns
        -------
        Basis

        Examples
        --------
        >>> Basis.of(np.array([20.0, 50.0]), expected_se=np.array([2.0, 0.0])).doubt.round(6)
        array([0.01, 0.  ])
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            doubt = np.nan_to_num(np.square(expected_se / size), posinf=0.0)
        population = np.broadcast_to(np.asarray(sampled_from, dtype=float), size.shape)
        return cls(doubt=doubt, population=np.where(np.isnan(population), np.inf, population))

    @property
    def known(self) -> bool:
        """Whether all sizes are known, and no samples."""
        return not self.doubt.any() and not self.sampled

    @property
    def sampled(self) -> bool:
        """Whether some sizes are samples of a number of cases."""
        return bool(np.isfinite(self.population).any())

    def take(self, rows: np.ndarray | slice) -> "Basis":
        """Keep some of the units."""
        return Basis(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def blur(self, target: Floats) -> Floats:
        """Variance of each unit's rate by the error of its size, at a target."""
        return np.asarray(np.square(target) * self.doubt)

    def unseen(self, size: Floats) -> Floats:
        """Share of the variance by chance that a sample leaves: none where all cases are seen."""
        with np.errstate(invalid="ignore"):
            left = (self.population - size) / np.maximum(self.population - 1.0, 1.0)
        return np.where(np.isinf(self.population), 1.0, np.maximum(left, 0.0))

    def sampling(self, measure: Measure, size: Floats, target: Floats) -> Floats:
        """Variance of each unit's rate by sampling alone; see `chance`."""
        return measure.chance_variance(size, target) * self.unseen(size)

    def chance(self, measure: Measure, size: Floats, target: Floats) -> Floats:
        """Variance of each unit's rate by chance alone, the error of its size included.

        Parameters
        ----------
        measure : Measure
        size, target : ndarray of float, shape (units,)

        Returns
        -------
        ndarray of float, shape (units,)
        """
        return self.sampling(measure, size, target) + self.blur(target)

    def shown(self, measure: Measure, size: Floats) -> Floats:
        """Share of the variance of what is asked about that a unit's rate shows: `Measure.shown`.

        Of the cases themselves all is shown by a sample of all.
        """
        if not self.sampled:
            return measure.shown(size)
        own = np.maximum(1.0 - self.unseen(size) / np.maximum(size, 1.0), 0.0)
        return np.where(np.isinf(self.population), measure.shown(size), own)

    def inflated(self, measure: Measure, inflation: Floats, size: Floats, target: Floats) -> Floats:
        """Variance of what is asked about that inflates that of a unit's rate.

        See `Measure.inflated`.
        """
        extra = measure.inflated(inflation, size, target)
        if self.sampled:
            shown = self.shown(measure, size)
            more = (inflation - 1.0) * self.sampling(measure, size, target)
            own = np.divide(more, shown, out=np.zeros_like(shown), where=shown > 0)
            extra = np.where(np.isinf(self.population), extra, own)
        return extra + inflation * self.blur(target)

    def at_least(
        self, measure: Measure, event: Floats, size: Floats, target: Floats, extra: Floats
    ) -> Floats:
        """P(X >= event) for each unit; see `Measure.at_least`.

        Parameters
        ----------
        measure : Measure
        event, size : ndarray of float, shape (units,)
        target, extra : ndarray of float, shape (units,)
            Mean and variance of what is asked about: the underlying rate, or that of all cases.

        Returns
        -------
        ndarray of float, shape (units,)
        """
        if not self.sampled:
            return measure.at_least(event, size, target, extra)
        rho = hypergeometric.correlation(self.population, target, extra)
        apart = rho >= 0
        wide = np.where(apart, rho, 0.0) * target * (1.0 - target)
        tail = np.asarray(measure.at_least(event, size, target, wide))
        own = np.flatnonzero(~apart)
        tail[own] = hypergeometric.at_least(event[own], size[own], target[own], rho[own])
        return tail

    def at_most(
        self, measure: Measure, event: Floats, size: Floats, target: Floats, extra: Floats
    ) -> Floats:
        """P(X <= event) for each unit; see `at_least`."""
        if not self.sampled:
            return measure.at_most(event, size, target, extra)
        # As many or more of the others.
        return self.at_least(measure, size - event, size, 1.0 - target, extra)

    def redraw(
        self, measure: Measure, event: Floats, size: Floats, draws: int, rng: np.random.Generator
    ) -> Floats:
        """Draw how events would fall among like units: `Measure.redraw`.

        Sizes that are estimates are drawn too; samples are drawn from cases of which as many have
        the event as of all units together.

        Parameters
        ----------
        measure : Measure
        event, size : ndarray of float, shape (units,)
        draws : int
        rng : Generator

        Returns
        -------
        ndarray of float, shape (draws, units)
        """
        if self.known:
            return measure.redraw(event, size, draws, rng)
        if not self.sampled:
            some = np.where(self.doubt > 0, self.doubt, 1.0)
            drawn = rng.gamma(1.0 / some, some * size, size=(draws, size.size))
            # A size of nothing would have no share of any event.
            sizes = np.where(self.doubt > 0, np.maximum(drawn, 1e-300 * size), size)
            return measure.redraw(event, sizes, draws, rng)
        pooled = float(event.sum() / size.sum())
        cases = np.minimum(self.population, max(_MOST_CASES / 2.0, float(size.max())))
        marked = np.floor(cases * pooled + rng.random((draws, size.size)))
        good = np.minimum(marked, cases).astype(np.int64)
        bad = cases.astype(np.int64) - good
        return rng.hypergeometric(good, bad, size.astype(np.int64)).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """A power of the size, by a straight line in logarithms.

    Attributes
    ----------
    factor, exponent : float
    """

    factor: float
    exponent: float

    @classmethod
    def through(cls, size: Floats, value: Floats) -> "Power":
        """Draw the line through some units' values, at least one and all above zero."""
        log_size, log_value = np.log(size), np.log(value)
        apart = log_size - log_size.mean()
        spread = float(apart @ apart)
        # Of sizes that are all alike no slope is known.
        exponent = float(apart @ log_value) / spread if spread > 1e-12 * size.size else 0.0
        middle = float(log_value.mean()) - exponent * float(log_size.mean())
        return cls(factor=float(np.exp(middle)), exponent=exponent)

    def at(self, size: Floats) -> Floats:
        """Read the line."""
        return np.asarray(self.factor * size**self.exponent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a size usually rests on, where no unit is meant.

    Attributes
    ----------
    doubt, population : Power or None
        As of `Basis`, by size; None where sizes are known, and no samples.
    """

    doubt: Power | None = None
    population: Power | None = None

    @classmethod
    def of(cls, basis: Basis, size: Floats) -> "Usual":
        """Find what is usual among units.

        Parameters
        ----------
        basis : Basis
        size : ndarray of float, shape (units,)

        Returns
        -------
        Usual

        Examples
        --------
        >>> size = np.array([10.0, 20.0, 40.0])
        >>> usual = Usual.of(Basis.of(size, expected_se=np.sqrt(size)), size)
        >>> usual.at(np.array([100.0])).doubt.round(6)
        array([0.01])
        """
        found = {}
        for name in ("doubt", "population"):
            value = getattr(basis, name)
            some = (value > 0) & np.isfinite(value)
            found[name] = Power.through(size[some], value[some]) if some.any() else None
        return cls(**found)

    def at(self, size: Floats) -> Basis:
        """Say what units of some sizes would rest on."""
        population = np.full_like(size, np.inf)
        if self.population is not None:
            population = np.maximum(np.rint(self.population.at(size)), size)
        doubt = np.zeros_like(size) if self.doubt is None else self.doubt.at(size)
        return Basis(doubt=doubt, population=population)


KNOWN = Usual()
