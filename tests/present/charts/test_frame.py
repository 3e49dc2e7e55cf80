"""What part of the plane a funnel shows: units far out, few units, panels of their own."""

import numpy as np
import pytest
from matplotlib.quiver import Quiver
from matplotlib.text import Text
from present.pages import draw_funnel

from varstat import draw
from varstat.funnel.result import Funnel
from varstat.measure import RATIO
from varstat.present.charts.frame import view_of
from varstat.present.charts.ticks import (
    even_ticks,
    rate_ticks,
    reach_sizes,
    reach_ticks,
    size_ticks,
    transforms,
)


def words(figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def gids(ax) -> list[str]:
    return [str(line.get_gid()) for line in ax.lines if line.get_gid() != "target"]


def outlying(make_funnel, count: int) -> Funnel:
    chance = np.random.default_rng(4)
    expected = np.append(chance.uniform(5, 50, count - 2), [0.2, 0.3])
    observed = np.append(chance.poisson(expected[:-2]), [9.0, 11.0])
    return make_funnel(observed, expected, measure=RATIO)


def test_units_far_beyond_the_others_stand_on_the_edge_with_an_arrow(make_funnel) -> None:
    funnel = outlying(make_funnel, 80)
    figure = draw_funnel(funnel)
    ax = figure.axes[0]
    low, high = ax.get_ylim()
    assert high < 10 < funnel.units.rate.max()
    (arrows,) = [a for a in ax.collections if isinstance(a, Quiver)]
    tails = np.asarray(arrows.get_offsets())
    assert sorted(tails[:, 0]) == [0.2, 0.3]
    assert np.all((tails[:, 1] > low) & (tails[:, 1] < high))
    assert tails[:, 1] + arrows.V == pytest.approx(high)
    assert "2 units lie beyond the view and are drawn on its edge, with an arrow." in words(figure)
    found = [np.asarray(a.get_offsets()) for a in ax.collections if "units" in str(a.get_gid())]
    assert sum(len(each) for each in found) == 80


def test_few_units_are_all_in_the_view(make_funnel) -> None:
    funnel = outlying(make_funnel, 12)
    low, high = view_of([funnel]).y
    assert low <= funnel.units.rate.min()
    assert funnel.units.rate.max() <= high
    assert "beyond" not in words(draw_funnel(funnel))


@pytest.mark.parametrize("units", [1, 4])
def test_there_are_no_limits_about_a_target_that_four_units_set(make_funnel, units: int) -> None:
    funnel = make_funnel([20] * units, [60] * units)
    figure = draw_funnel(funnel)
    assert gids(figure.axes[0]) == []
    assert "Too few units for limits" in words(figure)
    assert gids(draw_funnel(make_funnel([20] * 5, [60] * 5)).axes[0]) != []


def test_a_panel_of_few_units_says_so(make_funnel) -> None:
    funnels = [make_funnel([9] * n, [30] * n, by={"n": str(n)}) for n in (3, 6)]
    figure = draw(funnels)
    few, enough = figure.axes
    assert gids(few) == []
    assert gids(enough) != []
    assert "3 units: too few for limits" in words(figure)
    assert "1 group has too few units" in words(figure)


def test_free_panels_have_views_of_their_own(make_funnel) -> None:
    sizes = np.arange(20.0, 60.0)
    funnels = [
        make_funnel(np.round(rate * sizes), sizes * scale, by={"rate": str(rate)})
        for rate, scale in ((0.1, 1), (0.9, 40))
    ]
    shared = draw(funnels)
    assert len({ax.get_ylim() for ax in shared.axes}) == 1
    free = draw(funnels, scales="free")
    assert len({ax.get_ylim() for ax in free.axes}) == 2
    assert len({ax.get_xlim() for ax in free.axes}) == 2
    assert "Each panel has scales of its own." in words(free)
    assert all(ax.xaxis.get_tick_params()["labelbottom"] for ax in free.axes)


@pytest.mark.parametrize("scale", ["linear", "sqrt", "log"])
@pytest.mark.parametrize(
    ("low", "high"), [(1.0, 30.0), (3.0, 4700.0), (12.0, 170_000.0), (0.05, 5.0), (950.0, 1300.0)]
)
def test_ticks_reach_both_ends(scale: str, low: float, high: float) -> None:
    if scale == "linear":
        low, high = reach_ticks(low, high, 8)
    ticks = np.array(size_ticks(low, high, 8, scale=scale))
    forward = {"linear": lambda v: v, "sqrt": np.sqrt, "log": np.log10}[scale]
    ends, at = forward(np.array([low, high])), forward(ticks)
    assert np.all(np.diff(at) > 0)
    assert max(at[0] - ends[0], ends[1] - at[-1]) < 0.15 * np.ptp(ends)
    assert np.all((ticks >= low - 1e-9) & (ticks <= high + 1e-9))


@pytest.mark.parametrize("scale", ["sqrt", "log"])
@pytest.mark.parametrize("most", [5, 8])
def test_ticks_of_uneven_scales_come_within_a_twentieth_of_both_ends(scale: str, most: int) -> None:
    chance = np.random.default_rng(11)
    forward, _ = transforms(scale)
    for _ in range(200):
        data_high = 10.0 ** chance.uniform(-2, 6)
        data_low = data_high / chance.uniform(3, 400 if scale == "sqrt" else 1e5)
        if scale == "sqrt" and chance.random() < 0.5:
            data_low = 0.0
        low, high = reach_sizes(data_low, data_high, most, scale=scale)
        assert low <= data_low
        assert high >= data_high
        ticks = np.array(size_ticks(low, high, most, scale=scale))
        ends, at = forward(np.array([low, high])), forward(ticks)
        assert np.all(np.diff(at) > 0.04 * np.ptp(ends))
        assert min(at[0] - ends[0], ends[1] - at[-1]) >= -1e-12
        assert max(at[0] - ends[0], ends[1] - at[-1]) <= 0.0501 * np.ptp(ends)


def test_ticks_of_rates_are_written_alike() -> None:
    assert rate_ticks(0.0, 0.1, 5, percent=True)[1] == ["0%", "2%", "4%", "6%", "8%", "10%"]
    assert rate_ticks(-0.5, 0.5, 4, percent=False)[1] == ["−0.50", "−0.25", "0.00", "0.25", "0.50"]
    assert even_ticks(0.2, 0.3, 4) == pytest.approx([0.2, 0.225, 0.25, 0.275, 0.3])
