"""The moment that a posterior is of, where a series says what units' levels were then."""

from dataclasses import dataclass

from varstat.measure import Floats
from varstat.prose.number import count_units
from varstat.prose.text import clean


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """A period of a series, and the model of all its periods.

    Attributes
    ----------
    asked : str
        As it was asked for: "last", or a period.
    label : str
        The period, as the table has it.
    periods : tuple of str
        Of the series, in the order of time.
    kind : {"walk", "mean-reverting", "none"}
        How levels evolve.
    breaks : bool
        Whether a level may break once.
    passing : float or None
        SD of what passes, as stated; None where it is estimated.
    hyper : dict of str to ndarray of float, shape (draws,)
        Draws of what the series has besides the spread of levels, by name.
    absent : int
        Units of the series without a row in the period.
    notes : tuple of str
        What a reader must know of the series, one sentence each.
    """

    asked: str
    label: str
    periods: tuple[str, ...]
    kind: str
    breaks: bool
    passing: float | None
    hyper: dict[str, Floats]
    absent: int
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        for values in self.hyper.values():
            values.setflags(write=False)

    def say(self) -> tuple[str, ...]:
        """Say of which time levels are, who is left out, and what to know of the series."""
        first, last = clean(self.periods[0]), clean(self.periods[-1])
        when = clean(self.label)
        levels = (
            f"Estimates and ranks are of where units stand in {when}: the level that lasts, "
            f"without what passes, from a series of {len(self.periods)} periods, {first} to "
            f"{last}. Events and raw rates are of that period alone."
        )
        if not self.absent:
            return (levels, *self.notes)
        have, are = ("has", "is") if self.absent == 1 else ("have", "are")
        left = f"{count_units(self.absent)} {have} no row in {when}, and {are} left out."
        return (levels, left, *self.notes)

    def state(self) -> dict[str, object]:
        """State the model of the series."""
        return {
            "kind": self.kind,
            "breaks": self.breaks,
            "passing": "estimated" if self.passing is None else self.passing,
            "periods": list(self.periods),
        }
