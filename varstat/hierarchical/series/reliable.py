"""Whether the Gaussian that each unit's path is drawn from holds: importance ratios by unit."""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.series.draws import Source, draw_block
from varstat.hierarchical.series.hyper import Hyper
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

# Importance ratios with a heavier tail than this can't be mended by more draws.
PARETO_LIMIT = 0.7
# Points by importance that are worth less say too little of a 95% interval's ends.
LEAST_EFFECTIVE = 400
# A unit whose ratios hardly vary needs no look at their tail.
_EVEN = 0.95
# Units of a hundred that may fail, as so many would by chance.
_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesDiagnostics:
    """What was checked of a series' posterior.

    Attributes
    ----------
    pareto_k : float
        Shape of the tail of the hyper-parameters' importance ratios.
    effective : float
        Independent draws that the points by importance are worth.
    surface_error : float
        SD of the error of the polynomial that stood for the hyper-parameters' density, at points
        not fitted; 0 where none did.
    passes : int
        Points at which the hyper-parameters' density was computed.
    unit_k : ndarray of float, shape (units,)
        The same shape for each unit's path; -inf where its ratios hardly vary.
    unit_efficiency : ndarray of float, shape (units,)
        Independent draws that one draw of a unit's path is worth.
    problems : tuple of str
        Why the posterior is not to be trusted, one sentence each; empty if it is.
    """

    pareto_k: float
    effective: float
    surface_error: float
    passes: int
    unit_k: Floats
    unit_efficiency: Floats
    problems: tuple[str, ...]

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def passed(self) -> bool:
        """Whether nothing was found against the posterior."""
        return not self.problems


def check_draws(source: Source) -> tuple[SeriesDiagnostics, Floats]:
    """Hold draws against the likelihood itself.

    Parameters
    ----------
    source : Source
        Of some hundred draws.

    Returns
    -------
    diagnostics : SeriesDiagnostics
    probability : ndarray of float, shape (units, periods)
        Of a break before each period.
    """
    length, _, units = source.problem.cells.event.shape
    k, efficiency = np.full(units, -np.inf), np.ones(units)
    probability = np.zeros((units, length))
    for block in range(-(-units // source.step)):
        some = slice(block * source.step, min((block + 1) * source.step, units))
        drawn = draw_block(source, block, range(length))
        problem = source.problem.part(some)
        theta = problem.locations.place(source.location) + drawn.lasting + drawn.passing
        linear = drawn.linear
        # The Gaussian's parabola meets the likelihood where it was linearised.
        away = (theta - linear.response) ** 2 - (linear.theta - linear.response) ** 2
        ratio = problem.cells.value(theta) - problem.cells.value(linear.theta)
        ratio += 0.5 * linear.weight * away
        k[some], efficiency[some] = _weigh(ratio.sum(axis=0))
        probability[some] = drawn.probability.mean(axis=1).T
    return (
        SeriesDiagnostics(
            pareto_k=source.hyper.pareto_k,
            effective=source.hyper.worth,
            surface_error=source.hyper.surface_error,
            passes=source.hyper.passes,
            unit_k=k,
            unit_efficiency=efficiency,
            problems=_find_problems(source.hyper, k),
        ),
        probability,
    )


def _weigh(log_ratio: Floats) -> tuple[Floats, Floats]:
    """Tail shapes, and efficiencies, of log ratios (draws, units)."""
    weight = np.exp(log_ratio - log_ratio.max(axis=0))
    efficiency = weight.mean(axis=0) ** 2 / (weight**2).mean(axis=0)
    k = np.full(len(efficiency), -np.inf)
    for i in np.flatnonzero(efficiency < _EVEN):
        k[i] = fit_tail(log_ratio[:, i])[0]
    return k, efficiency


def _find_problems(hyper: Hyper, unit_k: Floats) -> tuple[str, ...]:
    problems = []
    if not hyper.pareto_k <= PARETO_LIMIT:
        problems.append(
            f"The importance ratios' tail has shape k = {hyper.pareto_k:.2f}, above "
            f"{PARETO_LIMIT}: the posterior of the hyper-parameters is not covered by what it was "
            "drawn from."
        )
    if not hyper.worth >= LEAST_EFFECTIVE:
        problems.append(
            f"The points of the hyper-parameters are worth {hyper.worth:.0f} independent draws, "
            f"less than {LEAST_EFFECTIVE}."
        )
    failed = int(np.sum(unit_k > PARETO_LIMIT))
    if failed > max(_SHARE * len(unit_k), 1):
        problems.append(
            f"The paths of {failed:,} units of {len(unit_k):,} aren't near the normal that they "
            f"were drawn from (k above {PARETO_LIMIT})."
        )
    return tuple(problems)
