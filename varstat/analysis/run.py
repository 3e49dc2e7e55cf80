"""The one way from a specification to results: read, annualise, fit or load, ask."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from varstat.analysis.asking import (
    CompareAsking,
    FitAsking,
    FunnelAsking,
    LeagueAsking,
    OpportunityAsking,
)
from varstat.analysis.inputs import (
    FIT_SUFFIX,
    check_cards,
    check_table,
    decided_in_fit,
    find_input,
    is_fit,
    refuse_decided,
    refuse_fit,
    split_lookup,
)
from varstat.analysis.specification import Reading, Specification
from varstat.errors import DiagnosticsError

if TYPE_CHECKING:
    import pandas as pd

    from varstat.analysis.inputs import Input
    from varstat.card import Card
    from varstat.data import Table
    from varstat.estimands import Opportunities
    from varstat.estimands.verdict.result import Verdicts
    from varstat.funnel.result import Funnels
    from varstat.hierarchical import Fits, Posterior
    from varstat.results import Judged, Results

    Where = str | os.PathLike[str] | pd.DataFrame

# Of `Reading`, what `read_table` takes in another form.
_FOUND = ("source", "card", "lookup", "annualise", "only", "exclude")
_COST = ("unit_cost", "price_year", "cost_source")


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Setting:
    """A specification, where what it names is, and what is to be done on the way."""

    asked: Specification
    sources: "Mapping[str, Input]"
    folder: str | os.PathLike[str] | None
    stored_as: Sequence[str]
    progress: bool

    def find_card(self, name: str) -> "Card | str":
        found = find_input(name, sources=self.sources, folder=self.folder)
        return str(found) if isinstance(found, (str, os.PathLike)) else cast("Card", found)

    def find_table(self, name: str) -> "Where":
        return cast("Where", find_input(name, sources=self.sources, folder=self.folder))

    def find_lookup(self, lookup: str) -> "str | tuple[Where, str]":
        name, key = split_lookup(lookup)
        # What isn't FILE:KEY is refused where lookups are opened.
        return (self.find_table(name), key) if name else lookup


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
        Funnels, Fits, Leagues, Opportunities or Comparisons.

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
    refuse_failed(analysis.checked, accepted=accept_failed)
    return analysis.results


def analyse(
    specification: Specification,
    *,
    sources: "Mapping[str, Input] | None" = None,
    folder: str | os.PathLike[str] | None = None,
    stored_as: Sequence[str] = (),
    progress: bool = False,
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

    Returns
    -------
    Analysis

    Raises
    ------
    VarstatError
        As `run`, but for what failed its checks: see `refuse_failed`.
    """
    setting = _Setting(
        asked=specification,
        sources=sources or {},
        folder=folder,
        stored_as=stored_as,
        progress=progress,
    )
    _refuse_early(setting)
    if isinstance(specification.asking, FunnelAsking):
        analysis = _ask_funnel(setting, specification.asking)
    elif isinstance(specification.asking, OpportunityAsking):
        analysis = _ask_opportunity(setting, specification.asking)
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
    setting = _Setting(
        asked=Specification(reading=reading, asking=FunnelAsking()),
        sources=sources or {},
        folder=folder,
        stored_as=(),
        progress=False,
    )
    return _read(setting, *next(reading.pair_up()))[0]


def refuse_failed(checked: "Iterable[Judged | Posterior]", *, accepted: bool) -> None:
    """End with an error, once results are given, if a posterior failed its checks.

    Parameters
    ----------
    checked : iterable of Posterior, League, Verdict, …
    accepted : bool
        Whether the user takes the results as they are.

    Raises
    ------
    DiagnosticsError
        If one failed and that isn't accepted.
    """
    everyone = list(checked)
    failed = [each for each in everyone if not each.diagnostics.passed]
    if not failed or accepted:
        return
    where = "posterior"
    if len(everyone) > 1:
        where = f"{len(failed)} of {len(everyone)} posteriors, the first of them "
        where += ", ".join(failed[0].by.values())
    *others, last = failed[0].diagnostics.problems
    tail = " The results are given, and say so; with --accept-failed that is no error."
    raise DiagnosticsError(where, [*others, last + tail])


def _refuse_early(setting: _Setting) -> None:
    """Refuse what can't be before anything is read, let alone fitted."""
    asking, reading = setting.asked.asking, setting.asked.reading
    if isinstance(asking, (FunnelAsking, FitAsking)):
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
    if isinstance(asking, OpportunityAsking):
        _refuse_cards(setting, allow_overlap=asking.allow_overlap)


def _refuse_cards(setting: _Setting, *, allow_overlap: str | None) -> None:
    """Refuse cards whose opportunities can't be added up."""
    from varstat.card import load_card
    from varstat.estimands.opportunity.combine import find_overlaps, refuse_overlaps, refuse_years

    found = [setting.find_card(name) for name in setting.asked.reading.card]
    if len(found) < 2:
        return
    loaded = [load_card(each) if isinstance(each, str) else each for each in found]
    named = [(card.name, card.links.overlaps if card.links else ()) for card in loaded]
    refuse_overlaps(find_overlaps(named), allow_overlap)
    costs = [card.cost for card in loaded if card.cost and card.cost.value is not None]
    if len(costs) == len(loaded):
        refuse_years({cost.price_year or "" for cost in costs})


