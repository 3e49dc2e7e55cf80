r"""What sizes rest on: a number of events expected that is itself an estimate.

With E events expected, known with a standard error s, the count of a unit at the target t is

.. math:: X \sim \mathrm{Poisson}(t\,E^*), \qquad E^* \sim \mathrm{Gamma},\quad
          \mathrm{E}(E^*) = E,\quad \mathrm{sd}(E^*) = s,

so that the variance of its ratio is :math:`t/E + t^2 (s/E)^2`: a negative binomial of which the
squared coefficient of variation is the unit's own.
"""

from dataclasses import dataclass, fields

import numpy as np

from varstat.measure.lock import lock_arrays
from varstat.measure.measure import Measure
from varstat.measure.scale import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """What the sizes of units rest on; every array is locked.

    Attributes
    ----------
    doubt : ndarray of float, shape (units,)
        Squared coefficient of variation of the number of events expected; zero where sizes are
        known.
    """

    doubt: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    @classmethod
    def of(cls, size: Floats, *, expected_se: Floats | float = 0.0) -> "Basis":
        """Say what sizes rest on; they are known unless an error is given.

        Parameters
        ----------
        size : ndarray of float, shape (units,)
        expected_se : ndarray of float, shape (units,), optional
            Standard errors of the sizes; NaN where none was given.

        Returns
        -------
        Basis

        Examples
        --------
        >>> Basis.of(np.array([20.0, 50.0]), expected_se=np.array([2.0, 0.0])).doubt.round(6)
        array([0.01, 0.  ])
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return cls(doubt=np.nan_to_num(np.square(expected_se / size), posinf=0.0))

    @property
    def known(self) -> bool:
        """Whether all sizes are known."""
        return not self.doubt.any()

    def take(self, rows: np.ndarray | slice) -> "Basis":
        """Keep some of the units."""
        return Basis(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def blur(self, target: Floats) -> Floats:
        """Variance of each unit's rate by the error of its size, at a target."""
        return np.asarray(np.square(target) * self.doubt)

    def draw(self, size: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """Draw what sizes may truly be.

        Parameters
        ----------
        size : ndarray of float, shape (units,)
        draws : int
        rng : Generator

        Returns
        -------
        ndarray of float, shape (draws, units), or (units,) where all are known
        """
        if self.known:
            return size
        some = np.where(self.doubt > 0, self.doubt, 1.0)
        drawn = rng.gamma(1.0 / some, some * size, size=(draws, size.size))
        # A size of nothing has no share of any event.
        return np.where(self.doubt > 0, np.maximum(drawn, 1e-300 * size), size)

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
        return measure.chance_variance(size, target) + self.blur(target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a size usually rests on, where no unit is meant.

    Attributes
    ----------
    doubt, falls : float
        The squared coefficient of variation is `doubt` times the size to the power of `falls`.
    """

    doubt: float = 0.0
    falls: float = 0.0

    @classmethod
    def of(cls, basis: Basis, size: Floats) -> "Usual":
        """Find what is usual among units: a straight line in logarithms.

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
        >>> usual = Usual.of(Basis(doubt=0.1 / size), size)
        >>> usual.at(np.array([100.0])).doubt.round(6)
        array([0.001])
        """
        some = basis.doubt > 0
        if not some.any():
            return cls()
        log_size, log_doubt = np.log(size[some]), np.log(basis.doubt[some])
        apart = log_size - log_size.mean()
        spread = float(apart @ apart)
        # Of sizes that are all alike no slope is known.
        falls = float(apart @ log_doubt) / spread if spread > 1e-12 * size.size else 0.0
        middle = float(log_doubt.mean()) - falls * float(log_size.mean())
        return cls(doubt=float(np.exp(middle)), falls=falls)

    def at(self, size: Floats) -> Basis:
        """Say what units of some sizes would rest on."""
        return Basis(doubt=self.doubt * size**self.falls)


KNOWN = Usual()
