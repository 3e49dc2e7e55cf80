r"""How much more units vary than chance alone would have them.

Two ways to say it. *Multiplicative*: the variance of a unit's rate is :math:`\phi s_i^2`.
*Additive*: it is :math:`s_i^2 + \sigma^2`, where units' underlying rates have variance
:math:`\sigma^2`; stated on a link scale as :math:`\tau = g'(\bar r)\,\sigma`. Here
:math:`s_i^2` is the variance by chance at the units' pooled rate :math:`\bar r`, so that a target
far from the units is not mistaken for dispersion.

Everything is computed for many groups of units at once.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from varstat.card.schema import Robust
from varstat.measure import Floats

Estimator = Literal["dl", "pm", "reml"]
Groups = NDArray[np.intp]

# The share of units at each end that a robust estimator trims or winsorises.
SHARE = 0.1
_TOLERANCE = 1e-12
_MOST_STEPS = 200
_NEWTON_STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """Dispersion of each group.

    Attributes
    ----------
    phi : ndarray of float, shape (groups,)
        Sum of squared distances from the group's centre in standard errors of chance, after the
        cut, over its expectation; 1 when all is chance. NaN for fewer than two units, or where
        chance has no variance.
    between, between_lower, between_upper : ndarray of float, shape (groups,)
        Variance of the underlying rates and its interval, in squared units of the rate.
    offset, offset_error : ndarray of float, shape (groups,)
        How far the units' own centre, after the cut, lies from the origin, and its standard
        error.
    """

    phi: Floats
    between: Floats
    between_lower: Floats
    between_upper: Floats
    offset: Floats
    offset_error: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """How the extreme units are kept from speaking loudest; one element a group.

    Attributes
    ----------
    kind : {"none", "trim", "winsorise"}
    out : ndarray of float, shape (groups,)
        How many units are cut at each end.
    factor : ndarray of float, shape (groups,)
        Mean of the squared standard normals after the cut; dividing by it makes an estimate
        consistent when the units that aren't extreme are normal.
    noise : ndarray of float, shape (groups,)
        Variance of one unit's contribution to the estimate, relative to its mean; 2 without
        a cut.
    """

    kind: Robust
    out: Floats
    factor: Floats
    noise: Floats


def cut(kind: Robust, units: Floats) -> Cut:
    r"""Cut the g = floor(0.1 I) units furthest out at each end, and state what that costs.

    Trimming drops them; winsorising gives them the value of the next one in. With
    :math:`z_{(i)}` the order statistics of I standard normals, the consistency factors are

    .. math::

       c_{win} = 1 - \frac2I \sum_{i \le g} E z_{(i)}^2 + \frac{2g}{I} E z_{(g+1)}^2, \qquad
       c_{trim} = \frac{I - 2 \sum_{i \le g} E z_{(i)}^2}{I - 2g},

    which tend to 0.679 and 0.438. The variance is that of the influence function, which
    counts that the place of the cut is itself estimated.

    Parameters
    ----------
    kind : {"none", "trim", "winsorise"}
    units : ndarray of float, shape (groups,)

    Returns
    -------
    Cut

    References
    ----------
    .. [1] Huber & Ronchetti (2009). Robust Statistics, 2nd ed., section 3.3.
       doi:10.1002/9780470434697

    Examples
    --------
    >>> many = np.array([1e9])
    >>> cut("winsorise", many).factor.round(3), cut("trim", many).factor.round(3)
    (array([0.679]), array([0.438]))
    """
    out = np.zeros_like(units) if kind == "none" else np.floor(SHARE * units)
    one, two = np.ones_like(units), np.full_like(units, 2.0)
    factor, noise = one, two
    # A cut of a thousand in ten thousand knows its place: its share serves as the limit's.
    rows = np.flatnonzero(out > 0)
    for units_here in np.unique(np.minimum(units[rows], 1e4)):
        here = rows[np.minimum(units[rows], 1e4) == units_here]
        factor[here], noise[here] = _cut_moments(kind, np.floor(SHARE * units_here), units_here)
    return Cut(kind=kind, out=out, factor=factor, noise=noise)


def _cut_moments(kind: Robust, out: float, units: float) -> tuple[float, float]:
    """Consistency factor and noise of a cut of `out` from each end of `units` normals."""
    z = np.linspace(-9.0, 9.0, 721)
    mass = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) * (z[1] - z[0])
    u = special.ndtr(z)
    beyond = float(np.sum(z * z * mass * special.betaincc(out, units - out, u)))
    log_edge = special.xlogy(out, u) + special.xlog1py(units - out - 1.0, -u)
    edge = np.sum(z * z * mass * np.exp(log_edge - special.betaln(out + 1.0, units - out)))
    share = out / units
    inside = 1.0 - 2.0 * share
    q = float(special.ndtri(1.0 - share))
    height = float(np.exp(-0.5 * q * q) / np.sqrt(2.0 * np.pi))
    second = inside - 2.0 * q * height
    fourth = 3.0 * inside - 2.0 * q * height * (q * q + 3.0)
    if kind == "trim":
        outer, scale = q**2, second
        factor = (1.0 - 2.0 * beyond) / inside
    else:
        outer, scale = q**2 + 2.0 * q * share / height, second + 2.0 * share * q**2
        factor = 1.0 - 2.0 * beyond + 2.0 * share * float(edge)
    mean, square = second + 2.0 * share * outer, fourth + 2.0 * share * outer**2
    return factor, (square - mean**2) / scale**2


def estimate_spread(
    rate: Floats,
    chance: Floats,
    target: Floats,
    group: Groups,
    *,
    estimator: Estimator,
    robust: Robust,
    shown: Floats | None = None,
    hidden: Floats | None = None,
    cuttable: NDArray[np.bool_] | None = None,
    level: float = 0.95,
) -> Spread:
    r"""Estimate the dispersion of each group about its own centre.

    With :math:`w_i = 1/(s_i^2 + f_i\sigma^2)`, where :math:`f_i` is the share of the between-unit
    variance that a rate shows (`Measure.shown`), standardised distances
    :math:`z_i = \sqrt{w_i}\,(r_i - \hat\mu)` and the weighted mean :math:`\hat\mu`, every
    estimator makes a weighted sum of squares as large as it is expected to be,

    .. math:: \frac1c \sum_i h_i z_i^2 = \sum_i h_i \left(1 - \frac{w_i}{\sum_j w_j}\right),

    with :math:`h_i = 1` for Paule-Mandel and :math:`h_i = f_i w_i` for REML; DerSimonian-Laird
    takes :math:`h_i = 1` and the weights of :math:`\sigma^2 = 0`, and solves in one step. A
    robust estimator trims or winsorises a tenth of the z at each end and divides by the
    consistency factor c (see `cut`): at the true :math:`\sigma^2` all z are standard normal
    whatever the units' sizes, so that Paule-Mandel and REML with a cut stay consistent where
    DerSimonian-Laird does not. An estimate below zero is zero.

    The interval is by the Q-profile: all :math:`\sigma^2` for which the sum of squares found, as
    a share of that expected, lies between the quantiles of :math:`\chi^2_\nu / \nu`. For
    Paule-Mandel :math:`\nu = I - 1` and the interval is exact for normal rates; with the weights
    of REML :math:`\nu = (\sum h_i)^2 / \sum h_i^2 - 1`, and with a cut fewer still, to match the
    variance. DerSimonian-Laird has that of Paule-Mandel.

    Parameters
    ----------
    rate : ndarray of float, shape (units,)
        NaN where withheld: such a unit tells nothing here.
    chance : ndarray of float, shape (units,)
        Variance of each rate by chance, at the pooled rate.
    target : ndarray of float, shape (units,)
        Origin from which distances are taken before the centre is found.
    group : ndarray of int, shape (units,)
        From 0 to groups - 1.
    estimator : {"dl", "pm", "reml"}
    robust : {"none", "trim", "winsorise"}
    shown : ndarray of float, shape (units,), optional
        The :math:`f_i`; by default 1. A unit that shows none takes no part.
    hidden : ndarray of float, shape (units,), optional
        Variance of each rate within the range in which it is known to lie, by default 0: it is
        added to the square of the distance, whose expectation that makes.
    cuttable : ndarray of bool, shape (groups,), optional
        Groups to which `robust` applies; by default all. Where rates are far from normal the
        consistency factors aren't theirs.
    level : float
        Of the interval.

    Returns
    -------
    Spread

    References
    ----------
    .. [1] Paule & Mandel (1982). Consensus values and weighting factors. J Res Natl Bur Stand
       87(5), 377-385. doi:10.6028/jres.087.022
    .. [2] DerSimonian & Kacker (2007). Random-effects model for meta-analysis of clinical
       trials: an update. Contemp Clin Trials 28(2), 105-114. doi:10.1016/j.cct.2006.04.004
    .. [3] Harville (1977). Maximum likelihood approaches to variance component estimation and to
       related problems. JASA 72(358), 320-338. doi:10.1080/01621459.1977.10480998
    .. [4] Viechtbauer (2007). Confidence intervals for the amount of heterogeneity in
       meta-analysis. Stat Med 26(1), 37-52. doi:10.1002/sim.2514

    Examples
    --------
    Two units at -1 and 1 whose chance variance is 1/2: the variance of their rates is 2.

    >>> rate, half, zero = np.array([-1.0, 1.0]), np.full(2, 0.5), np.zeros(2)
    >>> spread = estimate_spread(rate, half, zero, np.zeros(2, dtype=int),
    ...                          estimator="reml", robust="none")
    >>> spread.between.round(6)
    array([1.5])
    """
    groups = int(group.max(initial=-1)) + 1
    shown = np.ones_like(rate) if shown is None else shown
    known = np.isfinite(rate) & (chance > 0) & (shown > 0)
    cuttable = np.ones(groups, dtype=np.bool_) if cuttable is None else cuttable
    sums = _Sums(
        rate[known] - target[known],
        chance[known],
        shown[known],
        np.zeros(int(known.sum())) if hidden is None else hidden[known],
        group[known],
        cuttable=cuttable,
        robust=robust,
    )
    nothing, one = np.zeros(groups), np.ones(groups)
    phi, _ = sums.ratio(nothing, estimator="pm")
    usable = (sums.units > 1) & np.isfinite(phi)
    one_step = estimator == "dl"
    between = sums.one_step() if one_step else _solve(sums, estimator, one, nothing)
    offset, offset_error = sums.centre(between)
    weighing: Estimator = "reml" if estimator == "reml" else "pm"
    degrees = sums.degrees(between, estimator=weighing)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = (special.chdtri(degrees, (1.0 + x * level) / 2.0) / degrees for x in (1, -1))
    return Spread(
        phi=np.where(usable, phi, np.nan),
        between=np.where(usable, np.maximum(between, 0.0), np.nan),
        between_lower=np.where(usable, _solve(sums, weighing, high, between), np.nan),
        between_upper=np.where(usable, _solve(sums, weighing, low, between), np.nan),
        offset=np.where(usable, offset, np.nan),
        offset_error=np.where(usable, offset_error, np.nan),
    )


class _Sums:
    """Sums of squares over groups as functions of the between-unit variance."""

    def __init__(
        self,
        distance: Floats,
        chance: Floats,
        shown: Floats,
        hidden: Floats,
        group: Groups,
        *,
        cuttable: NDArray[np.bool_],
        robust: Robust,
    ) -> None:
        groups = cuttable.size
        order = np.argsort(group, kind="stable")
        self.distance, self.chance, self.group = distance[order], chance[order], group[order]
        self.shown, self.hidden = shown[order], hidden[order]
        self.groups = groups
        self.units = np.bincount(group, minlength=groups).astype(float)
        self.cut = cut(robust, np.where(cuttable, self.units, 0.0))
        # Where each group's lowest and highest uncut unit stand once units are in order.
        first = np.cumsum(self.units) - self.units
        self.lowest = (first + self.cut.out).astype(np.intp)
        self.highest = (first + self.units - self.cut.out - 1.0).astype(np.intp)

    def total(self, x: Floats) -> Floats:
        """Sum over each group."""
        return np.bincount(self.group, weights=x, minlength=self.groups).astype(float)

    def pieces(self, between: Floats) -> tuple[Floats, Floats, Floats]:
        """Weights, squared standardised distances after the cut, and who was kept."""
        weight = 1.0 / (self.chance + self.shown * between[self.group])
        root = np.sqrt(weight)
        z, kept = self._cut(self.distance * root)
        with np.errstate(invalid="ignore", divide="ignore"):
            centre = self.total(z * root * kept) / self.total(weight * kept)
        square = np.square(z - centre[self.group] * root) / self.cut.factor[self.group]
        square = square + self.hidden * weight
        return weight, square, kept

    def ratio(self, between: Floats, *, estimator: Estimator) -> tuple[Floats, Floats]:
        """Sum of squares found as a share of that expected, and minus its logarithmic slope."""
        weight, square, kept = self.pieces(between)
        h = kept * self.shown * weight if estimator == "reml" else kept
        spare = 1.0 - weight / self.total(weight)[self.group]
        found = self.total(h * square)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = self.total(h * square * self.shown * weight) / found
            return found / self.total(h * spare), slope

    def centre(self, between: Floats) -> tuple[Floats, Floats]:
        """Weighted mean distance after the cut, and its standard error."""
        between = np.where(np.isfinite(between), np.maximum(between, 0.0), 0.0)
        weight = 1.0 / (self.chance + self.shown * between[self.group])
        z, kept = self._cut(self.distance * np.sqrt(weight))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.total(z * np.sqrt(weight) * kept) / self.total(weight * kept)
            return mean, 1.0 / np.sqrt(self.total(weight * kept))

    def degrees(self, between: Floats, *, estimator: Estimator) -> Floats:
        """Degrees of freedom of the chi-square that is as noisy as the sum of squares."""
        between = np.where(np.isfinite(between), np.maximum(between, 0.0), 0.0)
        h = self.shown / (self.chance + self.shown * between[self.group])
        if estimator != "reml":
            h = np.ones_like(h)
        with np.errstate(invalid="ignore", divide="ignore"):
            number = np.square(self.total(h)) / self.total(np.square(h))
        return 2.0 * (number - 1.0) / self.cut.noise

    def one_step(self) -> Floats:
        """DerSimonian-Laird."""
        weight, square, kept = self.pieces(np.zeros(self.groups))
        spare = 1.0 - weight / self.total(weight)[self.group]
        with np.errstate(invalid="ignore", divide="ignore"):
            excess = self.total(kept * square) - self.total(kept * spare)
            return excess / self.total(kept * self.shown * weight * spare)

    def _cut(self, z: Floats) -> tuple[Floats, Floats]:
        """The z after the cut, and 1 for those kept."""
        if self.cut.kind == "none" or z.size == 0:
            return z, np.ones_like(z)
        low, high = (end[self.group] for end in self._ends(z))
        if self.cut.kind == "trim":
            return z, ((z >= low) & (z <= high)).astype(float)
        return np.clip(z, low, high), np.ones_like(z)

    def _ends(self, z: Floats) -> tuple[Floats, Floats]:
        """The lowest and the highest z of each group that isn't cut."""
        if self.groups == 1:
            # A partition does for one group, and costs a fifth of an order.
            places = np.concatenate([self.lowest, self.highest])
            low, high = np.partition(z, places)[places]
            return np.array([low]), np.array([high])
        order = np.lexsort((z, self.group))
        last = z.size - 1
        return z[order[np.minimum(self.lowest, last)]], z[order[np.minimum(self.highest, last)]]


