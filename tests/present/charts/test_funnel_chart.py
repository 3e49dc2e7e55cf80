"""The chart of one funnel, and small multiples: what is in them, by structure."""

import warnings
from itertools import combinations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from present.pages import draw_funnel

from varstat import draw
from varstat.errors import UsageError
from varstat.funnel.result import Funnel
from varstat.measure import MEAN, RATIO
from varstat.present.caption import MAX_PANELS
from varstat.present.charts.style import MAX_LABELS


def marks(ax: Axes) -> np.ndarray:
    """Every point that stands for a unit, shape (units, 2)."""
    groups = [
        np.asarray(artist.get_offsets())
        for artist in ax.collections
        if isinstance(artist, PathCollection) and str(artist.get_gid()).startswith("units")
    ]
    return np.vstack(groups) if groups else np.empty((0, 2))


def texts(figure: Figure, gid: str) -> list[Text]:
    return [t for t in figure.findobj(Text) if t.get_gid() == gid]


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def assert_in_frame(ax: Axes) -> None:
    low, high = ax.get_ylim()
    left, right = sorted(ax.get_xlim())
    at = marks(ax)
    assert np.all((at[:, 0] >= left) & (at[:, 0] <= right))
    assert np.all((at[:, 1] >= low) & (at[:, 1] <= high))


