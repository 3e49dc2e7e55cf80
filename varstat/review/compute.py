"""Computing a review: every part of each group of units, and the verdicts that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from varstat.data.table import Table
from varstat.errors import UsageError, expect
from varstat.estimands.ranks.ranks import check_level
from varstat.prose.text import is_blank
from varstat.review.budget import parse_budget
from varstat.review.checklist import fill_checklists
from varstat.review.claim import Claim
from varstat.review.examine import LEAST_REFITS, Asked, examine, tell_nobody
from varstat.review.multiverse.axes import parse_over
from varstat.review.multiverse.facts import find_facts
from varstat.review.part import Part
from varstat.review.published.compare import compare_published
from varstat.review.published.read import Printed
from varstat.review.refits import Tell, default_workers
from varstat.review.result import About, Review, Reviews
from varstat.review.reviewed import Reviewed, make_reviewed, split_groups
from varstat.review.verdicts import judge_run
from varstat.review.words import say_review, say_reviews
from varstat.target.rule import parse_target

DEFAULT_LEVEL = 0.9
# Whom a claim about all units is about.
ALL = "all"


def compute_review(
    table: Table,
    *,
    target: str | None = None,
    over: str | None = None,
    printed: Printed | None = None,
    says: Mapping[str, str] | None = None,
    refits: int | None = None,
    budget: str | None = None,
    workers: int | None = None,
    level: float = DEFAULT_LEVEL,
    draws: int = 2000,
    seed: int = 1,
    tell: Tell | None = None,
) -> Reviews:
    """Review what a league table and an opportunity would claim of each group of a table.

    Parameters
    ----------
    table : Table
    target : str, optional
        That of the card, unless given.
    over : str, optional
        What to vary in analyses that could have been made as well, such as
        "effects=normal,learnt;target=best:0.25,median"; what is defensible for the measure and the
        data, unless given.
    printed : Printed, optional
        A published table to be held against the data.
    says : mapping of str to str, optional
        By which method each column of it is said to be.
    refits : int, optional
        Nations that are simulated and fitted, for each way of simulating; 20 to 100 by the work of
        the first fit, unless given, and none with 0. A Monte Carlo error says how little few say.
    budget : str, optional
        Time for that, such as "2m", where no number is given: one refit is measured, of the largest
        group, and all groups have as many.
    workers : int, optional
        Processes that share the refits; one a core and two at most, unless given. Results are the
        same whatever their number.
    level : float
        Of all intervals, in (0, 1).
    draws, seed : int
        Of the model under review; refits and other specifications have fewer draws of their own,
        and seeds that follow from this one.
    tell : callable, optional
        Is told what is being done, how many of its parts are done and how many there are.

    Returns
    -------
    Reviews
        One for each group.

    Raises
    ------
    VarstatError
        As `fit_model`, `compute_league` and `compute_opportunity`.

    Examples
    --------
    >>> import varstat
    >>> table = varstat.read_table("example:star98", direction="higher-is-better")
    >>> varstat.compute_review(table, draws=200, refits=0)[0].part("data").status
    'holds'
    """
    expect("compute_review", table, Table, mend="Read it first: read_table(data).")
    check_level(level)
    if target is not None:
        parse_target(target)
    if refits is not None and refits != 0 and refits < LEAST_REFITS:
        raise UsageError(
            "refits",
            f"{refits} say too little; give {LEAST_REFITS} or more, or 0 to simulate no nation.",
        )
    seconds = None if budget is None else parse_budget(budget)
    groups = split_groups(table)
    if printed is not None and len(groups) > 1:
        raise UsageError(
            "published",
            f"a published table is of one group, and there are {len(groups):,}. Leave out --by, or "
            "choose one with --only.",
        )
    asked = Asked(
        target=target,
        over=over,
        printed=printed,
        says=says or {},
        refits=refits,
        budget=budget,
        # Each group has its share.
        seconds=None if seconds is None else seconds / max(len(groups), 1),
        workers=default_workers() if workers is None else workers,
        level=level,
        draws=draws,
        seed=seed,
        tell=tell or tell_nobody,
    )
    reviews = _review_groups(table, groups, asked)
    # As many as were made: that is what would make them again.
    made = refits
    if budget is not None and refits is None:
        made = max((each.refits for each in reviews), default=0)
    return Reviews(
        groups=reviews,
        accounts=(table.account,),
        findings=say_reviews(reviews),
        provenance=table.state_provenance(
            "review",
            options={
                "level": level,
                "target": target,
                "over": over,
                "refits": made,
                "draws": draws,
                "seed": seed,
            }
            | ({"printed_hash": printed.data_hash} if printed is not None else {}),
            modelling={"draws": draws, "seed": seed},
            asking={"level": level, "target": target, "over": over, "refits": made},
        ),
    )


def _review_groups(
    table: Table, groups: Sequence[tuple[dict[str, str], Table]], asked: Asked
) -> tuple[Review, ...]:
    """Review each group; of releases, each is held against the one before."""
    releases = len(table.by) == 1 and table.frame[table.by[0]].equals(table.frame["period"])
    timed = asked.seconds is not None and asked.refits is None
    order = list(range(len(groups)))
    if timed and not releases:
        # What time allows of the largest group, it allows of every other.
        order.sort(key=lambda at: -len(groups[at][1].frame))
    found: dict[int, Review] = {}
    before: Reviewed | None = None
    for at in order:
        by, one = groups[at]
        reviewed, found[at] = _review_group(one, by, asked, before=before)
        before = reviewed if releases else None
        if timed and found[at].refits:
            asked = replace(asked, refits=found[at].refits)
    return tuple(found[at] for at in range(len(groups)))


def _review_group(
    table: Table, by: dict[str, str], asked: Asked, *, before: Reviewed | None
) -> tuple[Reviewed, Review]:
    asked.tell("Fitting the model under review", 0, 0)
    reviewed = make_reviewed(
        table,
        by=by,
        target=asked.target,
        level=asked.level,
        draws=asked.draws,
        seed=asked.seed,
    )
    _refuse_early(reviewed, asked)
    parts, refits = examine(reviewed, asked, before=before)
    claims = tuple(judge_run(reviewed, parts))
    if asked.printed is not None:
        part, judged = compare_published(reviewed, asked.printed, parts, says=asked.says)
        # What is printed stands in place of what the run would claim of the same kind.
        kinds = {each.kind for each in judged}
        claims = (*judged, *(each for each in claims if each.kind not in kinds))
        parts = (part, *parts)
    claims = tuple(sorted(claims, key=lambda each: bool(each.units)))
    parts = (*parts, fill_checklists(reviewed, parts, claims))
    return reviewed, Review(
        indicator=reviewed.league.indicator,
        measure=reviewed.league.measure,
        direction=reviewed.league.direction,
        by=by,
        diagnostics=reviewed.posterior.diagnostics,
        claims=claims,
        about=_about(claims, reviewed),
        parts=parts,
        specifications=_table_of(parts, "specifications"),
        by_unit=_by_unit(parts, reviewed),
        checklist=_table_of(parts, "checklist"),
        refits=refits,
        target_rule=reviewed.league.target_rule,
        level=asked.level,
        findings=say_review(claims, parts),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _refuse_early(reviewed: Reviewed, asked: Asked) -> None:
    """Refuse what can't be asked before minutes are spent on refits."""
    if asked.over is not None:
        parse_over(asked.over, find_facts(reviewed))
    if asked.printed is not None:
        compare_published(reviewed, asked.printed, says=asked.says)


def _about(claims: Sequence[Claim], reviewed: Reviewed) -> About:
    """Say whom each claim is about, by code and by name."""
    units = reviewed.league.units
    name = {
        str(code): str(code if is_blank(text) else text)
        for code, text in zip(units.unit, units.unit_name, strict=True)
    }
    return About(
        unit=tuple(", ".join(each.units) or ALL for each in claims),
        unit_name=tuple(
            ", ".join(name.get(code, code) for code in each.units) or "All units" for each in claims
        ),
    )


def _table_of(parts: Sequence[Part], name: str) -> pd.DataFrame:
    return next((each.tables[name] for each in parts if name in each.tables), pd.DataFrame())


def _by_unit(parts: Sequence[Part], reviewed: Reviewed) -> pd.DataFrame:
    """Put the columns that parts have of units side by side, best unit first."""
    units = reviewed.league.units
    codes = pd.Index([str(each) for each in units.unit], name="unit")
    columns: dict[str, object] = {
        "unit_name": pd.Series(list(units.unit_name), index=codes, dtype=object)
    }
    for part in parts:
        for name, values in part.units.items():
            columns[name] = values.reindex(codes)
    return pd.DataFrame(columns, index=codes).reset_index()
