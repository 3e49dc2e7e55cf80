"""The posterior of a series: joint draws of what lasts, what passes, and breaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.series.draws import Integers, Source, draw_block
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import Panel
from varstat.hierarchical.series.reliable import SeriesDiagnostics
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesDraws:
    """Draws at some periods, joint over periods and units, on the link scale.

    Attributes
    ----------
    times : tuple of int
        Positions of the periods.
    units : slice
        Which units.
    national : ndarray of float, shape (draws, times)
        The path that all units share.
    explained : ndarray of float, shape (draws, units, times)
        What covariates add; zeros without any.
    lasting : ndarray of float, shape (draws, units, times)
        Each unit's level about the national path, its break included.
    passing : ndarray of float, shape (draws, units, times)
    break_at : ndarray of int, shape (draws, units)
        The first period after the break; 0 for none.
    jump : ndarray of float, shape (draws, units)
        By what the level breaks; 0 where it doesn't.
    """

    times: tuple[int, ...]
    units: slice
    national: Floats
    explained: Floats
    lasting: Floats
    passing: Floats
    break_at: Integers
    jump: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def theta(self) -> Floats:
        """Underlying rates on the link scale: shape (draws, units, times)."""
        return self.national[:, None] + self.explained + self.lasting + self.passing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesPosterior:
    """What is known of a panel's series.

    Attributes
    ----------
    panel : Panel
    model : SeriesModel
    source : Source
        Of the draws.
    hyper : dict of str to ndarray of float, shape (draws,)
        Draws of the hyper-parameters by name, on their own scale.
    diagnostics : SeriesDiagnostics
    break_probability : ndarray of float, shape (units, periods)
        Of a break before each period; 0 in the first.
    innovations : ndarray of float, shape (units, periods)
        What each period brings beyond what was forecast, in SDs of the forecast; NaN without a row.
    lag : float
        Correlation of innovations a year apart; NaN where the series is too short for that.
    lag_limit : float
        Beyond which, either way, units have seasons of their own.
    notes : tuple of str
    """

    panel: Panel
    model: SeriesModel
    source: Source
    hyper: dict[str, Floats]
    diagnostics: SeriesDiagnostics
    break_probability: Floats
    innovations: Floats
    lag: float
    lag_limit: float
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        for value in (self.break_probability, self.innovations, *self.hyper.values()):
            value.setflags(write=False)

    @property
    def seed(self) -> int:
        """The seed of the draws."""
        return self.source.seed

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.source.draws

    @property
    def p_break(self) -> Floats:
        """Probability that each unit's level breaks: shape (units,)."""
        return np.asarray(self.break_probability.sum(axis=1))

    def from_link(self, theta: Floats) -> Floats:
        """Bring link-scale values, in the units of the model, back to rates."""
        if self.panel.centre != 0.0 or self.panel.spread != 1.0:
            theta = self.panel.centre + self.panel.spread * theta
        return self.panel.measure.from_link(theta)

    def draw(self, times: Sequence[int], units: slice | None = None) -> SeriesDraws:
        """Draw some units at some periods.

        Parameters
        ----------
        times : sequence of int
            Positions of periods.
        units : slice, optional
            Neighbouring units; all unless given.

        Returns
        -------
        SeriesDraws
            The same numbers whatever other periods and units are asked for.
        """
        first, last, _ = (units or slice(None)).indices(self.panel.units)
        step = self.source.step
        parts = [
            self._draw_block(block, times)
            for block in range(first // step, max(-(-last // step), first // step + 1))
        ]
        offset = (first // step) * step
        some = slice(first - offset, last - offset)
        return SeriesDraws(
            times=tuple(times),
            units=slice(first, last),
            national=parts[0].national,
            explained=np.concatenate([part.explained for part in parts], axis=1)[:, some],
            lasting=np.concatenate([part.lasting for part in parts], axis=1)[:, some],
            passing=np.concatenate([part.passing for part in parts], axis=1)[:, some],
            break_at=np.concatenate([part.break_at for part in parts], axis=1)[:, some],
            jump=np.concatenate([part.jump for part in parts], axis=1)[:, some],
        )

    def blocks(self, times: Sequence[int]) -> Iterator[tuple[slice, SeriesDraws]]:
        """Give all units' draws in blocks of units: which, and the draws, as `draw` gives them."""
        for block in range(-(-self.panel.units // self.source.step)):
            drawn = self._draw_block(block, times)
            yield drawn.units, drawn

    def _draw_block(self, block: int, times: Sequence[int]) -> SeriesDraws:
        source = self.source
        first = block * source.step
        units = slice(first, min(first + source.step, self.panel.units))
        drawn = draw_block(source, block, times)
        length = self.panel.length
        national = source.location[:, :length][:, list(times)]
        covariates = source.problem.locations.covariates[:, list(times), 0, units]
        explained = np.einsum("sp,ptn->snt", source.location[:, length:], covariates)
        return SeriesDraws(
            times=tuple(times),
            units=units,
            national=national,
            explained=explained,
            lasting=drawn.lasting.transpose(1, 2, 0),
            passing=drawn.passing.transpose(1, 2, 0),
            break_at=drawn.break_at,
            jump=drawn.jump,
        )

    def summary(self) -> str:
        """Say what was fitted and whether it passed its checks, a sentence a line."""
        evolves = {
            "walk": "levels that drift",
            "mean-reverting": "levels that return to their own",
            "none": "levels that stay",
        }[self.model.kind]
        breaks = " and may break once" if self.model.breaks else ""
        first = (
            f"A series of {self.panel.units:,} units in {self.panel.length} periods, with {evolves}"
            f"{breaks}."
        )
        return "\n".join([first, *self.diagnostics.problems, *self.notes])
