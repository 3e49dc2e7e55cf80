r"""What wasn't reported, in draws: the volume of each loss from its posterior.

With :math:`R` reported of a period and :math:`\kappa` the part that it is, :math:`R/\kappa - R` was
not. Where a file states :math:`\kappa` it is taken as it is; otherwise it is drawn from its
posterior. Of a period without any report the volume itself is drawn. Periods of one loss are off
together, as their predictions are.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from varstat.data.volumes.span import TimeSpan, lay_out_periods
from varstat.errors import ModelError, TableError
from varstat.estimands.completeness.losses import SELECTIVE, UNSENT, Loss, Losses
from varstat.estimands.completeness.posterior import Prior, at_quantiles
from varstat.estimands.completeness.usual import Usual, learn_usual, median_sizes
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays
from varstat.period.period import Periods
from varstat.prose.text import clean

# Median volume of a month from which units tell the national path; smaller ones join them where a
# loss is of one.
_LEAST = 500.0
# Months from which units have seasons of their own.
_OWN_SEASONS = 48
# Keeps these draws apart from others of the same seed.
_STREAM = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Missing:
    """What units didn't report, one element for each unit and period of a loss.

    Attributes
    ----------
    unit, period : ndarray of int, shape (cells,)
    volume : ndarray of float, shape (draws, cells)
        That wasn't reported.
    selective : ndarray of bool, shape (cells,)
        Whether its rate may differ from that of what was.
    """

    unit: np.ndarray[tuple[int], np.dtype[np.int64]]
    period: np.ndarray[tuple[int], np.dtype[np.int64]]
    volume: Floats
    selective: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def __post_init__(self) -> None:
        lock_arrays(self)

    def expected(self, size: Floats) -> Floats:
        """Give complete volumes as they are expected: (units, periods)."""
        found: Floats = np.nan_to_num(size, nan=0.0)
        np.add.at(found, (self.unit, self.period), self.volume.mean(axis=0))
        return found


def draw_missing(
    size: Floats,
    losses: Losses,
    periods: Periods,
    prior: Prior,
    *,
    units: Sequence[str],
    draws: int,
    seed: int,
) -> Missing:
    """Draw what wasn't reported.

    Parameters
    ----------
    size : ndarray of float, shape (units, periods)
        As reported; NaN or zero where nothing was.
    losses : Losses
    periods : Periods
    prior : Prior
        Of completeness.
    units : sequence of str
        Codes, for messages.
    draws, seed : int

    Returns
    -------
    Missing

    Raises
    ------
    ModelError
        If a loss without a stated share can't be told from the unit's other periods.
    """
    reported = np.nan_to_num(size, nan=0.0)
    stated, sought, selective = _sort(losses.losses, reported)
    cells: dict[tuple[int, int], Floats] = {}
    for (unit, period), share in stated.items():
        # A share of 1 says that nothing was lost.
        if share < 1.0:
            missing = reported[unit, period] * (1.0 / share - 1.0)
            cells[unit, period] = np.full(draws, missing)
    if sought:
        # A loss is no part of what is usual, or a short series would take it for a season.
        usual = reported.copy()
        for unit, period in [*stated, *((unit, t) for unit, some in sought.items() for t in some)]:
            usual[unit, period] = 0.0
        span, learnt = _learn(usual, sought, periods, losses.source, units)
        cells |= _draw_sought(
            reported, sought, periods, prior, span, learnt, draws=draws, seed=seed
        )
    places = sorted(cells)
    return Missing(
        unit=np.array([unit for unit, _ in places], dtype=np.int64),
        period=np.array([period for _, period in places], dtype=np.int64),
        volume=np.stack([cells[each] for each in places], axis=1)
        if places
        else np.empty((draws, 0)),
        selective=np.array([each in selective for each in places], dtype=bool),
    )


def _sort(
    losses: Sequence[Loss], reported: Floats
) -> tuple[dict[tuple[int, int], float], dict[int, set[int]], set[tuple[int, int]]]:
    """Part the cells whose share is stated from those where it is sought; name selective ones."""
    months: dict[tuple[int, int], Floats] = {}
    sought: dict[int, set[int]] = defaultdict(set)
    selective: set[tuple[int, int]] = set()
    for each in losses:
        for at, period in enumerate(range(each.start, each.end + 1)):
            cell, covered = (each.unit, period), each.covered[at]
            if each.class_ == SELECTIVE:
                selective.add(cell)
            share = each.share
            if np.isnan(share) and each.class_ == UNSENT and not covered.all():
                # Of a month of a quarter, say, nothing was sent.
                share = 0.0
            if np.isnan(share) or reported[cell] <= 0.0:
                sought[each.unit].add(period)
            else:
                # Losses of the same months multiply, and those of others add up.
                part = months.setdefault(cell, np.ones(len(covered)))
                part[covered] *= share
    stated = {cell: float(part.mean()) for cell, part in months.items() if part.any()}
    for unit, period in months.keys() - stated.keys():
        # Something was reported of a period of which, month by month, nothing was sent.
        sought[unit].add(period)
    left = {
        unit: {period for period in some if (unit, period) not in stated}
        for unit, some in sought.items()
    }
    return stated, {unit: some for unit, some in left.items() if some}, selective


def _draw_sought(
    reported: Floats,
    sought: dict[int, set[int]],
    periods: Periods,
    prior: Prior,
    span: TimeSpan,
    usual: Usual,
    *,
    draws: int,
    seed: int,
) -> dict[tuple[int, int], Floats]:
    """Draw what is missing where a share isn't stated: each of a unit's runs of periods at once."""
    placed = [span.place[label] for label in periods.labels]
    back = {at: period for period, at in enumerate(placed)}
    found: dict[tuple[int, int], Floats] = {}
    for unit, some in sorted(sought.items()):
        # Its other losses are no part of what is usual, so that they need no effects here.
        for window in _runs(sorted(placed[period] for period in some)):
            mean, covariance = usual.predict(unit, window, ())
            sd = np.sqrt(np.diag(covariance))
            rng = np.random.default_rng([seed, _STREAM, unit, window[0]])
            root = np.linalg.cholesky(covariance / np.outer(sd, sd) + 1e-12 * np.eye(len(sd)))
            normal = rng.standard_normal((draws, len(sd))) @ root.T
            for k, at in enumerate(range(window[0], window[1] + 1)):
                cell = unit, back[at]
                if reported[cell] > 0.0:
                    # The less was expected, the larger the part that was reported.
                    part = at_quantiles(
                        float(reported[cell]), mean[k], sd[k], prior, ndtr(-normal[:, k])
                    )
                    found[cell] = reported[cell] * (1.0 / part - 1.0)
                else:
                    found[cell] = np.exp(mean[k] + sd[k] * normal[:, k])
    return found


def _learn(
    known: Floats,
    sought: dict[int, set[int]],
    periods: Periods,
    source: str,
    units: Sequence[str],
) -> tuple[TimeSpan, Usual]:
    """Learn the usual volumes of the units with losses, or say what should be stated instead."""
    mend = "State the share that was reported in the column `share`, or leave these rows out."
    try:
        span = lay_out_periods(periods.labels, where=source)
    except TableError as error:
        raise ModelError(
            source,
            f"losses without a share can't be told from the table's volumes: it has no months or "
            f"quarters over 18 months or more. {mend}",
        ) from error
    volume = np.full((len(known), len(span.label)), np.nan)
    volume[:, [span.place[label] for label in periods.labels]] = np.where(known > 0, known, np.nan)
    smallest = median_sizes(volume[sorted(sought)], months=span.months).min()
    usual = learn_usual(
        volume,
        months=span.months,
        least=min(_LEAST, float(smallest)),
        own_seasons=len(span.label) * span.months >= _OWN_SEASONS,
    )
    short = [
        clean(units[unit]) for unit in sorted(sought) if usual is None or unit not in usual.examined
    ]
    if usual is None or short:
        raise ModelError(
            source,
            f"{', '.join(short[:5])}: losses without a share can't be told from less than 18 "
            f"months beside them. {mend}",
        )
    return span, usual


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the first and last of each run of neighbours."""
    first = last = places[0]
    for each in places[1:]:
        if each > last + 1:
            yield first, last
            first = each
        last = each
    yield first, last
