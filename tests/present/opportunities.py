"""Opportunities and comparisons of made-up units: what is shown is of real computations."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from designs import fits_of, make_design, make_posterior

from varstat.data.account import Account
from varstat.estimands import Opportunities, Opportunity, compare_units, compute_opportunity
from varstat.estimands.comparison.result import Comparison, Comparisons
from varstat.estimands.comparison.words import say_comparison
from varstat.estimands.opportunity import Money
from varstat.estimands.opportunity.words import say_opportunities, say_opportunity
from varstat.hierarchical.posterior import Posterior
from varstat.provenance import Provenance

DRAWS = 120
MONEY = Money(unit_cost=250.0, per="event", basis="tested", price_year="2020-21", source="a study")


@lru_cache
def fit_units(
    count: int,
    *,
    apart: int = 0,
    withheld: int = 0,
    peers: bool = False,
    periods: int = 1,
    mean: bool = False,
    direction: str = "higher-is-better",
) -> Posterior:
    """Fit units of very different sizes, of which the last may treat what nobody else does."""
    rng = np.random.default_rng(count)
    cells = 2 if apart else 1
    unit, cell, period = (each.ravel() for each in np.indices((count, cells, periods)))
    size = np.round(np.exp(rng.uniform(3.5, 7.0, unit.size)))
    theta = -0.3 + 0.5 * cell + 0.5 * rng.normal(size=count)[unit]
    said: dict[str, Any] = {"unit": [f"U{at:05d}" for at in unit], "direction": direction}
    if mean:
        event, said["count"] = 5 + theta + rng.normal(size=unit.size) / np.sqrt(size), size
        said["measure"], size = "mean", 1 / np.sqrt(size)
    else:
        event = rng.binomial(size.astype(int), 1 / (1 + np.exp(-theta))).astype(float)
    if apart:
        alone = unit >= count - apart
        said["strata"] = {
            "kind": [f"k{c}{u * a}" for c, u, a in zip(cell, unit, alone, strict=True)]
        }
    if withheld:
        lower, upper = event.copy(), event.copy()
        event[:withheld], lower[:withheld], upper[:withheld] = np.nan, 1, 7
        said["bounds"] = (lower, upper)
    if peers:
        said["peer_group"] = [f"Group {at % 3}" for at in unit]
    if periods > 1:
        said["period"] = [f"{2015 + at}" for at in period]
        said["transient"] = "none"
    return make_posterior(make_design(event, size, **said), draws=DRAWS)


def build_opportunity(
    count: int,
    *,
    codes: Sequence[str] | None = None,
    names: Sequence[str | None] | None = None,
    indicator: str = "Reaching the standard",
    by: dict[str, str] | None = None,
    problems: tuple[str, ...] = (),
    money: Money | None = None,
    target: str = "best:0.25",
    materiality: float | None = None,
    notes: tuple[str, ...] = (),
    **model: Any,
) -> Opportunity:
    """Compute the opportunity of `count` units, then say other things of it."""
    posterior = fit_units(count, **model)
    found = compute_opportunity(fits_of(posterior), target=target, materiality=materiality)[0]
    units = found.units
    if codes is not None:
        units = replace(units, unit=np.array(codes, dtype=object))
    if names is not None:
        units = replace(units, unit_name=np.array(names, dtype=object))
    found = replace(
        found,
        indicator=indicator,
        by=by or {},
        units=units,
        money=money,
        diagnostics=replace(found.diagnostics, problems=problems),
        notes=(*found.notes, *notes),
    )
    return replace(found, findings=say_opportunity(found))


def gather(*opportunities: Opportunity, source: str = "made.csv") -> Opportunities:
    """Put opportunities together, with an account and a provenance."""
    count = sum(each.units.unit.size for each in opportunities)
    return Opportunities(
        groups=opportunities,
        findings=say_opportunities(opportunities, (), ()),
        accounts=(_account(count, source),),
        provenance=_provenance("opportunity", source),
    )


def build_comparison(
    *,
    unit: tuple[str, str] = ("U00001", "U00002"),
    indicator: str = "Reaching the standard",
    by: dict[str, str] | None = None,
    problems: tuple[str, ...] = (),
    **model: Any,
) -> Comparison:
    """Compare the second unit with the third, then say other things of them."""
    found = compare_units(fits_of(fit_units(12, **model)), ("U00001", "U00002"))[0]
    found = replace(
        found,
        unit=unit,
        indicator=indicator,
        by=by or {},
        diagnostics=replace(found.diagnostics, problems=problems),
    )
    return replace(found, findings=say_comparison(found))


def gather_comparisons(*comparisons: Comparison, source: str = "made.csv") -> Comparisons:
    """Put comparisons together, with an account and a provenance."""
    return Comparisons(
        groups=comparisons,
        accounts=(_account(12, source),),
        provenance=_provenance("compare", source),
    )


def _account(count: int, source: str) -> Account:
    return Account(
        source=source,
        rows_read=count,
        rows_kept=count,
        rows_merged=0,
        exclusions=(),
        totals={},
        units=count,
    )


def _provenance(verb: str, source: str) -> Provenance:
    return Provenance(
        verb=verb,
        source=source,
        data_hash="0" * 64,
        card="default-proportion",
        card_hash="1" * 64,
        options={"level": 0.95},
    )
