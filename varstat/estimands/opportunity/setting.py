"""The question that an opportunity answers: who is compared with whom, at what volumes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.adjust.comparability import Comparability, assess_comparability
from varstat.errors import ModelError
from varstat.estimands.opportunity.reported import Reported, report
from varstat.estimands.target import Target, case_mix_of_rows, make_target
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats
from varstat.target.rule import NamedRule, TargetRule

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """Who is compared with whom.

    Attributes
    ----------
    posterior : Posterior
    rule : TargetRule
    sign : float
        1 where lower is better, -1 where higher is.
    parts : tuple of str
        What can be allowed for: "chance", and "casemix" and "peer_group" where the model has it.
    among : Target
        Within peer groups, if the rule heeds them, among comparable units.
    among_all : Target
        Over all peer groups, among comparable units.
    crude, crude_all : Target
        Likewise among all units, comparable or not: as a published figure has it.
    row_volume : ndarray of float, shape (rows,)
    reported : Reported
    comparability : Comparability
    counted : ndarray of bool, shape (units,)
        Units that carry an opportunity.
    eligible : ndarray of bool, shape (units,)
        Units that are large enough for the rule.
    case_mix : ndarray of float, shape (rows, locations)
        What each row has beyond its unit's level.
    plain : bool
        Whether no row has anything.
    notes : tuple of str
    """

    posterior: Posterior
    rule: TargetRule
    sign: float
    parts: tuple[str, ...]
    among: Target
    among_all: Target
    crude: Target
    crude_all: Target
    row_volume: Floats
    reported: Reported
    comparability: Comparability
    counted: Bools
    eligible: Bools
    case_mix: Floats
    plain: bool
    notes: tuple[str, ...]

    @property
    def design(self) -> Design:
        """The design of the posterior."""
        return self.posterior.design

    @property
    def published(self) -> Target:
        """Target of the published figure: over all units, or as the rule named has it."""
        return self.crude if self.rule.named else self.crude_all

    @property
    def start(self) -> str:
        """What the waterfall starts from: the published figure, or the crude one over all."""
        within = self.rule.named is not None and "peer_group" in self.parts
        return "crude" if within or self.design.strata else "published"


def set_question(
    posterior: Posterior, rule: TargetRule, *, incomparable: str, least: float
) -> Setting:
    """Settle who is compared with whom, and at what volumes.

    Parameters
    ----------
    posterior : Posterior
    rule : TargetRule
    incomparable : {"exclude", "include"}
        Whether units outside their peers' support carry an opportunity and set the target.
    least : float
        The share of a unit's case-mix that others must have for it to be comparable.

    Returns
    -------
    Setting

    Raises
    ------
    ModelError
        If there is no good direction, a mean has no count, or the rule needs what isn't there.
    """
    design, named = posterior.design, rule.named
    where = ", ".join(posterior.by.values()) or posterior.indicator
    _refuse_without_opportunity(design, where=where)
    row_volume, notes = _volumes(design, named, where=where)
    reported = report(design, row_volume)
    # Those that the rule leaves out for their size; it is of what was reported, not the base's.
    size = design.gather(design.volume[None])[0]
    # Of a ratio sizes are expected events, which say nothing of how many cases there were.
    least_cases = named.minimum if named and design.measure.of_cases else 0.0
    eligible = (size >= least_cases) & (reported.volume > 0)
    if not eligible.any():
        raise ModelError(
            where, f"the rule '{rule.text}' leaves out units of this size, which are all of them."
        )
    heeded = len(np.unique(design.peer)) > 1 and (named is None or named.peers == "declared")
    group = design.peer if heeded else np.zeros(design.units, np.int64)
    comparability = assess_comparability(
        unit=design.row_unit,
        cell=design.row_cell,
        cases=design.volume,
        group=group,
        presence_only=not design.measure.of_cases,
        least=least,
    )
    comparable = comparability.comparable | (not design.strata and rule.kind == "rate")
    counted = eligible & (comparable | (incomparable == "include"))
    if rule.kind not in ("rate", "similar"):
        # Who is alone to be counted would be its own target.
        counted &= np.bincount(group, weights=counted)[group] > 1
    members = counted if counted.any() else eligible
    among, more = make_target(design, rule, group=group, members=members)
    crude = replace(among, members=eligible)
    notes = (
        *notes,
        *_say_some(eligible & ~counted, _say_left),
        *_say_minimum(named, size, least_cases),
        *_say_some(~np.isfinite(reported.event) & eligible, _say_withheld),
        *more,
    )
    case_mix = case_mix_of_rows(design)
    adjusted = rule.kind != "similar" and is_adjusted(design)
    parts = ("chance", *(("casemix",) if adjusted else ()), *(("peer_group",) if heeded else ()))
    return Setting(
        posterior=posterior,
        rule=rule,
        sign=1.0 if design.direction == "lower-is-better" else -1.0,
        parts=parts,
        among=among,
        among_all=replace(among, group=np.zeros_like(group)),
        crude=crude,
        crude_all=replace(crude, group=np.zeros_like(group)),
        row_volume=row_volume,
        reported=reported,
        comparability=replace(comparability, comparable=comparable),
        counted=counted,
        eligible=eligible,
        case_mix=case_mix,
        plain=not np.any(case_mix),
        notes=notes,
    )


def _say_some(where: Bools, say: Callable[[int], str]) -> Iterator[str]:
    """Say something of a number of units, if there are any."""
    if where.any():
        yield say(int(np.sum(where)))


def _say_minimum(named: NamedRule | None, size: Floats, least_cases: float) -> Iterator[str]:
    """Say what a rule's least number of cases does."""
    if named is None:
        return
    few = int(np.sum(size < least_cases))
    if few:
        yield _say_small(few, named)
    if named.minimum and not least_cases:
        yield _say_unsized(named)


