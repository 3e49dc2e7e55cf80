"""The one way from a specification to results: read, annualise, fit or load, ask."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from varstat.analysis.asking import (
    ChangeAsking,
    CompareAsking,
    CompletenessAsking,
    FitAsking,
    FunnelAsking,
    LeagueAsking,
    OpportunityAsking,
    ReviewAsking,
)
from varstat.analysis.changing import ask_change, read_allowance
from varstat.analysis.history import ask_completeness
from varstat.analysis.inputs import check_cards, refuse_fit
from varstat.analysis.ranking import fit_levels_of, ranks_average, refuse_at
from varstat.analysis.reviewing import ask_review
from varstat.analysis.specification import Reading, Specification
from varstat.analysis.steps import (
    Setting,
    Tell,
    fit_all,
    fit_table,
    read_indicator,
    tell_nobody,
)
from varstat.errors import DiagnosticsError

if TYPE_CHECKING:
    from varstat.analysis.inputs import Input
    from varstat.data import Table
    from varstat.estimands import Opportunities
    from varstat.estimands.verdict.result import Verdicts
    from varstat.funnel.result import Funnels
    from varstat.hierarchical import Fits, Posterior
    from varstat.results import Judged, Results

# What isn't asked of a saved fit.
_OF_TABLES = (FunnelAsking, FitAsking, ChangeAsking, CompletenessAsking, ReviewAsking)
_EXPLAINING = ("covariates", "strata")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """What a run of a specification gives.

    Attributes
    ----------
    results : Results
        What was asked for.
    fits : Fits or None
        The models that it rests on; None of a funnel, and of several indicators.
    verdicts : Verdicts or None
        Of a funnel with a posterior.
    """

    results: "Results[Any]"
    fits: "Fits | None" = None
    verdicts: "Verdicts | None" = None

    @property
    def checked(self) -> "tuple[Judged | Posterior, ...]":
        """What rests on a posterior, and so on its checks."""
        found = self.results.groups if self.verdicts is None else self.verdicts.groups
        return tuple(each for each in found if hasattr(each, "diagnostics"))


def run(
    specification: Specification,
    *,
    sources: "Mapping[str, Input] | None" = None,
    folder: str | os.PathLike[str] | None = None,
    accept_failed: bool = True,
) -> "Results[Any]":
    """Run a specification.

    Parameters
    ----------
    specification : Specification
    sources : mapping of str to path, DataFrame or Card, optional
        Where what the specification names is to be found, such as a data frame.
    folder : path, optional
        Where the other files are; a provenance names them without their folders.
    accept_failed : bool
        Whether results are given of a posterior that failed its checks. They say so.

    Returns
    -------
    Results
        Funnels, Fits, Leagues, Opportunities, Comparisons, Changes, Histories, Nowcasts or
        Reviews.

    Raises
    ------
    VarstatError
        If anything can't be what is asked, as `read_table`, `fit_model` and the verbs explain.
    TableError
        If what is read has another hash than the specification says.
    DiagnosticsError
        If a posterior failed its checks and that isn't accepted.

    Examples
    --------
    >>> from varstat.analysis.asking import FunnelAsking
    >>> from varstat.analysis.specification import Reading, Specification
    >>> funnels = run(Specification(
    ...     reading=Reading(source=("example:star98",)), asking=FunnelAsking()))
    >>> asked = Specification.from_dict(funnels.provenance.to_dict())
    >>> run(asked).provenance == funnels.provenance
    True
    """
    analysis = analyse(specification, sources=sources, folder=folder)
    asked = None if sources else specification
    refuse_failed(analysis.checked, accepted=accept_failed, asked=asked)
    return analysis.results


def analyse(
    specification: Specification,
    *,
    sources: "Mapping[str, Input] | None" = None,
    folder: str | os.PathLike[str] | None = None,
    stored_as: Sequence[str] = (),
    progress: bool = False,
    tell: Tell = tell_nobody,
) -> Analysis:
    """Run a specification, and keep what its results rest on.

    Parameters
    ----------
    specification : Specification
    sources, folder : optional
        As for `run`.
    stored_as : sequence of str
        Names of files that the fit will be written to; several groups, which no file can hold,
        are then refused before any model is fitted.
    progress : bool
        Whether to show on stderr how far NUTS has come.
    tell : callable
        Is told what is being done, and how many of its parts are done and there are.

    Returns
    -------
    Analysis

    Raises
    ------
    VarstatError
        As `run`, but for what failed its checks: see `refuse_failed`.
    """
    setting = Setting(
        asked=specification,
        sources=sources or {},
        folder=folder,
        stored_as=stored_as,
        progress=progress,
        tell=tell,
    )
    _refuse_early(setting)
    if isinstance(specification.asking, FunnelAsking):
        analysis = _ask_funnel(setting, specification.asking)
    elif isinstance(specification.asking, OpportunityAsking):
        analysis = _ask_opportunity(setting, specification.asking)
    elif isinstance(specification.asking, ChangeAsking):
        analysis = Analysis(results=ask_change(setting, specification.asking))
    elif isinstance(specification.asking, CompletenessAsking):
        analysis = Analysis(results=ask_completeness(setting, specification.asking))
    elif isinstance(specification.asking, ReviewAsking):
        analysis = Analysis(results=ask_review(setting, specification.asking))
    else:
        analysis = _ask_model(setting)
    check_cards(specification, analysis.results.provenance)
    return analysis


def read(
    reading: Reading,
    *,
    sources: "Mapping[str, Input] | None" = None,
    folder: str | os.PathLike[str] | None = None,
) -> "Table":
    """Read the table of a reading, of its first source.

    Parameters
    ----------
    reading : Reading
    sources, folder : optional
        As for `run`.

    Returns
    -------
    Table

    Raises
    ------
    VarstatError
        As `read_table`.
    """
    setting = Setting(
        asked=Specification(reading=reading, asking=FunnelAsking()),
        sources=sources or {},
        folder=folder,
        stored_as=(),
        progress=False,
    )
    return read_indicator(setting, *next(reading.pair_up()))[0]


def refuse_failed(
    checked: "Iterable[Judged | Posterior]",
    *,
    accepted: bool,
    asked: Specification | None = None,
) -> None:
    """End with an error, once results are given, if a posterior failed its checks.

    Parameters
    ----------
    checked : iterable of Posterior, League, Verdict, …
    accepted : bool
        Whether the user takes the results as they are.
    asked : Specification, optional
        What was run, so that the error can say what to type next.

    Raises
    ------
    DiagnosticsError
        If one failed and that isn't accepted.
    """
    everyone = list(checked)
    failed = [each for each in everyone if not each.diagnostics.passed]
    if not failed or accepted:
        return
    # Imported only now: it knows models, which a funnel by itself doesn't load.
    from varstat.analysis.remedy import what_next

    where = "posterior"
    if len(everyone) > 1:
        where = f"{len(failed)} of {len(everyone)} posteriors, the first of them "
        where += ", ".join(failed[0].by.values())
    raise DiagnosticsError(
        where, failed[0].diagnostics.problems, further=what_next(failed[0], asked)
    )


def _refuse_early(setting: Setting) -> None:
    """Refuse what can't be before anything is read, let alone fitted."""
    asking, reading = setting.asked.asking, setting.asked.reading
    if isinstance(asking, _OF_TABLES):
        for source in reading.source:
            refuse_fit(source, command=asking.verb)
    if isinstance(asking, (LeagueAsking, OpportunityAsking, CompareAsking)) or (
        isinstance(asking, FunnelAsking) and asking.posterior
    ):
        from varstat.estimands.ranks.ranks import check_level

        check_level(asking.level)
    if isinstance(asking, (LeagueAsking, OpportunityAsking)) and asking.target is not None:
        from varstat.target.rule import parse_target

        parse_target(asking.target)
    if isinstance(asking, LeagueAsking):
        refuse_at(setting, asking)
    if isinstance(asking, OpportunityAsking):
        _refuse_cards(setting, allow_overlap=asking.allow_overlap)


