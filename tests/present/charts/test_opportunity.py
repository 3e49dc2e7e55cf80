"""Charts and the page of opportunities and comparisons: what is in them, by structure."""

import html
import html.parser
import json
import re
import warnings
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from present.opportunities import (
    MONEY,
    build_comparison,
    build_opportunity,
    gather,
    gather_comparisons,
)
from present.pages import drawing, page_of, read_tips

from varstat.errors import ModelError, UsageError
from varstat.estimands import Opportunity
from varstat.estimands.comparison.rounded import write_difference
from varstat.estimands.comparison.words import say_comparison
from varstat.present.captions.opportunity import waterfall_caption
from varstat.present.charts import waterfall
from varstat.present.charts.opportunity import MOST
from varstat.present.page import build
from varstat.present.write import encode

draw_opportunity = draw_opportunities = drawing("opportunity")
draw_waterfall, draw_comparability = drawing("waterfall"), drawing("comparability")
draw_comparison = drawing("comparison")

HOSTILE = [
    "</script><script>document.title='broken'</script>",
    "<img src=x onerror=document.title='broken'>",
    "{{ 7 * 7 }}",
    "\u202egnitirw",
    "\ud800 alone",
    "$x^2$",
    "a\nb",
    "全" * 100,
    "x" * 400,
]


