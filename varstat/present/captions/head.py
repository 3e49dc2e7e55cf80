"""What stands above a chart."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above a chart.

    Attributes
    ----------
    distrust : str
        That it isn't to be trusted, and why; empty if it is.
    title, finding : str
    """

    distrust: str
    title: str
    finding: str
