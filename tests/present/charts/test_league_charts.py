"""Charts of league tables: what is in them, by structure."""

import json
import re
import warnings
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from present.leagues import build_league, gather
from present.pages import drawing

import varstat
from varstat.errors import ModelError, UsageError
from varstat.measure import MEAN
from varstat.present.charts.row_names import spread
from varstat.present.write import encode

draw_league, draw_ranks = drawing("caterpillar"), drawing("ranks")
DRAWERS = [draw_league, draw_ranks]
SIZES = [1, 2, 12, 40, 303, 4000]


def drawn(figure: Figure) -> Figure:
    """Draw it, so that a warning at drawing is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FigureCanvasAgg(figure).draw()
    return figure


def marks(ax: Axes, start: str = "units") -> np.ndarray:
    """Every mark of a kind, shape (marks, 2)."""
    groups = [
        np.asarray(artist.get_offsets())
        for artist in ax.collections
        if isinstance(artist, PathCollection) and str(artist.get_gid()).startswith(start)
    ]
    return np.vstack(groups) if groups else np.empty((0, 2))


def intervals(ax: Axes) -> np.ndarray:
    """Every unit's interval, shape (units, 2 ends, 2)."""
    groups = [
        np.asarray(artist.get_segments())
        for artist in ax.collections
        if isinstance(artist, LineCollection)
        and re.match(r"units-.*-interval", str(artist.get_gid()))
    ]
    return np.vstack(groups)


def texts(figure: Figure, gid: str) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if t.get_gid() == gid]


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("draw", DRAWERS)
@pytest.mark.parametrize("count", SIZES)
def test_every_unit_is_a_row_with_its_mark_and_interval(draw: object, count: int) -> None:
    assert callable(draw)
    ax = drawn(draw(build_league(count))).axes[0]
    assert sorted(marks(ax)[:, 1]) == list(range(count))
    ends = intervals(ax)
    assert len(ends) == count
    assert np.all(ends[:, 0, 0] <= ends[:, 1, 0])


def test_the_caterpillar_stands_in_order_of_the_estimate_best_on_top() -> None:
    for direction, sign in (("higher-is-better", -1), ("lower-is-better", 1), ("neither", -1)):
        league = build_league(30, direction=direction)
        at = marks(drawn(draw_league(league)).axes[0])
        across = at[np.argsort(at[:, 1]), 0]
        assert across.tolist() == sorted(league.units.estimate, key=lambda v: sign * v)
    low, high = draw_league(league).axes[0].get_ylim()
    assert low > high


def test_hollow_marks_are_the_raw_rates() -> None:
    league = build_league(30, withheld=3)
    ax = draw_league(league).axes[0]
    raw = marks(ax, "raw")
    assert sorted(raw[:, 0]) == sorted(league.units.raw[np.isfinite(league.units.raw)])
    (artist,) = [a for a in ax.collections if a.get_gid() == "raw"]
    assert len(artist.get_facecolor()) == 0


def test_a_raw_rate_far_out_is_an_arrow_at_the_edge_and_is_counted() -> None:
    league = build_league(200, measure=MEAN, sizes=(50.0, 60.0))
    raw = league.units.raw
    raw.setflags(write=True)
    raw[0], raw[1] = 90.0, -90.0
    figure = draw_league(league)
    ax = figure.axes[0]
    low, high = ax.get_xlim()
    assert high - low < 10
    across = marks(ax, "raw")[:, 0]
    assert {low, high} <= set(across)
    assert "2 raw beyond the frame" in words(figure)


def test_the_target_has_a_line_and_a_band_or_one_line_a_unit() -> None:
    league = build_league(12)
    ax = draw_league(league).axes[0]
    (line,) = [a for a in ax.lines if a.get_gid() == "target"]
    assert set(line.get_xdata()) == {league.target}
    (band,) = [p for p in ax.patches if p.get_gid() == "target-band"]
    assert band.get_x() == league.target_lower
    assert band.get_x() + band.get_width() == pytest.approx(league.target_upper)
    peers = build_league(12, peers=True)
    ax = draw_league(peers).axes[0]
    assert not [p for p in ax.patches if p.get_gid() == "target-band"]
    (dashes,) = [a for a in ax.collections if a.get_gid() == "target"]
    assert sorted(s[0][0] for s in dashes.get_segments()) == sorted(peers.units.target)