def drawn(figure: Figure) -> Figure:
    """Draw it, so that a warning at drawing is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FigureCanvasAgg(figure).draw()
    return figure


def marks(ax: Axes, start: str) -> np.ndarray:
    """Every mark of a kind, shape (marks, 2)."""
    groups = [
        np.asarray(artist.get_offsets())
        for artist in ax.collections
        if isinstance(artist, PathCollection) and str(artist.get_gid()).startswith(start)
    ]
    return np.vstack(groups) if groups else np.empty((0, 2))


def estimates(ax: Axes) -> np.ndarray:
    """Marks of the units that carry an opportunity, from the top down."""
    found = np.vstack([marks(ax, "units-sure"), marks(ax, "units-unsure")])
    return found[np.argsort(found[:, 1])]


def intervals(ax: Axes) -> np.ndarray:
    """Every interval, shape (units, 2 ends, 2)."""
    groups = [
        np.asarray(artist.get_segments())
        for artist in ax.collections
        if isinstance(artist, LineCollection)
        and re.match(r"units-.*-interval", str(artist.get_gid()))
    ]
    return np.vstack(groups) if groups else np.empty((0, 2, 2))


def texts(figure: Figure, gid: str) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_gid() == gid]


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def around(figure: Figure) -> str:
    """What stands around the axes; lines that were wrapped are written from the last up."""
    return " ".join(text.get_text() for text in reversed(figure.texts))


def bars(ax: Axes) -> dict[str, Rectangle]:
    """The bars of a waterfall, by what they are of."""
    found = {}
    for patch in ax.patches:
        name = str(patch.get_gid())
        if isinstance(patch, Rectangle) and name.startswith("part-"):
            found[name.removeprefix("part-")] = patch
    return found


def ends(bar: Rectangle) -> tuple[float, float]:
    """Where a bar starts and where it ends."""
    return bar.get_x(), bar.get_x() + bar.get_width()


@pytest.mark.parametrize("count", [1, 2, 12, 60, 3000])
def test_the_largest_opportunities_are_rows_from_the_top_down(count: int) -> None:
    found = build_opportunity(count)
    figure = drawn(draw_opportunity(found))
    ax = figure.axes[0]
    carry = np.isfinite(found.units.estimate)
    shown = int(min(carry.sum(), MOST))
    at = estimates(ax)
    assert at[:, 0].tolist() == found.units.estimate[carry][:shown].tolist()
    assert np.all(np.diff(at[:, 0]) <= 0)
    low, high = ax.get_ylim()
    assert low > high
    segments = intervals(ax)
    assert len(segments) == shown
    assert np.all(segments[:, 0, 0] <= segments[:, 1, 0])
    left = count - shown - int(np.sum(~carry))
    assert (f"{left:,} more units" in around(figure)) == (left > 0)
    assert len(texts(figure, "label")) == min(count, shown + int(np.sum(~carry)))


def test_hollow_marks_are_what_was_published() -> None:
    found = build_opportunity(12, withheld=2)
    ax = draw_opportunity(found).axes[0]
    published = found.units.published
    assert sorted(marks(ax, "published")[:, 0]) == sorted(published[np.isfinite(published)])
    (artist,) = [each for each in ax.collections if each.get_gid() == "published"]
    assert len(artist.get_facecolor()) == 0
    assert sorted(marks(ax, "chance")[:, 0]) == sorted(found.units.chance_expected)


def test_who_is_sure_and_who_is_not_differ() -> None:
    found = build_opportunity(24)
    ax = draw_opportunity(found).axes[0]
    sure = found.units.lower > 0
    assert 0 < sure.sum() < 24
    assert sorted(marks(ax, "units-sure")[:, 0]) == sorted(found.units.estimate[sure])
    colours = {
        str(each.get_gid()): tuple(each.get_facecolor()[0])
        for each in ax.collections
        if each.get_gid() in ("units-sure", "units-unsure")
    }
    assert len(set(colours.values())) == 2


def test_who_is_not_comparable_is_a_cross_at_what_was_published_below_all_others() -> None:
    found = build_opportunity(12, apart=3)
    figure = drawn(draw_opportunity(found))
    ax = figure.axes[0]
    crosses = marks(ax, "units-incomparable")
    assert len(crosses) == 3
    assert sorted(crosses[:, 0]) == sorted(found.units.published[~found.units.comparable])
    assert crosses[:, 1].min() > estimates(ax)[:, 1].max()
    assert len(intervals(ax)) == 9
    assert "not comparable" in words(figure)
    assert "not comparable" not in words(draw_opportunity(build_opportunity(12)))


def test_a_highlighted_unit_is_always_drawn_and_bold() -> None:
    found = build_opportunity(3000)
    last = str(found.units.unit[-1])
    figure = drawn(draw_opportunity(found, highlight=[last.lower()]))
    assert last in texts(figure, "label")
    assert last not in texts(draw_opportunity(found), "label")
    bold = [
        text.get_text()
        for text in figure.findobj(Text)
        if text.get_gid() == "label" and text.get_weight() == "bold"
    ]
    assert bold == [last]
    assert len(marks(figure.axes[0], "highlight")) == 1
    with pytest.raises(UsageError, match="highlight"):
        draw_opportunity(found, highlight=["nobody"])


def check_bars(ax: Axes, component: tuple[str, ...], estimate: np.ndarray) -> None:
    """Check that bars are as long as their parts, and each begins where the last one ended."""
    found = bars(ax)
    assert tuple(found) == component
    start, stop = ends(found[component[0]])
    assert start == 0
    assert stop == pytest.approx(estimate[0])
    for name, value in zip(component[1:-1], estimate[1:-1], strict=True):
        begins, here = ends(found[name])
        assert begins == pytest.approx(stop)
        assert begins - here == pytest.approx(value)
        stop = here
    start, here = ends(found[component[-1]])
    assert start == 0
    # All parts taken away, what remains is left.
    assert here == pytest.approx(estimate[-1]) == pytest.approx(stop)
    low, high = ax.get_xlim()
    for bar in found.values():
        assert low <= min(ends(bar))
        assert max(ends(bar)) <= high


@pytest.mark.parametrize(
    ("count", "said"), [(12, {}), (24, {"peers": True}), (12, {"apart": 2}), (3000, {})]
)
def test_a_waterfalls_bars_fall_from_what_was_published_to_what_remains(
    count: int, said: dict
) -> None:
    found = build_opportunity(count, **said)
    figure = drawn(draw_waterfall(found))
    ax = figure.axes[0]
    fall = found.waterfall
    check_bars(ax, fall.component, fall.estimate)
    lines = {line.get_gid(): line.get_xdata() for line in ax.lines}
    assert "interval-published" not in lines
    assert lines["interval-remaining"] == pytest.approx([fall.lower[-1], fall.upper[-1]])
    for name, near in zip(fall.component[1:-1], fall.lower[1:-1], strict=True):
        begins = ends(bars(ax)[name])[0]
        assert lines[f"interval-{name}"][1] == pytest.approx(begins - near)
        length = fall.upper[fall.component.index(name)] - near
        assert np.ptp(lines[f"interval-{name}"]) == pytest.approx(length)
    assert len(texts(figure, "value")) == len(fall.component)


def test_a_part_has_the_sign_that_tables_give_it() -> None:
    found = build_opportunity(12)
    fall = found.waterfall
    estimate = np.array([10.0, -4.0, 14.0])
    turned = replace(fall, estimate=estimate, lower=estimate - 1, upper=estimate + 1)
    figure = drawn(draw_waterfall(replace(found, waterfall=turned)))
    check_bars(figure.axes[0], fall.component, estimate)
    assert texts(figure, "value") == ["10.0", "\N{MINUS SIGN}4.0", "14.0"]


def test_nothing_at_all_is_a_chart_too() -> None:
    found = build_opportunity(12, target="rate:0")
    assert found.total.published == 0
    for draw in (draw_opportunity, draw_waterfall):
        drawn(draw(found))


def test_a_peer_group_has_a_waterfall_of_its_own() -> None:
    found = build_opportunity(24, peers=True)
    fall = found.waterfall
    caption = waterfall_caption(found, "Group 1")
    figure = drawn(waterfall.draw_waterfall(found, caption, subtotal="Group 1"))
    check_bars(figure.axes[0], fall.component, fall.subtotal_estimate[:, 1])
    assert "Group 1" in words(figure)
    with pytest.raises(UsageError, match="Did you mean 'Group 1'"):
        waterfall.draw_waterfall(found, caption, subtotal="Grup 1")


def test_comparability_stands_from_the_least_down() -> None:
    found = build_opportunity(12, apart=3)
    figure = drawn(draw_comparability(found, highlight=["U00001"]))
    ax = figure.axes[0]
    apart, others = marks(ax, "units-apart"), marks(ax, "units-comparable")
    assert sorted(apart[:, 0]) == [0, 0, 0]
    assert len(others) == 9
    assert apart[:, 1].max() < others[:, 1].min()
    assert ax.get_xlim()[1] > 1
    assert len(marks(ax, "highlight")) == 1
    with pytest.raises(ModelError, match="--stratum"):
        draw_comparability(build_opportunity(12))


def groups_of(count: int) -> list[Opportunity]:
    one = build_opportunity(12)
    return [replace(one, by={"region": f"Region {at}"}) for at in range(count)]


@pytest.mark.parametrize("count", [2, 12, 63])
def test_of_several_groups_the_totals_are_drawn(count: int) -> None:
    groups = groups_of(count)
    figure = drawn(draw_opportunities(groups))
    at = estimates(figure.axes[0])
    shown = min(count, 60)
    assert at[:, 0].tolist() == [groups[0].total.estimate] * shown
    assert texts(figure, "label") == [f"Region {each}" for each in range(shown)]
    assert ("3 more groups" in around(figure)) == (count > 60)


def test_what_cannot_be_drawn_is_a_mistake() -> None:
    with pytest.raises(UsageError):
        draw_opportunities([])
    with pytest.raises(UsageError, match="no units to mark"):
        draw_opportunities(groups_of(2), highlight=["U00001"])


def test_a_failed_posterior_is_said_above_all_and_across_the_chart() -> None:
    problems = ("R-hat is 1.3.",)
    failed = build_opportunity(12, apart=3, problems=problems)
    figures = [draw(failed) for draw in (draw_opportunity, draw_waterfall, draw_comparability)]
    figures.append(draw_comparison(build_comparison(problems=problems)))
    for figure in map(drawn, figures):
        first = max(figure.texts, key=lambda text: text.get_position()[1])
        assert first.get_text().startswith("NOT TO BE TRUSTED")
        assert texts(figure, "stamp") == ["FAILED ITS CHECKS"]
    assert not texts(draw_opportunity(build_opportunity(12)), "stamp")
    several = drawn(draw_opportunities([*groups_of(2), failed]))
    assert "NOT TO BE TRUSTED: 1 of 3" in words(several)


def test_names_never_overlap_nor_leave_the_figure() -> None:
    names = [f"University Hospitals of Somewhere and Everywhere NHS Trust {i}" for i in range(60)]
    found = build_opportunity(60, names=names)
    figure = drawn(draw_opportunity(found, highlight=found.units.unit[-3:].tolist()))
    renderer = figure.canvas.get_renderer()
    boxes = [
        Text.get_window_extent(text, renderer)
        for text in figure.findobj(Text)
        if text.get_gid() == "label"
    ]
    boxes.sort(key=lambda box: -box.y0)
    for above, below in pairwise(boxes):
        assert below.y1 <= above.y0 + 1.5
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.axes[0].get_window_extent().x0


def test_hostile_names_are_drawn_as_text() -> None:
    said = {"indicator": "$\\frac{1}$ \x1b", "by": {"r": HOSTILE[3]}, "notes": (HOSTILE[0],)}
    codes = [f"{name[:9]}{at}" for at, name in enumerate(HOSTILE)]
    found = build_opportunity(9, names=HOSTILE, codes=codes, apart=2, **said)
    for draw in (draw_opportunity, draw_comparability):
        labels = texts(drawn(draw(found)), "label")
        assert any("$x^2$" in label for label in labels)
        assert not any({"\n", "\u202e"} & set(label) for label in labels)
    drawn(draw_waterfall(found))
    drawn(draw_opportunities([found, found]))
    drawn(draw_comparison(build_comparison(unit=(HOSTILE[5], HOSTILE[3]), indicator="$\\frac{1}$")))
    drawn(draw_comparison(build_comparison(unit=(HOSTILE[7], HOSTILE[8]), by={"r": HOSTILE[0]})))


def test_a_comparisons_bars_fall_from_the_raw_difference() -> None:
    found = build_comparison(peers=True)
    figure = drawn(draw_comparison(found))
    check_bars(figure.axes[0], found.component, found.part)
    assert "points" in " ".join(texts(figure, "value"))
    mean = build_comparison(mean=True)
    figure = drawn(draw_comparison(mean))
    check_bars(figure.axes[0], mean.component, mean.part)
    assert "points" not in " ".join(texts(figure, "value"))


def test_long_names_of_two_units_stay_within_the_figure_and_leave_room_for_the_finding() -> None:
    names = (
        "University Hospitals of Somewhere and Elsewhere NHS Foundation Trust",
        "Royal Infirmary of the Other Place and Surroundings NHS Trust",
    )
    figure = drawn(draw_comparison(build_comparison(unit=names)))
    renderer = figure.canvas.get_renderer()
    width = figure.get_window_extent().width
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent(renderer)
            assert box.x0 >= -1, text.get_text()
            assert box.x1 <= width + 1, text.get_text()
    found = build_comparison(unit=names)
    assert write_difference(found, found.difference_upper) in around(figure)


@pytest.mark.parametrize("chart", ["opportunity", "waterfall", "comparability"])
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_file_is_the_same_each_time_and_says_what_it_shows(suffix: str, chart: str) -> None:
    several = gather(build_opportunity(12, apart=2, problems=("R-hat is 1.3.",)))
    one, two = (encode(several, suffix, chart=chart) for _ in range(2))
    assert one == two
    if suffix == ".svg":
        text = one.decode()
        said = re.search(r'<desc id="chart-description">(.*?)</desc>', text, re.S)
        assert said
        assert "NOT TO BE TRUSTED" in said[1]
        source = re.search(r"<dc:source>(.*?)</dc:source>", text, re.S)
        assert source
        assert json.loads(source[1].replace("&quot;", '"'))["verb"] == "opportunity"


def test_a_comparisons_file_says_what_it_shows() -> None:
    one = encode(gather_comparisons(build_comparison()), ".svg").decode()
    said = re.search(r'<desc id="chart-description">(.*?)</desc>', one, re.S)
    assert said
    assert "U00001 is better than U00002" in said[1]
    turned = replace(build_comparison(), p_better=0.004)
    shown = words(drawn(draw_comparison(turned)))
    assert "U00002 is better than U00001 with a probability of over 0.99" in shown
    # Differences stay as they were asked for: the first unit less the second.
    assert "U00001 less U00002" in shown


def test_a_comparisons_chart_and_sentence_give_parts_the_same_signs() -> None:
    found = build_comparison()
    figure = drawn(draw_comparison(found))
    for value, part in zip(texts(figure, "value"), found.part, strict=True):
        assert value.startswith("+" if part >= 0 else "\N{MINUS SIGN}")
        assert value in say_comparison(found)


def test_a_file_of_several_comparisons_is_refused() -> None:
    with pytest.raises(UsageError, match="2"):
        encode(gather_comparisons(*(build_comparison(by={"r": name}) for name in "ab")), ".svg")


class Outline(html.parser.HTMLParser):
    """What elements a page has."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


