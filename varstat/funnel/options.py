"""The choices of a funnel: each from the call or else the card, checked against each other."""

from dataclasses import asdict, dataclass, replace
from typing import TypeVar, get_args

from varstat.card.schema import Card, Dispersion, Limits, Robust, Sides
from varstat.errors import ModelError, UsageError, choose
from varstat.funnel.dispersion import Estimator
from varstat.funnel.recipes import Recipe, RecipeName, recipe_for
from varstat.measure import Measure, ScaleName
from varstat.target.rule import TargetRule, parse_target

Said = TypeVar("Said")
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
        return self.dispersion if self.dispersion in ("dl", "pm", "reml") else "reml"

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
    """Take each choice from the call or else the card, and check that they go together.

    Raises
    ------
    UsageError
        If a choice isn't one of those there are, or a recipe fixes it.
    ModelError
        If the choices don't go with the indicator.
    """
    stated, measure = card.funnel, card.measure
    whole = card.indicator.counts == "whole" or not measure.counts
    options = Options(
        method=choose("method", method, METHODS),
        recipe=None,
        target=parse_target(_said(target, stated.target)),
        levels=check_levels(_said(levels, stated.levels)),
        sides=choose("sides", _said(sides, stated.sides), get_args(Sides)),
        limits=choose("limits", _said(limits, stated.limits), get_args(Limits)),
        dispersion=choose(
            "dispersion",
            _said(dispersion, stated.dispersion),
            get_args(Dispersion),
        ),
        robust=choose("robust", _said(robust, stated.robust), get_args(Robust)),
        tau_scale=choose("tau-scale", _said(tau_scale, stated.tau_scale), measure.scales),
        exact=whole,
    )
    if options.method != "varstat":
        asked = {
            "dispersion": dispersion,
            "robust": robust,
            "limits": limits,
            "tau-scale": tau_scale,
        }
        if measure.beside in card.needed:
            raise UsageError(
                f"method {options.method}",
                "the recipe takes expected events for known, and cases for no sample. Leave out "
                f"--{measure.beside.replace('_', '-')}, or the method.",
            )
        return _published(options, measure, asked, targeted=target is not None)
    if not whole:
        _check_continuous(options, card, asked=limits)
        options = replace(options, limits="normal")
    if options.dispersion == "auto":
        options = replace(options, dispersion="reml" if whole else "multiplicative")
    return options


def _said(asked: Said | None, stated: Said) -> Said:
    return stated if asked is None else asked


def _published(
    options: Options, measure: Measure, asked: dict[str, str | None], *, targeted: bool
) -> Options:
    """What a recipe fixes."""
    fixed = [name for name, value in asked.items() if value is not None]
    if fixed:
        raise UsageError(
            f"method {options.method}",
            f"the recipe fixes {' and '.join(fixed)} itself. Leave out --{fixed[0]}, or the "
            "method.",
        )
    recipe = recipe_for(options.method, measure)
    target = options.target
    if not targeted:
        target = parse_target("rate:1" if measure.size == "expected" else "pooled")
    return replace(
        options,
        recipe=recipe,
        target=target,
        limits="normal",
        dispersion="dl",
        robust="trim" if recipe.name == "shmi" else "winsorise",
        tau_scale=recipe.scale,
    )


def _check_continuous(options: Options, card: Card, *, asked: str | None) -> None:
    """Continuous amounts have no exact tails, and no chance variance of their own."""
    if options.dispersion == "none":
        raise ModelError(
            f"card {card.name}",
            "its counts are continuous, so that chance alone says nothing of how they vary: "
            "dispersion can't be none. Use auto.",
        )
    if asked in ("exact", "interpolated"):
        raise ModelError(
            f"card {card.name}",
            f"its counts are continuous and have no exact tails: limits can't be {asked}. "
            "Use normal.",
        )


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
    if not levels:
        raise UsageError("--levels", "there is no level. Expected numbers as in 0.95,0.998.")
    for level in levels:
        if not 0 < level < 1:
            meant = f" Did you mean {level / 100:g}?" if 1 < level < 100 else ""
            raise UsageError(
                "--levels", f"{level!r} is not a level: expected a number between 0 and 1.{meant}"
            )
    return tuple(sorted(set(levels)))