def test_ranks_stand_by_tier_and_expected_rank_within_shaded_quarters() -> None:
    league = build_league(40)
    figure = drawn(draw_ranks(league))
    ax = figure.axes[0]
    at = marks(ax)
    order = np.lexsort((league.units.expected_rank, league.units.tier))
    across = at[np.argsort(at[:, 1]), 0]
    assert across.tolist() == league.units.expected_rank[order].tolist()
    shades = {p.get_gid(): (p.get_x(), p.get_x() + p.get_width()) for p in ax.patches}
    assert shades["shade-best"][1] == league.top + 0.5
    assert shades["shade-worst"][0] == 40 - league.top + 0.5
    assert texts(figure, "tier-name") == ["tier 1", "tier 2", "tier 3", "tier 4"]
    rules = [line for line in ax.lines if line.get_gid() == "tier-rule"]
    assert [line.get_ydata()[0] for line in rules] == [9.5, 19.5, 29.5]


def test_colour_and_shape_both_say_who_is_sure() -> None:
    league = build_league(100)
    for draw in DRAWERS:
        ax = draw(league).axes[0]
        units = [a for a in ax.collections if re.fullmatch("units-[a-z]+", str(a.get_gid()))]
        assert len(units) == 3
        assert len({a.get_paths()[0].vertices.tobytes() for a in units}) == 3
        assert len({tuple(a.get_facecolor()[0]) for a in units}) == 3
        assert len(marks(ax, "units-best")) == np.sum(league.units.p_top_quartile > 0.95)
        assert len(marks(ax, "units-worst")) == np.sum(league.units.p_bottom_quartile > 0.95)


def test_without_a_direction_nothing_is_coloured_and_no_rank_is_drawn() -> None:
    league = build_league(12, direction="neither")
    figure = draw_league(league)
    assert len(marks(figure.axes[0], "units-unranked")) == 12
    assert "none is ranked" in words(figure)
    with pytest.raises(ModelError, match="without a direction"):
        draw_ranks(league)
    with pytest.raises(ModelError, match="without a direction"):
        varstat.draw([league, league], chart="ranks")


@pytest.mark.parametrize("draw", DRAWERS)
def test_few_units_are_all_named_and_of_many_those_at_the_ends(draw: object) -> None:
    assert callable(draw)
    few = build_league(60)
    assert sorted(texts(draw(few), "label")) == sorted(few.units.unit)
    many = build_league(303)
    middle = str(many.units.unit[150])
    figure = drawn(draw(many, highlight=[middle]))
    labels = texts(figure, "label")
    assert len(labels) == 13
    assert middle in labels
    (bold,) = [
        t for t in figure.findobj(Text) if t.get_gid() == "label" and t.get_weight() == "bold"
    ]
    assert bold.get_text() == middle
    assert len(marks(figure.axes[0], "highlight")) == 1


@pytest.mark.parametrize("draw", DRAWERS)
@pytest.mark.parametrize("count", [12, 60, 303])
def test_names_never_overlap_nor_leave_the_figure(draw: object, count: int) -> None:
    assert callable(draw)
    names = [
        f"University Hospitals of Somewhere and Everywhere NHS Trust {i}" for i in range(count)
    ]
    league = build_league(count, names=names)
    figure = drawn(draw(league, highlight=league.units.unit[3:9].tolist()))
    renderer = figure.canvas.get_renderer()
    boxes = [
        Text.get_window_extent(t, renderer) for t in figure.findobj(Text) if t.get_gid() == "label"
    ]
    boxes.sort(key=lambda box: -box.y0)
    for above, below in pairwise(boxes):
        assert below.y1 <= above.y0 + 1.5
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.axes[0].get_window_extent().x0
    assert len(set(texts(figure, "label"))) == len(boxes)


def test_as_many_highlighted_as_there_is_room_for_are_named() -> None:
    league = build_league(500)
    figure = drawn(draw_league(league, highlight=league.units.unit.tolist()))
    labels = texts(figure, "label")
    assert 40 <= len(labels) < 80
    assert len(marks(figure.axes[0], "highlight")) == 500


def test_hostile_names_are_drawn_as_text() -> None:
    names = ["$x^2$", "a\nb", "\u202edesrever", "\ud800", "全国", "<b>", "مستشفى", "x" * 400]
    figure = drawn(draw_league(build_league(8, names=names, indicator="$\\frac{1}$ \x1b")))
    labels = texts(figure, "label")
    assert "$x^2$" in labels
    assert "a b" in labels
    assert not any("\n" in label or "\u202e" in label for label in labels)


def test_a_failed_posterior_is_said_above_all_and_across_the_chart() -> None:
    league = build_league(12, problems=("R-hat is 1.3.",))
    for draw in DRAWERS:
        figure = drawn(draw(league))
        first = max(figure.texts, key=lambda t: t.get_position()[1])
        assert first.get_text().startswith("NOT TO BE TRUSTED")
        assert texts(figure, "stamp") == ["FAILED ITS CHECKS"]
        assert "R-hat is 1.3." in words(figure)
        assert not texts(draw(build_league(12)), "stamp")


