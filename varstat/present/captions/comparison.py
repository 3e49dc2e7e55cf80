"""The words around the chart of a comparison."""

from dataclasses import replace

from varstat.estimands.comparison.result import Comparison
from varstat.estimands.comparison.words import say_difference
from varstat.present.caption import Caption, group_text
from varstat.prose.number import percent
from varstat.prose.text import clean, shorten

_LONGEST = 20


def title(comparison: Comparison) -> str:
    """Title the chart: both units, the indicator and the group."""
    group = group_text(comparison)
    text = f"{comparison.unit[0]} and {comparison.unit[1]}: {comparison.indicator}"
    return clean(f"{text}, {group}" if group else text)


def alt_text(comparison: Comparison) -> str:
    """Say in words what the chart shows."""
    return f"{title(comparison)}. {clean(comparison.summary())}"


def caption(comparison: Comparison) -> Caption:
    """Say what is written around the chart."""
    # Names must leave room for what is said of them.
    first, second = (shorten(clean(unit), _LONGEST) for unit in comparison.unit)
    comparison = replace(comparison, unit=(first, second))
    return Caption(
        distrust=clean(comparison.distrust),
        title=title(comparison),
        finding=clean(say_difference(comparison)),
        axis=f"Rate of {first} less that of {second}",
        footer=(
            f"Lines: {percent(comparison.level)} intervals of each part, drawn from where its bar "
            "ends. Parts are Shapley shares of the raw difference and add up to it in every draw."
        ),
    )
