"""What is shown of unmeasured case-mix."""

import io
import json
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from present.leagues import build_league, gather
from present.opportunities import build_opportunity
from present.opportunities import gather as gather_opportunities

from varstat import draw
from varstat.errors import ModelError
from varstat.estimands.unmeasured.result import UnmeasuredRanks, UnmeasuredTotal
from varstat.present.write import encode

SHARES = np.arange(20) / 20


def asked_league(units=12):
    league = build_league(units)
    p = np.linspace(1, 0, 3 * units).reshape(3, units)
    tipping = np.where(np.arange(units) < 2, 0.3, np.nan)
    found = UnmeasuredRanks(
        share=SHARES.copy(),
        sure_top=np.maximum(9 - np.arange(20), 0),
        sure_bottom=np.maximum(5 - np.arange(20), 0),
        p_top_quartile=p,
        p_bottom_quartile=1 - p,
        tipping_share=tipping,
    )
    return replace(league, unmeasured=found)


def asked_opportunity():
    value = np.linspace(90, 30, 8)
    found = UnmeasuredTotal(
        share=np.arange(8) / 8, estimate=value, lower=value - 9, upper=value + 9, level=0.9
    )
    return replace(build_opportunity(12), unmeasured=found)


def test_a_league_has_columns_a_sheet_and_a_curve_in_json():
    league = asked_league()
    whole = json.loads(encode(gather(league), ".json"))
    assert len(whole["unmeasured"]) == 20
    assert whole["unmeasured"][0] == {"share": 0.0, "sure_top": 9, "sure_bottom": 5}
    assert whole["units"][0]["tipping_share"] == 0.3
    assert whole["units"][-1]["tipping_share"] is None
    book = openpyxl.load_workbook(io.BytesIO(encode(gather(league), ".xlsx")))
    assert book["unmeasured"].max_row == 21
    assert list(league.to_frame())[-7:] == [
        *("p_top_quartile_25", "p_bottom_quartile_25", "p_top_quartile_50"),
        *("p_bottom_quartile_50", "p_top_quartile_75", "p_bottom_quartile_75", "tipping_share"),
    ]


def test_an_opportunity_has_a_sheet_and_a_curve_in_json():
    whole = json.loads(encode(gather_opportunities(asked_opportunity()), ".json"))
    assert [row["share"] for row in whole["unmeasured"]] == (np.arange(8) / 8).tolist()
    book = openpyxl.load_workbook(
        io.BytesIO(encode(gather_opportunities(asked_opportunity()), ".xlsx"))
    )
    assert [cell.value for cell in book["unmeasured"][1]][-4:] == [
        *("estimate", "lower", "upper", "level")
    ]


@pytest.mark.parametrize("make", [asked_league, asked_opportunity])
def test_the_chart_is_drawn_alone_on_axes_and_on_a_page(make):
    figure = draw(make(), chart="unmeasured")
    (axes,) = figure.axes
    line = axes.lines[0]
    assert line.get_gid() in ("sure-top", "total")
    assert axes.get_ylim()[0] == 0
    assert draw(make(), chart="unmeasured", ax=axes) is figure
    results = gather(make()) if make is asked_league else gather_opportunities(make())
    page = encode(results, ".html").decode()
    assert "that nobody recorded" in page or "case-mix nobody recorded" in page


def test_a_failed_posterior_is_said_on_the_chart():
    failed = replace(
        asked_league(), diagnostics=build_league(12, problems=("R-hat is 1.3.",)).diagnostics
    )
    figure = draw(failed, chart="unmeasured")
    assert any(text.get_gid() == "distrust" for text in figure.texts)
    assert any(text.get_gid() == "stamp" for text in figure.axes[0].texts)


@pytest.mark.parametrize("result", [build_league(12), build_opportunity(12)])
def test_unasked_there_is_no_chart(result):
    with pytest.raises(ModelError, match="--unmeasured"):
        draw(result, chart="unmeasured")
