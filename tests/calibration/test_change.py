"""How often what is said of a change holds the truth, over nations that drift, return or stay."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit
from uniformity import off_target

from varstat.data.read import read_table
from varstat.estimands.change.compute import compute_change

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNITS, PERIODS, NATIONS = 60, 8, 24
LEVEL, BAND = 0.9, (0.86, 0.94)
QUARTERS = [f"{year}-{year % 100 + 1} Q{q}" for year in (2012, 2013) for q in (1, 2, 3, 4)]
CHANGING = ("walk and breaks", "mean-reverting")
STILL = "white noise"
# Of some 20 p-values: fewer than one false alarm in 500 runs of all.
FALSE_ALARM = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one nation's intervals held.

    Attributes
    ----------
    lasting, rank : float
        Share of units whose interval holds the truth.
    total : bool
        Whether that of the change of total does.
    z : float
        How far that change lies from its estimate, in SDs.
    p, improved : ndarray, shape (units,)
        The probability of each unit's improvement, and whether it did.
    listed : bool
        Whether anyone is on the list of the improved.
    """

    lasting: float
    rank: float
    total: bool
    z: float
    p: Floats
    improved: Bools
    listed: bool


def levels(truth: str, rng: np.random.Generator) -> Floats:
    """Lasting levels (units, periods)."""
    start = 0.5 * rng.standard_normal((UNITS, 1))
    match truth:
        case "walk and breaks":
            steps = 0.05 * rng.standard_normal((UNITS, PERIODS - 1))
            at = np.where(rng.random(UNITS) < 0.2, rng.integers(1, PERIODS, UNITS), PERIODS)
            jump = 0.25 * rng.standard_normal((UNITS, 1)) * (np.arange(PERIODS) >= at[:, None])
            return start + np.cumsum(np.c_[np.zeros(UNITS), steps], axis=1) + jump
        case "mean-reverting":
            away = 0.12 * rng.standard_normal((UNITS, PERIODS))
            for t in range(1, PERIODS):
                away[:, t] = 0.9 * away[:, t - 1] + np.sqrt(1 - 0.9**2) * away[:, t]
            return start + away
    return np.repeat(start, PERIODS, axis=1)


def total(rate: Floats, size: Floats) -> float:
    """Events short of the best quarter."""
    return float(np.maximum(np.quantile(rate, 0.75) - rate, 0.0) @ size)


def rank_of(level: Floats) -> Floats:
    """Rank 1 is the highest."""
    return stats.rankdata(-level)


def simulate(truth: str, seed: int) -> Held:
    """Draw a nation, of trusts or of practices, and hold its first and last quarter together."""
    rng = np.random.default_rng([31, seed])
    typical, spread = ((7.0, 1.0), (5.0, 0.8))[seed % 2]
    size = 30 + np.exp(rng.normal(typical, spread, UNITS)).astype(int)
    level = levels(truth, rng)
    passing = (0.06 if truth == STILL else 0.03) * rng.standard_normal(level.shape)
    path = 1.0 + np.cumsum(0.01 + 0.02 * rng.standard_normal(PERIODS))
    rate, lasts = expit(path + level + passing), expit(path + level)
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02d}" for i in range(UNITS)], PERIODS),
            "period": QUARTERS * UNITS,
            "numerator": rng.binomial(size[:, None], rate).ravel(),
            "denominator": np.repeat(size, PERIODS),
        }
    )
    table = read_table(frame, period="period", direction="higher-is-better")
    (found,) = compute_change(
        table,
        before=QUARTERS[0],
        after=QUARTERS[-1],
        target="best:0.25",
        level=LEVEL,
        draws=400,
        seed=seed,
    )
    units = found.units
    at = np.array([int(str(code)[1:]) for code in units.unit])
    change = (lasts[:, -1] - lasts[:, 0])[at]
    move = (rank_of(level[:, -1]) - rank_of(level[:, 0]))[at]
    moved = total(rate[:, -1], size) - total(rate[:, 0], size)
    estimate, low, high = found.bridge.of("change")
    return Held(
        lasting=float(np.mean((units.lasting_lower <= change) & (change <= units.lasting_upper))),
        rank=float(np.mean((units.rank_move_lower <= move) & (move <= units.rank_move_upper))),
        total=low <= moved <= high,
        z=(moved - estimate) * 2.0 * stats.norm.ppf(0.5 + 0.5 * LEVEL) / (high - low),
        p=units.p_improved,
        improved=(level[:, -1] - level[:, 0])[at] > 0.0,
        listed=bool(np.any(units.verdict == "improved")),
    )


@cache
def nations(truth: str) -> list[Held]:
    """Simulate nations, once for all tests."""
    return [simulate(truth, seed) for seed in range(NATIONS)]


def within(values: Floats, low: float, high: float) -> bool:
    """Whether a mean may lie between two ends, given its Monte Carlo error."""
    mean = float(np.mean(values))
    nearest = min(max(mean, low), high)
    return mean == nearest or off_target(values, nearest) > FALSE_ALARM


@pytest.mark.slow
@pytest.mark.parametrize("truth", [*CHANGING, STILL])
def test_intervals_of_what_lasts_and_of_ranks_hold_the_truth(truth):
    # Where nothing changes, the truth is what all levels are drawn to: it is held more often.
    high = 1.0 if truth == STILL else BAND[1]
    for name in ("lasting", "rank"):
        values = np.array([getattr(each, name) for each in nations(truth)])
        assert within(values, BAND[0], high), (name, values.mean())


@pytest.mark.slow
@pytest.mark.parametrize("truth", [*CHANGING, STILL])
def test_the_change_of_total_is_off_either_way_and_by_as_much_as_its_sd(truth):
    held = nations(truth)
    z = np.array([each.z for each in held])
    hits = sum(each.total for each in held)
    assert stats.norm.sf(abs(z.mean()) * np.sqrt(len(z))) > FALSE_ALARM, z.mean()
    squares = float(np.sum(z**2))
    assert stats.chi2.cdf(squares, len(z)) > FALSE_ALARM, z.std()
    assert stats.chi2.sf(squares, len(z)) > FALSE_ALARM, z.std()
    assert stats.binomtest(hits, len(z), LEVEL).pvalue > FALSE_ALARM, hits


@pytest.mark.slow
@pytest.mark.parametrize("truth", CHANGING)
def test_probabilities_of_improvement_are_shares(truth):
    held = nations(truth)
    for k in range(10):
        here = [np.minimum((10 * each.p).astype(int), 9) == k for each in held]
        count = np.array([np.sum(some) for some in here])
        off = [np.sum((n.improved - n.p)[some]) for n, some in zip(held, here, strict=True)]
        # A nation's units share its hyper-parameters: nations are what is independent.
        assert within(np.array(off) / count.mean(), -0.05, 0.05), (k, np.sum(off) / count.sum())


@pytest.mark.slow
def test_where_nothing_changed_hardly_any_list_has_a_name():
    listed = sum(each.listed for each in nations(STILL))
    assert stats.binomtest(listed, NATIONS, 0.05, alternative="greater").pvalue > FALSE_ALARM
