"""What every part of a review starts from: one group of units, as the card models it."""

from dataclasses import dataclass, replace

from varstat.data.groups import group_rows
from varstat.data.table import Table
from varstat.estimands.league.compute import compute_league
from varstat.estimands.league.result import League
from varstat.estimands.opportunity.compute import compute_opportunity
from varstat.estimands.opportunity.result import Opportunity
from varstat.hierarchical.fit import fit_model
from varstat.hierarchical.posterior import Fits, Posterior


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reviewed:
    """One group of units, its posterior, and what varstat itself would publish of it.

    Attributes
    ----------
    table : Table
        Of this group alone, in one group.
    by : dict of str to str
        What its units have in common; empty where there is one group.
    fits : Fits
        Of one posterior.
    league : League
        Its units stand by rank, those of `posterior.design.unit` in another order: match by code.
    opportunity : Opportunity or None
        None of an indicator without a good direction, and of means of nobody knows how many cases.
    target : str or None
        The rule that was asked for in place of the card's.
    level : float
        Of intervals, in (0, 1).
    draws, seed : int
    """

    table: Table
    by: dict[str, str]
    fits: Fits
    league: League
    opportunity: Opportunity | None
    target: str | None
    level: float
    draws: int
    seed: int

    @property
    def posterior(self) -> Posterior:
        """The one posterior."""
        return self.fits[0]


def split_groups(table: Table) -> list[tuple[dict[str, str], Table]]:
    """Split a table into its groups, each a table of one group.

    Parameters
    ----------
    table : Table

    Returns
    -------
    list of (dict of str to str, Table)
    """
    group, labels = group_rows(table)
    return [
        (by, replace(table, frame=table.frame[group == g].reset_index(drop=True), by=()))
        for g, by in enumerate(labels)
    ]


def make_reviewed(
    table: Table,
    *,
    by: dict[str, str],
    target: str | None,
    level: float,
    draws: int,
    seed: int,
) -> Reviewed:
    """Fit the card's model to one group, and make its league table and opportunity.

    Parameters
    ----------
    table : Table
        Of one group.
    by : dict of str to str
    target : str or None
    level : float
    draws, seed : int

    Returns
    -------
    Reviewed

    Raises
    ------
    VarstatError
        As `fit_model`, `compute_league` and `compute_opportunity`; that there can be no opportunity
        is no error.
    """
    fits = fit_model(table, draws=draws, seed=seed)
    league = compute_league(fits, level=level, target=target)[0]
    opportunity = None
    if league.direction != "neither" and bool((fits[0].design.volume > 0).all()):
        opportunity = compute_opportunity(fits, level=level, target=target)[0]
    return Reviewed(
        table=table,
        by=by,
        fits=fits,
        league=league,
        opportunity=opportunity,
        target=target,
        level=level,
        draws=draws,
        seed=seed,
    )