def _refuse_without_opportunity(design: Design, *, where: str) -> None:
    """Refuse an indicator that has no good direction, or that is of no number of cases."""
    if design.direction == "neither":
        raise ModelError(
            where,
            "an indicator with no good direction has no opportunity. State --direction "
            "higher-is-better or lower-is-better.",
        )
    if not np.all(design.volume > 0):
        raise ModelError(
            where,
            "an opportunity is a gap times a number of cases, and these means don't say how many "
            "cases they are of. Name the column with --count, or give --total, --count and "
            "--sum-of-squares.",
        )


def _volumes(
    design: Design, named: NamedRule | None, *, where: str
) -> tuple[Floats, tuple[str, ...]]:
    """Volumes of the rows: as reported, or those of the first period throughout."""
    if named is None or not named.fixed_volume:
        return design.volume, ()
    if not design.period:
        raise ModelError(
            where,
            f"'{named.name}' counts every period at the first one's volumes, so that it needs "
            "several. Give --period, or take 'bcbv'.",
        )
    key = design.row_unit * len(design.cells) + design.row_cell
    base = np.zeros(design.units * len(design.cells))
    first = design.row_period == 0
    base[key[first]] = design.volume[first]
    note = f"Volumes are those of {design.period[0]} in every period."
    new = int(np.sum(design.gather(base[key][None])[0] == 0))
    if new:
        note += (
            f" {new:,} unit{'s that have' if new > 1 else ' that has'} none then "
            f"{'carry' if new > 1 else 'carries'} no opportunity and "
            f"{'set' if new > 1 else 'sets'} no target."
        )
    more = (
        "The total takes the floor of a unit over all periods together; by the rule each period "
        "has a total of its own, as under `periods`."
    )
    return base[key], (note, more)


def is_adjusted(design: Design) -> bool:
    """Whether a model allows for what units treat, or for when, where not all report always."""
    if any(name.startswith(("coefficient[", "stratum[")) for name in design.locations):
        return True
    pairs = np.unique(design.row_unit * max(len(design.period), 1) + design.row_period)
    return bool(design.period) and len(pairs) < design.units * len(design.period)


def _say_left(left: int) -> str:
    if left == 1:
        return (
            "1 unit is not comparable: too little of its case-mix is treated elsewhere, or there "
            "is no one to compare with. What looks inefficient there may be what is treated, so "
            "that it carries no opportunity and sets no target."
        )
    return (
        f"{left:,} units are not comparable: too little of their case-mix is treated elsewhere, or "
        "there is no one to compare with. What looks inefficient there may be what is treated, so "
        "that they carry no opportunity and set no target."
    )


def _say_small(few: int, named: NamedRule) -> str:
    who = "1 unit has" if few == 1 else f"{few:,} units have"
    verb = "is" if few == 1 else "are"
    return f"{who} fewer than {named.minimum:g} cases and {verb} left out, as {named.name} has it."


def _say_unsized(named: NamedRule) -> str:
    return (
        f"{named.name} leaves out units with fewer than {named.minimum:g} cases; expected events "
        "don't say how many cases there were, and none is left out."
    )


def _say_withheld(withheld: int) -> str:
    who = "1 unit's count was" if withheld == 1 else f"{withheld:,} units' counts were"
    have = "has" if withheld == 1 else "have"
    return (
        f"{who} withheld in part or whole, and {have} no published figure; in the parts of the "
        "published figure, what the model gives stands in."
    )
