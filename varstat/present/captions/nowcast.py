"""The words around the chart of a nowcast."""

from collections.abc import Sequence

from varstat.estimands.vintages.result import Nowcast
from varstat.present.caption import Caption
from varstat.prose.number import listed, percent
from varstat.prose.text import clean, in_words, without_options


def title(nowcast: Nowcast) -> str:
    """Title the chart."""
    return clean(f"Reported and still to come: {in_words(nowcast.count)}")


def alt_text(nowcasts: Sequence[Nowcast]) -> str:
    """Say in words what the chart shows."""
    return " ".join(f"{title(each)}. {without_options(each.findings)}" for each in nowcasts)


def caption(nowcasts: Sequence[Nowcast], *, units: int) -> Caption:
    """Say what is written around the panels.

    Parameters
    ----------
    nowcasts : sequence of Nowcast
    units : int
        How many units have a panel.
    """
    first = nowcasts[0]
    some = ""
    if units:
        noun = "the unit" if units == 1 else f"{units} units"
        some = f", and {noun} with most still to come"
    several = f"Reported and still to come: {listed([in_words(each.count) for each in nowcasts])}"
    return Caption(
        title=title(first) if len(nowcasts) == 1 else clean(several),
        finding=clean(f"All units that reported, as of {first.as_of[-1]}{some}."),
        footer=(
            f"Upright lines: {percent(first.level)} intervals of what counts will end at, from how "
            "those of earlier periods grew between vintages. Axes needn't start at zero."
        ),
    )
