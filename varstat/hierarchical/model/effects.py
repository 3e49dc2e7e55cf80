r"""Distributions of the units' effects, as scale mixtures of normals.

.. math:: u_i \sim \sum_c \omega_c\, N(0, (a_c \tau)^2)

A normal has one part; its SD may go with the units' size. A contaminated normal has two, the
outlying one with a share that is itself uncertain. A Student-t has a continuum,
:math:`u = \tau z / \sqrt{w}` with :math:`w \sim \mathrm{Gamma}(\nu/2, \nu/2)`, which the trapezoid
rule in log w sums to some :math:`10^{-5}`. Given its part and the hyper-parameters a unit's
posterior has one mode, and its parts' shares say how outlying it is [1]_.

References
----------
.. [1] Ohlssen, Sharples & Spiegelhalter (2007). A hierarchical modelling framework for identifying
   unusual performance in health care providers. JRSS A 170(4), 865-890.
   doi:10.1111/j.1467-985X.2007.00487.x
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.special import logsumexp, polygamma

from varstat.hierarchical.model.mixture import MIXTURE_SHAPES, mixture_masses
from varstat.measure import Floats

EffectsName = Literal[
    "normal", "normal-by-size", "student-t", "contaminated-normal", "normal-mixture", "learnt"
]
_NONE = np.zeros(0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects:
    """A distribution of effects as parts of a mixture.

    Attributes
    ----------
    name : str
        See `EffectsName`.
    scale : ndarray of float, shape (parts,)
        SD of each part as a multiple of tau.
    log_share : ndarray of float, shape (parts,)
        Log shares that add to one; those of a contaminated normal depend on the contamination.
    degrees_of_freedom : float
        Infinite for other than Student-t.
    grid : ndarray of float, shape (points,)
        Of learnt effects, a normal mixture's too: link-scale values, evenly spaced.
    basis : ndarray of float, shape (points, functions)
        What the log of a learnt density is a sum of: x, its square, and splines.
    centre, unit : float
        x is a link-scale value less `centre`, divided by `unit`.
    """

    name: EffectsName
    scale: Floats
    log_share: Floats
    degrees_of_freedom: float = float("inf")
    grid: Floats = field(default_factory=_NONE.copy)
    basis: Floats = field(default_factory=lambda: _NONE.reshape(0, 0))
    centre: float = 0.0
    unit: float = 1.0

    def __post_init__(self) -> None:
        for column in (self.scale, self.log_share, self.grid, self.basis):
            column.setflags(write=False)

    @property
    def learnt(self) -> bool:
        """Whether the distribution itself is learnt, as a density on a grid."""
        return self.name in ("normal-mixture", "learnt")

    @property
    def mixture(self) -> bool:
        """Whether the learnt density is a mixture: of two kinds, or with long tails."""
        return self.name == "normal-mixture"

    @property
    def shapes(self) -> int:
        """Number of hyper-parameters that a learnt density is made of."""
        return MIXTURE_SHAPES if self.mixture else int(self.basis.shape[1])

    @property
    def cell(self) -> float:
        """Distance from one point of the grid to the next."""
        return float(self.grid[1] - self.grid[0])

    def masses(self, shape: Floats) -> Floats:
        """Probabilities on the grid, (batch, points), of learnt densities (batch, shapes)."""
        if self.mixture:
            x = (self.grid - self.centre) / self.unit
            return mixture_masses(x, shape)
        log_g = shape @ self.basis.T
        log_g -= log_g.max(axis=1, keepdims=True)
        np.exp(log_g, out=log_g)
        log_g /= log_g.sum(axis=1, keepdims=True)
        return log_g

    @property
    def parts(self) -> int:
        """Number of parts."""
        return len(self.scale)

    @property
    def contaminated(self) -> bool:
        """Whether a share of outlying units is a hyper-parameter."""
        return self.name == "contaminated-normal"

    @property
    def by_size(self) -> bool:
        """Whether the SD of a unit's effect goes with its size."""
        return self.name == "normal-by-size"

    def log_shares(self, contamination: Floats) -> Floats:
        """Log shares of the parts, of shape (batch, parts), given contaminations (batch,)."""
        if not self.contaminated:
            return np.broadcast_to(self.log_share, (len(contamination), self.parts))
        return np.stack([np.log1p(-contamination), np.log(contamination)], axis=1)

    @property
    def variance(self) -> float:
        """Variance in units of tau squared; for a contaminated normal, of its main part."""
        if self.name == "student-t":
            return self.degrees_of_freedom / (self.degrees_of_freedom - 2.0)
        return 1.0


def normal_effects() -> Effects:
    """Effects that are normal."""
    return Effects(name="normal", scale=np.ones(1), log_share=np.zeros(1))


def sized_effects() -> Effects:
    """Effects that are normal with an SD that goes with the units' size."""
    return Effects(name="normal-by-size", scale=np.ones(1), log_share=np.zeros(1))


def contaminated_effects(scale: float) -> Effects:
    """Effects of which an unknown share is `scale` times as wide."""
    return Effects(name="contaminated-normal", scale=np.array([1.0, scale]), log_share=np.zeros(2))


def student_effects(degrees_of_freedom: float) -> Effects:
    """Effects that are Student-t, summed by the trapezoid rule in log w.

    Examples
    --------
    >>> effects = student_effects(4.0)
    >>> x = np.array([0.0, 1.0, 4.0])
    >>> parts = np.exp(effects.log_share - 0.5 * (x[:, None] / effects.scale) ** 2)
    >>> density = (parts / (effects.scale * np.sqrt(2 * np.pi))).sum(axis=1)
    >>> from scipy.stats import t
    >>> bool(np.max(np.abs(density / t(4).pdf(x) - 1)) < 1e-4)
    True
    """
    half = 0.5 * degrees_of_freedom
    # Five steps to three SDs of log w, over all that weighs more than 2e-9 of the peak.
    step = 0.62 * np.sqrt(polygamma(1, half))
    log_w = np.arange(-20.0 / half - 1.0, np.log1p(20.0 / half) + 1.0, step)
    log_share = half * (log_w - np.exp(log_w))
    kept = log_share > log_share.max() - 20.0
    log_share = log_share[kept] - logsumexp(log_share[kept])
    return Effects(
        name="student-t",
        scale=np.exp(-0.5 * log_w[kept]),
        log_share=log_share,
        degrees_of_freedom=degrees_of_freedom,
    )
