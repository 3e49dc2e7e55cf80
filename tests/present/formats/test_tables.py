"""Tables for machines."""

import io
import json
import zipfile
from dataclasses import replace
from functools import partial

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
from present.histories import build_changes, build_histories, build_reviews

from varstat import Funnels, compute_funnel, fit_model, read_table
from varstat.errors import UsageError
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.estimands.verdict.result import Verdicts
from varstat.present.formats.csv import beside as beside_csv
from varstat.present.formats.csv import csv_bytes
from varstat.present.formats.json import encode as json_bytes
from varstat.present.formats.parquet import encode as parquet_bytes
from varstat.present.formats.xlsx import encode as xlsx_bytes
from varstat.present.write import encode, lay_out


def funnels_of(frame: pd.DataFrame, **options: object) -> Funnels:
    """Funnels of a table, grouped by region if it has one."""
    by = ("region",) if "region" in frame else ()
    return compute_funnel(read_table(frame, by=by), **options)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": ["007", "5E1", "1E5", "RX1"],
            "numerator": [1, 5, 9, 3],
            "denominator": [10, 10, 10, 10],
        }
    )


def test_codes_stay_text_in_csv(frame: pd.DataFrame) -> None:
    lines = csv_bytes(funnels_of(frame).to_frame()).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ['"007"', '"5E1"', '"1E5"', '"RX1"']


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_what_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    content = csv_bytes(pd.DataFrame({"name": [f"{start}1+1", "plain"], "n": [-1.0, 2.0]}))
    told = pd.read_csv(io.BytesIO(content))
    assert told["name"][0].startswith("'")
    assert told["name"][1] == "plain"
    assert told["n"].tolist() == [-1.0, 2.0]


def test_numbers_keep_their_last_digit(frame: pd.DataFrame) -> None:
    table = funnels_of(frame).to_frame()
    told = [line.split(",") for line in csv_bytes(table).decode().splitlines()]
    at = told[0].index('"p_value"')
    assert [float(row[at]) for row in told[1:]] == table["p_value"].tolist()


def test_json_is_strict_whatever_is_missing() -> None:
    zero = pd.DataFrame({"unit": list("abc"), "numerator": [0] * 3, "denominator": [10] * 3})
    whole = json.loads(json_bytes(lay_out(funnels_of(zero))))
    assert whole["phi"] is None
    assert [unit["reliability"] for unit in whole["units"]] == [None] * 3


def test_counts_are_whole_in_json(frame: pd.DataFrame) -> None:
    unit = json.loads(json_bytes(lay_out(funnels_of(frame))))["units"][0]
    assert isinstance(unit["numerator"], int)
    assert isinstance(unit["denominator"], int)
    assert isinstance(unit["z"], float)


def test_an_object_of_one_funnel_is_what_json_says(frame: pd.DataFrame) -> None:
    funnels = funnels_of(frame)
    whole = json.loads(json_bytes(lay_out(funnels)))
    one = json.loads(json.dumps(lay_out(funnels).objects[0]))
    assert {key: whole[key] for key in one} == one


def test_parquet_keeps_types_and_carries_its_account(frame: pd.DataFrame) -> None:
    funnels = funnels_of(frame)
    content = parquet_bytes(lay_out(funnels))
    back = pd.read_parquet(io.BytesIO(content))
    expected = funnels.to_frame()
    for name in expected:
        if expected[name].dtype.kind == "f":
            assert np.array_equal(back[name], expected[name], equal_nan=True)
    about = json.loads(pyarrow.parquet.read_schema(io.BytesIO(content)).metadata[b"varstat"])
    assert about["account"]["rows_kept"] == 4
    assert about["provenance"]["verb"] == "funnel"


def test_a_workbook_has_units_funnels_and_what_it_is_about(frame: pd.DataFrame) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(funnels_of(frame)))))
    assert book.sheetnames == ["cover", "units", "funnels", "notes", "about"]
    assert [cell.value for cell in book["units"]["A"]] == ["unit", "007", "5E1", "1E5", "RX1"]
    about = dict(book["about"].iter_rows(min_row=2, values_only=True))
    assert about["provenance.card"] == "default-proportion"
    assert about["account.rows_read"] == "4"


