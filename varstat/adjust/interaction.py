r"""Does case-mix mean the same in every unit? The constant-risk fallacy, and a test of it.

Adjustment supposes that a stratum adds the same to every unit's log-odds. Where it doesn't, because
units code it differently or treat it differently, adjusting can make the bias worse [1]_ [2]_.

For a factor with levels k, a regression with an effect of its own for each unit gives expected
events :math:`\mu_{ik}` and their variance :math:`v_{ik}`, and

.. math:: X^2 = \sum_{i,k} \frac{(x_{ik} - \mu_{ik})^2}{v_{ik}}

is compared with its values in data drawn without interaction (`varstat.adjust.redraw`), each fitted
again. If effects of the levels vary between units with SD :math:`\sigma` on the link scale,
:math:`X^2` exceeds their mean by about
:math:`\sigma^2 \sum_i v_i (1 - \sum_k v_{ik}^2 / v_i^2)`, which gives :math:`\hat\sigma`.

References
----------
.. [1] Nicholl (2007). Case-mix adjustment in non-randomised observational evaluations: the constant
   risk fallacy. J Epidemiol Community Health 61(11), 1010-1013. doi:10.1136/jech.2007.061747
.. [2] Mohammed, Deeks, Girling, Rudge, Carmalt, Stevens & Lilford (2009). Evidence of
   methodological bias in hospital standardised mortality ratios: retrospective database study of
   English hospitals. BMJ 338, b780. doi:10.1136/bmj.b780
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from varstat.adjust.absorbed import Family, fit_absorbed, refit
from varstat.adjust.cells import Integers, add_up
from varstat.adjust.redraw import redraw
from varstat.measure import Floats, Measure, ScaleName

# Information that is left of a row or unit by rounding.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Whether the effect of a factor or a covariate differs between units.

    Attributes
    ----------
    factor : str
        Of the strata or the covariates.
    statistic : float
        NaN where it can't be tested, as the factor doesn't vary within any unit.
    df : int
        How many numbers of events could differ; 0 where it can't be tested.
    p_value : float
        Share of data sets without interaction whose statistic is as large.
    sd : float
        SD between units of the effects of the levels, or of one SD of the covariate, on the scale
        `link`.
    link : {"logit", "log", "identity"}
    draws : int
        How many data sets were drawn.
    """

    factor: str
    statistic: float
    df: int
    p_value: float
    sd: float
    link: ScaleName
    draws: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Question:
    """One factor's statistic, as a function of scores and information."""

    measure: Callable[[Floats, Floats], tuple[float, float]]
    df: int


def check_interactions(
    x: sparse.csr_array,
    event: Floats,
    size: Floats,
    *,
    unit: Integers,
    factors: Mapping[str, Integers],
    covariates: Mapping[str, Floats],
    measure: Measure,
    draws: int,
    seed: int,
) -> tuple[Interaction, ...]:
    """Test for each factor and covariate whether its effect differs between units.

    Parameters
    ----------
    x : sparse array, shape (rows, columns)
        Of the regression without interactions, without an intercept.
    event, size : ndarray of float, shape (rows,)
        Known events. Of a mean, its value and its variance.
    unit : ndarray of int, shape (rows,)
    factors : mapping of str to ndarray of int, shape (rows,)
        Levels, from 0.
    covariates : mapping of str to ndarray of float, shape (rows,)
    measure : Measure
    draws : int
        Data sets to draw; a p-value is never below 1 / (draws + 1).
    seed : int

    Returns
    -------
    tuple of Interaction
        In the order of the factors, then of the covariates.
    """
    scale = 1.0
    if not measure.counts:
        # Steps and what is small are in standard deviations of the values.
        scale = float(np.std(event)) if event.size else 1.0
        scale = scale or 1.0
        event, size = (event - np.mean(event)) / scale, size / scale**2
        event, size = event / size, 1.0 / size
    # A unit without events, or with nothing else, says nothing of where they come from.
    number = int(unit.max(initial=-1)) + 1
    total = add_up(event, unit, number)
    most = measure.most_events(add_up(size, unit, number))
    tells = np.ones(len(total), dtype=np.bool_)
    if measure.counts:
        tells = (total > 0) & (total < most)
    order = np.argsort(unit, kind="stable")
    order = order[tells[unit[order]]]
    untested = {name: _untested(name, measure) for name in (*factors, *covariates)}
    if not order.size or not draws:
        return tuple(untested.values())
    names, of = np.unique(unit[order], return_inverse=True)
    family = Family(
        measure=measure, unit=of.ravel().astype(np.int64), units=len(names), size=size[order]
    )
    x, event = sparse.csr_array(x[order]), event[order]
    fit = fit_absorbed(family, x, event)
    questions = {
        name: _factor_question(family, level[order], fit.information)
        for name, level in factors.items()
    } | {
        name: _covariate_question(family, values[order], fit.information)
        for name, values in covariates.items()
    }
    asked = {name: question for name, question in questions.items() if question.df > 0}
    measured = {n: q.measure(event - fit.mean, fit.information) for n, q in asked.items()}
    drawn: dict[str, list[float]] = {name: [] for name in asked}
    rng = np.random.default_rng(seed)
    for other in redraw(family, fit, event, draws=draws, rng=rng) if asked else ():
        mean, information = refit(family, x, other, fit)
        for name, question in asked.items():
            drawn[name].append(question.measure(other - mean, information)[0])
    tested = {}
    for name, question in asked.items():
        statistic, slope = measured[name]
        null = np.array(drawn[name])
        excess = statistic - null.mean()
        tested[name] = Interaction(
            factor=name,
            statistic=statistic,
            df=question.df,
            # What differs by rounding alone is as large.
            p_value=(1.0 + np.sum(null >= statistic * (1.0 - 1e-9))) / (draws + 1.0),
            sd=float(scale * np.sqrt(max(excess, 0.0) / slope)),
            link=measure.link,
            draws=draws,
        )
    return tuple((untested | tested).values())


