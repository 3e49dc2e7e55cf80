"""The growth of counts from one delay to the next, of units that are partly alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from varstat.data.volumes.delay import Whole
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

# Ratios and units below which noise isn't split in two parts.
_FEW = 8
# Variances this small, relative to the largest, are taken for none.
_NONE = 1e-7
_TINY = 1e-14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ratios:
    """By how much single counts grew from one delay to the next.

    Attributes
    ----------
    unit, step : ndarray of int, shape (ratios,)
        Whose count, and which step.
    before, after : ndarray of float, shape (ratios,)
        The count at the two delays; the first above zero.
    """

    unit: Whole
    step: Whole
    before: Floats
    after: Floats

    def at(self, step: int) -> "Ratios":
        """Keep the ratios of one step."""
        return self.take(self.step == step)

    def take(self, kept: NDArray[np.bool_]) -> "Ratios":
        """Keep some of them."""
        return Ratios(
            unit=self.unit[kept],
            step=self.step[kept],
            before=self.before[kept],
            after=self.after[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Growth:
    r"""How counts grow at each step, nationally and of each unit.

    Attributes
    ----------
    factor, variance : ndarray of float, shape (steps,)
        The national factor :math:`f_d`, and the variance of its estimate.
    between : ndarray of float, shape (steps,)
        Variance of units' own factors.
    size_noise, noise : ndarray of float, shape (steps,)
        Of a ratio, the variance that falls with the count, times the count; and that which
        doesn't.
    own : ndarray of float, shape (units, steps)
        Each unit's factor, drawn to the national one.
    drawn : ndarray of float, shape (units, steps)
        How far it is: 1 of a unit without ratios of its own.
    ratios : ndarray of int, shape (steps,)
        How many there were to go by.
    """

    factor: Floats
    variance: Floats
    between: Floats
    size_noise: Floats
    noise: Floats
    own: Floats
    drawn: Floats
    ratios: Whole

    def __post_init__(self) -> None:
        lock_arrays(self)


def fit_growth(ratios: Ratios, *, units: int, steps: int) -> Growth:
    r"""Fit the growth of counts at each step by restricted maximum likelihood.

    With :math:`r = R_{t,d+1} / R_{td}` of unit :math:`i`,

    .. math:: r \sim \big(f_d e^{u_{id}},\ \phi_d / R_{td} + \psi_d\big), \qquad
              f_d e^{u_{id}} \sim (f_d, \tau_d^2),

    in mean and variance. With :math:`w = 1/(\phi_d/R + \psi_d)` and :math:`W_i` its sum over the
    ratios of a unit, whose weighted mean is :math:`\bar r_i`, the unit's factor is

    .. math:: \hat\mu_i = \alpha_i \bar r_i + (1 - \alpha_i) \hat f_d, \qquad
              \alpha_i = \frac{\tau_d^2 W_i}{1 + \tau_d^2 W_i}, \qquad
              \hat f_d = \frac{\sum_i \alpha_i \bar r_i}{\sum_i \alpha_i} .

    Of one unit this is the chain ladder with Mack's variance. Where no unit has two ratios at a
    step, units can't be told from noise, and all is noise. A step with one ratio takes its noise
    from the others.

    Parameters
    ----------
    ratios : Ratios
        At least one of each step.
    units, steps : int

    Returns
    -------
    Growth

    References
    ----------
    Gisler & Wüthrich (2008). Credibility for the chain ladder reserving method. ASTIN Bulletin
    38(2), 565-600. doi:10.2143/AST.38.2.2033354

    Mack (1993). Distribution-free calculation of the standard error of chain ladder reserve
    estimates. ASTIN Bulletin 23(2), 213-225. doi:10.2143/AST.23.2.2005092
    """
    each = [ratios.at(step) for step in range(steps)]
    scales = np.array([_estimate_scales(some) for some in each]).reshape(steps, 3)
    scales = _fill_in(scales)
    found = [
        _estimate_factors(some, scale, units=units)
        for some, scale in zip(each, scales, strict=True)
    ]
    return Growth(
        factor=np.array([factor for factor, *_ in found]),
        variance=np.array([variance for _, variance, *_ in found]),
        between=scales[:, 2],
        size_noise=scales[:, 0],
        noise=scales[:, 1],
        own=np.array([own for *_, own, _ in found]).reshape(steps, units).T,
        drawn=np.array([drawn for *_, drawn in found]).reshape(steps, units).T,
        ratios=np.array([len(some.unit) for some in each], dtype=np.int64),
    )


def extrapolate(sigma: Floats) -> Floats:
    """Fill in scales that have no ratios to go by, on a line through the logs of the others.

    Of one other they are the same.

    Parameters
    ----------
    sigma : ndarray of float, shape (steps,)
        NaN where there are none.

    Returns
    -------
    ndarray of float, shape (steps,)
        Zero where there are no others above zero.
    """
    good = np.isfinite(sigma) & (sigma > 0)
    found = np.where(np.isfinite(sigma), sigma, 0.0)
    if good.sum() > 1:
        at = np.arange(len(sigma))
        slope, start = np.polyfit(at[good], np.log(sigma[good]), 1)
        found = np.where(np.isfinite(sigma), found, np.exp(start + slope * at))
    elif good.any():
        found = np.where(np.isfinite(sigma), found, sigma[good][0])
    return found


def _estimate_scales(some: Ratios) -> Floats:
    """Estimate the variances of one step: by size, not by size, between units; NaN of one ratio."""
    many = len(some.unit)
    if many < 2:
        return np.full(3, np.nan)
    ratio = some.after / some.before
    typical = some.after.sum() / some.before.sum()
    by_size = float(np.sum(some.before * (ratio - typical) ** 2) / (many - 1))
    if by_size < _TINY * some.before.mean():
        return np.zeros(3)
    most = int(np.bincount(some.unit).max())
    several = len(np.unique(some.unit)) > 1
    parts = np.array([True, several and many >= _FEW, several and most > 1])
    if not parts[1:].any():
        return np.array([by_size, 0.0, 0.0])
    return _maximise(some, ratio, by_size, parts)


def _maximise(some: Ratios, ratio: Floats, by_size: float, parts: NDArray[np.bool_]) -> Floats:
    """Maximise the restricted likelihood over the variances that can be told."""
    typical_size = float(np.exp(np.mean(np.log(some.before))))
    scale = np.array([by_size, by_size / typical_size, by_size / typical_size])
    unit = np.unique(some.unit, return_inverse=True)[1]

    def loss(logs: Floats) -> float:
        variances = np.zeros(3)
        variances[parts] = scale[parts] * np.exp(logs)
        return _restricted(some.before, ratio, unit, variances)

    start = np.full(int(parts.sum()), -np.log(parts.sum()))
    best = minimize(
        loss, start, method="L-BFGS-B", bounds=[(-20.0, 6.0)] * len(start), options={"maxiter": 60}
    )
    found = np.zeros(3)
    found[parts] = scale[parts] * np.exp(best.x)
    found[found < _NONE * scale] = 0.0
    return found


def _restricted(before: Floats, ratio: Floats, unit: Whole, variances: Floats) -> float:
    """Minus twice the restricted log likelihood of one step, but for a constant."""
    by_size, plain, between = variances
    weight = 1 / (by_size / before + plain)
    total = np.bincount(unit, weights=weight)
    mean = np.bincount(unit, weights=weight * ratio) / total
    credible = total / (1 + between * total)
    factor = np.sum(credible * mean) / np.sum(credible)
    return float(
        -np.sum(np.log(weight))
        + np.sum(np.log1p(between * total))
        + np.sum(weight * (ratio - mean[unit]) ** 2)
        + np.sum(credible * (mean - factor) ** 2)
        + np.log(np.sum(credible))
    )


def _fill_in(scales: Floats) -> Floats:
    """Give steps with one ratio the noise of the others."""
    filled = scales.copy()
    filled[:, 0] = extrapolate(np.sqrt(scales[:, 0])) ** 2
    for step in np.flatnonzero(np.isnan(scales[:, 1])):
        filled[step, 1:] = filled[step - 1, 1:] if step else 0.0
    return filled


def _estimate_factors(
    some: Ratios, scale: Floats, *, units: int
) -> tuple[float, float, Floats, Floats]:
    """Estimate one step's national factor, its variance, units' factors and how drawn they are."""
    by_size, plain, between = scale
    ratio = some.after / some.before
    variance = by_size / some.before + plain
    # Where nothing varies sizes alone weigh.
    weight = 1 / variance if np.all(variance > 0) else some.before / _TINY
    total = np.bincount(some.unit, weights=weight, minlength=units)
    mean = np.bincount(some.unit, weights=weight * ratio, minlength=units)
    mean = np.divide(mean, total, out=np.zeros(units), where=total > 0)
    credible = total / (1 + between * total)
    factor = float(np.sum(credible * mean) / np.sum(credible))
    share = between * credible
    own = share * mean + (1 - share) * factor
    known = bool(np.all(variance > 0))
    return factor, float(1 / np.sum(credible)) if known else 0.0, own, 1 - share
