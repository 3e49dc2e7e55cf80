r"""Regression of events on case-mix, all units pooled.

==========  =======================================  =========================================
measure     model of an event                        link
==========  =======================================  =========================================
proportion  binomial, :math:`n_r p_r`                logit: coefficients are log odds ratios
ratio       Poisson, :math:`E_r \theta_r`            log: coefficients are log rate ratios
mean        least squares, each case counting once   identity: coefficients are differences
==========  =======================================  =========================================

with :math:`g(\cdot) = x_r'\beta`. Cases of one unit are alike for other reasons than case-mix, so
that standard errors are by unit [1]_,

.. math:: \frac{G}{G-1}\, A^{-1} \Big(\sum_i s_i s_i'\Big) A^{-1}, \qquad
          s_i = \sum_{r \in i} x_r\, w_r (y_r - \mu_r),

with A the information and G units, and limits are Student-t with G - 1 degrees of freedom.

References
----------
.. [1] Liang & Zeger (1986). Longitudinal data analysis using generalized linear models. Biometrika
   73(1), 13-22. doi:10.1093/biomet/73.1.13
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from varstat.adjust.cells import Integers, add_up
from varstat.adjust.columns import Columns, independent
from varstat.adjust.separation import find_separation
from varstat.measure import Floats, Measure
from varstat.measure.lock import lock_arrays

_STEPS = 60
# Share of the variance by chance below which one by unit isn't known.
_NOTHING = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """A regression on case-mix.

    Attributes
    ----------
    estimate : ndarray of float, shape (columns,)
        On the link scale. Infinite where the likelihood grows for ever; NaN for a column that is
        determined by those before it.
    se : ndarray of float, shape (columns,)
        NaN where the estimate isn't finite, or there is one unit.
    expected : ndarray of float, shape (rows,)
        Events, also of rows whose own event isn't known.
    separated : ndarray of bool, shape (rows,)
        Rows of which none or all are expected to be events.
    """

    estimate: Floats
    se: Floats
    expected: Floats
    separated: NDArray[np.bool_]

    def __post_init__(self) -> None:
        lock_arrays(self)


def regress(
    columns: Columns, event: Floats, size: Floats, *, measure: Measure, unit: Integers
) -> Regression:
    """Regress events on case-mix.

    Parameters
    ----------
    columns : Columns
    event : ndarray of float, shape (rows,)
        Events, or a mean's total over its cases; NaN where it isn't known.
    size : ndarray of float, shape (rows,)
    measure : Measure
    unit : ndarray of int, shape (rows,)

    Returns
    -------
    Regression
    """
    # Rows alike in all that explains are one to the likelihood.
    known = np.isfinite(event)
    of_row = columns.alike
    design = columns.matrix[np.unique(of_row, return_index=True)[1]]
    distinct = design.toarray()
    number = len(distinct)
    events = add_up(event[known], of_row[known], number)
    sizes = add_up(size[known], of_row[known], number)
    used = sizes > 0
    free = independent(design[used])
    apart = np.zeros(number, dtype=np.bool_)
    direction = np.zeros(len(free))
    if measure.counts:
        most = measure.most_events(sizes[used])
        found = find_separation(design[used][:, free], events[used], most)
        apart[used] = found.rows
        direction[free] = found.direction
    fitted = used & ~apart
    kept = np.zeros_like(free)
    kept[free] = independent(design[fitted][:, free]) if fitted.any() else False
    beta = np.zeros(len(free))
    if kept.any():
        beta[kept] = _maximise(distinct[fitted][:, kept], events[fitted], sizes[fitted], measure)
    rate = measure.from_link(distinct @ beta)
    rate[apart] = events[apart] > 0
    if apart.any():
        # What nobody knows of follows what is known.
        toward = np.where(used, 0.0, distinct @ direction)
        end = measure.ends[1] if measure.bounded else np.nan
        rate = np.where(toward < -1e-6, 0.0, np.where(toward > 1e-6, end, rate))
    estimable = kept & _estimable(distinct[fitted][:, free], free)
    se = np.full(len(free), np.nan)
    se[kept] = _errors(
        columns.matrix[:, kept],
        event - size * rate[of_row],
        size,
        rate[of_row],
        unit,
        measure=measure,
        rows=known & fitted[of_row],
    )
    endless = np.where(direction > 0, np.inf, np.where(direction < 0, -np.inf, np.nan))
    estimate = np.where(estimable, beta, endless)
    return Regression(
        estimate=estimate,
        se=np.where(estimable, se, np.nan),
        expected=size * rate[of_row],
        separated=apart[of_row],
    )


def _maximise(x: Floats, event: Floats, size: Floats, measure: Measure) -> Floats:
    """Coefficients of greatest likelihood, by Newton's method; the first column is ones."""
    beta = np.zeros(x.shape[1])
    beta[0] = measure.to_link(event.sum() / size.sum())
    best = _likelihood(x @ beta, event, size, measure)
    for _ in range(_STEPS):
        rate = measure.from_link(x @ beta)
        information = measure.information(size, rate)
        score = x.T @ (event - size * rate)
        step = linalg.lstsq(x.T @ (x * information[:, None]), score, cond=1e-14)[0]
        # The likelihoods are concave: a step that overshoots is halved until it gains.
        for _ in range(_STEPS):
            gained = _likelihood(x @ (beta + step), event, size, measure) - best
            if gained >= -1e-12 * abs(best):
                break
            step = 0.5 * step
        beta, best = beta + step, best + max(gained, 0.0)
        if float(np.max(np.abs(step))) < 1e-11 * (1.0 + float(np.max(np.abs(beta)))):
            break
    return beta


def _likelihood(eta: Floats, event: Floats, size: Floats, measure: Measure) -> float:
    """Log likelihood, without what doesn't depend on the predictors."""
    with np.errstate(over="ignore"):
        return float(np.sum(event * eta - size * measure.cumulant(eta)))


def _estimable(x: Floats, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns whose own coefficient the rows determine."""
    out = np.zeros(len(free), dtype=np.bool_)
    square = x.T @ x
    # A combination of rows that is one column alone: the projection on the rows leaves it as it is.
    out[free] = np.isclose(np.diag(np.linalg.pinv(square, rcond=1e-10) @ square), 1.0, atol=1e-6)
    return out


def _errors(
    x: sparse.csr_array,
    residual: Floats,
    size: Floats,
    rate: Floats,
    unit: Integers,
    *,
    measure: Measure,
    rows: NDArray[np.bool_],
) -> Floats:
    """Standard errors by unit."""
    groups = len(np.unique(unit[rows]))
    if groups < 2 or not x.shape[1]:
        return np.full(x.shape[1], np.nan)
    information = measure.information(size, rate)
    here = x[rows]
    inverse = np.linalg.inv((here.T @ (here * information[rows, None])).toarray())
    into = sparse.csr_array(
        (residual[rows], (unit[rows], np.arange(int(rows.sum())))),
        shape=(unit.max() + 1, len(here.indptr) - 1),
    )
    score = (into @ here).toarray()
    middle = groups / (groups - 1.0) * score.T @ score
    variance = np.diag(inverse @ middle @ inverse)
    # With no more units than columns some combinations of scores are nothing but rounding.
    one = 1.0 if measure.counts else np.mean(np.square(residual[rows]) / size[rows])
    known = variance > _NOTHING * one * np.diag(inverse)
    return np.sqrt(variance, where=known, out=np.full(len(variance), np.nan))