def test_a_chart_says_that_an_interval_is_no_comparison() -> None:
    for draw in DRAWERS:
        assert "not a comparison of two" in words(draw(build_league(12)))


def test_many_rows_are_rasterised_and_few_are_not() -> None:
    for count, raster in ((4000, True), (300, False)):
        for draw in DRAWERS:
            collections = draw(build_league(count)).axes[0].collections
            found = {bool(a.get_rasterized()) for a in collections if "units" in str(a.get_gid())}
            assert found == {raster}


def test_case_mix_is_named_where_it_is_allowed_for() -> None:
    text = words(draw_league(build_league(12, model={"covariates": ["age"]})))
    assert "Rate at the average case-mix" in text
    assert "raw rates at each unit's own" in text


@pytest.mark.parametrize("chart", ["caterpillar", "ranks"])
@pytest.mark.parametrize("count", [2, 5])
def test_small_multiples_have_a_panel_a_group(chart: str, count: int) -> None:
    groups = [build_league(10 + 5 * i, by={"region": f"Region {i}"}, seed=i) for i in range(count)]
    figure = drawn(varstat.draw(groups, chart=chart, highlight=["U00003"]))
    assert len(figure.axes) == count
    assert [len(marks(ax)) for ax in figure.axes] == [10 + 5 * i for i in range(count)]
    assert texts(figure, "label") == ["U00003"] * count
    assert f"Region {count - 1}" in texts(figure, "panel-title")
    frames = {ax.get_xlim() for ax in figure.axes}
    assert len(frames) == (1 if chart == "caterpillar" else count)


@pytest.mark.parametrize("chart", ["caterpillar", "ranks"])
def test_panels_and_their_texts_keep_clear_of_each_other(chart: str) -> None:
    groups = [build_league(20, by={"region": f"Region {i}"}, seed=i) for i in range(7)]
    figure = drawn(varstat.draw(groups, chart=chart))
    renderer = figure.canvas.get_renderer()
    titles = [
        Text.get_window_extent(t, renderer)
        for t in figure.findobj(Text)
        if t.get_gid() == "panel-title"
    ]
    for ax in figure.axes:
        box = ax.get_tightbbox(renderer, call_axes_locator=False, bbox_extra_artists=[])
        ticks = [t.get_window_extent(renderer) for t in ax.get_xticklabels() if t.get_visible()]
        for title in titles:
            assert not any(title.overlaps(tick) for tick in ticks)
        assert box is not None


def test_a_failed_group_is_marked_among_others() -> None:
    groups = [
        build_league(10, by={"region": name}, problems=("x.",) * (name == "b")) for name in "abc"
    ]
    figure = drawn(varstat.draw(groups))
    assert "NOT TO BE TRUSTED: 1 of 3" in words(figure)
    assert len(texts(figure, "stamp")) == 1
    assert sum("NOT TO BE TRUSTED" in t for t in texts(figure, "panel-title")) == 1


def test_panels_left_out_are_counted() -> None:
    groups = [build_league(4, by={"region": f"R{i}"}) for i in range(63)]
    figure = varstat.draw(groups)
    assert len(figure.axes) == 60
    assert "3 more not drawn" in words(figure)


def test_no_league_at_all_is_a_mistake() -> None:
    with pytest.raises(UsageError):
        varstat.draw([])
    with pytest.raises(UsageError, match="Did you mean"):
        draw_league(build_league(12), highlight=["U0000"])


@pytest.mark.parametrize("chart", ["caterpillar", "ranks"])
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_file_is_the_same_each_time_and_says_what_it_shows(suffix: str, chart: str) -> None:
    leagues = gather(build_league(20, problems=("R-hat is 1.3.",)))
    one, two = (encode(leagues, suffix, chart=chart) for _ in range(2))
    assert one == two
    if suffix == ".svg":
        text = one.decode()
        said = re.search(r'<desc id="chart-description">(.*?)</desc>', text, re.S)
        assert said
        assert said[1].startswith("NOT TO BE TRUSTED")
        source = re.search(r"<dc:source>(.*?)</dc:source>", text, re.S)
        assert source
        assert json.loads(source[1].replace("&quot;", '"'))["verb"] == "league"


@pytest.mark.parametrize("seed", range(5))
def test_places_spread_apart_keep_their_order_and_the_frame(seed: int) -> None:
    wanted = np.sort(np.random.default_rng(seed).uniform(0, 600, 40) ** 2 / 600)
    at = spread(wanted, 10.0, 600.0)
    assert np.all(np.diff(at) >= 10.0 - 1e-9)
    assert at[0] >= 5.0 - 1e-9
    assert at[-1] <= 595.0 + 1e-9


def test_drawing_leaves_no_global_state() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    draw_league(build_league(12))
    draw_ranks(build_league(12))
    assert dict(matplotlib.rcParams) == before
