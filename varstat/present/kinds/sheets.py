"""What stands in the columns of a workbook's further sheets, by sheet and column.

A name that ends in `*` is of all columns that begin so. What the groups have in common is explained
wherever it stands.
"""

from collections.abc import Mapping

Meanings = Mapping[str, Mapping[str, str]]

_LEVEL = "level of the intervals"
_ENDS = {"lower": "lower end of its interval", "upper": "upper end of its interval"}
_PASSED = {
    "passed": "whether the posterior passed its checks",
    "problems": "what a check found, where it didn't",
}
_HYPER = {
    "name": "what it is called in the model",
    "mean": "posterior mean",
    "sd": "posterior SD",
    **_ENDS,
    "level": "level of the interval",
    "mcse": "Monte Carlo error of the mean; 0 if summed",
}
_SHARE = "share of the variance between units that would be case-mix that nobody recorded"
_PART = {
    "unit": "code of the unit",
    "period": "the period",
    "reported": "what the unit reported",
    "estimate": "the part of all its activity that this is",
    **_ENDS,
    "selective": "whether the rate of what is missing may differ",
}

FUNNEL: Meanings = {
    "units": {"": "one row a unit"},
    "funnels": {
        "": "each group of units in one row",
        "units": "how many units there are",
        "target": "what units are compared with",
        "phi": "variance of the units about their centre, in multiples of what chance would give",
        "tau": "SD between units beyond chance",
        "tau_lower": "lower end of its 95% interval",
        "tau_upper": "upper end of its 95% interval",
        "homogeneity_p": "p-value of all units having the same rate",
        "flagged_*": "how many units are flagged at the level that the name ends in",
        "expected_false_flags_*": (
            "how many would be flagged if all performed at the target and varied as the limits say"
        ),
        "differs": "units whose posterior says that they differ from the target, and are flagged",
        "uncertain": "units that are flagged, and whose posterior isn't sure",
        "ordinary": "units that are not flagged, and whose posterior says they are near the target",
        "no_evidence": "units of which neither flag nor posterior says anything",
        **_PASSED,
    },
}
LEAGUE: Meanings = {
    "units": {"": "one row a unit, the best first"},
    "leagues": {
        "": "each group of units in one row",
        "units": "how many units there are",
        **_PASSED,
        "engine": "how the posterior was computed: quadrature or nuts",
        "rank_scope": "among whom units are ranked: all, their peer group, or nobody",
        "ranks_exact": "whether ranks were summed, without Monte Carlo error",
        "target": "posterior mean of what units are compared with",
        "target_lower": "lower end of its interval",
        "target_upper": "upper end of its interval",
        "target_rule": "how the target is set",
        "at": "of which time ranks are, where there are several periods",
        "top": "how many units make up a quarter",
        "sure_top": "units that are surely in the best quarter",
        "sure_bottom": "units that are surely in the worst quarter",
        "tiers": "into how many tiers the units fall",
        "misclassified": (
            "share expected to be wrong of the units put in the best quarter, plus that of those "
            "put outside; 0 is perfect, 1 is chance"
        ),
        "discordance": "share of pairs of units that tiers are expected to put the wrong way round",
        "level": _LEVEL,
    },
    "hyperparameters": _HYPER | {"": "what the model learnt of all units"},
    "unmeasured": {
        "": "what is left if case-mix that nobody recorded makes units differ",
        "share": _SHARE,
        "sure_top": "units that would then surely be in the best quarter",
        "sure_bottom": "units that would then surely be in the worst quarter",
    },
}
_POINT = {
    "published": "what the point method gives on raw rates",
    "plug_in": "what the point method gives on posterior mean rates",
    "signed": "posterior mean without the floor at zero: losses of some less gains of others",
    "chance_expected": "what the point method would give if units didn't differ: its mean",
    "chance_lower": "lower end of what chance alone would give",
    "chance_upper": "upper end of what chance alone would give",
    "p_material": "probability of reaching the materiality; empty where none was stated",
}
_MONEY = {
    "money": "the same in money, at the unit cost",
    "money_lower": "lower end of its interval",
    "money_upper": "upper end of its interval",
}
_AMONG = {"indicator": "what was measured", "source": "the file it is from"}
OPPORTUNITY: Meanings = {
    "units": {"": "one row a unit, the largest opportunity first"},
    "totals": {
        "": "all units together, each group in one row",
        **_AMONG,
        "estimate": "posterior mean of the opportunity of all units together, in events",
        "estimate_mcse": "its Monte Carlo error",
        **_ENDS,
        "level": _LEVEL,
        **_POINT,
        **_MONEY,
    },
    "waterfall": {
        "": "what the published opportunity is made of",
        **_AMONG,
        "component": "a part of the published opportunity: the parts add up to it",
        "unit": "code of the unit; empty for all units together",
        "estimate": "the part, in events; it may be negative",
        **_ENDS,
    },
    "periods": {
        "": "the opportunity of each period",
        "period": "the period",
        "estimate": "posterior mean of its opportunity, in events",
        **_ENDS,
        "level": _LEVEL,
        "published": _POINT["published"],
    },
    "unmeasured": {
        "": "what is left if case-mix that nobody recorded makes units differ",
        "share": _SHARE,
        "estimate": "the opportunity that would then be left",
        **_ENDS,
        "level": _LEVEL,
    },
    "completeness": {
        "": "units that didn't report all",
        "unit": "code of the unit",
        "part": "the part of its activity that was reported",
        "part_lower": "lower end of its interval",
        "part_upper": "upper end of its interval",
        "selective": _PART["selective"],
        "reported": "its opportunity as reported; empty where it carries none",
        "estimate": "its opportunity had all been reported",
        **_ENDS,
    },
    "combined": {
        "": "money of several indicators together",
        "indicators": "the indicators that are added up",
        "by": "what the groups that are added up have in common",
        "estimate": "money of all of them together: its posterior mean",
        **_ENDS,
        "level": _LEVEL,
        "published": _POINT["published"],
        "price_year": "of which year prices are",
        "overlap_reason": "why indicators that count some of the same are added up all the same",
    },
}
_EFFECT = "a part of the change: from and to are the totals, and the parts between them add up"
CHANGE: Meanings = {
    "units": {"": "one row a unit, the most improved first"},
    "effects": {
        "": "why the total moved",
        "effect": _EFFECT,
        "estimate": "in events",
        **_ENDS,
        "level": _LEVEL,
    },
    "money": {
        "": "why the total moved, in money",
        "effect": _EFFECT,
        "estimate": "in money",
        **_ENDS,
        "level": _LEVEL,
    },
    "series": {
        "": "all units together in every period",
        "period": "the period",
        "units": "how many units have data then",
        "rate": "rate of all units together, weighted by their volumes",
        "rate_lower": "lower end of its interval",
        "rate_upper": "upper end of its interval",
        "opportunity": "opportunity of the period, against a target found anew in each, in events",
        "opportunity_lower": "lower end of its interval",
        "opportunity_upper": "upper end of its interval",
    },
    "completeness": _PART | {"": "what units reported that didn't report all"},
}
HISTORY: Meanings = {
    "history": {"": "one row an event", "factor of *": "by which that count changed"},
    "completeness": {
        "": "periods that may be incomplete",
        "unit": "code of the unit",
        "period": "a period that may be incomplete",
        "reported": "what the unit reported",
        "expected": "what it would have reported by its own usual volume, trend and season",
        "estimate": "the part of the activity that was reported",
        **_ENDS,
        "p_incomplete": "that the period is incomplete",
    },
    "map": {
        "": "who may have succeeded whom",
        "from": "code that ended",
        "to": "code that may have succeeded it",
        "share": "share of its activity that went there; shares of a code add up to 1",
        "date": "the first period without the code that ended",
        "fitted": "the share as the volumes say, before it is scaled",
        "cosine": "how alike are the new code's rise and what explains it; 1 is the same",
        "z": "the rise in its standard errors; infinite of a code that starts then",
    },
    "events": {
        "": "the events, as a file to correct and give back",
        "unit": "code of the unit",
        "from": "first period of the event",
        "to": "its last period",
        "class": "what it most likely is",
        "share": "the part of the usual activity that was reported",
    },
}
_NOWCAST = {
    "period": "the period",
    "as_of": "the last vintage that has it",
    "delay": "how many vintages after its first that is",
}
NOWCAST: Meanings = {
    "completeness": {"": "one row a period of a unit"},
    "national": {
        "": "all units together in each period",
        **_NOWCAST,
        "reporting": "how many units' counts are in it",
        "missing": "how many units have reported nothing, and so aren't in it",
        "reported": "what the latest vintage has",
        "estimate": "the part of the end that is reported; above 1 where counts are to fall",
        **_ENDS,
        "nowcast": "what the count will end at",
        "nowcast_lower": "lower end of its interval",
        "nowcast_upper": "upper end of its interval",
        "status": "complete, incomplete, reopened or nothing reported",
        "level": _LEVEL,
    },
    "growth": {
        "": "how counts grow from one vintage to the next",
        "delay": "from which vintage of a period, to the next",
        "months": "its mean age, in months after the period's end",
        "factor": "by which counts of all units grow",
        **_ENDS,
        "between": "SD of the logarithms of units' own factors",
        "ratios": "how many counts were known at both",
        "completeness": "the part of the end that is known by then",
    },
    "reopened": {
        "": "periods that were complete and changed again",
        "unit": "code of the unit; empty for all units together",
        "period": "the period",
        "called": "the vintage by which it was complete",
        "as_of": "the vintage that reopened it",
        "before": "its count before",
        "after": "its count after",
    },
    "reconciliation": {
        "": "what changed from the vintage before the last to the last",
        "unit": "code of the unit",
        "period": "the period",
        "earlier": "its count in the vintage before the last; empty where that hasn't it",
        "later": "its count in the last vintage; empty where that hasn't it",
        "status": "same, up, down, new or gone",
    },
}
