"""What is left out of a multiverse: combinations that aren't defensible, or take too long."""

from collections.abc import Callable
from dataclasses import dataclass

from varstat.review.multiverse.axes import ASKED, AXES, AxisName
from varstat.review.multiverse.design import Choice, Refuse
from varstat.review.multiverse.facts import NONE, Facts
from varstat.target.rule import parse_target

# Units left below which nothing can be ranked.
_FEWEST = 4
_LEARNT = ("normal-mixture", "learnt")
# Likelihoods with a part that passes, and those without it.
PLAIN = {"beta-binomial": "binomial", "negative-binomial": "poisson"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A combination that isn't defensible, unless it is the user's own.

    Attributes
    ----------
    axes : tuple of str
        The choices that make it so.
    holds : callable
        Whether a full choice is such a combination.
    reason : str
        A sentence.
    """

    axes: tuple[AxisName, ...]
    holds: Callable[[Choice], bool]
    reason: str


def refuse_for(facts: Facts, *, bounded: bool) -> Refuse:
    """Make the function that says why a combination of options is left out.

    Parameters
    ----------
    facts : Facts
    bounded : bool
        Whether combinations whose fits take long are left out too, as nobody asked for them.

    Returns
    -------
    callable
        Of a choice: the reason, or None.
    """
    rules: tuple[_Rule, ...] = (
        *_of_targets(facts),
        *_of_models(facts),
        *((_costly(facts),) if bounded and not facts.quick else ()),
    )

    def refuse(choice: Choice) -> str | None:
        full: dict[str, str] = {**facts.own, **choice}
        for rule in rules:
            own = all(full[axis] == facts.own[axis] for axis in rule.axes)
            if not own and rule.holds(full):
                return rule.reason
        return None

    return refuse


def _of_targets(facts: Facts) -> tuple[_Rule, ...]:
    """Rules of what is asked of a model."""

    def too_strict(full: Choice) -> bool:
        rule = parse_target(full["target"])
        heeds = full["peers"] != NONE and (rule.named is None or rule.named.peers == "declared")
        return rule.kind == "best" and heeds and rule.value * facts.smallest_group < 1

    return (
        _Rule(
            axes=("target", "peers"),
            holds=too_strict,
            reason="The best share of a peer group would be less than one unit of the smallest.",
        ),
        _Rule(
            axes=("target", "covariates"),
            holds=lambda full: (
                parse_target(full["target"]).kind == "similar" and full["covariates"] == NONE
            ),
            reason="Without covariates it can't be said which units are alike.",
        ),
        _Rule(
            axes=("target", "period"),
            holds=lambda full: full["period"] != "all" and _fixes_volume(full["target"]),
            reason="A rule that counts at the first period's volumes needs all periods.",
        ),
        _Rule(
            axes=("comparability", "strata", "peers"),
            holds=lambda full: (
                full["comparability"] == "include"
                and (not facts.incomparable or full["strata"] == full["peers"] == NONE)
            ),
            reason="All units can be compared: it would be the same twice.",
        ),
    )


def _of_models(facts: Facts) -> tuple[_Rule, ...]:
    """Rules of the model itself."""

    def one_row(full: Choice) -> bool:
        return full["strata"] == NONE and (not facts.periods or full["period"] != "all")

    return (
        _Rule(
            axes=("effects", "period", "strata"),
            holds=lambda full: full["effects"] in _LEARNT and not one_row(full),
            reason="A distribution of effects can be learnt where each unit has one row.",
        ),
        _Rule(
            axes=("effects", "peers"),
            holds=lambda full: (
                full["effects"] in _LEARNT and facts.own_tau and full["peers"] != NONE
            ),
            reason="Peer groups with a tau of their own can't share a learnt distribution.",
        ),
        _Rule(
            axes=("likelihood", "period", "strata"),
            holds=lambda full: (
                full["likelihood"] in PLAIN
                and (full["strata"] != NONE or (one_row(full) and not facts.stated_transient))
            ),
            reason="A likelihood with a part that passes needs several periods, without strata.",
        ),
        _Rule(
            axes=("exclude-smallest",),
            holds=lambda full: (
                full["exclude-smallest"].endswith("%")
                and facts.units * (1 - float(full["exclude-smallest"][:-1]) / 100) < _FEWEST
            ),
            reason=f"Fewer than {_FEWEST} units would be left.",
        ),
    )


def _fixes_volume(target: str) -> bool:
    named = parse_target(target).named
    return named is not None and named.fixed_volume


def _costly(facts: Facts) -> _Rule:
    models: tuple[AxisName, ...] = tuple(axis for axis in AXES if axis not in ASKED)
    return _Rule(
        axes=models,
        holds=lambda full: full["period"] == "all",
        reason="With what passes between periods each fit takes long: other models are fitted to "
        "one row a unit. Ask for them with --over.",
    )
