"""What is written around charts and along their axes: whole, on the sheet, and apart."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from present.histories import (
    build_changes,
    build_histories,
    build_league_at,
    build_nowcasts,
    build_reviews,
)

from varstat import draw
from varstat.present.charts.row_sheet import thin_ticks
from varstat.present.charts.sheet import MARGIN, Sheet
from varstat.present.charts.style import SMALL, text_size
from varstat.present.charts.ticks import period_ticks, rate_ticks

CHARTS: dict[str, tuple[Callable[[], Any], str]] = {
    "bridge": (build_changes, "bridge"),
    "series": (build_changes, "series"),
    "movers": (build_changes, "movers"),
    "strips": (build_histories, "strips"),
    "nowcast": (build_nowcasts, "nowcast"),
    "specifications": (build_reviews, "specifications"),
    "coverage": (build_reviews, "coverage"),
    "rank stability": (build_reviews, "ranks"),
    "caterpillar": (build_league_at, "caterpillar"),
    "ranks": (build_league_at, "ranks"),
}
# Inches: of a telephone, and what a chart has unless it is asked for another.
WIDTHS = [4.6, None]


def drawn(name: str, width: float | None) -> Figure:
    build, chart = CHARTS[name]
    figure = draw(build(), chart=chart, width=width)
    FigureCanvasAgg(figure).draw()
    return figure


def texts_of(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CHARTS)
def test_titles_findings_and_footers_are_never_cut(name: str, width: float | None) -> None:
    figure = drawn(name, width)
    around = [text.get_text() for text in figure.texts]
    assert around
    assert not [text for text in around if text.endswith("…")]
    across = [ax.get_xlabel() for ax in figure.axes]
    assert not [text for text in across if "…" in text]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CHARTS)
def test_all_text_is_on_the_sheet(name: str, width: float | None) -> None:
    figure = drawn(name, width)
    for text in texts_of(figure):
        box = text.get_window_extent()
        # A number at the end of an axis is half beyond it.
        assert box.x0 >= -1, text.get_text()
        assert box.x1 <= figure.bbox.width + 1, text.get_text()
        assert box.y1 <= figure.bbox.height + 1, text.get_text()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CHARTS)
def test_numbers_along_an_axis_never_touch(name: str, width: float | None) -> None:
    for ax in drawn(name, width).axes:
        shown = [label for label in ax.get_xticklabels() if label.get_text()]
        low, high = sorted(ax.get_xlim())
        boxes = sorted(
            (
                label.get_window_extent()
                for label in shown
                if low <= label.get_position()[0] <= high
            ),
            key=lambda box: box.x0,
        )
        assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


def test_a_sheet_grows_by_the_lines_that_a_text_takes_and_drawings_keep_their_room() -> None:
    short, long = (Sheet(300.0, 400.0, grows=True) for _ in range(2))
    for sheet, words in ((short, 5), (long, 80)):
        sheet.write("Title")
        sheet.write("word " * words)
        sheet.write_below("word " * words)
    assert long.height > short.height
    assert long.top - long.bottom == pytest.approx(short.top - short.bottom, rel=0.2)
    # What was written first goes up with the top.
    FigureCanvasAgg(long.figure).draw()
    first = long.figure.texts[0].get_window_extent()
    assert long.figure.bbox.height - first.y1 < 2 * MARGIN * long.figure.dpi / 72


def test_a_height_that_was_asked_for_is_kept() -> None:
    sheet = Sheet(300.0, 400.0)
    sheet.write("word " * 80)
    assert sheet.height == 400.0
    assert sheet.figure.texts[-1].get_text().endswith("…")


@pytest.mark.parametrize("name", ["movers", "strips"])
def test_rows_have_the_names_of_units_with_their_codes(name: str) -> None:
    (ax,) = drawn(name, None).axes
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names
    for each in names:
        name, _, code = each.partition(" (")
        assert "Bartholomew" in name
        assert code.startswith("u")


def test_cells_of_usual_volume_show_the_paper_whatever_its_colour() -> None:
    (ax,) = drawn("strips", None).axes
    (image,) = ax.findobj(AxesImage)
    cells = np.asarray(image.get_array())
    opacity = cells[..., 3]
    assert opacity.min() < 0.05
    assert opacity.max() > 0.9
    # No colour of its own for what is nothing: white would be a light on a dark page.
    assert not np.any(cells[..., :3].min(axis=-1) > 0.9)


@pytest.mark.parametrize(
    ("name", "along"), [("rank stability", "xy"), ("movers", "x"), ("ranks", "x")]
)
def test_ranks_start_at_the_best_and_end_at_the_worst(name: str, along: str) -> None:
    ax = drawn(name, None).axes[0]
    count = 16 if name == "rank stability" else 24
    for axis in along:
        ticks = getattr(ax, f"get_{axis}ticks")()
        assert ticks[0] == 1
        assert ticks[-1] == count


@pytest.mark.parametrize("most", [3, 5, 8])
@pytest.mark.parametrize(
    ("labels", "year"),
    [
        ([f"{year}-{month:02d}" for year in range(2012, 2018) for month in range(1, 13)], 12),
        ([f"20{year}-{year + 1} Q{part}" for year in range(12, 18) for part in (1, 2, 3, 4)], 4),
        ([str(year) for year in range(2000, 2024)], 1),
        (["first", "second", "third", "fourth", "fifth", "sixth"], 1),
    ],
    ids=["months", "quarters", "years", "unread"],
)
def test_periods_named_along_an_axis_are_of_the_same_times_of_the_year(
    labels: list[str], year: int, most: int
) -> None:
    shown = period_ticks(labels, most)
    assert shown[0] == 0
    assert 1 <= len(shown) <= most
    assert shown.step % year == 0 or year % shown.step == 0


@pytest.mark.parametrize("most", [4, 8])
@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_quarters_of_either_kind_of_year_are_named_where_their_own_year_begins(
    first: int, most: int
) -> None:
    """`2012 Q1` may be of the calendar's year or of the financial one; it begins a year in both."""
    labels = [f"{year} Q{part}" for year in range(2012, 2018) for part in (1, 2, 3, 4)][first - 1 :]
    named = [labels[at] for at in period_ticks(labels, most)]
    assert 2 <= len(named) <= most
    assert {each[-2:] for each in named} == {"Q1"}


@pytest.mark.parametrize("width", [1.2, 2.0, 3.5])
@pytest.mark.parametrize(
    ("low", "high"),
    [(0.0, 450_000.0), (-30_000.0, 470_000.0), (-2e6, 1e5), (0.0, 7.0), (-3.0, 3.0)],
)
def test_an_axis_that_has_no_room_keeps_its_zero(low: float, high: float, width: float) -> None:
    figure = Figure(figsize=(width, 2.0))
    ax = figure.add_axes((0.0, 0.2, 1.0, 0.7))
    ticks, texts = rate_ticks(low, high, 8, percent=False)
    ax.set_xlim(low, high)
    ax.set_xticks(ticks, texts)
    thin_ticks(ax)
    at, shown = list(ax.get_xticks()), [each.get_text() for each in ax.get_xticklabels()]
    assert 0.0 in at
    assert len(at) >= 2
    assert set(shown) <= set(texts)
    gaps = np.diff(at)
    assert np.allclose(gaps, gaps[0])
    if len(at) > 2:
        widest = max(text_size(text, SMALL)[0] for text in shown)
        assert widest <= width * 72 * gaps[0] / (high - low)