def _refuse_cards(setting: Setting, *, allow_overlap: str | None) -> None:
    """Refuse cards whose opportunities can't be added up."""
    from varstat.card import load_card
    from varstat.estimands.opportunity import combine

    found = [setting.find_card(name) for name in setting.asked.reading.card]
    if len(found) < 2:
        return
    loaded = [load_card(each) if isinstance(each, str) else each for each in found]
    named = [(card.name, card.links.overlaps if card.links else ()) for card in loaded]
    combine.refuse_overlaps(combine.find_overlaps(named), allow_overlap)
    costs = [card.cost for card in loaded if card.cost and card.cost.value is not None]
    if len(costs) == len(loaded):
        combine.refuse_years({cost.price_year or "" for cost in costs})
        combine.refuse_periods({cost.period for cost in costs})


def _ask_funnel(setting: Setting, asking: FunnelAsking) -> Analysis:
    from varstat.funnel.funnel import compute_funnel

    (source, card), *_ = setting.asked.reading.pair_up()
    table, _ = read_indicator(setting, source, card)
    setting.tell("Comparing units with chance", 0, 0)
    funnels = compute_funnel(
        table,
        method=asking.method,
        target=asking.target,
        levels=asking.levels,
        sides=asking.sides,
        limits=asking.limits,
        dispersion=asking.dispersion,
        robust=asking.robust,
        tau_scale=asking.tau_scale,
    )
    if not asking.posterior:
        return Analysis(results=funnels)
    return _judge(setting, table, funnels, level=asking.level)


