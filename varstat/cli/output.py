"""What a command gives back: what is printed, which files are written, what is marked in them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

# Fields that a command which draws no chart leaves out.
DRAWING = ("chart", "highlight", "width", "height", "dpi", "size", "label", "scales")


class Format(StrEnum):
    """What is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a command gives back.

    Attributes
    ----------
    chart : str or None
        What a chart shows, where there are several.
    highlight : tuple of str
        Units to mark, by code or name.
    width, height : float or None
        Of a chart, in inches.
    dpi : int or None
        Of a PNG.
    size : {"slide", "page", "square"} or None
        Of a chart.
    label : {"all", "flagged", "none"} or None
        Which units a chart names.
    scales : {"shared", "free"}
        Whether small multiples share their axes.
    accept_failed : bool
        Whether it is no error that a posterior failed its checks.
    output : tuple of Path
        Files to write.
    force : bool
        Whether a file that varstat didn't write may be replaced.
    format_ : Format
    quiet : bool
        Whether messages are left out.
    """

    chart: str | None = None
    highlight: tuple[str, ...] = ()
    width: float | None = None
    height: float | None = None
    dpi: int | None = None
    size: str | None = None
    label: str | None = None
    scales: str = "shared"
    accept_failed: bool = False
    output: tuple[Path, ...] = ()
    force: bool = False
    format_: Format = Format.TABLE
    quiet: bool = False
