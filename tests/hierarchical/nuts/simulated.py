"""Designs of simulated units for the tests of NUTS."""

import numpy as np
import pandas as pd
from scipy.special import expit

from varstat.card import load_card
from varstat.card.load import override_card
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design

CARDS = {
    "binomial": "default-proportion",
    "beta-binomial": "default-proportion",
    "poisson": "default-ratio",
    "negative-binomial": "default-ratio",
    "normal": "default-mean",
}
PRIORS = {
    name: {"distribution": name, "because": "Tested.", **numbers}
    for name, numbers in {
        "half-normal": {"sd": 0.7},
        "half-cauchy": {"scale": 0.4},
        "exponential": {"rate": 1.3},
        "gamma-precision": {"shape": 1.5, "rate": 0.2},
    }.items()
}


def make_design(
    likelihood: str,
    *,
    units: int = 7,
    periods: int = 1,
    size: tuple[float, float] = (5, 3000),
    tau: float = 0.5,
    spread: float = 0.0,
    groups: int = 1,
    range_of: dict[int, tuple[int, int]] | None = None,
    model: dict | None = None,
    seed: int = 1,
) -> Design:
    """Simulate units of very different sizes, and build the design of a card's model for them.

    `range_of` says which rows' counts are known by a range around them only.
    """
    rng = np.random.default_rng(seed)
    rows = units * periods
    unit = np.repeat(np.arange(units), periods)
    base = np.exp(rng.uniform(*np.log(size), units))[unit]
    theta = (tau * rng.standard_normal(units))[unit] + spread * rng.standard_normal(rows)
    card = load_card(CARDS[likelihood])
    if card.measure.name == "proportion":
        base = np.round(base)
        event = rng.binomial(base.astype(int), expit(theta - 1.0)).astype(float)
    elif card.measure.name == "ratio":
        event = rng.poisson(base * np.exp(theta)).astype(float)
    else:
        base = 5.0 / np.sqrt(base)
        event = 20.0 + 3.0 * (theta + base * rng.standard_normal(rows))
    lower, upper = event.copy(), event.copy()
    for row, (below, above) in (range_of or {}).items():
        lower[row] = max(event[row] - below, 0)
        upper[row] = event[row] + above
        if card.measure.name == "proportion":
            upper[row] = min(upper[row], base[row])
    frame = pd.DataFrame(
        {
            "unit": [f"u{at:04}" for at in unit],
            "unit_name": None,
            "peer_group": [f"g{at % groups}" for at in unit] if groups > 1 else None,
            "period": [str(2020 + at) for at in range(periods)] * units if periods > 1 else None,
            card.measure.event: np.where(lower < upper, np.nan, event),
            card.measure.size: base,
            "event_lower": lower,
            "event_upper": upper,
        }
    )
    stated = {"likelihood": likelihood, **(model or {})}
    card = override_card(card, {"model": stated}, where="test")
    return build_design(frame, measure=card.measure, card=card, covariates=(), where="test")
