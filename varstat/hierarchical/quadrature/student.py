"""A Student-t proposal, and resampling by importance."""

import numpy as np
from scipy.special import gammaln

from varstat.measure import Floats

# Tails heavy enough for a skewed posterior, and light enough to waste few draws.
_T_DEGREES = 8.0


def draw_student(rng: np.random.Generator, number: int, d: int) -> Floats:
    """Draw from a Student-t of d dimensions and unit scale: (number, d)."""
    mix = rng.chisquare(_T_DEGREES, size=(number, 1)) / _T_DEGREES
    return rng.standard_normal((number, d)) / np.sqrt(mix)


def log_student(z: Floats) -> Floats:
    """Log density of `draw_student` at points (points, d)."""
    d = z.shape[1]
    constant = gammaln(0.5 * (_T_DEGREES + d)) - gammaln(0.5 * _T_DEGREES)
    constant -= 0.5 * d * np.log(_T_DEGREES * np.pi)
    kernel = 0.5 * (_T_DEGREES + d) * np.log1p((z**2).sum(axis=1) / _T_DEGREES)
    return np.asarray(constant - kernel)


def resample(rng: np.random.Generator, weight: Floats, number: int) -> np.ndarray:
    """Resample with the least noise, then shuffle, so that neighbours are not alike."""
    at = (rng.random() + np.arange(number)) / number
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), at), len(weight) - 1)
    return rng.permutation(chosen)
