"""The words around the strips of a history."""

from collections.abc import Sequence

from varstat.estimands.completeness.result import History
from varstat.present.caption import Caption
from varstat.prose.number import count_units
from varstat.prose.text import clean, without_options


def title(history: History) -> str:
    """Title the chart."""
    return clean(f"What was reported: {history.indicator}")


def alt_text(histories: Sequence[History]) -> str:
    """Say in words what the chart shows."""
    (only,) = histories
    return f"{title(only)}. {without_options(clean(only.summary()))}"


def caption(history: History, *, drawn: int, units: int) -> Caption:
    """Say what is written around the strips of some of the units with events."""
    some = f"{drawn} of {count_units(units)} with events" if drawn < units else count_units(units)
    return Caption(
        title=title(history),
        finding=clean(
            f"{len(history.events):,} events; {some} drawn, what is certain and losses first."
        ),
        footer=(
            "A row a unit: its volume against its own median, without the national path and its "
            "season; orange is less, blue is more, full from 40% less on. Grey: nothing reported. "
            "Frames: events, of a lasting one its first period."
        ),
    )
