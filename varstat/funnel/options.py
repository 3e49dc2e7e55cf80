"""The choices of a funnel: each from the call or else the card, checked against each other."""

from dataclasses import asdict, dataclass
from typing import get_args

from varstat.card.schema import Card, Dispersion, Limits, Robust, Sides
from varstat.card.target import TargetRule, parse_target
from varstat.errors import ModelError, UsageError, did_you_mean, one_of
from varstat.funnel.dispersion import Estimator
from varstat.funnel.recipes import Recipe, RecipeName, recipe_for

from varstat.measure import ScaleName

METHODS = ("varstat", *get_args(RecipeName))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every choice, made.

    Attributes
    ----------
    method : str
        "varstat" or the name of a recipe.
    recipe : Recipe or None
    target : TargetRule
    levels : tuple of float
        Ascending.
    sides, limits, dispersion, robust, tau_scale
        As in a card; dispersion is no longer "auto".
    exact : bool
        Whether events are whole counts, with exact tails.
    """

    method: str
    recipe: Recipe | None
    target: TargetRule
    levels: tuple[float, ...]
    sides: Sides
    limits: Limits
    dispersion: Dispersion
    robust: Robust
    tau_scale: ScaleName
    exact: bool

    @property
    def estimator(self) -> Estimator:
        """How the between-unit variance is estimated, whether or not limits allow for it."""
        return self.dispersion if self.dispersion in ("dl", "pm", "reml") else "pm"

    def to_dict(self) -> dict[str, object]:
        """State the choices as a card does."""
        stated = asdict(self) | {"target": self.target.text, "levels": list(self.levels)}
        return {name: value for name, value in stated.items() if name not in ("recipe", "exact")}


def resolve_options(
    card: Card,
    *,
    method: str,
    target: str | None,
    levels: tuple[float, ...] | None,
    sides: str | None,
    limits: str | None,
    dispersion: str | None,
    robust: str | None,
    tau_scale: str | None,
) -> Options:
    """Take each choice from the call or else the card, and check that they go together."""
    stated, measure = card.funnel, card.measure
    choices = {
        "method": (_one("method", method, METHODS)),
        "sides": _one("sides", sides or stated.sides, get_args(Sides)),
        "limits": _one("limits", limits or stated.limits, get_args(Limits)),
        "dispersion": _one("dispersion", dispersion or stated.dispersion, get_args(Dispersion)),
        "robust": _one("robust", robust or stated.robust, get_args(Robust)),
    }
    scale = _one("tau-scale", tau_scale or stated.tau_scale, measure.scales)
    exact = card.indicator.counts == "whole"
    rule = parse_target(target or stated.target)
    recipe = None if method == "varstat" else recipe_for(method, measure)  # type: ignore[arg-type]
    if recipe is not None:
        choices |= {
            "dispersion": "dl",
            "robust": "trim" if recipe.name == "shmi" else "winsorise",
            "limits": "normal",
        }
        scale = recipe.scale
        if target is None:
            rule = parse_target("rate:1" if measure.size == "expected" else "pooled")
    elif not exact and measure.counts:
        _check_continuous(card, choices, asked=limits)
    elif choices["dispersion"] == "auto":
        choices["dispersion"] = "pm"
    return Options(
        recipe=recipe,
        target=rule,
        levels=check_levels(levels or stated.levels),
        tau_scale=scale,
        exact=exact,
        **choices,  # type: ignore[arg-type]
    )


def _check_continuous(card: Card, choices: dict[str, str], *, asked: str | None) -> None:
    """Continuous amounts have no exact tails, and no chance variance of their own."""
    where = f"card {card.name}"
    if choices["dispersion"] == "none":
        raise ModelError(
            where,
            "its counts are continuous, so that chance alone says nothing of how they vary: "
            "dispersion can't be none. Use auto.",
        )
    if asked in ("exact", "interpolated"):
        raise ModelError(
            where,
            f"its counts are continuous and have no exact tails: limits can't be {asked}. "
            "Use normal.",
        )
    choices["limits"] = "normal"
    if choices["dispersion"] == "auto":
        choices["dispersion"] = "multiplicative"


def _one(name: str, value: str, options: tuple[str, ...]) -> str:
    if value not in options:
        raise UsageError(
            name, f"'{value}' is not one of {one_of(options)}.{did_you_mean(value, options)}"
        )
    return value


def check_levels(levels: tuple[float, ...]) -> tuple[float, ...]:
    """Check that every level is in (0, 1), and put them in order.

    Raises
    ------
    UsageError
        If one isn't; a percentage is told so.

    Examples
    --------
    >>> check_levels((0.998, 0.95))
    (0.95, 0.998)
    """
    for level in levels:
        if not 0 < level < 1:
            meant = f" Did you mean {level / 100:g}?" if 1 < level < 100 else ""
            raise UsageError(
                "levels", f"{level:g} is not a level: expected a number between 0 and 1.{meant}"
            )
    return tuple(sorted(set(levels)))