def test_a_workbook_holds_no_formula_and_no_date_of_today(frame: pd.DataFrame) -> None:
    frame["unit"] = ["=1+1", "{=1}", "http://x", "1234"]
    content = xlsx_bytes(lay_out(funnels_of(frame)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "sheet" in name]
        core = archive.read("docProps/core.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)
    assert "2000-01-01" in core


def test_the_same_results_give_the_same_workbook_again(frame: pd.DataFrame) -> None:
    content = lay_out(funnels_of(frame))
    first = xlsx_bytes(content)
    assert [xlsx_bytes(content) for _ in range(2)] == [first, first]


def test_missing_cells_of_a_workbook_are_empty(frame: pd.DataFrame) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(funnels_of(frame)))))
    head, first, *_ = book["units"].iter_rows(values_only=True)
    told = dict(zip(head, first, strict=True))
    assert told["unit_name"] is None
    assert told["flag"] is None
    assert told["flag_level"] is None


def test_control_characters_do_not_break_a_workbook(frame: pd.DataFrame) -> None:
    frame["unit_name"] = ["\x1b[31mred", "a\x00b", "\x07", "two\nlines"]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(funnels_of(frame)))))
    assert book["units"]["B5"].value == "two\nlines"


def test_a_long_name_is_not_lost_in_a_workbook(frame: pd.DataFrame) -> None:
    frame["unit_name"] = ["x" * 40_000, "b", "c", "d"]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(funnels_of(frame)))))
    assert book["units"]["B2"].value


@pytest.mark.parametrize("render", [json_bytes, parquet_bytes, xlsx_bytes])
def test_a_name_with_half_a_character_is_written(frame: pd.DataFrame, render: object) -> None:
    frame["unit_name"] = pd.Series(["a\ud800b", "b", "c", "d"], dtype=object)
    assert callable(render)
    assert render(lay_out(funnels_of(frame)))


def test_funnels_are_tabulated_one_a_row(frame: pd.DataFrame) -> None:
    frame["region"] = list("nnss")
    table = lay_out(funnels_of(frame, levels=(0.5, 0.95))).sheets["funnels"]
    assert table["region"].tolist() == ["n", "s"]
    assert table["units"].tolist() == [2, 2]
    names = {"flagged_0.5", "flagged_0.95", "expected_false_flags_0.5", "expected_false_flags_0.95"}
    assert names <= set(table.columns)


def test_levels_that_differ_late_stay_apart(frame: pd.DataFrame) -> None:
    funnels = funnels_of(frame, levels=(0.99999999999, 0.999999999999))
    assert len(json.loads(json_bytes(lay_out(funnels)))["expected_false_flags"]) == 2


def judged(frame: pd.DataFrame, by: str = "region") -> tuple[Funnels, Verdicts]:
    """Funnels and verdicts of a table, grouped by a column."""
    table = read_table(frame, by=(by,))
    funnels = compute_funnel(table)
    return funnels, compute_verdicts(funnels, fit_model(table, draws=100))