def _judge(setting: Setting, table: "Table", funnels: "Funnels", *, level: float) -> Analysis:
    """Set posteriors beside the flags of funnels."""
    from varstat.data.groups import split_periods
    from varstat.estimands.verdict.compute import compute_verdicts

    # Each period has a funnel, and so a model, which knows what a funnel does.
    fits = fit_table(setting, split_periods(table), alone=True)
    setting.tell("Setting posteriors beside flags", 0, 0)
    verdicts = compute_verdicts(funnels, fits, level=level)
    made = funnels.provenance
    told = made.asking | {"posterior": True, "level": level}
    # Not that covariates and strata were left out: that goes without saying.
    model = {k: v for k, v in fits.provenance.modelling.items() if k not in _EXPLAINING}
    provenance = replace(made, modelling=model | made.modelling, asking=told)
    return Analysis(results=replace(funnels, provenance=provenance), verdicts=verdicts)


def _ask_model(setting: Setting) -> Analysis:
    from varstat.estimands import compare_units, compute_league

    asking = setting.asked.asking
    if isinstance(asking, LeagueAsking) and not ranks_average(asking):
        fits = fit_levels_of(setting, asking)
    else:
        (fits, _, _), *_ = fit_all(setting)
    results: Results[Any] = fits
    if isinstance(asking, LeagueAsking):
        setting.tell("Ranking units", 0, 0)
        results = compute_league(
            fits,
            level=asking.level,
            target=asking.target,
            unmeasured=asking.unmeasured,
            also=asking.also,
        )
    elif isinstance(asking, CompareAsking):
        results = compare_units(fits, (asking.a, asking.b), level=asking.level)
    return Analysis(results=results, fits=fits)


def _ask_opportunity(setting: Setting, asking: OpportunityAsking) -> Analysis:
    from varstat.estimands import combine_opportunities, compute_opportunity

    allow = read_allowance(setting, asking)
    found: list[Opportunities] = []
    # One after another, so that the draws of one model are in memory at a time.
    for fits, factor, periods in fit_all(setting):
        setting.tell("Summing opportunities", 0, 0)
        found.append(
            compute_opportunity(
                fits,
                level=asking.level,
                target=asking.target,
                materiality=asking.materiality,
                incomparable=asking.incomparable,
                least_comparability=asking.least_comparability,
                multiplier=factor if asking.multiplier is None else asking.multiplier,
                subtotals=dict(asking.subtotals),
                unit_cost=asking.unit_cost,
                price_year=asking.price_year,
                cost_source=asking.cost_source,
                unmeasured=asking.unmeasured,
                allowance=allow(periods),
            )
        )
    if len(found) == 1:
        return Analysis(results=found[0])
    return Analysis(results=combine_opportunities(found, allow_overlap=asking.allow_overlap))
