"""Units that don't differ: a test of whether these are such, and data drawn as if they were."""

from collections.abc import Iterator

import numpy as np

from varstat.estimands.target import invert, mean_rate
from varstat.hierarchical.model.design import Design, Integers
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.predictive import draw_rows
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats
from varstat.measure.homogeneity import Homogeneity, check_homogeneity

# Numbers that are drawn at a time.
_AT_ONCE = 2_000_000


def check_alike(posterior: Posterior, *, group: Integers) -> Homogeneity:
    """Test whether the reported rates differ by more than chance, given their totals.

    Rates differ between strata, periods and groups as they may. Covariates are not allowed for.

    Parameters
    ----------
    posterior : Posterior
    group : ndarray of int, shape (units,)
        Within which units are compared.

    Returns
    -------
    Homogeneity
    """
    design = posterior.design
    periods = max(len(design.period), 1)
    key = group[design.row_unit] * len(design.cells) + design.row_cell
    return check_homogeneity(
        design.measure,
        design.event,
        design.size,
        unit=design.row_unit,
        stratum=key * periods + design.row_period,
        count=None if design.measure.counts else design.volume,
        degrees=design.error_degrees,
    )


def draw_alike(posterior: Posterior, *, group: Integers, draws: int) -> Iterator[Floats]:
    r"""Draw what rows would report if units didn't differ, some data sets at a time.

    Within each stratum and group, events fall among the rows as chance has it given their total.
    Where something passes from period to period, rates vary by it about the level at which the
    group would have its total rate,

    .. math:: y^*_r \sim p(\cdot \mid \ell + \alpha_c + w), \qquad
              \sum_r v_r\, E\,g^{-1}(\ell + \alpha_c + w) = \sum_r v_r\, y_r / n_r

    in each draw of the posterior.

    Parameters
    ----------
    posterior : Posterior
    group : ndarray of int, shape (units,)
    draws : int
        At most those of the posterior, where something passes.

    Yields
    ------
    ndarray of float, shape (some draws, rows)
        Events, or values. Counts that were withheld are drawn at the rate of their stratum.
    """
    design = posterior.design
    rng = np.random.default_rng([posterior.seed, 7])
    step = max(_AT_ONCE // design.rows, 1)
    rows = group[design.row_unit]
    chosen = np.linspace(0, posterior.draws - 1, min(draws, posterior.draws)).astype(int)
    for first in range(0, len(chosen), step):
        some = chosen[first : first + step]
        if design.transient == 0.0:
            yield _given_totals(design, rows * len(design.cells) + design.row_cell, len(some), rng)
        else:
            yield _about_level(posterior, rows, some, rng)


def _given_totals(
    design: Design, stratum: Integers, draws: int, rng: np.random.Generator
) -> Floats:
    out = np.empty((draws, design.rows))
    known = np.isfinite(design.event)
    for each in np.unique(stratum):
        inside = stratum == each
        rows, hidden = np.flatnonzero(inside & known), np.flatnonzero(inside & ~known)
        event, size = design.event[rows], design.size[rows]
        if rows.size:
            out[:, rows] = design.measure.redraw(event, size, draws, rng)
        if hidden.size:
            # Where all of a stratum is withheld, the middle of the ranges.
            middle = 0.5 * (design.event_lower[hidden] + design.event_upper[hidden])
            weight = design.measure.weight(size if rows.size else design.size[hidden])
            rate = design.measure.rates(
                event if rows.size else middle, size if rows.size else design.size[hidden]
            )
            pooled = np.full((draws, hidden.size), rate @ weight / weight.sum())
            out[:, hidden] = design.measure.draw(pooled, design.size[hidden], rng)
    return out


def _about_level(
    posterior: Posterior, group: Integers, some: Integers, rng: np.random.Generator
) -> Floats:
    design = posterior.design
    shift = posterior.beta[some] @ _strata_alone(design).T
    theta = np.empty_like(shift)
    rate = design.measure.rates(design.event, design.size)
    volume = design.volume if np.all(design.volume > 0) else design.measure.weight(design.size)
    for each in np.unique(group):
        inside = group == each
        known = np.flatnonzero(inside & np.isfinite(rate))
        if not known.size:
            theta[:, inside] = shift[:, inside]
            continue
        weight = volume[known] / volume[known].sum()
        level = invert(
            mean_rate(design, shift[:, known], weight[None], posterior.transient[some]),
            np.full((len(some), 1), float(rate[known] @ weight)),
            design=design,
        )
        theta[:, inside] = level + shift[:, inside]
    spread = unpack(design, posterior.hyper[some]).spread[:, None]
    drawn = draw_rows(design, theta, spread, rng)
    return drawn if design.measure.counts else design.from_link(drawn)


def _strata_alone(design: Design) -> Floats:
    """Rows of a design matrix in which units differ by nothing but their strata."""
    strata = np.array([name.startswith("stratum[") for name in design.locations])
    return np.where(strata, design.matrix, 0.0)
