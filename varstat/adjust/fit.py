"""Fit a regression on case-mix to a table, and check what it supposes."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from varstat.adjust.casemix import Casemix, Coefficients
from varstat.adjust.caveats import caveats, holders
from varstat.adjust.cells import Integers, add_up, pair_up
from varstat.adjust.columns import Columns, build_columns
from varstat.adjust.discrimination import concordance, explained
from varstat.adjust.interaction import Interaction, check_interactions
from varstat.adjust.regression import Regression, regress
from varstat.adjust.rows import Rows, split_rows
from varstat.data.complete import keep_complete
from varstat.data.table import Table
from varstat.errors import ModelError, UsageError
from varstat.measure import Floats, Measure


def fit_casemix(table: Table, *, level: float = 0.95, draws: int = 199, seed: int = 1) -> Casemix:
    r"""Regress events on case-mix: strata as factors, covariates as z-scores, all units pooled.

    Logistic for proportions, Poisson with the size as exposure for ratios, least squares with each
    case counting once for means. Expected events follow,

    .. math:: E_i = \sum_{r \in i} n_r\, g^{-1}(x_r'\hat\beta),

    which are those of indirect standardisation where the cells differ as the factors' effects add.

    Parameters
    ----------
    table : Table
        Read with strata or covariates; one group. Rows without a covariate are left out.
    level : float
        Of the intervals, in (0, 1).
    draws : int
        Data sets drawn to test whether effects differ between units; 0 leaves that out.
    seed : int
        Of the draws.

    Returns
    -------
    Casemix

    Raises
    ------
    ModelError
        If there is nothing to regress on, or the table has several groups.
    UsageError
        If an option is out of range.

    Notes
    -----
    Where a stratum saw no event its coefficient is minus infinity, its expected events are 0, and
    the others are as if it weren't there: see `varstat.adjust.separation`.

    The c-statistic and the shares that are explained are of the data that were fitted, and so a
    little too high. Fitted events agree with those seen in every stratum by construction, so that
    their agreement shows nothing.

    References
    ----------
    .. [1] Nicholl (2007). Case-mix adjustment in non-randomised observational evaluations: the
       constant risk fallacy. J Epidemiol Community Health 61(11), 1010-1013.
       doi:10.1136/jech.2007.061747

    Examples
    --------
    >>> import pandas as pd
    >>> import varstat
    >>> frame = pd.DataFrame({
    ...     "unit": ["A", "A", "B", "B", "C", "C"], "kind": ["easy", "hard"] * 3,
    ...     "numerator": [9, 8, 2, 36, 20, 19], "denominator": [90, 20, 20, 90, 200, 50]})
    >>> found = fit_casemix(varstat.read_table(frame, stratum="kind"), draws=0)
    >>> found.to_frame()[["factor", "level", "effect"]].round(2)
          factor level  effect
    0  intercept  None    0.11
    1       kind  hard    5.85
    >>> found.unit_frame()["ratio"].round(2).to_list()
    [1.01, 1.02, 0.98]
    """
    if not 0 < level < 1:
        raise UsageError("level", f"{level:g} is not between 0 and 1, as in 0.95.")
    if draws < 0:
        raise UsageError("draws", f"{draws} is not a number of data sets. Take 0 or more.")
    where = table.card.indicator.title
    if table.by:
        raise ModelError(
            where,
            f"the table is in groups, by {', '.join(table.by)}. Regress one group at a time: keep "
            "its rows with --only, or read the table without --by.",
        )
    if not table.strata and not table.covariates:
        raise ModelError(
            where, "there is nothing to regress on. Name columns with --stratum or --covariate."
        )
    table = keep_complete(table, covariates=table.covariates, peer_groups=False)
    (rows,) = split_rows(table, where=where)
    if not rows.known.any():
        raise ModelError(where, "all events are withheld, so that there is nothing to learn.")
    measure = table.measure
    columns = build_columns(
        rows.cells,
        {name: rows.frame[name].to_numpy(dtype=float) for name in table.covariates},
        event=rows.event,
        size=rows.size,
        bounded=measure.bounded,
    )
    found = regress(columns, rows.event, rows.size, measure=measure, unit=rows.row)
    whole = table.card.indicator.counts == "whole" or not measure.counts
    tested = _interactions(rows, columns, found, measure, draws=draws if whole else 0, seed=seed)
    return _casemix(table, rows, columns, found, tested, level=level, draws=draws, seed=seed)


def _interactions(
    rows: Rows, columns: Columns, found: Regression, measure: Measure, *, draws: int, seed: int
) -> tuple[Interaction, ...]:
    """Test on rows that aren't fitted in the limit, those alike within a unit put together."""
    if not draws:
        return ()
    used = np.flatnonzero(rows.known & ~found.separated)
    pairs = pair_up(rows.row[used], columns.alike[used], cells=int(columns.alike.max()) + 1)
    first = used[np.unique(pairs.row, return_index=True)[1]]

    def total(values: Floats) -> Floats:
        return add_up(values[used], pairs.row, pairs.number)

    if measure.counts:
        event, size = total(rows.event), total(rows.size)
    else:
        # A mean, and its variance by chance.
        event = total(rows.event) / total(rows.size)
        size = total(rows.variance) / np.square(total(rows.size))
    return check_interactions(
        columns.matrix[first][:, 1:],
        event,
        size,
        unit=pairs.unit,
        factors={name: level[first] for name, level in columns.factors.items()},
        covariates={name: values[first] for name, values in columns.covariates.items()},
        measure=measure,
        draws=draws,
        seed=seed,
    )


def _casemix(
    table: Table,
    rows: Rows,
    columns: Columns,
    found: Regression,
    tested: tuple[Interaction, ...],
    *,
    level: float,
    draws: int,
    seed: int,
) -> Casemix:
    measure, known, units = table.measure, rows.known, len(rows.unit)

    def by_unit(values: Floats) -> Floats:
        return add_up(values[known], rows.row[known], units)

    observed, expected, size = map(by_unit, (rows.event, found.expected, rows.size))
    pairs = pair_up(rows.row[known], columns.alike[known], cells=int(columns.alike.max()) + 1)
    cell = [
        add_up(values[known], pairs.row, pairs.number)
        for values in (rows.event, rows.size, found.expected)
    ]
    heard = size > 0
    return Casemix(
        indicator=table.card.indicator.title,
        measure=measure,
        level=level,
        strata=table.strata,
        covariates=table.covariates,
        references=columns.references,
        coefficients=_coefficients(columns, found, rows.row[known], known, level=level),
        unit=rows.unit,
        observed=observed,
        expected=expected,
        size=size,
        row_expected=np.array(found.expected),
        concordance=concordance(cell[0], cell[1], cell[2] / cell[1])
        if measure.bounded
        else float("nan"),
        explained=explained(*cell, measure=measure),
        explained_units=explained(observed[heard], size[heard], expected[heard], measure=measure),
        interactions=tested,
        notes=tuple(caveats(table, rows, columns, found, draws=draws)),
        account=table.account,
        provenance=table.state_provenance(
            "casemix",
            options={
                "level": level,
                "draws": draws,
                "seed": seed,
                "strata": list(table.strata),
                "covariates": list(table.covariates),
            },
        ),
    )


def _coefficients(
    columns: Columns,
    found: Regression,
    unit: Integers,
    known: NDArray[np.bool_],
    *,
    level: float,
) -> Coefficients:
    freedom = max(len(np.unique(unit)) - 1, 1)
    se = np.where(holders(columns, unit, known) > 1, found.se, np.nan)
    reach = stats.t.ppf(0.5 * (1.0 + level), freedom) * se
    infinite = np.isinf(found.estimate)
    with np.errstate(invalid="ignore", divide="ignore"):
        lower, upper = found.estimate - reach, found.estimate + reach
        p_value = 2.0 * stats.t.sf(np.abs(found.estimate / se), freedom)
    # Of an effect without end one side is known.
    lower = np.where(infinite & (found.estimate < 0), -np.inf, lower)
    upper = np.where(infinite & (found.estimate > 0), np.inf, upper)
    return Coefficients(
        factor=columns.factor,
        level=columns.level,
        estimate=np.array(found.estimate),
        se=se,
        lower=lower,
        upper=upper,
        p_value=p_value,
    )
