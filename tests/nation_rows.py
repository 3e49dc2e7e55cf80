"""Rows of small nations, and reviews of them."""

from typing import Any

import numpy as np
import pandas as pd

from varstat.data import read_table
from varstat.review.reviewed import Reviewed, make_reviewed


def nation(
    *, units: int = 12, periods: int = 1, seed: int = 1, columns: dict[str, Any] | None = None
) -> pd.DataFrame:
    """Make rows in an order that isn't that of the units' codes."""
    rng = np.random.default_rng(seed)
    unit = rng.permutation(np.repeat(np.arange(units), periods))
    order = pd.Series(unit).groupby(unit).cumcount().to_numpy()
    size = rng.integers(40, 400, unit.size)
    rate = 1 / (1 + np.exp(1.0 - 0.5 * np.sin(unit)))
    frame = {
        "unit": [f"u{u:02d}" for u in unit],
        "numerator": rng.binomial(size, rate),
        "denominator": size,
    }
    if periods > 1:
        frame["period"] = [f"{2020 + t}" for t in order]
    return pd.DataFrame(frame | (columns or {}))


def review_of(frame: pd.DataFrame, *, draws: int = 200, **options: Any) -> Reviewed:
    table = read_table(frame, **options)
    return make_reviewed(table, by={}, target=None, level=0.9, draws=draws, seed=1)