def drawn(figure: Figure) -> Figure:
    """Draw it, so that a warning at drawing is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FigureCanvasAgg(figure).draw()
    return figure


def test_every_unit_is_one_mark_inside_the_frame(hospitals: Funnel) -> None:
    ax = drawn(draw_funnel(hospitals)).axes[0]
    assert len(marks(ax)) == len(hospitals.units.unit)
    assert_in_frame(ax)


@pytest.mark.parametrize("scale", ["linear", "sqrt", "log"])
def test_every_unit_is_in_the_frame_on_every_scale(hospitals: Funnel, scale: str) -> None:
    assert_in_frame(drawn(draw_funnel(hospitals, x_scale=scale)).axes[0])


def test_limits_run_out_of_the_frame_and_are_never_dropped(hospitals: Funnel) -> None:
    ax = draw_funnel(hospitals).axes[0]
    low, high = ax.get_ylim()
    lines = [line for line in ax.lines if str(line.get_gid()).startswith("limits")]
    # Two levels, two sides, by chance alone and over-dispersed.
    assert len(lines) == 8
    for line in lines:
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        assert np.isfinite(y).all()
        assert np.any((y >= low) & (y <= high))
        assert x.max() == pytest.approx(ax.get_xlim()[1], rel=0.02)


def test_there_is_no_line_where_no_count_could_be_flagged(make_funnel) -> None:
    funnel = make_funnel([0, 1, 0, 2, 1], [5, 10, 20, 40, 30])
    figure = draw_funnel(funnel)
    lines = [np.asarray(x.get_ydata()) for x in figure.axes[0].lines if x.get_gid() != "target"]
    # A line meets the end of what is possible, and goes no further.
    assert all(np.sum(y == 0) <= 1 for y in lines)
    assert "No count is low enough to be flagged at 99.8%" in words(figure)


def test_a_one_sided_funnel_has_lines_on_one_side(hospitals: Funnel) -> None:
    from dataclasses import replace

    both = draw_funnel(hospitals).axes[0].lines
    high = draw_funnel(replace(hospitals, sides="high")).axes[0].lines
    assert (len(both) - 1) == 2 * (len(high) - 1)


def test_labels_never_overlap_and_stay_inside(hospitals: Funnel) -> None:
    figure = drawn(draw_funnel(hospitals, highlight=["U00003"]))
    ax = figure.axes[0]
    labels = texts(figure, "label")
    assert labels
    boxes = [Text.get_window_extent(label) for label in labels]
    frame = ax.get_window_extent().padded(1.0)
    for box in boxes:
        assert frame.contains(box.x0, box.y0)
        assert frame.contains(box.x1, box.y1)
    for a, b in combinations(boxes, 2):
        assert not a.padded(-0.5).overlaps(b)


def test_labels_are_few_and_those_left_out_are_counted(make_funnel) -> None:
    chance = np.random.default_rng(3)
    size = np.round(chance.lognormal(6, 1, 7000)) + 5
    funnel = make_funnel(chance.binomial(size.astype(int), chance.beta(4, 12, 7000)), size)
    figure = draw_funnel(funnel)
    labels = texts(figure, "label")
    assert 0 < len(labels) <= MAX_LABELS
    flagged = int(np.sum(np.isfinite(funnel.units.flag_level)))
    (note,) = texts(figure, "labels-note")
    assert note.get_text().startswith(f"{len(labels)} of {flagged:,} flagged units labelled.")


def test_the_same_funnel_gives_the_same_labels(hospitals: Funnel) -> None:
    one, two = (
        [(t.get_text(), t.get_position()) for t in texts(draw_funnel(hospitals), "label")]
        for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize("wanted", ["U00007", "u00007", "hospital of st number 7 "])
def test_a_highlighted_unit_is_ringed_and_labelled(hospitals: Funnel, wanted: str) -> None:
    figure = draw_funnel(hospitals, highlight=[wanted], label="none")
    (ring,) = [a for a in figure.axes[0].collections if a.get_gid() == "highlight"]
    assert np.asarray(ring.get_offsets())[0, 0] == hospitals.units.size[7]
    assert [t.get_text() for t in texts(figure, "label")] == ["Hospital of St Number 7"]


def test_an_unknown_highlight_offers_the_nearest_spelling(hospitals: Funnel) -> None:
    with pytest.raises(UsageError, match="Did you mean 'U000") as caught:
        draw_funnel(hospitals, highlight=["U0007x", "Hospitl of St Number 3"])
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(("option", "value"), [("label", "flaged"), ("x_scale", "lgo")])
def test_an_unknown_option_offers_the_nearest_spelling(
    hospitals: Funnel, option: str, value: str
) -> None:
    with pytest.raises(UsageError, match="Did you mean"):
        draw_funnel(hospitals, **{option: value})


HOSTILE = [
    "cost $x^{2 & \\frac{",
    "two\nlines\tand a tab\x00\x1b[31m",
    "\u202egnitirw desrever\u202c",
    "東京病院 😀",
    "مستشفى",
    "\ud800 alone",
    "A" * 5000,
    "</text><script>alert(1)</script>",
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_drawn_as_plain_short_text(make_funnel, name: str) -> None:
    funnel = make_funnel([50, 5, 6], [60, 60, 60], names=[name, "B", "C"], indicator=name or "x")
    figure = drawn(draw_funnel(funnel, highlight=["U00000"]))
    (label,) = [t for t in texts(figure, "label") if t.get_weight() == "bold"]
    assert not label.get_parse_math()
    assert label.get_text().isprintable()
    assert 0 < len(label.get_text()) <= 32
    assert "\u202e" not in words(figure)


def test_a_name_without_glyphs_gives_way_to_the_code(make_funnel) -> None:
    funnel = make_funnel([50, 5], [60, 60], names=["東京", "B"], codes=["RXX", "RYY"])
    labels = texts(draw_funnel(funnel, highlight=["RXX"], label="none"), "label")
    assert [t.get_text() for t in labels] == ["RXX"]


CASES = {
    "one unit": ([3], [10]),
    "identical units": ([5] * 6, [20] * 6),
    "no events": ([0] * 5, [10, 20, 30, 40, 50]),
    "nothing but events": ([10, 20, 30], [10, 20, 30]),
    "rates of 0 and 100%": ([0, 40, 0, 25], [30, 40, 50, 25]),
    "six decades of size": ([1, 20, 3000, 400_000, 1_500_000], [3, 50, 9000, 1e6, 3e6]),
    "sizes of one": ([0, 1, 0, 1], [1, 1, 1, 1]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("scale", ["auto", "linear", "sqrt", "log"])
def test_what_has_a_right_answer_is_drawn(make_funnel, case: str, scale: str) -> None:
    event, size = CASES[case]
    ax = drawn(draw_funnel(make_funnel(event, size), x_scale=scale)).axes[0]
    assert len(marks(ax)) == len(size)
    assert_in_frame(ax)


def test_a_ratio_may_be_zero_or_far_above_one(make_funnel) -> None:
    ax = drawn(draw_funnel(make_funnel([0, 4, 90], [0.2, 0.3, 100], measure=RATIO))).axes[0]
    assert_in_frame(ax)


def test_a_mean_has_its_most_certain_units_at_the_right(make_funnel) -> None:
    figure = drawn(draw_funnel(make_funnel([-1, 0, 2, 1], [0.1, 1, 2, 0.5], measure=MEAN)))
    left, right = figure.axes[0].get_xlim()
    assert left > right
    assert_in_frame(figure.axes[0])
    assert "tandard error" in figure.axes[0].get_xlabel()


def test_a_withheld_count_is_a_bar_over_its_range(make_funnel) -> None:
    funnel = make_funnel(
        [np.nan, 20, 30], [40, 50, 60], event_lower=[1, 20, 30], event_upper=[7, 20, 30]
    )
    figure = drawn(draw_funnel(funnel, highlight=["U00000"]))
    ax = figure.axes[0]
    (bar,) = [a for a in ax.collections if a.get_gid() == "units-withheld"]
    (ends,) = bar.get_segments()
    assert ends.tolist() == [[40, 1 / 40], [40, 7 / 40]]
    assert len(marks(ax)) == 2
    assert "U00000" in [t.get_text() for t in texts(figure, "label")]


def test_meaning_is_never_by_colour_alone(hospitals: Funnel) -> None:
    ax = draw_funnel(hospitals).axes[0]
    shapes = {
        str(a.get_gid()): a.get_paths()[0].vertices.tobytes()
        for a in ax.collections
        if str(a.get_gid()).startswith("units")
    }
    high = {shape for gid, shape in shapes.items() if "high" in gid}
    low = {shape for gid, shape in shapes.items() if "low" in gid}
    assert high
    assert low
    assert not high & low
    assert shapes["units-inside"] not in high | low


def test_the_figure_says_what_it_found_and_how(hospitals: Funnel) -> None:
    text = words(draw_funnel(hospitals))
    flagged = int(np.sum(hospitals.units.flag_level >= 0.998))
    assert f"{flagged} of 80 units flagged" in text
    assert "0.2 expected if all were at the target" in text
    assert "lower is better" in text
    assert "99.8% limits" in text
    assert "chance alone" in text


def test_many_marks_are_rasterised_and_few_are_not(make_funnel, hospitals: Funnel) -> None:
    many = make_funnel(np.full(4000, 5), np.arange(4000) + 10)
    for funnel, raster in ((many, True), (hospitals, False)):
        collections = draw_funnel(funnel).axes[0].collections
        assert {bool(a.get_rasterized()) for a in collections if "units" in a.get_gid()} == {raster}


def test_a_readers_own_axes_are_drawn_on(hospitals: Funnel) -> None:
    figure = Figure()
    ax = figure.add_subplot(1, 2, 1)
    assert draw_funnel(hospitals, ax=ax) is figure
    assert len(marks(ax)) == 80
    drawn(figure)


def groups(make_funnel, count: int) -> list[Funnel]:
    chance = np.random.default_rng(5)
    size = chance.integers(20, 900, (count, 30))
    return [
        make_funnel(chance.binomial(n, 0.3), n, by={"region": f"Region {i}"})
        for i, n in enumerate(size)
    ]


@pytest.mark.parametrize("count", [2, 5, 17])
def test_small_multiples_have_a_panel_a_group_on_one_scale(make_funnel, count: int) -> None:
    figure = drawn(draw(groups(make_funnel, count), highlight=["U00004"]))
    assert len(figure.axes) == count
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    for ax in figure.axes:
        assert len(marks(ax)) == 30
        assert_in_frame(ax)
    titles = [t.get_text() for t in texts(figure, "panel-title")]
    assert f"Region {count - 1}" in titles
    boxes = [ax.get_window_extent() for ax in figure.axes]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_panels_left_out_are_counted(make_funnel) -> None:
    figure = draw(groups(make_funnel, MAX_PANELS + 7))
    assert len(figure.axes) == MAX_PANELS
    assert "7 more not drawn" in words(figure)


def test_no_funnel_at_all_is_a_mistake() -> None:
    with pytest.raises(UsageError):
        draw([])


def test_drawing_leaves_no_global_state(hospitals: Funnel) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    draw_funnel(hospitals)
    assert dict(matplotlib.rcParams) == before
