"""Fit hierarchical models: one call for every group of a table."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from varstat.card.field import OWN_SIZE, columns_of
from varstat.card.schema import Card
from varstat.data.beside import refuse_beside
from varstat.data.complete import keep_complete
from varstat.data.groups import group_rows, refuse_repeats
from varstat.data.overlap import refuse_overlaps
from varstat.data.table import Table
from varstat.errors import TableError, UsageError, choose, did_you_mean, expect
from varstat.hierarchical.automatic import (
    drop_choice,
    propose_effects,
    set_apart,
    state_effects,
)
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.furthest import find_furthest
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.effects import Effects
from varstat.hierarchical.posterior import Fits, Posterior
from varstat.hierarchical.predictive import PREDICTIVE_LIMIT, check_predictive
from varstat.hierarchical.quadrature.fit import fit_quadrature, refusal
from varstat.measure import Floats, Measure
from varstat.measure.moderate import find_moderation
from varstat.prose.number import listed

ENGINES = ("auto", "quadrature", "nuts")
LEAST_DRAWS, MOST_DRAWS = 100, 1_000_000


def fit_model(
    table: Table,
    *,
    covariates: Sequence[str] | str | None = None,
    inform: Sequence[str] | str | None = None,
    strata: Sequence[str] | str | None = None,
    engine: str = "auto",
    draws: int = 4000,
    seed: int = 1,
    progress: bool = False,
    tell: Callable[[str, int, int], None] | None = None,
) -> Fits:
    r"""Fit the hierarchical model that a table's card states, in each group of the table.

    For unit i in period t and case-mix cell c, with a link g,

    .. math:: g(\theta_{itc}) = x_{it}'\beta + \gamma_{g(i)} + \alpha_c + \delta_t + u_i + w_{it}

    where :math:`u_i` persists (normal, Student-t, contaminated normal or learnt, of scale
    :math:`\tau`) and :math:`w_{it}` passes. The effects :math:`\alpha_c` of the strata are fitted
    together with the rest; without strata there are none.

    Parameters
    ----------
    table : Table
        Its periods go into one model, unless it is split by them.
    covariates : str or sequence of str, optional
        Which of the table's covariates units' differences are explained by; all, unless given.
        Rows without one are left out, as are units without a peer group where others have one,
        and the account says so.
    inform : str or sequence of str, optional
        What units are estimated by without being excused: of the table's columns that inform, or
        `size`, the log of each unit's own size; those of the table, unless given.
    strata : str or sequence of str, optional
        Which of the table's strata make the case-mix cells; all, unless given.
    engine : {"auto", "quadrature", "nuts"}
        "auto" is quadrature wherever that applies.
    draws : int
        Joint draws from the posterior, of each group.
    seed : int
        The same table, card and seed give the same draws.
    progress : bool
        Whether to show on stderr how far NUTS has come.
    tell : callable, optional
        Is told of each group what is being done, how many are done and how many there are.

    Returns
    -------
    Fits

    Raises
    ------
    UsageError
        If an option is not one of those listed.
    TableError
        If the table lacks a covariate of the card, or a unit stands more than once in a period,
        stratum and group.
    ModelError
        If the model can't be of these data.

    References
    ----------
    .. [1] Goldstein & Spiegelhalter (1996). League tables and their limitations: statistical
       issues in comparisons of institutional performance. JRSS A 159(3), 385-443.
       doi:10.2307/2983325

    Examples
    --------
    >>> import varstat
    >>> fits = varstat.fit_model(varstat.read_table("example:star98"))
    >>> fits[0].engine, fits[0].draws
    ('quadrature', 4000)
    """
    expect("fit_model", table, Table, mend="Read it first: read_table(data).")
    engine = choose("engine", engine, ENGINES)
    if draws < LEAST_DRAWS:
        few = "1 draw says" if draws == 1 else f"{draws} draws say"
        raise UsageError("draws", f"{few} too little; give {LEAST_DRAWS} or more.")
    if draws > MOST_DRAWS:
        raise UsageError(
            "draws",
            f"{draws:,} draws take memory and say no more than fewer; give {MOST_DRAWS:,} at most.",
        )
    if seed < 0:
        raise UsageError("seed", "a seed is a whole number, zero or more.")
    refuse_beside(table, where=table.account.source, alike=True)
    chosen = {"covariates": covariates, "inform": inform, "strata": strata}
    table = _for_model(table, covariates, inform, strata)
    group, labels = group_rows(table)
    periods = table.periods.labels
    posteriors = []
    for g, by in enumerate(labels):
        frame = table.frame[group == g]
        if tell is not None:
            one = f"Fitting the model of {len(frame):,} rows"
            tell("Fitting model" if len(labels) > 1 else one, g, len(labels))
        posteriors.append(
            _fit_group(
                table,
                frame,
                by,
                periods,
                engine=engine,
                draws=draws,
                seed=seed,
                progress=progress,
            )
        )
    return Fits(
        groups=tuple(posteriors),
        accounts=(table.account,),
        provenance=table.state_provenance(
            "fit",
            options={"engine": engine, "draws": draws, "seed": seed, "by": list(table.by)},
            modelling={name: list(_names(of)) for name, of in chosen.items() if of is not None}
            | {"engine": engine, "draws": draws, "seed": seed},
        ),
    )


def _for_model(
    table: Table,
    covariates: Sequence[str] | str | None,
    inform: Sequence[str] | str | None,
    strata: Sequence[str] | str | None,
) -> Table:
    """Keep the columns and rows that the model is of."""
    model = table.card.model
    _refuse_missing(table, "covariate", covariates, model.covariates, table.covariates)
    _refuse_missing(table, "inform", inform, model.inform, table.inform)
    covariates = _choose_columns("covariates", covariates, table.covariates)
    told = _choose_columns("inform", inform, tuple(dict.fromkeys((*table.inform, OWN_SIZE))))
    inform = table.inform if inform is None else told
    strata = _choose_columns("strata", strata, table.strata)
    table = keep_complete(table, covariates=(*covariates, *columns_of(inform)))
    refuse_overlaps(table)
    refuse_repeats(table, within=("period", *strata), what="a model")
    return replace(table, covariates=covariates, inform=inform, strata=strata)


def _refuse_missing(
    table: Table,
    option: str,
    chosen: Sequence[str] | str | None,
    stated: Sequence[str],
    there: Sequence[str],
) -> None:
    """Refuse to leave out what the card states, unless others are named."""
    missing = [repr(name) for name in stated if name not in there]
    if chosen is None and missing:
        what = f"covariate{'s' if len(missing) > 1 else ''}" if option == "covariate" else option
        raise TableError(
            table.account.source,
            f"the card's model has the {what} {', '.join(missing)}, and there is no such column "
            f"to spare. Add it to the file or a --lookup, or name others with --{option}.",
        )


def _choose_columns(
    option: str, names: Sequence[str] | str | None, there: tuple[str, ...]
) -> tuple[str, ...]:
    if names is None:
        return there
    chosen = _names(names)
    for name in chosen:
        if name not in there:
            raise UsageError(
                option,
                f"the table has no {name!r} among its {option}.{did_you_mean(name, there)} Name it "
                "when the table is read.",
            )
    return chosen


def _names(names: Sequence[str] | str) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))


def _fit_group(
    table: Table,
    frame: pd.DataFrame,
    by: dict[str, str],
    periods: Sequence[str],
    *,
    engine: str,
    draws: int,
    seed: int,
    progress: bool,
) -> Posterior:
    where = ", ".join(f"{name} {value}" for name, value in by.items()) or table.account.source
    frame, degrees = _moderated(frame, table.measure)
    design = build_design(
        frame,
        measure=table.measure,
        card=table.card,
        covariates=table.covariates,
        inform=table.inform,
        strata=table.strata,
        periods=periods,
        error_degrees=degrees,
        where=where,
    )
    return fit_design(
        design, card=table.card, by=by, engine=engine, draws=draws, seed=seed, progress=progress
    )


def _moderated(frame: pd.DataFrame, measure: Measure) -> tuple[pd.DataFrame, float]:
    """Draw standard errors of means of few cases towards one SD; say by how many degrees."""
    if measure.counts or "count" not in frame:
        return frame, 0.0
    error, count = frame[measure.size].to_numpy(float), frame["count"].to_numpy(float)
    found = find_moderation(error, count)
    if found is None:
        return frame, 0.0
    return frame.assign(**{measure.size: found.moderate(error, count)}), found.degrees


def fit_design(
    design: Design,
    *,
    card: Card,
    by: dict[str, str],
    engine: str,
    draws: int,
    seed: int,
    progress: bool = False,
) -> Posterior:
    """Fit one group's model with an engine, or with the one that applies.

    Where the card leaves the effects to the units they are normal, unless their shape says
    otherwise; NUTS keeps them normal.
    """
    found = _fit_stated(
        design, card=card, by=by, engine=engine, draws=draws, seed=seed, progress=progress
    )
    if card.model.effects != "auto" or engine == "nuts":
        return set_apart(found, stated=True)
    other = propose_effects(found) if found.engine == "quadrature" else None
    while other is not None and refusal(other) is None:
        better = _fit_stated(
            other, card=card, by=by, engine="quadrature", draws=draws, seed=seed, progress=False
        )
        if len(better.diagnostics.problems) > len(found.diagnostics.problems):
            break
        found = better
        other = propose_effects(found)
    return set_apart(found)


def with_effects(posterior: Posterior, effects: Effects, *notes: str) -> Posterior:
    """Fit the same units again with other effects, by quadrature.

    Parameters
    ----------
    posterior : Posterior
    effects : Effects
    *notes : str
        In place of the note that says which were chosen.
    """
    said = (*drop_choice(posterior.design.notes), *notes)
    return _fit_stated(
        replace(posterior.design, effects=effects, notes=said),
        card=state_effects(posterior.card, effects.name),
        by=posterior.by,
        engine="quadrature",
        draws=posterior.draws,
        seed=posterior.seed,
        progress=False,
    )


def _fit_stated(
    design: Design,
    *,
    card: Card,
    by: dict[str, str],
    engine: str,
    draws: int,
    seed: int,
    progress: bool,
) -> Posterior:
    """Fit the effects that a design states."""
    why_not = refusal(design)
    reason = f"quadrature doesn't apply: {why_not}"
    if engine == "quadrature" and why_not:
        raise UsageError("engine", f"{reason}. Use --engine nuts.")
    if engine == "nuts" and design.effects.learnt:
        raise UsageError(
            "engine",
            "effects are learnt by quadrature alone. Leave --engine out, or say --effects normal.",
        )
    if engine != "nuts" and not why_not:
        found = fit_quadrature(design, draws=draws, seed=seed)
        alone = engine == "quadrature" or design.effects.learnt
        if alone or not found.diagnostics.problems:
            return Posterior(
                indicator=card.indicator.title,
                by=by,
                card=card,
                design=design,
                engine="quadrature",
                seed=seed,
                hyper=found.hyper.h,
                effects=found.effects,
                chains=1,
                lattice=found.lattice,
                # By what doesn't hang on the seed and the number of draws.
                diagnostics=_checked(design, found.hyper.check, found.diagnostics, seed=1),
            )
        reason = "the draws by quadrature failed their checks"
    # Imported here: PyMC takes longer to import than most models to fit.
    from varstat.hierarchical.nuts.fit import fit_nuts

    sampled = fit_nuts(design, draws=draws, seed=seed, progress=progress)
    if engine == "auto":
        note = f"Sampled by NUTS, as {reason}."
        design = replace(design, notes=(*design.notes, note))
    return Posterior(
        indicator=card.indicator.title,
        by=by,
        card=card,
        design=design,
        engine="nuts",
        seed=seed,
        hyper=sampled.hyper,
        effects=sampled.effects,
        chains=sampled.chains,
        lattice=None,
        diagnostics=_checked(design, sampled.hyper, sampled.diagnostics, seed=seed),
    )


def _checked(design: Design, h: Floats, found: Diagnostics, *, seed: int) -> Diagnostics:
    """Add the posterior predictive check to an engine's own."""
    predictive = check_predictive(design, h, seed=seed)
    problems, furthest = list(found.problems), found.furthest
    if predictive.get("extreme", 1.0) < PREDICTIVE_LIMIT:
        far = find_furthest(design, h)
        furthest = tuple(each.unit for each in far)
        problems.append(
            "Some unit lies further out than the model gives any unit "
            f"(posterior predictive p under {PREDICTIVE_LIMIT:g}; furthest out: "
            f"{listed([each.text for each in far])}). Look at it first: is it comparable, is it "
            "reported right? Peer groups or covariates say why units differ; --effects auto finds "
            "the distribution that units show."
        )
    if predictive.get("spread", 1.0) < PREDICTIVE_LIMIT:
        problems.append(
            "Units' rates are more spread out than the model gives "
            f"(posterior predictive p under {PREDICTIVE_LIMIT:g}). A wider prior on tau, peer "
            "groups or --effects auto may mend that."
        )
    return replace(found, predictive=predictive, problems=tuple(problems), furthest=furthest)
