"""Reporting triangles: two that every tool knows, and others simulated from a known truth."""

import numpy as np
import pandas as pd

from varstat.estimands.vintages.growth import Ratios

# Taylor & Ashe (GenIns) and the Reinsurance Association of America (RAA), as chainladder 0.10.1
# has them; what it finds in them is what is expected below.
RAA = [
    [5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834],
    [106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704],
    [3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466],
    [5655, 11555, 15766, 21266, 23425, 26083, 27067],
    [1092, 9565, 15836, 22169, 25955, 26180],
    [1513, 6445, 11702, 12935, 15852],
    [557, 4020, 10946, 12314],
    [1351, 6947, 13112],
    [3133, 5395],
    [2063],
]
GENINS = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]
# The part of a count that comes at each delay, for the typical unit.
COMES = np.array([0.80, 0.10, 0.05, 0.03, 0.015, 0.005])


def lay_out(rows):
    return np.array([row + [np.nan] * (len(rows) - len(row)) for row in rows])


def simulate(
    rng: np.random.Generator,
    *,
    units: int = 40,
    periods: int = 14,
    between: float = 0.3,
    size: float = 6.0,
    shape: float = 20.0,
    heavy: float | None = None,
    change: tuple[int, float] | None = None,
) -> np.ndarray:
    """Simulate cumulated counts, of shape (units, periods, delays).

    Growth is negative binomial about each unit's own, which differs by `between` (SD of logs);
    with `heavy` it is log-Student instead, of so many degrees of freedom. With `change` it is
    multiplied from a vintage on.
    """
    factor = np.cumsum(COMES)[1:] / np.cumsum(COMES)[:-1]
    volume = np.exp(rng.normal(size, 1, units))
    counts = np.zeros((units, periods, len(COMES)))
    counts[:, :, 0] = rng.poisson(volume[:, None] * COMES[0], (units, periods))
    own = np.exp(rng.normal(0, between, (units, len(factor))))
    for step in range(len(factor)):
        comes = counts[:, :, step] * (factor[step] - 1) * own[:, [step]]
        if change is not None:
            comes = comes * np.where(np.arange(periods) + step + 1 >= change[0], change[1], 1.0)
        if heavy is None:
            noise = rng.gamma(shape, 1 / shape, (units, periods))
        else:
            noise = np.exp(0.25 * rng.standard_t(heavy, (units, periods)))
        counts[:, :, step + 1] = counts[:, :, step] + rng.poisson(comes * noise)
    return counts


def known_by(counts: np.ndarray, vintage: int) -> tuple[Ratios, np.ndarray, np.ndarray]:
    """What is known at a vintage: ratios, the last counts of each period, and their delays."""
    _, periods, delays = counts.shape
    period, step = np.nonzero(
        np.arange(periods)[:, None] + np.arange(1, delays)[None, :] <= vintage
    )
    before, after = counts[:, period, step], counts[:, period, step + 1]
    unit, at = np.nonzero(before > 0)
    ratios = Ratios(unit=unit, step=step[at], before=before[unit, at], after=after[unit, at])
    delay = np.clip(vintage - np.arange(periods), 0, delays - 1)
    return ratios, counts[:, np.arange(periods), delay], delay


def tabulate(counts: np.ndarray, *, upto: int | None = None) -> pd.DataFrame:
    """Tabulate vintages: quarters from April 2006, each published from two months after its end."""
    units, periods, delays = counts.shape
    quarters = pd.period_range("2006Q2", periods=periods, freq="Q")
    rows = []
    for vintage in range(periods if upto is None else upto):
        date = (quarters[vintage].end_time + pd.Timedelta(days=60)).date().isoformat()
        for period in range(vintage + 1):
            known = counts[:, period, min(vintage - period, delays - 1)]
            year = 2006 + period // 4
            label = f"{year}-{(year + 1) % 100:02d} Q{period % 4 + 1}"
            rows += [(f"R{unit:02d}", label, date, int(known[unit])) for unit in range(units)]
    return pd.DataFrame(rows, columns=["trust", "quarter", "as_of", "spells"])
