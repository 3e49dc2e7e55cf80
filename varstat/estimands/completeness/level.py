"""The level of a unit's volume: a random walk and noise, and how much of each."""

from dataclasses import dataclass

import numpy as np

from varstat.measure import Floats

# Prior variance of a log volume in the first period: as good as unknown.
START = 4.0
_LEAST_STEP, _LEAST_NOISE = 1e-5, 1e-4
_TO_SD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scales:
    """How volumes vary when nothing happens.

    Attributes
    ----------
    step, noise : ndarray of float, shape (units,)
        Variances on the log scale: of the level's step from one period to the next, and of what
        passes.
    """

    step: Floats
    noise: Floats


def estimate_scales(values: Floats) -> Scales:
    r"""Estimate the scales of each unit robustly, and shrink them half-way to the median unit.

    With :math:`v_k` the squared median absolute deviation of the differences over k periods,

    .. math:: \sigma_l^2 = (v_4 - v_1) / 3, \qquad \sigma_e^2 = (v_1 - \sigma_l^2) / 2 .

    They are right for finding what is unusual, and too small for predicting: see `posterior`.

    Parameters
    ----------
    values : ndarray of float, shape (units, periods)
        Relative log volumes, NaN where unknown.

    Returns
    -------
    Scales
    """
    near, far = _spread(values, 1), _spread(values, 4)
    step = np.maximum((far - near) / 3, _LEAST_STEP)
    noise = np.maximum((near - step) / 2, _LEAST_NOISE)
    return Scales(step=_shrink(step), noise=_shrink(noise))


def precision(values: Floats, scales: Scales) -> Floats:
    """Invert the covariance of each unit's known log volumes.

    Parameters
    ----------
    values : ndarray of float, shape (units, periods)
        NaN where unknown.
    scales : Scales
        Of the same units.

    Returns
    -------
    ndarray of float, shape (units, periods, periods)
        Zero in the rows and columns of unknown periods.
    """
    known = np.isfinite(values)
    both = known[:, :, None] & known[:, None, :]
    eye = np.eye(values.shape[1])
    found: Floats = np.where(both, np.linalg.inv(np.where(both, covariance(scales, eye), eye)), 0.0)
    return found


def covariance(scales: Scales, eye: Floats) -> Floats:
    """The covariance of log volumes, of shape (units, periods, periods)."""
    time = np.arange(len(eye))
    walked = np.minimum(time[:, None], time)
    step, noise = scales.step[:, None, None], scales.noise[:, None, None]
    found: Floats = walked * step + START + eye * noise
    return found


def _spread(values: Floats, lag: int) -> Floats:
    """Squared robust SD of differences; that of the median unit where there are too few."""
    found = np.full(len(values), np.nan)
    changes = values[:, lag:] - values[:, :-lag]
    for at in np.flatnonzero(np.isfinite(changes).sum(axis=1) > 2):
        some = changes[at][np.isfinite(changes[at])]
        found[at] = (_TO_SD * np.median(np.abs(some - np.median(some)))) ** 2
    typical = np.nanmedian(found) if np.isfinite(found).any() else _LEAST_NOISE
    return np.where(np.isfinite(found), found, typical)


def _shrink(variance: Floats) -> Floats:
    found: Floats = np.sqrt(variance * np.median(variance))
    return found
