r"""Fit a series: levels that drift or return, at most one break a unit, and a national path.

Given the hyper-parameters units are independent, so each unit's path is integrated out by Laplace's
method in a Kalman filter (`mode`, `marginal`), and only the hyper-parameters are drawn by
importance (`hyper`). Paths are then drawn jointly (`draws`), and held against the likelihood
(`reliable`). The same panel, model and seed give the same draws.
"""

from dataclasses import replace

import numpy as np
from scipy.special import expit

from varstat.errors import ModelError
from varstat.hierarchical.quadrature.memory import keep_freed_memory
from varstat.hierarchical.quadrature.threads import one_thread
from varstat.hierarchical.series.draws import Source, draw_locations
from varstat.hierarchical.series.hyper import Hyper, draw_hyper
from varstat.hierarchical.series.kalman import innovate
from varstat.hierarchical.series.mode import linearise
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import Panel
from varstat.hierarchical.series.problem import Problem, pose_problem
from varstat.hierarchical.series.refusal import caution, refuse_series
from varstat.hierarchical.series.reliable import check_draws
from varstat.hierarchical.series.result import SeriesPosterior
from varstat.measure import Floats

# Draws by which a posterior is checked.
_CHECKED = 250
# How many draws share hyper-parameters, by the number of cells above which they do.
_SHARED = {20_000: 10, 2_000: 4, 0: 1}


def fit_series(
    panel: Panel, model: SeriesModel, *, seed: int = 1, draws: int = 1000
) -> SeriesPosterior:
    """Fit a series model to a panel.

    Parameters
    ----------
    panel : Panel
    model : SeriesModel
    seed : int
    draws : int
        Of everything jointly; rounded up to a multiple of four or ten where cells are many, and
        as many share hyper-parameters.

    Returns
    -------
    SeriesPosterior

    Raises
    ------
    ModelError
        If what is asked for isn't identified, in words, or the posterior has no mode.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> size = np.full((30, 6), 400.0)
    >>> from varstat.hierarchical.series.panel import make_panel
    >>> panel = make_panel(rng.binomial(400, 0.2, (30, 6)).astype(float), size)
    >>> posterior = fit_series(panel, SeriesModel(breaks=False), draws=200)
    >>> posterior.draw((0, 5)).lasting.shape
    (200, 30, 2)
    """
    problems = refuse_series(panel, model)
    if problems:
        raise ModelError("series", list(problems))
    problem = pose_problem(panel, model)
    repeat = next(share for cells, share in _SHARED.items() if problem.size > cells)
    keep_freed_memory()
    with one_thread():
        hyper = draw_hyper(problem, draws=-(-draws // repeat), seed=seed)
        source = Source(
            problem=problem,
            hyper=hyper,
            repeat=repeat,
            location=draw_locations(hyper, repeat=repeat, seed=seed),
            seed=seed,
        )
        # By what doesn't hang on the number of draws.
        diagnostics, probability = check_draws(_thin(source))
        innovations = _standardise(problem, hyper)
    lag, limit = _season(panel, innovations)
    notes = list(caution(panel, model))
    if abs(lag) > limit:
        notes.append(
            f"Units' surprises a year apart go together (correlation {lag:.2f}, beyond "
            f"{limit:.2f}): units have seasons of their own. Compare the same time of the year."
        )
    return SeriesPosterior(
        panel=panel,
        model=model,
        source=source,
        hyper={
            name: np.repeat(_natural(name, hyper.h[:, k]), repeat)
            for k, name in enumerate(model.names)
        },
        diagnostics=diagnostics,
        break_probability=probability,
        innovations=np.where(panel.observed, innovations, np.nan),
        lag=lag,
        lag_limit=limit,
        notes=tuple(notes),
    )


def _natural(name: str, x: Floats) -> Floats:
    return np.asarray(expit(x) if name in ("share", "reversion") else np.exp(x))


def _thin(source: Source) -> Source:
    """Keep some of the points, one draw of each."""
    hyper = source.hyper
    some = np.linspace(0, len(hyper.h) - 1, min(_CHECKED, len(hyper.h))).astype(int)
    return replace(
        source,
        hyper=replace(
            hyper,
            h=hyper.h[some],
            location=hyper.location[some],
            covariance=hyper.covariance[some],
        ),
        repeat=1,
        location=source.location[some * source.repeat],
    )


def _standardise(problem: Problem, hyper: Hyper) -> Floats:
    """Innovations of the filter over their SD, at the mode: shape (units, periods)."""
    chain = problem.chain(hyper.mode[None])
    linear = linearise(chain, problem.cells, hyper.start.theta)
    residual = linear.response - problem.locations.place(hyper.start.location)
    innovation = innovate(chain, linear.gains, residual)
    return np.asarray((innovation * np.sqrt(linear.gains.precision))[:, 0].T)


def _season(panel: Panel, innovations: Floats) -> tuple[float, float]:
    """Correlation of innovations a year apart, and the limit it is held against."""
    season = panel.season
    if (
        not season
        or panel.length <= season + 1
        or not np.array_equal(np.diff(panel.at), np.ones(panel.length - 1))
    ):
        return float("nan"), float("nan")
    known = np.where(panel.observed, innovations, np.nan)
    # Of the first period the innovation is the level itself.
    one, other = known[:, 1 + season :], known[:, 1:-season]
    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < 2 or min(np.ptp(one[both]), np.ptp(other[both])) == 0.0:
        return float("nan"), float("nan")
    lag = float(np.corrcoef(one[both], other[both])[0, 1])
    return lag, float(3.0 / np.sqrt(both.sum()))
