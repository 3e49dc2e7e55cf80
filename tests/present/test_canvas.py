"""On what charts are drawn."""

from itertools import product

import pytest
from matplotlib.figure import Figure
from present.leagues import build_league

from varstat import draw
from varstat.errors import UsageError
from varstat.funnel.result import Funnel
from varstat.present.canvas import SIZES, make_canvas


@pytest.mark.parametrize("size", SIZES)
def test_a_size_is_width_and_height(size: str) -> None:
    canvas = make_canvas(size=size)
    assert (canvas.width, canvas.height) == SIZES[size]
    assert make_canvas(size=size, width=5).width == 5
    assert make_canvas(size=size, width=5).height == SIZES[size][1]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("size", "slid", "Did you mean 'slide'"),
        ("label", "flaged", "Did you mean 'flagged'"),
        ("scales", "fre", "Did you mean 'free'"),
        ("width", 100.0, "4 to 60 inches"),
        ("height", 0.1, "3.5 to 60 inches"),
        ("dpi", 5, "40 to 1200"),
    ],
)
def test_what_can_not_be_drawn_is_refused(name: str, value: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_canvas(**{name: value})


@pytest.mark.parametrize(("size", "kind"), list(product(SIZES, ["funnel", "league"])))
def test_a_figure_has_the_size_that_was_asked_for(hospitals: Funnel, size: str, kind: str) -> None:
    shown = hospitals if kind == "funnel" else build_league(50)
    figure = draw(shown, size=size)
    assert tuple(figure.get_size_inches()) == pytest.approx(SIZES[size])
    (ax,) = figure.axes
    box = ax.get_position()
    assert box.height > 0.3
    assert box.width > 0.5


def test_all_are_named_or_none(hospitals: Funnel) -> None:
    def named(label: str) -> int:
        figure: Figure = draw(hospitals, label=label, highlight=["U00007"])
        return sum(text.get_gid() == "label" for text in figure.axes[0].texts)

    assert named("none") == 1
    assert named("all") > named("flagged") > 1


def test_rows_are_named_as_asked() -> None:
    def named(label: str) -> int:
        figure = draw(build_league(50), label=label)
        return sum(text.get_gid() == "label" for text in figure.axes[0].texts)

    assert (named("all"), named("flagged"), named("none")) == (50, 50, 0)


def test_on_the_smallest_figure_the_drawing_still_has_room(hospitals: Funnel) -> None:
    (ax,) = draw(hospitals, width=4, height=3.5).axes
    assert ax.get_position().height > 0.2
    assert ax.get_position().width > 0.6
