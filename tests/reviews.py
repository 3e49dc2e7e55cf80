"""Reviews that tests start from: one group of units, made of arrays or of a reference's file."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data import read_table
from varstat.review.reviewed import Reviewed, make_reviewed

Floats = NDArray[np.float64]


def review_of(
    frame: pd.DataFrame,
    *,
    draws: int = 1000,
    direction: str = "higher-is-better",
    seed: int = 1,
    **reading: Any,
) -> Reviewed:
    """Start a review of a frame in canonical columns."""
    table = read_table(frame, direction=direction, **reading)
    return make_reviewed(table, by={}, target=None, level=0.9, draws=draws, seed=seed)


def review_reference(shared: Path, name: str, *, draws: int = 1000) -> Reviewed:
    """Start a review of a file of references, by name."""
    frame = pd.read_csv(shared / "reference" / f"{name}.csv")[["unit", "y", "n"]]
    return review_of(frame, draws=draws, unit="unit", numerator="y", denominator="n")


def proportions(
    units: int,
    *,
    tau: float,
    smallest: int = 50,
    largest: int = 1000,
    seed: int = 1,
    slope: float = 0.0,
) -> pd.DataFrame:
    """Draw units whose logits are normal about -1, rising with log size where there is a slope."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(np.log(smallest), np.log(largest), units)).astype(int)
    away = np.log(size) - np.log(size).mean()
    theta = -1.0 + slope * away + tau * rng.standard_normal(units)
    event = rng.binomial(size, 1.0 / (1.0 + np.exp(-theta)))
    return pd.DataFrame(
        {
            "unit": [f"u{i:03d}" for i in range(units)],
            "numerator": event,
            "denominator": size,
        }
    )


def panel(
    units: int, periods: int, *, tau: float, passing: float = 0.0, size: int = 400, seed: int = 1
) -> pd.DataFrame:
    """Draw units of several years, with what lasts and what passes from year to year."""
    rng = np.random.default_rng(seed)
    lasting = -1.0 + tau * rng.standard_normal(units)
    rows = []
    for year in range(periods):
        theta = lasting + passing * rng.standard_normal(units)
        event = rng.binomial(size, 1.0 / (1.0 + np.exp(-theta)))
        rows += [(f"u{i:03d}", str(2015 + year), int(y), size) for i, y in enumerate(event)]
    return pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator"])
