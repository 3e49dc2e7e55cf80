"""Ranks of many units over many draws, summarised without holding all of them at once."""

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError
from varstat.estimands.monte_carlo import effective_draws, probability_mcse, quantile_places
from varstat.estimands.ranks.ranks import (
    RankSummary,
    check_level,
    double_ranks,
    is_higher_better,
    quartile_size,
)
from varstat.measure import Direction, Floats

# Ranks are kept doubled, in 16 bits, so that halves are whole.
_MOST_KEPT = 65_535
# How many numbers are worked on at a time.
_AT_ONCE = 1 << 20


class RankTally:
    r"""Ranks of many units over many draws, in little memory.

    Draws come in blocks of any number, each with all units, in the order of their chains. Means
    and probabilities of the ranks are exact sums. Every rank is kept as well, for quantiles and
    for the errors of dependent draws: doubled, in 16 bits, which is 0.8 GB for 100,000 units and
    4,000 draws. Of more than 32,767 units the kept ranks are coarser, to ceil(2N/65,535)/2 places,
    which is two of 100,000, and then the interval is widened to the ends of a step. Nothing else
    is coarser, but for how dependent draws are.

    Parameters
    ----------
    direction : {"higher-is-better", "lower-is-better"}

    Examples
    --------
    >>> tally = RankTally(direction="lower-is-better")
    >>> rng = np.random.default_rng(1)
    >>> for _ in range(10):
    ...     tally.add(np.array([0.0, 1.0, 9.0]) + rng.normal(size=(100, 3)))
    >>> summary = tally.finish(level=0.95)
    >>> summary.expected.round(1), summary.lower, summary.upper
    (array([1.2, 1.8, 3. ]), array([1, 1, 3]), array([2, 2, 3]))
    """

    def __init__(self, *, direction: Direction) -> None:
        is_higher_better(direction)
        self.direction = direction
        self.draws = 0
        self._blocks: list[NDArray[np.uint16]] = []
        self._sums: NDArray[np.int64] = np.empty((4, 0), dtype=np.int64)

    @property
    def units(self) -> int:
        """Number of units; none before the first block."""
        return int(self._sums.shape[1])

    @property
    def _step(self) -> int:
        """How many doubled ranks are kept as one."""
        return max(1, -(-2 * self.units // _MOST_KEPT))

    def add(self, effect: Floats) -> None:
        """Take in a block of draws.

        Parameters
        ----------
        effect : ndarray of float, shape (draws, units)

        Raises
        ------
        ModelError
            If it has not the units of the blocks before, or an effect isn't a number.
        """
        if not self._blocks:
            self._sums = np.zeros((4, effect.shape[1]), dtype=np.int64)
        elif effect.shape[1] != self.units:
            raise ModelError("ranks", "a block of draws has more or fewer units than those before.")
        quartile = quartile_size(self.units)
        rows = max(1, _AT_ONCE // max(self.units, 1))
        for start in range(0, effect.shape[0], rows):
            double = double_ranks(effect[start : start + rows], direction=self.direction)
            self._sums[0] += double.sum(axis=0)
            self._sums[1] += np.square(double).sum(axis=0)
            self._sums[2] += (double <= 2 * quartile).sum(axis=0)
            self._sums[3] += (double >= 2 * (self.units - quartile + 1)).sum(axis=0)
            self._blocks.append((-(-double // self._step)).astype(np.uint16))
            self.draws += double.shape[0]

    def finish(self, *, level: float, chains: int | None = None) -> RankSummary:
        r"""Say what is known of each unit's rank.

        The Monte Carlo standard error of a mean is :math:`s/\sqrt S`, of a probability that of
        `probability_mcse`, and of a bound half the distance between the draws at
        `quantile_places`: zero where no standard error moves the bound. S is the number of draws,
        or of those effective (`effective_draws`) for the mean or probability concerned.

        Parameters
        ----------
        level : float
            In (0, 1).
        chains : int, optional
            Number of equally long chains of dependent draws; by default draws are independent.

        Returns
        -------
        RankSummary

        Raises
        ------
        ModelError
            If there are fewer than two draws.
        UsageError
            If the level isn't in (0, 1), or draws don't divide into chains.
        """
        check_level(level)
        if self.draws < 2:
            raise ModelError("ranks", "there are fewer than two draws to tell ranks from.")
        step = max(1, _AT_ONCE // self.draws)
        pieces = [
            self._finish_units(slice(start, start + step), level, chains)
            for start in range(0, self.units, step)
        ]
        columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
        bounds = {name: columns.pop(name).astype(np.int64) for name in ("lower", "upper")}
        return RankSummary(
            level=level,
            quartile=quartile_size(self.units),
            exact=False,
            lower=bounds["lower"],
            upper=bounds["upper"],
            expected=columns["expected"],
            expected_mcse=columns["expected_mcse"],
            lower_mcse=columns["lower_mcse"],
            upper_mcse=columns["upper_mcse"],
            p_top=columns["p_top"],
            p_top_mcse=columns["p_top_mcse"],
            p_bottom=columns["p_bottom"],
            p_bottom_mcse=columns["p_bottom_mcse"],
        )

    def _finish_units(self, here: slice, level: float, chains: int | None) -> dict[str, Floats]:
        """Summarise some of the units."""
        kept = np.concatenate([block[:, here] for block in self._blocks])
        ordered = np.sort(kept.T, axis=1)
        total, squares, top, bottom = self._sums[:, here].astype(float)
        mean = total / self.draws
        # Sums of squares of whole numbers are exact, so that little is lost in the difference.
        spread = np.maximum(squares - total * mean, 0.0) / (self.draws - 1.0)
        found = {"expected": 0.5 * mean, "p_top": top / self.draws, "p_bottom": bottom / self.draws}
        effective = effective_draws(kept, chains=chains)
        found["expected_mcse"] = 0.5 * np.sqrt(spread / effective)
        quartile, units = quartile_size(self.units), self.units
        for name, hit in (
            ("p_top", kept <= 2 * quartile // self._step),
            ("p_bottom", kept > (2 * (units - quartile + 1) - 1) // self._step),
        ):
            effective = effective_draws(hit, chains=chains)
            found[f"{name}_mcse"] = probability_mcse(found[name], effective)
        for name, share in (("lower", 0.5 * (1.0 - level)), ("upper", 0.5 * (1.0 + level))):
            # A share of draws that is whole but for rounding is whole.
            place = max(int(np.ceil(share * self.draws - 1e-9)) - 1, 0)
            bound = ordered[:, place].astype(np.int64)
            effective = effective_draws(kept <= bound.astype(np.uint16), chains=chains)
            low, high = quantile_places(share, draws=self.draws, effective=effective)
            row = np.arange(bound.size)
            distance = ordered[row, high].astype(float) - ordered[row, low]
            found[f"{name}_mcse"] = 0.25 * self._step * distance
            # The end of the step that makes the interval the wider.
            end = (bound - 1) * self._step + 1 if name == "lower" else bound * self._step
            found[name] = np.minimum(-(-end // 2), units).astype(float)
        return found
