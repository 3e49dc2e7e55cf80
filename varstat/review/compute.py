"""Computing a review: every part of each group of units, and the verdicts that follow."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from varstat.data.table import Table
from varstat.errors import UsageError, expect
from varstat.estimands.ranks.ranks import check_level
from varstat.prose.text import is_blank
from varstat.review.checklist import fill_checklists
from varstat.review.checks import review_checks
from varstat.review.claim import Claim
from varstat.review.labels import review_labels
from varstat.review.material import describe_material
from varstat.review.multiverse.review import review_multiverse
from varstat.review.part import Part
from varstat.review.published.compare import compare_published
from varstat.review.published.read import Printed
from varstat.review.reliability import review_reliability
from varstat.review.replication import review_replication
from varstat.review.result import About, Review, Reviews
from varstat.review.reviewed import Reviewed, make_reviewed, split_groups
from varstat.review.sensitivity import review_sensitivity
from varstat.review.verdicts import judge_run
from varstat.review.words import say_review, say_reviews
from varstat.target.rule import parse_target

DEFAULT_LEVEL = 0.9
# Whom a claim about all units is about.
ALL = "all"
Tell = Callable[[str, int, int], None]


def compute_review(
    table: Table,
    *,
    target: str | None = None,
    over: str | None = None,
    printed: Printed | None = None,
    says: Mapping[str, str] | None = None,
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
    level : float
        Of all intervals, in (0, 1).
    draws, seed : int
        Of the model under review, and of every refit.
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
    >>> varstat.compute_review(table, draws=200)[0].part("data").status
    'holds'
    """
    expect("compute_review", table, Table, mend="Read it first: read_table(data).")
    check_level(level)
    if target is not None:
        parse_target(target)
    groups = split_groups(table)
    if printed is not None and len(groups) > 1:
        raise UsageError(
            "published",
            f"a published table is of one group, and there are {len(groups):,}. Leave out --by, or "
            "choose one with --only.",
        )
    reviews = tuple(
        _review_group(
            one,
            by,
            target=target,
            over=over,
            printed=printed,
            says=says,
            level=level,
            draws=draws,
            seed=seed,
            tell=tell or _tell_nobody,
        )
        for by, one in groups
    )
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
                "draws": draws,
                "seed": seed,
            }
            | ({"printed_hash": printed.data_hash} if printed is not None else {}),
            modelling={"draws": draws, "seed": seed},
            asking={"level": level, "target": target, "over": over},
        ),
    )


def _review_group(
    table: Table,
    by: dict[str, str],
    *,
    target: str | None,
    over: str | None,
    printed: Printed | None,
    says: Mapping[str, str] | None,
    level: float,
    draws: int,
    seed: int,
    tell: Tell,
) -> Review:
    tell("Fitting the model under review", 0, 0)
    reviewed = make_reviewed(table, by=by, target=target, level=level, draws=draws, seed=seed)
    parts = _examine(reviewed, over=over, tell=tell)
    claims = tuple(judge_run(reviewed, parts))
    if printed is not None:
        part, judged = compare_published(reviewed, printed, parts, says=says)
        # What is printed stands in place of what the run would claim of the same kind.
        kinds = {each.kind for each in judged}
        claims = (*judged, *(each for each in claims if each.kind not in kinds))
        parts = (part, *parts)
    parts = (*parts, fill_checklists(reviewed, parts, claims))
    return Review(
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
        refits=0,
        target_rule=reviewed.league.target_rule,
        level=level,
        findings=say_review(claims, parts),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _examine(reviewed: Reviewed, *, over: str | None, tell: Tell) -> tuple[Part, ...]:
    """Examine all that a review examines, one part after another."""
    tell("Measuring reliability", 0, 0)
    found = [describe_material(reviewed), review_reliability(reviewed), review_labels(reviewed)]
    found.append(review_replication(reviewed))
    tell("Checking the fit", 0, 0)
    found.append(review_checks(reviewed))
    tell("Changing priors", 0, 0)
    found.append(review_sensitivity(reviewed))
    found.append(review_multiverse(reviewed, over=over, tell=tell))
    return tuple(found)


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


def _tell_nobody(stage: str, done: int, of: int) -> None:
    """Hear what is being done, and leave it at that."""
