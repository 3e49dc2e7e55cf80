"""Opportunities and comparisons of two units, as tables and in a terminal."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
from present.opportunities import (
    MONEY,
    build_comparison,
    build_opportunity,
    gather,
    gather_comparisons,
)
from rich.cells import cell_len
from rich.console import Console

from varstat import show, write
from varstat.errors import ModelError, OutputError, UsageError
from varstat.estimands import Opportunities
from varstat.estimands.comparison.result import Comparisons
from varstat.present.formats.csv import beside as beside_csv
from varstat.present.formats.csv import csv_bytes
from varstat.present.formats.json import encode as json_bytes
from varstat.present.formats.parquet import encode as parquet_bytes
from varstat.present.formats.xlsx import encode as xlsx_bytes
from varstat.present.write import lay_out

FIGURES = [
    *("estimate", "lower", "upper", "level", "published", "plug_in", "signed"),
    *("chance_expected", "chance_lower", "chance_upper", "p_material"),
]
SUFFIXES = [".csv", ".parquet", ".json", ".xlsx", ".png", ".svg", ".pdf", ".html"]


def strict(content: bytes) -> dict:
    """JSON read without leave to hold NaN."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(content, parse_constant=refuse)


def shown(results: Opportunities | Comparisons, *, width: int = 80, **said: object) -> str:
    """What is printed at a width."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(results, console, **said)
    return console.file.getvalue()


def widest(text: str) -> int:
    return max(map(cell_len, text.splitlines()))


def test_of_one_opportunity_the_keys_are_on_top_as_well() -> None:
    whole = strict(json_bytes(lay_out(gather(build_opportunity(8)))))
    (only,) = whole["opportunities"]
    assert {key: whole[key] for key in only} == only
    assert set(whole) == {*only, "opportunities"}
    assert set(FIGURES) <= set(whole["total"])
    assert list(whole["units"][0])[:3] == ["unit", "unit_name", "peer_group"]
    assert set(FIGURES) <= set(whole["units"][0])
    assert list(whole["waterfall"][0]) == ["component", "unit", "estimate", "lower", "upper"]


def test_several_opportunities_have_an_object_each() -> None:
    groups = [build_opportunity(8, by={"region": name}, money=MONEY) for name in "ab"]
    whole = strict(json_bytes(lay_out(gather(*groups))))
    assert [each["by"] for each in whole["opportunities"]] == [{"region": "a"}, {"region": "b"}]
    assert "total" not in whole
    for each in whole["opportunities"]:
        assert list(each["waterfall"][0]) == ["component", "unit", "estimate", "lower", "upper"]
        assert each["total"]["money"] == 250 * each["total"]["estimate"]
        assert "region" not in each["units"][0]


def test_json_says_what_the_opportunity_says() -> None:
    found = build_opportunity(30, peers=True, materiality=5.0)
    whole = strict(json_bytes(lay_out(gather(found))))
    for name, value in asdict(found.total).items():
        assert whole["total"][name] == value
    for name in FIGURES:
        values = found.level if name == "level" else getattr(found.units, name)
        np.testing.assert_array_equal([unit[name] for unit in whole["units"]], values)
    fall = found.waterfall_frame()
    assert [row["estimate"] for row in whole["waterfall"]] == fall["estimate"].tolist()
    assert {row["subtotal"] for row in whole["subtotals"]} == {"Group 0", "Group 1", "Group 2"}
    assert whole["summary"] == found.summary()
    assert whole["target"] is None
    assert whole["periods"] is None


def test_what_is_missing_is_null() -> None:
    whole = strict(json_bytes(lay_out(gather(build_opportunity(12, apart=2)))))
    assert [unit["estimate"] for unit in whole["units"][-2:]] == [None, None]
    assert [unit["comparable"] for unit in whole["units"]] == [True] * 10 + [False] * 2
    assert whole["materiality"] is whole["money"] is whole["target_bias"] is None
    withheld = strict(json_bytes(lay_out(gather(build_opportunity(12, withheld=1)))))
    assert sum(unit["published"] is None for unit in withheld["units"]) == 1


def test_parquet_keeps_every_number() -> None:
    several = gather(build_opportunity(12, apart=2), build_opportunity(12))
    back = pd.read_parquet(io.BytesIO(parquet_bytes(lay_out(several))))
    frame = several.to_frame()
    assert list(back) == [*frame, "trusted"]
    for name in frame.select_dtypes("number"):
        assert np.array_equal(back[name], frame[name], equal_nan=True)


def test_csv_quotes_what_a_spreadsheet_would_run() -> None:
    names = ["=1+1", "@x", "plain", "-2"]
    content = csv_bytes(gather(build_opportunity(4, names=names)).to_frame())
    told = pd.read_csv(io.BytesIO(content))
    assert set(told["unit_name"]) == {"'=1+1", "'@x", "plain", "'-2"}


def test_a_workbook_has_units_totals_waterfall_periods_and_what_it_is_about() -> None:
    found = build_opportunity(6, periods=2, money=MONEY)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(gather(found)))))
    assert book.sheetnames == ["cover", "units", "totals", "waterfall", "periods", "notes", "about"]
    assert book["units"].max_row == 7
    assert [cell.value for cell in book["periods"]["A"]] == ["period", "2015", "2016"]
    head, values = book["totals"].iter_rows(values_only=True)
    assert values[head.index("money")] == pytest.approx(250 * found.total.estimate)
    groups = [replace(found, by={"region": name}) for name in "ab"]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(gather(*groups)))))
    assert [cell.value for cell in book["periods"]["A"]] == ["region", "a", "a", "b", "b"]


def test_a_failed_posterior_is_said_in_every_format() -> None:
    several = gather(
        build_opportunity(8, by={"region": "a"}),
        build_opportunity(8, by={"region": "b"}, problems=("R-hat is 1.3.",)),
    )
    assert not several.trusted
    whole = strict(json_bytes(lay_out(several)))
    assert [each["diagnostics"]["passed"] for each in whole["opportunities"]] == [True, False]
    assert whole["opportunities"][1]["summary"].startswith("NOT TO BE TRUSTED")
    assert next(iter(strict(beside_csv(lay_out(several))))) == "not_to_be_trusted"
    schema = pyarrow.parquet.read_schema(io.BytesIO(parquet_bytes(lay_out(several))))
    assert json.loads(schema.metadata[b"varstat"])["diagnostics"]["passed"] is False
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(several))))
    told = list(book["about"].iter_rows(min_row=2, values_only=True))
    assert told[0] == ("not_to_be_trusted", "1 of 2 posteriors failed their checks")
    head, *rows = book["totals"].iter_rows(values_only=True)
    assert len(rows) == 2
    assert head[0] == "region"


@pytest.mark.parametrize("render", [json_bytes, parquet_bytes, xlsx_bytes, beside_csv])
def test_the_same_opportunities_give_the_same_bytes(render: Callable[..., bytes]) -> None:
    one, two = (render(lay_out(gather(build_opportunity(12)))) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_results_are_written_as_the_suffix_says(tmp_path: Path, suffix: str) -> None:
    write(gather(build_opportunity(12)), tmp_path / f"out{suffix}", highlight=["u00003"])
    write(gather_comparisons(build_comparison()), tmp_path / f"two{suffix}")
    for name in ("out", "two"):
        assert (tmp_path / f"{name}{suffix}").stat().st_size > 0
        beside = tmp_path / f"{name}.csv.provenance.json"
        assert beside.exists() == (suffix == ".csv")
    with pytest.raises(OutputError):
        write(gather(build_opportunity(12)), tmp_path / f"out{suffix}x")


def test_a_chart_that_cannot_be_leaves_no_file(tmp_path: Path) -> None:
    one = gather(build_opportunity(12))
    with pytest.raises(UsageError, match="Did you mean 'waterfall'"):
        write(one, tmp_path / "out.json", chart="waterfal")
    with pytest.raises(ModelError, match="--stratum"):
        write(one, tmp_path / "out.svg", chart="comparability")
    two = gather(*(build_opportunity(12, by={"r": name}) for name in "ab"))
    with pytest.raises(UsageError, match="2"):
        write(two, tmp_path / "out.svg", chart="waterfall")
    with pytest.raises(UsageError, match="no units to mark"):
        write(two, tmp_path / "out.svg", highlight=["U00001"])
    with pytest.raises(UsageError, match="2"):
        write(
            gather_comparisons(*(build_comparison(by={"r": name}) for name in "ab")),
            tmp_path / "out.svg",
        )
    assert not list(tmp_path.iterdir())


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith((" U0", " …"))]


def test_units_are_listed_the_largest_first() -> None:
    found = build_opportunity(12)
    text = shown(gather(found))
    assert [row.split()[0] for row in rows(text)] == found.units.unit.tolist()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, {}),
        (2, {}),
        (24, {"peers": True, "money": MONEY, "materiality": 12.5}),
        (12, {"apart": 2, "materiality": 1e6}),
        (6, {"periods": 2}),
        (20, {"mean": True}),
        (3000, {}),
    ],
)
def test_no_line_is_wider_than_the_terminal(width: int, count: int, said: dict) -> None:
    found = build_opportunity(count, **said)
    text = shown(gather(found), width=width)
    assert widest(text) <= width
    for row in rows(text):
        estimate = r"[\d.,]+(e-\d+)? \([\d.,]+–[\d.,]+\)|not comparable|and [\d,]+ more units"
        assert re.search(estimate, row), row
    assert "nan" not in text


def test_of_many_the_largest_and_the_marked_are_shown_and_the_rest_added_up() -> None:
    found = build_opportunity(3000)
    last = str(found.units.unit[-1])
    text = shown(gather(found), highlight=(last.lower(),))
    listed = rows(text)
    codes = found.units.unit.tolist()
    assert [row.split()[0] for row in listed] == [*codes[:20], last, "…"]
    assert f"{last} ◄" in text
    shown_ones = np.isin(found.units.unit, [*codes[:20], last])
    rest = found.units.estimate[~shown_ones].sum()
    assert f"2,979 more units, with {rest:,.0f} in all" in listed[-1]


def test_who_is_not_comparable_is_shown_as_such_with_what_was_published() -> None:
    found = build_opportunity(12, apart=2)
    listed = rows(shown(gather(found)))
    apart = [row for row in listed if "not comparable" in row]
    assert [row.split()[0] for row in apart] == found.units.unit[-2:].tolist()
    assert all(row.split()[-1] == "0%" for row in apart)
    assert all(row.split()[-1] == "100%" for row in listed if row not in apart)


def test_the_waterfall_stands_below_with_every_part() -> None:
    found = build_opportunity(24, peers=True)
    text = shown(gather(found))
    below = text[text.index("What the published figure is made of") :]
    for word in ("published", "chance", "peer group", "remaining", "Group 0", "Group 2"):
        assert word in below
    assert "Group" not in shown(gather(build_opportunity(12)))


def test_a_failed_posterior_is_the_first_thing_said() -> None:
    text = shown(gather(build_opportunity(12, problems=("R-hat is 1.3.",))))
    assert text.startswith("NOT TO BE TRUSTED")
    assert text.count("NOT TO BE TRUSTED") == 1
    many = [build_opportunity(9, by={"r": n}, problems=("x.",) * (n == "b")) for n in "ab"]
    text = shown(gather(*many))
    assert text.startswith("NOT TO BE TRUSTED: 1 of 2")
    assert text.count("FAILED") == 1
    text = shown(gather_comparisons(build_comparison(problems=("R-hat is 1.3.",))))
    assert text.startswith("NOT TO BE TRUSTED")


def test_several_opportunities_take_one_line_each_and_show_the_marked() -> None:
    groups = [build_opportunity(10, by={"region": name}, money=MONEY) for name in "ab"]
    text = shown(gather(*groups), highlight=("U00003",))
    lines = [line.split() for line in text.splitlines() if line[:3] in (" a ", " b ")]
    assert [line[:2] for line in lines] == [["a", "10"], ["b", "10"]]
    assert len(rows(text)) == 2
    assert widest(text) <= 80


def test_more_opportunities_than_fit_are_counted() -> None:
    one = build_opportunity(3)
    text = shown(gather(*(replace(one, by={"region": f"g{i:03}"}) for i in range(63))))
    assert "… and 3 more" in text


def test_an_unknown_highlight_is_refused() -> None:
    with pytest.raises(UsageError, match="highlight"):
        shown(gather(build_opportunity(12)), highlight=("nobody",))


HOSTILE = ["\x1b[31mred", "[red]markup[/red]", "two\nlines", "turn\u202eed", "全" * 200]


@pytest.mark.parametrize("width", [80, 120])
def test_names_are_safe_and_give_way_to_numbers(width: int) -> None:
    found = build_opportunity(5, names=HOSTILE, by={"r\x1b": HOSTILE[0]}, indicator=HOSTILE[3])
    for each in (gather(found), gather(found, found)):
        text = shown(each, width=width)
        assert not {"\x1b", "\u202e"} & set(text)
        assert widest(text) <= width
    text = shown(gather(replace(found, by={})), width=120)
    for name in ("[31mred", "[red]markup[/red]", "two lines", "turned"):
        assert name in text


LONG = ("University Hospitals of Somewhere and Elsewhere", "Royal Infirmary of the Other Place")


@pytest.mark.parametrize("pair", [(HOSTILE[0], HOSTILE[4]), (HOSTILE[1], HOSTILE[2]), LONG])
@pytest.mark.parametrize("width", [60, 80])
def test_parts_and_their_numbers_are_whole_whatever_the_units_are_called(
    pair: tuple[str, str], width: int
) -> None:
    found = build_comparison(unit=pair, peers=True)
    text = shown(gather_comparisons(found), width=width)
    assert not {"\x1b", "\u202e"} & set(text)
    assert widest(text) <= width
    assert re.search(r"^ raw difference +[+−\d.]+ *$", text, re.M)
    for part in ("chance", "peer group", "remaining"):
        assert re.search(rf"^ {part} .* [+−\d.]+ \([+−\d.]+ to [+−\d.]+\)", text, re.M), part


def test_a_comparison_is_laid_out_with_its_parts() -> None:
    found = build_comparison(peers=True, by={"year": "2020"})
    whole = strict(json_bytes(lay_out(gather_comparisons(found))))
    assert [row["component"] for row in whole["parts"]] == list(found.component)
    assert "year" not in whole["parts"][0]
    assert [row["estimate"] for row in whole["parts"]] == found.part.tolist()
    assert whole["p_better"] == found.p_better
    assert [unit["unit"] for unit in whole["units"]] == ["U00001", "U00002"]
    two = gather_comparisons(found, replace(found, by={"year": "2021"}))
    assert two.to_frame()["year"].tolist() == ["2020"] * 4 + ["2021"] * 4
    assert len(strict(json_bytes(lay_out(two)))["comparisons"]) == 2
    assert widest(shown(two)) <= 80
