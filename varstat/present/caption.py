"""What is written around a drawing: handed to it, so that it only draws."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from varstat.prose.text import clean
from varstat.results import Result

# What the parts of a waterfall are called.
PARTS = {
    "published": "published",
    "crude": "crude rates",
    "raw": "raw",
    "chance": "chance",
    "casemix": "case-mix",
    "peer_group": "peer group",
    "remaining": "remaining",
}
# Panels of small multiples; the figure says how many groups more there are.
MAX_PANELS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What is written around one drawing, or one panel of it.

    Attributes
    ----------
    title, finding : str
    distrust : str
        That it isn't to be trusted, and why; empty if it is.
    axis : str
        Title of the axis of rates, ranks or events.
    sizes : mapping of str to str
        Title of the axis of sizes, by its scale; empty where there is none.
    target : str
        The target and what it is.
    footer : str
        How it was made.
    group, short : str
        Name and finding of a small panel.
    """

    title: str
    finding: str
    distrust: str = ""
    axis: str = ""
    sizes: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    footer: str = ""
    group: str = ""
    short: str = ""


def group_text(result: Result) -> str:
    """Say what the units of this group have in common; empty where there is one group."""
    return clean(" · ".join(str(value) for value in result.by.values()))


def indicator_text(result: Result) -> str:
    """Name the indicator, and for how much of the size its rates are shown."""
    unit = getattr(getattr(result, "measure", None), "unit", "")
    return clean(f"{result.indicator}, {unit}" if unit else result.indicator)


def heading(result: Result) -> str:
    """Title one chart: the indicator, and the group."""
    group = group_text(result)
    title = indicator_text(result)
    return f"{title}: {group}" if group else title