def _untested(name: str, measure: Measure) -> Interaction:
    return Interaction(
        factor=name,
        statistic=np.nan,
        df=0,
        p_value=np.nan,
        sd=np.nan,
        link=measure.link,
        draws=0,
    )


def _factor_question(family: Family, level: Integers, information: Floats) -> _Question:
    levels = int(level.max()) + 1
    key, pair = np.unique(family.unit * np.int64(levels) + level, return_inverse=True)
    pair, of = pair.ravel(), key // levels

    def measure(score: Floats, information: Floats) -> tuple[float, float]:
        left = add_up(score, pair, len(key))
        held = add_up(information, pair, len(key))
        whole = add_up(held, of, family.units)
        tells = held > _NOTHING * np.maximum(whole[of], _NOTHING)
        statistic = float(np.sum(left[tells] ** 2 / held[tells]))
        square = add_up(held**2, of, family.units)
        return statistic, float(np.sum(whole - square / np.maximum(whole, 1e-300)))

    held = add_up(information, pair, len(key))
    telling = held > _NOTHING
    kinds = np.bincount(of[telling], minlength=family.units)
    several = kinds > 1
    # Levels whose differences are already fitted, one less than are seen beside others.
    fitted = len(np.unique((key % levels)[telling & several[of]])) - 1
    df = int(np.sum(kinds[several] - 1)) - fitted
    return _Question(measure=measure, df=max(df, 0) if several.any() else 0)


def _covariate_question(family: Family, values: Floats, information: Floats) -> _Question:
    def within(information: Floats) -> Floats:
        whole = np.maximum(family.total(information), 1e-300)
        return values - (family.total(information * values) / whole)[family.unit]

    def measure(score: Floats, information: Floats) -> tuple[float, float]:
        apart = within(information)
        pull, held = family.total(apart * score), family.total(information * apart**2)
        tells = held > _NOTHING
        return float(np.sum(pull[tells] ** 2 / held[tells])), float(held[tells].sum())

    held = family.total(information * within(information) ** 2)
    return _Question(measure=measure, df=max(int(np.sum(held > _NOTHING)) - 1, 0))


def say_interaction(interaction: Interaction) -> str:
    """Say in one sentence what a test of a factor's interaction with units means.

    Parameters
    ----------
    interaction : Interaction

    Returns
    -------
    str

    Examples
    --------
    >>> found = Interaction(factor="age", statistic=250.0, df=120, p_value=0.005, sd=0.31,
    ...                     link="logit", draws=199)
    >>> print(say_interaction(found))
    The effect of 'age' differs between units by more than chance (p = 0.005; SD 0.31 on the logit
    scale): no common effect fits all, so that adjusting for it may mislead. Compare crude with
    indirectly and directly standardised rates.
    """
    name = f"'{interaction.factor}'"
    if not interaction.df:
        return (
            f"Whether the effect of {name} is the same in all units can't be tested, as it doesn't "
            "vary within units."
        )
    if np.isnan(interaction.p_value):
        return f"Whether the effect of {name} is the same in all units was not tested."
    p = interaction.p_value
    shown = f"p = {p:.2g}" if p > 0.0105 else f"p = {p:.1g}"
    size = f"SD {interaction.sd:.2g} on the {interaction.link} scale"
    if p <= 0.05:
        return (
            f"The effect of {name} differs between units by more than chance ({shown}; {size}): "
            "no common effect fits all, so that adjusting for it may mislead. Compare crude with "
            "indirectly and directly standardised rates."
        )
    return (
        f"No more than chance is seen of the effect of {name} differing between units ({shown}; "
        f"{size})."
    )
