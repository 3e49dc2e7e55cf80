"""60 hospitals in four periods with gaps, simulated from persistent and transient effects."""

import numpy as np
from scipy.special import expit


def simulate_four_periods(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Simulate events and cases: (60 hospitals, 4 periods), NaN where there is no row."""
    rng = np.random.default_rng(seed)
    size = np.round(np.exp(rng.normal(5.7, 1.0, (60, 1)))) + 1.0
    size = np.repeat(size, 4, axis=1)
    theta = -3.2 + 0.25 * rng.standard_normal((60, 1)) - 0.15 * np.arange(4.0)
    theta = theta + 0.25 * rng.standard_normal((60, 4))
    event = rng.binomial(size.astype(int), expit(theta)).astype(float)
    gone = rng.random((60, 4)) < 0.3
    gone[gone.all(axis=1), 0] = False
    event[gone] = np.nan
    return event, np.where(gone, np.nan, size)