@pytest.fixture(name="made", scope="module")
def _made() -> dict[str, bytes]:
    """A page of every kind."""
    several = [*groups_of(2), build_opportunity(12, apart=2, by={"region": "apart"})]
    two = [build_comparison(by={"region": name}) for name in "ab"]
    return {
        "one": page_of(gather(build_opportunity(24, peers=True, money=MONEY))),
        "strata": page_of(gather(build_opportunity(12, apart=2))),
        "groups": page_of(gather(*several)),
        "many": page_of(gather(build_opportunity(3000)), highlight=["U00001"]),
        "two": page_of(gather_comparisons(build_comparison())),
        "two, twice": page_of(gather_comparisons(*two)),
    }


@pytest.mark.parametrize("kind", ["one", "strata", "groups", "many", "two", "two, twice"])
def test_a_page_is_complete_and_fetches_nothing(made: dict[str, bytes], kind: str) -> None:
    page = made[kind]
    outline = Outline(page)
    for tag, attrs in outline.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            value = attrs.get(name)
            assert value is None or value.startswith(("#", "data:")), (tag, value)
    text = page.decode()
    assert not re.search(r"@import|url\((?!['\"]?(#|data:))", text)
    assert "Content-Security-Policy" in text
    assert " style=" not in text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    read_tips(text)
    charts = {"one": 2, "strata": 3, "groups": 7, "many": 2, "two": 1, "two, twice": 2}
    assert outline.count("svg") == 2 * charts[kind]
    assert "rows read" in text


