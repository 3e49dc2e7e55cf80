"""How a card or an option names what units are compared with."""

from dataclasses import dataclass, replace
from math import isfinite, isnan
from typing import Literal, get_args

from varstat.errors import UsageError, did_you_mean, one_of
from varstat.prose.number import percent

TargetKind = Literal["pooled", "median", "best", "rate", "leave-one-out", "similar"]
Peers = Literal["declared", "all", "similar"]
_BY_NAME: dict[str, TargetKind] = {kind: kind for kind in get_args(TargetKind) if kind != "similar"}
_KINDS = ("pooled", "median", "best:0.25", "rate:0.75", "leave-one-out")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule:
    """A way to set a target.

    Attributes
    ----------
    kind : {"pooled", "median", "best", "rate", "leave-one-out", "similar"}
        `similar` is the mean of the best five of the ten units most like each.
    value : float
        The share of `best`, the rate of `rate`; NaN for the others.
    named : NamedRule or None
        The system whose rule it is, if it was asked for by that name.
    """

    kind: TargetKind
    value: float
    named: "NamedRule | None" = None

    @property
    def text(self) -> str:
        """The rule as it is written in a card."""
        if self.named is not None:
            return self.named.name
        return self.kind if isnan(self.value) else f"{self.kind}:{self.value!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRule:
    """How a national system sets its target, and what is known of its bias.

    Attributes
    ----------
    name : str
    system : str
        Who uses or used it.
    rule : TargetRule
        What it comes to.
    peers : {"declared", "all", "similar"}
        Over whom the target runs: the unit's peer group, everyone, or the units most like it.
    minimum : float
        Cases below which a unit is left out.
    fixed_volume : bool
        Whether every period counts at the volumes of the first.
    bias : str
        One or two sentences for a reader.
    """

    name: str
    system: str
    rule: TargetRule
    peers: Peers = "all"
    minimum: float = 0.0
    fixed_volume: bool = False
    bias: str


def _best(share: float) -> TargetRule:
    return TargetRule(kind="best", value=share)


_MEDIAN = TargetRule(kind="median", value=float("nan"))
# What chance alone gives is of many units of one size; a top quartile of twenty gives 0.78.
_TOP_QUARTER = (
    "On raw rates a top-quartile target is partly luck: where units don't differ at all, chance "
    "alone gives 0.82 standard errors a unit."
)
_RULES = (
    NamedRule(
        name="bcbv",
        system="Better Care, Better Value (NHS Institute, from 2006)",
        rule=_best(0.25),
        bias=f"{_TOP_QUARTER} The target was set anew each quarter, over organisations of all "
        "kinds.",
    ),
    NamedRule(
        name="bcbv-activity-adjusted",
        system="Better Care, Better Value at the activity of 2006-07 Q1",
        rule=_best(0.25),
        fixed_volume=True,
        bias=f"{_TOP_QUARTER} With volumes held at the first period's, what rate and volume "
        "changed together is put down to volume.",
    ),
    NamedRule(
        name="rightcare",
        system="NHS RightCare: the mean of the best five of the ten most similar",
        rule=TargetRule(kind="similar", value=float("nan")),
        peers="similar",
        bias="Where like units don't differ at all, the mean of the best five of ten lies 0.74 "
        "standard errors on the good side of them, and chance alone gives 0.89 standard errors a "
        "unit. The comparators' rates were taken as known.",
    ),
    NamedRule(
        name="model-hospital-median",
        system="Model Hospital: the median of peers",
        rule=_MEDIAN,
        peers="declared",
        bias="On raw rates chance alone gives 0.40 standard errors a unit against a median. Its "
        "publisher says not to add opportunities up: they overlap.",
    ),
    NamedRule(
        name="carter-mean",
        system="Lord Carter's review of acute trusts (2016): the current average",
        rule=TargetRule(kind="pooled", value=float("nan")),
        bias="On raw rates chance alone gives 0.40 standard errors a unit against an average: "
        "units on its bad side count, and those on its good side don't make up for them.",
    ),
    NamedRule(
        name="openprescribing-decile",
        system="OpenPrescribing measures: the best tenth",
        rule=_best(0.1),
        bias="On raw rates chance alone gives 1.33 standard errors a unit against a best tenth. "
        "Gaps were floored month by month and then added up, which never gives less than "
        "adding the same gaps up over the year and flooring those.",
    ),
    NamedRule(
        name="openprescribing-ppu",
        system="OpenPrescribing price per unit: the tenth centile of prices",
        rule=_best(0.1),
        bias="On raw prices chance alone gives 1.33 standard errors a unit against a tenth "
        "centile. Gaps were floored practice by practice and then added up, which never gives "
        "less than adding the same gaps up and flooring their sum.",
    ),
    NamedRule(
        name="hrrp",
        system="CMS Hospital Readmissions Reduction Program: the median of the peer group",
        rule=_MEDIAN,
        peers="declared",
        minimum=25.0,
        bias="On raw rates chance alone gives 0.40 standard errors a unit against a median; the "
        "programme compares ratios that are shrunken, which gives too little instead. Most of "
        "what penalised hospitals gained later was regression to the mean.",
    ),
)
NAMED_RULES: dict[str, NamedRule] = {named.name: named for named in _RULES}


