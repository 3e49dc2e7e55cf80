"""Histories as tables show them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import varstat
from varstat.estimands.completeness.result import Suspect
from varstat.present.canvas import Canvas
from varstat.present.caption import Caption
from varstat.present.charts.strips import Drawn, draw_strips
from varstat.present.kinds.history import KIND


def shown(estimate: float, lower: float, upper: float) -> str:
    """The part reported, as the table of losses has it."""
    months = pd.period_range("2014-01", periods=24, freq="M").astype(str)
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(["a", "b", "c"], len(months)),
            "month": np.tile(months, 3),
            "spells": rng.poisson(1000, 3 * len(months)),
        }
    )
    (history,) = varstat.completeness(frame, period="month", denominator="spells")
    suspect = Suspect(
        unit="a",
        period="2015-01",
        reported=990.0,
        expected=1000.0,
        estimate=estimate,
        lower=lower,
        upper=upper,
        p_incomplete=0.03,
    )
    assert KIND.blocks is not None
    blocks = KIND.blocks(replace(history, suspects=(suspect,)))
    (found,) = (each for each in blocks if each.title == "Completeness of losses")
    return found.numbers["part\nreported"][0]


def test_a_part_reported_is_written_with_its_interval():
    assert shown(0.84, 0.71, 0.95) == "0.84 (0.71 to 0.95)"


def test_a_part_lies_within_the_interval_that_it_is_written_with():
    assert shown(0.99, 1.0, 1.0) == "1.00"
    assert shown(0.9, 0.9, 0.9) == "0.90"


@pytest.mark.parametrize("width", [4.0, 6.0, 9.0])
def test_periods_below_strips_never_touch(width: float):
    months = pd.period_range("2012-04", periods=60, freq="M").astype(str)
    drawn = Drawn(
        unit=("a", "b"),
        unit_name=(None, None),
        factor=np.ones((2, 60)),
        period=tuple(f"{month}-01" for month in months),
        boxes=(),
    )
    figure = Figure(figsize=(width, 3.0))
    ax = figure.subplots()
    draw_strips(drawn, Caption(title="Volumes", finding=""), canvas=Canvas(ax=ax))
    FigureCanvasAgg(figure).draw()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert len(boxes) >= 2
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
