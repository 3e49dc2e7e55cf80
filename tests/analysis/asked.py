"""A table with two columns for each part, and a change of each field of a specification."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from varstat.analysis.asking import (
    ChangeAsking,
    CompareAsking,
    FitAsking,
    FunnelAsking,
    LeagueAsking,
    OpportunityAsking,
    ReviewAsking,
)
from varstat.analysis.specification import Modelling, Reading, Specification

UNITS = 8
QUARTERS = ("2015-16 Q1", "2015-16 Q2")


def make_frame(seed: int = 1) -> pd.DataFrame:
    """A row a unit and quarter; of every role there are two columns."""
    rng = np.random.default_rng(seed)
    rows = UNITS * len(QUARTERS)
    unit = np.repeat([f"u{at}" for at in range(UNITS)], len(QUARTERS))
    columns: dict[str, Any] = {"unit": unit, "code": [f"c{each[1:]}" for each in unit]}
    columns |= {"name": [f"Ward {each}" for each in unit], "title": unit}
    columns |= {"kind": ["x", "x", "y", "y"] * (rows // 4), "size": ["s", "s", "l", "l"] * 4}
    columns |= {"quarter": QUARTERS * UNITS, "when": QUARTERS * UNITS}
    for name in ("denominator", "denominator2", "count", "count2"):
        columns[name] = rng.integers(100, 200, rows)
    columns["cases"] = rng.integers(300, 400, rows)
    for name in ("numerator", "numerator2", "observed", "observed2"):
        columns[name] = rng.integers(10, 60, rows)
    for name in ("expected", "expected2", "exposure", "exposure2", "value", "value2"):
        columns[name] = rng.uniform(20.0, 40.0, rows).round(3)
    for name in ("se", "se2"):
        columns[name] = rng.uniform(1.0, 2.0, rows).round(3)
    for name in ("total", "total2"):
        columns[name] = columns["count"] * 5.0 + rng.integers(0, 50, rows)
    for name in ("squares", "squares2"):
        columns[name] = columns["count"] * 40.0 + rng.integers(0, 50, rows)
    columns |= {"measure": "numerator", "amount": rng.integers(10, 60, rows)}
    for name in ("need", "age"):
        columns[name] = rng.normal(50.0, 5.0, rows).round(2)
    columns |= {f"low{at}": columns["value"] - far for at, far in (("", 2.0), ("2", 2.1))}
    columns |= {f"high{at}": columns["value"] + far for at, far in (("", 2.0), ("2", 2.1))}
    return pd.DataFrame(columns)


def make_types(kinds: str = "xy") -> pd.DataFrame:
    """A lookup of what sort each unit is."""
    return pd.DataFrame(
        {
            "code": [f"u{at}" for at in range(UNITS)],
            "sort": list(kinds) * (UNITS // 2),
            "place": range(1, UNITS + 1),
            "spot": range(UNITS, 0, -1),
        }
    )


def make_events(unit: str) -> pd.DataFrame:
    """A selective loss of a unit in the first quarter."""
    return pd.DataFrame(
        {
            "unit": [unit],
            "from": [QUARTERS[0]],
            "to": [QUARTERS[0]],
            "class": ["selective loss"],
            "share": [0.8],
        }
    )


SOURCES = {
    "data frame": make_frame(),
    "another": make_frame(2),
    "types": make_types(),
    "other types": make_types("yx"),
    "successor map": pd.DataFrame({"from": ["u1"], "to": ["u2"]}),
    "events": make_events("u1"),
    "other events": make_events("u2"),
}
PROPORTION = Reading(
    source=("data frame",),
    unit="unit",
    numerator="numerator",
    denominator="denominator",
    period="quarter",
    direction="higher-is-better",
)
_BARE = replace(PROPORTION, numerator=None, denominator=None)
RATIO = replace(_BARE, observed="observed", expected="expected")
RATE = replace(_BARE, observed="observed", exposure="exposure")
MEAN = replace(_BARE, value="value", se="se", count="count")
LIMITS = replace(_BARE, value="value", lower="low", upper="high")
SUMS = replace(_BARE, total="total", count="count", sum_of_squares="squares")
ONE_PERIOD = replace(PROPORTION, only={"quarter": "2015-16 Q1"})  # type: ignore[arg-type]

# Of each field of `Reading`, a reading and another value.
READINGS: dict[str, tuple[Reading, Any]] = {
    "source": (PROPORTION, ("another",)),
    "card": (PROPORTION, ("default-proportion",)),
    "title": (PROPORTION, "Another"),
    "direction": (PROPORTION, "neither"),
    "counts": (PROPORTION, "continuous"),
    "unit": (PROPORTION, "code"),
    "unit_name": (PROPORTION, "name"),
    "numerator": (PROPORTION, "numerator2"),
    "denominator": (PROPORTION, "denominator2"),
    "sampled_from": (PROPORTION, "cases"),
    "observed": (RATIO, "observed2"),
    "expected": (RATIO, "expected2"),
    "expected_se": (RATIO, "se"),
    "exposure": (RATE, "exposure2"),
    "value": (MEAN, "value2"),
    "lower": (LIMITS, "low2"),
    "upper": (LIMITS, "high2"),
    "limits_level": (LIMITS, 0.99),
    "percent": (PROPORTION, True),
    "per": (RATE, 1000.0),
    "se": (MEAN, "se2"),
    "count": (MEAN, "count2"),
    "total": (SUMS, "total2"),
    "sum_of_squares": (SUMS, "squares2"),
    "peer_group": (PROPORTION, "kind"),
    "period": (PROPORTION, "when"),
    "by": (PROPORTION, ("quarter", "kind")),
    "only": (PROPORTION, {"kind": ["x"]}),
    "exclude": (PROPORTION, {"kind": ["x"]}),
    "decimal": (PROPORTION, "."),
    "spread": (PROPORTION, "measure:amount"),
    "lookup": (PROPORTION, ("types:code",)),
    "roll_up": (PROPORTION, "all"),
    "annualise": (PROPORTION, "x4"),
    "rules": (PROPORTION, "hes"),
    "suppressed": (PROPORTION, {"*": (1, 4), "any": (1, 7)}),
    "rounded": (PROPORTION, {"numerator": 3, "denominator": 5}),
    "zero": (PROPORTION, ("-",)),
    "missing": (PROPORTION, ("-99", "n.r.")),
    "lenient": (PROPORTION, True),
}
# Of each field of `Modelling`.
MODELLINGS: dict[str, Any] = {
    "covariates": ("need",),
    "inform": ("size",),
    "strata": (),
    "effects": "student-t",
    "likelihood": "beta-binomial",
    "transient": 0.1,
    "peer_tau": "own",
    "engine": "quadrature",
    "draws": 104,
    "seed": 2,
}
# Of each class that asks, an instance and another value of each of its fields.
_SHORT = "target=best:0.25,median"
_SHORT = "target=best:0.25,median"
ASKINGS: dict[type, tuple[Any, dict[str, Any]]] = {
    FunnelAsking: (
        FunnelAsking(),
        {
            "method": "cqc",
            "target": "median",
            "levels": (0.9,),
            "sides": "high",
            "limits": "normal",
            "dispersion": "none",
            "robust": "trim",
            "tau_scale": "arcsine",
            "posterior": True,
        },
    ),
    FitAsking: (FitAsking(), {}),
    LeagueAsking: (
        LeagueAsking(),
        {"level": 0.5, "target": "median", "unmeasured": True, "also": ("discovery",)},
    ),
    OpportunityAsking: (
        OpportunityAsking(
            unit_cost=2.0,
            price_year="2017",
            cost_source="the ward",
            materiality=2.0,
            events="events",
        ),
        {
            "level": 0.5,
            "target": "median",
            "materiality": 3.0,
            "unit_cost": 3.0,
            "price_year": "2018",
            "cost_source": "another",
            "incomparable": "include",
            "least_comparability": 0.6,
            "multiplier": 4.0,
            "subtotals": {"some": ["u1", "u2"]},
            "unmeasured": True,
            "events": "other events",
            "prior_incomplete": 0.1,
            "prior_logit": 1.0,
            "prior_logit_sd": 0.5,
            "selective_sd": 0.2,
        },
    ),
    CompareAsking: (CompareAsking(a="u1", b="u2"), {"a": "u3", "b": "u4", "level": 0.5}),
    ChangeAsking: (
        ChangeAsking(
            before=QUARTERS[0],
            after=QUARTERS[1],
            unit_cost=2.0,
            price_year="2016",
            cost_source="a tariff",
        ),
        {
            "before": "2015-16Q1",
            "after": "2015-16Q2",
            "successors": "successor map",
            "frame": "common",
            "events": "events",
            "prior_incomplete": 0.1,
            "prior_logit": 1.0,
            "prior_logit_sd": 0.5,
            "selective_sd": 0.2,
            "target": "median",
            "minimal": 0.01,
            "passing": 0.1,
            "unit_cost": 3.0,
            "unit_cost_to": 4.0,
            "price_year": "2018",
            "cost_source": "another",
            "fdr": 0.1,
            "level": 0.5,
        },
    ),
    ReviewAsking: (
        ReviewAsking(refits=0, over=_SHORT, published="rank=place", printed="types:code"),
        {
            "level": 0.5,
            "target": "median",
            "over": "target=best:0.25,median,pooled",
            "published": "rank=spot",
            "printed": "other types:code",
            "says": "rank=raw",
            "budget": "1s",
            "refits": 20,
        },
    ),
}


def few(
    asking: Any, changes: dict[str, Any] | None = None, *, reading: Reading = ONE_PERIOD
) -> Specification:
    """A specification of a small model, some of its modelling changed."""
    modelling = Modelling(**({"draws": 100} | (changes or {})))
    return Specification(reading=reading, modelling=modelling, asking=asking)
