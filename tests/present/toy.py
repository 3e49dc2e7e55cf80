"""A kind of result that varstat doesn't know: all that is said of it stands in this file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from varstat.present.canvas import Canvas
from varstat.present.chart import Chart
from varstat.present.column import ALWAYS, Column
from varstat.present.kind import Kind
from varstat.present.kinds.units import unit
from varstat.results import Result, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True, repr=False)
class Wait(Result):
    """How long each unit lets people wait."""

    indicator: str
    by: dict[str, str]
    unit: tuple[str, ...]
    unit_name: tuple[str | None, ...]
    days: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"unit": self.unit, "days": self.days})

    def summary(self) -> str:
        return f"People wait {np.mean(self.days):.0f} days."


def _draw(waits: Sequence[Wait], _marks: object, canvas: Canvas) -> "Figure":
    from matplotlib.figure import Figure

    axes = canvas.ax or Figure().add_subplot()
    axes.barh(waits[0].unit, waits[0].days)
    return axes.figure


DAYS: Column[Wait] = Column(
    name="days", heading="days", means="that people wait", keep=ALWAYS, tip=True,
    text=lambda t, i: f"{t.result.days[i]:.1f}",
)  # fmt: skip
BARS: Chart[Wait] = Chart(draw=_draw, alt=lambda waits: waits[0].summary(), title=Wait.summary)


@dataclass(frozen=True, kw_only=True, repr=False)
class Waits(Results[Wait]):
    """Waits of all groups."""

    kind: ClassVar[object] = Kind(
        name="waits", noun="waits", title="Wait", columns=(unit(), DAYS),
        named=lambda wait: wait, charts={"bars": BARS},
    )  # fmt: skip