def parse_target(text: str) -> TargetRule:
    """Read a rule such as "pooled" or "best:0.25", or the name of a system's.

    Raises
    ------
    UsageError
        If there is no such rule, or its number is not one.

    Examples
    --------
    >>> parse_target("best:0.25")
    TargetRule(kind='best', value=0.25, named=None)
    >>> parse_target("carter-mean").kind
    'pooled'
    """
    if named := NAMED_RULES.get(text.strip()):
        return replace(named.rule, named=named)
    name, _, number = text.strip().partition(":")
    kind = _BY_NAME.get(name)
    expected = "Expected pooled, median, best:SHARE, rate:RATE or leave-one-out."
    if kind is None:
        raise UsageError(
            "target",
            f"there is no target '{text}'. {expected} Or a system's rule: {one_of(NAMED_RULES)}."
            f"{did_you_mean(text, (*_KINDS, *NAMED_RULES))}",
        )
    if kind not in ("best", "rate"):
        if number:
            raise UsageError("target", f"'{kind}' takes no number. {expected}")
        return TargetRule(kind=kind, value=float("nan"))
    try:
        value = float(number)
    except ValueError:
        example = "best:0.25" if kind == "best" else "rate:0.75"
        raise UsageError("target", f"'{text}' has no number, as in {example}.") from None
    if not isfinite(value) or (kind == "best" and not 0 < value < 1):
        allowed = "between 0 and 1" if kind == "best" else "finite"
        raise UsageError(
            "target",
            f"'{text}': the number must be {allowed}; expected as in best:0.25 or rate:0.8.",
        )
    return TargetRule(kind=kind, value=value)


def rule_text(rule: str) -> str:
    """Say what a target is."""
    name, _, value = rule.partition(":")
    match name:
        case "pooled":
            return "all units together"
        case "median":
            return "median of units"
        case "leave-one-out":
            return "all other units together"
        case "best":
            return f"the best {percent(float(value))} of units"
        case "rate":
            return f"a fixed rate of {value}"
    return rule


def say_target(rule: str, scope: str) -> str:
    """Say in words what units are compared with.

    Examples
    --------
    >>> say_target("best:0.25", "within peer group")
    'the rate that the best 25% of their peer group reach'
    >>> say_target("rightcare", "similar units")
    'the mean of the best five of the ten units most like them'
    """
    parsed = parse_target(rule)
    among = " of their peer group" if scope == "within peer group" else ""
    match parsed.kind:
        case "similar":
            return "the mean of the best five of the ten units most like them"
        case "best":
            return f"the rate that the best {percent(parsed.value)}{among} reach"
        case "rate":
            return f"a rate of {parsed.value:g}"
        case "median":
            return f"the rate of the middle unit{among}"
        case _:
            return f"the rate of all units{among} taken together"