def test_the_page_has_every_unit_in_its_table(made: dict[str, bytes]) -> None:
    assert Outline(made["one"]).count("tr") == 25
    text = made["one"].decode()
    for word in ("Peer group", "Published", "Reliability", "Group 2", "a study"):
        assert word in text
    strata = made["strata"].decode()
    assert strata.count("not comparable (") + strata.count(">not comparable<") >= 2
    many = made["many"].decode()
    rows = Outline(made["many"]).count("tr") - 1
    assert 45 < rows < 3000
    assert f"{rows:,} of 3,000 units" in many
    assert "U00001" in many


def test_tips_of_the_page_stand_where_the_marks_stand(made: dict[str, bytes]) -> None:
    units, _ = read_tips(made["one"])
    found = build_opportunity(24, peers=True, money=MONEY)
    assert [unit["lines"][0] for unit in units] == found.units.unit.tolist()
    down = [unit["y"] for unit in units]
    assert down == sorted(down)
    across = [unit["x"] for unit in units]
    assert across == sorted(across, reverse=True)
    for unit in units:
        assert any(line.startswith("Published ") for line in unit["lines"])


def test_a_failed_posterior_is_an_alarm_above_all_else() -> None:
    groups = [
        build_opportunity(9, by={"r": name}, problems=("R-hat is 1.3.",) * (name == "b"))
        for name in "ab"
    ]
    text = page_of(gather(*groups)).decode()
    assert text.count('class="alarm"') == 1
    section = text[text.index('id="group-2"') :]
    assert section.index('class="alarm"') < section.index("<p>")
    failed = build_comparison(problems=("R-hat is 1.3.",))
    assert 'class="alarm"' in page_of(gather_comparisons(failed)).decode()


