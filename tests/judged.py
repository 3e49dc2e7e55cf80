"""Simulated nations of units for verdicts, of which the truth is known."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from varstat.data import read_table
from varstat.review.reviewed import Reviewed, make_reviewed


def simulate(theta: NDArray[np.float64], size: NDArray[np.int64], seed: int) -> pd.DataFrame:
    """Draw what units report whose log odds are known."""
    rng = np.random.default_rng([15, seed])
    return pd.DataFrame(
        {
            "unit": [f"u{i:03}" for i in range(len(theta))],
            "numerator": rng.binomial(size, expit(theta)),
            "denominator": size,
        }
    )


def review(
    frame: pd.DataFrame, *, direction: str = "lower-is-better", level: float = 0.9, draws: int = 400
) -> Reviewed:
    """Fit a nation."""
    table = read_table(frame, direction=direction)
    return make_reviewed(table, by={}, target=None, level=level, draws=draws, seed=1)
