"""What a reader of a funnel takes for true is true: of published files, and of made-up ones."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from present.charts.published import NAMES, published_funnels

import varstat
from varstat import draw
from varstat.funnel.result import Funnel, has_limits
from varstat.measure import Floats
from varstat.present.charts.frame import view_of
from varstat.present.charts.funnel_marks import centre

SIZES = [None, "slide", "page", "square"]
SLOW = {"statins", "statins, winsorised"}
REAL = [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in NAMES]


@pytest.fixture(params=REAL, scope="module", name="real")
def _real(request, shared: Path) -> list[Funnel]:
    return list(published_funnels(request.param, shared))


def marks(ax: Axes, start: str) -> Floats:
    """Where marks of a kind stand, in data."""
    found = [
        np.asarray(artist.get_offsets())
        for artist in ax.collections
        if isinstance(artist, PathCollection) and str(artist.get_gid()).startswith(start)
    ]
    return np.vstack(found) if found else np.empty((0, 2))


def line_at(ax: Axes, level: float, at: Floats, *, upper: bool) -> Floats:
    """Read a limit that flags are judged by off the chart, as a reader does: along the line."""
    target = next(line for line in ax.lines if line.get_gid() == "target").get_ydata()[0]
    gid = f"limits-{1000 * level:.15g}".replace(".", "-")
    forward = ax.xaxis.get_transform().transform
    for line in ax.lines:
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        if line.get_gid() == gid and (np.mean(y) > target) == upper:
            none = np.inf if upper else -np.inf
            # Where the line has ended no unit could be flagged.
            return np.interp(forward(at), forward(x), y, left=none)
    return np.full(at.shape, np.inf if upper else -np.inf)


def assert_lines_agree_with_flags(ax: Axes, funnel: Funnel) -> None:
    arrows = [a.get_offsets()[:, 0] for a in ax.collections if a.get_gid() == "beyond"]
    arrows = np.concatenate([*arrows, np.empty(0)])
    for level in funnel.levels:
        gids = [f"units-{{}}-{1000 * each:.15g}".replace(".", "-")
                for each in funnel.levels if each >= level]  # fmt: skip
        for upper in (False, True):
            flag = "high" if upper else "low"
            kinds = [marks(ax, gid.format(flag)) for gid in gids]
            flagged = np.vstack(kinds)
            # A mark with an arrow stands for a unit far beyond it, and beyond the line.
            flagged = flagged[~np.isin(flagged[:, 0], arrows)]
            sign = 1.0 if upper else -1.0
            line = line_at(ax, level, flagged[:, 0], upper=upper)
            assert np.all(sign * (flagged[:, 1] - line) > 0)
            grey = marks(ax, "units-inside")
            line = line_at(ax, level, grey[:, 0], upper=upper)
            assert np.all(sign * (grey[:, 1] - line) <= 0)


def text_boxes(figure: Figure) -> list[tuple[Annotation, Floats]]:
    """Labels with their boxes, without the room around them, in points."""
    FigureCanvasAgg(figure).draw()
    labels = [t for t in figure.findobj(Annotation) if t.get_gid() == "label"]
    return [(t, Text.get_window_extent(t).get_points().ravel() * 72 / figure.dpi) for t in labels]


def in_points(ax: Axes, at: Floats) -> Floats:
    return np.asarray(ax.transData.transform(at)) * 72 / ax.figure.dpi


def distance(box: Floats, points: Floats) -> Floats:
    gap = points - np.clip(points, box[:2], box[2:])
    return np.hypot(gap[:, 0], gap[:, 1])


def assert_labels_are_nearest_to_their_own(figure: Figure, funnel: Funnel) -> None:
    ax = figure.axes[0]
    every = in_points(ax, marks(ax, "units"))
    labels = text_boxes(figure)
    codes = [str(code) for code in funnel.units.unit]
    for label, box in labels:
        (own,) = in_points(ax, np.array([label.xy]))
        gap = distance(box, own[None])[0]
        # Text as drawn and as measured beforehand differ by little.
        assert gap <= distance(box, every).min() + 1.5, label.get_text()
        tail = label.get_text().rpartition("(")[2].rstrip(")")
        if "(" in label.get_text() and tail not in codes:
            assert "…" not in tail


def assert_the_strictest_come_first(figure: Figure, funnel: Funnel) -> None:
    labels = [t for t in figure.findobj(Annotation) if t.get_gid() == "label"]
    at = {(float(x), float(y)) for x, y in (label.xy for label in labels)}
    units, shown = funnel.units, centre(funnel, view_of([funnel]))
    named = [i for i in range(units.unit.size)
             if any(np.isclose(units.size[i], x) and np.isclose(shown[i], y, atol=1e-12)
                    for x, y in at)]  # fmt: skip
    levels = [units.flag_level[i] for i in named]
    strict = np.nan_to_num(units.flag_level) >= max(funnel.levels)
    if any(level < max(funnel.levels) for level in levels):
        assert int(np.sum(strict)) <= sum(bool(strict[i]) for i in named)


def assert_ticks_reach_the_ends(ax: Axes) -> None:
    for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        forward = axis.get_transform().transform
        low, high = sorted(forward(np.array(limits, dtype=float)))
        ticks = np.sort(forward(axis.get_majorticklocs().astype(float)))
        assert ticks.size >= 3
        assert max(ticks[0] - low, high - ticks[-1]) < 0.17 * (high - low)


def test_no_line_contradicts_a_flag_of_a_published_file(real: list[Funnel]) -> None:
    for funnel in real:
        if has_limits(funnel):
            assert_lines_agree_with_flags(draw(funnel).axes[0], funnel)


@pytest.mark.parametrize("size", SIZES)
def test_labels_of_a_published_file_name_who_matters(real: list[Funnel], size: str | None) -> None:
    for funnel in real:
        if not has_limits(funnel):
            continue
        figure = draw(funnel, size=size)
        assert_labels_are_nearest_to_their_own(figure, funnel)
        assert_the_strictest_come_first(figure, funnel)
        assert_ticks_reach_the_ends(figure.axes[0])


def assert_flags_are_the_same_everywhere(figure: Figure, funnel: Funnel) -> None:
    """Marks, the line above them, the table and the sentence: as many high, and as many low."""
    strictest = max(funnel.levels)
    frame = funnel.to_frame()
    flagged = frame[frame["flag_level"] == strictest]
    rate = flagged["rate" if "rate" in flagged else "ratio"]
    counts = {flag: int((flagged["flag"] == flag).sum()) for flag in ("high", "low")}
    for flag, count in counts.items():
        gid = f"units-{flag}-{1000 * strictest:.15g}".replace(".", "-")
        assert len(marks(figure.axes[0], gid)) == count
        over = (rate - flagged["target"])[flagged["flag"] == flag].to_numpy(dtype=float)
        assert np.all(over > 0 if flag == "high" else over < 0)
    total = sum(counts.values())
    begun = f"{total:,} of {len(frame):,}" if total else f"None of {len(frame):,}"
    assert any(text.get_text().startswith(begun) for text in figure.findobj(Text))
    assert funnel.summary().startswith(begun)


def test_flags_of_a_published_file_are_the_same_everywhere(real: list[Funnel]) -> None:
    for funnel in real:
        if has_limits(funnel):
            assert_flags_are_the_same_everywhere(draw(funnel), funnel)


def made_up(seed: int) -> Funnel:
    """Compute the funnel of a table like none that was published."""
    import pandas as pd

    chance = np.random.default_rng(seed)
    count = int(chance.integers(5, 160))
    size = np.ceil(chance.lognormal(chance.uniform(0, 7), chance.uniform(0.1, 1.8), count))
    spread = chance.gamma(9.0, 1 / 9.0, count) if seed % 3 else np.ones(count)
    frame = pd.DataFrame({"unit": [f"U{i:04d}" for i in range(count)]})
    if seed % 2:
        rate = np.clip(chance.choice([0.01, 0.2, 0.5, 0.9, 0.99]) * spread, 0, 1)
        columns = {"numerator": chance.binomial(size.astype(int), rate), "denominator": size}
    else:
        expected = size * chance.choice([0.05, 0.3, 1.0, 1.7])
        columns = {"observed": chance.poisson(expected * spread), "expected": expected}
    # A median may lie at an end of what is possible.
    events, sizes = columns.values()
    middle = float(np.median(events / sizes))
    others = events.sum() - events.max()
    targets = ["pooled", "leave-one-out", *(["median"] if 0 < middle < 0.95 else [])]
    # Nothing but zeros, or but ones, sets no target.
    targets = targets if 0 < others < sizes.sum() - sizes.max() or seed % 2 == 0 else ["rate:0.5"]
    targets = targets if others else ["rate:0.5"]
    return varstat.funnel(
        frame.assign(**columns),
        unit="unit",
        **{name: name for name in columns},
        target=str(chance.choice(targets)),
        dispersion=str(chance.choice(["none", "dl", "multiplicative"])),
    )[0]


@pytest.mark.parametrize(
    "seed", [pytest.param(i, marks=[pytest.mark.slow] if i >= 20 else []) for i in range(200)]
)
def test_a_made_up_table_is_drawn_as_it_is(seed: int) -> None:
    funnel = made_up(seed)
    figure = draw(funnel, size=SIZES[seed % 4])
    ax = figure.axes[0]
    assert_flags_are_the_same_everywhere(figure, funnel)
    assert_lines_agree_with_flags(ax, funnel)
    assert_labels_are_nearest_to_their_own(figure, funnel)
    assert_the_strictest_come_first(figure, funnel)
    assert_ticks_reach_the_ends(ax)