def test_hostile_names_stay_text_on_a_page() -> None:
    said = {"by": {"r": HOSTILE[1]}, "notes": (HOSTILE[0],), "indicator": HOSTILE[0]}
    money = replace(MONEY, source=HOSTILE[1], price_year=HOSTILE[3])
    found = build_opportunity(9, names=HOSTILE, apart=2, money=money, **said)
    plain = page_of(gather(build_opportunity(9, apart=2))).decode()
    text = page_of(gather(found, source=HOSTILE[0])).decode()
    pair = build_comparison(unit=(HOSTILE[0], HOSTILE[3]), by={"r": HOSTILE[1]})
    also = page_of(gather_comparisons(pair, source=HOSTILE[0])).decode()
    for page in (text, also):
        assert "<img" not in page
        assert "<script>document" not in page
        assert "\u202e" not in page
    assert text.count("<script") == plain.count("<script")
    names = [unit["lines"][0] for each in read_tips(text) for unit in each]
    assert any(name.startswith("</script><script>") for name in names)
    assert "{{ 7 * 7 }}" in html.unescape(text)


def test_the_same_opportunities_give_the_same_page(made: dict[str, bytes]) -> None:
    several = gather(build_opportunity(12, apart=2))
    assert page_of(several) == made["strata"]
    two = gather_comparisons(build_comparison())
    assert page_of(two) == made["two"]


def test_more_groups_than_a_page_holds_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    # Sixty would take their time.
    monkeypatch.setattr(build, "MAX_SECTIONS", 2)
    text = page_of(gather(*groups_of(5))).decode()
    assert text.count("<svg") == 2 * 4
    assert "3 more analyses are not on this page" in text


def test_drawing_leaves_no_global_state() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    found = build_opportunity(12, apart=2)
    for draw in (draw_opportunity, draw_waterfall, draw_comparability):
        draw(found)
    draw_comparison(build_comparison())
    assert dict(matplotlib.rcParams) == before
