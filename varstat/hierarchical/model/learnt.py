r"""Effects whose distribution is learnt: a density whose log is a normal's plus a spline.

On a grid of link-scale values :math:`v_k`, with :math:`x = (v - c)/s`,

.. math:: \log g_k = a_1 x_k + a_2 x_k^2 + \sum_j z_j \varphi_j(x_k) - \log \sum_l e^{\dots}

where the :math:`\varphi_j` span the cubic B-splines [1]_ but for what a quadratic can say, so that
z = 0 is a normal. They are scaled so that independent normal z of SD :math:`\sigma` penalise third
differences of the spline's coefficients. Knots lie evenly about the middle and ever wider apart
beyond five SDs, so that a unit far out costs no detail where the others are.

References
----------
.. [1] Efron (2016). Empirical Bayes deconvolution estimates. Biometrika 103(1), 1-20.
   doi:10.1093/biomet/asv068
"""

import numpy as np
from scipy.interpolate import BSpline

from varstat.hierarchical.model.effects import Effects
from varstat.measure import Floats

# Cells of the grid, in SDs of the effects, and at most.
_CELL, _MOST_CELLS = 0.06, 400
# Knots about the middle, in SDs of the effects; beyond this many SDs they lie ever wider apart.
_KNOT, _EVEN = 0.4, 5.0


def learnt_effects(
    value: Floats, variance: Floats, matrix: Floats, *, mixture: bool = False
) -> Effects:
    """Lay out a grid, and splines or none, for effects of rows, one a unit.

    Parameters
    ----------
    value, variance : ndarray of float, shape (rows,)
        Each row's own rate on the link scale and its variance by chance.
    matrix : ndarray of float, shape (rows, locations)
    mixture : bool
        Whether the density is of two kinds or with long tails
        (`varstat.hierarchical.model.mixture`).

    Returns
    -------
    Effects
    """
    beta, between = _locate(value, variance, matrix)
    place = value - matrix @ beta + beta[base_column(matrix)]
    centre, scale = float(np.average(place, weights=1.0 / (variance + between))), between**0.5
    low, high = _reach(place, variance, centre, between)
    number = int(np.clip(np.ceil((high - low) / (_CELL * scale)), 60, _MOST_CELLS)) + 1
    grid = np.linspace(low, high, number)
    x = (grid - centre) / scale
    return Effects(
        name="normal-mixture" if mixture else "learnt",
        scale=np.ones(1),
        log_share=np.zeros(1),
        grid=grid,
        basis=np.zeros((number, 0)) if mixture else np.column_stack([x, x**2, _splines(x)]),
        centre=centre,
        unit=scale,
    )


def base_column(matrix: Floats) -> int:
    """Find the column of the intercept, or of the largest peer group, from which effects count."""
    return int(np.argmax(matrix.sum(axis=0)))


def _locate(value: Floats, variance: Floats, matrix: Floats) -> tuple[Floats, float]:
    """Locations by weighted least squares, and the variance that they leave beyond chance."""
    between = max(float(np.var(value) - np.mean(variance)), 1e-4)
    for _ in range(4):
        root = np.sqrt(1.0 / (variance + between))
        beta = np.linalg.lstsq(matrix * root[:, None], value * root, rcond=None)[0]
        left = value - matrix @ beta
        weight = root**4
        between = max(float(np.average(left**2 - variance, weights=weight)), 1e-4)
    least = 0.05 * float(np.median(variance))
    return np.asarray(beta), max(between, least, 1e-6)


def _reach(place: Floats, variance: Floats, centre: float, between: float) -> tuple[float, float]:
    """Where effects may lie: five SDs, and as far out as units surely are."""
    shrunk = centre + (place - centre) * between / (between + variance)
    sd = np.sqrt(between * variance / (between + variance))
    away = 5.0 * between**0.5
    low = min(centre - away, float(np.min(shrunk - 4.0 * sd)))
    high = max(centre + away, float(np.max(shrunk + 4.0 * sd)))
    sure = variance < between
    if sure.any():
        error = np.sqrt(variance[sure])
        low = min(low, float(np.min(place[sure] - 4.0 * error)) - 0.3 * between**0.5)
        high = max(high, float(np.max(place[sure] + 4.0 * error)) + 0.3 * between**0.5)
    return low, high


def _splines(x: Floats) -> Floats:
    """Splines without their quadratic part: shape (grid, functions)."""
    t = np.sign(x) * np.where(
        np.abs(x) < _EVEN, np.abs(x), _EVEN * (1.0 + np.log(np.maximum(np.abs(x), _EVEN) / _EVEN))
    )
    pieces = max(int(np.ceil((t[-1] - t[0]) / _KNOT)), 8)
    step = (t[-1] - t[0]) / pieces
    knots = t[0] + step * np.arange(-3, pieces + 4)
    inside = np.clip(t, t[0] + 1e-9 * step, t[-1] - 1e-9 * step)
    splines = BSpline.design_matrix(inside, knots, 3).toarray()
    third = np.diff(np.eye(splines.shape[1]), 3, axis=0)
    found = splines @ np.linalg.pinv(third)
    # What is left of a function once the quadratic that is nearest to it in the middle is gone.
    weight = np.exp(-0.25 * (x / 1.5) ** 2) + 1e-3
    plain = np.column_stack([np.ones_like(x), x, x**2])
    part = np.linalg.lstsq(plain * weight[:, None], found * weight[:, None], rcond=None)[0]
    return np.asarray(found - plain @ part)


def refuse_unlearnt(*, single: bool, own_tau: bool) -> list[str]:
    """Say where effects can't be learnt: with several rows a unit, or a tau for each peer group."""
    problems = []
    if not single:
        problems.append(
            "the distribution of effects can be learnt where each unit has one row, and here some "
            "have several (periods or strata). Sum them, or say --effects normal or "
            "contaminated-normal."
        )
    if own_tau:
        problems.append(
            "peer groups with a tau of their own can't share a learnt distribution. Say "
            "--peer-tau common, or --effects normal."
        )
    return problems
