"""Opportunities as tables and as plain objects."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from varstat.estimands.opportunity.result import Opportunities, Opportunity
from varstat.present.content import Content, number, plain, records, state_checks, trust

_OF_A_UNIT = (
    "unit",
    "unit_name",
    "peer_group",
    "estimate",
    "lower",
    "upper",
    "level",
    "published",
    "plug_in",
    "signed",
    "chance_expected",
    "chance_lower",
    "chance_upper",
    "p_material",
    "reliability",
    "comparable",
    "comparability",
)


def lay_out_opportunities(opportunities: Opportunities) -> Content:
    """Lay out opportunities: sheets of units, totals, waterfall and periods, and an object each."""
    first = opportunities[0]
    sheets = {
        "units": opportunities.to_frame(),
        "totals": opportunities.totals_frame(),
        "waterfall": opportunities.waterfall_frame(),
    }
    periods = [
        pd.DataFrame(dict.fromkeys(each.by) | dict(each.by), index=range(1)).merge(
            each.periods.to_frame(), how="cross"
        )
        if each.by
        else each.periods.to_frame()
        for each in opportunities
        if each.periods is not None
    ]
    if periods:
        sheets["periods"] = pd.concat(periods, ignore_index=True)
    if opportunities.combined:
        sheets["combined"] = pd.DataFrame(
            [
                asdict(each) | {"indicators": " + ".join(each.indicators), "by": str(each.by)}
                for each in opportunities.combined
            ]
        )
    about: dict[str, Any] = trust(opportunities) | {
        "account": opportunities.account.to_dict(),
        "provenance": opportunities.provenance.to_dict(),
    }
    if len(opportunities.accounts) > 1:
        about["accounts"] = [account.to_dict() for account in opportunities.accounts]
    if opportunities.combined:
        about["combined"] = [plain(asdict(each)) for each in opportunities.combined]
    if opportunities.notes:
        about["notes"] = list(opportunities.notes)
    return Content(
        kind="opportunities",
        title=first.indicator,
        sheets=sheets,
        objects=[
            opportunity_object(each) | {"account": opportunities.account_of(at).to_dict()}
            for at, each in enumerate(opportunities)
        ],
        about=about,
    )


def opportunity_object(opportunity: Opportunity) -> dict[str, Any]:
    """State an opportunity as JSON does: `total`, `units`, `waterfall`, and what they rest on.

    Missing is None.
    """
    frame = opportunity.to_frame()
    groups = len(opportunity.by)
    rest = [name for name in frame.columns[groups:] if name not in _OF_A_UNIT]
    fall = opportunity.waterfall_frame().iloc[:, groups:]
    stated: dict[str, Any] = {
        "indicator": opportunity.indicator,
        "source": opportunity.source,
        "card": opportunity.card,
        "measure": opportunity.measure.name,
        "direction": opportunity.direction,
        "by": opportunity.by,
        "model": plain(opportunity.model),
        "engine": opportunity.engine,
        "diagnostics": state_checks(opportunity.diagnostics),
        "target": number(opportunity.target),
        "target_lower": number(opportunity.target_lower),
        "target_upper": number(opportunity.target_upper),
        "target_rule": opportunity.target_rule,
        "target_scope": opportunity.target_scope,
        "target_bias": opportunity.target_bias or None,
        "per": opportunity.per,
        "multiplier": opportunity.multiplier,
        "materiality": number(opportunity.materiality),
        "money": None if opportunity.money is None else plain(asdict(opportunity.money)),
        "total": plain(asdict(opportunity.total)),
        "units": records(frame[[*_OF_A_UNIT, *rest]]),
        "waterfall": records(fall),
        "subtotals": records(opportunity.subtotals_frame()),
        "periods": None if opportunity.periods is None else records(opportunity.periods.to_frame()),
        "interactions": [plain(asdict(each)) for each in opportunity.interactions],
        "summary": opportunity.summary(),
        "notes": list(opportunity.notes),
    }
    if opportunity.money is not None:
        cost, total = opportunity.money.unit_cost, opportunity.total
        stated["total"] |= {
            "money": cost * total.estimate,
            "money_lower": cost * total.lower,
            "money_upper": cost * total.upper,
        }
    return stated