def _ask_funnel(setting: _Setting, asking: FunnelAsking) -> Analysis:
    from varstat.funnel.funnel import compute_funnel

    (source, card), *_ = setting.asked.reading.pair_up()
    table, _ = _read(setting, source, card)
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


def _judge(setting: _Setting, table: "Table", funnels: "Funnels", *, level: float) -> Analysis:
    """Set posteriors beside the flags of funnels."""
    from dataclasses import replace

    from varstat.data.groups import split_periods
    from varstat.estimands.verdict.compute import compute_verdicts

    # Each period has a funnel, and so a model, which knows what a funnel does.
    fits = _fit(setting, split_periods(table), covariates=(), strata=())
    verdicts = compute_verdicts(funnels, fits, level=level)
    made = funnels.provenance
    told = made.asking | {"posterior": True, "level": level}
    provenance = replace(made, modelling=fits.provenance.modelling, asking=told)
    return Analysis(results=replace(funnels, provenance=provenance), verdicts=verdicts)


def _ask_model(setting: _Setting) -> Analysis:
    from varstat.estimands import compare_units, compute_league

    (fits, _), *_ = _fit_all(setting)
    asking = setting.asked.asking
    results: Results[Any] = fits
    if isinstance(asking, LeagueAsking):
        results = compute_league(fits, level=asking.level, target=asking.target)
    elif isinstance(asking, CompareAsking):
        results = compare_units(fits, (asking.a, asking.b), level=asking.level)
    return Analysis(results=results, fits=fits)


def _ask_opportunity(setting: _Setting, asking: OpportunityAsking) -> Analysis:
    from varstat.estimands import combine_opportunities, compute_opportunity

    found: list[Opportunities] = []
    # One after another, so that the draws of one model are in memory at a time.
    for fits, factor in _fit_all(setting):
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
            )
        )
    if len(found) == 1:
        return Analysis(results=found[0])
    return Analysis(results=combine_opportunities(found, allow_overlap=asking.allow_overlap))


def _fit_all(setting: _Setting) -> "Iterator[tuple[Fits, float]]":
    """Fit the model of each indicator, or load it; and the factor that makes years of periods."""
    from varstat.hierarchical import load_fit

    for source, card in setting.asked.reading.pair_up():
        if is_fit(source):
            refuse_decided(source, _options_decided(setting.asked))
            yield load_fit(cast(str, setting.find_table(source))), 1.0
        else:
            table, factor = _read(setting, source, card)
            yield _fit(setting, table), factor


def _options_decided(asked: Specification) -> Iterator[str]:
    """Spell the options that say anything which a saved fit has decided."""
    names = (*sorted(decided_in_fit()), *_COST)
    for part in (asked.reading, asked.modelling, asked.asking):
        for field in fields(part):
            if field.name in names and getattr(part, field.name) != field.default:
                yield f"--{field.name.replace('_', '-')}"


def _read(setting: _Setting, source: str, card: str | None) -> "tuple[Table, float]":
    """Read an indicator's table, and make years of its quarters if that is asked."""
    from varstat.data import read_table
    from varstat.data.annualise import annualise

    reading, modelling = setting.asked.reading, setting.asked.modelling
    table = read_table(
        setting.find_table(source),
        card=None if card is None else setting.find_card(card),
        lookup=[setting.find_lookup(each) for each in reading.lookup],
        only=dict(reading.only),
        exclude=dict(reading.exclude),
        **{
            field.name: getattr(reading, field.name)
            for field in fields(reading)
            if field.name not in _FOUND
        },
        covariates=modelling.covariates,
        stratum=modelling.strata,
        effects=modelling.effects,
        likelihood=modelling.likelihood,
        transient=modelling.transient,
        peer_tau=modelling.peer_tau,
    )
    check_table(setting.asked, table, source=source)
    return annualise(table, reading.annualise)


def _fit(
    setting: _Setting,
    table: "Table",
    *,
    covariates: Sequence[str] | None = None,
    strata: Sequence[str] | None = None,
) -> "Fits":
    from varstat.hierarchical import fit_model
    from varstat.hierarchical.storage.write import refuse_groups

    if table.by:
        groups = len(table.frame[list(table.by)].drop_duplicates())
        for path in setting.stored_as:
            if Path(path).suffix.lower() == FIT_SUFFIX:
                refuse_groups(groups, name=Path(path).name)
    modelling = setting.asked.modelling
    return fit_model(
        table,
        covariates=covariates,
        strata=strata,
        engine=modelling.engine,
        draws=modelling.draws,
        seed=modelling.seed,
        progress=setting.progress,
    )
