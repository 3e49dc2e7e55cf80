"""What a reader must know of the organisations and periods of a change."""

from collections.abc import Iterator

from varstat.data.organisations.frame import Frame
from varstat.data.organisations.successors import SuccessorMap
from varstat.estimands.change.bridge import Sides
from varstat.period.choose import Span
from varstat.period.period import Periods
from varstat.prose.number import count_units
from varstat.prose.text import clean

_SEASONS = (
    "The two periods are of different seasons, and what the season does to the nation can't be "
    "told from a change. Compare the same quarter of two years, or whole years."
)


def say_frame(successors: SuccessorMap | None, frame: Frame, *, common: bool) -> str:
    """Say what organisations were brought to.

    Parameters
    ----------
    successors : SuccessorMap or None
    frame : Frame
    common : bool
        Whether those with one of the periods alone are shown.

    Returns
    -------
    str
    """
    if successors is None:
        base = "organisations as they are in the data"
    else:
        gone = len(frame.old) - len(frame.new)
        base = f"organisations after the changes of {clean(successors.source)}"
        base += f" ({len(frame.old)} codes made {len(frame.new)})" if gone else ""
    return f"{base}; those with one of the periods alone leave or come" if common else base


def note_periods(periods: Periods, spans: tuple[Span, Span], sides: Sides) -> Iterator[str]:
    """Say what a reader must know of the periods and peer groups.

    Parameters
    ----------
    periods : Periods
        Of the table.
    spans : (Span, Span)
    sides : Sides

    Yields
    ------
    str
        A sentence or two each.
    """
    if regrouped := int(sides.regrouped.sum()):
        yield (
            f"{count_units(regrouped)} changed peer group in between: what that does to the total "
            "is structure, and the rest is against the groups of the second period."
        )
    starts = [periods.periods[span.places[0]].first for span in spans]
    months = [sum(periods.periods[at].months or 0 for at in span.places) for span in spans]
    if None in starts or months[0] % 12 == 0 or (starts[1] - starts[0]) % 12 == 0:  # type: ignore[operator]
        return
    yield _SEASONS
