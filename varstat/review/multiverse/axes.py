"""Axes: the choices of method that a multiverse varies, and the options of each, with reasons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from varstat.errors import UsageError, VarstatError, did_you_mean, one_of
from varstat.prose.text import clean
from varstat.review.multiverse.facts import ADDED_UP, NONE, Facts
from varstat.review.tau_prior import parse_tau_prior
from varstat.target.rule import parse_target

AxisName = Literal[
    "likelihood",
    "effects",
    "tau-prior",
    "peers",
    "covariates",
    "strata",
    "period",
    "exclude-smallest",
    "target",
    "comparability",
]
AXES: tuple[AxisName, ...] = get_args(AxisName)
# What is asked of a model that is fitted; every other axis is another model.
ASKED: tuple[AxisName, ...] = ("target", "comparability")
EFFECTS = (
    *("normal", "normal-by-size", "student-t"),
    *("contaminated-normal", "normal-mixture", "learnt"),
)
LIKELIHOODS: dict[str, tuple[str, ...]] = {
    "proportion": ("binomial", "beta-binomial"),
    "ratio": ("poisson", "negative-binomial"),
    "mean": ("normal",),
}
_OWN = "What was published, or would be."
_ASKED_FOR = "Asked for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to make a choice.

    Attributes
    ----------
    name : str
    reason : str
        Why it is defensible.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A choice and its options, the user's own first.

    Attributes
    ----------
    name : str
        One of `AXES`.
    options : tuple of Option
    """

    name: AxisName
    options: tuple[Option, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the options."""
        return tuple(option.name for option in self.options)


def parse_over(text: str, facts: Facts) -> tuple[Axis, ...]:
    """Read what a multiverse is to vary, such as "effects=normal,student-t;target=median".

    Parameters
    ----------
    text : str
        Axes parted by semicolons, each a name, an equals sign, and options parted by commas.
        Several covariates or strata in one option are joined by a plus.
    facts : Facts

    Returns
    -------
    tuple of Axis
        In the order of `AXES`, the user's own option first whether or not it was named.

    Raises
    ------
    UsageError
        If there is no such axis or option; every problem at once.
    """
    problems: list[str] = []
    found: dict[AxisName, tuple[Option, ...]] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        given, equals, listed = part.partition("=")
        name = given.strip().lower()
        axis = next((each for each in AXES if each == name), None)
        if axis is None:
            shown = clean(name)
            problems.append(
                f"there is no choice '{shown}'. Expected {one_of(AXES)}.{did_you_mean(name, AXES)}"
            )
            continue
        texts = [each.strip() for each in listed.split(",") if each.strip()]
        if not equals or not texts:
            problems.append(f"'{axis}' has no options, as in {axis}={facts.own[axis]}.")
            continue
        if axis in found:
            problems.append(f"'{axis}' is given twice: list all its options in one place.")
        options = _read_options(axis, texts, facts, problems)
        found[axis] = (Option(name=facts.own[axis], reason=_OWN), *options)
    if not found and not problems:
        problems.append("it names nothing to vary. Expected, for example, target=best:0.25,median.")
    if problems:
        raise UsageError("over", problems)
    return tuple(Axis(name=axis, options=found[axis]) for axis in AXES if axis in found)


def _read_options(
    axis: AxisName, texts: list[str], facts: Facts, problems: list[str]
) -> tuple[Option, ...]:
    """Read the options of one axis, but for the user's own, and list what is wrong."""
    options: dict[str, Option] = {}
    for text in texts:
        try:
            name = _READERS[axis](text, facts)
        except VarstatError as error:
            problems += [f"{axis}: {problem}" for problem in error.problems]
            continue
        if name != facts.own[axis]:
            options[name] = Option(name=name, reason=_ASKED_FOR)
    return tuple(options.values())


def _read_target(text: str, facts: Facts) -> str:
    rule = parse_target(text)
    if rule.kind == "leave-one-out":
        raise UsageError("target", "leave-one-out is a target for funnels, and not for a model.")
    return rule.text


def _read_one_of(options: tuple[str, ...], what: str) -> Callable[[str, Facts], str]:
    def read(text: str, facts: Facts) -> str:
        if text not in options:
            raise UsageError(
                what,
                f"'{clean(text)}' is not one of {one_of(options)}.{did_you_mean(text, options)}",
            )
        return text

    return read


def _read_likelihood(text: str, facts: Facts) -> str:
    allowed = LIKELIHOODS[facts.measure]
    if text not in allowed:
        raise UsageError(
            "likelihood",
            f"'{clean(text)}' is none of a {facts.measure}: that is {one_of(allowed)}."
            f"{did_you_mean(text, allowed)}",
        )
    return text


def _read_tau_prior(text: str, facts: Facts) -> str:
    if text != facts.own["tau-prior"]:
        parse_tau_prior(text)
    return text


def _read_columns(axis: Literal["covariates", "strata"]) -> Callable[[str, Facts], str]:
    def read(text: str, facts: Facts) -> str:
        if text.lower() == NONE:
            return NONE
        there = getattr(facts, axis)
        names = [name.strip() for name in text.split("+")]
        missing = [name for name in names if name not in there]
        if missing:
            has = one_of([*map(clean, there), NONE]) if there else NONE
            raise UsageError(
                axis,
                f"the table was read without '{clean(missing[0])}'. Expected {has}."
                f"{did_you_mean(missing[0], there)} Name it when the table is read.",
            )
        # In the table's order, so that the same columns are the same option.
        return "+".join(name for name in there if name in names)

    return read


def _read_period(text: str, facts: Facts) -> str:
    allowed = ("all", ADDED_UP, "first", "last")
    if text in ("first", "last") and facts.periods:
        return facts.periods[0 if text == "first" else -1]
    if text == "all" or (text == ADDED_UP and facts.counts) or text in facts.periods:
        return text
    if not facts.periods:
        raise UsageError("period", "the table has no periods, and only 'all' can be had.")
    raise UsageError(
        "period",
        f"'{clean(text)}' is no period of the table. Expected one of those, {one_of(allowed)}."
        f"{did_you_mean(text, (*allowed, *facts.periods))}",
    )


def _read_smallest(text: str, facts: Facts) -> str:
    percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = float("nan")
    if not 0 <= value < (100 if percent else float("inf")):
        raise UsageError(
            "exclude-smallest",
            f"'{clean(text)}' is neither a percentage of the units nor the size that a unit must "
            "have, as in 10% or 500.",
        )
    return "0" if value == 0 else f"{value:.15g}{'%' if percent else ''}"


def _read_comparability(text: str, facts: Facts) -> str:
    if text in ("exclude", "include"):
        return text
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value <= 1:
        raise UsageError(
            "comparability",
            f"'{clean(text)}' is not one of exclude or include, nor the share of its cases that "
            "others must treat for a unit to be comparable, as in 0.8.",
        )
    return f"{value:.15g}"


_READERS: Mapping[AxisName, Callable[[str, Facts], str]] = {
    "likelihood": _read_likelihood,
    "effects": _read_one_of(EFFECTS, "effects"),
    "tau-prior": _read_tau_prior,
    "peers": _read_one_of(("declared", NONE), "peers"),
    "covariates": _read_columns("covariates"),
    "strata": _read_columns("strata"),
    "period": _read_period,
    "exclude-smallest": _read_smallest,
    "target": _read_target,
    "comparability": _read_comparability,
}