@pytest.fixture
def regions(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(
        [frame.assign(region="n"), frame.assign(region="s", numerator=[2, 6, 7, 1])],
        ignore_index=True,
    )


def test_verdicts_follow_the_columns_of_a_funnel(regions: pd.DataFrame) -> None:
    funnels, verdicts = judged(regions)
    plain, table = funnels.to_frame(), lay_out(funnels, verdicts=verdicts).units
    assert list(table) == [*plain, *list(verdicts.to_frame())[1:], "trusted"]
    pd.testing.assert_frame_equal(table[list(plain)], plain)
    assert table["verdict"].tolist() == [name for v in verdicts for name in v.verdict]
    pd.testing.assert_frame_equal(lay_out(funnels).units, plain)


@pytest.mark.parametrize("name", ["estimate", "level", "verdict"])
def test_a_group_called_like_a_column_of_the_posterior_keeps_its_values(
    regions: pd.DataFrame, name: str
) -> None:
    funnels, verdicts = judged(regions.rename(columns={"region": name}), by=name)
    content = lay_out(funnels, verdicts=verdicts)
    table = pd.read_parquet(io.BytesIO(parquet_bytes(content)))
    assert table[f"by_{name}"].tolist() == ["n"] * 4 + ["s"] * 4
    assert table["estimate"].tolist() == content.units["estimate"].tolist()
    assert json.loads(json_bytes(content))["funnels"][1]["by"] == {name: "s"}


def test_every_format_says_the_same_of_posteriors(regions: pd.DataFrame) -> None:
    funnels, verdicts = judged(regions)
    content = lay_out(funnels, verdicts=verdicts)
    units = [u for f in json.loads(json_bytes(content))["funnels"] for u in f["units"]]
    book = pd.read_excel(io.BytesIO(xlsx_bytes(content)), sheet_name="units", engine="openpyxl")
    csv = pd.read_csv(io.BytesIO(csv_bytes(content.units)))
    for other in (pd.DataFrame(units), book, csv):
        assert other["verdict"].tolist() == content.units["verdict"].tolist()
        for name in ("estimate", "lower", "upper", "p_above_target"):
            assert other[name].to_numpy(float) == pytest.approx(content.units[name], rel=1e-13)


def test_the_sheet_of_funnels_counts_verdicts(regions: pd.DataFrame) -> None:
    funnels, verdicts = judged(regions)
    table = lay_out(funnels, verdicts=verdicts).sheets["funnels"]
    names = ["differs", "uncertain", "ordinary", "no_evidence"]
    assert table[names].sum(axis=1).tolist() == [4, 4]
    assert table["passed"].tolist() == [True, True]
    assert not {*names, "passed"} & set(lay_out(funnels).sheets["funnels"].columns)


def doubt(verdicts: Verdicts) -> Verdicts:
    """Verdicts of which the last posterior failed its checks."""
    *others, last = verdicts
    diagnostics = replace(last.diagnostics, problems=("R-hat is 1.3.",))
    return replace(verdicts, groups=(*others, replace(last, diagnostics=diagnostics)))


def test_every_table_says_that_a_posterior_failed(regions: pd.DataFrame) -> None:
    funnels, verdicts = judged(regions)
    content = lay_out(funnels, verdicts=doubt(verdicts))

    def warned(about: dict[str, object]) -> None:
        assert next(iter(about)) == "not_to_be_trusted"
        assert about["not_to_be_trusted"] == "1 of 2 posteriors failed their checks"

    warned(json.loads(beside_csv(content)))
    warned(json.loads(json_bytes(content)))
    schema = pyarrow.parquet.read_schema(io.BytesIO(parquet_bytes(content)))
    warned(json.loads(schema.metadata[b"varstat"]))
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(content)))
    warned(dict(book["about"].iter_rows(min_row=2, values_only=True)))
    failed = json.loads(json_bytes(content))["funnels"][1]["posterior"]
    assert failed["diagnostics"]["passed"] is False
    assert failed["summary"].startswith("NOT TO BE TRUSTED")


def test_provenance_tells_how_posteriors_were_made(regions: pd.DataFrame) -> None:
    funnels, verdicts = judged(regions)
    options = lay_out(funnels, verdicts=verdicts).about["provenance"]["options"]
    assert options["posterior"] == verdicts.provenance.options
    assert options | {"posterior": None} == funnels.provenance.options | {"posterior": None}
    assert "posterior" not in funnels.provenance.options


def test_verdicts_of_other_funnels_are_refused(regions: pd.DataFrame) -> None:
    funnels, verdicts = judged(regions)
    turned = replace(verdicts, groups=verdicts.groups[::-1])
    for other in (turned, replace(verdicts, groups=verdicts[:1])):
        with pytest.raises(UsageError, match="of other funnels"):
            lay_out(funnels, verdicts=other)


@pytest.mark.parametrize("build", [partial(build_changes, priced=True), build_histories])
def test_amounts_of_a_workbook_have_no_decimals_and_columns_fit_them(build) -> None:
    book = openpyxl.load_workbook(io.BytesIO(encode(build(), ".xlsx")))
    seen = 0
    for sheet in book.worksheets[1:-1]:
        for column in sheet.iter_cols(min_row=1):
            numbers = [cell for cell in column[1:] if isinstance(cell.value, float)]
            large = [cell for cell in numbers if abs(cell.value) >= 1000]
            seen += len(large)
            # The first part is of what is at least a thousand.
            assert all("." not in c.number_format.split(";")[0].split("]")[-1] for c in large)
            # What is small in the same column is not shown as none.
            small = [cell for cell in numbers if large and 0.001 <= abs(cell.value) < 1]
            assert all("." in cell.number_format.split(";")[-1] for cell in small)
    assert seen
    widths = [each.width for each in book.worksheets[1].column_dimensions.values()]
    assert max(widths) <= 60


@pytest.mark.parametrize("build", [build_changes, build_reviews, build_histories])
def test_notes_of_a_workbook_are_for_readers_without_a_command_line(build) -> None:
    book = openpyxl.load_workbook(io.BytesIO(encode(build(), ".xlsx")))
    notes = list(book["notes"].iter_rows(min_row=2, values_only=True))
    notes += [("cover", row[0] or "", row[1] or "") for row in book["cover"].values]
    assert len(notes) > 10
    for _sheet, name, note in notes:
        assert "--" not in note
        assert "`" not in note
        if name.startswith("p_"):
            assert note.startswith("probability")
