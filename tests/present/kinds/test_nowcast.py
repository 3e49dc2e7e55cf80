"""Nowcasts as tables, pages, workbooks and charts show them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from triangles import simulate, tabulate

import varstat
from varstat.estimands.vintages.result import Nowcasts
from varstat.present.canvas import Canvas
from varstat.present.kind import find_kind
from varstat.present.write import encode, write


def ask(frame: pd.DataFrame, **more: object) -> Nowcasts:
    found = varstat.completeness(
        frame, unit="trust", period="quarter", denominator="spells", as_of="as_of", **more
    )
    assert isinstance(found, Nowcasts)
    return found


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return tabulate(simulate(np.random.default_rng(1), units=12, periods=9))


@pytest.fixture(scope="module")
def nowcasts(frame) -> Nowcasts:
    return ask(frame)


def test_what_is_least_complete_stands_first(nowcasts):
    kind, (nowcast,) = find_kind(nowcasts), nowcasts
    shown = kind.shown(nowcast, np.zeros(len(nowcast.units), dtype=bool))
    come = nowcast.units.outstanding[shown]
    assert np.all(np.diff(come) <= 0)
    assert nowcast.units.period[shown[0]] == "2008-09 Q1"


def test_blocks_show_all_units_last_and_are_as_long_as_their_columns(nowcasts):
    blocks = find_kind(nowcasts).blocks(nowcasts[0])
    assert blocks[-1].title == "All units that reported"
    for block in blocks:
        assert len({len(each) for each in (block.texts | block.numbers).values()}) == 1


def test_a_vintage_of_before_the_end_is_of_zero_months_after_it(nowcasts):
    (nowcast,) = nowcasts
    early = replace(nowcast, steps=(replace(nowcast.steps[0], months=-0.1),))
    (growth,) = [b for b in find_kind(nowcasts).blocks(early) if b.title.startswith("How counts")]
    assert growth.numbers["months\nafter end"] == ["0"]


def test_json_says_what_is_complete_in_the_keys_of_the_posterior(nowcasts):
    said = json.loads(encode(nowcasts, ".json"))
    newest = [each for each in said["completeness"] if each["period"] == "2008-09 Q1"]
    assert len(newest) == 12
    for each in newest:
        assert each["lower"] < each["estimate"] < each["upper"] < 1
        assert each["estimate"] == pytest.approx(each["reported"] / each["nowcast"])
        assert each["lower"] == pytest.approx(each["reported"] / each["nowcast_upper"])
    assert said["national"][-1]["reporting"] == 12
    assert said["growth"][0]["delay"] == 0
    assert said["reconciliation"]["new"] == 12
    assert said["nowcasts"][0]["as_of"][-1] == "2008-08-29"


def test_a_workbook_has_every_table_and_a_page_the_blocks(nowcasts, tmp_path):
    write(nowcasts, tmp_path / "found.xlsx")
    sheets = pd.read_excel(tmp_path / "found.xlsx", sheet_name=None, engine="openpyxl")
    # Nothing was reopened, and so there is no sheet of it.
    names = {"completeness", "national", "growth", "reconciliation"}
    assert names <= set(sheets)
    page = encode(nowcasts, ".html").decode()
    assert "All units that reported" in page
    assert "How counts grow from one vintage to the next" in page


def test_a_file_of_one_table_goes_by_its_name(nowcasts, tmp_path):
    for name in ("national", "growth", "any"):
        write(nowcasts, tmp_path / f"{name}.csv")
    assert "reporting" in pd.read_csv(tmp_path / "national.csv")
    assert "factor" in pd.read_csv(tmp_path / "growth.csv")
    assert len(pd.read_csv(tmp_path / "any.csv")) == 12 * 9


def test_a_chart_draws_what_is_to_come_of_open_periods_alone(nowcasts):
    kind = find_kind(nowcasts)
    mark = nowcasts[0].units.unit == "R03"
    figure = kind.charts["nowcast"].draw([nowcasts[0]], [mark], Canvas())
    panels: list[Axes] = figure.axes
    assert [panel.texts[0].get_text() for panel in panels][:2] == ["All units", "R03"]
    ends = next(each for each in panels[0].collections if each.get_gid() == "nowcast")
    drawn = np.isfinite(np.ma.filled(ends.get_offsets(), np.nan)).all(axis=1)
    assert drawn.tolist() == np.isin(nowcasts[0].national.status, ["incomplete"]).tolist()
    assert drawn.any()


def test_each_of_several_counts_has_a_table_and_a_panel(frame, tmp_path):
    several = ask(frame.assign(cases=frame["spells"] // 3), numerator="cases")
    assert [each.by for each in several] == [{"count": "spells"}, {"count": "cases"}]
    assert set(several.to_frame()["count"]) == {"spells", "cases"}
    kind = find_kind(several)
    marks = [np.zeros(len(each.units), dtype=bool) for each in several]
    figure = kind.charts["nowcast"].draw(list(several), marks, Canvas())
    assert [ax.texts[0].get_text() for ax in figure.axes] == [
        "All units, spells",
        "All units, cases",
    ]
    write(several, tmp_path / "national.csv")
    assert list(pd.read_csv(tmp_path / "national.csv"))[:2] == ["count", "period"]