def _solve(sums: _Sums, estimator: Estimator, goal: Floats, start: Floats) -> Floats:
    """Find for each group the variance, zero or more, at which its ratio falls to `goal`.

    The reciprocal of a ratio of sums of squares is nearly straight in the variance, so that
    Newton's step on it lands close from far away. What is known to lie on either side brackets
    it: a trimmed sum jumps where units change places, and then halving finds the jump.
    """
    between = np.where(np.isfinite(start), np.maximum(start, 0.0), 0.0)
    low, high = np.zeros_like(between), np.full_like(between, np.inf)
    for step in range(_MOST_STEPS):
        ratio, slope = sums.ratio(between, estimator=estimator)
        low = np.where(ratio > goal, np.maximum(low, between), low)
        high = np.where(ratio <= goal, np.minimum(high, between), high)
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = between + (ratio / goal - 1.0) / slope
            halved = 0.5 * (low + high)
        stuck = (moved <= low) | (moved >= high) | (step > _NEWTON_STEPS)
        moved = np.where(stuck & np.isfinite(halved), halved, np.maximum(moved, 0.0))
        moved = np.where(np.isfinite(moved) & (high > 0), moved, np.minimum(between, high))
        settled = np.abs(moved - between) <= _TOLERANCE * (moved + between)
        between = moved
        if np.all(settled):
            break
    return between
