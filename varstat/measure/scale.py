"""Scales on which rates are compared: transforms, their inverses and their slopes."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MeasureName = str
Direction = Literal["higher-is-better", "lower-is-better", "neither"]
ScaleName = Literal["log", "sqrt", "arcsine", "logit", "identity"]


def to_scale(scale: ScaleName, rate: Floats) -> Floats:
    r"""Transform rates; an end of what a rate can be may go to infinity.

    ========  ===================  ==========================
    scale     g(r)                 g'(r)
    ========  ===================  ==========================
    log       ln r                 1 / r
    sqrt      sqrt r               1 / (2 sqrt r)
    arcsine   arcsin sqrt r        1 / (2 sqrt(r (1 - r)))
    logit     ln(r / (1 - r))      1 / (r (1 - r))
    identity  r                    1
    ========  ===================  ==========================

    Parameters
    ----------
    scale : {"log", "sqrt", "arcsine", "logit", "identity"}
    rate : ndarray of float

    Returns
    -------
    ndarray of float
        Of the same shape.

    Examples
    --------
    >>> float(to_scale("logit", np.array(0.5)))
    0.0
    """
    with np.errstate(divide="ignore"):
        match scale:
            case "log":
                return np.log(rate)
            case "sqrt":
                return np.sqrt(rate)
            case "arcsine":
                return np.arcsin(np.sqrt(rate))
            case "logit":
                return np.log(rate) - np.log(1.0 - rate)
            case "identity":
                return rate


def from_scale(scale: ScaleName, value: Floats) -> Floats:
    """Bring values back to rates, as `to_scale` has them.

    Parameters
    ----------
    scale : {"log", "sqrt", "arcsine", "logit", "identity"}
    value : ndarray of float

    Returns
    -------
    ndarray of float
        Of the same shape.

    Examples
    --------
    >>> float(from_scale("logit", np.array(0.0)))
    0.5
    """
    match scale:
        case "log":
            return np.exp(value)
        case "sqrt":
            return np.square(value)
        case "arcsine":
            return np.square(np.sin(value))
        case "logit":
            # SciPy is imported where it is needed: cards know measures, and need none of it.
            from scipy.special import expit

            return np.asarray(expit(value))
        case "identity":
            return value


def scale_slope(scale: ScaleName, rate: Floats) -> Floats:
    r"""Derivative of a scale's transform, :math:`g'(r)`.

    A small SD on the rate's own scale, :math:`\sigma`, is :math:`\tau = g'(r)\,\sigma` on the
    other. See `to_scale` for the formulas.

    Parameters
    ----------
    scale : {"log", "sqrt", "arcsine", "logit", "identity"}
    rate : ndarray of float

    Returns
    -------
    ndarray of float
        Of the same shape.

    Examples
    --------
    >>> float(scale_slope("logit", np.array(0.5)))
    4.0
    """
    with np.errstate(divide="ignore"):
        match scale:
            case "log":
                return 1.0 / rate
            case "sqrt":
                return 0.5 / np.sqrt(rate)
            case "arcsine":
                return 0.5 / np.sqrt(rate * (1.0 - rate))
            case "logit":
                return 1.0 / (rate * (1.0 - rate))
            case "identity":
                return np.ones_like(rate)
